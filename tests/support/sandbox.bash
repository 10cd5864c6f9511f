# closedrop-sandbox, for the stories: Close and S3, what they are told to do wrong, and what has come to them.
#
#     start_sandbox OPTION...         its URLs are in $api and $admin, its ports in $api_port and $s3_port, where it
#                                     also comes back after stop_sandbox
#     seed '{"leads":[...]}'          the CRM
#     fault '[{"on":"s3", ...}]'      closedrop-sandbox(1) has all that it can do

# Ports that it still gets when it comes back: the kernel gives those of its own choice to other tests meanwhile.
choose_ports() {
    local ports
    [ -z "${api_port:-}" ] || return 0
    mapfile -t ports < <("$CLOSEDROP_SOURCE_DIR/tests/support/free_port.sh" 2)
    api_port=${ports[0]} s3_port=${ports[1]}
}

start_sandbox() { # OPTION...
    local ready tries=1
    [ -n "${api_port:-}" ] || tries=5 # another test may have been faster
    rm -f ready.json
    launch_sandbox "$@"
    until [ -s ready.json ] || ((--tries < 1)); do
        api_port=''
        launch_sandbox "$@"
    done
    ready=$(<ready.json)
    api=$(json_value api_url "$ready")
    admin=$(json_value admin_url "$ready")
    api_port=${api#http*://127.0.0.1:} api_port=${api_port%%/*}
    s3_port=$(json_value s3_url "$ready") s3_port=${s3_port#http*://127.0.0.1:} s3_port=${s3_port%%/*}
}

launch_sandbox() { # OPTION...: returns when it listens, or has ended
    choose_ports
    "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port "$api_port" --s3-port "$s3_port" \
        --ready-file "$PWD/ready.json" "$@" >>sandbox.log 2>&1 3>&- &
    sandbox_pid=$!
    wait_until has_begun
}

has_begun() {
    [ -s ready.json ] || ! kill -0 "$sandbox_pid" 2>/dev/null
}

stop_sandbox() {
    [ -n "$sandbox_pid" ] || return 0
    kill "$sandbox_pid" 2>/dev/null
    wait "$sandbox_pid" 2>/dev/null || true
    sandbox_pid=''
}

seed() { # JSON: leads and contacts for the sandbox
    curl -skf -X POST -d "$1" "${admin}seed" >/dev/null
}

fault() { # JSON-ARRAY: fault rules for the sandbox
    curl -skf -X POST -d "$1" "${admin}faults" >/dev/null
}

no_faults() { # the servers are well again
    curl -sf -X DELETE "${admin}faults" >/dev/null
}

settings() { # JSON: settings for the sandbox
    curl -skf -X POST -d "$1" "${admin}settings" >/dev/null
}

ledger() { # what the sandbox has stored: "sha256<TAB>size<TAB>name" a line
    curl -sk "${admin}ledger.tsv"
}

was_uploaded() { # FILE: its bytes are in the ledger
    ledger | grep -q "^$(sha256sum <"$1" | cut -d' ' -f1)"
}

uploads() { # how many objects are stored
    curl -sk "${admin}counts" | jq .uploads
}

counts() { # JQ-EXPRESSION on the sandbox's counts
    curl -sk "${admin}counts" | jq "$1"
}

requests_reach() { # ENDPOINT NUMBER: the sandbox was asked that often
    [ "$(counts ".requests.$1")" -ge "$2" ]
}

activities() { # [JQ-FILTER]: what was created, in order, as one array
    curl -skf "${admin}activities" | jq -c "${1:-.}"
}

activity_count() { # how many were created
    activities length
}

activities_are() { # NUMBER
    [ "$(activity_count)" = "$1" ]
}
