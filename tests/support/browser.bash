# A real Chromium, for the stories of the page: browser.py says what it can do.
#
#     start_browser       once, in setup_file; skips where there is none, and says so
#     browser <<'DO'      what to do, and what must then be so
#     stop_browser        in teardown_file
#
# $axe is axe-core, from npm's registry where that can be reached; where it is missing, browser.py uses a list of its own.

start_browser() {
    local program
    for program in chromium chromedriver; do
        type -P "$program" >/dev/null || skip "$program is missing: apt-get install chromium chromium-driver python3-selenium"
    done
    /usr/bin/python3 -c 'import selenium' 2>/dev/null || skip "python3-selenium is missing"
    cd "$BATS_FILE_TMPDIR" || return
    TMPDIR=$BATS_FILE_TMPDIR chromedriver --port=0 >driver.log 2>&1 3>&- &
    echo $! >driver.pid
    wait_until grep -q 'started successfully on port' driver.log
    export browser=$BATS_FILE_TMPDIR/browser.json
    /usr/bin/python3 "$CLOSEDROP_SOURCE_DIR/tests/support/browser.py" start "$browser" \
        "http://127.0.0.1:$(sed -n 's/.*successfully on port \([0-9]*\).*/\1/p' driver.log)"
    find_axe
}

find_axe() {
    export axe=$CLOSEDROP_BIN_DIR/axe/node_modules/axe-core/axe.min.js
    [ -s "$axe" ] || timeout 20 npm install --silent --no-audit --no-fund --prefix "$CLOSEDROP_BIN_DIR/axe" axe-core@4 \
        >npm.log 2>&1 3>&- || echo "# axe-core cannot be installed; the page is checked by our own list" >&3
}

stop_browser() {
    local pid
    pid=$(cat "$BATS_FILE_TMPDIR/driver.pid" 2>/dev/null) || return 0
    browser <<<quit
    kill "$pid" 2>/dev/null
    tail --pid="$pid" -f /dev/null
}

browser() {
    /usr/bin/python3 "$CLOSEDROP_SOURCE_DIR/tests/support/browser.py" "$browser"
}
