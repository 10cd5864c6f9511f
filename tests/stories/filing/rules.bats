#!/usr/bin/env bats
# A file finds its lead, and the activity is created there: the three examples of closedrop.conf(5), with real documents, and
# every activity compared field by field.

load ../../support/story

bluth=lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6LqeFs0h
jane=cont_8NNOJnVwmHQEYuVOgJ4B4zU7g9RUxYH4JnPjza5Vr6t

setup() {
    story_setup
    seed '{"leads":[
        {"id":"'$bluth'","name":"Bluth Company","custom":{"cf_Number":"A-1042"},"contacts":[
            {"id":"'$jane'","name":"Jane Doe","emails":["jane@bluth.example"],"phones":["+16505551234"]},
            {"id":"cont_Bob","name":"Bob Loblaw","emails":["bob@law.example"],"phones":["+493012345678"]}]},
        {"id":"lead_Sitwell","name":"Sitwell & Sons","custom":{"cf_Number":"A-10"},"contacts":[
            {"id":"cont_Stan","name":"Jane Doe-Smith","emails":["jane@bluth.example.org"],"phones":["+16505551235"]}]}]}'
}
teardown() { story_teardown; }

rules() { # RULE...: the list of rules, and a folder that has all of them by their names
    local names='' rule
    for rule; do
        names+="$(grep -o 'name = "[^"]*"' <<<"$rule" | head -n 1 | cut -c 8-),"
    done
    more="rules = ( $(IFS=, && echo "$*") );"
    write_config "rules = [ ${names%,} ]; ${folder_settings:-}"
}

by_lead_id='{ name = "by-lead-id"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}";
    email = { status = "draft"; subject = "Scan: {stem}"; body_text = "Received {date:%Y-%m-%d}."; }; }'
fax='{ name = "fax"; match = { path = "^(?<caller>\\+?[0-9]+)-.*\\.tif$"; }; find = { contact_phone = "+1{caller}"; };
    note = { text = "Fax from {caller}"; }; }'

attachment() { # FILE TOKEN: as Close is told of it
    jq -n --arg name "${1##*/}" --arg token "$2" --argjson size "$(stat -c %s "$1")" '{
        url: ("https://app.close.com/go/file/temporary/user_SandboxRGFG7pztSeJiiMFdN7O2MFl71nD0uGO3bIOo4W/" + $token + "/" +
            $name + "/"), filename: $name, content_type: "application/pdf", size: $size}'
}

