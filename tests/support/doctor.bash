# What closedrop doctor says, for its stories.
#
#     doctor OPTION...                its lines are in $output, its exit status in $status;
#                                     each problem has a remedy
#     says RESULT 'CHECK of FOLDER' TEXT [REMEDY]
#                                     there is such a line, followed by one with this remedy

doctor() { # OPTION...
    run closedrop doctor "$@"
    echo "$output"
    [ "$(grep -cE '^(wrong|warning) ' <<<"$output")" = "$(grep -c '^ *To fix it: .' <<<"$output")" ]
}

says() { # RESULT CHECK TEXT [REMEDY]: both on one line, and in the next
    grep -E -A1 "^$1 +$2: " <<<"$output" | grep -F -A1 -- "$3" | grep -qF -- "${4:-$3}"
}

says_nothing_of() { # CHECK
    ! grep -qE "^[a-z]+ +$1: " <<<"$output"
}
