# A receiver of pings (ping_receiver.py) for stories: its pings are in pings.jsonl, what it makes of them in states.jsonl.
#
#     start_receiver OPTION...        keeps its port; writes the file "ping" with the URL, and sets $ping_settings for `alert`
#     stop_receiver
#     pings_are 3 '.method == "GET"'  so many fulfil it; pings_reach: at least
#     state_is down 'the disk'        what it makes of the last ones, and why (a part of it)
#
# $ping_path, before: what is behind host and port, e.g. "/api/push/token?status=up&msg=OK&ping="; $every and $late.

ping_pid=''

start_receiver() { # OPTION...
    rm -f ping.port
    "$CLOSEDROP_SOURCE_DIR/tests/support/ping_receiver.py" --port "${ping_port:-0}" "$@" pings.jsonl states.jsonl \
        ping.port 3>&- 2>>receiver.log &
    ping_pid=$!
    wait_until test -s ping.port
    ping_port=$(cat ping.port)
    write_ping_file "${ping_scheme:-http}://127.0.0.1:$ping_port${ping_path:-/9c0ffee5-5ec2-e700}"
    ping_settings="ping_file = \"ping\"; every = \"${every:-1s}\"; late = \"${late:-4h}\";"
}

write_ping_file() { # URL
    (umask 077 && echo "$1" >ping.new)
    mv ping.new ping
}

stop_receiver() {
    [ -n "$ping_pid" ] || return 0
    kill "$ping_pid" 2>/dev/null
    wait "$ping_pid" 2>/dev/null || true
    ping_pid=''
}

pings() { # JQ-CONDITION: how many pings fulfil it
    cat pings.jsonl 2>/dev/null | jq -s "[.[] | select($1)] | length"
}

pings_are() { # NUMBER JQ-CONDITION
    [ "$(pings "$2")" = "$1" ]
}

pings_reach() { # NUMBER JQ-CONDITION
    [ "$(pings "$2")" -ge "$1" ]
}

state_is() { # STATE [WHY]
    jq -se --arg state "$1" --arg why "${2:-}" '.[-1] | .state == $state and ($why == "" or ((.why // "") | contains($why)))' \
        states.jsonl >/dev/null 2>&1
}

failing_ping_says() { # TEXT: status, of pings
    closedrop status --json | jq -e --arg text "$1" \
        '.alerts.failing[] | select(.what == "ping") | .message | contains($text)' >/dev/null
}

nothing_fails() {
    closedrop status --json | jq -e '.alerts.failing == []' >/dev/null
}
