# A mail server (mail_server.py) for stories: its mails are in mails.jsonl.
#
#     need_mail_server                in setup: skips where it cannot run
#     start_mail_server OPTION...     keeps its port; $mail_settings are the keys of `alert` for it, and $more the group
#     stop_mail_server
#     mails_are 1 '.subject == "a"'   so many fulfil it
#
# $alert, before: more keys of the group; $scheme: smtps.

mail_pid=''

need_mail_server() {
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip "python3-aiosmtpd is not installed"
}

start_mail_server() { # OPTION...
    rm -f smtp.port
    "$CLOSEDROP_SOURCE_DIR/tests/support/mail_server.py" --port "${smtp_port:-0}" "$@" mails.jsonl smtp.port 3>&- \
        2>>smtp.log &
    mail_pid=$!
    wait_until test -s smtp.port
    smtp_port=$(cat smtp.port)
    mail_settings="mail = [ \"office@example.com\", \"boss@example.com\" ]; from = \"closedrop@example.com\";
        smtp = \"${scheme:-smtp}://127.0.0.1:$smtp_port\"; $alert"
    # shellcheck disable=SC2034 # for write_config
    more="alert = { $mail_settings };"
}

stop_mail_server() {
    [ -n "$mail_pid" ] || return 0
    kill "$mail_pid" 2>/dev/null
    wait "$mail_pid" 2>/dev/null || true
    mail_pid=''
}

mails() { # JQ-CONDITION: how many mails fulfil it
    cat mails.jsonl 2>/dev/null | jq -s "[.[] | select($1)] | length"
}

mails_are() { # NUMBER JQ-CONDITION
    [ "$(mails "$2")" = "$1" ]
}
