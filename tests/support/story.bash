# What the stories share: the real agent against closedrop-sandbox in a temporary directory of its own.
#
#     load ../../support/story
#     setup()    { story_setup; }      a sandbox on free ports, a folder "in", a key, a configuration
#     teardown() { story_teardown; }   stops what was started, by its id
#
# Variables: $api $admin (sandbox URLs), $folder (the drop folder), $config (the configuration),
# $agent_pid. Everything lies in $BATS_TEST_TMPDIR, which is the current directory.
# Nothing here sleeps for luck: wait_until asks again until it is so, or fails after WAIT_MAX seconds.

WAIT_MAX=${WAIT_MAX:-30}

# where ctest does not say it
export CLOSEDROP_SOURCE_DIR=${CLOSEDROP_SOURCE_DIR:-$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")}
export CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$CLOSEDROP_SOURCE_DIR/build/dev}

story_setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export NO_COLOR=1
    folder=$BATS_TEST_TMPDIR/in
    config=$BATS_TEST_TMPDIR/closedrop.conf
    sandbox_pid='' agent_pid='' mounts=()
    mkdir -p "$folder"
    (umask 077 && echo api_sandbox.secret >key)
    start_sandbox
    write_config
}

story_teardown() {
    local mount
    stop_agent
    stop_sandbox
    for mount in "${mounts[@]}"; do
        umount -l "$mount" 2>/dev/null || true
    done
    no_sanitizer_spoke
}

mount_or_skip() { # OPTION... DIR: until the story ends
    mount "$@" 2>mount.txt || skip "nothing can be mounted here: $(cat mount.txt)"
    mounts+=("$PWD/${*: -1}")
}

no_sanitizer_spoke() { # a sanitizer's report fails the story, whatever else it showed
    if grep -qsE '(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:' agent.log sandbox.log; then
        cat agent.log sandbox.log
        return 1
    fi
}

