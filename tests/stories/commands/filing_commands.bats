#!/usr/bin/env bats
# match shows what rules make of files and touches nothing; upload files a document without an agent.

load ../../support/story

setup() {
    story_setup
    seed '{"leads":[
        {"id":"lead_A","name":"Amber & Co","contacts":[{"id":"cont_A","name":"Ann","emails":["ann@a.example"]}]},
        {"id":"lead_B","name":"Birch","contacts":[]}]}'
    printf 'key,lead_id\n1,lead_A\n2,lead_B\n' >customers.csv
    limits='doubt = "300ms";'
    more='rules = (
        { name = "table"; match = { path = "^(in/)?(?<n>[0-9]+)\\.txt$"; }; table = { file = "customers.csv"; key = "{n}"; };
          email = { subject = "{name} {sha256}"; }; },
        { name = "contact"; match = { path = "^ann"; }; contact_id = "cont_A"; note = { text = "{contact.email} {dir}"; }; } );'
    write_config 'rules = [ "table", "contact" ];'
}
teardown() { story_teardown; }

no_trace() { # nothing was posted, uploaded, moved or queued
    activities_are 0
    [ "$(uploads)" = 0 ]
    [ ! -e state ]
}

@test "match shows one file in full: rule, target, and the exact JSON" {
    echo hello >in/1.txt
    run closedrop match in/1.txt
    [ "$status" = 0 ]
    [[ $output == *"Rule      table"* ]]
    [[ $output == *"Lead      Amber & Co, lead_A"* ]]
    json=$(sed -n 's/^JSON *//p' <<<"$output")
    sha=$(sha256sum <in/1.txt | cut -d' ' -f1)
    jq -e --arg sha "$sha" '.lead_id == "lead_A" and .status == "draft" and .subject == "1.txt \($sha)" and
        .attachments[0].size == 6 and .attachments[0].filename == "1.txt"' <<<"$json"
    no_trace
    # what it showed is what is then posted
    run_once
    [ "$(activities '.[0].body | .attachments[0].url = ""' | jq -S .)" = "$(jq -S '.attachments[0].url = ""' <<<"$json")" ]
}

@test "match over an archive prints a table, and exits with 1 if any file has no rule or lead" {
    mkdir -p in/Uploaded/2026-11/in in/Failed
    echo a >in/Uploaded/2026-11/in/2.txt
    echo b >in/Failed/1.txt
    echo c >in/ann.txt
    run closedrop match in/Uploaded/2026-11/in/2.txt in/Failed/1.txt in/ann.txt
    [ "$status" = 0 ]
    [[ ${lines[1]} == "in/2.txt"*"table"*"email (draft) on Birch (lead_B)" ]]
    [[ ${lines[2]} == "1.txt"*"table"*"email (draft) on Amber & Co (lead_A)" ]]
    [[ ${lines[3]} == "ann.txt"*"contact"*"note on Amber & Co (lead_A)" ]]
    echo d >in/77.txt
    echo e >in/other.txt
    run closedrop match in/1.txt in/77.txt in/other.txt in/ann.txt in/none.txt
    [ "$status" = 1 ]
    [[ $output == *"77.txt"*"77"* ]]
    [[ $output == *"other.txt"*"no rule matches"* ]]
    [[ $output == *"none.txt"*"-- no such file"* ]]
    run closedrop match --json in/77.txt in/ann.txt
    jq -se '.[0].error.code == "no_target" and .[1].error == null and .[1].contact_id == "cont_A" and
        .[1].body.note == "ann@a.example "' <<<"$output"
    no_trace
}

@test "match of a file elsewhere uses the only folder, or the one that is named" {
    echo x >1.txt
    run closedrop match --json 1.txt
    jq -e '.folder == "scans" and .lead_id == "lead_A"' <<<"$output"
    more_folders='{ name = "b"; path = "b"; }'
    mkdir b
    write_config 'rules = [ "table" ];'
    run closedrop match 1.txt
    [ "$status" = 1 ]
    [[ $output == *"--folder"* ]]
    run closedrop match --folder b --json 1.txt
    [ "$status" = 0 ]
    jq -e '.rule == null and .body == null and .error == null' <<<"$output"
}

