#!/usr/bin/env bats
# closedrop-sandbox as a CRM: are leads, contacts, searches, emails, notes and lead files as Close documents them, is what
# Close refuses refused, and does it fail in the ways it is told to?

load ../../support/story

setup() {
    cd "$BATS_TEST_TMPDIR"
    sandbox_pid='' agent_pid='' s3_port='' api_port=''
    cat >seed.json <<'END'
{"leads":[
  {"id":"lead_bluth","name":"Bluth Company","custom":{"cf_no":"A-1042","cf_tags":["red","deep blue"]},"contacts":[
    {"id":"cont_jane","name":"Jane Doe","emails":["jane@example.com","j.doe@work.example"],"phones":["+1 (650) 555-1234"]},
    {"id":"cont_smith","name":"Jane Doe-Smith","emails":["other.jane@example.com"],"phones":["+49 30 901820"]}]},
  {"id":"lead_sitwell","name":"Sitwell Enterprises","custom":{"cf_no":"A-1042-B"},"contacts":[
    {"id":"cont_lucille","name":"Lucille Müller","emails":["lucille@sitwell.example"],"phones":[]}]},
  {"id":"lead_empty","name":"Bluth Company Two"}]}
END
    start_sandbox --seed seed.json
}

teardown() {
    story_teardown
}

# ---- the story's verbs ----

call() { # PATH CURL-OPTION...: body to answer.json, headers to headers.txt, the status to $code
    local path=$1
    shift
    : >answer.json
    code=$(curl -s -u api_sandbox.secret: -H 'Content-Type: application/json' -D headers.txt -o answer.json \
        -w '%{http_code}' "$@" "$api$path")
}

answers() { # STATUS [JQ-FILTER]: the last answer was such
    echo "status $code, wanted $1; $(cat answer.json)"
    [ "$code" = "$1" ] && { [ $# = 1 ] || jq -e "$2" answer.json; }
}

gets() { # PATH JQ-FILTER
    call "$1" && answers 200 "$2"
}

posts() { # PATH JSON [JQ-FILTER]
    call "$1" -d "$2" && answers 200 "${3:-.}"
}

refuses() { # PATH JSON FIELD TEXT: 400, and this is what it says of the field
    printf %s "$2" >body.json # which may be too long for an argument
    call "$1" -d @body.json && answers 400 '.errors == []' && [ "$(jq -r ".\"field-errors\".$3" answer.json)" = "$4" ]
}

tell() { # ADMIN-PATH JSON: answer to told.json
    curl -sf -d "$2" "$admin$1" >told.json
}

ticket() { # FILENAME: a form for it; its download URL to $url
    call files/upload/ -d "$(jq -n --arg name "$1" '{filename: $name, content_type: "application/pdf"}')"
    url=$(jq -r .download.url answer.json)
    eval "fields=($(jq -r '.upload.fields | to_entries[] | "--form-string " + ("\(.key)=\(.value)" | @sh)' answer.json))"
    bucket=$(jq -r .upload.url answer.json)
}

upload() { # FILENAME [TEXT]: a temporary file; sets $url, $size, $token
    printf %s "${2:-hello}" >file
    ticket "$1"
    curl -sf -o /dev/null "${fields[@]}" -F file=@file "$bucket"
    size=$(stat -c %s file)
    token=${url#*/temporary/*/} token=${token%%/*}
}

email() { # [JQ-EXPRESSION]: a good email with $url, changed by the expression
    jq -nc --arg url "$url" --argjson size "${size:-0}" '{lead_id: "lead_bluth", status: "draft", attachments:
        [{url: $url, filename: "a.pdf", size: $size, content_type: "application/pdf"}]}'" | ${1:-.}"
}

note() { # [JQ-EXPRESSION]
    jq -nc --arg url "$url" '{lead_id: "lead_bluth", note: "scan", attachments:
        [{url: $url, filename: "a.pdf", content_type: null}]}'" | ${1:-.}"
}

lead_file() { # [JQ-EXPRESSION]
    jq -nc --arg url "$url" '{url: $url, filename: "a.pdf", content_type: "application/pdf"}'" | ${1:-.}"
}

many_emails() { # NUMBER: without files, one a day from 2026-01-01 on
    local i
    for ((i = 1; i <= $1; i++)); do
        posts activity/email/ "{\"lead_id\":\"lead_bluth\",\"status\":\"draft\",\"subject\":\"$i\",
            \"date_created\":\"2026-01-$(printf %02d "$i")T10:00:00+01:00\"}" >/dev/null
    done
}

made() { # JQ-FILTER on everything that was made
    curl -sf "${admin}activities" | jq -e "$1"
}

by_field() { # TYPE FIELD MODE VALUE: a condition on a field
    jq -nc --arg type "$1" --arg field "$2" --arg mode "$3" --arg value "$4" '{type: "field_condition",
        field: {type: "regular_field", object_type: $type, field_name: $field},
        condition: {type: "text", mode: $mode, value: $value}}'
}

by_custom() { # MODE VALUE
    jq -nc --arg mode "$1" --arg value "$2" '{type: "field_condition",
        field: {type: "custom_field", custom_field_id: "cf_no"}, condition: {type: "text", mode: $mode, value: $value}}'
}

related() { # THIS RELATED QUERY
    jq -nc --arg this "$1" --arg related "$2" --argjson query "$3" '{type: "has_related", this_object_type: $this,
        related_object_type: $related, related_query: $query}'
}

search() { # OBJECT-TYPE QUERY [JQ-EXPRESSION on the whole request]
    call data/search/ -d "$(jq -nc --arg type "$1" --argjson query "$2" '{query: {type: "and", queries:
        [{type: "object_type", object_type: $type}, $query]}, _limit: 100}'" | ${3:-.}")"
}

finds() { # OBJECT-TYPE QUERY ID...: exactly these
    search "$1" "$2"
    shift 2
    answers 200 ".cursor == null and [.data[].id] == $(jq -nc '$ARGS.positional' --args "$@")"
}

by_email() { # VALUE: contacts with this address
    related contact contact_email "$(by_field contact_email email phrase "$1")"
}

# ---- leads and contacts ----

@test "a lead has its fields, custom fields and contacts" {
    gets lead/lead_bluth/ '.id == "lead_bluth" and .name == "Bluth Company" and .display_name == .name and
        ."custom.cf_no" == "A-1042" and ."custom.cf_tags" == ["red", "deep blue"] and
        .contact_ids == ["cont_jane", "cont_smith"] and [.contacts[].id] == .contact_ids and .addresses == [] and
        .opportunities == [] and .tasks == [] and (.organization_id | startswith("orga_")) and
        (.date_created | test("^20[0-9-]{8}T[0-9:]{8}\\.[0-9]{6}$")) and has("description") and has("status_id")'
    gets lead/lead_empty/ '.contacts == [] and .contact_ids == []'
}

@test "a contact has its lead, emails and phones" {
    gets contact/cont_jane/ '.lead_id == "lead_bluth" and .name == "Jane Doe" and
        .emails[0] == {"email":"jane@example.com","type":"office","is_unsubscribed":false} and (.emails | length) == 2 and
        .phones == [{"phone":"+16505551234","phone_formatted":"+1 650-555-1234","type":"office","country":"US"}]'
    gets contact/cont_smith/ '.phones[0] | .phone == "+4930901820" and .country == null'
}