@test "by lead ID: a scan with the ID in its name becomes a draft on that lead" {
    rules "$by_lead_id"
    start_agent
    pdf "scan-$bluth.pdf" "a contract"
    cp "scan-$bluth.pdf" in/
    wait_until jobs_are done 1
    activities_are 1
    token=$(activities '.[0].attachments[0].token' | tr -d '"')
    want=$(jq -n --arg lead "$bluth" --argjson file "$(attachment "scan-$bluth.pdf" "$token")" --arg day "$(date +%F)" '{
        lead_id: $lead, status: "draft", subject: ("Scan: scan-" + $lead), body_text: ("Received " + $day + "."),
        attachments: [$file]}')
    [ "$(activities '.[0].body' | jq -S .)" = "$(jq -S . <<<"$want")" ]
    [ "$(activities '.[0].attachments[0].sha256' | tr -d '"')" = "$(sha256sum <"scan-$bluth.pdf" | cut -d' ' -f1)" ]
    closedrop list --json | jq -e --arg lead "$bluth" '.rule == "by-lead-id" and .lead_id == $lead and .contact_id == null and
        .activity == "email" and (.activity_id | startswith("acti_")) and .attempts == 1 and .state == "done"'
    [ -f "in/Uploaded/$(date +%Y-%m)/scan-$bluth.pdf" ]
}

@test "fax caller: a fax finds the contact by its number, and becomes a note" {
    rules "$fax"
    start_agent
    tiff 6505551234-0001.tif "an offer"
    mv 6505551234-0001.tif in/
    wait_until jobs_are done 1
    [ "$(activities '[.[0].kind, .[0].lead_id, .[0].contact_id, .[0].body.note]')" = \
        '["note","'$bluth'","'$jane'","Fax from 6505551234"]' ]
    # a note's attachment has no size, and nothing else is sent than what a note has
    [ "$(activities '.[0].body | keys')" = '["attachments","contact_id","lead_id","note"]' ]
    [ "$(activities '.[0].body.attachments[0] | keys')" = '["content_type","filename","url"]' ]
    [ "$(activities '.[0].body.attachments[0].content_type')" = '"image/tiff"' ]
}

@test "a number as it is dialled finds its contact, and nobody whose number is only similar" {
    seed '{"leads":[{"id":"lead_Munich","name":"Amper GmbH","contacts":[
            {"id":"cont_Munich","name":"Anna","emails":[],"phones":["+4989555123"]}]},
        {"id":"lead_Other","name":"Others","contacts":[
            {"id":"cont_Area","name":"B","emails":[],"phones":["89555123"]},
            {"id":"cont_Short","name":"C","emails":[],"phones":["555123"]},
            {"id":"cont_Vienna","name":"D","emails":[],"phones":["+4389555123"]},
            {"id":"cont_Bare","name":"E","emails":[],"phones":["4989555123"]}]}]}'
    rules '{ name = "fax"; match = { path = "^(?<caller>[^_]+)_"; }; find = { contact_phone = "{caller}"; country = "49"; };
        note = { text = "Fax from {caller}"; }; }'
    number=0
    for caller in '089 5551 23' '(0)89-555123' '0049 89 555123' '+49 (0)89 555123' '+49 089 555-123' '+4989555123'; do
        echo "$caller" >"in/${caller}_$((++number)).txt"
    done
    for caller in '555123' '89 555123' '89555123' '4989555123' '0-12' 'anonymous' '089 555123, 555124'; do
        echo "$caller" >"in/${caller}_.txt"
    done
    run closedrop match 'in/089 5551 23_1.txt'
    [ "$status" = 0 ]
    [[ $output == *'Finds     contact with the phone number "089 5551 23" (+4989555123)'* ]]
    closedrop match --json 'in/(0)89-555123_2.txt' | jq -e '.contact_id == "cont_Munich" and
        .search == "contact with the phone number \"(0)89-555123\" (+4989555123)"'
    before=$(counts .requests.search)
    run_once
    jobs_are failed 7
    [ "$(activities 'map(.contact_id) | unique | map([., 6])')" = '[["cont_Munich",6]]' ]
    activities_are 6
    [ "$(counts .requests.search)" = $((before + 6)) ] # Close is not asked on a guess
    grep -F 'in the country 49 a number is written as it is dialled there, with 0 before the area code, or in full, as in +49...' \
        'in/Failed/89 555123_.txt.error.txt'
}

@test "a fax server that writes numbers as people do: the pattern of docs/rules.md finds the caller" {
    local caller number=0 pattern='(^|/)(?<caller>[+(0][-0-9() ]+)-[^-/]*$'
    grep -qF "match = { path = \"$pattern\"; };" "$CLOSEDROP_SOURCE_DIR/docs/rules.md"
    seed '{"leads":[{"id":"lead_Munich","name":"Amper GmbH","contacts":[
        {"id":"cont_Munich","name":"Anna","emails":[],"phones":["+4989555123"]}]}]}'
    rules '{ name = "fax"; match = { path = "'"$pattern"'"; }; find = { contact_phone = "{caller}"; country = "49"; };
        note = { text = "Fax from {caller}"; }; }'
    mkdir in/sub
    for caller in '089 5551 23' '(0)89-555123' '0049 89 555123' '+49 (0)89 555123' '+4989555123' 'sub/089 5551 23'; do
        echo "$caller" >"in/$caller-$((++number)).txt"
        closedrop match --json "in/$caller-$number.txt" | jq -e --arg caller "${caller#sub/}" \
            '.contact_id == "cont_Munich" and .body.note == "Fax from " + $caller'
    done
    for caller in 2026-11-01 letter '089 555123, 555124'; do
        echo "$caller" >"in/$caller-x.txt"
        closedrop match --json "in/$caller-x.txt" | jq -e '.rule == null'
    done
}