start_sandbox() { # OPTION...
    rm -f ready.json
    "$CLOSEDROP_BIN_DIR/closedrop-sandbox" --api-port "${api_port:-0}" --s3-port "${s3_port:-0}" \
        --ready-file "$PWD/ready.json" "$@" >>sandbox.log 2>&1 3>&- &
    sandbox_pid=$!
    wait_until test -s ready.json
    api=$(jq -r .api_url ready.json)
    admin=$(jq -r .admin_url ready.json)
    api_port=${api#http*://127.0.0.1:} api_port=${api_port%%/*}
    s3_port=$(jq -r .s3_url ready.json) s3_port=${s3_port#http*://127.0.0.1:} s3_port=${s3_port%%/*}
}

stop_sandbox() {
    [ -n "$sandbox_pid" ] || return 0
    kill "$sandbox_pid" 2>/dev/null
    wait "$sandbox_pid" 2>/dev/null || true
    sandbox_pid=''
}

# A configuration with one folder; each argument is a setting for the folder, and $settle, $timeout, $limits,
# $close_settings, $more_folders and $more change or add to what is there.
write_config() { # FOLDER-SETTING...
    cat >"$config" <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; ${close_settings:-} };
limits = { retry_first = "50ms"; retry_max = "1s"; timeout = "${timeout:-10s}"; ${limits:-} };
folders = ( { name = "scans"; path = "in"; settle = "${settle:-200ms}"; $* } ${more_folders:-} );
${more:-}
CONF
}

start_agent() { # OPTION...: returns when it watches
    "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" "$@" >>agent.log 2>&1 3>&- &
    agent_pid=$!
    wait_until agent_is_up
}

agent_is_up() {
    kill -0 "$agent_pid" 2>/dev/null || WAIT_MAX=0 # it has ended: no use to wait on
    closedrop status --json 2>/dev/null | jq -en 'input | .agent' >/dev/null 2>&1 # jq 1.6 takes no input for good
}

stop_agent() { # its exit code is in $agent_code
    agent_code=0
    [ -n "$agent_pid" ] || return 0
    kill -TERM "$agent_pid" 2>/dev/null
    wait "$agent_pid" || agent_code=$?
    agent_pid=''
}

kill_agent() { # as the power switch would
    kill -KILL "$agent_pid"
    wait "$agent_pid" 2>/dev/null || true
    agent_pid=''
}

run_once() { # the agent over what is there; exit code in $agent_code
    agent_code=0
    timeout 120 "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1 || agent_code=$?
}

closedrop() { # COMMAND ARGUMENT...
    local command=$1
    shift
    "$CLOSEDROP_BIN_DIR/closedrop" "$command" -c "$config" "$@"
}

wait_until() { # COMMAND ARGUMENT...
    local start=$SECONDS
    until "$@"; do
        if [ $((SECONDS - start)) -ge "$WAIT_MAX" ]; then
            echo "waited $WAIT_MAX s in vain for: $*" >&2
            tail -n 30 agent.log >&2 2>/dev/null
            return 1
        fi
        sleep 0.05
    done
}

count_jobs() { # STATE
    closedrop status --json | jq ".jobs.$1"
}

jobs_are() { # STATE NUMBER
    [ "$(count_jobs "$1" 2>/dev/null)" = "$2" ]
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

fault() { # JSON-ARRAY: fault rules for the sandbox
    curl -skf -X POST -d "$1" "${admin}faults" >/dev/null
}

settings() { # JSON: settings for the sandbox
    curl -skf -X POST -d "$1" "${admin}settings" >/dev/null
}

log_says() { # TEXT
    grep -qF -- "$1" agent.log
}

log_says_often() { # TEXT NUMBER: in so many lines at least
    [ "$(grep -cF -- "$1" agent.log)" -ge "$2" ]
}

nothing_is_staged() { # the agent's own directory holds nobody's file
    [ -z "$(ls -A -I owner in/.closedrop)" ]
}

find_gives() { # NUMBER ARGUMENT...: so many files does find find
    [ "$(find "${@:2}" | wc -l)" = "$1" ]
}

not_put_away_are() { # NUMBER
    [ "$(closedrop status --json | jq .not_put_away)" = "$1" ]
}

# From here on closedrop runs as nobody, who may go through the directories above and owns this one.
become_nobody() {
    local above=$PWD
    [ "$(id -u)" = 0 ] || return 0
    while [[ $above == "$BATS_RUN_TMPDIR"* ]]; do
        chmod a+x "$above"
        above=${above%/*}
    done
    mkdir bin
    cp "$CLOSEDROP_BIN_DIR/closedrop" bin/real
    printf '#!/bin/sh\nexec setpriv --reuid=nobody --regid=nogroup --clear-groups "%s" "$@"\n' "$PWD/bin/real" \
        >bin/closedrop
    chmod 755 bin bin/*
    chown nobody:nogroup . in key
    CLOSEDROP_BIN_DIR=$PWD/bin
}

job_is() { # ID STATE
    [ "$(closedrop show "$1" --json | jq -r .state)" = "$2" ]
}

history_says() { # ID TEXT
    closedrop show "$1" --json | jq -r '.history[] | "\(.state): \(.why)"' | grep -qF -- "$2"
}

folder_counts() { # KEY NUMBER: what status says of the folder
    [ "$(closedrop status --json | jq ".folders[0].$1")" = "$2" ]
}

folder_says() { # JQ-CONDITION on the (first) folder in status
    closedrop status --json | jq -en "input | .folders[0] | $1" >/dev/null
}

watches_are() { # NUMBER: so many inotify watches does the agent hold
    [ "$(cat "/proc/$agent_pid/fdinfo/"* 2>/dev/null | grep -c '^inotify ')" = "$1" ]
}

no_faults() { # the servers are well again
    curl -sf -X DELETE "${admin}faults" >/dev/null
}

counts() { # JQ-EXPRESSION on the sandbox's counts
    curl -sk "${admin}counts" | jq "$1"
}

requests_reach() { # ENDPOINT NUMBER: the sandbox was asked that often
    [ "$(counts ".requests.$1")" -ge "$2" ]
}

never() { # COMMAND ARGUMENT...: which must not succeed
    if "$@"; then
        echo "this should not be: $*"
        return 1
    fi
}

# ---- rules: the CRM of the sandbox ----

seed() { # JSON: leads and contacts for the sandbox
    curl -skf -X POST -d "$1" "${admin}seed" >/dev/null
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

pdf() { # NAME TEXT: a real PDF of one page
    printf '/Helvetica findfont 12 scalefont setfont 72 700 moveto (%s) show showpage\n' "$2" |
        gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -sOutputFile="$1" - >/dev/null
}

tiff() { # NAME TEXT: a fax, as a fax server writes it
    printf '/Helvetica findfont 24 scalefont setfont 72 700 moveto (%s) show showpage\n' "$2" |
        gs -q -dNOPAUSE -dBATCH -sDEVICE=tiffg4 -r204x196 -sOutputFile="$1" - >/dev/null
}
