#!/bin/bash
# Shows closedrop at work, on this machine alone: builds the program, starts it next to a stand-in for Close
# (closedrop-sandbox), drops real documents into a folder the way programs and people do, and shows where each one
# arrived. No account is needed, and no network once the packages are installed.
# Usage: packaging/demo.sh [--once] [--installed]
#
# Keeps running after the proof, so that you can drop files yourself, until Ctrl-C. With --once it exits after the
# proof, with status 0 if everything arrived and 1 if not. With --installed it builds nothing, and shows the programs
# that are installed.
#
# Requires Debian 12. Missing packages are installed with apt, which needs root or sudo. Everything else happens in
# build/release and in a temporary directory that is removed at the end.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
bin=$top/build/release
# shellcheck source=packages.sh
. "$top/packaging/packages.sh"
# shellcheck source=../tests/support/writers.sh
. "$top/tests/support/writers.sh"

wait_most=60
work='' agent_pid='' sandbox_pid='' tail_pid=''

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

die() {
    printf 'demo.sh: %s\n' "$*" >&2
    exit 1
}

title() {
    printf '\n%s== %s ==%s\n' "$bold" "$*" "$plain"
}

say() {
    printf '   %s\n' "$*"
}

# Stops the processes we started, by ID, and removes the files we made.
clean_up() {
    local pid
    for pid in "$tail_pid" "$agent_pid" "$sandbox_pid"; do
        [ -n "$pid" ] || continue
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ -z "$work" ] || rm -rf -- "$work"
}