@test "customer statements: a table says which lead they belong to, and those of one customer go into one email" {
    printf '\xef\xbb\xbfkey;lead_id;contact_id;city\r\n10452;%s;%s;"Newport; Beach"\r\n10453;lead_Sitwell;;Corona\r\n' \
        "$bluth" "$jane" >customers.csv
    rules '{ name = "statements"; match = { path = "statement-(?<customer>[0-9]+)-"; };
        table = { file = "customers.csv"; key = "{customer}"; }; group = { by = "{customer}"; wait = "500ms"; };
        email = { status = "outbox"; sender = "billing@example.com"; to = [ "{contact.email}" ];
            subject = "Your statement, {row.city}"; body_text = "Dear {contact.name}, please find it attached."; }; }'
    for month in 09 11 10; do pdf "statement-10452-$month.pdf" "statement $month"; done
    mv statement-*.pdf in/
    start_agent
    wait_until jobs_are done 3
    activities_are 1
    [ "$(activities '.[0].body | del(.attachments)' | jq -S .)" = "$(jq -nS --arg lead "$bluth" --arg contact "$jane" '{
        lead_id: $lead, contact_id: $contact, status: "outbox", sender: "billing@example.com", to: ["jane@bluth.example"],
        subject: "Your statement, Newport; Beach", body_text: "Dear Jane Doe, please find it attached."}')" ]
    [ "$(activities '.[0].body.attachments | map(.filename)')" = \
        '["statement-10452-09.pdf","statement-10452-10.pdf","statement-10452-11.pdf"]' ]
    [ "$(closedrop list --json | jq -r .activity_id | sort -u | wc -l)" = 1 ]
    # a customer without an address, and one that is not in the table: each fails alone, with a reason for a bookkeeper
    pdf statement-10453-09.pdf x
    pdf statement-99999-09.pdf x
    mv statement-*.pdf in/
    wait_until jobs_are failed 2
    grep -q '"to" of rule "statements" is empty' in/Failed/statement-10453-09.pdf.error.txt
    grep -q '99999' in/Failed/statement-99999-09.pdf.error.txt
    activities_are 1
}

@test "a lead file is directly on the lead" {
    rules '{ name = "straight"; lead_id = "'$bluth'"; lead_file = {}; }'
    echo "a,b" >in/list.csv
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities '.[0] | [.kind, .lead_id]')" = '["lead_file","'$bluth'"]' ]
    [ "$(activities '.[0].body | keys')" = '["content_type","filename","url"]' ]
    closedrop list --json | jq -e '.activity == "lead_file" and (.activity_id | startswith("leadfile_"))'
}

@test "a contact is asked for its lead, and its values can be used" {
    rules '{ name = "c"; contact_id = "'$jane'"; email = { to = [ "{contact.email}", "{contact.name} <x@example.com>" ];
        subject = "{lead.name}: {name} {size} {ext} {dir} {folder} {content_type} {{x}"; body_html = "<b>{lead.name}{stem}</b>"; }; }'
    mkdir in/sub
    echo 12345 >'in/sub/a <b> & "c".txt'
    run_once
    [ "$(activities '.[0] | [.lead_id, .contact_id]')" = '["'$bluth'","'$jane'"]' ]
    [ "$(activities '.[0].body.to')" = '["jane@bluth.example","Jane Doe <x@example.com>"]' ]
    [ "$(activities '.[0].body.subject' | jq -r .)" = 'Bluth Company: a <b> & "c".txt 6 txt sub scans text/plain {x}' ]
    [ "$(activities '.[0].body.body_html' | jq -r .)" = '<b>Bluth Companya &lt;b&gt; &amp; &quot;c&quot;</b>' ]
}

