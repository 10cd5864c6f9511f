#!/bin/bash
# Makes the n-th call of a kind fail, for n = 1, 2, 3 ... until a run ends without reaching it, and requires each time: the
# agent neither crashes nor hangs nor spins, and says why if it did not end well; a second agent, without failures, then
# finishes each file: filed once, or in Failed with its text; nothing is lost, and no activity exists twice.
# Usage: tests/fault/run.sh [OPTION]...
#   --kind NAME   only this kind of call (may be given more than once); all of them unless given
#   --every N     only every N-th call (1: all of them)
#   --sample N    only N calls of each kind, with one of its errors each, once and from then on in turn
#   --ours        memory fails only where closedrop itself asks for it, not where its libraries do
#   --elsewhere   Uploaded is on another file system, /dev/shm: files are copied
#   --keep-going  report what is wrong and continue with the next call
#   --list        print the kinds with their errors, and how many calls of each a run makes
#   --help        this text
#
# Each kind fails with several errors, and each of them once, and from then on. tests/fault/shim.c makes it so.
#
# Needs CLOSEDROP_BIN_DIR (build/release unless set), and a C compiler.
# Exit status 0: everything is good; 1: something is not, and what is wrong was printed; 2: wrong usage.

# shellcheck disable=SC2034,SC2154 # what story.bash reads, and what it sets
set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
CLOSEDROP_BIN_DIR=${CLOSEDROP_BIN_DIR:-$top/build/release}
every=1 sample=0 elsewhere='' keep_going=false list=false
export FAULT_OURS=0

# kind: what it fails with (short-... do a part only, and do not fail)
declare -A errors=(
    [open]='EMFILE ENFILE EIO EACCES ENOMEM ESTALE' [read]='EIO EINTR ESTALE' [write]='EIO ENOSPC EROFS'
    [short-read]=none [short-write]=none
    [fsync]='EIO ENOSPC' [fdatasync]='EIO ENOSPC' [rename]='EIO ENOSPC EACCES EROFS' [link]='EIO ENOSPC EACCES' [unlink]='EIO EACCES EROFS'
    [mkdir]='ENOSPC EACCES EROFS' [stat]='EIO EACCES ENOMEM ESTALE' [handle]='EIO ENOMEM ESTALE'
    [lease]='EAGAIN EINVAL EACCES' [lock]='EACCES EIO' [readdir]='EIO ESTALE' [truncate]='EIO ENOSPC EROFS'
    [copy]='EIO ENOSPC EINTR' [malloc]=ENOMEM
    [socket]='EMFILE ENFILE ENOMEM' [connect]='ECONNREFUSED ENETUNREACH EINTR' [send]='EPIPE ECONNRESET EINTR EAGAIN'
    [recv]='ECONNRESET EINTR EAGAIN' [poll]='EINTR ENOMEM' [eventfd]='EMFILE ENFILE ENOMEM' [thread]=EAGAIN
    [watch]='ENOSPC EMFILE ENOMEM EACCES'
)
declare -A number=([none]=0 [EIO]=5 [EAGAIN]=11 [ENOMEM]=12 [EACCES]=13 [EINVAL]=22 [ENFILE]=23 [EMFILE]=24 [ENOSPC]=28
   
    [EROFS]=30 [EPIPE]=32 [ENETUNREACH]=101 [ECONNRESET]=104 [ECONNREFUSED]=111 [EINTR]=4 [ESTALE]=116)
kinds=()

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

while [ $# -gt 0 ]; do
    case $1 in
    --kind) [ -n "${errors[$2]:-}" ] || { usage >&2 && exit 2; } && kinds+=("$2") && shift ;;
    --every) every=$2 && shift ;;
    --sample) sample=$2 && shift ;;
    --ours) FAULT_OURS=1 ;;
    --elsewhere) elsewhere=yes ;;
    --keep-going) keep_going=true ;;
    --list) list=true ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
