# The TCP proxy (tcp_proxy.c, which names its options) between the agent and what it talks to.
#
#     load ../../support/proxy                        after story
#     teardown() { stop_proxies; story_teardown; }
#     start_proxy api --to "$api_port" --delay 50     then the agent is given http://127.0.0.1:$proxy_port/

proxy_names=() proxy_pids=()

# start_proxy NAME OPTION...: its port is in $proxy_port and, for the next of that name, in NAME.port; what its clients
# say is in NAME.heard.
start_proxy() {
    local name=$1 port=0
    shift
    [ ! -s "$name.port" ] || port=$(cat "$name.port")
    rm -f "$name.port"
    "$CLOSEDROP_BIN_DIR/tests/tcp_proxy" --port-file "$name.port" --listen "$port" --heard "$name.heard" "$@" 3>&- &
    proxy_names+=("$name") proxy_pids+=($!)
    wait_until test -s "$name.port"
    # shellcheck disable=SC2034 # for the story
    proxy_port=$(cat "$name.port")
}

stop_proxies() { # [NAME]: all of them, or that one
    local i
    for i in "${!proxy_pids[@]}"; do
        [ -z "$1" ] || [ "${proxy_names[i]}" = "$1" ] || continue
        kill "${proxy_pids[i]}" 2>/dev/null
        wait "${proxy_pids[i]}" 2>/dev/null || true
        unset "proxy_pids[i]" "proxy_names[i]"
    done
}
