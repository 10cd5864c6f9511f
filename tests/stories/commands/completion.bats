#!/usr/bin/env bats
# What bash, zsh and fish complete comes from the table that --help comes from, and is what closedrop(1) describes.

load ../../support/story
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export PATH=$CLOSEDROP_BIN_DIR:$PATH CLOSEDROP_CONFIG=$PWD/closedrop.conf
    config=$CLOSEDROP_CONFIG api=http://127.0.0.1:9/
    more_folders='{ name = "my $(touch taken) faxes"; path = "faxes"; rules = [ "by lead", "fax" ]; }'
    more='rules = ( { name = "by lead"; lead_id = "lead_1"; lead_file = {}; },
                    { name = "fax"; lead_id = "lead_1"; lead_file = {}; } );'
    write_config
    for shell in bash fish zsh; do
        closedrop completion $shell >script.$shell
    done
}

bash_completes() { # WORD...: what it offers for the last of them, one per line
    # shellcheck disable=SC2016 # the inner shell's
    bash -c '. ./script.bash
             COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
             _closedrop
             [ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' _ closedrop "$@"
}

zsh_completes() { # LINE...: each as it is after a tab, within <>
    timeout 20 zsh -f "$CLOSEDROP_SOURCE_DIR/tests/support/complete.zsh" script.zsh "$PWD/lines" "$@"
    cat lines
}

fish_completes() { # LINE: what it offers, one per line
    HOME=$PWD timeout 20 fish --private -c 'source script.fish; complete -C $argv[1]' "$1" | cut -f1
}

same() { # FILE FILE, in any order
    LC_ALL=C sort -o "$1" "$1"
    LC_ALL=C sort -o "$2" "$2"
    [ -s "$1" ]
    diff -U0 "$1" "$2"
}

commands() {
    closedrop --help | sed -n 's/^  \([a-z]\+\)  .*/\1/p'
}

options() { # COMMAND: as its --help lists them, in every form
    closedrop "$1" --help | sed -n 's/^  -c FILE .*/-c\n--config/p; s/^  \(--[-a-z]*\).*/\1/p'
}

error_codes() { # those of closedrop(1)
    awk '/^\.SH/ { inside = /ERROR CODES/ } inside' "$CLOSEDROP_SOURCE_DIR/packaging/man/closedrop.1" >codes.1
    python3 "$CLOSEDROP_SOURCE_DIR/tests/support/manual.py" described codes.1
}

@test "bash completes every command, and each of its options" {
    local command
    commands >known.txt
    printf -- '--help\n--version\n' >>known.txt
    bash_completes '' >offered.txt
    same known.txt offered.txt
    for command in $(commands); do
        options "$command" >known.txt
        bash_completes "$command" - >offered.txt
        same known.txt offered.txt
    done
}

@test "bash completes states, shells and the error codes of closedrop(1)" {
    [ "$(bash_completes list --state up | xargs)" = "uploading uploaded" ]
    [ "$(bash_completes list --state = fai)" = failed ]
    [ "$(bash_completes completion '' | xargs)" = "bash fish zsh" ]
    error_codes >known.txt
    bash_completes retry --code '' >offered.txt
    same known.txt offered.txt
    [ -z "$(bash_completes list --limit '')" ]
    [ -z "$(bash_completes nonsense '')" ]
}

@test "bash completes the names of folders and rules, and runs nothing that is in them" {
    [ "$(bash_completes list --folder '' | head -n 1)" = scans ]
    bash_completes list --folder my >offered.txt
    [ "$(cat offered.txt)" = "$(printf '%q' 'my $(touch taken) faxes')" ]
    [ "$(bash_completes release by)" = 'by\ lead' ]
    [ "$(bash_completes upload --rule f)" = fax ]
    unset CLOSEDROP_CONFIG
    [ "$(HOME=$PWD bash_completes retry -c '~/closedrop.conf' --rule f)" = fax ]
    [ ! -e taken ]
}

@test "bash completes files where files are meant" {
    touch 'a letter.pdf'
    [ "$(bash_completes match a)" = 'a letter.pdf' ]
    [ "$(bash_completes status -c clo)" = closedrop.conf ]
}

@test "zsh completes commands, options and values" {
    type -P zsh >/dev/null || skip "zsh is not installed"
    zsh -n script.zsh
    touch letter.pdf
    zsh_completes 'closedrop compl' 'closedrop list --sta' 'closedrop list --state q' 'closedrop list --state=q' \
        'closedrop retry --code no_an' 'closedrop list --folder my' 'closedrop release by' 'closedrop match let' \
        "closedrop upload -c $config --rule f"
    [ ! -e taken ]
    diff -U0 - lines <<LINES
<closedrop completion >
<closedrop list --state=>
<closedrop list --state queued >
<closedrop list --state=queued >
<closedrop retry --code no_answer >
<closedrop list --folder my\\ \\\$\\(touch\\ taken\\)\\ faxes >
<closedrop release by\\ lead >
<closedrop match letter.pdf >
<closedrop upload -c $config --rule fax >
LINES
}

@test "fish completes commands, options and values" {
    local command
    type -P fish >/dev/null || skip "fish is not installed"
    commands >known.txt
    fish_completes 'closedrop ' >offered.txt
    same known.txt offered.txt
    for command in $(commands); do
        options "$command" | grep -vx -e -c >known.txt
        fish_completes "closedrop $command --" >offered.txt
        same known.txt offered.txt
    done
    [ "$(fish_completes 'closedrop list --state u' | xargs)" = "uploaded uploading" ]
    error_codes >known.txt
    fish_completes 'closedrop retry --code ' >offered.txt
    same known.txt offered.txt
    [ "$(fish_completes 'closedrop release ')" = $'by lead\nfax' ]
    [ "$(fish_completes "closedrop list -c $config --folder s")" = scans ]
    [ "$(fish_completes 'closedrop match script.b')" = script.bash ]
    [ ! -e taken ]
}

@test "each script is installed where its shell looks for it" {
    local share=root/usr/local/share
    ! grep -q '^CLOSEDROP_SANITIZE:STRING=thread' "$CLOSEDROP_BIN_DIR/CMakeCache.txt" || skip "not with ThreadSanitizer"
    DESTDIR=$PWD/root cmake --install "$CLOSEDROP_BIN_DIR" --prefix /usr/local >installed.txt
    diff script.bash $share/bash-completion/completions/closedrop
    diff script.zsh $share/zsh/site-functions/_closedrop
    diff script.fish $share/fish/vendor_completions.d/closedrop.fish
}

@test "an unknown shell is refused, with those that there are" {
    run closedrop completion tcsh
    [ "$status" = 2 ]
    [[ $output == *'"tcsh"'*"bash fish zsh"* ]]
}
