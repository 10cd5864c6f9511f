# A story: the real agent against closedrop-sandbox, in a directory of its own, $BATS_TEST_TMPDIR, which is the current one.
#
#     load ../../support/story
#     setup()    { story_setup; }      a sandbox on free ports, the folder "in" ($folder), a key, a configuration
#     teardown() { story_teardown; }   stops what was started, by its id
#
# Each noun of it has a file here, which says at its top how to use it.

# where ctest does not say it
export CLOSEDROP_SOURCE_DIR=${CLOSEDROP_SOURCE_DIR:-$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")}
export CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$CLOSEDROP_SOURCE_DIR/build/dev}

for noun in wait jq config sandbox agent status folder pages hanging; do
    # shellcheck source=/dev/null
    . "$CLOSEDROP_SOURCE_DIR/tests/support/$noun.bash"
done

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