@test "only the _fields are returned" {
    gets 'lead/lead_bluth/?_fields=id,custom.cf_no,nothing' '. == {"id":"lead_bluth","custom.cf_no":"A-1042"}'
    gets 'contact/cont_jane/?_fields=id,lead_id' '. == {"id":"cont_jane","lead_id":"lead_bluth"}'
}

@test "what does not exist is 404 in Close's words" {
    call lead/lead_no/
    answers 404 '.error == "Empty query: Lead matching query does not exist."'
    call contact/lead_bluth/
    answers 404 '.error == "Empty query: Contact matching query does not exist."'
    call activity/email/acti_no/
    answers 404 '.error == "Empty query: Email matching query does not exist."'
    call activity/note/acti_no/
    answers 404 '.error == "Empty query: Note matching query does not exist."'
    call lead/lead_no/files/
    answers 404 '.error == "Empty query: Lead matching query does not exist."'
}

@test "a deleted lead is gone, with its contacts, and what it had is hidden but for the ledger" {
    upload a.pdf
    posts activity/email/ "$(email)"
    id=$(jq -r .id answer.json)
    tell lead/delete '{"id":"lead_bluth"}'
    for path in lead/lead_bluth/ contact/cont_jane/ "activity/email/$id/"; do
        call "$path"
        answers 404
    done
    gets 'activity/email/?lead_id=lead_bluth' '.data == []'
    gets 'event/?object_id=lead_bluth&action=deleted' '(.data | length) == 1 and (.data[0] | .object_id == "lead_bluth" and
        (.meta | has("merge_destination_lead_id") | not))'
    made 'length == 1'
    never tell lead/delete '{"id":"lead_bluth"}'
}

# ---- seeds and changes ----

@test "a seed returns the IDs, including generated ones" {
    tell seed '{"leads":[{"name":"New","contacts":[{"name":"N. N."},{"id":"cont_given"}]},{"id":"lead_given"}]}'
    jq -e '(.leads[0] | .name == "New" and (.id | test("^lead_[0-9A-Za-z]{43}$")) and
        (.contacts[0].id | test("^cont_[0-9A-Za-z]{43}$")) and .contacts[1].id == "cont_given") and
        .leads[1].id == "lead_given"' told.json
    gets "lead/$(jq -r .leads[0].id told.json)/" '.contacts[1].id == "cont_given"'
}

@test "a seed that makes no sense adds nothing" {
    for seed in '[]' '{' '{"lead":[]}' '{"leads":[{"id":"lead_new"},{"id":"lead_new"}]}' \
        '{"leads":[{"id":"lead_new"},{"id":"lead_bluth"}]}' '{"leads":[{"id":"lead_new","nmae":"x"}]}' \
        '{"leads":[{"id":"lead_new","contacts":[{"id":"cont_jane"}]}]}' '{"leads":[{"id":"lead_new"},{"id":""}]}' \
        '{"leads":[{"id":"lead_new","contacts":[{"emails":[1]}]}]}'; do
        never tell seed "$seed"
    done
    call lead/lead_new/
    answers 404
    echo '{"leads":[{"id":1}]}' >bad.json
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port 0 --s3-port 0 --seed bad.json
    [ "$status" = 1 ]
    [[ $output == *bad.json:*string\ type* ]]
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port 0 --s3-port 0 --seed nowhere.json
    [ "$status" = 1 ]
}

@test "a contact changes, and moves to another lead" {
    tell contact '{"id":"cont_jane","name":"Jane Roe","emails":["roe@example.com"],"phones":[]}'
    gets contact/cont_jane/ '.name == "Jane Roe" and [.emails[].email] == ["roe@example.com"] and .phones == []'
    tell contact '{"id":"cont_jane","lead_id":"lead_sitwell"}'
    gets contact/cont_jane/ '.lead_id == "lead_sitwell" and .name == "Jane Roe"'
    gets lead/lead_bluth/ '.contact_ids == ["cont_smith"]'
    gets lead/lead_sitwell/ '.contact_ids == ["cont_lucille", "cont_jane"]'
    finds contact "$(by_email roe@example.com)" cont_jane
    finds contact "$(by_email jane@example.com)" cont_smith
    for change in '{"id":"cont_no"}' '{"id":"cont_jane","lead_id":"lead_no"}' '{"name":"x"}' '{"id":"cont_jane","x":1}'; do
        never tell contact "$change"
    done
}

@test "one of ten thousand leads is found" {
    jq -nc '{leads: [range(10000) | {id: "lead_\(.)", name: "Number \(.)", custom: {cf_no: "N-\(.)"},
        contacts: [{id: "cont_\(.)", name: "Person \(.)", emails: ["p\(.)@example.org"], phones: ["+1650\(1000000 + .)"]}]}]}' >many.json
    tell seed @many.json
    jq -e '.leads | length == 10000' told.json
    for i in 1 500 9999; do
        finds contact "$(by_email "p$i@example.org")" "cont_$i"
        finds lead "$(related lead contact "$(by_email "p$i@example.org")")" "lead_$i"
        gets "lead/lead_$i/" ".contact_ids == [\"cont_$i\"]"
    done
}

# ---- merging ----

@test "merging moves contacts, activities and files, and the source is gone" {
    upload a.pdf
    posts activity/email/ "$(email)"
    id=$(jq -r .id answer.json)
    call lead/lead_bluth/files/ -d "$(lead_file)"
    posts lead/merge/ '{"source":"lead_bluth","destination":"lead_sitwell"}' '. == {"status":"ok"}'
    call lead/lead_bluth/
    answers 404
    gets contact/cont_jane/ '.lead_id == "lead_sitwell"'
    gets lead/lead_sitwell/ '.contact_ids == ["cont_lucille", "cont_jane", "cont_smith"]'
    gets "activity/email/$id/" '.lead_id == "lead_sitwell"'
    gets 'activity/email/?lead_id=lead_sitwell' ".data[0].id == \"$id\""
    gets lead/lead_sitwell/files/ '.data | length == 2 and all(.lead_id == "lead_sitwell")'
    refuses activity/email/ "$(email)" lead 'Object does not exist.'
    finds lead "$(by_field lead display_name phrase Bluth)" lead_empty
}

@test "a merge is listed by lead_merge and by the event log" {
    posts lead/merge/ '{"source":"lead_bluth","destination":"lead_sitwell"}'
    tell merge '{"source":"lead_sitwell","destination":"lead_empty"}'
    gets activity/lead_merge/ '.has_more == false and [.data[] | [.source_lead_id, .destination_lead_id, .merge_status]] ==
        [["lead_sitwell","lead_empty","completed"],["lead_bluth","lead_sitwell","completed"]] and
        (.data[0] | ._type == "LeadMerge" and .error_message == null and (.id | startswith("acti_")))'
    gets 'activity/lead_merge/?_limit=1' '.has_more and (.data | length) == 1'
    gets 'activity/lead_merge/?_limit=1&_skip=1' '(.has_more | not) and .data[0].source_lead_id == "lead_bluth"'
    gets 'activity/lead_merge/?source_lead_id=lead_bluth&_fields=destination_lead_id' '.data == [{"destination_lead_id":"lead_sitwell"}]'
    gets 'event/?object_type=lead&action=merged' '(.data | length) == 2 and (.data[0] | (.id | startswith("ev_")) and
        .meta.merge_source_lead_id == "lead_sitwell" and .meta.merge_destination_lead_id == "lead_empty")'
    gets 'event/?object_type=lead&action=merged&lead_id=lead_sitwell' '(.data | length) == 1'
    gets 'event/?object_id=lead_bluth&action=deleted' '(.data | length) == 1 and (.data[0] | .object_type == "lead" and
        .meta.merge_source_lead_id == "lead_bluth" and .meta.merge_destination_lead_id == "lead_sitwell")'
    gets 'event/?object_id=lead_empty&action=deleted' '.data == []'
}

