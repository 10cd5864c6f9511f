#!/usr/bin/env bats
# The reverse proxies of docs/reverse-proxy.md, as they are written there but for names and ports.

load ../../support/story
load ../../support/web

setup() {
    story_setup
    serve_web
    proxy_pid='' stream=''
    proxy_port=$("$CLOSEDROP_SOURCE_DIR/tests/support/free_port.sh")
    name=files.example.com:$proxy_port
    through=(curl -sk --max-time 20 --resolve "$name:127.0.0.1")
}

teardown() {
    local pid
    for pid in $stream $proxy_pid; do kill "$pid" 2>/dev/null && wait "$pid" || true; done
    story_teardown
}

snippet() { # LANGUAGE NUMBER: the n-th of its examples
    awk -v language="$1" -v number="$2" '
        $0 == "```" { inside = 0 }
        inside && n == number { print }
        $0 == "```" language { inside = 1; n++ }' "$CLOSEDROP_SOURCE_DIR/docs/reverse-proxy.md"
}

start_nginx() { # NUMBER
    type -P nginx >/dev/null || skip "nginx is not installed"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
        -subj /CN=files.example.com 2>/dev/null
    mkdir -p tmp
    {
        echo "daemon off; master_process off; pid nginx.pid; error_log stderr; events {}"
        echo "http { access_log access.log;"
        printf '%s_temp_path tmp;\n' client_body proxy fastcgi uwsgi scgi
        snippet nginx "$1" | sed -E "s,/etc/ssl/.*\.pem,$PWD/tls.pem,; s,/etc/ssl/.*\.key,$PWD/tls.key,
            s,/etc/nginx/,$PWD/,; s,/run/closedrop/,$PWD/,; s,127.0.0.1:8674,${web#http://},
            s,listen 443,listen 127.0.0.1:$proxy_port,"
        echo "}"
    } >nginx.conf
    nginx -p "$PWD" -c nginx.conf >proxy.log 2>&1 3>&- &
    proxy_pid=$!
    address=https://$name
    wait_until "${through[@]}" -o /dev/null "$address/"
}

start_caddy() {
    type -P caddy >/dev/null || skip "caddy is not installed"
    {
        printf '{\n admin off\n auto_https off\n}\n'
        snippet caddy 1 | sed "s,^files.example.com,http://$name,; s,127.0.0.1:8674,${web#http://},"
    } >Caddyfile
    HOME=$PWD XDG_DATA_HOME=$PWD XDG_CONFIG_HOME=$PWD caddy run --config Caddyfile >proxy.log 2>&1 3>&- &
    proxy_pid=$!
    address=http://$name
    wait_until "${through[@]}" -o /dev/null "$address/"
}

gives() { # STATUS PATH OPTION...
    [ "$("${through[@]}" -o answer.txt -w '%{http_code}' "${@:3}" "$address$2")" = "$1" ] || {
        cat answer.txt
        return 1
    }
}

events_have() { # TEXT
    grep -q "$1" events.txt
}

# A browser that loaded the page through the proxy can do everything, a page of another site nothing.
works_through() { # HEADER-WITH-THE-TOKEN
    gives 200 / -H "$1"
    gives 200 /api/status -H "$1"
    gives 200 /api/pause -X POST -H "$1" -H "Origin: $address"
    gives 403 /api/resume -X POST -H "$1" -H 'Origin: https://evil.example'
    "${through[@]}" -N -H "$1" "$address/api/events" >events.txt 3>&- &
    stream=$!
    wait_until events_have '"paused":true'
    closedrop resume >/dev/null
    wait_until events_have '"paused":false'
}

@test "nginx in front of the page" {
    start_agent
    start_nginx 1
    works_through "Authorization: Bearer $token"
    gives 401 /api/status
    never grep -q "$token" access.log
}

@test "Caddy in front of the page" {
    start_agent
    start_caddy
    works_through "Authorization: Bearer $token"
    gives 401 /api/status
}

@test "nginx with passwords in front of a Unix socket" {
    serve_web unix:http.sock
    printf 'ann:%s\n' "$(openssl passwd -apr1 secret)" >closedrop.htpasswd
    start_agent
    start_nginx 2
    local password
    password="Authorization: Basic $(printf ann:secret | base64)"
    works_through "$password"
    gives 401 /
    gives 401 /api/status
}