@test "match and upload report a missing file, and a pattern that the shell did not expand" {
    write_config 'include = [ "*.txt" ]; rules = [ "table" ];' # names are judged after that
    run closedrop match in/1.pdf
    [ "$status" = 1 ]
    [[ $output == *"Problem   no such file" ]]
    for command in match upload; do
        run closedrop "$command" 'in/Uploaded/*/*'
        [ "$status" = 1 ]
        [[ $output == *'no such file: the shell found no match for the pattern'*'may not list'*"sh -c 'closedrop ..."* ]]
    done
    echo x >'in/1 [2].txt' # a name like a pattern
    run closedrop match --json 'in/1 [2].txt'
    jq -e '.error.code == "no_rule"' <<<"$output"
    echo x >in/1.txt
    run closedrop match in/1.txt in/2.txt 'in/[3].txt'
    [ "$status" = 1 ]
    [ "$(grep -c 'no such file' <<<"$output")" = 2 ]
    no_trace
}

@test "match and upload say which directory cannot be entered, or which file cannot be read, and who owns it" {
    [ "$(id -u)" = 0 ] || skip "another user's directory can be made by root only"
    mkdir -p in/closed/in
    echo x >in/closed/in/1.txt
    echo x >in/1.txt
    echo x >in/2.txt
    chmod 700 in/closed
    chmod 600 in/2.txt
    become_nobody
    chmod 644 customers.csv
    run closedrop match in/closed/in/1.txt in/1.txt in/2.txt
    [ "$status" = 1 ]
    [[ ${lines[1]} == *'-- in/closed may not be entered: it belongs to root (group root) with mode 0700, and closedrop runs as nobody, '*'; what to do: chmod g+rx with chgrp to the group of the folder, or setfacl -m u:nobody:rx; '*'; or copy the file to a directory that can be read by nobody' ]]
    [[ $output != *sudo* && $output != *usermod* ]]
    [[ ${lines[2]} == *'email (draft) on Amber'* ]]
    [[ ${lines[3]} == *'-- in/2.txt may not be read: it belongs to root (group root) with mode 0600, '*'; what to do: chmod g+r with chgrp '* ]]
    run closedrop upload "$PWD/in/closed/in/1.txt" in/2.txt
    [ "$status" = 1 ]
    [[ ${lines[0]} == *"$PWD/in/closed may not be entered: it belongs to root"* ]]
    [[ ${lines[1]} == *'in/2.txt may not be read: it belongs to root'* ]]
    chown nobody in/2.txt # one's own file
    chmod 000 in/2.txt
    run closedrop match in/2.txt
    [ "$status" = 1 ]
    [[ $output == *'closedrop runs as nobody'*'; what to do: chmod u+r' ]]
}

@test "match judges a file by where it is, whatever path leads to it" {
    local way
    mkdir in/deep
    echo hello >in/1.txt
    ln -s in by_link
    for way in in/deep/../1.txt in/./deep/.././1.txt by_link/1.txt by_link/deep/../1.txt "$PWD/../${PWD##*/}//in/1.txt"; do
        closedrop match --json "$way" | jq -e '.folder == "scans" and .rule == "table" and .lead_id == "lead_A"'
    done
    cd in/deep
    "$CLOSEDROP_BIN_DIR/closedrop" match -c "$config" --json ../1.txt | jq -e '.rule == "table"'
    cd ../..
    # what was put away is known by its place, also where a link leads to the folder
    mkdir -p in/Uploaded/2026-11/in
    mv in/1.txt in/Uploaded/2026-11/in/
    set_config folders.path=by_link
    run closedrop match in/Uploaded/2026-11/../2026-11/in/1.txt by_link/Uploaded/2026-11/in/1.txt
    [ "$status" = 0 ]
    [ "$(grep -c '^in/1.txt  *table ' <<<"$output")" = 2 ]
    no_trace
}

fails_as() { # CODE NAME...: match says of each what the agent then says
    local code=$1 name
    shift
    for name; do
        run closedrop match --json "in/$name"
        [ "$status" = 1 ]
        jq -e --arg code "$code" '.error.code == $code and .body == null' <<<"$output"
        jq -r .error.message <<<"$output" >"said.$name"
    done
}

@test "match says for what the agent would refuse a file" {
    local name
    write_config 'rules = [ "table" ]; min_size = "5"; max_size = "60"; incomplete = "100ms";'
    echo 1 >in/1.txt
    : >in/2.txt
    head -c 100 /dev/zero | tr '\0' x >in/3.txt
    printf '%%PDF-1.4\nhalf of it' >in/4.txt
    echo 'with two names' >in/5.txt
    ln in/5.txt its_other_name
    fails_as too_small 1.txt
    fails_as empty 2.txt
    fails_as too_large 3.txt
    fails_as cut_off 4.txt
    fails_as links 5.txt
    no_trace
    # a copy of what was taken all the same was judged then
    mkdir -p in/Uploaded/2026-11
    cp in/4.txt in/Uploaded/2026-11/1.txt
    closedrop match in/Uploaded/2026-11/1.txt
    run_once
    for name in 1 2 3 4 5; do
        grep -qF "$(sed 's/; what to do: .*//' "said.$name.txt")" "in/Failed/$name.txt.error.txt"
    done
}

