#!/bin/bash
# Expressions that our texts do without, and what to write instead: words of our own that a reader would have to learn, and
# turns of phrase that nobody who grew up with English would use. They are found line by line, in any case.
set -eu
shopt -s extglob
cd "$(dirname "$0")/.."
wrong=0

table() { # EXPRESSION => INSTEAD, as grep -P reads it
    cat <<'TABLE'
(?<!there )\bis no (?!longer\b|more\b|need\b)                => is not a
\banew\b                                                     => again
\bonce more\b                                                => again
\bonce and only once\b                                       => exactly once
\b(in hand|under way)\b                                      => in progress
\b(deaths?|unclean end)\b                                    => crash
\boutlives?\b                                                => persists across
\bwithout end\b                                              => indefinitely
\band no more\b(?! than)                                     => only
\b(all|everything) is well\b                                 => valid, works
\bknows (no|nobody)\b                                        => finds no match
\b(go|goes|going|went) on\b(?! (a|its|that|the|this)\b)      => continues
\b(say|says|said|speaks?|tells?|told) of\b                   => says about, mentions
\b(is|are|was|were) told\b(?! to\b)                          => is reported
\b(come|came|become|became)s? of (a|it|each|that|the|them)\b => the outcome, what happens to
\bstands? (at|before|here|in(?! for)|on|there|twice)\b       => is, contains
\b(lay|lie|lies) (at|below|in|on|there|under|where)\b        => is
\blooked (at|for|into|through)\b                             => checked, searched for, inspected, scanned
\bbeside\b(?!\.c|: )                                         => next to
\bwho(m|se) it (is|belongs)\b                                => which lead it belongs to, who owns it
\bhis\b                                                      => its, their
\b(large and small|small and large) letters\b                => upper and lower case
\bcalled alike\b                                             => have the same name
\bblanks\b                                                   => spaces
\bmend(s|ed|ing)?\b                                          => fix
\bleaves? the house\b                                        => is really sent
\bexit codes?\b                                              => exit status
\bsub-(director|folder)                                      => written without the hyphen
\bwhat lands\b                                               => new files
TABLE
}

# check COMMAND...: reports what the command prints, as FILE:LINE:TEXT, with an expression of the table in it
check() {
    local lines row found
    lines=$("$@")
    while read -r row; do
        while read -r found; do
            echo "$found [better: ${row##*=> }]"
            wrong=1
        done < <(grep -iP "^[^:]*:\d+:.*(?:${row%%*( )=>*})" <<<"$lines")
    done < <(table)
}

mapfile -t units < <(find packaging/systemd -type f)
check grep -nH '' README.md CONTRIBUTING.md CHANGELOG.md docs/*.md etc/closedrop.conf packaging/*.sh packaging/man/*.[1-8] "${units[@]}"
mapfile -t sources < <(find include src tests -name '*.[ch]')
mapfile -t scripts < <(find tests packaging -name '*.bats' -o -name '*.bash' -o -name '*.py' -o -name '*.sh' ! -name words.sh)
check grep -nHoP '(/\*|^ *\*|//).*' "${sources[@]}"
check grep -nHP '^ *# ' "${scripts[@]}"
check grep -nHoP '"[^"]* [^"]*"' src/*/*.c src/*/*/*.c
check grep -nHP '^@test ' tests/stories/*/*.bats

# What a comment refers to, its reader can open.
if grep -rnP '\b(?!(README|CONTRIBUTING|CHANGELOG|fault-cases)\.)[\w-]+\.md\b' include src tests --include='*.[ch]'; then
    echo "the source tree has no such page"
    wrong=1
fi

[ $wrong = 0 ] && echo "no text has an expression of the table"
exit $wrong
