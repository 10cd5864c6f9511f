#!/usr/bin/env bats
# Templates: the newest file takes the place of the one before, once, whatever happens to the requests; and only where nothing
# of others is in the template. Close and its templates are those of the sandbox (closedrop-sandbox(1)).

load ../../support/story
load ../../support/pages

RUNS=${RUNS:-3}
export once_s=$((120 + 4 * RUNS))
kinds='email sms'

setup() {
    story_setup
    timeout=1500ms
    limits='transfers = 16; doubt = "300ms";'
}
teardown() { story_teardown; }

use_rule() { # ACTIVITY [MORE]
    more="rules = ( { name = \"r\"; match = { path = \"(?<list>[a-z]+)\"; }; ${2:-} $1 } );"
    write_config 'rules = [ "r" ];'
}

by_name() { # KIND: a template with this name, which is created
    case $1 in
    email) echo 'email_template = { name = "Price list"; subject = "Prices {stem}"; body = "See {{{{ x }}"; is_shared = true; };' ;;
    sms) echo 'sms_template = { name = "Price list"; text = "Prices {stem}"; is_shared = true; };' ;;
    esac
}

# ---- what is in Close ----

call() { # PATH CURL-OPTION...: what Close answers
    local path=$1
    shift
    curl -sk -u "$(<key):" -H 'Content-Type: application/json' "$@" "$api$path"
}

make_template() { # KIND [BODY-WITHOUT-NAME]: by somebody else; its ID is in $id
    id=$(call "$1_template/" -d "$(jq -nc --argjson more "${2:-{\}}" '{name: "Price list"} + $more')" | jq -r .id)
}

upload_by_hand() { # NAME: as an attachment, in JSON
    echo "$1" >by_hand.pdf
    call files/upload/ -d "{\"filename\":\"$1\",\"content_type\":\"application/pdf\"}" >ticket.json
    eval "local fields=($(jq -r '.upload.fields | to_entries[] | "--form-string " + ("\(.key)=\(.value)" | @sh)' ticket.json))"
    # shellcheck disable=SC2154
    curl -sf -o stored.xml "${fields[@]}" -F "file=@by_hand.pdf" "$(jq -r .upload.url ticket.json)"
    jq -c --arg name "$1" --argjson size "$(stat -c %s by_hand.pdf)" --arg kind "${2:-email}" \
        '{url: .download.url, filename: $name, content_type: "application/pdf"} + (if $kind == "email" then {$size} else {} end)' \
        ticket.json
}

template() { # JQ-EXPRESSION on the first one, as the sandbox keeps it
    activities "first(.[] | select(.kind | endswith(\"template\"))) | $1"
}

holds() { # NAME...: the template has these files and no others
    [ "$(template '[.attachments[].filename]')" = "$(printf '%s\n' "$@" | jq -Rnc '[inputs]')" ]
}

holds_what_is_in() { # FILE: its bytes are what the template has
    [ "$(template '.attachments[0].sha256')" = "\"$(sha256sum <"$1" | cut -d' ' -f1)\"" ]
}

# ---- as Close wants them ----

