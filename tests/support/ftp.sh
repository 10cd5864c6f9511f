#!/bin/bash
# A real vsftpd on loopback: anonymous upload, resumed upload (REST, APPE), renaming and deleting, all in ROOT.
# Usage: ftp.sh start DIR ROOT [SETTING...]     prints port=NUMBER
#        ftp.sh stop DIR
#
# ROOT itself is the top of what a client sees. Everything of the server's own is in DIR/ftp. Files belong to whoever
# runs this; a SETTING like anon_umask=077 is added to the configuration. Try it:  curl -T a.pdf ftp://127.0.0.1:PORT/
#
# Needs: vsftpd. Works as root and as an ordinary user.

set -euo pipefail
# shellcheck source=process.sh
. "$(dirname "${BASH_SOURCE[0]}")/process.sh"

configuration() {
    local home=$1 root=$2 port=$3
    shift 3
    cat <<CONF
background=NO
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port=$port
anonymous_enable=YES
local_enable=NO
no_anon_password=YES
anon_root=$root
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
secure_chroot_dir=$home/empty
xferlog_enable=YES
vsftpd_log_file=$home/transfers.log
run_as_launching_user=YES
seccomp_sandbox=NO
CONF
    [ $# = 0 ] || printf '%s\n' "$@"
}

start() {
    local home=$1/ftp root port
    need vsftpd vsftpd
    [ -d "$2" ] || die "$2 is not a directory"
    root=$(realpath -- "$2")
    shift 2
    ! server_runs "$home" vsftpd || die "already running in $home"
    mkdir -p "$home/empty"
    port=$("$(dirname "${BASH_SOURCE[0]}")/free_port.sh")
    configuration "$home" "$root" "$port" "$@" >"$home/vsftpd.conf"
    server_start "$home" vsftpd /usr/sbin/vsftpd "$home/vsftpd.conf"
    server_ready "$home" vsftpd port_answers "$port" || server_failed "$home" vsftpd
    echo "port=$port"
}

usage() {
    echo "usage: ftp.sh start DIR ROOT [SETTING...] | stop DIR" >&2
    exit 2
}

case ${1:-}/$# in
start/[3-9] | start/[1-9][0-9]) start "$(realpath -m -- "$2")" "${@:3}" ;;
stop/2) server_stop "$(realpath -m -- "$2")/ftp" vsftpd ;;
*) usage ;;
esac