@test "impossible merges" {
    call lead/merge/ -d '{"source":"lead_no","destination":"lead_bluth"}'
    answers 400 '.errors == ["Source lead does not exist."]'
    call lead/merge/ -d '{"source":"lead_bluth","destination":"lead_no"}'
    answers 400 '.errors == ["Destination lead does not exist."]'
    call lead/merge/ -d '{"source":"lead_bluth","destination":"lead_bluth"}'
    answers 400
    refuses lead/merge/ '{"source":"lead_bluth"}' destination 'This field is required.'
    refuses lead/merge/ '{"source":"a","destination":"b","x":1}' x 'Unknown field.'
    never tell merge '{"source":"lead_no","destination":"lead_bluth"}'
    never tell merge '{"source":"lead_bluth","destination":"lead_bluth"}'
}

# ---- the event log ----

@test "events report emails and notes, in pages of 50 at most" {
    for _ in $(seq 3); do posts activity/note/ '{"lead_id":"lead_bluth"}' >/dev/null; done
    posts activity/email/ '{"lead_id":"lead_bluth","status":"draft","subject":"look"}'
    id=$(jq -r .id answer.json)
    gets 'event/?lead_id=lead_bluth&object_type=activity.email&action=created&_limit=50' \
        "(.data | length) == 1 and (.data[0] | .object_id == \"$id\" and .lead_id == \"lead_bluth\" and .data.subject == \"look\")"
    gets 'event/?_limit=3' '(.data | length) == 3 and .cursor_next'
    gets "event/?_limit=3&_cursor=$(jq -r .cursor_next answer.json)" '(.data | length) == 1 and .cursor_next == null'
    gets 'event/?user_id=user_other' '.data == []'
    call 'event/?_cursor=moon'
    answers 400 '.error == "Invalid cursor."'
    gets "event/?date_updated__gt=$(date -ud '+1 minute' +%FT%TZ)" '.data == []'
    call 'event/?_limit=51'
    answers 400 '.error == "The limit you set is larger than the maximum limit for this resource (max_limit = 50)."'
}

@test "events take only some filters together" {
    local filters
    for filters in object_type=lead\&object_id=a object_id=a\&action=deleted user_id=u\&object_id=a\&action=deleted \
        lead_id=a\&user_id=u\&object_type=lead\&action=deleted request_id=r; do
        gets "event/?$filters" '.data == []'
        gets "event/?$filters&date_updated__gt=2026-01-01T00:00:00Z&_limit=1" '.data == []'
    done
    for filters in object_id=a action=deleted object_type=lead lead_id=a\&action=deleted lead_id=a\&object_id=a \
        object_type=lead\&object_id=a\&action=deleted request_id=r\&lead_id=a; do
        call "event/?$filters"
        answers 400 '.error == "This combination of filters is not supported."'
    done
}

# ---- search ----

@test "contacts by email, phone and name; leads by theirs and by their contacts'" {
    finds contact "$(by_email j.doe@work.example)" cont_jane
    finds contact "$(related contact contact_phone "$(by_field contact_phone phone phrase +16505551234)")" cont_jane
    finds contact "$(by_field contact name phrase 'lucille müller')" cont_lucille
    finds lead "$(by_field lead display_name phrase sitwell)" lead_sitwell
    finds lead "$(related lead contact "$(by_email lucille@sitwell.example)")" lead_sitwell
    finds lead "$(related lead contact "$(by_field contact name phrase 'jane doe')")" lead_bluth
    finds lead "$(by_custom phrase A-1042-B)" lead_sitwell
    finds contact "$(by_custom phrase A-1042)" # a lead's field
}

@test "it matches words: more than was asked for" {
    finds contact "$(by_email JANE@example.com)" cont_jane cont_smith
    finds contact "$(by_field contact name phrase 'Jane Doe')" cont_jane cont_smith
    finds contact "$(by_field contact name phrase 'Doe Jane')"
    finds contact "$(by_field contact name full_words 'doe jane')" cont_jane cont_smith
    finds contact "$(by_field contact name full_words 'doe jan')"
    finds contact "$(by_field contact name exact_value 'jane doe')" cont_jane
    finds contact "$(by_field contact name phrase LUCILLE\ MÜLLER)" cont_lucille
    finds lead "$(by_field lead name phrase 'Bluth Company')" lead_bluth lead_empty
    finds lead "$(by_custom phrase A-1042)" lead_bluth lead_sitwell
    finds lead "$(by_custom exact_value A-1042)" lead_bluth
    finds lead "$(by_field lead name phrase '--')"
}

@test "and, or, negate, term, exists, and no object type at all" {
    either=$(jq -nc --argjson a "$(by_field lead name phrase sitwell)" --argjson b "$(by_field lead name phrase two)" \
        '{type: "or", queries: [$a, $b]}')
    finds lead "$either" lead_sitwell lead_empty
    finds lead "$(jq -c '.negate = true' <<<"$either")" lead_bluth
    finds lead "$(jq -c '.condition = {type: "term", values: ["red"]} | .field.custom_field_id = "cf_tags"' <<<"$(by_custom phrase x)")" lead_bluth
    finds lead "$(jq -c '.condition = {type: "exists"} | .negate = true' <<<"$(by_custom phrase x)")" lead_empty
    finds lead "$(jq -c '.negate = true' <<<"$(related lead contact '{"type":"and","queries":[]}')")" lead_empty
    posts data/search/ "{\"query\":{\"type\":\"or\",\"queries\":[$(by_field lead name phrase sitwell),$(by_field contact name phrase lucille)]}}" \
        '[.data[] | [.__object_type, .id]] == [["lead","lead_sitwell"],["contact","cont_lucille"]]'
}

@test "without _fields it is type and id, else what was asked for" {
    search contact "$(by_field contact name phrase lucille)"
    answers 200 '.data == [{"__object_type":"contact","id":"cont_lucille"}]'
    search contact "$(by_field contact name phrase lucille)" '._fields.contact = ["id", "lead_id", "emails", "nothing"]'
    answers 200 '.data[0] | .__object_type == "contact" and .lead_id == "lead_sitwell" and (has("nothing") | not) and
        .emails[0].email == "lucille@sitwell.example"'
    search lead "$(by_custom phrase A-1042-B)" '._fields.lead = ["id", "custom.cf_no", "contacts"]'
    answers 200 '.data[0] | ."custom.cf_no" == "A-1042-B" and .contacts[0].id == "cont_lucille"'
}

@test "a cursor continues where the page ended, for 30 seconds and for its own query" {
    all='{"type":"and","queries":[]}'
    search lead "$all" '._limit = 2 | .include_counts = true'
    answers 200 '[.data[].id] == ["lead_bluth", "lead_sitwell"] and .count == {"limited":3,"total":3}'
    cursor=$(jq -r .cursor answer.json)
    search lead "$all" "._limit = 2 | .cursor = \"$cursor\""
    answers 200 '[.data[].id] == ["lead_empty"] and .cursor == null'
    search contact "$all" "._limit = 2 | .cursor = \"$cursor\""
    answers 400 '."field-errors" | has("cursor")'
    settings '{"cursor_ttl":"1ms"}'
    search lead "$all" '._limit = 2'
    cursor=$(jq -r .cursor answer.json)
    wait_until cursor_is_dead
    search lead "$all" '.results_limit = 1'
    answers 200 '(.data | length) == 1 and .cursor == null'
    search lead "$all" '._limit = 1 | .results_limit = 2'
    answers 200 '(.data | length) == 1 and .cursor != null'
}