@test "a template of a name that there is not is created, with the file in it" {
    use_rule "$(by_name email)"
    pdf in/prices.pdf Prices
    run_once
    jobs_are done 1
    [ "$(activities length)" = 1 ]
    [ "$(template '.body | [.name, .subject, .body, .is_shared]')" = '["Price list","Prices prices","See {{ x }}",true]' ]
    [ "$(template '.body.attachments[0] | del(.url)')" = \
        "{\"filename\":\"prices.pdf\",\"content_type\":\"application/pdf\",\"size\":$(stat -c %s in/Uploaded/*/prices.pdf)}" ]
    holds_what_is_in in/Uploaded/*/prices.pdf
    [ "$(closedrop list --json | jq -c '[.activity, .lead_id, .template_name]')" = '["email_template",null,"Price list"]' ]
    [ "$(closedrop list --json | jq -c '[.template_id, .activity_id] | unique')" = "[$(template .id)]" ]
}

@test "the same for text messages" {
    use_rule "$(by_name sms)"
    pdf in/prices.pdf Prices
    run_once
    jobs_are done 1
    [ "$(template '.body | [.name, .text, .is_shared]')" = '["Price list","Prices prices",true]' ]
    [ "$(template '.body.attachments[0] | del(.url)')" = '{"filename":"prices.pdf","content_type":"application/pdf"}' ]
    [ "$(closedrop list --json | jq -c '[.template_id, .activity_id] | unique')" = "[$(template .id)]" ]
}

@test "the next file takes its place, and what people have written there stays" {
    local kind
    for kind in $kinds; do
        rm -rf in state && mkdir in
        curl -sf -X POST "${admin}reset" >reset.txt
        use_rule "$(by_name "$kind")"
        pdf in/january.pdf January
        run_once
        call "${kind}_template/$(template .id | tr -d '"')/" -X PUT -d '{"name":"Price list","is_shared":false}' >put.json
        pdf in/february.pdf February
        run_once
        jobs_are done 2
        [ "$(activities length)" = 1 ]
        holds february.pdf
        [ "$(template .body.is_shared)" = false ]
        [ "$(counts ".requests.set${kind}template")" = 2 ]
    done
}

@test "a template that is named by its ID, which a table knows" {
    local kind
    for kind in $kinds; do
        rm -rf in state && mkdir in
        curl -sf -X POST "${admin}reset" >reset.txt
        make_template "$kind" '{"is_shared":true}'
        printf 'key,template\nprices,%s\n' "$id" >templates.csv
        use_rule "${kind}_template = { id = \"{row.template}\"; };" 'table = { file = "templates.csv"; key = "{list}"; };'
        pdf in/prices.pdf Prices
        run_once
        jobs_are done 1
        holds prices.pdf
        [ "$(template '.id')" = "\"$id\"" ]
        [ "$(template '.body | [.name, .is_shared]')" = '["Price list",true]' ]
    done
}

@test "the same bytes again, and by another name: nobody is asked" {
    use_rule "$(by_name email)"
    pdf in/january.pdf January
    cp in/january.pdf again.pdf
    run_once
    cp again.pdf in/february.pdf
    run_once
    jobs_are done 2
    holds february.pdf
}

# ---- once ----

suffers() { # KIND FAULT: each of some files is put there while this happens, and the last is what is there
    local i
    use_rule "$(by_name "$1")"
    pdf in/first.pdf First
    fault '[{"on":"'"$1template"'","do":'"$2"',"times":2}]'
    run_once
    holds first.pdf
    for ((i = 0; i < RUNS; i++)); do
        fault '[{"on":"set'"$1template"'","do":'"$2"',"times":2}]'
        pdf "in/list $i.pdf" "List $i"
        run_once
        [ "$agent_code" = 0 ]
        holds "list $i.pdf"
    done
    jobs_are done $((RUNS + 1))
    [ "$(activities length)" = 1 ]
    holds_what_is_in in/Uploaded/*/"list $((RUNS - 1)).pdf"
}

@test "email templates: reset after Close acted" { suffers email '"reset-after"'; }
@test "email templates: reset before Close acts" { suffers email '"reset-before"'; }
@test "email templates: Close acts, and does not answer" { suffers email '"hang-after"'; }
@test "email templates: Close acts, and answers 500" { suffers email '{"status":500,"after":true}'; }
@test "email templates: Close answers 503, and does nothing" { suffers email '{"status":503}'; }
@test "email templates: Close acts late, and answers 502" { suffers email '{"late":"100ms","status":502}'; }
@test "email templates: Close acts, and its 200 is garbage" { suffers email '"garbage"'; }
@test "text message templates: reset after Close acted" { suffers sms '"reset-after"'; }
@test "text message templates: reset before Close acts" { suffers sms '"reset-before"'; }
@test "text message templates: Close acts, and does not answer" { suffers sms '"hang-after"'; }
@test "text message templates: Close acts, and answers 500" { suffers sms '{"status":500,"after":true}'; }
@test "text message templates: Close answers 503, and does nothing" { suffers sms '{"status":503}'; }
@test "text message templates: Close acts late, and answers 502" { suffers sms '{"late":"100ms","status":502}'; }
@test "text message templates: Close acts, and its 200 is garbage" { suffers sms '"garbage"'; }

