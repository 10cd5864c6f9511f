#!/usr/bin/env bats
# What offices write into fields and files, and the words that answer them.

load ../support/story

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
    for page in 10 2 1 '02b'; do echo "$page" >"in/Seite $page.txt"; done
    run_once
    [ "$(activities '[.[].body | .title, .attachments[].filename]')" = \
        '["Seite 1","Seite 1.txt","Seite 2.txt","Seite 02b.txt","Seite 10.txt"]' ]
}
