# shellcheck shell=bash
# What run.sh measures with: the programs, the server, the agent, the files. To be sourced; it uses the variables of run.sh.
# shellcheck disable=SC2034,SC2154 # and sets some for it

key=api_key.secret
work='' agent_pid='' server_pid='' other_pid='' server='' api=''
transfers=8 rule='' folder_count=1
idle_kib=0 peak_kib=0 agent_cpu_ms=0

die() {
    printf 'bench: %s\n' "$*" >&2
    exit 1
}

stop() { # PID
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# What it has started itself goes with it.
stop_with_children() { # PID
    [ -n "$1" ] || return 0
    pkill -P "$1" 2>/dev/null || true
    stop "$1"
}

clean_up() {
    stop_with_children "$other_pid"
    stop "$agent_pid"
    stop "$server_pid"
    [ -z "$work" ] || rm -rf -- "$work"
}

wait_until() { # COMMAND...
    local end=$((SECONDS + most_s))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# ---- numbers ----

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# so many a second, in MS since BEGIN
rate() { # AMOUNT BEGIN
    awk -v n="$1" -v ms="$(($(now_ms) - $2))" 'BEGIN { printf "%.1f", n * 1000 / (ms ? ms : 1) }'
}

per_file() { # TOTAL FILES
    awk -v a="$1" -v n="$2" 'BEGIN { printf "%.3f", a / n }'
}

mebibytes() { # KIB
    awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'
}

middle() {
    awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'
}

note() { # SCENARIO WHO UNIT VALUE
    jq -nc --arg scenario "$1" --arg who "$2" --arg unit "$3" --argjson value "$4" \
        '{scenario: $scenario, who: $who, unit: $unit, value: $value}' >>"$work/results.jsonl"
}

# ---- programs ----

build() {
    install_packages "${build_packages[@]}" libssl-dev openssl curl jq python3 procps || die "cannot go on without these packages"
    if [ -z "${CLOSEDROP_BIN_DIR:-}" ]; then
        (cd -- "$top" && quiet cmake --preset release && quiet cmake --build --preset release -j "$(nproc)") ||
            die "the build failed"
    fi
    # shellcheck disable=SC2046 # several words
    cc -O2 -o "$work/ceiling" "$here/ceiling.c" "$here/bare.c" $(pkg-config --cflags --libs libcurl libcjson)
    # shellcheck disable=SC2046
    cc -O2 -o "$work/floor" "$here/floor.c" "$here/bare.c" $(pkg-config --cflags --libs libcurl libcjson libcrypto)
    # shellcheck disable=SC2046 # several words
    cc -D_GNU_SOURCE -O2 -o "$work/server" "$here/server.c" $(pkg-config --cflags --libs libssl libcrypto)
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
}

start_server() { # DELAY-MS [tls]
    stop "$server_pid"
    rm -f -- "$work/port"
    unset CA_FILE
    [ -z "${2:-}" ] || export CA_FILE=$work/tls.pem
    "$work/server" "$1" ${CA_FILE:+"$CA_FILE" "$work/tls.key"} >"$work/port" 2>"$work/server.log" &
    server_pid=$!
    wait_until test -s "$work/port" || die "the server did not start"
    server=http${CA_FILE:+s}://127.0.0.1:$(cat "$work/port")
    api=$server/api/v1/
}

uploads() {
    curl -sf --noproxy '*' ${CA_FILE:+--cacert "$CA_FILE"} "$server/counts" | jq .uploads
}

# The files of a scenario, in $work/files; those of the last one are kept if they are alike.
with_files() { # COUNT BYTES
    [ "$(cat "$work/files.are" 2>/dev/null)" != "$1 $2" ] || return 0
    rm -rf -- "$work/files"
    mkdir -- "$work/files"
    python3 "$here/make_files.py" "$1" "$2" "$work/files"
    sync -f "$work/files"
    echo "$1 $2" >"$work/files.are"
}

files_return() { # FROM
    find "$1" -type f -exec mv -t "$work/files" -- {} +
}

# ---- ceiling and floor ----

measure_ceiling() { # SCENARIO UNIT AMOUNT
    local begin
    begin=$(now_ms)
    find "$work/files" -type f | timeout "$most_s" "$work/ceiling" "$api" "$key" "$transfers" || die "the ceiling failed"
    note "$1" ceiling "$2" "$(rate "$3" "$begin")"
}

measure_floor() { # SCENARIO UNIT AMOUNT
    local begin
    mkdir -- "$work/moved"
    begin=$(now_ms)
    find "$work/files" -type f | UPLOADED=$work/moved JOURNAL=$work/journal timeout "$most_s" "$work/floor" "$api" "$key" \
        "$transfers" || die "the floor failed"
    note "$1" floor "$2" "$(rate "$3" "$begin")"
    files_return "$work/moved"
    rmdir -- "$work/moved"
}

# One file after the other, on one connection: what the two requests take.
measure_ceiling_alone() { # SCENARIO
    local begin count
    count=$(find "$work/files" -type f | wc -l)
    begin=$(now_ms)
    find "$work/files" -type f | timeout "$most_s" "$work/ceiling" "$api" "$key" 1 || die "the ceiling failed"
    note "$1" ceiling "ms to stored, median" "$(per_file $(($(now_ms) - begin)) "$count")"
}

# ---- the agent ----

write_configuration() {
    local i list=''
    (umask 077 && echo "$key" >"$work/key")
    for ((i = 0; i < folder_count; i++)); do
        mkdir -p -- "$work/drop$i"
        list+="${list:+,} { name = \"drop$i\"; path = \"drop$i\"; settle = \"0\"; archive = \"Uploaded\";"
        list+=" ${rule:+rules = [ \"all\" ];} }"
    done
    cat >"$work/closedrop.conf" <<CONF
state_dir = "state";
control_socket = "control.sock";
close = { api_url = "$api"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; ${CA_FILE:+ca_file = \"$CA_FILE\";} };
limits = { transfers = $transfers; };
folders = ( $list );
rules = ( ${rule:+{ name = \"all\"; lead_id = \"lead_1\"; $rule \}} );
log = { level = "warn"; };
CONF
}

agent_says() { # JQ-CONDITION
    "$bin/closedrop" status -c "$work/closedrop.conf" --json 2>/dev/null | jq "$1" | grep -qx true
}

start_agent() {
    write_configuration
    "$bin/closedrop" run -c "$work/closedrop.conf" >"$work/agent.log" 2>&1 &
    agent_pid=$!
    wait_until agent_says 'all(.folders[]; .healthy)' || die "the agent did not start: $(cat "$work/agent.log")"
    sleep 2.1 # for as long, what it has just created is looked at more often
}

stop_agent() {
    stop "$agent_pid"
    agent_pid=''
    rm -rf -- "$work/state" "$work"/drop*
}

peak_of() { # PID
    awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"
}

cpu_ms_of() { # PID
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%d", ($12 + $13) * 1000 / hz }' "/proc/$1/stat"
}

# Voluntary context switches of all its threads.
switches() {
    cat "/proc/$agent_pid"/task/*/status | awk '/^voluntary/ { sum += $2 } END { print sum + 0 }'
}

drop_files() {
    local i=0 count=$folder_count
    [ "$count" -gt 1 ] || { find "$work/files" -type f -exec mv -t "$work/drop0" -- {} + && return; }
    while read -r file; do
        printf '%s\0%s\0' "$file" "$work/drop$((i++ % count))/"
    done < <(find "$work/files" -type f) | python3 -c 'import os, sys
names = sys.stdin.buffer.read().split(b"\0")
for file, to in zip(names[::2], names[1::2]): os.rename(file, to + os.path.basename(file))'
}

has_arrived() { # NUMBER
    [ "$(uploads)" -ge "$1" ]
}

measure_agent() { # SCENARIO UNIT AMOUNT: also sets $idle_kib, $peak_kib and $agent_cpu_ms
    local begin count cpu_before wanted
    count=$(find "$work/files" -type f | wc -l)
    start_agent
    wanted=$(($(uploads) + count))
    idle_kib=$(peak_of "$agent_pid")
    cpu_before=$(cpu_ms_of "$agent_pid")
    begin=$(now_ms)
    drop_files
    wait_until has_arrived "$wanted" || die "$(uploads) of $wanted files arrived in $most_s s"
    wait_until agent_says ".jobs.done >= $count and .not_put_away == 0" || die "not all files were put away in $most_s s"
    note "$1" agent "$2" "$(rate "$3" "$begin")"
    agent_cpu_ms=$(($(cpu_ms_of "$agent_pid") - cpu_before))
    peak_kib=$(peak_of "$agent_pid")
    files_return_from_archives "$count"
    stop_agent
}

files_return_from_archives() { # NUMBER
    [ "$(find "$work"/drop*/Uploaded -type f | wc -l)" = "$1" ] || die "files are missing in Uploaded"
    find "$work"/drop*/Uploaded -type f -exec mv -t "$work/files" -- {} +
}

compare() { # SCENARIO UNIT AMOUNT
    measure_ceiling "$@"
    measure_floor "$@"
    measure_agent "$@"
}

# ---- what people write instead ----

all_are_uploaded() { # NUMBER
    [ "$(find "$work/drop0/Uploaded" -type f | wc -l)" -ge "$1" ]
}

# Left out if what it needs is not installed.
other_client() { # NAME NEEDS COMMAND
    local begin count
    if ! type -P "$2" >/dev/null || { [ "$1" = python ] && ! "$2" -c 'import watchdog, requests' 2>/dev/null; }; then
        echo "bench: left out: $1 (it needs inotify-tools, or python3-watchdog and python3-requests)" >&2
        return
    fi
    count=$(find "$work/files" -type f | wc -l)
    mkdir -p -- "$work/drop0/Uploaded"
    "$3" "$api" "$key" "$work/drop0" >"$work/other.log" 2>&1 &
    other_pid=$!
    sleep 1.5 # until it watches
    begin=$(now_ms)
    find "$work/files" -type f -exec mv -t "$work/drop0" -- {} +
    wait_until all_are_uploaded "$count" || die "$1 did not upload all files: $(cat "$work/other.log")"
    note small "$1" "files/s" "$(rate "$count" "$begin")"
    stop_with_children "$other_pid"
    other_pid=''
    files_return "$work/drop0/Uploaded"
    rm -rf -- "$work/drop0"
}