wait_until() { # COMMAND ARGUMENT...
    local end=$((SECONDS + wait_most))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

closedrop() { # COMMAND ARGUMENT...
    local command=$1
    shift
    "$bin/closedrop" "$command" -c "$work/closedrop.conf" "$@"
}

build() {
    title "Build"
    install_packages "${build_packages[@]}" "${demo_packages[@]}" || die "cannot continue without these packages"
    cd -- "$top"
    quiet cmake --preset release || die "the build could not be configured"
    quiet cmake --build --preset release -j "$(nproc)" || die "the build failed"
    say "$("$bin/closedrop" --version) is in $bin"
}

find_installed() {
    title "Installed"
    bin=$(dirname -- "$(type -P closedrop-sandbox || echo .)")
    [ -x "$bin/closedrop" ] || die "closedrop and closedrop-sandbox are not installed"
    say "$("$bin/closedrop" --version) is in $bin"
}

agent_is_up() {
    closedrop status --json 2>/dev/null | jq -e '.folders[0].healthy' >/dev/null
}

start() {
    title "Start"
    work=$(mktemp -d "${TMPDIR:-/tmp}/closedrop-demo.XXXXXX")
    folder=$work/scans
    mkdir -- "$folder"
    (umask 077 && echo api_sandbox.secret >"$work/api-key")

    cat >"$work/leads.json" <<JSON
{"leads": [{"id": "lead_Bluth", "name": "Bluth Company", "contacts": [
    {"id": "cont_Jane", "name": "Jane Doe", "emails": ["jane@bluth.example"]}]}]}
JSON
    printf 'key,lead_id,contact_id\n1001,lead_Bluth,cont_Jane\n' >"$work/customers.csv"
    "$bin/closedrop-sandbox" --api-port 0 --s3-port 0 --seed "$work/leads.json" \
        --ready-file "$work/ready.json" >"$work/sandbox.log" 2>&1 &
    sandbox_pid=$!
    wait_until test -s "$work/ready.json" || die "the sandbox did not start: $(cat "$work/sandbox.log")"
    api=$(jq -r .api_url "$work/ready.json")
    admin=$(jq -r .admin_url "$work/ready.json")
    say "Stand-in for Close (closedrop-sandbox): $api"

    cat >"$work/closedrop.conf" <<CONF
state_dir      = "state";
control_socket = "control.sock";
close = {
  api_url      = "$api";
  api_key_file = "api-key";
  upload_hosts = [ "127.0.0.1" ];
};
folders = (
  { name = "scans"; path = "scans"; settle = "1s"; incomplete = "3s"; rules = [ "customers" ]; }
);
rules = (
  {
    name  = "customers";                                     # files in "Customer 1001/"
    match = { path = "^Customer (?<number>[0-9]+)/"; };
    table = { file = "customers.csv"; key = "{number}"; };   # go to the lead that the table names
    group = { by = "{number}"; wait = "2s"; };               # together, in one email
    email = { subject = "Documents for {lead.name}"; to = [ "{contact.email}" ]; };
  }
);
CONF
    "$bin/closedrop" run -c "$work/closedrop.conf" >"$work/agent.log" 2>&1 &
    agent_pid=$!
    wait_until agent_is_up || die "closedrop did not start: $(cat "$work/agent.log")"
    say "closedrop is watching $folder"
    say "Files in a subfolder \"Customer ...\" go to that customer's lead, which a table names"
}

# drop HOW DOCUMENT NAME WORDS: puts a document into the folder with put_HOW, and records what has to arrive.
drop() {
    local how=$1 document=$work/documents/$2 name=$3 words=$4
    say "$(printf '%-42s %s' "$words" "$name")"
    "put_$how" "$document" "$folder/$name" || die "$how failed for $name"
    expected+=("$(sha256sum <"$document" | cut -d ' ' -f 1) $name")
}

drop_documents() {
    title "Dropping documents, the way programs and people do"
    "$top/tests/support/documents.sh" "$work/documents"
    mkdir -- "$folder/Customer 1001"
    drop cp letter.pdf "letter.pdf" "copied (cp)"
    drop mv invoice.pdf "Invoice 1001.pdf" "moved in, complete at once (mv)"
    drop slow contract.pdf "contract, 12 pages.pdf" "written slowly, over three seconds"
    drop rsync scan.pdf "Scan of Monday, 9 o'clock.pdf" "rsync"
    drop rsync_inplace fax.tif "fax.tif" "rsync --inplace"
    drop link photo.jpg "photo.jpg" "written under a hidden name, then linked"
    drop tmpfile screen.png "Bildschirm Müller & Söhne.png" "written without a name, then linked"
    drop cp notes.txt "Rückruf für Jürgen.txt" "copied, with umlauts in the name"
    drop cp customers.csv "Customer 1001/customers.csv" "copied into a new subfolder"
    drop mv export.zip "Customer 1001/export.zip" "moved into the subfolder"
    "$top/tests/support/documents.sh" --cut "$work/documents/fax-g3.tif" "$work/documents/half.tif" 50
    say "$(printf '%-42s %s' "truncated, never finished" "half a fax.tif")"
    put_cp "$work/documents/half.tif" "$folder/half a fax.tif"
}

# Nothing is left in the folder except what belongs there.
folder_is_empty() {
    [ -z "$(find "$folder" -type f -not -path "$folder/Uploaded/*" -not -path "$folder/Failed/*" \
        -not -path "$folder/.closedrop/*" -print -quit)" ]
}

jobs_ended() {
    local counts
    counts=$(closedrop status --json) || return 1
    jq -e --argjson want "$((${#expected[@]} + 1))" \
        '.jobs.done + .jobs.failed >= $want and .not_put_away == 0 and (.transfers | length == 0)' \
        <<<"$counts" >/dev/null && folder_is_empty
}

# check WORDS COMMAND...: says whether this is true, and records if it is not.
check() {
    local words=$1
    shift
    if "$@"; then
        say "yes  $words"
    else
        say "NO   $words"
        everything_arrived=false
    fi
}

# How many times the ledger of what S3 stored has this hash.
times_stored() {
    grep -c "^$1" "$work/ledger" || true
}

half_has_failed() {
    local hash
    hash=$(sha256sum <"$work/documents/half.tif" | cut -d ' ' -f 1)
    [ "$(times_stored "$hash")" = 0 ] && [ -f "$folder/Failed/half a fax.tif" ] &&
        [ -s "$folder/Failed/half a fax.tif.error.txt" ]
}

# Both documents of customer 1001 are in one draft on that customer's lead.
is_filed() {
    jq -e 'length == 1 and .[0].lead_id == "lead_Bluth" and .[0].body.status == "draft" and
        (.[0].attachments | map(.filename) == ["customers.csv", "export.zip"])' "$work/activities" >/dev/null
}

prove() {
    local line hash name
    title "What closedrop reports (closedrop list)"
    wait_until jobs_ended || say "(not all of them ended within $wait_most s)"
    closedrop list

    title "What users see in the folder"
    (cd -- "$folder" && find . -path ./.closedrop -prune -o -type f -print | LC_ALL=C sort | sed 's/^/   /')
    if [ -f "$folder/Failed/half a fax.tif.error.txt" ]; then
        printf '\n   %s\n' "The truncated fax was not sent. The text file next to it, half a fax.tif.error.txt:"
        sed 's/^/   | /' "$folder/Failed/half a fax.tif.error.txt"
    fi

    title "What is in Close: the documents of customer 1001, in one draft on the lead"
    curl -sf --noproxy '*' "${admin}activities" >"$work/activities" || die "the sandbox does not answer"
    jq -r '.[] | "   \(.kind) on \(.lead_id), to \(.body.to[0]): \(.body.subject)",
        (.attachments[] | "        \(.filename), \(.size) bytes")' "$work/activities"

    title "The proof: SHA-256 of each document, and how many times S3 received it"
    curl -sf --noproxy '*' "${admin}ledger.tsv" >"$work/ledger" || die "the sandbox does not answer"
    for line in "${expected[@]}"; do
        hash=${line%% *} name=${line#* }
        say "${hash:0:16}...  $(times_stored "$hash") x  $name"
        [ "$(times_stored "$hash")" = 1 ] || everything_arrived=false
    done
    echo
    check "every document arrived exactly once" [ "$everything_arrived" = true ]
    check "the documents of customer 1001 are on its lead, in one email" is_filed
    check "nothing else was sent" [ "$(wc -l <"$work/ledger")" = "${#expected[@]}" ]
    check "the truncated fax was not sent, and its text file says why" half_has_failed
    check "the folder is empty" folder_is_empty
}

stay() {
    title "Your turn"
    cat <<TEXT
   Drop a file into    $folder
   for example         cp README.md $folder/

   To look around, in another terminal (in $top):
     export CLOSEDROP_CONFIG=$work/closedrop.conf
     build/release/closedrop status           current state
     build/release/closedrop list             all files
     build/release/closedrop show 1           one file, with its history
     curl ${admin}ledger      what S3 received
     curl ${admin}activities  what was created on leads
     man -l packaging/man/closedrop.1         the manual

   Ctrl-C stops the demo and removes the folder. The log of closedrop:

TEXT
    tail -n 0 -f "$work/agent.log" &
    tail_pid=$!
    wait "$agent_pid" || true
    say "closedrop has stopped"
}

main() {
    local once=false make=build option
    for option; do
        case $option in
        --once) once=true ;;
        --installed) make=find_installed ;;
        --help | -h)
            usage
            return 0
            ;;
        *)
            usage >&2
            return 2
            ;;
        esac
    done
    bold='' plain=''
    if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
        bold=$'\e[1m' plain=$'\e[0m'
    fi
    export LC_ALL=C.UTF-8
    expected=()
    everything_arrived=true
    trap clean_up EXIT
    trap 'echo; exit 130' INT
    trap 'exit 143' TERM
    "$make"
    start
    drop_documents
    prove
    $once || stay
    [ "$everything_arrived" = true ]
}

main "$@"
