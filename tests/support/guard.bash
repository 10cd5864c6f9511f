# What the stories of the send guard share: a rule whose emails really leave.
#
#     load ../../support/story
#     load ../../support/clock
#     load ../../support/guard        has setup and teardown

WAIT_MAX=30

setup() {
    story_setup
    need_clock
    seed_lead
    limits='ask_above = 10;'
    rules='rules = [ "statements" ];'
}
teardown() { story_teardown; }

seed_lead() {
    seed '{"leads":[{"id":"lead_A","name":"A","contacts":[{"id":"cont_A","name":"B","emails":["b@example.com"]}]}]}'
}

mail_rule() { # NAME PATTERN [MORE]: an email that leaves
    echo "{ name = \"$1\"; match = { path = \"$2\"; }; lead_id = \"lead_A\"; ${3:-}
        email = { status = \"${status:-outbox}\"; sender = \"${sender:-billing@example.com}\"; to = [ \"b@example.com\" ]; subject = \"{stem}\"; }; }"
}

configure() { # [MORE-OF-THE-RULE]
    more="rules = ( $(mail_rule statements '^in/|^[a-z]' "${1:-}") );"
    write_config "$rules"
}

mails() { # NUMBER [PREFIX]: so many files, all at once
    local i
    mkdir -p drop
    for ((i = 1; i <= $1; i++)); do echo "${2:-mail} $i" >"drop/${2:-mail}-$i.txt"; done
    mv drop/* in/
}

sent() { # how many emails left the house
    activities '[.[] | select(.body.status == "outbox" or .body.status == "scheduled")] | length'
}

held_are() { # NUMBER
    [ "$(closedrop status --json | jq '[.held[].emails] | add // 0')" = "$1" ]
}

sent_are() { # NUMBER: and none of them twice
    [ "$(sent)" = "$1" ] && [ "$(activities '[.[].body.subject] | (length == (unique | length))')" = true ]
}

all_held() { # NUMBER: and nothing else is under way
    wait_until held_are "$1"
    wait_until jobs_are queued 0
    jobs_are uploading 0 && jobs_are attaching 0
}

paced_are() { # NUMBER: so many wait for their turn, and nothing else is under way
    [ "$(closedrop list --json | jq -s '[.[] | select(.state == "uploaded" and .error.code == "paced")] | length')" = "$1" ] &&
        jobs_are queued 0 && jobs_are uploading 0 && jobs_are attaching 0
}
