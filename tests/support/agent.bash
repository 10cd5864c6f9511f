# The agent, for the stories: it runs with $config, writes agent.log, and is $agent_pid.
#
#     start_agent                     it watches when this returns; stop_agent and kill_agent end it
#     run_once                        over what is there; its exit status is in $agent_code
#     closedrop list --json           any command, with $config

start_agent() { # OPTION...: returns when it watches
    "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" "$@" >>agent.log 2>&1 3>&- &
    agent_pid=$!
    wait_until agent_is_up
}

agent_is_up() {
    kill -0 "$agent_pid" 2>/dev/null || WAIT_MAX=0 # it has ended: no use to wait on
    [[ $(closedrop status --json 2>/dev/null) == *'"agent":{'* ]]
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
    timeout "${once_s:-120}" "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1 || agent_code=$?
}

closedrop() { # COMMAND ARGUMENT...
    local command=$1
    shift
    "$CLOSEDROP_BIN_DIR/closedrop" "$command" -c "$config" "$@"
}

let_others_in() { # every user may enter the directories above this one
    local above=$PWD
    while [[ $above == "$BATS_RUN_TMPDIR"* ]]; do
        chmod a+x "$above"
        above=${above%/*}
    done
}

# From here on closedrop runs as nobody, who may go through the directories above and owns this one.
become_nobody() {
    [ "$(id -u)" = 0 ] || return 0
    let_others_in
    mkdir bin
    cp "$CLOSEDROP_BIN_DIR/closedrop" bin/real
    printf '#!/bin/sh\nexec setpriv --reuid=nobody --regid=nogroup --clear-groups "%s" "$@"\n' "$PWD/bin/real" \
        >bin/closedrop
    chmod 755 bin bin/*
    chown nobody:nogroup . in key
    CLOSEDROP_BIN_DIR=$PWD/bin
}

log_says() { # TEXT
    grep -qF -- "$1" agent.log
}

log_says_often() { # TEXT NUMBER: in so many lines at least
    [ "$(grep -cF -- "$1" agent.log)" -ge "$2" ]
}

watches_are() { # NUMBER: so many inotify watches does the agent hold
    [ "$(cat "/proc/$agent_pid/fdinfo/"* 2>/dev/null | grep -c '^inotify ')" = "$1" ]
}
