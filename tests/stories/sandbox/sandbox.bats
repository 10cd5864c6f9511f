#!/usr/bin/env bats
# closedrop-sandbox by itself: does it accept what S3 and Close accept, refuse what they refuse, and fail in exactly the
# ways it is told to?

setup() {
    cd "$BATS_TEST_TMPDIR"
    printf 'hello, bucket\n' >file
    pid=
    start
}

teardown() {
    stop
}

# ---- the story's verbs ----

start() { # OPTION...
    stop
    rm -f ready.json
    "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port 0 --s3-port 0 --ready-file "$PWD/ready.json" "$@" \
        >out.txt 2>err.txt 3>&- &
    pid=$!
    for _ in $(seq 200); do
        [ -f ready.json ] && break
        sleep 0.02
    done
    api=$(jq -r .api_url ready.json)
    s3=$(jq -r .s3_url ready.json)
    admin=$(jq -r .admin_url ready.json)
}

stop() {
    [ -n "$pid" ] || return 0
    kill "$pid" && wait "$pid"
    pid=
}

call() { # PATH CURL-OPTION...: an API call with the key; body to answer.json, headers to headers.txt
    local path=$1
    shift
    curl -sk -u api_sandbox.secret: -D headers.txt -o answer.json -w '%{http_code}' "$@" "$api$path" >status.txt
}

ask() { # FILENAME: a ticket, to ticket.json; its fields to the array fields
    call files/upload/ -H 'Content-Type: application/json' \
        -d "$(jq -n --arg name "$1" '{filename: $name, content_type: "application/pdf"}')"
    cp answer.json ticket.json
    eval "fields=($(jq -r '.upload.fields // {} | to_entries[] |
        "--form-string " + ("\(.key)=\(.value)" | @sh)' ticket.json))"
}

post() { # CURL-OPTION...: a POST to the bucket; answer to answer.xml, its status to status.txt
    curl -sk -D headers.txt -o answer.xml -w '%{http_code}' "$@" "$s3" >status.txt
}

send() { # the ticket's fields, then the file
    post "${fields[@]}" -F 'file=@file;filename=file'
}

