#!/usr/bin/env bats
# link = true: next to a file in the archive, a shortcut to the lead that it was filed on.

load ../../support/story

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    seed '{"leads":[{"id":"lead_One","name":"One"}]}'
    more='rules = ( { name = "note"; match = { path = "^note"; }; lead_id = "lead_One"; note = { text = "{name}"; }; } );'
}
teardown() { story_teardown; }

linked='rules = [ "note" ]; link = true;'

shortcut() { # the bytes that Windows and macOS read: ASCII, and lines that end with CR LF
    printf '[InternetShortcut]\r\nURL=https://app.close.com/lead/lead_One/\r\n'
}

count_of() { # PATTERN: how many files of the archive match it, byte by byte
    LC_ALL=C find "$uploaded" -type f -name "$1" -printf x | wc -c
}

@test "the shortcut opens the lead, and can be read by whoever can read the file" {
    write_config "$linked"
    echo one >in/note.txt
    chmod 640 in/note.txt
    run_once
    cmp "$uploaded/note.txt.url" <(shortcut)
    [ "$(stat -c '%a %g' "$uploaded/note.txt.url")" = "$(stat -c '%a %g' "$uploaded/note.txt")" ]
    [ "$(ls -A "$uploaded")" = $'note.txt\nnote.txt.url' ]
}

@test "without link there is none, nor for a file that belongs to no lead or has failed" {
    write_config 'rules = [ "note" ];'
    echo one >in/note-1.txt
    run_once
    write_config "$linked incomplete = \"0\";"
    echo plain >in/plain.txt
    : >in/note-empty.txt
    run_once
    [ -f "$uploaded/plain.txt" ] && [ -f in/Failed/note-empty.txt ]
    [ -z "$(find in -name '*.url')" ]
}

@test "it never replaces a file: the name of somebody's own gets a number" {
    write_config "$linked"
    mkdir -p "$uploaded"
    echo mine >"$uploaded/note.txt.url"
    ln -s /etc/passwd "$uploaded/note.txt (2).url"
    echo one >in/note.txt
    run_once
    [ "$(cat "$uploaded/note.txt.url")" = mine ]
    [ -L "$uploaded/note.txt (2).url" ]
    cmp "$uploaded/note.txt (3).url" <(shortcut)
}

@test "hostile and very long names get one, too; each fits, and none is taken for a document" {
    local name long
    long=$(printf 'n%.0s' {1..240})
    write_config "$linked include = [ \"*.txt\", \"*.url\" ];"
    for name in "note $long" "note $long." $'note\n[InternetShortcut]\nURL=x' $'note\xff' 'note %s"'\''' "note-$(printf 'ö%.0s' {1..120})"; do
        echo "$name" >"in/$name.txt"
    done
    run_once
    [ "$(count_of '*.txt')" = 6 ]
    [ "$(count_of '*.url')" = 6 ]
    while IFS= read -r -d '' name; do
        cmp "$name" <(shortcut)
        name=${name##*/}
        [ "$(printf %s "$name" | wc -c)" -le 255 ]
    done < <(find "$uploaded" -name '*.url' -print0)
    run_once
    jobs_are done 6
}

@test "on a FUSE file system it is written by the folder's file process" {
    type -P bindfs >/dev/null || skip "bindfs is not installed"
    mkdir behind
    bindfs -f behind in >bindfs.log 2>&1 3>&- &
    mounts+=("$PWD/in")
    WAIT_MAX=5 wait_until mountpoint -q in || skip "FUSE cannot be mounted here: $(cat bindfs.log)"
    write_config "$linked poll_interval = \"200ms\";"
    start_agent
    mkdir -p "behind/Uploaded/$(date +%Y-%m)"
    echo mine >"behind/Uploaded/$(date +%Y-%m)/note.txt.url"
    echo one >behind/note.txt
    wait_until test -f "behind/Uploaded/$(date +%Y-%m)/note.txt (2).url"
    cmp "behind/Uploaded/$(date +%Y-%m)/note.txt (2).url" <(shortcut)
    [ "$(cat "behind/Uploaded/$(date +%Y-%m)/note.txt.url")" = mine ]
}