@test "match says that a link, a device and a directory are never taken" {
    mkdir in/7.txt
    mkfifo in/3.txt
    echo hello >in/1.txt
    ln -s 1.txt in/2.txt
    ln -s nowhere in/4.txt
    run closedrop match in/2.txt in/3.txt in/4.txt
    [ "$status" = 0 ]
    [[ ${lines[1]} == *'nothing: it is ignored; it is a symbolic link, and those are never followed' ]]
    [[ ${lines[2]} == *'nothing: it is ignored; it is not a regular file,'* ]]
    [[ ${lines[3]} == *'a symbolic link'* ]]
    mkdir outside
    echo hello >outside/1.txt
    ln -s ../outside in/in
    run closedrop match in/in/1.txt
    [[ $output == *'nothing: it is ignored; its path leads through a symbolic link'* ]]
    write_config 'include = [ "*.pdf" ]; rules = [ "table" ];'
    for command in match upload; do
        run closedrop "$command" in/7.txt
        [ "$status" = 1 ]
        [[ $output == *'is a directory; name the files in it'* ]]
    done
    activities_are 0
}

@test "match exits with 1 for a file that cannot be read, whatever its name" {
    become_nobody
    chmod 644 customers.csv
    write_config 'include = [ "*.pdf" ]; rules = [ "table" ];'
    chmod 644 "$config"
    echo x >in/1.txt
    chmod 000 in/1.txt
    run closedrop match in/1.txt
    [ "$status" = 1 ]
    [[ $output == *'in/1.txt may not be read: it belongs to'* ]]
}

@test "match says if a rule would match except for upper and lower case, and how to write that" {
    local hint='rule "contact" would match it if case were ignored; to ignore case, begin its match.path with (?i)'
    echo x >in/ANN.txt
    run closedrop match in/ANN.txt
    [ "$status" = 1 ]
    [[ $output == *"no rule matches"*"Hint      $hint" ]]
    echo x >in/other.txt
    run closedrop match in/ANN.txt in/other.txt
    [[ ${lines[1]} == *"no rule matches"*"; $hint" ]]
    [[ ${lines[2]} != *'upper and lower'* ]]
    run closedrop match --json in/ANN.txt in/other.txt
    jq -se --arg hint "$hint" '.[0].hint == $hint and .[1].hint == null' <<<"$output"
    # a rule before the one that takes it
    more=${more/'{ name = "contact"'/'{ name = "all"; lead_id = "lead_A"; lead_file = {}; }, { name = "contact"'}
    write_config 'rules = [ "contact", "all" ];'
    run closedrop match in/ANN.txt
    [ "$status" = 0 ]
    [[ $output == *"Rule      all"*"Hint      $hint" ]]
    # include ignores case
    write_config 'include = [ "ann*" ]; rules = [ "all" ];'
    run closedrop match in/ANN.txt
    [ "$status" = 0 ]
    [[ $output != *Hint* ]]
}

