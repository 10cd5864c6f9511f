#!/usr/bin/env bats
# Opportunities, WhatsApp messages and text messages: each as Close wants it, found again after an unclear end, and refused
# with a clear word where Close would not take it. The bucket and the fields are those of the sandbox (closedrop-sandbox(1)).

load ../../support/story
load ../../support/pages

RUNS=${RUNS:-10}
export once_s=$((120 + 2 * RUNS))
phone=+15550100

opportunity='opportunity = { status_id = "stat_SandboxActive"; note = "Order {stem}"; value = "{cents}"; value_period = "one_time";
    confidence = 80; custom = { cf_region = "{stem}"; }; };'
whatsapp="whatsapp = { activity_at = \"{date:%Y-%m-%dT%H:%M:%S%z}\"; direction = \"outgoing\"; local_phone = \"$phone\";
    remote_phone = \"+15550123\"; message_markdown = \"*{stem}*\"; send_to_inbox = true; };"
sms="sms = { local_phone = \"$phone\"; remote_phone = \"+15550123\"; text = \"{stem}\"; };"

setup() {
    story_setup
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"Ann"}]}]}'
    timeout=1500ms
    limits='transfers = 16; doubt = "300ms";'
}
teardown() { story_teardown; }

use_rule() { # ACTIVITY [MORE]
    more="rules = ( { name = \"r\"; match = { path = \"(?<cents>[0-9]+)\"; }; contact_id = \"cont_A\"; ${2:-} $1 } );"
    write_config 'rules = [ "r" ];'
}

drop_pdfs() { # NUMBER
    local i
    for ((i = 1; i <= $1; i++)); do pdf "in/order $i.pdf" "Order $i"; done
}

holds() { # JQ-CONDITION on what was created, with $a for the first
    [ "$(activities ".[0] as \$a | $1")" = true ] || { activities; return 1; }
}

# ---- as Close wants them ----

@test "an opportunity, with a mark in its note" {
    use_rule "$opportunity"
    drop_pdfs 1
    run_once
    jobs_are done 1
    holds '[$a.kind, $a.lead_id, $a.contact_id] == ["opportunity", "lead_A", "cont_A"]'
    holds '$a.body | [.status_id, .value, .value_period, .confidence, .["custom.cf_region"]] ==
        ["stat_SandboxActive", 1, "one_time", 80, "order 1"]'
    holds '$a.body.note == "Order order 1\n\n[closedrop " + $a.attachments[0].token + "]"'
    holds '$a.body.attachments[0] | [.filename, .content_type] == ["order 1.pdf", "application/pdf"] and (has("size") | not)'
    [ "$(closedrop list --json | jq -c .activity_id)" = "$(activities '.[0].id')" ]
}

@test "an opportunity with a note in HTML, and one without a note: both are marked" {
    use_rule 'opportunity = { note_html = "<p>Order</p>"; };'
    drop_pdfs 1
    run_once
    holds '$a.body.note_html == "<body><p>Order</p><p>[closedrop " + $a.attachments[0].token + "]</p></body>"'
    use_rule 'opportunity = { };' 'match = { path = "2"; };'
    more="rules = ( { name = \"r\"; contact_id = \"cont_A\"; opportunity = {}; } );"
    write_config 'rules = [ "r" ];'
    pdf in/two.pdf Two
    run_once
    jobs_are done 2
    holds '.[1] | .body.note == "[closedrop " + .attachments[0].token + "]"'
}

@test "a WhatsApp message, with the token as its ID" {
    use_rule "$whatsapp"
    drop_pdfs 1
    run_once
    jobs_are done 1
    holds '$a.body | [.direction, .local_phone, .remote_phone, .message_markdown, .contact_id] ==
        ["outgoing", "+15550100", "+15550123", "*order 1*", "cont_A"]'
    holds '$a.body.external_whatsapp_message_id == $a.attachments[0].token and ($a.body | has("send_to_inbox") | not)'
}

@test "a text message is a draft by default" {
    use_rule "$sms"
    drop_pdfs 1
    run_once
    jobs_are done 1
    holds '$a.body | [.status, .local_phone, .remote_phone, .text] == ["draft", "+15550100", "+15550123", "order 1"]'
}

@test "a group is one of each" {
    local carrier
    for carrier in "$opportunity" "$whatsapp" "$sms"; do
        use_rule "$carrier" 'group = { by = "all"; wait = "200ms"; };'
        rm -rf in state
        mkdir in
        drop_pdfs 3
        run_once
        jobs_are done 3
    done
    holds '[.[].attachments | length] == [3, 3, 3]'
}

# ---- once ----

