# What `closedrop status`, `list` and `show` say about jobs and folders, as questions for wait_until.

count_jobs() { # STATE
    local status
    status=$(closedrop status --json) && json_value "$1" "${status#*'"jobs":'}"
}

jobs_are() { # STATE NUMBER
    [ "$(count_jobs "$1" 2>/dev/null)" = "$2" ]
}

job_is() { # ID STATE
    [ "$(closedrop show "$1" --json | jq -r .state)" = "$2" ]
}

history_says() { # ID TEXT
    closedrop show "$1" --json | jq -r '.history[] | "\(.state): \(.why)"' | grep -qF -- "$2"
}

not_put_away_are() { # NUMBER
    [ "$(closedrop status --json | jq .not_put_away)" = "$1" ]
}

folder_counts() { # KEY NUMBER: what status says of the folder
    [ "$(closedrop status --json | jq ".folders[0].$1")" = "$2" ]
}

folder_says() { # JQ-CONDITION on the (first) folder in status
    closedrop status --json | jq -en "input | .folders[0] | $1" >/dev/null
}
