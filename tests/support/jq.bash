# Conditions on JSON.
#
#     COMMAND | jq -e CONDITION     fails where the command printed nothing: jq 1.6 takes that for success
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
