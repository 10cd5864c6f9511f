#!/usr/bin/env bats
# A file is renamed, or sorted into a subdirectory, after its way through the program began: it is filed once, under its new
# name as long as nothing was filed under the old one.

load ../../support/story
WAIT_MAX=20

setup() {
    story_setup
    uploaded=in/Uploaded/$(date +%Y-%m)
    seed '{"leads":[{"id":"lead_A","name":"A"},{"id":"lead_B","name":"B"}]}'
    use_rule
}

teardown() { story_teardown; }

use_rule() { # FOLDER-SETTING...: A* belongs to lead_A, B* to lead_B
    more="rules = ( { name = \"r\"; match = { path = \"(^|/)(?<l>[AB])[^/]*\$\"; }; lead_id = \"lead_{l}\"; ${group:-}
        email = { subject = \"{stem}\"; }; } );"
    write_config "rules = [ \"r\" ]; receipts = ${receipts:-true}; no_match = \"fail\";" "$@"
}

drop_slowly() { # NAME: it is being sent when this returns
    head -c 2M /dev/urandom >"$1"
    fault '[{"on":"s3","do":{"delay":"700ms"},"times":1}]'
    mv "$1" in/
    wait_until is_in_stage send
}

is_in_stage() { # STAGE
    closedrop status --json | jq -en "input | .transfers[] | select(.stage == \"$1\")" >/dev/null
}

filed_once_on() { # LEAD FILENAME
    wait_until jobs_are done "${done:-1}"
    wait_until not_put_away_are 0
    [ "$(activities 'map([.lead_id, .attachments[0].filename])')" = "[[\"$1\",\"$2\"]]" ]
}

@test "renamed while it is sent: filed under the new name, and the receipt has both" {
    start_agent
    drop_slowly A1.pdf
    mv in/A1.pdf in/B2.pdf
    filed_once_on lead_B B2.pdf
    [ -f "$uploaded/B2.pdf" ]
    [ "$(jq -r .queued_path "$uploaded/B2.pdf.close.json")" = A1.pdf ]
    [ "$(jq -r .path "$uploaded/B2.pdf.close.json")" = B2.pdf ]
    history_says 1 'renamed in the folder; its name was A1.pdf'
    [ "$(uploads)" = 1 ]
}

@test "sorted into a new subdirectory while it is sent" {
    start_agent
    drop_slowly A1.pdf
    mkdir in/sorted
    mv in/A1.pdf in/sorted/A1.pdf
    filed_once_on lead_A A1.pdf
    [ -f "$uploaded/sorted/A1.pdf" ]
}

@test "its directory is renamed while it is sent" {
    mkdir in/monday
    start_agent
    head -c 2M /dev/urandom >A1.pdf
    fault '[{"on":"s3","do":{"delay":"700ms"},"times":1}]'
    mv A1.pdf in/monday/
    wait_until is_in_stage send
    mv in/monday in/tuesday
    filed_once_on lead_A A1.pdf
    [ -f "$uploaded/tuesday/A1.pdf" ]
}

@test "renamed to a name that no rule takes: it fails under its new name, and nothing is filed" {
    start_agent
    drop_slowly A1.pdf
    mv in/A1.pdf in/C1.pdf
    wait_until test -f in/Failed/C1.pdf.error.txt
    activities_are 0
}

renamed_while_down() { # FOLDER-SETTING...
    use_rule "$@"
    fault '[{"on":"upload","do":{"status":503},"times":0},{"on":"me","do":{"status":503},"times":0}]'
    start_agent
    echo hello >in/A1.txt
    wait_until log_says 'Close does not answer'
    mv in/A1.txt in/B1.txt
    wait_until history_says 1 'renamed in the folder'
    no_faults
    filed_once_on lead_B B1.txt
    [ -f "$uploaded/B1.txt" ]
}

@test "renamed while Close is down" {
    renamed_while_down
}

@test "renamed while Close is down, in a polled folder" {
    renamed_while_down 'watch = "poll"; poll_interval = "200ms";'
}

@test "renamed while its group waits: it goes with the group of its new name" {
    group='group = { by = "{l}"; wait = "1s"; };'
    use_rule
    start_agent
    echo 1 >in/A1.txt
    echo 2 >in/A2.txt
    wait_until jobs_are uploaded 2
    mv in/A2.txt in/B2.txt
    wait_until jobs_are done 2
    [ "$(activities 'map([.lead_id, .attachments[].filename]) | sort')" = '[["lead_A","A1.txt"],["lead_B","B2.txt"]]' ]
}

stopped_in() { # STATE FAULTS: the agent is killed with the file in that state, which is renamed then
    fault "$2"
    start_agent
    echo hello >in/A1.txt
    wait_until jobs_are "$1" 1
    kill_agent
    no_faults
    mv in/A1.txt in/B1.txt
    start_agent
}

@test "renamed while the agent is down, with the file being sent" {
    stopped_in uploading '[{"on":"s3","do":"hang","times":0}]'
    filed_once_on lead_B B1.txt
}

@test "renamed while the agent is down, with the file uploaded" {
    group='group = { by = "{l}"; wait = "2s"; };'
    use_rule
    stopped_in uploaded '[]'
    filed_once_on lead_B B1.txt
}

@test "renamed while the agent is down, with its email posted: filed under the old name, and a text names both leads" {
    limits='doubt = "200ms"; '
    use_rule
    stopped_in attaching '[{"on":"email","do":"hang-after","times":0}]'
    filed_once_on lead_A A1.txt
    wait_until test -f "$uploaded/B1.txt.error.txt"
    grep -q 'Saved as: A1.txt' "$uploaded/B1.txt.error.txt"
    grep -q 'would belong to lead_B' "$uploaded/B1.txt.error.txt"
    history_says 1 'was filed on lead_A under the name A1.txt; under its new name it would belong to lead_B'
    [ "$(jq -r .filed_path "$uploaded/B1.txt.close.json")" = A1.txt ]
}

@test "what was filed under the old name is filed on the other lead as well when it is dragged back" {
    limits='doubt = "200ms"; '
    use_rule
    stopped_in attaching '[{"on":"email","do":"hang-after","times":0}]'
    wait_until test -f "$uploaded/B1.txt.error.txt"
    mv "$uploaded/B1.txt" in/
    wait_until activities_are 2
    wait_until jobs_are done 2
    [ "$(activities 'map(.lead_id)')" = '["lead_A","lead_B"]' ]
}

@test "renamed during its POST: filed under the old name; a new name of the same lead needs no text" {
    fault '[{"on":"email","do":{"delay":"600ms"},"times":1}]'
    start_agent
    echo hello >in/A1.txt
    wait_until jobs_are attaching 1
    mv in/A1.txt in/A2.txt
    filed_once_on lead_A A1.txt
    [ -f "$uploaded/A2.txt" ]
    [ ! -e "$uploaded/A2.txt.error.txt" ]
    [ "$(find in -name 'A*' | wc -l)" = 2 ]
}

posted_then_renamed() { # FOLDER-SETTING...: to a name of another lead
    limits='doubt = "200ms"; '
    use_rule "$@"
    fault '[{"on":"email","do":{"delay":"600ms"},"times":1}]'
    start_agent
    echo hello >in/A1.txt
    wait_until jobs_are attaching 1
    mv in/A1.txt in/B1.txt
    filed_once_on lead_A A1.txt
}

@test "renamed during its POST in a folder with after_upload = delete: it is archived with a text, for a person to check" {
    posted_then_renamed 'after_upload = "delete";'
    [ -f "$uploaded/B1.txt" ]
    grep -q 'would belong to lead_B' "$uploaded/B1.txt.error.txt"
}

@test "renamed during its POST in a folder with after_upload = keep: the text is next to it" {
    receipts=false posted_then_renamed 'after_upload = "keep";'
    [ -f in/B1.txt ]
    grep -q 'would belong to lead_B' in/B1.txt.error.txt
}

@test "renamed without its sidecar: what the sidecar says still counts" {
    use_rule 'sidecar = true;'
    fault '[{"on":"s3","do":{"delay":"700ms"},"times":1}]'
    start_agent
    echo '{}' >in/A1.txt.json
    echo hello >in/A1.txt
    wait_until is_in_stage send
    mv in/A1.txt in/B1.txt
    filed_once_on lead_B B1.txt
    [ -f "$uploaded/B1.txt" ]
}

@test "renamed to another type: the rule that wants that type takes it" {
    more="rules = ( { name = \"r\"; match = { content_type = \"text/csv\"; }; lead_id = \"lead_A\"; email = { subject = \"x\"; }; } );"
    write_config 'rules = [ "r" ];'
    fault '[{"on":"s3","do":{"delay":"700ms"},"times":1}]'
    start_agent
    echo hello >in/A1.txt
    wait_until is_in_stage send
    mv in/A1.txt in/A1.csv
    filed_once_on lead_A A1.csv
}

@test "its folder is renamed in the configuration while its email is posted: the same file in the new folder does not wait" {
    limits='doubt = "200ms"; '
    use_rule
    fault '[{"on":"email","do":"hang-after","times":0}]'
    start_agent
    echo hello >in/A1.txt
    wait_until activities_are 1
    kill_agent
    no_faults
    set_config folders.name=letters
    start_agent
    wait_until test -f in/Failed/A1.txt
    activities_are 1
}

@test "renamed, and its activity was not created after all: filed under the new name" {
    limits='doubt = "200ms"; '
    use_rule
    fault '[{"on":"email","do":"hang","times":1}]'
    timeout=500ms use_rule
    start_agent
    echo hello >in/A1.txt
    wait_until jobs_are attaching 1
    mv in/A1.txt in/B1.txt
    filed_once_on lead_B B1.txt
    [ "$(closedrop list --json | jq .filed_path)" = null ]
}

@test "renamed after it was filed, while it cannot be put away" {
    fault '[{"on":"email","do":{"delay":"600ms"},"times":1}]'
    start_agent
    echo hello >in/A1.txt
    wait_until jobs_are attaching 1
    exec 7>>in/A1.txt # somebody has it open for writing
    wait_until log_says 'another program has the file open for writing'
    mv in/A1.txt in/B1.txt
    wait_until history_says 1 'renamed in the folder'
    exec 7>&-
    filed_once_on lead_A A1.txt
    [ -f "$uploaded/B1.txt" ]
    [ -f "$uploaded/B1.txt.error.txt" ]
}

@test "renamed and another file takes the old name: each is filed once" {
    start_agent
    drop_slowly A1.pdf
    mv in/A1.pdf in/A2.pdf
    echo other >A1.pdf
    mv A1.pdf in/A1.pdf
    wait_until jobs_are done 2
    wait_until not_put_away_are 0
    [ "$(activities 'map(.attachments[0].filename) | sort')" = '["A1.pdf","A2.pdf"]' ]
    [ "$(cat "$uploaded/A1.pdf")" = other ]
    [ "$(stat -c %s "$uploaded/A2.pdf")" = 2097152 ]
}

@test "taken out of the folder while it is sent: filed, and nothing waits for it" {
    start_agent
    drop_slowly A1.pdf
    mv in/A1.pdf .
    filed_once_on lead_A A1.pdf
    history_says 1 'the file had been removed from the folder in the meantime'
}

@test "a second name (hard link) is not a new name" {
    fault '[{"on":"s3","do":{"delay":"700ms"},"times":1}]'
    start_agent
    echo hello >in/A1.txt
    wait_until is_in_stage send
    ln in/A1.txt in/B1.txt
    wait_until jobs_are done 1
    [ "$(closedrop list --json | jq -r 'select(.id == 1) | [.path, .lead_id] | join(" ")')" = 'A1.txt lead_A' ]
}

# ---- what was filed is known, whatever is renamed ----
# With FILES=1000 in the environment so many files suffer each of these.

FILES=${FILES:-6}

carriers() { # FOLDER-SETTING...: an email, a note, or a lead file; all belong to lead_A
    more='rules = (
        { name = "e"; match = { path = "(?i)(^|/)e[^/]*$"; }; lead_id = "lead_A"; email = { subject = "{stem}"; }; },
        { name = "n"; match = { path = "(?i)(^|/)n[^/]*$"; }; lead_id = "lead_A"; note = { text = "{stem}"; }; },
        { name = "l"; match = { path = "(?i)(^|/)l[^/]*$"; }; lead_id = "lead_A"; lead_file = {}; } );'
    write_config 'rules = [ "e", "n", "l" ];' "$@"
}