cursor_is_dead() {
    search lead "$all" "._limit = 2 | .cursor = \"$cursor\""
    [ "$code" = 400 ]
}

@test "malformed searches are 400" {
    good=$(by_field contact name phrase x)
    for query in '1' '{}' '{"type":"moon"}' '{"type":"and"}' '{"type":"and","queries":[1]}' '{"type":"object_type"}' \
        '{"type":"object_type","object_type":"moon"}' '{"type":"object_type","object_type":"lead","x":1}' \
        "$(jq -c '.condition.mode = "fuzzy"' <<<"$good")" "$(jq -c '.condition.value = 1' <<<"$good")" \
        "$(jq -c '.condition.type = "moon"' <<<"$good")" "$(jq -c '.condition.x = 1' <<<"$good")" \
        "$(jq -c '.field.field_name = "moon"' <<<"$good")" "$(jq -c '.field.type = "moon"' <<<"$good")" \
        "$(jq -c '.field.x = 1' <<<"$good")" "$(jq -c '.negate = "no"' <<<"$good")" "$(jq -c '.condition = {type: "term"}' <<<"$good")" \
        "$(jq -c 'del(.field.custom_field_id)' <<<"$(by_custom phrase x)")" \
        "$(related lead contact_email "$good")" "$(related contact contact_email 1)"; do
        echo "$query"
        search contact "$query"
        answers 400 '."field-errors" | has("query")'
    done
    for change in '._limit = 0' '._limit = "1"' '.results_limit = 0' '.cursor = 1' '.cursor = "x"' '._fields = 1' '.x = 1' 'del(.query)'; do
        search contact "$good" "$change"
        answers 400 '.errors == []'
    done
    search contact "$good" '._limit = 201'
    answers 400 '.error | test("max_limit = 200")'
    search contact "$good" '._limit = 200'
    answers 200
}

@test "search sees a change only after the lag, and reads see it at once" {
    settings '{"search_lag":"1h"}'
    tell seed '{"leads":[{"id":"lead_new","name":"Newcomer","contacts":[{"id":"cont_new","emails":["new@example.com"]}]}]}'
    tell contact '{"id":"cont_jane","lead_id":"lead_empty","emails":["changed@example.com"]}'
    tell lead/delete '{"id":"lead_sitwell"}'
    gets contact/cont_jane/ '.lead_id == "lead_empty"'
    finds contact "$(by_email new@example.com)"
    finds contact "$(by_email changed@example.com)"
    finds lead "$(by_field lead name phrase sitwell)" lead_sitwell
    finds lead "$(related lead contact "$(by_email j.doe@work.example)")" lead_bluth
    search contact "$(by_email j.doe@work.example)" '._fields.contact = ["lead_id"]'
    answers 200 '.data == [{"__object_type":"contact","lead_id":"lead_bluth"}]'
    settings '{"search_lag":"0"}'
    finds contact "$(by_email new@example.com)" cont_new
    finds lead "$(related lead contact "$(by_email changed@example.com)")" lead_empty
    finds contact "$(by_email j.doe@work.example)"
    finds lead "$(by_field lead name phrase sitwell)"
    settings '{"search_lag":"1h"}' # what it has seen it does not forget
    finds contact "$(by_email new@example.com)" cont_new
    posts lead/merge/ '{"source":"lead_new","destination":"lead_bluth"}'
    finds lead "$(by_field lead name phrase newcomer)" lead_new
}

@test "a lag ends by itself" {
    stop_sandbox
    start_sandbox --seed seed.json --search-lag 600ms
    finds contact "$(by_email jane@example.com)" cont_jane cont_smith # what it began with it knows
    tell contact '{"id":"cont_smith","emails":[]}'
    wait_until finds contact "$(by_email jane@example.com)" cont_jane
}

# ---- emails ----

@test "an email has the documented answer, and can be read" {
    upload 'a b ü.pdf'
    posts activity/email/ "$(email '.attachments[0].filename = "a b ü.pdf" | .contact_id = "cont_jane" | .subject = "Scan" |
        .to = ["a@example.com"] | .body_text = "Hi"')" '._type == "Email" and .status == "draft" and .subject == "Scan" and
        .lead_id == "lead_bluth" and .contact_id == "cont_jane" and .to == ["a@example.com"] and .cc == [] and .bcc == [] and
        .body_text == "Hi" and .body_preview == "Hi" and .body_html == "" and .direction == "outgoing" and .sender == null and
        (.thread_id | startswith("acti_")) and (.user_id | startswith("user_")) and .opens == [] and .template_id == null and
        (.date_created | test("^20[0-9-]{8}T[0-9:]{8}\\.[0-9]{6}$")) and .date_created == .activity_at'
    id=$(jq -r .id answer.json)
    organization=$(jq -r .organization_id answer.json)
    answers 200 ".attachments == [{\"url\":\"https://app.close.com/go/file/persisted/$organization/activity.email/$id/$token/a%20b%20%C3%BC.pdf/\",
        \"filename\":\"a b ü.pdf\",\"content_type\":\"application/pdf\",\"size\":$size,\"content_id\":null,\"inline_only\":false}]"
    cp answer.json posted.json
    gets "activity/email/$id/" .
    [ "$(jq -S . answer.json)" = "$(jq -S . posted.json)" ]
    gets "activity/email/$id/?_fields=id,status" ". == {\"id\":\"$id\",\"status\":\"draft\"}"
    call "activity/note/$id/"
    answers 404
}

@test "an email needs its lead and status, and no field that Close does not know" {
    url=x size=0
    good=$(email 'del(.attachments)')
    while IFS='^' read -r change field text; do
        echo "$change"
        refuses activity/email/ "$(jq -c "$change" <<<"$good")" "$field" "$text"
    done <<'END'
del(.lead_id)^lead^This field is required.
.lead_id = null^lead^This field is required.
.lead_id = 1^lead^Value must be of string type.
.lead_id = "lead_no"^lead^Object does not exist.
.contact_id = "cont_no"^contact^Object does not exist.
.contact_id = "cont_lucille"^contact^Contact does not belong to the lead.
del(.status)^status^This field is required.
.status = "posted"^status^Not a valid choice.
.direction = "outgoing"^direction^Unknown field.
.account_id = "x"^account_id^Unknown field.
.subject = ("x" * 1001)^subject^The value must be no longer than 1000 characters.
.body_text = ("x" * 1048577)^body_text^The value must be no longer than 1048576 characters.
.body_html = ("x" * 1048577)^body_html^The value must be no longer than 1048576 characters.
.body_html = []^body_html^Value must be of string type.
.to = "a@example.com"^to^Value must be of list type.
.to = [range(501) | "a@example.com"]^to^List is too long.
.cc = ["a", ("x" * 1001)]^cc.errors."1"^The value is too long.
.bcc = ["a", 1]^bcc.errors."1"^Value must be of string type.
.date_created = "yesterday"^date_created^Could not parse date.
.date_created = "2026-02-30T00:00:00"^date_created^Could not parse date.
.activity_at = 1^activity_at^Value must be of string type.
.followup_sequence_delay = 86399^followup_sequence_delay^The value must be at least 86400.
.followup_sequence_delay = 1.5^followup_sequence_delay^Value must be of int type.
.followup_sequence_add_cc_bcc = 1^followup_sequence_add_cc_bcc^Value must be of bool type.
.opens = [{}]^opens.errors."0"."field-errors".opened_at^This field is required.
.attachments = {}^attachments^Value must be of list type.
.attachments = [range(1001) | {}]^attachments^List is too long.
.attachments = [1]^attachments.errors."0"^Value must be of dict type.
.sender = "nobody"^sender^Invalid email address.
.send_in = 5^send_in^Only possible with status "outbox".
END
    made '. == []'
}

