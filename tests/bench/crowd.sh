#!/bin/bash
# What a crowd costs: of files in one folder, of directories, of files that settle at once, of jobs that are forgotten.
# Usage: tests/bench/crowd.sh [turns|directories|settling|prune]...     (all)
#
# crowd.py says what each measures, and what the environment may set (FILES, DIRS, JOBS, SECONDS). Needs the release build
# (CLOSEDROP_BIN_DIR), a C compiler, sqlite3. Everything is below TMPDIR (/tmp) and is removed at the end.

set -euo pipefail

here=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")")
top=$(realpath -- "$here/../..")
bin=${CLOSEDROP_BIN_DIR:-$top/build/release}
# shellcheck source=old_queue.sh
. "$here/old_queue.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-crowd.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The queue of years that `prune` forgets.
old_queue() {
    mkdir scans fax invoices post
    (umask 077 && echo api_none.secret >key)
    echo 'state_dir = "state"; close = { api_url = "http://127.0.0.1:9/"; api_key_file = "key"; };
folders = ( { path = "scans"; }, { path = "fax"; }, { path = "invoices"; }, { path = "post"; } );' >closedrop.conf
    "$bin/closedrop" run --once -c closedrop.conf 2>/dev/null
    fill "${JOBS:-1000000}" 730
}

# shellcheck disable=SC2046 # several words
cc -D_GNU_SOURCE -O2 -o "$work/server" "$here/server.c" $(pkg-config --cflags --libs libssl libcrypto)
cc -D_GNU_SOURCE -O2 -o "$work/watches" "$here/watches.c"
[ $# -gt 0 ] || set -- turns directories settling prune
for scenario in "$@"; do
    mkdir -- "$work/$scenario"
    cd -- "$work/$scenario"
    [ "$scenario" != prune ] || old_queue
    "$here/crowd.py" "$bin" "$work/server" "$work/watches" "$scenario"
    cd -- "$work"
    rm -rf -- "${work:?}/$scenario"
done
