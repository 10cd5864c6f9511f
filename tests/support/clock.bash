# The clock of a story: libfaketime's, set by the file "clock". The times of stat(2) stay true.
#
#     load ../../support/clock       after story
#     need_clock                     in setup: skips where libfaketime is not installed; the time is the true one
#     set_clock +1h                  or -3d, or '1970-01-01 00:01:00': for all programs that have this clock
#     start_in_time                  the agent with it
#     with_clock COMMAND...          any other program
#
# Both clocks of a program are set, as if time had passed; with wall_only=yes the steady one continues as it is, as when a
# person or a time server sets the time of day.

need_clock() {
    faketime=$(dpkg -L libfaketime 2>/dev/null | grep -m1 '/libfaketime\.so\.1$') || skip "libfaketime is not installed"
    set_clock +0
}

set_clock() { # SHIFT
    echo "$1" >clock.new
    mv clock.new clock
}

clock_variables() { # as env takes them; AddressSanitizer wants to be loaded first, and can do without
    echo LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$PWD/clock" FAKETIME_NO_CACHE=1 NO_FAKE_STAT=1 \
        ${wall_only:+FAKETIME_DONT_FAKE_MONOTONIC=1} ASAN_OPTIONS=verify_asan_link_order=0
}

with_clock() { # COMMAND ARGUMENT...
    # shellcheck disable=SC2046
    env $(clock_variables) "$@"
}

start_in_time() { # not by with_clock: agent_pid is to be the agent's own
    # shellcheck disable=SC2046
    env $(clock_variables) "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" >>agent.log 2>&1 3>&- &
    agent_pid=$!
    wait_until agent_is_up
}