@test "a contact that belongs to no lead fails at once, and the text says so" {
    rules '{ name = "c"; contact_id = "'$jane'"; note = {}; }'
    fault '[{"on":"contact","do":{"status":200,"headers":{"Content-Type":"application/json"},"body":"{\"id\":\"'$jane'\",\"lead_id\":null,\"name\":\"Jane\"}"},"times":0}]'
    echo a >in/a.txt
    run_once
    grep -q "the contact $jane does not belong to a lead\.$" in/Failed/a.txt.error.txt
    closedrop list --json | jq -e '.error.code == "no_target" and .attempts == 1'
}

@test "found by email, name, lead name, custom field: only the exact one, whatever words the index matches" {
    rules '{ name = "m"; match = { path = "^mail-(?<v>.*)\\.txt$"; }; find = { contact_email = "{v}"; }; note = {}; }' \
        '{ name = "n"; match = { path = "^name-(?<v>.*)\\.txt$"; }; find = { contact_name = "{v}"; }; note = {}; }' \
        '{ name = "l"; match = { path = "^lead-(?<v>.*)\\.txt$"; }; find = { lead_name = "{v}"; }; note = {}; }' \
        '{ name = "f"; match = { path = "^num-(?<v>.*)\\.txt$"; }; find = { custom_field = { id = "cf_Number"; value = "{v}"; }; };
            note = {}; }'
    for name in mail-JANE@bluth.example 'name-jane doe' 'lead-Sitwell & sons' num-A-10; do echo "$name" >"in/$name.txt"; done
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities 'map([.body.attachments[0].filename[:5], .lead_id, .contact_id]) | sort')" = \
        '[["lead-","lead_Sitwell",null],["mail-","'$bluth'","'$jane'"],["name-","'$bluth'","'$jane'"],["num-A","lead_Sitwell",null]]' ]
}

@test "none and several: the file fails with what was searched for and the candidates, and the next one continues" {
    seed '{"leads":[{"id":"lead_Twin","name":"Bluth company","contacts":[]}]}'
    rules '{ name = "l"; match = { path = "^(?<v>.*)\\.txt$"; }; find = { lead_name = "{v}"; }; note = {}; }'
    echo 1 >'in/Bluth COMPANY.txt' # either would do, and neither is just this
    echo 2 >'in/Nobody Inc.txt'
    echo 3 >'in/Sitwell & Sons.txt'
    run_once
    [ "$agent_code" = 1 ]
    activities_are 1
    grep -q 'Close has no lead with the name "Nobody Inc"' 'in/Failed/Nobody Inc.txt.error.txt'
    grep -q "Bluth Company ($bluth)" 'in/Failed/Bluth COMPANY.txt.error.txt'
    grep -q 'Bluth company (lead_Twin)' 'in/Failed/Bluth COMPANY.txt.error.txt'
    [ "$(uploads)" = 1 ] # nothing is uploaded before it is known whose it is
    closedrop list --json | jq -se 'map(select(.state == "failed") | .error.code) | sort == ["no_target", "several"]'
}

@test "a search index that lags never files anything on the wrong lead" {
    settings '{"search_lag":"1h"}'
    curl -sf -X POST -d '{"id":"'$jane'","emails":["jane@elsewhere.example"],"lead_id":"lead_Sitwell"}' "${admin}contact"
    rules '{ name = "m"; match = { path = "^(?<v>.*)\\.txt$"; }; find = { contact_email = "{v}"; }; note = {}; }'
    echo old >in/jane@bluth.example.txt      # the index still knows her by this: she has it no more
    echo new >in/jane@elsewhere.example.txt  # and does not know this yet
    echo bob >in/bob@law.example.txt
    curl -sf -X POST -d '{"id":"cont_Bob","lead_id":"lead_Sitwell"}' "${admin}contact" # he moved: the contact itself says where to
    run_once
    [ "$(activities 'map([.lead_id, .contact_id])')" = '[["lead_Sitwell","cont_Bob"]]' ]
    [ "$(find in/Failed -name '*.error.txt' | wc -l)" = 2 ]
}

