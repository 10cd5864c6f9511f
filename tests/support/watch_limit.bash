# Limits of inotify for the stories: those of a user namespace of its own; the host's are not touched.
#
#     become_limited WATCHES INSTANCES    from here on closedrop runs in it
#     in_space COMMAND...                 runs in it, too
#     end_limits                          in the teardown, after story_teardown

become_limited() { # WATCHES INSTANCES
    unshare -Ur true 2>unshare.txt || skip "no user namespace can be made here: $(cat unshare.txt)"
    unshare -Ur sleep 600 3>&- &
    space_pid=$!
    wait_until grep -qx sleep "/proc/$space_pid/comm"
    set_limit max_inotify_watches "$1"
    set_limit max_inotify_instances "$2"
    mkdir bin
    printf '#!/bin/sh\nexec nsenter -t %s -U --preserve-credentials "%s" "$@"\n' "$space_pid" \
        "$CLOSEDROP_BIN_DIR/closedrop" >bin/closedrop
    chmod +x bin/closedrop
    CLOSEDROP_BIN_DIR=$PWD/bin
}

in_space() {
    nsenter -t "$space_pid" -U --preserve-credentials "$@"
}

set_limit() { # NAME NUMBER
    in_space sh -c "echo $2 >/proc/sys/user/$1"
}

end_limits() {
    [ -z "${space_pid:-}" ] || kill "$space_pid"
}
