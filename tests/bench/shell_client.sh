#!/bin/bash
# What people write themselves, in the shell: inotifywait, curl and jq. It uploads each file that comes into a directory, and
# moves it to Uploaded. No queue, no digest, nothing tried again. run.sh compares closedrop with it.
# Usage: shell_client.sh API_URL KEY DIRECTORY
set -euo pipefail
api=$1 key=$2 directory=$3

upload() { # FILE
    local name=${1##*/} ticket fields=()
    ticket=$(jq -n --arg name "$name" '{filename: $name, content_type: "application/pdf"}' |
        curl -sf --noproxy '*' -u "$key:" -H 'Content-Type: application/json' -d @- "${api}files/upload/")
    mapfile -t fields < <(jq -r '.upload.fields | to_entries[] | "\(.key)=\(.value)"' <<<"$ticket")
    curl -sf --noproxy '*' -o /dev/null "${fields[@]/#/-F}" -F "file=@$1" "$(jq -r .upload.url <<<"$ticket")"
    mv -- "$1" "$directory/Uploaded/"
}

mkdir -p -- "$directory/Uploaded"
inotifywait -q -m -e close_write -e moved_to --format '%w%f' "$directory" |
    while read -r file; do
        [ ! -f "$file" ] || upload "$file"
    done
