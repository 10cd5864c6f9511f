#!/usr/bin/env bats
# What offices write into fields and files, and the messages that answer them.

load ../../support/story
bats_require_minimum_version 1.5.0

setup() {
    story_setup
    seed '{"leads": [{"id": "lead_A1", "name": "Example", "contacts": [{"id": "cont_A1", "name": "Ada",
        "emails": ["ada@example.com"]}]}]}'
}

teardown() { story_teardown; }

rule() { # THE-REST: a rule for the lead A1, and a folder that uses it
    more="rules = ( { name = \"r\"; lead_id = \"lead_A1\"; $1 } );"
    write_config 'rules = [ "r" ]; no_match = "fail";'
}

# ---- what a file is, and in which order ----

@test "an error page that is called a PDF is filed as what it is, and a rule can match that" {
    printf '<!DOCTYPE html>\n<html><head><title>502</title></head><body>Bad gateway</body></html>\n' >page.pdf
    pdf real.pdf "Real"
    more='rules = ( { name = "pages"; match = { content_type = "text/html"; }; lead_id = "lead_A1"; note = { title = "a page"; }; },
        { name = "rest"; lead_id = "lead_A1"; lead_file = {}; } );'
    write_config 'rules = [ "pages", "rest" ];'
    mv page.pdf real.pdf in/
    closedrop match in/page.pdf in/real.pdf | grep -q '^page.pdf  *pages '
    closedrop match in/page.pdf in/real.pdf | grep -q '^real.pdf  *rest '
    run_once
    [ "$agent_code" = 0 ]
    [ "$(activities '[.[].body | select(.title == "a page").attachments[].content_type]')" = '["text/html"]' ]
}

@test "the files of a group are attached as people count, and its texts are those of the first" {
    rule 'group = { by = "all"; wait = "300ms"; }; note = { title = "{stem}"; };'
    for page in 10 2 1 '02b'; do echo "$page" >"in/Blätter $page.txt"; done
    echo 9 >"in/$(printf 'BLA\xcc\x88TTER 9.txt')" # as a Mac writes it
    run_once
    [ "$(activities '[.[].body | .title, .attachments[].filename]')" = \
        '["Blätter 1","Blätter 1.txt","Blätter 2.txt","Blätter 02b.txt","BLÄTTER 9.txt","Blätter 10.txt"]' ]
}

# ---- what Close says, and what it is asked ----

email() { # TO: a rule for a draft to these addresses
    rule "email = { to = [ $1 ]; subject = \"Hello\"; };"
    echo hello >in/a.txt
}

@test "several addresses in one cell are several recipients" {
    printf 'key,lead_id,boss,copies\na,lead_A1,"Miller, Ann <ann@example.com>; bob@example.com","c@example.com,d@example.com"\n' >t.csv
    more='rules = ( { name = "r"; table = { file = "t.csv"; key = "{stem}"; };
        email = { to = [ "{row.boss}", "e@example.com" ]; cc = [ "{row.copies}" ]; }; } );'
    write_config 'rules = [ "r" ]; no_match = "fail";'
    echo hello >in/a.txt
    run_once
    [ "$(activities '.[0].body | .to, .cc')" = '["Miller, Ann <ann@example.com>","bob@example.com","e@example.com"]
["c@example.com","d@example.com"]' ]
}

@test "what Close says about an entry names the field, the entry and what was sent" {
    email '"ada@example.com", "x at example.com"'
    fault '[{"on":"email","do":{"status":400,"body":"{\"errors\":[],\"field-errors\":{\"to\":{\"errors\":{\"1\":\"Invalid email address.\"}}}}","headers":{"Content-Type":"application/json"}}}]'
    run_once
    [ "$agent_code" = 1 ]
    grep -qF 'to, entry 2, "x at example.com": Invalid email address.' in/Failed/a.txt.error.txt
}