without() { # NAME: drop a field
    local kept=() i
    for ((i = 1; i < ${#fields[@]}; i += 2)); do
        [[ ${fields[i]} == "$1="* ]] || kept+=(--form-string "${fields[i]}")
    done
    fields=("${kept[@]}")
}

with() { # NAME VALUE: another value for a field
    without "$1"
    fields+=(--form-string "$1=$2")
}

faults() { # JSON
    curl -skf -d "$1" "${admin}faults" >/dev/null
}

settings() { # JSON
    curl -skf -d "$1" "${admin}settings" >/dev/null
}

counts() { # JQ-FILTER
    curl -skf "${admin}counts" | jq -r "$1"
}

sign() { # POLICY-JSON: fields of the old style signed with the sandbox's own secret
    local policy
    policy=$(printf %s "$1" | base64 -w0)
    with policy "$policy"
    with signature "$(printf %s "$policy" | openssl dgst -sha1 -hmac sandbox-secret -binary | base64)"
}

status_is() {
    echo "status $(cat status.txt), wanted $1"
    [ "$(cat status.txt)" = "$1" ]
}

refused() { # STATUS CODE [MESSAGE]: S3 refused, and stored nothing
    cat answer.xml
    status_is "$1"
    grep -qF "<Code>$2</Code>" answer.xml
    [ $# -lt 3 ] || grep -qF "$3" answer.xml
    [ "$(counts .uploads)" = 0 ]
}

stored() { # what lies in the ledger is the file
    cat answer.xml
    status_is 201
    [ "$(curl -sk "${admin}ledger.tsv" | cut -f1)" = "$(sha256sum <file | cut -d' ' -f1)" ]
}

# ---- starting and stopping ----

@test "it says where it listens and exits on SIGTERM with 0" {
    grep -q "^ready api_url $api$" out.txt
    [ "$(jq .pid ready.json)" = "$pid" ]
    kill "$pid"
    wait "$pid"
    pid=
}

@test "wrong usage exits with 2, a port that is in use with 1" {
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --rate many
    [ "$status" = 2 ]
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --tls-cert x
    [ "$status" = 2 ]
    port=${s3%/}
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port 0 --s3-port "${port##*:}"
    [ "$status" = 1 ]
    [[ $output == *"cannot listen on 127.0.0.1:${port##*:}"* ]]
}

@test "help and version" {
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --help
    [ "$status" = 0 ]
    [[ $output == *--ready-file* ]]
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --version
    [[ $output == closedrop-sandbox\ * ]]
}

# ---- the Close API ----

@test "me returns who we are" {
    call me/
    status_is 200
    jq -e '.id | startswith("user_")' answer.json
    jq -e '.organizations[0].id | startswith("orga_")' answer.json
    grep -qi '^RateLimit: limit=' headers.txt
}

@test "a wrong key is 401 in Close's words" {
    call me/ -u api_other.secret:
    status_is 401
    jq -e '.error | startswith("The server could not verify that you are authorized")' answer.json
}

@test "a ticket has the format that Close documents" {
    ask 'Rechnung Müller.pdf'
    status_is 200
    [ "$(jq -c '.upload.fields | keys' ticket.json)" = \
        '["AWSAccessKeyId","Content-Disposition","Content-Type","key","policy","signature","success_action_status"]' ]
    jq -e '.upload.fields.key | test("^temporary/user/user_[^/]+/[0-9A-Za-z]{22}/Rechnung Müller.pdf$")' ticket.json
    jq -e '.download.url | test("^https://app.close.com/go/file/temporary/user_[^/]+/[0-9A-Za-z]{22}/Rechnung%20M%C3%BCller.pdf/$")' ticket.json
}

@test "field errors name every wrong field" {
    call files/upload/ -H 'Content-Type: application/json' -d '{"filename":"","size":1}'
    status_is 400
    jq -e '."field-errors" | .filename == "This field is required." and has("content_type") and has("size")' answer.json
}

@test "unknown calls are refused: path, method, body, content type" {
    call leads/
    status_is 404
    call me/ -d x
    status_is 405
    call files/upload/ -H 'Content-Type: application/json' -d '{'
    status_is 400
    call files/upload/ -d '{"filename":"a","content_type":"b"}'
    status_is 415
}

@test "calls above the rate get 429" {
    settings '{"rate":2}'
    call me/ && call me/ && call me/
    status_is 429
    grep -qiE '^RateLimit: limit=2, remaining=0, reset=[01]\.[0-9]{2}' headers.txt
    grep -qi '^Retry-After: 1' headers.txt
}

@test "the calls are counted in windows of any length" {
    settings '{"rate":1,"window":"1h"}'
    call me/ && call me/
    status_is 429
    grep -qiE '^RateLimit: limit=1, remaining=0, reset=3[56][0-9]{2}\.' headers.txt
    run settings '{"window":"0"}'
    [ "$status" != 0 ]
}

@test "settings change while it runs, or not at all" {
    settings '{"api_key":"api_new.secret","latency":"1ms"}'
    call me/
    status_is 401
    call me/ -u api_new.secret:
    status_is 200
    run settings '{"api_key":"x","rate":-1}'
    [ "$status" != 0 ]
    call me/ -u api_new.secret:
    status_is 200
}

@test "latency delays each answer, but not the others" {
    settings '{"latency":"400ms"}'
    begin=$(date +%s%N)
    for _ in 1 2 3 4; do call me/ & done
    wait $(jobs -p | grep -v "^$pid$")
    took=$((($(date +%s%N) - begin) / 1000000))
    [ "$took" -ge 400 ]
    [ "$took" -lt 1200 ]
}

# ---- good forms ----

@test "a form in the old style is accepted, and the ledger has the file" {
    ask a.pdf
    send
    stored
    grep -qi '^ETag: "'"$(md5sum <file | cut -d' ' -f1)"'"' headers.txt
    curl -sk "${admin}ledger" | jq -e '.tickets == 1 and .uploads[0].filename == "a.pdf" and
        .uploads[0].size == 14 and .uploads[0].content_type == "application/pdf" and
        (.uploads[0].token | length) == 22 and .refused == []'
}

@test "a form in the new style is accepted" {
    start --sigv4
    ask a.pdf
    jq -e '.upload.fields | has("x-amz-signature") and (has("signature") | not)' ticket.json
    send
    stored
}

@test "an odd name goes through the ticket, the form and the ledger" {
    name=$'a "b" \\c\\ %41 \u00fc/\u5951\u7d04 & <x>;.pdf'
    ask "$name"
    send
    stored
    [ "$(curl -sk "${admin}ledger" | jq -r '.uploads[0].filename')" = "$name" ]
}

@test "an empty file is a file" {
    : >file
    ask a.pdf
    send
    stored
}

@test "a form can be used twice, on one connection, even after a refusal" {
    ask a.pdf
    curl -sk -o /dev/null -w '%{http_code} ' "${fields[@]}" -F file=@file "$s3" \
        --next -sk -o /dev/null -w '%{http_code} ' "${fields[@]}" -F x=y -F file=@file "$s3" \
        --next -sk -o /dev/null -w '%{http_code} %{num_connects}' "${fields[@]}" -F file=@file "$s3" >statuses
    [ "$(cat statuses)" = '201 403 201 0' ]
}

@test "fields in any case and after the file" {
    ask a.pdf
    fields=("${fields[@]/#key=/KEY=}")
    post "${fields[@]}" -F file=@file -F later=ignored
    stored
}

@test "x-ignore- fields need no condition" {
    ask a.pdf
    fields+=(--form-string x-ignore-me=1)
    send
    stored
}

@test "the bucket's own path is the same place, another is not" {
    ask a.pdf
    s3=${s3}close-sandbox-files
    send
    stored
    s3=${s3%/*}/other
    send
    status_is 404
    grep -q NoSuchBucket answer.xml
}

@test "\${filename} becomes the last part of the file's name" {
    ask a.pdf
    with key 'in/${filename}'
    without Content-Disposition
    without Content-Type
    sign '{"expiration":"2099-01-01T00:00:00Z","conditions":[{"bucket":"close-sandbox-files"},
        ["starts-with","$key","in/"],["eq","$success_action_status","201"]]}'
    post "${fields[@]}" -F 'file=@file;filename=C:/dir/x y.pdf'
    stored
    [ "$(curl -sk "${admin}ledger" | jq -r '.uploads[0].key')" = 'in/x y.pdf' ]
}

@test "without success_action_status it is 204 and no document" {
    ask a.pdf
    without success_action_status
    sign '{"expiration":"2099-01-01T00:00:00Z","conditions":[["starts-with","$key",""],
        ["starts-with","$Content-Type","application/"],["starts-with","$Content-Disposition",""]]}'
    send
    status_is 204
    [ ! -s answer.xml ]
}

@test "TLS on both ports" {
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
        -keyout key.pem -out cert.pem 2>/dev/null
    start --tls-cert cert.pem --tls-key key.pem
    [[ $api == https://* ]]
    ask a.pdf
    [[ $(jq -r .upload.url ticket.json) == https://* ]]
    send
    stored
}

@test "forms for another gateway name its bucket" {
    start --s3-endpoint http://gateway.example:7480/ --s3-bucket files --s3-key K --s3-secret S
    ask a.pdf
    [ "$(jq -r .upload.url ticket.json)" = http://gateway.example:7480/files ]
    [ "$(jq -r .upload.fields.AWSAccessKeyId ticket.json)" = K ]
    jq -r .upload.fields.policy ticket.json | base64 -d | jq -e '.conditions[0].bucket == "files"'
}

# ---- forms that S3 refuses ----

@test "an expired form" {
    settings '{"form_ttl":"0"}'
    ask a.pdf
    send
    refused 403 AccessDenied 'Invalid according to Policy: Policy expired.'
}

@test "a tampered signature, of either style" {
    ask a.pdf
    with signature AAAAAAAAAAAAAAAAAAAAAAAAAAA=
    send
    refused 403 SignatureDoesNotMatch
    start --sigv4
    ask a.pdf
    with x-amz-signature "$(printf '%064d' 0)"
    send
    refused 403 SignatureDoesNotMatch
}

@test "a tampered policy" {
    ask a.pdf
    with policy "$(jq -r .upload.fields.policy ticket.json | base64 -d | sed 's/5368709120/9999999999/' | base64 -w0)"
    send
    refused 403 SignatureDoesNotMatch
}

@test "an unknown access key, in either style" {
    ask a.pdf
    with AWSAccessKeyId AKIAOTHER
    send
    refused 403 InvalidAccessKeyId
    start --sigv4
    ask a.pdf
    with x-amz-credential "AKIAOTHER/$(date -u +%Y%m%d)/us-east-1/s3/aws4_request"
    send
    refused 403 InvalidAccessKeyId
}

@test "a field that the policy does not name" {
    ask a.pdf
    fields+=(--form-string foo=bar)
    send
    refused 403 AccessDenied 'Invalid according to Policy: Extra input fields: foo'
}

@test "a field that is missing, or not what was signed" {
    ask a.pdf
    original=("${fields[@]}")
    without Content-Type
    send
    refused 403 AccessDenied 'Policy Condition failed: ["eq", "$Content-Type", "application/pdf"]'
    fields=("${original[@]}")
    with key temporary/elsewhere
    send
    refused 403 AccessDenied 'Policy Condition failed: ["eq", "$key", '
}

@test "no key, no signature, no policy" {
    ask a.pdf
    original=("${fields[@]}")
    without key
    send
    refused 400 InvalidArgument "must contain a field named 'key'"
    fields=("${original[@]}")
    without signature
    send
    refused 400 InvalidArgument "must contain a field named 'signature'"
    fields=(--form-string key=a)
    send
    refused 403 AccessDenied
}

@test "an invalid policy" {
    ask a.pdf
    sign 'not json'
    send
    refused 400 InvalidPolicyDocument
    sign '{"conditions":[]}'
    send
    refused 400 InvalidPolicyDocument 'Policy missing expiration.'
}

@test "a file too large or too small" {
    ask a.pdf
    rest='["starts-with","$key",""],["starts-with","$Content-Type",""],["starts-with","$Content-Disposition",""],{"success_action_status":"201"}'
    sign '{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",0,13],'"$rest"']}'
    send
    refused 400 EntityTooLarge
    sign '{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",15,99],'"$rest"']}'
    send
    refused 400 EntityTooSmall
    sign '{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",14,14],'"$rest"']}'
    send
    stored
}

@test "a file before the fields" {
    ask a.pdf
    post -F file=@file "${fields[@]}"
    refused 400 InvalidArgument "must contain a field named 'key'"
}

@test "no file" {
    ask a.pdf
    post "${fields[@]}"
    refused 400 InvalidArgument 'POST requires exactly one file upload per request.'
}

@test "fields of more than 20 KB" {
    ask a.pdf
    fields+=(--form-string "x-ignore-long=$(printf '%021000d' 0)")
    send
    refused 400 MaxPostPreDataLengthExceededError
}

@test "no length, reported before the body is sent" {
    ask a.pdf
    post "${fields[@]}" -H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue' -F file=@file
    refused 411 MissingContentLength
    ! grep -q '100 Continue' headers.txt
}

@test "not a form, a form without its boundary" {
    post -d key=a
    refused 412 PreconditionFailed
    post -H 'Content-Type: multipart/form-data' -d key=a
    refused 400 InvalidArgument
}

@test "a body that is not well-formed, or lacks its end" {
    post -H 'Content-Type: multipart/form-data; boundary=XyZ' -d '--Other'
    refused 400 MalformedPOSTRequest
    ask a.pdf
    body=
    for ((i = 1; i < ${#fields[@]}; i += 2)); do
        body+=$'--XyZ\r\n'"Content-Disposition: form-data; name=\"${fields[i]%%=*}\""$'\r\n\r\n'"${fields[i]#*=}"$'\r\n'
    done
    body+=$'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhello\r\n'
    printf %s "$body" >body
    post -H 'Content-Type: multipart/form-data; boundary=XyZ' --data-binary @body
    refused 400 MalformedPOSTRequest
    printf -- '--XyZ--\r\n' >>body
    post -H 'Content-Type: multipart/form-data; boundary=XyZ' --data-binary @body
    status_is 201
}

@test "an Authorization header" {
    ask a.pdf
    post -u a:b "${fields[@]}" -F file=@file
    refused 400 InvalidArgument
}

@test "another method" {
    post
    refused 405 MethodNotAllowed
}

@test "a truncated body stores nothing" {
    ask a.pdf
    truncate -s 50M file
    run timeout 1 curl -sk --limit-rate 1M "${fields[@]}" -F file=@file "$s3"
    [ "$status" = 124 ]
    sleep 0.2
    [ "$(counts .uploads)" = 0 ]
}

@test "a wrong Content-MD5 field" {
    ask a.pdf
    fields+=(--form-string Content-MD5=AAAAAAAAAAAAAAAAAAAAAA==)
    sign "$(jq -r .upload.fields.policy ticket.json | base64 -d | jq -c '.conditions += [["starts-with","$Content-MD5",""]]')"
    send
    refused 400 BadDigest
    with Content-MD5 "$(openssl dgst -md5 -binary file | base64)"
    send
    stored
}

# ---- faults ----

@test "status: an answer instead of acting, as often as requested" {
    faults '[{"on":"upload","do":{"status":503,"body":"down","headers":{"Retry-After":"2"}},"times":2}]'
    ask a.pdf
    status_is 503
    [ "$(cat answer.json)" = down ]
    grep -qi '^Retry-After: 2' headers.txt
    ask a.pdf
    status_is 503
    ask a.pdf
    status_is 200
    curl -sk "${admin}faults" | jq -e '.[0].fired == 2 and .[0].seen == 3'
}

@test "status with a code is S3's XML" {
    faults '[{"on":"s3","do":{"status":503,"code":"SlowDown"}}]'
    ask a.pdf
    send
    refused 503 SlowDown
    send
    stored
}

@test "skip, every and match choose the requests" {
    faults '[{"on":"upload","do":{"status":500},"skip":1,"every":2,"times":0,"match":"bad"}]'
    seen=
    for name in bad good bad bad bad bad good; do
        ask $name
        seen+="$(cat status.txt) "
    done
    [ "$seen" = '200 200 200 500 200 500 200 ' ]
}

@test "reset-before: nothing happened" {
    faults '[{"on":"s3","do":"reset-before"}]'
    ask a.pdf
    run send
    [ "$status" = 56 ]
    [ "$(counts .uploads)" = 0 ]
}

@test "reset-after: it happened, but there was no answer" {
    faults '[{"on":"s3","do":"reset-after"}]'
    ask a.pdf
    run send
    [ "$status" = 52 ]
    [ "$(counts .uploads)" = 1 ]
}

@test "delay: later, but as usual" {
    faults '[{"on":"s3","do":{"delay":"300ms"}}]'
    ask a.pdf
    run curl -sk -m 0.2 "${fields[@]}" -F file=@file "$s3"
    [ "$status" = 28 ]
    send
    status_is 201
}

@test "hang: no answer, and nothing else is delayed" {
    faults '[{"on":"me","do":"hang"}]'
    run call me/ -m 0.3
    [ "$status" = 28 ]
    faults '[{"on":"me","do":"hang"}]'
    curl -sk -u api_sandbox.secret: "${api}me/" &
    hanging=$!
    ask a.pdf
    send
    stored
    kill $hanging
}

@test "a hanging request does not keep it from exiting" {
    faults '[{"on":"me","do":"hang"}]'
    curl -sk -u api_sandbox.secret: "${api}me/" &
    sleep 0.2
    stop
}

@test "garbage: it happened, and the answer does not parse" {
    faults '[{"on":"upload","do":"garbage"},{"on":"s3","do":"garbage"}]'
    ask a.pdf || true
    status_is 200
    run jq . answer.json
    [ "$status" != 0 ]
    ask a.pdf
    send
    status_is 201
    run grep -q '<Key>' answer.xml
    [ "$status" = 1 ]
    [ "$(counts .uploads)" = 1 ]
}

@test "truncated: half an answer" {
    faults '[{"on":"s3","do":"truncated"}]'
    ask a.pdf
    run send
    [ "$status" = 18 ]
    [ "$(counts .uploads)" = 1 ]
}

@test "etag: another one than the file's" {
    faults '[{"on":"s3","do":{"etag":"00000000000000000000000000000000"}}]'
    ask a.pdf
    send
    stored
    grep -qi '^ETag: "00000000000000000000000000000000"' headers.txt
}

@test "other-bytes: what is stored is not the file, and the ETag says so" {
    faults '[{"on":"s3","do":"other-bytes"},{"on":"s3","do":"other-bytes"}]'
    ask a.pdf
    send
    status_is 201
    curl -sk "${admin}ledger" | jq -e --arg sha "$(sha256sum <file | cut -d' ' -f1)" '.uploads[0].sha256 != $sha and .uploads[0].size == 14'
    grep -qi "^ETag: \"$(curl -sk "${admin}ledger" | jq -r '.uploads[0].md5')\"" headers.txt
    : >file
    ask b.pdf
    send
    status_is 201
    curl -sk "${admin}ledger" | jq -e '.uploads[1].size == 0'
    printf 'hello, bucket\n' >file
    ask c.pdf
    send
    curl -sk "${admin}ledger" | jq -e --arg sha "$(sha256sum <file | cut -d' ' -f1)" '.uploads[2].sha256 == $sha'
}

etag_is_no_md5() {
    run sed -n 's/^ETag: "\([0-9a-f]\{32\}\)".*/\1/ip' headers.txt
    [ "${#output}" = 32 ]
    [ "$output" != "$(md5sum <file | cut -d' ' -f1)" ]
    grep -qF "<ETag>&quot;$output&quot;</ETag>" answer.xml || grep -qF "<ETag>\"$output\"</ETag>" answer.xml
}

@test "--etag: MD5s, or other values, announced or not" {
    start --etag kms
    ask a.pdf
    send
    stored
    etag_is_no_md5
    grep -qi '^x-amz-server-side-encryption: aws:kms' headers.txt
    settings '{"etag":"opaque"}'
    ask a.pdf
    send
    etag_is_no_md5
    run grep -qi '^x-amz-server-side' headers.txt
    [ "$status" = 1 ]
    settings '{"etag":"md5"}'
    ask a.pdf
    send
    grep -qi "^ETag: \"$(md5sum <file | cut -d' ' -f1)\"" headers.txt
    run settings '{"etag":"sha1"}'
    [ "$status" != 0 ]
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --etag sha1
    [ "$status" = 2 ]
}

@test "expired-form, and the next is good" {
    faults '[{"on":"upload","do":"expired-form"}]'
    ask a.pdf
    send
    refused 403 AccessDenied 'Policy expired'
    ask a.pdf
    send
    stored
}

@test "foreign-host and no-fields" {
    faults '[{"on":"upload","do":"foreign-host"},{"on":"upload","do":"no-fields"}]'
    ask a.pdf
    [ "$(jq -r .upload.url ticket.json)" = https://files.example.com/ ]
    ask a.pdf
    jq -e '.upload | has("url") and (has("fields") | not)' ticket.json
}

@test "extra-fields: all of them signed, so all of them needed" {
    faults '[{"on":"upload","do":"extra-fields"}]'
    ask a.pdf
    jq -e '.upload.fields | has("X-Weird Name")' ticket.json
    original=("${fields[@]}")
    without 'X-Weird Name'
    send
    refused 403 AccessDenied
    fields=("${original[@]}")
    send
    stored
}

@test "rules that make no sense are refused completely" {
    for rule in '{"on":"s3","do":"expired-form"}' '{"on":"upload","do":"other-bytes"}' '{"on":"moon","do":"hang"}' '{"on":"s3"}' '{"do":"hang"}' \
        '{"on":"s3","do":"explode"}' '{"on":"s3","do":{"status":42}}' '{"on":"s3","do":"hang","tmies":1}' \
        '{"on":"s3","do":{"delay":"soon"}}' '{"on":"s3","do":{}}' '{"on":"s3","do":"hang","every":0}'; do
        run faults "[{\"on\":\"any\",\"do\":\"hang\"},$rule]"
        [ "$status" != 0 ]
    done
    curl -sk "${admin}faults" | jq -e '. == []'
    call me/
    status_is 200
}

@test "rules from a file" {
    echo '[{"on":"any","do":{"status":502}}]' >rules.json
    start --faults rules.json
    call me/
    status_is 502
    echo '[{"on":"any"}]' >rules.json
    run "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port 0 --s3-port 0 --faults rules.json
    [ "$status" = 1 ]
    [[ $output == *'rule 1: "do" is missing'* ]]
}

@test "clearing the rules, and everything" {
    faults '[{"on":"me","do":{"status":500},"times":0}]'
    curl -skf -X DELETE "${admin}faults"
    call me/
    status_is 200
    ask a.pdf
    send
    curl -skf -X POST "${admin}reset"
    [ "$(counts '[.tickets, .uploads, .bytes, .requests.s3] | add')" = 0 ]
    curl -sk "${admin}ledger" | jq -e '.uploads == [] and .tickets == 0'
}

@test "the ledger says what was refused, and the counts how many requests were concurrent" {
    ask a.pdf
    without key
    send
    curl -sk "${admin}ledger" | jq -e '.refused[0] | .port == "s3" and .status == 400 and .code == "InvalidArgument"'
    settings '{"latency":"300ms"}'
    for _ in 1 2 3; do call me/ & done
    wait $(jobs -p | grep -v "^$pid$")
    [ "$(counts .concurrent_most)" = 3 ]
}
