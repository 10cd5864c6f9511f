# The HTTP server of the agent, for the stories.
#
#     load ../../support/web         after story
#     serve_web                      before start_agent: listens on $web, with the tokens $token and $read_token
#     ask PATH OPTION...             with curl: the body, and as a last line the status
#     ask_as $token PATH OPTION...   with a token

serve_web() { # [ADDRESS]
    local port
    port=$("$CLOSEDROP_SOURCE_DIR/tests/support/free_port.sh")
    web=http://127.0.0.1:$port
    token=write-0123456789abcdef read_token=read-0123456789abcdef
    (umask 077 && echo $token >token && echo $read_token >read-token)
    set_config http="{ listen = \"${1:-127.0.0.1:$port}\"; token_file = \"token\"; read_token_file = \"read-token\"; }"
}

ask() { # PATH OPTION...
    curl -s --max-time 20 -w '\n%{http_code}\n' "${@:2}" "$web$1"
}

ask_as() { # TOKEN PATH OPTION...
    ask "$2" -H "Authorization: Bearer $1" "${@:3}"
}

status_is() { # STATUS COMMAND...: of an answer
    local answer
    answer=$("${@:2}")
    [ "${answer##*$'\n'}" = "$1" ] || {
        echo "$2 ${*:3}: $answer"
        return 1
    }
}
