#!/usr/bin/env bats
# What people see on a terminal: columns that fit it, whatever the files are called.

load ../../support/story
WAIT_MAX=15
setup() { story_setup; }
teardown() { story_teardown; }

on_terminal() { # STEP... -- COMMAND OPTION...: see tests/support/terminal.py; what it printed is in screen.txt
    local steps=()
    while [ "$1" != -- ]; do
        steps+=("$1")
        shift
    done
    code=0
    "$CLOSEDROP_SOURCE_DIR/tests/support/terminal.py" "${steps[@]}" -- "$CLOSEDROP_BIN_DIR/closedrop" "$2" -c "$config" "${@:3}" \
        >screen.txt 2>error.txt || code=$?
    cat screen.txt error.txt
}

# decomposed, Chinese, too long, with a control sequence, a line break, an invalid byte, turned round
hostile_names=($'Mu\xcc\x88ller Rechnung.txt' $'\xe5\x8f\x91\xe7\xa5\xa8\xe5\x8f\x91\xe7\xa5\xa8\xe5\x8f\x91\xe7\xa5\xa8\xe5\x8f\x91\xe7\xa5\xa8\xe5\x8f\x91\xe7\xa5\xa8.txt'
    "Scan of a very long letter about nothing at all from somebody who likes names, page 0001.txt" $'\x1b[2Jclear.txt'
    $'two\nlines.txt' $'latin1-\xfc.txt' $'turned-\xe2\x80\xaefdp.txt' $'\xf0\x9f\x93\x84 emoji.txt')

hostile_files() {
    local name
    for name in "${hostile_names[@]}"; do
        echo "$name" >"in/$name"
    done
}

fits() { # COLUMNS [FILE]: no line is wider, nothing in it moves the cursor
    python3 - "$1" "${2:-screen.txt}" <<'EOF'
import re, sys, unicodedata
columns = int(sys.argv[1])
text = open(sys.argv[2], "rb").read().decode()  # valid UTF-8
for line in re.sub(r"\033\[[0-9;?]*[a-zA-Z]", "", text).splitlines():
    cells = sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in line)
    assert cells <= columns, (cells, line)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", line.rstrip("\r")), line
EOF
}

@test "list fits the terminal, with names cut in the middle, and a pipe gets them whole" {
    hostile_files
    fault '[{"on":"upload","match":"two","times":0,"do":{"status":403}}]'
    limits='max_attempts = 1;' write_config
    run_once
    on_terminal 80x24 -- list
    [ "$code" = 0 ]
    fits 80
    [ "$(grep -c '…' screen.txt)" -ge 2 ]
    on_terminal 200x50 -- list
    fits 200
    grep -qF $'Mu\xcc\x88ller Rechnung.txt' screen.txt
    grep -qF 'Scan of a very long letter about nothing at all from somebody who likes names, page 0001.txt' screen.txt
    closedrop list >list.txt
    fits 1000 list.txt
    never grep -q '…' list.txt
    [ "$(wc -l <list.txt)" = 9 ]
}

# ---- status ----

@test "status fits the terminal: who waits, since when, and what is sent how fast" {
    hostile_files
    limits='bandwidth = "8K";' write_config
    head -c 200K /dev/urandom >in/large.bin
    start_agent
    wait_until eval 'closedrop status --json | jq -en "input | any(.transfers[]; .speed > 0 and .seconds_left > 0)" >/dev/null'
    for size in 80x24 200x50; do
        on_terminal $size -- status
        [ "$code" = 0 ]
        fits "${size%x*}"
        grep -q '^    oldest: ' screen.txt
        grep -qE ' send +[0-9.]+ [KM]?i?B +[0-9.]+ [KM]?i?B +[0-9.]+ [KM]?i?B/s +[0-9]+ (s|min|h)' screen.txt
    done
    kill_agent # with so little bandwidth it takes its time
}

@test "status --watch redraws, follows the size of the terminal, and leaves it as it was" {
    start_agent
    export TERM=xterm
    on_terminal 80x24 until:'scans ' until:'closedrop status' 200x50 until:'closedrop status' keys:q -- status --watch
    [ "$code" = 0 ]
    [ "$(grep -o 'closedrop status' screen.txt | wc -l)" -ge 3 ]
    for end in keys:'\x03' signal:TERM signal:HUP keys:Q; do
        on_terminal 80x24 until:'scans ' "$end" -- status --watch
        [ "$code" = 0 ]
        [ ! -s error.txt ]
    done
    on_terminal 80x24 until:'scans ' keys:'\x1a' signal:CONT until:'scans ' keys:q -- status --watch
    [ "$code" = 0 ]
}

@test "status --watch shows that nothing is running, and the agent as soon as it is" {
    run_once
    export TERM=xterm
    on_terminal 80x24 until:'closedrop is not running (since' keys:q -- status --watch
    [ "$code" = 0 ]
    on_terminal 80x24 until:'not running' \
        run:"$CLOSEDROP_BIN_DIR/closedrop run -c $config </dev/null >>agent.log 2>&1 3>&- & echo \$! >pid" \
        until:'Agent: ' keys:q -- status --watch
    kill "$(cat pid)"
    [ "$code" = 0 ]
    wait_until never test -S control.sock # its parent is gone, and may leave it a zombie
}

@test "status --watch on a dumb terminal prints one block after the other, and no control sequence" {
    start_agent
    export TERM=dumb
    on_terminal 80x24 until:Jobs: until:Jobs: keys:'\x03' -- status --watch
    [ "$code" = 130 ]
    never grep -q $'\033' screen.txt
    fits 80
}

# ---- run --once ----

@test "run --once shows on a terminal how far it is, and erases that; nothing of it is in a log" {
    hostile_files
    head -c 200K /dev/urandom >in/large.bin
    limits='bandwidth = "64K";' write_config
    export TERM=xterm
    on_terminal 80x24 until:'settling' until:' of 9 files' until:'sending' -- run --once
    [ "$code" = 0 ]
    grep -q $'\r\[#*-*\] [0-9]* of 9 files.*, sending [0-9.]* .*B of .*B' screen.txt
    tail -c 60 screen.txt | grep -q $'\r\033\[K'
    grep -q $'\033\[K20.*job 1 queued' screen.txt # what it covers is erased first
    echo more >in/more.txt
    TERM=dumb on_terminal 80x24 -- run --once
    never grep -q $'\033' screen.txt
    echo again >in/again.txt
    run_once
    never grep -q $'\033' agent.log
}
