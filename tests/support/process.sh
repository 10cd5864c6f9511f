#!/bin/bash
# What the server scripts here share: starting a server in the background, waiting for it, stopping it.
# To be sourced:  . "$(dirname "${BASH_SOURCE[0]}")/process.sh"
#
# A server is known by its directory and a name: DIR/NAME.pid holds the process id of what was started, which
# leads a process group of its own, and DIR/NAME.log holds what it printed. Only processes of that group whose
# command line names DIR are ever stopped.
#
# Needs: procps.

set -euo pipefail

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need PROGRAM PACKAGE: ends with a plain message when the program is not installed.
need() {
    [ -n "$(PATH=$PATH:/usr/sbin:/sbin type -P "$1")" ] || die "$1 is missing: install the package $2"
}

# wait_for SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
wait_for() {
    local tries=$(($1 * 20))
    shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

port_answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# server_start DIR NAME COMMAND...: in the background, with none of our own files open (a test runner waits
# for the last holder of its pipes).
server_start() {
    local dir=$1 name=$2
    shift 2
    (
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        exec setsid "$@" </dev/null >>"$dir/$name.log" 2>&1
    ) &
    printf '%s\n' "$!" >"$dir/$name.pid"
    disown
}

server_pid() {
    cat -- "$1/$2.pid" 2>/dev/null
}

# server_processes DIR NAME: those of its group that live (dead ones may wait long for a parent to bury them) and
# whose command line names DIR. Children of a server that is killed keep running.
server_processes() {
    local pid pids
    pid=$(server_pid "$1" "$2") || return 0
    pids=$(pgrep --pgroup "$pid" --runstates D,R,S,T) || return 0
    for pid in $pids; do
        if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$1/"; then
            echo "$pid"
        fi
    done 2>/dev/null
}

server_runs() {
    [ -n "$(server_processes "$1" "$2")" ]
}

server_ended() {
    ! server_runs "$1" "$2"
}

# server_ready DIR NAME COMMAND...: waits until the command succeeds; fails at once when the server has ended.
server_ready() {
    local dir=$1 name=$2
    shift 2
    local tries=600
    until "$@"; do
        ((tries-- > 0)) || return 1
        kill -0 "$(server_pid "$dir" "$name")" 2>/dev/null || return 1
        sleep 0.05
    done
    server_runs "$dir" "$name"
}

# server_signal DIR NAME SIGNAL
server_signal() {
    local pids
    pids=$(server_processes "$1" "$2")
    # shellcheck disable=SC2086 # several words
    kill "-$3" $pids 2>/dev/null || true
}

# server_stop DIR NAME: stops it with its children (one a connection), and forgets it. One that does not heed TERM
# is killed after five seconds.
server_stop() {
    server_signal "$1" "$2" TERM
    server_signal "$1" "$2" CONT
    if ! wait_for 5 server_ended "$1" "$2"; then
        server_signal "$1" "$2" KILL
        wait_for 5 server_ended "$1" "$2" || die "$2 cannot be stopped"
    fi
    rm -f -- "$1/$2.pid"
}

# server_failed DIR NAME: says what the server said last, and ends.
server_failed() {
    tail -n 5 -- "$1/$2.log" >&2 || true
    server_stop "$1" "$2"
    die "$2 did not start; see $1/$2.log"
}
