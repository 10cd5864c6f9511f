#!/bin/bash
# A real Samba file server on loopback, with one share that a guest may write to.
# Usage: samba.sh start DIR SHARE_PATH [SETTING...]     prints port=NUMBER
#        samba.sh stop DIR
#
# The share is called "drop". Everything of the server's own is in DIR/samba. Files belong to the owner of
# SHARE_PATH, whoever that is, and may be read and written by its group; a SETTING like "directory mask = 0755" of the
# share changes that, or whose they are ("force user = daemon"). Try it:  smbclient -N -p PORT //127.0.0.1/drop -c 'put a.pdf'
#
# Needs: samba, smbclient (for clients). smbd changes users, so it wants root; an ordinary user also needs
# libuid-wrapper, with which smbd believes it may.

set -euo pipefail
# shellcheck source=process.sh
. "$(dirname "${BASH_SOURCE[0]}")/process.sh"

configuration() {
    local home=$1 share=$2 port=$3
    shift 3
    cat <<CONF
[global]
    server role = standalone server
    interfaces = 127.0.0.1
    bind interfaces only = yes
    smb ports = $port
    disable netbios = yes
    disable spoolss = yes
    load printers = no
    printcap name = /dev/null
    map to guest = bad user
    guest account = $(stat -c %U -- "$share")
    passdb backend = tdbsam:$home/private/passdb.tdb
    private dir = $home/private
    lock directory = $home/lock
    state directory = $home/state
    cache directory = $home/cache
    pid directory = $home/pid
    ncalrpc dir = $home/rpc
[drop]
    path = $share
    read only = no
    guest ok = yes
    guest only = yes
    create mask = 0664
    directory mask = 0775
CONF
    [ $# = 0 ] || printf '    %s\n' "$@"
}

# Nothing for root; for others the environment of a library that lets smbd believe it may change users.
user_wrapper() {
    [ "$(id -u)" -ne 0 ] || return 0
    local library
    library=$(find /usr/lib -name libuid_wrapper.so -print -quit)
    [ -n "$library" ] || die "smbd needs root, or the package libuid-wrapper"
    echo "LD_PRELOAD=$library UID_WRAPPER=1 UID_WRAPPER_ROOT=1"
}

start() {
    local home=$1/samba root=$2 share port wrapper
    need smbd samba
    ((${#1} < 80)) || die "the path $1 is too long: the names of Samba's sockets leave room for 79 bytes"
    [ -d "$root" ] || die "$root is not a directory"
    share=$(realpath -- "$root")
    shift 2
    ! server_runs "$home" smbd || die "already running in $home"
    mkdir -p "$home"/{private,lock,state,cache,pid,rpc}
    port=$("$(dirname "${BASH_SOURCE[0]}")/free_port.sh")
    configuration "$home" "$share" "$port" "$@" >"$home/smb.conf"
    wrapper=$(user_wrapper)
    # shellcheck disable=SC2086 # no word, or several
    server_start "$home" smbd env $wrapper /usr/sbin/smbd --foreground --no-process-group --debug-stdout \
        -s "$home/smb.conf"
    server_ready "$home" smbd port_answers "$port" || server_failed "$home" smbd
    echo "port=$port"
}

usage() {
    echo "usage: samba.sh start DIR SHARE_PATH [SETTING...] | stop DIR" >&2
    exit 2
}

case ${1:-}/$# in
start/[3-9] | start/[1-9][0-9]) start "$(realpath -m -- "$2")" "${@:3}" ;;
stop/2) server_stop "$(realpath -m -- "$2")/samba" smbd ;;
*) usage ;;
esac