find_ada() {
    more='rules = ( { name = "r"; find = { contact_email = "ada@example.com"; }; lead_file = {}; } );'
    write_config 'rules = [ "r" ]; no_match = "fail";'
    echo hello >in/a.txt
}

too_much='"status":400,"body":"{\"error\":\"The limit you set is larger than the maximum limit for this resource (max_limit = 100).\"}","headers":{"Content-Type":"application/json"}'

@test "if Close does not accept a search for 200, one for 100 is sent" {
    find_ada
    fault '[{"on":"search","match":"\"_limit\":200","times":0,"do":{'"$too_much"'}}]'
    run_once
    [ "$agent_code" = 0 ]
    [ "$(counts .requests.search)" = 2 ]
    [ "$(uploads)" = 1 ]
}

@test "a search that is refused for whatever reason is sent twice, not more" {
    find_ada
    fault '[{"on":"search","times":0,"do":{'"$too_much"'}}]'
    run_once
    [ "$agent_code" = 1 ]
    [ "$(counts .requests.search)" = 2 ]
    grep -qF 'The limit you set is larger' in/Failed/a.txt.error.txt
}

# ---- HTML ----

@test "HTML that Close would refuse is found by check, match and a reload, with its position" {
    rule 'note = { html = "<p>good<br/></p>"; };'
    start_agent
    rule 'note = { html = "<p>a<br>b</p>"; };'
    for command in check 'match in/a.txt'; do
        run -78 closedrop $command
        [[ $output == *"closedrop.conf:6: rules[0].note.html: <br> is not closed; add <br/> (character 5: \"<br>b</p>\")"* ]]
    done
    kill -HUP "$agent_pid"
    wait_until log_says 'rules[0].note.html: <br> is not closed; add <br/>'
    rule 'note = { html = "<p>a &copy; b</p>"; };'
    run -78 closedrop check
    [[ $output == *'rules[0].note.html: &copy; is not an XHTML entity; write the character itself or its number, such as &#169; (character 6: "&copy; b</p>")'* ]]
    rule 'note = { html = "<table/>"; };'
    run -78 closedrop check
    [[ $output == *'Close does not accept the element table in a note'* ]]
}

@test "a mention and every element that the manual page names go into a note" {
    rule 'note = { html = "<h1>{stem}</h1><p><b>b</b><strong>b</strong><i>i</i><em>i</em><u>u</u><s>s</s><code>c</code><br/><a href=\"https://example.com/?a=1&amp;b=2\">x</a><img src=\"https://example.com/x.png\" alt=\"x\"/></p><ul><li>1</li></ul><hr/><p style=\"color: red\"><span data-type=\"mention\" data-id=\"user_1\" data-label=\"Ada\" class=\"mention\">@Ada</span></p>"; };'
    closedrop check
    echo hello >"in/a & b.txt"
    run_once
    [ "$agent_code" = 0 ]
    [[ $(activities '.[0].body.note_html' | jq -r .) == '<body><h1>a &amp; b</h1>'*'<span data-type="mention" '*'</body>' ]]
}

# ---- check ----

@test "check names file and line of a folder, a key file, a table or a ca_file that is missing" {
    more='rules = ( { name = "r"; lead_file = {};
        table = { key = "{stem}"; file = "customers.csv"; }; } );'
    close_settings='
        ca_file = "ca.pem";'
    write_config 'rules = [ "r" ];'
    set_config folders.path=elsewhere
    rm key
    run -78 closedrop check
    while read -r line words; do
        grep -qF -- "$config:$line: $words" <<<"$output" || { echo "no $line: $words" && return 1; }
    done <<'LINES'
3 close.api_key_file: 
4 close.ca_file: 
6 folder "scans": 
8 warning: rule "r": 
LINES
    [ "$(grep -c "^$config:" <<<"$output")" = 4 ]
}

@test "check --online reports curl's message, and no status if none was received" {
    stop_sandbox
    run -1 closedrop check --online
    [[ $output == *'could not be reached'*"; check close.api_url"* ]]
    [[ $output != *' 0; look'* ]]
}
