# Waiting, for the stories: nothing sleeps for luck, but asks again until it is so; less often after some times, because to
# ask takes more of the CPU than what is waited for.
#
#     wait_until jobs_are done 1      fails after WAIT_MAX seconds (WAIT_TIMES as many where the build is a slow one, as
#                                     that of tests/run.sh --tsan), and shows the end of agent.log
#     never log_says error            fails where that succeeds

WAIT_MAX=${WAIT_MAX:-30}

wait_until() { # COMMAND ARGUMENT...
    local start=$SECONDS tries=0 pause=0.05
    until "$@"; do
        if [ $((SECONDS - start)) -ge $((WAIT_MAX * ${WAIT_TIMES:-1})) ]; then
            echo "waited $((SECONDS - start)) s in vain for: $*" >&2
            tail -n 30 agent.log >&2 2>/dev/null
            return 1
        fi
        sleep "$pause"
        case $((++tries)) in 5) pause=0.1 ;; 15) pause=0.25 ;; esac
    done
}

never() { # COMMAND ARGUMENT...: which must not succeed
    if "$@"; then
        echo "this should not be: $*"
        return 1
    fi
}