files_all() { # FOLDER-SETTING...: each carrier has filed its share, and the agent has stopped
    local i kinds=(e n l)
    WAIT_MAX=600
    carriers "$@"
    for ((i = 0; i < FILES; i++)); do echo "letter $i" >"in/${kinds[i % 3]}$i.txt"; done
    run_once
    [ "$agent_code" = 0 ]
    activities_are "$FILES"
}

nothing_new() { # [PATTERN]: the texts of so many files say why they were not filed again
    run_once
    run_once
    activities_are "$FILES"
    [ $# = 0 ] || [ "$(find . -path "$1" -exec grep -l already {} + | wc -l)" = "$FILES" ]
}

one_more_is_filed() { # FILE FOLDER: dragged back
    mv "$1" "$2"
    run_once
    [ "$agent_code" = 0 ]
    activities_are $((FILES + 1))
}

@test "the path becomes the parent directory" {
    files_all
    carriers
    set_config folders.name=office folders.path=office
    mkdir office
    mv in office/
    nothing_new './office/Failed/in/Uploaded/*.error.txt'
    one_more_is_filed office/Failed/in/Uploaded/*/e0.txt office/
}

@test "folder renamed in the configuration, archive and name changed together" {
    files_all
    set_config folders.name=letters folders.archive=Sent
    nothing_new './in/Failed/Uploaded/*.error.txt'
    one_more_is_filed in/Failed/Uploaded/*/n1.txt in/
}

@test "check and a reload warn if the name of a folder disappears that has jobs" {
    local says='the folder "scans" is no longer in the configuration, but the queue has jobs of it: '$FILES', of which 0 wait'
    files_all
    start_agent
    set_config folders.name=letters
    kill -HUP "$agent_pid"
    wait_until log_says "$says"
    closedrop check | grep -F "$says"
    stop_agent
    closedrop check | grep -F 'keep its name: name = "scans";'
}

@test "Uploaded renamed in the folder" {
    files_all
    mv in/Uploaded in/2025
    nothing_new './in/Failed/2025/*.error.txt'
    one_more_is_filed in/Failed/2025/*/l2.txt in/
}

@test "a directory whose name changes case, and files renamed to capital letters" {
    local file
    mkdir in/post
    files_all
    mkdir in/POST
    for file in "$uploaded"/*.txt; do
        mv "$file" "in/POST/$(basename "${file^^}")"
    done
    nothing_new './in/Failed/POST/*.error.txt'
}

@test "a keep directory renamed, and the folder's name with it" {
    mkdir in/x
    files_all 'after_upload = "keep";'
    mv in/*.txt in/x/
    mv in/x in/y
    nothing_new
    set_config folders.name=letters
    nothing_new
    [ -f in/y/e0.txt ]
    find in -type f -exec touch {} +
    nothing_new
}

@test "restored from a backup with new times and handles" {
    files_all
    cp -r "$uploaded" restored
    rm -r in
    mv restored in
    nothing_new './in/Failed/*.error.txt'
    one_more_is_filed in/Failed/e0.txt in/e-once-more.txt
}

@test "a share that moved to another server, and was split into two folders" {
    files_all
    mkdir new other
    cp "$uploaded"/[en]*.txt new/
    cp "$uploaded"/l*.txt other/
    more_folders='{ name = "other"; path = "other"; settle = "200ms"; rules = [ "l" ]; }' carriers
    set_config folders.name=new folders.path=new
    nothing_new './*/Failed/*.error.txt'
}

@test "on an overlay file system a file of the lower layer is filed once" {
    mkdir lower upper work
    echo hello >lower/A1.txt
    mount_or_skip -t overlay overlay -o "lowerdir=$PWD/lower,upperdir=$PWD/upper,workdir=$PWD/work" in
    run_once
    run_once
    activities_are 1
    [ -f "$uploaded/A1.txt" ]
    [ ! -e in/A1.txt ]
}
