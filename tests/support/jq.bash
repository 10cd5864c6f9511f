# Conditions on JSON, and single values of it.
#
#     COMMAND | jq -e CONDITION     fails where the command printed nothing: jq 1.6 takes that for success
#     json_value KEY TEXT           the first number, or plain text, of that name; for what is asked at every turn, because jq
#                                   takes longer to start than closedrop
#
# With -s nothing is an empty list, of which anything is true: ask for its length as well.

jq() {
    local output code=0
    if [[ " $* " != *' -e'* ]]; then
        command jq "$@"
        return
    fi
    output=$(command jq "$@") || code=$?
    [ -n "$output" ] || [ "$code" != 0 ] || code=4 # as later versions say it
    [ -z "$output" ] || printf '%s\n' "$output"
    return "$code"
}

json_value() { # KEY TEXT
    [[ $2 =~ \"$1\":\"?([^][\",{}]+) ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}