@test "everything an email may have is accepted, and null for nothing" {
    upload a.pdf
    posts activity/email/ "$(email '. + {contact_id: "cont_jane", user_id: "user_x", created_by: null, organization_id: null,
        email_account_id: "emailacct_x", sender: "\"J\" <j@example.com>", to: [], cc: null, bcc: [], subject: ("ü" * 1000),
        body_text: "t", body_html: "h", template_id: null, in_reply_to_id: null, activity_at: "2026-01-01T00:00:00Z",
        date_created: "2026-01-01", followup_date: null, followup_sequence_id: null, followup_sequence_delay: 86400,
        followup_sequence_add_cc_bcc: true, opens: [{opened_at: "2026-01-01T00:00:00+00:00"}]} |
        .attachments[0] += {content_id: "x", inline_only: true, content_type: null}')" \
        '.user_id == "user_x" and .attachments[0].inline_only and .attachments[0].content_id == "x" and .cc == []'
    posts activity/email/ '{"lead_id":"lead_bluth","status":"draft","attachments":null}' '.attachments == []'
}

@test "who is the sender depends on the status" {
    url=x size=0
    for status in inbox outbox scheduled error; do
        refuses activity/email/ "{\"lead_id\":\"lead_bluth\",\"status\":\"$status\"}" sender 'This field is required.'
    done
    posts activity/email/ '{"lead_id":"lead_bluth","status":"sent"}' '.sender | test("@")'
    posts activity/email/ '{"lead_id":"lead_bluth","status":"inbox","sender":"a@example.com"}' '.direction == "incoming"'
    posts activity/email/ '{"lead_id":"lead_bluth","status":"outbox","sender":"a@example.com","send_in":59}'
    refuses activity/email/ '{"lead_id":"lead_bluth","status":"scheduled","sender":"a@example.com"}' date_scheduled 'This field is required.'
    posts activity/email/ '{"lead_id":"lead_bluth","status":"scheduled","sender":"a@example.com","date_scheduled":"2030-01-01T00:00:00Z"}'
}

@test "a date_created that was given is kept, in UTC, and the filters use it" {
    many_emails 4
    gets 'activity/email/?lead_id=lead_bluth&_fields=subject,date_created' '.data[0] == {"subject":"4","date_created":"2026-01-04T09:00:00.000000"} and
        [.data[].subject] == ["4","3","2","1"]'
    gets 'activity/email/?date_created__gt=2026-01-02T09:00:00Z' '[.data[].subject] == ["4","3"]'
    gets 'activity/email/?date_created__gte=2026-01-02T09:00:00Z' '[.data[].subject] == ["4","3","2"]'
    gets 'activity/email/?date_created__lt=2026-01-02T10:00:00%2B01:00' '[.data[].subject] == ["1"]'
    gets 'activity/email/?date_created__lte=2026-01-02T09:00:00.000000&date_created__gt=2026-01-02' '[.data[].subject] == ["2"]'
    call 'activity/email/?date_created__gt=2026-01-02T10:00:00+01:00' # the plus is a space
    answers 400 '."field-errors" | has("date_created__gt")'
}

@test "lists have pages" {
    many_emails 5
    gets 'activity/email/?_limit=2' '[.data[].subject] == ["5","4"] and .has_more'
    gets 'activity/email/?_limit=2&_skip=2' '[.data[].subject] == ["3","2"] and .has_more'
    gets 'activity/email/?_limit=2&_skip=4' '[.data[].subject] == ["1"] and (.has_more | not)'
    gets 'activity/email/?_limit=2&_skip=5' '.data == [] and (.has_more | not)'
    gets 'activity/email/?lead_id=lead_empty,lead_no' '.data == []'
    gets 'activity/email/?lead_id=lead_empty,lead_bluth' '.data | length == 5'
    gets "activity/email/?id__in=$(curl -s "${admin}activities" | jq -r .[2].id)&_fields=subject" '.data == [{"subject":"3"}]'
    call 'activity/email/?_limit=101'
    answers 400 '.error == "The limit you set is larger than the maximum limit for this resource (max_limit = 100)."'
    call 'activity/email/?_skip=250001'
    answers 400 '.error | test("max_skip = 250000")'
    for query in _limit=-1 _limit=x _skip= moon=1 date_created=2026-01-01; do
        call "activity/email/?$query"
        answers 400
    done
}

@test "a list of more than 32 MiB is refused, and can be read by its fields" {
    jq -nc '{lead_id: "lead_bluth", status: "draft", body_text: ("x" * 1048576), body_html: ("ü" * 1048576)}' >big.json
    for _ in $(seq 11); do
        call activity/email/ -d @big.json
        [ "$code" = 200 ]
    done
    call activity/email/
    answers 500 '.error == "The answer is too large for the sandbox."'
    gets 'activity/email/?_fields=id' '.data | length == 11'
    [ "$(curl -s "${admin}activities" | jq 'map(.body.body_text | length) | add')" = $((11 << 20)) ]
}

# ---- notes ----

@test "a note takes files without a size, and answers with it" {
    upload a.pdf
    posts activity/note/ "$(note '.title = "Fax" | .pinned = true')" '._type == "Note" and .note == "scan" and .title == "Fax" and
        .pinned and .note_html == "<body><p>scan</p></body>" and (.attachments[0] | .size == 5 and .thumbnail_url == null and
        (.url | test("/persisted/orga_[^/]+/activity.note/acti_[^/]+/[^/]+/a.pdf/$")))'
    id=$(jq -r .id answer.json)
    gets "activity/note/$id/?_fields=id,note" ".note == \"scan\""
    gets 'activity/note/?lead_id=lead_bluth' ".data[0].id == \"$id\" and .has_more == false"
    refuses activity/note/ "$(note '.attachments[0].size = 5')" 'attachments.errors."0"."field-errors".size' 'Unknown field.'
    refuses activity/note/ "$(note 'del(.attachments[0].filename)')" 'attachments.errors."0"."field-errors".filename' 'This field is required.'
    refuses activity/note/ "$(note '.status = "sent"')" status 'Unknown field.'
    refuses activity/note/ "$(note '.lead_id = "lead_no"')" lead 'Object does not exist.'
    refuses activity/note/ "$(note '.contact_id = "cont_lucille"')" contact 'Contact does not belong to the lead.'
    refuses activity/note/ "$(note '.pinned = "yes"')" pinned 'Value must be of bool type.'
}