@test "a merged lead is followed to the one it was merged into, a deleted one fails" {
    seed '{"leads":[{"id":"lead_Old","name":"Old"},{"id":"lead_Older","name":"Older"},{"id":"lead_Gone","name":"Gone"}]}'
    curl -sf -X POST -d '{"source":"lead_Older","destination":"lead_Old"}' "${admin}merge"
    curl -sf -X POST -d '{"source":"lead_Old","destination":"'$bluth'"}' "${admin}merge"
    curl -sf -X POST -d '{"id":"lead_Gone"}' "${admin}lead/delete"
    rules "$by_lead_id"
    echo a >in/lead_Older.txt
    echo b >in/lead_Gone.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["'$bluth'"]' ]
    grep -q 'the lead lead_Gone no longer exists' in/Failed/lead_Gone.txt.error.txt
}

@test "no rule: only uploaded, or failed if no_match says so" {
    rules "$by_lead_id"
    echo a >in/other.txt
    run_once
    [ "$agent_code" = 0 ]
    activities_are 0
    [ "$(uploads)" = 1 ]
    folder_settings='no_match = "fail";'
    rules "$by_lead_id"
    echo b >in/another.txt
    run_once
    [ "$agent_code" = 1 ]
    [ "$(uploads)" = 1 ]
    grep -q 'cannot tell from its name where it belongs' in/Failed/another.txt.error.txt
}

@test "the first match of the folder's list wins; content type and size count" {
    rules '{ name = "big"; match = { min_size = "1K"; content_type = "text/*"; }; lead_id = "lead_Sitwell"; note = { text = "big"; }; }' \
        '{ name = "text"; match = { content_type = "text/*"; }; lead_id = "lead_Sitwell"; note = { text = "text"; }; }' \
        '{ name = "rest"; lead_id = "lead_Sitwell"; note = { text = "rest"; }; }'
    echo small >in/small.txt
    head -c 2000 /dev/zero | tr '\0' x >in/big.txt
    pdf in/x.pdf x
    run_once
    [ "$(activities 'map([.body.attachments[0].filename, .body.note]) | sort')" = \
        '[["big.txt","big"],["small.txt","text"],["x.pdf","rest"]]' ]
}

@test "a sidecar is waited for, its values are used, and it goes where its file goes" {
    folder_settings='sidecar = true;'
    rules '{ name = "s"; match = { path = "\\.pdf$"; }; lead_id = "{meta.customer.lead}"; note = { text = "{meta.title} {meta.pages}"; }; }'
    start_agent
    pdf in/a.pdf x
    wait_until folder_counts waiting_marker 1
    [ "$(uploads)" = 0 ]
    echo '{"title":"Contract","pages":3,"customer":{"lead":"lead_Sitwell"}}' >in/a.pdf.json
    wait_until jobs_are done 1
    [ "$(activities '.[0].body.note')" = '"Contract 3"' ]
    [ -f "in/Uploaded/$(date +%Y-%m)/a.pdf.json" ]
    [ ! -e in/a.pdf.json ]
    # one that is not JSON fails its own file, is moved with it, and comes back with it
    echo 'no json' >in/b.pdf.json
    pdf in/b.pdf y
    wait_until jobs_are failed 1
    wait_until test -f in/Failed/b.pdf.json
    grep -q b.pdf.json in/Failed/b.pdf.error.txt
    echo '{"title":"T","pages":1,"customer":{"lead":"lead_Sitwell"}}' >in/Failed/b.pdf.json
    closedrop retry "$(closedrop list --state failed --json | jq .id)"
    wait_until jobs_are done 2
    [ -f "in/Uploaded/$(date +%Y-%m)/b.pdf.json" ]
}