killed() { # KIND: kill -9 after Close acted, and before it answered; at its creation, and at the next file
    use_rule "$(by_name "$1")"
    fault '[{"on":"'"$1template"'","do":"hang-after"}]'
    pdf in/first.pdf First
    start_agent
    wait_until holds first.pdf
    kill_agent
    for ((i = 0; i < RUNS; i++)); do
        fault '[{"on":"set'"$1template"'","do":"hang-after","match":"list '"$i"'"}]'
        pdf "in/list $i.pdf" "List $i"
        start_agent
        wait_until holds "list $i.pdf"
        kill_agent
        run_once
        holds "list $i.pdf"
    done
    jobs_are done $((RUNS + 1))
    [ "$(activities length)" = 1 ]
}

@test "email templates: killed while Close acts" { killed email; }
@test "text message templates: killed while Close acts" { killed sms; }

@test "what Close never confirms is given up" {
    limits='doubt = "100ms"; max_attempts = 2;'
    use_rule "$(by_name email)"
    fault '[{"on":"emailtemplate","do":{"status":500},"times":100}]'
    pdf in/prices.pdf Prices
    run_once
    jobs_are failed 1
    closedrop list --json | jq -e '.error | .code == "no_answer" and
        (.message | contains("did not confirm that it is in the email template (gave up after 2 attempts)"))'
    [ "$(counts .requests.emailtemplate)" = 2 ]
}

# ---- the newest ----

@test "of many that come at once the newest is there in the end" {
    local i
    use_rule "$(by_name email)"
    for i in 3 1 4 2 5; do
        pdf "in/list $i.pdf" "List $i"
        touch -d "2026-01-0$i" "in/list $i.pdf"
    done
    run_once
    jobs_are done 5
    [ "$(activities length)" = 1 ]
    holds 'list 5.pdf'
}

