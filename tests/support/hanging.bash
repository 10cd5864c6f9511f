# A share that hangs on demand (hanging_fs.c), for the stories: "behind" shows at "share".
#
#     mount_hanging        mounts it until the story ends, or skips the story
#     hang CALL...         these calls hang from now on (open, read, write, rename, unlink, readdir, statfs, statx, all ...);
#                          CALL:PATH only on what begins so, as in statx:/Failed
#     answer               none of them does any more
#     has_hung CALL        whether such a call has hung

mount_hanging() {
    [ -x "$CLOSEDROP_BIN_DIR/tests/hanging_fs" ] || skip "hanging_fs is not built: libfuse3-dev is missing"
    mkdir -p behind share hangs
    "$CLOSEDROP_BIN_DIR/tests/hanging_fs" behind hangs share >hanging.log 2>&1 3>&- &
    hanging_pid=$!
    WAIT_MAX=5 wait_until mountpoint -q share || skip "FUSE cannot be mounted here: $(cat hanging.log)"
    mounts+=("$PWD/share")
}

hang() { # CALL...
    local call path
    for call; do
        path=${call#"${call%%:*}"}
        printf %s "${path#:}" >hangs/new # it is whole once it has its name
        mv hangs/new "hangs/hang.${call%%:*}"
    done
}

answer() {
    rm -f hangs/hang.* hangs/hung.*
}

has_hung() { # CALL
    [ -e "hangs/hung.$1" ]
}

end_hanging() { # in teardown, before story_teardown
    answer
    umount share 2>/dev/null || umount -l share 2>/dev/null || true
    [ -z "${hanging_pid:-}" ] || wait "$hanging_pid" 2>/dev/null || true
}