@test "note_html is one well-formed body, and wins over the note" {
    posts activity/note/ '{"lead_id":"lead_bluth","note":"lost","note_html":"<body><p class=\"x\">A &amp; B<br/></p><ul><li>1</li></ul></body>"}' \
        '.note == "A & B1" and (.note_html | startswith("<body><p"))'
    for html in '<p>x</p>' '<body>x' '<body>A & B</body>' '<body><p>x</body>' '<body>1 < 2</body>' '<body><a href=x>y</a></body>' \
        '<body></body>x' 'x' '' '<body></p></body>' '<body><br></body>' '<body>&copy;</body>' '<body><table/></body>' \
        '<body><p onclick="x">y</p></body>'; do
        call activity/note/ -d "$(jq -nc --arg html "$html" '{lead_id: "lead_bluth", note_html: $html}')"
        answers 400 '."field-errors".note_html | startswith("The value is not well-formed")'
    done
}

# ---- templates ----

template_files() { # [JQ-EXPRESSION]: the attachments of an email template with $url
    jq -nc --arg url "$url" --argjson size "$size" \
        '{attachments: [{url: $url, filename: "a.pdf", content_type: "application/pdf", size: $size}]}'" | ${1:-.}"
}

@test "an email template is made, listed, read and changed: its attachments replace those before" {
    upload a.pdf
    posts email_template/ "$(template_files '.name = "Prices" | .subject = "S" | .body = "B"')" \
        '[.name, .subject, .body, .is_shared, .is_archived] == ["Prices", "S", "B", false, false]'
    id=$(jq -r .id answer.json)
    [[ $id == tmpl_* ]]
    jq -e --arg part "/email_template/$id/$token/a.pdf/" '.attachments[0] | (.url | contains($part)) and .size == 5' answer.json
    upload b.pdf other
    call "email_template/$id/" -X PUT -d "$(template_files '.attachments[0].filename = "b.pdf"')"
    answers 200 '([.attachments[].filename] == ["b.pdf"]) and .subject == "S"'
    call "email_template/$id/" -X PUT -d '{"is_archived":true}'
    answers 200 '.is_archived and ([.attachments[].filename] == ["b.pdf"])'
    gets email_template/ '[.data[].name] == ["Prices"] and .has_more == false'
    gets 'email_template/?is_archived=false' '.data == []'
    gets "email_template/$id/?_fields=name" '. == {name: "Prices"}'
}

@test "a text message template is 201, and shows its files only on request" {
    upload a.pdf
    call sms_template/ -d "$(template_files 'del(.attachments[0].size) | .name = "Prices" | .text = "T"')"
    answers 201 '[.name, .text, .status] == ["Prices", "T", "active"]'
    id=$(jq -r .id answer.json)
    gets "sms_template/$id/" 'has("attachments") | not'
    gets "sms_template/$id/?include_attachments=true" '[.attachments[].filename] == ["a.pdf"]'
    gets sms_template/ '.data[0] | has("attachments") | not'
}

@test "what a template cannot have is refused, and so is one that there is not" {
    upload a.pdf
    refuses email_template/ "$(template_files)" name 'This field is required.'
    posts email_template/ "$(template_files '.name = "x"')"
    id=$(jq -r .id answer.json) own=$(jq -c '{attachments}' answer.json)
    call "email_template/$id/" -X PUT -d '{"lead_id":"lead_bluth"}'
    answers 400 '."field-errors".lead_id'
    call "email_template/$id/" -X PUT -d "$(jq -c 'del(.attachments[0].content_id, .attachments[0].inline_only)' <<<"$own")"
    answers 400 '."field-errors".attachments.errors."0" == "File does not exist."' # its own file, sent back
    call email_template/tmpl_OfAnother/ -X PUT -d '{}'
    answers 404 '.error == "Empty query: EmailTemplate matching query does not exist."'
    call "sms_template/$id/"
    answers 404
    refuses sms_template/ "$(jq -nc --arg url "$url" \
        '{name: "x", attachments: [range(11) | {url: $url, filename: "a", content_type: "text/csv"}]}')" \
        attachments 'List is too long.'
}

# ---- lead files ----