@test "upload --rule files a file without agent and queue; the file stays" {
    echo hello >2.txt
    output=$(closedrop upload --rule table 2.txt)
    [[ $output == https://app.close.com/go/file/* ]]
    [ "$(activities '.[0] | [.kind, .lead_id]')" = '["email","lead_B"]' ]
    [ -f 2.txt ]
    [ ! -e state ]
    output=$(closedrop upload --json --rule table 2.txt)
    jq -e '.state == "done" and .rule == "table" and .lead_id == "lead_B" and .activity == "email" and
        (.activity_id | startswith("acti_"))' <<<"$output"
    run closedrop upload --rule table ann.txt
    [ "$status" = 1 ]
    touch x && echo x >ann.txt
    run closedrop upload --rule table ann.txt # not a file of this rule
    [ "$status" = 1 ]
    [ "$(uploads)" = 2 ]
}

@test "upload --lead puts it on the lead, --contact into a note" {
    echo hello >a.txt
    closedrop upload --lead lead_B a.txt
    closedrop upload --contact cont_A a.txt
    [ "$(activities 'map([.kind, .lead_id, .contact_id])')" = '[["lead_file","lead_B",null],["note","lead_A","cont_A"]]' ]
    run closedrop upload --lead lead_Nobody a.txt
    [ "$status" = 1 ]
    [[ $output == *"no lead with the ID lead_Nobody"* ]]
    [ "$(uploads)" = 2 ]
}

@test "upload: wrong usage is reported" {
    echo x >a.txt
    run closedrop upload --lead nonsense a.txt
    [ "$status" = 2 ]
    run closedrop upload --rule none a.txt
    [ "$status" = 2 ]
    run closedrop upload --lead lead_A --contact cont_A a.txt
    [ "$status" = 2 ]
    [ "$(uploads)" = 0 ]
}

@test "upload: after an unclear POST it searches, and accepts what it finds" {
    fault '[{"on":"leadfile","do":"reset-after"}]'
    echo x >a.txt
    run closedrop upload --lead lead_A a.txt
    [ "$status" = 0 ]
    activities_are 1
    [ "$(counts .requests.leadfile)" = 1 ]
}

@test "upload: what stays unclear is reported, and is not posted again" {
    fault '[{"on":"email","do":{"status":500}}]'
    echo x >1.txt
    run closedrop upload --rule table 1.txt
    [ "$status" = 1 ]
    [[ $output == *"check the lead in Close"* ]]
    [ "$(counts .requests.email)" = 1 ]
    activities_are 0
}

listed_is() { # JQ-CONDITION: on the newest job on the list
    closedrop list --json --limit 1 | jq -en "input | .folder == null and ($1)" >/dev/null
}

@test "upload: what was filed is listed with rule, lead and activity, and so is what was filed before" {
    start_agent
    echo hello >2.txt
    closedrop upload --rule table 2.txt
    listed_is '.id == 1 and .state == "done" and .rule == "table" and .lead_id == "lead_B" and .activity == "email"'
    [ "$(closedrop list --json | jq -r .activity_id)" = "$(activities '.[0].id' | jq -r .)" ]
    history_says 1 'attaching: uploaded by hand; its activity is about to be created'
    history_says 1 'done: uploaded by hand'
    closedrop list | grep 'by hand.*2.txt  (email on .*(lead_B))'
    run closedrop upload --rule table 2.txt
    [ "$status" = 1 ]
    listed_is '.id == 2 and .state == "failed" and .error.code == "already_filed"'
    closedrop upload --rule table --again 2.txt
    listed_is '.id == 3 and .state == "done"'
    closedrop upload --contact cont_A 2.txt
    listed_is '.id == 4 and .rule == null and .contact_id == "cont_A" and .activity == "note"'
    activities_are 3
    no_more_was_posted
}

no_more_was_posted() { # a dropped file goes its way, and nothing else was posted
    echo other >in/1.txt
    wait_until jobs_are done 1
    activities_are 4
}

@test "upload: the same bytes, refused by hand, are not taken for a file that a person brought back" {
    start_agent
    echo hello >2.txt
    closedrop upload --rule table 2.txt
    run closedrop upload --rule table 2.txt
    [ "$status" = 1 ]
    mv 2.txt in/2.txt
    wait_until jobs_are failed 1
    listed_error=$(closedrop list --json --limit 1 | jq -r '[.folder, .error.code] | join(" ")')
    [ "$listed_error" = "scans already_filed" ]
    activities_are 1
}

@test "upload that is killed after its POST stays listed as unclear" {
    local uploading
    start_agent
    fault '[{"on":"email","do":{"delay":"3s"}}]'
    echo hello >2.txt
    "$CLOSEDROP_BIN_DIR/closedrop" upload -c "$config" --rule table 2.txt 3>&- &
    uploading=$!
    wait_until requests_reach email 1
    kill -KILL "$uploading"
    wait "$uploading" || true
    listed_is '.state == "failed" and .error.code == "unclear" and (.error.message | contains("check lead_B in Close"))'
    run closedrop retry 1
    [[ $output == *'run "closedrop upload" again'* ]]
    run closedrop upload --rule table 2.txt
    [ "$status" = 1 ]
    [[ $output == *"may already have been filed on lead_B"*"check the lead in Close"* ]]
    mv 2.txt in/2.txt
    wait_until jobs_are failed 1
    grep -q 'may already have been added to' in/Failed/2.txt.error.txt
}

@test "check finds an invalid table, and one that lacks a column that a rule uses" {
    closedrop check
    printf 'number,lead_id\n1,lead_A\n' >customers.csv
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'rule "table"'*customers.csv*key* ]]
    rm customers.csv
    mkdir customers.csv
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'rule "table"'*customers.csv* ]]
}

@test "a table that does not exist yet is only a warning of check, because the agent waits for it" {
    rm customers.csv
    run closedrop check
    [ "$status" = 0 ]
    [[ $output == *'closedrop.conf is valid'* ]]
    [[ $output == *"closedrop.conf:"*': warning: rule "table": the table '*'customers.csv does not exist yet'*wait* ]]
    # what else is wrong counts
    rmdir in
    run closedrop check
    [ "$status" = 78 ]
    [[ $output == *'customers.csv does not exist yet'* ]]
}