[ ${#kinds[@]} -gt 0 ] || mapfile -t kinds < <(printf '%s\n' "${!errors[@]}" | sort)

work=$(mktemp -d)
archive=$work/in/Uploaded archive_setting=Uploaded
[ -z "$elsewhere" ] || archive=$(mktemp -d /dev/shm/closedrop-fault.XXXXXX) archive_setting=$archive
sandbox_pid=''
# shellcheck source=../support/story.bash
. "$top/tests/support/story.bash"
cleanup() {
    stop_sandbox
    rm -rf -- "$work" "$archive"
}
trap cleanup EXIT
cd "$work"
export HOME=$work

"${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o shim.so "$top/tests/fault/shim.c" -ldl
# through the shim, what the loader keeps looks like a leak; and libinotifytools drops what it has no memory to finish
printf 'leak:%s\n' libinotifytools dl_open_worker_begin _dl_map_object_deps >lsan.supp
(umask 077 && echo api_sandbox.secret >key)
echo '{"leads":[{"id":"lead_A","name":"A"}]}' >seed.json
start_sandbox --seed seed.json
config=$work/closedrop.conf limits='doubt = "50ms"; max_attempts = 1000;' timeout=1s settle=0
more='rules = ( { name = "r"; match = { path = "(?<stem_part>[a-z]+)\\."; }; lead_id = "lead_A";
            email = { subject = "{stem_part}"; body_text = "{size}"; }; } );'
write_config 'incomplete = "50ms"; poll_interval = "100ms"; rescan = "1s"; rules = [ "r" ];'
set_config folders.archive="$archive_setting" limits.retry_first=10ms limits.retry_max=100ms
mkdir proto proto/sub
printf '%%PDF-1.4\n1 0 obj\n%%%%EOF\n' >proto/one.pdf
echo 'the second document' >proto/sub/two.txt
printf '%%PDF-1.4\n1 0 obj\n' >proto/cut.pdf
all_well=$'done one.pdf\ndone sub/two.txt\nfailed cut.pdf'

begin() { # a fresh state, and the files
    rm -rf state in "${archive:?}"
    cp -r proto in
    curl -sf -X POST "${admin}reset" >/dev/null
    : >agent.log
}

# agent SECONDS [VARIABLE=VALUE]...: over what is there. After SECONDS it is asked to end, and 10 later it is killed.
agent() {
    local most=$1
    shift
    # AddressSanitizer wants to be loaded first, and can do without
    timeout --preserve-status -k 10 "$most" env ASAN_OPTIONS=verify_asan_link_order=0 \
        LSAN_OPTIONS="suppressions=$work/lsan.supp:print_suppressions=0" "$@" "$CLOSEDROP_BIN_DIR/closedrop" run -c "$config" --once >>agent.log 2>&1
}

point='' findings=0 runs=0
complain() {
    echo "NOT GOOD: $point: $*"
    findings=$((findings + 1))
}

show_all() {
    closedrop list --json || true
    curl -s "${admin}activities" || true
    find "$work/in" "$archive" -type f || true
    tail -n 80 agent.log
}

check_end() { # EXIT-CODE: of the agent that something failed for
    local calls=0 busy=0 time=0
    case $1 in
    0) grep -q ' stopping: ' agent.log || complain "ended with 0, though a file failed" ;;
    1 | 77 | 78) grep -qE '(error|warn):? +[a-z]+: |^closedrop: ' agent.log || complain "ended with $1 and did not say why" ;;
    *) complain "ended with $1" ;;
    esac
    ! grep -qE 'Sanitizer|runtime error:|Assertion|shim: crashed' agent.log || complain "broke"
    [ -s told ] || return 0
    read -r calls busy time <told
    # processor time, which a busy machine does not change; a start and an end take some of it
    [ "$time" -lt 2500 ] || [ $((busy * 10)) -lt $((time * 8)) ] || complain "was busy for $busy of $time ms"
    [ "$calls" -ge "$n" ] || reached=false
    # what the disk could not keep once, it may only pretend to keep the second time; before the queue is open there is
    # nothing to keep, and the agent does not start
    [ "$kind" != fdatasync ] || ! $reached || [ "$calls" = "$n" ] || ! grep -q ' started with ' agent.log ||
        complain "asked the disk again: $calls calls"
}