@test "an older one that is tried again does not take the place of a newer one" {
    make_template email
    use_rule "email_template = { id = \"$id\"; };"
    fault '[{"on":"setemailtemplate","do":{"status":400},"match":"older"}]'
    pdf in/older.pdf Older
    run_once
    jobs_are failed 1
    pdf in/newer.pdf Newer
    run_once
    holds newer.pdf
    closedrop retry 1
    run_once
    jobs_are done 2
    holds newer.pdf
    history_says 1 'is not put into the template, because a newer file, newer.pdf, was put there'
    [ -e in/Uploaded/*/older.pdf ]
    mv in/Uploaded/*/older.pdf in/ # somebody wants it all the same
    run_once
    holds older.pdf
}

@test "one whose end is unclear is waited for: it cannot arrive after the next" {
    make_template email
    use_rule "email_template = { id = \"$id\"; };"
    limits='doubt = "2s";'
    write_config 'rules = [ "r" ];'
    fault '[{"on":"setemailtemplate","do":{"late":"1s","status":502},"match":"first"}]'
    pdf in/first.pdf First
    start_agent
    wait_until log_says 'checking in 2 s'
    pdf in/second.pdf Second
    wait_until jobs_are done 2
    holds second.pdf
    closedrop list --json | jq -se 'map({(.path): .done_at}) | add | .["first.pdf"] < .["second.pdf"]'
}

# ---- where it cannot be put ----

fails_with() { # CODE TEXT
    run_once
    jobs_are failed 1
    closedrop list --json | jq -e ".error.code == \"$1\"" || { closedrop list --json; return 1; }
    cat in/Failed/*.error.txt
    tr '\n' ' ' <"$(ls in/Failed/*.error.txt)" | grep -qF "$2"
}

@test "a template with files of others fails, with their names; a single one of the same name is replaced" {
    make_template email "{\"attachments\":[$(upload_by_hand terms.pdf),$(upload_by_hand map.pdf)]}"
    use_rule "email_template = { id = \"$id\"; };"
    pdf in/prices.pdf Prices
    fails_with other_files "the email template \"Price list\" ($id) has other files in it, which closedrop has not put there: \"terms.pdf\", \"map.pdf\""
    [ "$(counts .requests.upload)" = 2 ] # it was seen before its own upload
    call "email_template/$id/" -X PUT -d "{\"attachments\":[$(upload_by_hand terms.pdf)]}" >put.json
    closedrop retry 1
    fails_with other_files '"terms.pdf"'
    holds terms.pdf
    call "email_template/$id/" -X PUT -d "{\"attachments\":[$(upload_by_hand prices.pdf)]}" >put.json
    closedrop retry 1
    run_once
    jobs_are done 1
    holds_what_is_in in/Uploaded/*/prices.pdf
}

@test "a template that is gone, or of another organization: the file fails alone, before it is uploaded" {
    use_rule 'email_template = { id = "tmpl_OfAnother"; };'
    pdf in/prices.pdf Prices
    fails_with no_target 'Close has no email template with the ID tmpl_OfAnother: it was deleted, or belongs to another organization'
    [ "$(counts .requests.upload)" = 0 ]
    use_rule 'email_template = { id = "{list}"; };'
    rm -r in state && mkdir in
    pdf in/prices.pdf Prices
    fails_with no_target '"prices" is not the ID of an email template, which looks like tmpl_4tX9'
}

@test "any name takes the place of any other, and one that is known again that of its own after the queue was lost" {
    local name long
    use_rule "$(by_name email)"
    long=$(printf 'x%.0s' {1..251})
    for name in $'nfd u\u0308.pdf' $'nfc \u00fc.pdf' $'b\xfcro.pdf' 'List.PDF' 'list.pdf' $'line\nbreak.pdf' "$long.pdf" $'last u\u0308.pdf'; do
        pdf new.pdf "$long$RANDOM"
        mv new.pdf "in/$name"
        run_once
        [ "$agent_code" = 0 ]
        holds_what_is_in "$(find in/Uploaded -name "$name")"
    done
    [ "$(activities length)" = 1 ]
    rm -r state
    pdf new.pdf Another
    mv new.pdf in/$'last u\u0308.pdf'
    run_once
    [ "$(template '.attachments[0].sha256')" = "$(closedrop show 1 --json | jq .sha256)" ]
    jobs_are done 1
}

@test "two templates of one name: it says which" {
    local first
    make_template sms
    first=$id
    make_template sms
    use_rule "$(by_name sms)"
    pdf in/prices.pdf Prices
    fails_with several "in Close, $first and $id are both a text message template with the name \"Price list\""
}

@test "one that was put away in Close does not count" {
    make_template sms
    call "sms_template/$id/" -X PUT -d '{"status":"archived"}' >put.json
    use_rule "$(by_name sms)"
    pdf in/prices.pdf Prices
    run_once
    jobs_are done 1
    [ "$(activities length)" = 2 ]
}

@test "what Close would not take in a text message fails" {
    use_rule "$(by_name sms)"
    (cd in && echo x >x.txt && zip -q prices.zip x.txt && rm x.txt)
    fails_with wrong_type 'Close does not accept application/zip in a text message template'
    [ "$(counts .requests.smstemplate)" = 0 ]
}

@test "what Close refuses is said in its words" {
    make_template email
    use_rule "email_template = { id = \"$id\"; };"
    settings '{"file_ttl":"1ms"}'
    pdf in/prices.pdf Prices
    limits='max_attempts = 1;'
    write_config 'rules = [ "r" ];'
    fails_with close_refused 'attachments'
}

# ---- what is said ----

@test "match shows the request, for a template that there is and for one that there is not" {
    use_rule "$(by_name email)"
    pdf in/prices.pdf Prices
    closedrop match in/prices.pdf >match.txt
    cat match.txt
    grep -q '^Template  Price list, which is created' match.txt
    grep -q '^Request   POST email_template/$' match.txt
    grep -q '^JSON .*"name":"Price list"' match.txt
    closedrop match in/prices.pdf in/prices.pdf | grep -q 'email_template Price list, which is created'
    make_template email
    closedrop match in/prices.pdf | grep -q "^Request   PUT email_template/$id/"
    closedrop match --json in/prices.pdf | jq -e --arg id "$id" \
        '.lead_id == null and .template_id == $id and .request == "PUT email_template/\($id)/" and (.body | keys) == ["attachments"]'
    closedrop match in/prices.pdf in/prices.pdf | grep -q "email_template Price list ($id)"
    [ "$(activities '.[0].attachments')" = '[]' ]
}

@test "list, show, explain, the receipt, the log and upload name the template" {
    use_rule "$(by_name email)"
    write_config 'rules = [ "r" ]; receipts = true; link = true;'
    pdf in/prices.pdf Prices
    run_once
    id=$(template .id | tr -d '"')
    closedrop list | grep -qF "email_template Price list ($id)"
    closedrop show 1 | grep -q "^Template  *Price list ($id)"
    closedrop show 1 | grep -q "is in the email template $id"
    closedrop explain in/Uploaded/*/prices.pdf | tr '\n' ' ' | tr -s ' ' | grep -qF "the file in the email template Price list ($id)"
    jq -e --arg id "$id" '.template_id == $id and .lead_id == null' in/Uploaded/*/prices.pdf.close.json
    [ ! -e in/Uploaded/*/prices.pdf.url ]
    log_says "is in the email template $id"
    pdf today.pdf Today
    closedrop upload --rule r today.pdf 2>upload.txt
    grep -qF "email_template $id" upload.txt
    holds today.pdf
    closedrop list --json | jq -se --arg id "$id" 'map(.template_id) == [$id, $id]'
}

@test "one that is still to be created is shown by its name alone" {
    use_rule "$(by_name email)"
    fault '[{"on":"s3","do":{"status":503},"times":1000}]'
    pdf in/prices.pdf Prices
    start_agent
    wait_until history_says 1 "S3 answered 503"
    closedrop show 1 | grep -qx 'Template  *Price list'
}

# ---- in the configuration ----

@test "what belongs to a lead makes no sense next to a template" {
    local template='email_template = { name = "x"; };'
    use_rule "$template" 'lead_id = "lead_A";'
    closedrop check 2>&1 | grep -qF 'lead_id: makes no sense with email_template: a template does not belong to a lead; remove it'
    use_rule "$template" 'task = { text = "x"; };'
    closedrop check 2>&1 | grep -qF 'task: makes no sense with email_template'
    use_rule "$template" 'group = { by = "x"; };'
    closedrop check 2>&1 | grep -qF 'group: makes no sense with email_template: a template gets one file, the newest'
    use_rule 'email_template = { name = "x"; subject = "{lead.name}"; };'
    closedrop check 2>&1 | grep -qF '{lead.name}'
    use_rule 'email_template = { id = "tmpl_x"; subject = "x"; };'
    closedrop check 2>&1 | grep -qF 'subject: makes no sense with id'
    use_rule 'sms_template = { };'
    closedrop check 2>&1 | grep -qF 'name: is missing; name the template that gets the file'
    use_rule 'sms_template = { id = "tmpl_x"; };'
    closedrop check 2>&1 | grep -qF 'is not the ID of a text message template, which begins with smstmpl_'
}