@test "a subject that would be too long, an invalid ID, a contact of another lead: each fails alone" {
    rules '{ name = "long"; match = { path = "^long"; }; lead_id = "'$bluth'"; email = { subject = "{stem}{stem}{stem}{stem}{stem}"; }; }' \
        '{ name = "id"; match = { path = "^id-(?<v>.*)\\.txt"; }; lead_id = "{v}"; note = {}; }' \
        '{ name = "both"; match = { path = "^both"; }; lead_id = "'$bluth'"; contact_id = "cont_Stan"; note = {}; }' \
        '{ name = "good"; lead_id = "'$bluth'"; note = {}; }'
    echo 1 >"in/long$(head -c 200 /dev/zero | tr '\0' n).txt"
    echo 2 >'in/id-..%2Fme.txt'
    echo 3 >in/both.txt
    echo 4 >in/good.txt
    run_once
    activities_are 1
    [ "$(uploads)" = 1 ]
    grep -q 'more than the 1000 characters' in/Failed/long*.error.txt
    grep -q 'is not a lead ID' in/Failed/id-*.error.txt
    grep -q 'is not on the lead' in/Failed/both.txt.error.txt
    grep -q '^1\. Find out which of the two is right' in/Failed/both.txt.error.txt
}

@test "what Close says about a field is the reason" {
    fault '[{"on":"email","do":{"status":400,"body":"{\"errors\":[],\"field-errors\":{\"sender\":\"Invalid email address.\"}}"}}]'
    rules '{ name = "e"; lead_id = "'$bluth'"; email = { status = "sent"; sender = "a@b.example"; }; }'
    echo 1 >in/a.txt
    run_once
    grep -q 'sender: Invalid email address.' in/Failed/a.txt.error.txt
    grep -q '^Read what Close answered' in/Failed/a.txt.error.txt
    echo 2 >in/b.txt
    run_once
    activities_are 1
}

@test "more than the limit is not attached to an email that is really sent" {
    limits='max_sent = "1K";'
    rules '{ name = "o"; lead_id = "'$bluth'"; email = { status = "outbox"; sender = "a@b.example"; to = [ "c@d.example" ]; }; }'
    head -c 2000 /dev/zero | tr '\0' x >in/big.txt
    run_once
    grep -q 'the file is too large: 2.0 KB; at most 1 KB can be sent at once' in/Failed/big.txt.error.txt
    log_says 'use smaller files, or raise limits.max_sent'
    activities_are 0
}

# an export as an accounting system writes it, where no column says a lead of Close
export_rule() { # FIND...: statements of it, whose customers are found so
    rules '{ name = "export"; match = { path = "^statement-(?<num>[0-9]+)"; }; '"$*"'
        table = { file = "export.csv"; key = "{num}"; column = "Kundennr."; encoding = "windows-1252"; };
        note = { text = "Statement for {row.Firma}"; }; }'
}

write_export() {
    printf 'Kundennr.;E-Mail;Firma;Nummer;Lead;lead_id\r\n10452;Jane@Bluth.example;Bl\374th;A-1042;%s;lead_Sitwell\r\n' "$bluth"
    printf '10453;;"Sitwell & Sons";A-10;lead_Sitwell;lead_Sitwell\r\n10454;jane@bluth.example.org;;;;%s\r\n' "$bluth"
} >export.csv