each_once() { # NUMBER
    activities_are "$1"
    [ "$(activities '[.[].attachments[].filename] | unique | length')" = "$1" ]
    jobs_are done "$1"
    [ "$(closedrop list --json | jq -r .activity_id | sort)" = "$(activities '.[].id' | tr -d '"' | sort)" ]
}

suffers() { # FAULT ENDPOINT
    fault '[{"on":"'"$2"'","do":'"$1"',"times":'"$RUNS"'}]'
    drop_pdfs "$RUNS"
    run_once
    [ "$agent_code" = 0 ]
    each_once "$RUNS"
}

@test "opportunities: reset after Close acted" { use_rule "$opportunity" && suffers '"reset-after"' opportunity; }
@test "opportunities: reset before Close acts" { use_rule "$opportunity" && suffers '"reset-before"' opportunity; }
@test "opportunities: Close acts late, and answers 502" {
    use_rule "$opportunity"
    suffers '{"late":"100ms","status":502}' opportunity
}
@test "WhatsApp messages: reset after Close acted" { use_rule "$whatsapp" && suffers '"reset-after"' whatsapp; }
@test "WhatsApp messages: reset before Close acts" { use_rule "$whatsapp" && suffers '"reset-before"' whatsapp; }
@test "WhatsApp messages: Close acts, and answers 500" {
    use_rule "$whatsapp"
    suffers '{"status":500,"after":true}' whatsapp
}
@test "text messages: reset after Close acted" { use_rule "$sms" && suffers '"reset-after"' sms; }

@test "opportunities: Close acts, and its 200 is garbage" { use_rule "$opportunity" && suffers '"garbage"' opportunity; }
@test "WhatsApp messages: Close acts, and its 200 is garbage" { use_rule "$whatsapp" && suffers '"garbage"' whatsapp; }
@test "text messages: Close acts, and its 200 is garbage" { use_rule "$sms" && suffers '"garbage"' sms; }

killed() { # ENDPOINT: kill -9 after Close acted, and before it answered
    fault '[{"on":"'"$1"'","do":"hang-after"}]'
    drop_pdfs 1
    start_agent
    wait_until activities_are 1
    kill_agent
    run_once
    each_once 1
}

@test "opportunities: killed while Close makes one" { use_rule "$opportunity" && killed opportunity; }
@test "WhatsApp messages: killed while Close makes one" { use_rule "$whatsapp" && killed whatsapp; }
@test "text messages: killed while Close makes one" { use_rule "$sms" && killed sms; }

@test "a group that Close has created is found by the mark of its first file" {
    local carrier
    for carrier in opportunity whatsapp; do
        use_rule "${!carrier}" 'group = { by = "all"; wait = "200ms"; };'
        rm -rf in state
        mkdir in
        fault '[{"on":"'$carrier'","do":"reset-after"}]'
        drop_pdfs 3
        run_once
        jobs_are done 3
    done
    activities_are 2
}

@test "a text message that may have been created is never posted again, and is named" {
    use_rule "$sms"
    fault '[{"on":"sms","do":{"status":500}}]'
    drop_pdfs 1
    run_once
    activities_are 0
    jobs_are failed 1
    closedrop list --json | jq -e '.error.code == "unclear"'
    grep -q 'it is unknown whether Close created its text message on lead_A' "in/Failed/order 1.pdf.error.txt"
    [ "$(counts .requests.sms)" = 1 ]
}

@test "of two text messages that say the same, each has its own" {
    use_rule 'sms = { text = "Your document"; };'
    drop_pdfs 1
    run_once
    mkdir in/again
    pdf "in/again/order 1.pdf" "Another order"
    fault '[{"on":"sms","do":"reset-after"}]'
    run_once
    jobs_are done 2
    activities_are 2
    [ "$(closedrop list --json | jq -r .activity_id | sort -u | wc -l)" = 2 ]
}

# ---- what is really sent ----

@test "text messages that are really sent wait for approval like email" {
    limits="$limits ask_above = 2;"
    use_rule "${sms/sms = {/sms = { status = \"outbox\";}"
    drop_pdfs 5
    run_once
    activities_are 2
    [ "$(closedrop list --held --json | wc -l)" = 3 ]
    closedrop check | grep -q 'the rule "r" really sends text messages'
}

# ---- what Close would not take ----

fails_with() { # CODE TEXT
    run_once
    jobs_are failed 1
    closedrop list --json | jq -e ".error.code == \"$1\""
    cat in/Failed/*.error.txt
    tr '\n' ' ' <"$(ls in/Failed/*.error.txt)" | grep -qF "$2"
    activities_are 0
}

@test "an archive by text message fails, before anything is posted" {
    use_rule "$sms"
    (cd in && echo x >x1.txt && zip -q 1.zip x1.txt && rm x1.txt)
    fails_with wrong_type 'Close does not accept application/zip in a text message'
    [ "$(counts .requests.sms)" = 0 ]
}

@test "eleven files in one text message fail" {
    use_rule "$sms" 'group = { by = "all"; wait = "200ms"; };'
    drop_pdfs 11
    run_once
    jobs_are failed 11
    activities_are 0
    closedrop list --json | jq -es 'all(.error.code == "too_much")'
    grep -qF 'accepts at most 10 at once in a text message' "in/Failed/order 1.pdf.error.txt"
}

@test "a WhatsApp message without a contact fails" {
    more="rules = ( { name = \"r\"; lead_id = \"lead_A\"; $whatsapp } );"
    write_config 'rules = [ "r" ];'
    drop_pdfs 1
    fails_with no_contact 'a WhatsApp message belongs to a contact, and the rule "r" names only the lead'
}

@test "more than 25 MB by WhatsApp fail" {
    use_rule "$whatsapp"
    head -c 25000001 /dev/urandom >in/1.bin
    fails_with too_much 'the file is too large'
}

@test "a value that is not a number fails, with its field" {
    use_rule "${opportunity/\{cents\}/{stem\}}"
    drop_pdfs 1
    fails_with template '"value" of rule "r" must be a whole number, but is "order 1"'
}

@test "a status or pipeline that is gone, and a phone of somebody else: Close's words, and the field" {
    use_rule "${opportunity/stat_SandboxActive/stat_Gone}"
    drop_pdfs 1
    fails_with close_refused 'status_id: Object does not exist.'
    rm -r in state
    mkdir in
    use_rule "${opportunity/status_id = \"stat_SandboxActive\"/pipeline_id = \"pipe_Gone\"}"
    drop_pdfs 1
    fails_with close_refused 'pipeline_id: Object does not exist.'
    rm -r in state
    mkdir in
    use_rule "${sms/+15550100/+15559999}"
    drop_pdfs 1
    fails_with close_refused 'local_phone: This is not a phone number of your organization.'
}