check_file() { # NAME: it is where it belongs; "done" or "failed"
    if cmp -s "proto/$1" "$archive/$1"; then
        echo "done $1"
    elif cmp -s "proto/$1" "in/Failed/$1" && [ -s "in/Failed/$1.error.txt" ]; then
        echo "failed $1"
    fi
}

# What the files, the jobs and Close say is one thing: each file is at its end, and nothing else is there.
check_all() {
    local files jobs sums got
    files=$(for name in one.pdf sub/two.txt cut.pdf; do check_file $name; done)
    case $files in
    "$all_well") ;;
    *$'\n'*$'\n'*) $may_fail || complain "it made a file fail: $files" ;;
    *) complain "a file is lost: $files" ;;
    esac
    grep -qsE 'looks incomplete|cannot be read' in/Failed/cut.pdf.error.txt || complain "no text says why cut.pdf failed"
    got=$({ find "$work/in" "$archive" -type f || true; } | sort -u | wc -l)
    [ "$got" = $((3 + $(grep -c ^failed <<<"$files"))) ] || complain "$got files are there"
    jobs=$(closedrop list --json | jq -r '.state + " " + .path' | sort)
    [ "$jobs" = "$(sort <<<"$files")" ] || complain "the jobs are: $jobs"
    sums=$(sed -n 's/^done //p' <<<"$files" | (cd proto && xargs -r sha256sum) | cut -c1-64 | sort)
    got=$(curl -sf "${admin}activities" | jq -r '.[].attachments[].sha256' | sort)
    [ "$got" = "$sums" ] || complain "the activities hold $got, not $sums"
}

try() { # KIND ERROR ONCE N: the call fails, and then, for a second agent, nothing does
    local kind=$1 error=$2 once=$3 code=0 before=$findings
    local most=20
    n=$4 reached=true may_fail=false runs=$((runs + 1))
    point="$kind $error $([ "$once" = 1 ] && echo once || echo 'from then on') at call $n"
    [ "$once" = 1 ] || most=1 # it may rightly try for ever
    case $once$error in 0EIO | 0EACCES | 0ESTALE) may_fail=true ;; esac # what cannot be read for so long is a bad file
    begin
    rm -f told
    agent "$most" LD_PRELOAD="$work/shim.so" FAULT_TOLD="$work/told" FAULT_KIND="$kind" FAULT_ERRNO="${number[$error]}" \
        FAULT_ONCE="$once" FAULT_AT="$n" 2>/dev/null || code=$?
    check_end "$code"
    echo "---- and without the fault ----" >>agent.log
    code=0
    agent 30 2>/dev/null || code=$?
    [ "$code" -le 1 ] || complain "the second agent ended with $code"
    check_all
    [ "$findings" = "$before" ] && return
    show_all
    $keep_going || exit 1
}

count_calls() { # KIND
    begin
    agent 20 LD_PRELOAD="$work/shim.so" FAULT_TOLD="$work/told" FAULT_KIND="$1" FAULT_AT=0 || true
    cut -d' ' -f1 told
}

if $list; then
    for kind in "${kinds[@]}"; do
        printf '%-12s %6d calls  %s\n' "$kind" "$(count_calls "$kind")" "${errors[$kind]}"
    done
    exit 0
fi

try_all() { # KIND
    local error once i
    for error in ${errors[$1]}; do
        for once in 1 0; do
            for ((i = 1; ; i += every)); do
                try "$1" "$error" "$once" "$i"
                $reached || break
            done
        done
    done
}

try_some() { # KIND
    local list i total
    read -r -a list <<<"${errors[$1]}"
    total=$(count_calls "$1")
    for ((i = 0; i < sample && i < total; i++)); do
        try "$1" "${list[i % ${#list[@]}]}" $((runs % 2)) $((1 + (2 * i + 1) * total / (2 * sample)))
    done
}

for kind in "${kinds[@]}"; do
    before=$runs
    if [ "$sample" = 0 ]; then try_all "$kind"; else try_some "$kind"; fi
    echo "$kind: $((runs - before)) runs"
done
echo "$runs runs, $findings findings"
[ "$findings" = 0 ]
