#!/usr/bin/env bats
# Nothing is sent that nobody dropped: not what servers, desktops and browsers keep in a folder, and not what a pattern of
# `exclude` leaves out.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_X","name":"X"}]}'
    use_first_rule
}
teardown() { story_teardown; }

use_first_rule() { # FOLDER-SETTING...: the first rule of the README
    more='rules = ( { name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}";
        email = { status = "draft"; subject = "Scan: {stem}"; }; } );'
    write_config 'rules = [ "by-lead-id" ]; ' "$@"
}

put() { # PATH...: each with content of its own
    local path
    for path; do
        mkdir -p "in/$(dirname "$path")"
        echo "content of $path" >"in/$path"
    done
}

only_filed() { # NAME...: these were filed, and nothing else was even uploaded
    local names
    names=$(activities '[.[].attachments[].filename]')
    [ "$names" = "$(jq -cn '$ARGS.positional' --args -- "$@")" ] || {
        echo "filed: $names"
        return 1
    }
    [ "$(uploads)" = $# ]
}

still_there() { # PATH...
    local path
    for path; do
        [ -f "in/$path" ] || { echo "$path is gone"; return 1; }
    done
}

# what was seen sent to a customer, and others of its kind
names=(
    '@eaDir/contract lead_X.pdf/SYNOFILE_THUMB_M.jpg' '@eaDir/contract lead_X.pdf@SynoEAStream'
    'sub/@EADIR/lead_X.pdf@SynoResource' 'letter lead_X.pdf:Zone.Identifier'
    $'letter lead_X.pdf\xef\x80\xbaZone.Identifier' 'sub/letter lead_X.pdf:Zone.Identifier:$DATA'
    'letter lead_X.pdf:encryptable' '#recycle/wrong lead_X.pdf' '#snapshot/GMT-2026/old lead_X.pdf'
    '@Recycle/wrong lead_X.pdf' '@Recently-Snapshot/old lead_X.pdf' '$RECYCLE.BIN/$R1 lead_X.pdf'
    'RECYCLER/lead_X.pdf' 'Network Trash Folder/lead_X.pdf' 'Temporary Items/lead_X.pdf'
    'System Volume Information/lead_X.pdf' 'lost+found/lead_X.pdf' '.Trash-1000/files/lead_X.pdf'
    'lead_X.pdf.download/lead_X.pdf' 'lead_X.pdf.opdownload' 'lead_X.pdf.partial' 'lead_X.pdf.temp'
    'lead_X.pdf.aria2' 'lead_X.pdf.!ut' 'lead_X.pdf.!qB' 'lead_X.pdf.!sync' 'lead_X.pdf.sb-1a2b3c4d-Xy12Zk'
    'sub lead_X/ehthumbs.db' $'sub lead_X/Icon\r' 'lead_X.url' 'lead_X.lnk' 'sub/lead_X.desktop' 'lead_X.pdf.waiting.txt'
)

@test "what servers, desktops and browsers keep in a folder is not sent" {
    put "${names[@]}" 'contract lead_X.pdf'
    run_once
    only_filed 'contract lead_X.pdf'
    still_there "${names[@]}"
    [ "$agent_code" = 0 ]
}

@test "nor while events report each of them" {
    start_agent
    put "${names[@]}"
    put 'contract lead_X.pdf'
    wait_until jobs_are done 1
    put 'second lead_X.pdf'
    wait_until jobs_are done 2
    only_filed 'contract lead_X.pdf' 'second lead_X.pdf'
    still_there "${names[@]}"
    closedrop status --json | jq -e '.folders[0].settling == 0'
}

@test "a document that a person moves to the share's recycle bin a second after it was dropped" {
    settle=2s use_first_rule
    mkdir 'in/#recycle'
    start_agent
    put 'wrong lead_X.pdf'
    sleep 1 # the person
    mv 'in/wrong lead_X.pdf' 'in/#recycle/'
    put 'right lead_X.pdf'
    wait_until jobs_are done 1
    only_filed 'right lead_X.pdf'
    still_there '#recycle/wrong lead_X.pdf'
}

@test "match says so about them, and about a name in a directory that is not entered" {
    put "${names[@]}"
    for name in "${names[@]}"; do
        closedrop match "in/$name" | grep -F 'nothing: it is ignored'
    done
}

@test "a shortcut is sent if a pattern of include names it, not if one matches everything" {
    use_first_rule 'include = [ "*", "lead*", "*.url", "Report lead_X.lnk" ];'
    put 'a lead_X.pdf' 'b lead_X.URL' 'c lead_X.lnk' 'Report lead_X.lnk' 'lead_X.Desktop'
    run_once
    [ "$(activities '[.[].attachments[].filename] | sort')" = \
        '["Report lead_X.lnk","a lead_X.pdf","b lead_X.URL"]' ]
    still_there 'c lead_X.lnk' 'lead_X.Desktop'
    closedrop match 'in/c lead_X.lnk' | grep -F 'it is a shortcut, and include has no pattern for it'
}

@test "what a pattern without a slash excludes, at any depth: files, and directories with all in them" {
    use_first_rule 'exclude = [ "draft-*", "private", "old/*" ];'
    local out=('draft-1 lead_X.pdf' 'in/draft-2 lead_X.pdf' 'draft-3/lead_X.pdf' 'in/Private/deep/lead_X.pdf' 'old/lead_X.pdf')
    put "${out[@]}" 'in/privates lead_X.pdf'
    start_agent
    wait_until jobs_are done 1
    put 'later/private/lead_X.pdf' 'later/second lead_X.pdf'
    wait_until jobs_are done 2
    only_filed 'privates lead_X.pdf' 'second lead_X.pdf'
    still_there "${out[@]}" 'later/private/lead_X.pdf'
}