@test "a table next to find provides values, and find the target, whatever a column lead_id says" {
    write_export
    export_rule 'find = { contact_email = "{row.E-Mail}"; };'
    run closedrop check
    [ "$status" = 0 ]
    echo 1 >in/statement-10452.txt
    closedrop match --json in/statement-10452.txt | jq -e --arg lead "$bluth" '.lead_id == $lead'
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities 'map([.lead_id, .contact_id, .body.note])')" = '[["'$bluth'","'$jane'","Statement for Blüth"]]' ]
    # it needs no such column at all
    sed -i 's/;lead_id/;id/' export.csv
    echo 2 >in/statement-10454.txt
    run_once
    [ "$(activities 'map([.lead_id, .contact_id])[1]')" = '["lead_Sitwell","cont_Stan"]' ]
}

@test "by a custom field, a lead's name, and an ID from a table" {
    write_export
    export_rule 'find = { custom_field = { id = "cf_Number"; value = "{row.Nummer}"; }; };'
    echo 1 >in/statement-10453-a.txt
    run_once
    export_rule 'find = { lead_name = "{row.Firma}"; };'
    echo 2 >in/statement-10453-b.txt
    run_once
    export_rule 'lead_id = "{row.Lead}";'
    echo 3 >in/statement-10453-c.txt
    run_once
    [ "$(activities 'map(.lead_id)')" = '["lead_Sitwell","lead_Sitwell","lead_Sitwell"]' ]
}

@test "an empty cell finds no match, and the text names row and column" {
    seed '{"leads":[{"id":"lead_Nameless","name":"Statement","custom":{"cf_Number":"A-"},"contacts":[
        {"id":"cont_Nameless","name":"Nobody","emails":["","@bluth.example"],"phones":[]}]}]}'
    write_export
    local find number=0
    for find in 'find = { contact_email = "{row.E-Mail}@bluth.example"; };' 'find = { contact_email = "{row.E-Mail}"; };' ; do
        export_rule "$find"
        echo "$find" >"in/statement-10453-$((++number)).txt"
        run_once
        grep -F 'the column "E-Mail" is empty in the row "10453" of export.csv' "in/Failed/statement-10453-$number.txt.error.txt"
    done
    for find in 'lead_name = "Statement{row.Firma}";:Firma' 'custom_field = { id = "cf_Number"; value = "A-{row.Nummer}"; };:Nummer'; do
        export_rule "find = { ${find%:*} };"
        echo "$find" >"in/statement-10454-$((++number)).txt"
        run_once
        grep -F 'the column "'"${find##*:}"'" is empty in the row "10454"' "in/Failed/statement-10454-$number.txt.error.txt"
    done
    export_rule 'lead_id = "{row.Lead}";'
    echo id >in/statement-10454-9.txt
    run_once
    grep -F 'the column "Lead" is empty in the row "10454"' in/Failed/statement-10454-9.txt.error.txt
    activities_are 0
    [ "$(counts '.requests.search // 0')" = 0 ]
    # once the cell is filled in, the file goes
    sed -i 's/^10453;;/10453;jane@bluth.example;/' export.csv
    export_rule 'find = { contact_email = "{row.E-Mail}"; };'
    mv in/Failed/statement-10453-2.txt in/
    run_once
    activities_are 1
}

@test "a table that changes is read again; a key that is twice in it says both lines" {
    printf 'key,lead_id\n1,%s\n' "$bluth" >customers.csv
    rules '{ name = "t"; match = { path = "^(?<k>[0-9]+)"; }; table = { file = "customers.csv"; key = "{k}"; }; note = {}; }'
    start_agent
    echo 1 >in/1.txt
    wait_until jobs_are done 1
    echo 2 >in/2.txt
    wait_until jobs_are failed 1
    printf 'key,lead_id\n1,%s\n2,lead_Sitwell\n' "$bluth" >customers.csv
    closedrop retry --all
    wait_until jobs_are done 2
    printf 'key,lead_id\n1,%s\n2,lead_Sitwell\n1,lead_Sitwell\n' "$bluth" >customers.csv
    echo 1 >in/1b.txt
    wait_until jobs_are failed 1
    grep -q '2' in/Failed/1b.txt.error.txt
    grep -q '4' in/Failed/1b.txt.error.txt
    never closedrop check
}

