# What is in a folder, as questions for wait_until.

find_gives() { # NUMBER ARGUMENT...: so many files does find find
    [ "$(find "${@:2}" | wc -l)" = "$1" ]
}

nothing_is_staged() { # the agent's own directory holds nobody's file
    [ -z "$(ls -A -I owner in/.closedrop)" ]
}
