#!/usr/bin/env bats
# The manual pages are held against the program: every key, with its default, and every example of a configuration.

load ../../support/story
setup() { cd "$BATS_TEST_TMPDIR" || return; }

pages=$CLOSEDROP_SOURCE_DIR/packaging/man
conf_page=$pages/closedrop.conf.5
installed=$CLOSEDROP_SOURCE_DIR/etc/closedrop.conf

manual() { python3 "$CLOSEDROP_SOURCE_DIR/tests/support/manual.py" "$@"; }

same() { # FILE FILE: two lists are equal, or what differs is shown
    LC_ALL=C sort -o "$1" "$1"
    LC_ALL=C sort -o "$2" "$2"
    [ -s "$1" ]
    diff -U0 "$1" "$2"
}

# What the example names lies below root, and exists.
move_to_scratch() { # FILE
    sed -Ei "s,\"/(etc|srv|mnt|var)/,\"$PWD/root/\1/,g" "$1"
    grep -oE '\bpath = "/[^"]+"' "$1" | cut -d'"' -f2 | xargs -d '\n' mkdir -p
}

@test "closedrop check accepts every example of a configuration in closedrop.conf(5)" {
    local example
    export CLOSE_API_KEY=api_example.secret XDG_STATE_HOME=$PWD/state
    mkdir -p root/etc/closedrop root/var/lib/closedrop state
    (umask 077 && echo api_example.secret >root/etc/closedrop/api-key)
    manual examples "$conf_page" "$PWD"
    [ -s customers.csv ] && [ -s 5.conf ]
    for example in [0-9]*.conf; do
        move_to_scratch "$example"
        run "$CLOSEDROP_BIN_DIR/closedrop" check -c "$example"
        echo "$example: $output"
        [ "$status" = 0 ]
        [[ $output != *warning* ]]
    done
}

# Every group holds a key that is unknown, so that check names those that are known.
@test "the table in closedrop.conf(5) has every key that the program knows, and no other" {
    cat >unknown.conf <<'CONF'
nonsense = 1;
close = { nonsense = 1; };
limits = { nonsense = 1; sends = { nonsense = 1; }; };
folders = ( { path = "in"; nonsense = 1; } );
rules = ( { name = "a"; nonsense = 1; match = { nonsense = 1; };
            find = { nonsense = 1; custom_field = { nonsense = 1; }; };
            email = { nonsense = 1; }; },
          { name = "b"; table = { nonsense = 1; }; group = { nonsense = 1; }; note = { nonsense = 1; }; } );
log = { nonsense = 1; };
CONF
    run "$CLOSEDROP_BIN_DIR/closedrop" check -c unknown.conf
    [ "$status" = 78 ]
    echo "$output" | manual known | LC_ALL=C sort -u >known.txt
    manual table "$conf_page" | cut -f1 >table.txt
    # a group of which the table has the keys
    sed -E ':again; p; s/\.[a-z_]+$//; t again' table.txt | LC_ALL=C sort -u >with_groups.txt
    same known.txt with_groups.txt
}

@test "each key of the table has one paragraph in closedrop.conf(5)" {
    manual table "$conf_page" | awk -F'\t' '$2 != "group" && $2 != "list" { print $1 }' |
        sed -E 's/^(close|limits|folders|rules|log)\.//' >table.txt
    manual described "$conf_page" | grep -xE '[a-z_]+(\.[a-z_]+)*' >described.txt
    same table.txt described.txt
}

@test "the installed configuration sets every key but those of rules, to the table's default" {
    manual table "$conf_page" |
        awk -F'\t' '$2 != "group" && $2 != "list" && $1 !~ /^rules\./ { print $1 }' >keys.txt
    manual set "$installed" | grep -v '^rules\.' >set.txt
    cut -f1 set.txt >set_keys.txt
    same keys.txt set_keys.txt
    manual table "$conf_page" | cut -f1,3 | grep -P '\t(".*"|\[.*\]|[0-9]+|true|false)$' >defaults.txt
    awk -F'\t' 'NR == FNR { value[$1] = $2; next }
                $1 in value && value[$1] != $2 { print $1 ": " value[$1] " in the table, " $2 " installed" }' \
        defaults.txt set.txt >differing.txt
    [ -s defaults.txt ]
    diff /dev/null differing.txt
}

@test "every key of a rule in the installed configuration is in the table" {
    manual set "$installed" | cut -f1 | grep '^rules\.' | LC_ALL=C sort -u >set.txt
    manual table "$conf_page" | cut -f1 | LC_ALL=C sort >table.txt
    LC_ALL=C comm -23 set.txt table.txt >missing.txt
    [ -s set.txt ]
    diff /dev/null missing.txt
}
