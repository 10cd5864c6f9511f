#!/bin/bash
# The ways in which a document comes into a folder, each by the program that people really use.
# To be sourced:  . tests/support/writers.sh
#
# On one's own machine, SRC is an existing document and DEST the path it is to have in the folder:
#   put_cp SRC DEST              cp: created under its name, then filled
#   put_mv SRC DEST              copied into a hidden directory next to the folder, then moved in, complete at once
#   put_slow SRC DEST [SECONDS]  written in ten pieces over SECONDS (1)
#   put_rsync SRC DEST           hidden temporary name, then renamed; keeps the time stamp
#   put_rsync_inplace SRC DEST   under its name; keeps the time stamp
#   put_link SRC DEST            written under a hidden temporary name, ln, then the temporary name removed
#   put_tmpfile SRC DEST         O_TMPFILE, then linkat: no name until it is complete
# Over the network, to the servers that samba.sh and ftp.sh start (PORT is what they print):
#   put_smb PORT SRC NAME        NAME in UTF-8, without what smbclient or SMB keep for themselves: " ; : * ? < > | \\ newline
#   put_ftp PORT SRC NAME
#   put_smb_cut PORT SRC NAME    the client is killed when half of SRC has been sent; what is there then is a
#                                multiple of 64 KiB (of a smaller document: nothing)
#   put_ftp_cut PORT SRC NAME    the same
#   put_ftp_resume PORT SRC NAME what the cut left is continued to its end
# Other names may hold any byte (put_ftp: no control characters; curl refuses them). Each function fails when its
# program does.
#
# Needs: rsync (put_rsync*), python3 (put_tmpfile), smbclient (put_smb*), curl (put_ftp*).

put_cp() {
    cp -- "$1" "$2"
}

put_mv() {
    local staging
    staging=$(mktemp -d -- "$(dirname -- "$2")/../.staging.XXXXXX") || return
    cp -- "$1" "$staging/document" && mv -- "$staging/document" "$2" && rmdir -- "$staging"
}

put_slow() {
    local size piece pause
    size=$(stat -c %s -- "$1") || return
    piece=$((size / 10 + 1))
    pause=$(awk -v seconds="${3:-1}" 'BEGIN { print seconds / 10 }')
    for _ in {1..10}; do
        dd bs="$piece" count=1 iflag=fullblock status=none || return
        sleep "$pause"
    done <"$1" >"$2"
}

put_rsync() {
    rsync --times -- "$1" "$2"
}

put_rsync_inplace() {
    rsync --times --inplace -- "$1" "$2"
}

put_link() {
    local temporary
    temporary=$(dirname -- "$2")/.link.$BASHPID.$RANDOM
    cp -- "$1" "$temporary" && ln -- "$temporary" "$2" && rm -- "$temporary"
}

put_tmpfile() {
    python3 -c '
import os, shutil, sys
source, destination = map(os.fsencode, sys.argv[1:3])
folder = os.open(os.path.dirname(destination) or b".", os.O_RDONLY | os.O_DIRECTORY)
fd = os.open(b".", os.O_TMPFILE | os.O_WRONLY, 0o644, dir_fd=folder)
with open(source, "rb") as document, open(fd, "wb", closefd=False) as out:
    shutil.copyfileobj(document, out)
os.link(b"/proc/self/fd/%d" % fd, os.path.basename(destination), src_dir_fd=folder, dst_dir_fd=folder)
' "$1" "$2"
}

put_smb() {
    smbclient --no-pass --debuglevel=0 --port="$1" //127.0.0.1/drop --command "put - \"$3\"" <"$2"
}

# Small writes, as other clients than this one make them: else it keeps some megabytes to itself, and the file
# of a killed client is empty.
put_smb_cut() {
    _cut_off "$2" smbclient --no-pass --debuglevel=0 --max-protocol=SMB2_02 --send-buffer=4096 --port="$1" \
        //127.0.0.1/drop --command "put - \"$3\""
}

put_ftp() {
    curl --silent --show-error --noproxy '*' --globoff --upload-file "$2" "$(_ftp_url "$1" "$3")"
}

put_ftp_cut() {
    _cut_off "$2" curl --silent --noproxy '*' --globoff --upload-file - "$(_ftp_url "$1" "$3")"
}

put_ftp_resume() {
    curl --silent --show-error --noproxy '*' --globoff --continue-at - --upload-file "$2" "$(_ftp_url "$1" "$3")"
}

# _cut_off SRC COMMAND...: gives half of SRC to the command's standard input, and kills it while it waits for more.
# Fails when the command ended by itself.
_cut_off() {
    local source=$1 half directory client input killed=0
    shift
    half=$(($(stat -c %s -- "$source") / 2)) || return
    directory=$(mktemp -d) && mkfifo "$directory/input" || return
    "$@" <"$directory/input" >/dev/null 2>&1 &
    client=$!
    exec {input}>"$directory/input"
    head -c "$half" -- "$source" >&"$input" || true
    sleep 1
    kill -KILL "$client" 2>/dev/null || killed=1
    wait "$client" 2>/dev/null || true
    exec {input}>&-
    rm -r -- "$directory"
    return "$killed"
}

# _ftp_url PORT NAME: every byte of the name that is more than a letter, digit, dot, dash or underscore as %XX.
_ftp_url() {
    local LC_ALL=C name=$2 encoded='' byte i
    for ((i = 0; i < ${#name}; i++)); do
        byte=${name:i:1}
        [[ $byte == [A-Za-z0-9._-] ]] || printf -v byte '%%%02X' "$(($(printf '%d' "'$byte") & 255))"
        encoded+=$byte
    done
    printf 'ftp://127.0.0.1:%s/%s\n' "$1" "$encoded"
}