@test "jobs of a rule that was removed stay queued, are shown as such, and continue when it returns" {
    rules "$by_lead_id"
    start_agent
    closedrop pause
    echo 1 >"in/$bluth.txt"
    wait_until jobs_are queued 1
    stop_agent
    sqlite3 state/queue.db "UPDATE job SET rule = 'by-lead-id', mark = 'x', checksum = 0"
    write_config
    more=''
    write_config
    start_agent
    closedrop resume
    wait_until history_says 1 'no longer in the configuration'
    jobs_are queued 1
    closedrop list --json | jq -e '.error.code == "rule_gone" and .rule == "by-lead-id"'
    closedrop status --json | jq -en 'input | .gone_rules == [{"name":"by-lead-id","waiting":1}]'
    closedrop status | grep -qxF 'Gone:   rule "by-lead-id" is no longer in the configuration: 1 job waits'
    rules "$by_lead_id"
    kill -HUP "$agent_pid"
    wait_until jobs_are done 1
    activities_are 1
}

@test "a lead that is merged, or deleted, while the upload waits is looked up again" {
    seed '{"leads":[{"id":"lead_Old","name":"Old"},{"id":"lead_Gone","name":"Gone"}]}'
    rules '{ name = "g"; match = { path = "(?<lead>lead_[A-Za-z0-9]+)"; }; lead_id = "{lead}";
        group = { by = "{lead}"; wait = "2s"; }; email = { subject = "{lead.name}"; }; }'
    start_agent
    echo a >in/lead_Old.txt
    echo b >in/lead_Gone.txt
    wait_until jobs_are uploaded 2
    curl -sf -X POST -d '{"source":"lead_Old","destination":"'$bluth'"}' "${admin}merge"
    curl -sf -X POST -d '{"id":"lead_Gone"}' "${admin}lead/delete"
    wait_until jobs_are done 1
    wait_until jobs_are failed 1
    [ "$(activities 'map([.lead_id, .body.subject])')" = '[["'$bluth'","Bluth Company"]]' ]
    wait_until grep -q 'the lead lead_Gone no longer exists' in/Failed/lead_Gone.txt.error.txt
}

@test "a pattern that would take forever fails its file, and the next one continues" {
    rules '{ name = "evil"; match = { path = "^(a+)+$"; }; lead_id = "'$bluth'"; note = {}; }' \
        '{ name = "rest"; lead_id = "'$bluth'"; note = {}; }'
    echo 1 >"in/$(head -c 60 /dev/zero | tr '\0' a)!"
    echo 2 >in/b.txt
    run_once
    activities_are 1
    closedrop list --state failed --json | jq -e '.error.code == "pattern"'
}

@test "awkward names reach Close as text, and the file keeps its bytes" {
    rules '{ name = "r"; lead_id = "'$bluth'"; email = { subject = "{name}"; body_text = "{dir}"; }; }'
    mkdir "in/$(printf 'b\303\244d\377')"
    echo 1 >"in/$(printf 'b\303\244d\377')/$(printf 'line\nbreak \033[31m "q" \377.txt')"
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities '.[0].body.subject')" = '"line break  [31m \"q\" �.txt"' ]
    [ "$(activities '.[0].body.body_text')" = '"bäd�"' ]
    [ -f "in/Uploaded/$(date +%Y-%m)/$(printf 'b\303\244d\377')/$(printf 'line\nbreak \033[31m "q" \377.txt')" ]
}

@test "the key is used for the necessary requests only, and appears nowhere" {
    rules "$by_lead_id"
    start_agent
    echo 1 >"in/$bluth.txt"
    wait_until jobs_are done 1
    never grep -r 'api_sandbox.secret' agent.log state in
    [ "$(counts '.requests | [.lead, .upload, .s3, .email]')" = "$(jq -n '[1,1,1,1]')" ]
}