@test "a lead file is 201, and the list has the files of activities too" {
    upload a.pdf
    call lead/lead_bluth/files/ -d "$(lead_file)"
    answers 201 "(.id | startswith(\"leadfile_\")) and .lead_id == \"lead_bluth\" and .name == \"a.pdf\" and .size == 5 and
        .content_type == \"application/pdf\" and .checksum == \"$(md5sum <file | cut -d' ' -f1)\" and .last_object_type == \"lead\" and
        .last_object_id == \"lead_bluth\" and .thumbnail_url == null and .is_pinned == false and .updated_by == null and
        (.download_url | test(\"/persisted/orga_[^/]+/lead/lead_bluth/$token/a.pdf/$\"))"
    id=$(jq -r .id answer.json)
    upload b.pdf
    posts activity/email/ "$(email '.attachments[0].filename = "b.pdf"')"
    email_id=$(jq -r .id answer.json)
    posts activity/note/ "$(note '.attachments[0].filename = "c.pdf" | .lead_id = "lead_empty"')"
    gets lead/lead_bluth/files/ ".has_more == false and [.data[] | [.name, .last_object_type, .last_object_id]] ==
        [[\"b.pdf\",\"activity.email\",\"$email_id\"],[\"a.pdf\",\"lead\",\"lead_bluth\"]] and .data[1].id == \"$id\" and
        (.data[0] | .checksum == \"$(md5sum <file | cut -d' ' -f1)\" and (.id | startswith(\"leadfile_\")))"
    gets 'lead/lead_bluth/files/?_limit=1&_fields=name' '.has_more and .data == [{"name":"b.pdf"}]'
    gets 'lead/lead_bluth/files/?_limit=1&_skip=1&_fields=name' '(.has_more | not) and .data == [{"name":"a.pdf"}]'
    gets lead/lead_empty/files/ '.data[0].last_object_type == "activity.note"'
    call 'lead/lead_bluth/files/?_limit=101'
    answers 400
}

@test "a lead file needs all three, within their lengths, and a lead" {
    upload a.pdf
    call lead/lead_no/files/ -d "$(lead_file)"
    answers 404 '.error == "Empty query: Lead matching query does not exist."'
    while IFS='|' read -r change field text; do
        refuses lead/lead_bluth/files/ "$(lead_file "$change")" "$field" "$text"
    done <<'END'
del(.url)|url|This field is required.
del(.filename)|filename|This field is required.
del(.content_type)|content_type|This field is required.
.content_type = null|content_type|This field is required.
.filename = ""|filename|This field is required.
.filename = ("x" * 1025)|filename|The value must be no longer than 1024 characters.
.content_type = ("x" * 256)|content_type|The value must be no longer than 255 characters.
.size = 5|size|Unknown field.
.url = "https://example.com/"|url|Invalid URL.
.url = "https://app.close.com/go/file/temporary/user_x/y/a.pdf/"|url|File does not exist.
END
    call lead/lead_bluth/files/ -d "$(lead_file '.filename = ("ü" * 1024)')"
    answers 201
}

# ---- what may be attached ----

refuses_file() { # TEXT: by all three carriers
    refuses activity/email/ "$(email)" 'attachments.errors."0"' "$1" &&
        refuses activity/note/ "$(note)" 'attachments.errors."0"' "$1" &&
        refuses lead/lead_bluth/files/ "$(lead_file)" url "$1"
}

@test "only our own finished uploads can be attached" {
    upload a.pdf
    good=$url
    url=https://example.com/go/file/
    refuses_file 'Invalid URL.'
    url=https://app.close.com/go/file/temporary/
    refuses_file 'File does not exist.'
    url=${good/$token/0000000000000000000000}
    refuses_file 'File does not exist.'
    url=${good/user_/user_Other}
    refuses_file 'File does not exist.'
    ticket b.pdf
    refuses_file 'File has not been uploaded.'
    url=$good
    refuses activity/email/ "$(email '.attachments[0].size = 6')" 'attachments.errors."0"' 'Size does not match the uploaded file.'
    refuses activity/email/ "$(email 'del(.attachments[0].size)')" 'attachments.errors."0"."field-errors".size' 'This field is required.'
    refuses activity/email/ "$(email '.attachments[1] = .attachments[0] | .attachments[1].url = "x"')" 'attachments.errors."1"' 'Invalid URL.'
    made '. == []'
    posts activity/email/ "$(email)"
    url=$(jq -r .attachments[0].url answer.json)
    refuses_file 'File does not exist.' # it is persisted now
}

@test "an upload can be attached for its time only" {
    upload a.pdf
    posts activity/email/ "$(email)"
    settings '{"file_ttl":"1ms"}'
    wait_until refuses_file 'File has expired.'
    settings '{"file_ttl":"24h"}'
    posts activity/email/ "$(email)"
    stop_sandbox
    start_sandbox --seed seed.json --file-ttl 1ms
    upload a.pdf
    wait_until refuses_file 'File has expired.'
}

@test "with another gateway every ticket counts as stored, and its size is trusted" {
    stop_sandbox
    start_sandbox --seed seed.json --s3-endpoint http://127.0.0.1:9 --s3-bucket b --s3-key k --s3-secret s
    ticket a.pdf
    size=77
    posts activity/email/ "$(email)" '.attachments[0].size == 77'
    posts activity/note/ "$(note)" '.attachments[0].size == null'
    call lead/lead_bluth/files/ -d "$(lead_file)"
    answers 201 '.size == null and .checksum == null'
    made '.[0].attachments[0] | .size == 77 and .sha256 == null'
}

# ---- the ledger ----

@test "everything that was created is in the ledger, with its hash and the body that was posted" {
    upload a.pdf
    posts activity/email/ "$(email '.contact_id = "cont_jane"')"
    posts activity/note/ "$(note)"
    call lead/lead_bluth/files/ -d "$(lead_file)"
    made "[.[].kind] == [\"email\",\"note\",\"lead_file\"] and all(.lead_id == \"lead_bluth\") and .[0].contact_id == \"cont_jane\" and
        all(.attachments == [{\"token\":\"$token\",\"filename\":\"a.pdf\",\"sha256\":\"$(sha256sum <file | cut -d' ' -f1)\",\"size\":5}]) and
        all(.at | test(\"^20.*Z$\")) and .[2].id == \"$(jq -r .id answer.json)\""
    [ "$(curl -s "${admin}activities" | jq -c .[0].body)" = "$(email '.contact_id = "cont_jane"')" ]
    [ "$(counts -c ".activities | {email, note, lead_file, others: (add - 3)}")" = '{"email":1,"note":1,"lead_file":1,"others":0}' ]
    [ "$(counts -c '.requests | [.email, .note, .leadfile, .emails, .upload, .s3]')" = '[1,1,1,0,1,1]' ]
    [ "$(counts .late)" = 0 ]
}

counts() { # JQ-ARGUMENT...
    curl -s "${admin}counts" | jq "$@"
}

@test "a reset forgets what was created and uploaded, and keeps the leads" {
    upload a.pdf
    posts activity/email/ "$(email)"
    fault '[{"on":"lead","do":{"status":500},"times":0},{"on":"email","do":{"late":"1h"}}]'
    run call activity/email/ -d "$(email)"
    [ "$(counts .late)" = 1 ]
    curl -sf -X POST "${admin}reset"
    made '. == []'
    [ "$(counts -c '[.activities.email, .uploads, .requests.email, .late]')" = '[0,0,0,0]' ]
    gets lead/lead_bluth/ '.contact_ids | length == 2'
    gets event/ '.data == []'
    refuses activity/email/ "$(email)" 'attachments.errors."0"' 'File does not exist.'
}

# ---- rates ----

@test "every group of calls has a rate of its own" {
    settings '{"rate":1}'
    wait_until rate_is_felt
    call contact/cont_jane/
    answers 200
    grep -qi '^RateLimit: limit=1, remaining=0' headers.txt
}

rate_is_felt() { # two calls in the same second
    call lead/lead_bluth/
    call lead/lead_bluth/
    [ "$code" = 429 ]
}

# ---- faults ----

@test "a rule is about one kind of call, and any about all" {
    upload a.pdf
    paths=(lead=lead/lead_bluth/ contact=contact/cont_jane/ emails=activity/email/ notes=activity/note/
        leadfiles=lead/lead_bluth/files/ merges=activity/lead_merge/ events=event/)
    for path in "${paths[@]}"; do
        fault "[{\"on\":\"${path%%=*}\",\"do\":{\"status\":502}}]"
        call "${path#*=}"
        answers 502
        call "${path#*=}"
        answers 200
    done
    fault '[{"on":"any","do":{"status":502},"times":5}]'
    call activity/email/ -d "$(email)"
    answers 502
    call activity/note/ -d "$(note)"
    answers 502
    call lead/lead_bluth/files/ -d "$(lead_file)"
    answers 502
    search lead '{"type":"and","queries":[]}'
    answers 502
    call lead/merge/ -d '{"source":"lead_bluth","destination":"lead_empty"}'
    answers 502
    made '. == []'
    posts activity/email/ "$(email)"
    posts lead/merge/ '{"source":"lead_bluth","destination":"lead_empty"}'
}

@test "a rule matches the names of files, the path, the query" {
    upload a.pdf
    fault '[{"on":"any","do":{"status":502},"match":"second.pdf","times":0}]'
    posts activity/email/ "$(email)"
    call activity/email/ -d "$(email '.attachments[1] = .attachments[0] | .attachments[1].filename = "second.pdf"')"
    answers 502
    call activity/note/ -d "$(note '.attachments[0].filename = "second.pdf"')"
    answers 502
    call lead/lead_bluth/files/ -d "$(lead_file '.filename = "second.pdf"')"
    answers 502
    no_faults
    fault '[{"on":"any","do":{"status":502},"match":"lead_bluth","times":0}]'
    call lead/lead_bluth/
    answers 502
    call lead/lead_empty/
    answers 200
    call 'activity/email/?lead_id=lead_bluth'
    answers 502
    no_faults
    fault '[{"on":"search","do":{"status":502},"match":"jane@example.com"}]'
    search contact "$(by_email other@example.com)"
    answers 200
    search contact "$(by_email jane@example.com)"
    answers 502
}

@test "hang-after: it was created, but there is no answer" {
    upload a.pdf
    fault '[{"on":"email","do":"hang-after"},{"on":"s3","do":"hang-after"}]'
    run call activity/email/ -m 0.5 -d "$(email)"
    [ "$status" = 28 ]
    made 'length == 1'
    ticket b.pdf
    run curl -s -m 0.5 "${fields[@]}" -F file=@file "$bucket"
    [ "$status" = 28 ]
    [ "$(uploads)" = 2 ]
}

@test "a hanging call delays nothing, not even the exit" {
    upload a.pdf
    fault '[{"on":"email","do":"hang-after"}]'
    call activity/email/ -d "$(email)" &
    wait_until made 'length == 1'
    gets lead/lead_bluth/ .
    stop_sandbox
}

@test "status after: it was created, and the answer is the rule's" {
    upload a.pdf
    fault '[{"on":"any","do":{"status":504,"after":true,"body":"gateway","headers":{"X-From":"rule"}},"match":"a.pdf"}]'
    call activity/email/ -d "$(email)"
    answers 504
    [ "$(cat answer.json)" = gateway ]
    grep -qi '^X-From: rule' headers.txt
    made 'length == 1'
    fault '[{"on":"s3","do":{"status":500,"after":true,"code":"InternalError"}}]'
    ticket b.pdf
    curl -s -D s3.txt "${fields[@]}" -F file=@file "$bucket" >s3.xml
    grep -q '<Code>InternalError</Code>' s3.xml
    never grep -qi '^ETag' s3.txt
    [ "$(uploads)" = 2 ]
    fault '[{"on":"email","do":{"status":500,"after":true}}]' # of what was refused nothing is made
    call activity/email/ -d "$(email '.lead_id = "lead_no"')"
    answers 500
    made 'length == 1'
}

@test "late: no answer now, and it is created later, once" {
    upload a.pdf
    fault '[{"on":"any","do":{"late":"700ms"},"match":"a.pdf"}]'
    run call activity/email/ -d "$(email)"
    [ "$status" = 52 ]
    [ "$(counts .late)" = 1 ]
    made '. == []'
    gets 'activity/email/?lead_id=lead_bluth' '.data == []'
    wait_until made 'length == 1'
    gets 'activity/email/?lead_id=lead_bluth' '.data | length == 1'
    [ "$(counts -c '[.late, .activities.email]')" = '[0,1]' ]
}

@test "late with a status answers at once" {
    upload a.pdf
    fault '[{"on":"note","do":{"late":"300ms","status":503,"headers":{"Retry-After":"1"}}}]'
    call activity/note/ -d "$(note)"
    answers 503
    grep -qi '^Retry-After: 1' headers.txt
    made '. == []'
    wait_until made 'length == 1'
}

@test "what is late is checked late" {
    upload a.pdf
    fault '[{"on":"email","do":{"late":"400ms"},"times":3},{"on":"note","do":{"late":"400ms"}}]'
    run call activity/email/ -d "$(email)"
    run call activity/email/ -d '{"lead_id":"lead_sitwell","status":"draft"}'
    run call activity/email/ -d '{"lead_id":"lead_sitwell","status":"draft"}' -u wrong:
    tell lead/delete '{"id":"lead_bluth"}'
    made '. == []'
    wait_until nothing_is_late
    made '[.[].lead_id] == ["lead_sitwell"]'
}

nothing_is_late() {
    [ "$(counts .late)" = 0 ]
}

@test "a late S3 has the file later, and a late read is only lost" {
    fault '[{"on":"s3","do":{"late":"500ms"}},{"on":"lead","do":{"late":"1ms"}},{"on":"lead","do":{"late":"1ms","status":503}}]'
    printf hello >file
    size=5
    ticket a.pdf
    run curl -s "${fields[@]}" -F file=@file "$bucket"
    [ "$status" = 52 ]
    refuses activity/email/ "$(email)" 'attachments.errors."0"' 'File has not been uploaded.'
    wait_until posts activity/email/ "$(email)"
    [ "$(uploads)" = 1 ]
    run call lead/lead_bluth/
    [ "$status" = 52 ]
    call lead/lead_bluth/
    answers 503
}

@test "requests yet to act do not keep it from exiting" {
    upload a.pdf
    fault '[{"on":"email","do":{"late":"1h"}},{"on":"s3","do":{"late":"1h"}}]'
    run call activity/email/ -d "$(email)"
    ticket b.pdf
    run curl -s "${fields[@]}" -F file=@file "$bucket"
    [ "$(counts .late)" = 2 ]
    stop_sandbox
}

@test "garbage, truncated and resets on every kind of call" {
    upload a.pdf
    fault '[{"on":"email","do":"garbage"},{"on":"email","do":"truncated"},{"on":"email","do":"reset-after"},{"on":"email","do":"reset-before"}]'
    call activity/email/ -d "$(email)"
    [ "$code" = 200 ]
    never jq . answer.json
    run call activity/email/ -d "$(email)"
    [ "$status" = 18 ]
    run call activity/email/ -d "$(email)"
    [ "$status" = 52 ]
    run call activity/email/ -d "$(email)"
    [ "$status" = 56 ]
    made 'length == 3'
    for on in emails=activity/email/ lead=lead/lead_bluth/ events=event/; do
        fault "[{\"on\":\"${on%%=*}\",\"do\":\"garbage\"},{\"on\":\"${on%%=*}\",\"do\":\"truncated\"},{\"on\":\"${on%%=*}\",\"do\":\"reset-before\"}]"
        call "${on#*=}"
        never jq . answer.json
        run call "${on#*=}"
        [ "$status" = 18 ]
        run call "${on#*=}"
        [ "$status" = 56 ]
    done
    fault '[{"on":"leadfile","do":"garbage"},{"on":"merge","do":"reset-after"}]'
    call lead/lead_bluth/files/ -d "$(lead_file)"
    [ "$code" = 201 ]
    run call lead/merge/ -d '{"source":"lead_bluth","destination":"lead_empty"}'
    [ "$status" = 52 ]
    gets contact/cont_jane/ '.lead_id == "lead_empty"'
}

@test "new rules that make no sense are refused" {
    for rule in '{"on":"emailz","do":"hang"}' '{"on":"email","do":{"after":true}}' '{"on":"email","do":{"status":500,"after":"yes"}}' \
        '{"on":"email","do":{"late":"soon"}}' '{"on":"email","do":{"late":5}}' '{"on":"s3","do":{"late":"1s","etag":"x"}}' \
        '{"on":"email","do":{"late":"1s","status":500,"after":true}}' '{"on":"email","do":{"late":"1s","body":"x"}}' \
        '{"on":"email","do":"expired-form"}'; do
        never fault "[$rule]"
    done
    fault '[{"on":"lead","do":{"status":500,"after":false}}]'
    call lead/lead_bluth/
    answers 500
}

# ---- unknown calls ----

@test "unknown paths, methods, keys and content types" {
    for path in lead/ lead/lead_bluth lead// lead/lead_bluth/x/ activity/ activity/email activity/email/a/b/ data/search; do
        call "$path"
        answers 404
    done
    call lead/lead_bluth/ -d '{}'
    answers 405
    call lead/lead_bluth/files/ -X DELETE
    answers 405
    grep -qi '^Allow: GET, POST' headers.txt
    call data/search/
    answers 405
    call activity/email/ -u wrong: -d '{}'
    answers 401
    call lead/lead_bluth/ -u wrong:
    answers 401
    call activity/email/ -d '[]'
    answers 400
    code=$(curl -s -u api_sandbox.secret: -o answer.json -w '%{http_code}' -d '{}' "${api}activity/email/")
    answers 415
    call lead/merge/
    answers 404 # a lead of that name
}

@test "wrong usage of the new options" {
    for wrong in '--search-lag soon' '--file-ttl 1' '--seed'; do
        # shellcheck disable=SC2086
        run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" $wrong
        [ "$status" = 2 ]
    done
    for change in '{"search_lag":1}' '{"file_ttl":"x"}' '{"cursor_ttl":null}'; do
        never settings "$change"
    done
}
