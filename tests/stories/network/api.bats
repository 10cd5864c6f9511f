#!/usr/bin/env bats
# docs/api.md: each of its examples does what it says, and no route is missing.

load ../../support/story
load ../../support/web

api_page=$CLOSEDROP_SOURCE_DIR/docs/api.md

setup() {
    story_setup
    serve_web
}
teardown() { story_teardown; }

mail_rule() { # NAME
    echo "{ name = \"$1\"; match = { path = \"^$1\"; }; lead_id = \"lead_A\"; email = { status = \"outbox\";
        sender = \"billing@example.com\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; }"
}

drop() { # NAME JQ-CONDITION: the next job; waits until it is so
    ((++number))
    echo "$1" >"in/$1.txt"
    wait_until job_shows "$2"
}

job_shows() {
    closedrop show "$number" --json 2>/dev/null | jq -en "input | $1" >/dev/null
}

# 1 is filed, 2 to 4 failed; of two rules each one email is sent (5 and 9), the rest held.
some_jobs() {
    local name number=0
    drop letter-1 '.state == "done"'
    for name in broken-1 broken-2 broken-3; do drop $name '.state == "failed"'; done
    drop statements-1 '.state == "done"'
    for name in statements-2 statements-3 statements-4; do drop $name '.error.code == "held"'; done
    drop invoices-1 '.state == "done"'
    for name in invoices-2 invoices-3; do drop $name '.error.code == "held"'; done
}

@test "every example in docs/api.md is answered as it says there" {
    seed '{"leads":[{"id":"lead_A","name":"Ann Example","contacts":[{"id":"cont_A","name":"Ann","emails":["b@example.com"]}]}]}'
    limits='ask_above = 1;'
    more="rules = ( { name = \"letters\"; match = { path = \"^letter\"; }; lead_id = \"lead_A\"; note = { text = \"{name}\"; }; },
        { name = \"broken\"; match = { path = \"^broken\"; }; lead_id = \"lead_missing\"; note = { text = \"x\"; }; },
        $(mail_rule statements), $(mail_rule invoices) );"
    settle=0 write_config 'rules = [ "letters", "broken", "statements", "invoices" ];'
    serve_web
    start_agent
    some_jobs
    if [ -n "${WRITE_API_EXAMPLES:-}" ]; then
        "$CLOSEDROP_SOURCE_DIR/tests/support/api_examples.py" "$api_page" "$web" "$token" --write
        sed -i "s,$PWD/in,/srv/scans,g; s,$PWD/closedrop.conf,/etc/closedrop/closedrop.conf,g; s,http://127.0.0.1:[0-9]*/go,https://app.close.com/go,g" "$api_page"
    else
        "$CLOSEDROP_SOURCE_DIR/tests/support/api_examples.py" "$api_page" "$web" "$token"
    fi
}

@test "docs/api.md describes every route, and no other" {
    {
        sed -nE 's,^ *\[ASK_[A-Z_]+\] = \{"([A-Z]+)"\, "([^"]+)".*\, true\}\,$,\1 /api\2,p' \
            "$CLOSEDROP_SOURCE_DIR/src/control/questions.c" | sed 's/%/ID/'
        sed -nE 's,^ *\{API "([^"]+)".*,GET /api\1,p; s,^ *\{"(/healthz|/metrics)".*,GET \1,p' "$CLOSEDROP_SOURCE_DIR/src/control/web.c"
    } | sort >routes.txt
    [ "$(wc -l <routes.txt)" -ge 19 ]
    "$CLOSEDROP_SOURCE_DIR/tests/support/api_examples.py" "$api_page" --routes | sort >described.txt
    diff routes.txt described.txt
}
