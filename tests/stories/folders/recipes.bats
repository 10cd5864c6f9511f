#!/usr/bin/env bats
# The recipes of docs/recipes.md, as they are written there: real servers get their lines, closedrop its configuration, in a machine
# that has the users and folders of the recipe.

load ../../support/story
load ../../support/office

page=$CLOSEDROP_SOURCE_DIR/docs/recipes.md

setup_file() {
    "$CLOSEDROP_SOURCE_DIR/tests/support/documents.sh" "$BATS_FILE_TMPDIR/documents"
}

setup() {
    servers=''
    story_setup
    make_office
    folder=office/srv
    documents=$BATS_FILE_TMPDIR/documents
    seed '{"leads":[
        {"id":"lead_One","name":"One","contacts":[{"id":"cont_One","name":"Ann","emails":["ann@one.example"],"phones":["+49891234567"]}]},
        {"id":"lead_Two","name":"Two","contacts":[{"id":"cont_Two","name":"Bob","emails":["bob@two.example"],"phones":[]}]}]}'
}

teardown() {
    local result=0
    if [ -n "$servers" ]; then
        "$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" stop "$servers" || true
        "$CLOSEDROP_SOURCE_DIR/tests/support/ftp.sh" stop "$servers" || true
        rm -rf "$servers"
    fi
    story_teardown || result=$?
    return $result
}

snippet() { # RECIPE LANGUAGE: that example of the recipe, or nothing
    awk -v recipe="## $1" -v language="$2" '
        /^## / { here = $0 == recipe }
        $0 == "```" { inside = 0 }
        here && inside { print }
        $0 == "```" language { inside = 1 }' "$page"
}

# Its commands but for packages, services and those left out, and its configuration, with the stand-in for Close and less patience.
follow() { # RECIPE [LEFT-OUT]
    snippet "$1" sh | grep -vE "apt install|systemctl|smbpasswd${2:+|$2}" |
        sed -E 's/sudo //g; s/^passwd (.*)/echo \1:secret | chpasswd/' >commands.sh
    grep -q 'install -d' commands.sh
    in_office sh -ex "$PWD/commands.sh"
    {
        echo 'state_dir = "state"; control_socket = "control.sock";'
        snippet "$1" libconfig | sed -E "s|^close = .*|close = { api_url = \"$api\"; api_key_file = \"key\"; upload_hosts = [ \"127.0.0.1\" ]; };|
            s/^( +)(path += \"\/srv)/\1settle = \"300ms\"; \2/; s/wait = \"2m\"/wait = \"500ms\"/"
    } >"$config"
    grep -q 'settle = "300ms"' "$config"
    agent_in_office
    start_agent
}

filed_are() { # JQ-FILTER-OF-ACTIVITIES TEXT
    [ "$(activities "$1")" = "$2" ]
}

put_away_in() { # FOLDER NAME: it has been filed
    wait_until test -f "office/srv/$1/Uploaded/$(date +%Y-%m)/$2"
}

# ---- a scanner ----

smb() { # COMMAND
    smbclient --debuglevel=0 --user=scanner%secret --port="$port" //127.0.0.1/scans --command "$1"
}

start_share() {
    type -P smbd >/dev/null || PATH=$PATH:/usr/sbin type -P smbd >/dev/null || skip "smbd is not installed"
    local lines printed
    mapfile -t lines < <(snippet "A scanner on a Samba share" ini)
    [ "${#lines[@]}" -ge 6 ]
    servers=$(mktemp -d "${TMPDIR:-/tmp}/servers.XXXXXX") # the names of Samba's sockets must be short
    printed=$(in_office "$CLOSEDROP_SOURCE_DIR/tests/support/samba.sh" start "$servers" /srv "${lines[@]}" 2>&1) ||
        skip "no samba server: $printed"
    port=${printed#port=}
    printf 'secret\nsecret\n' | in_office smbpasswd -c "$servers/samba/smb.conf" -s -a scanner
}

@test "a scanner saves to the Samba share, and a person renames what it saved" {
    follow "A scanner on a Samba share" 'usermod|passwd|shells' # which are for FTP
    start_share
    smb "put $documents/letter.pdf \"Scan_0001.pdf\""
    smb "put $documents/invoice.pdf \"contract lead_One.pdf\""
    put_away_in scans "contract lead_One.pdf"
    filed_are 'map([.kind, .lead_id, .body.status, .attachments[0].filename])' '[["email","lead_One","draft","contract lead_One.pdf"]]'
    test -f office/srv/scans/Scan_0001.pdf
    smb "rename Scan_0001.pdf \"invoice lead_Two.pdf\""
    put_away_in scans "invoice lead_Two.pdf"
    filed_are 'map(.lead_id)' '["lead_One","lead_Two"]'
    # people see it in the share, and sort into directories of their own
    smb "mkdir Monday; cd Monday; put $documents/scan.pdf \"third lead_One.pdf\""
    put_away_in scans "Monday/third lead_One.pdf"
    smb "cd Uploaded; cd $(date +%Y-%m); ls" | grep -q 'invoice lead_Two.pdf'
}

@test "a scanner saves over FTP" {
    type -P vsftpd >/dev/null || PATH=$PATH:/usr/sbin type -P vsftpd >/dev/null || skip "vsftpd is not installed"
    follow "A scanner on a Samba share"
    start_ftp
    ftp_put $documents/letter.pdf "contract%20lead_One.pdf"
    put_away_in scans "contract lead_One.pdf"
    [ "$(stat -c %a "office/srv/scans/Uploaded/$(date +%Y-%m)/contract lead_One.pdf")" = 660 ]
    ftp_put $documents/invoice.pdf Scan_0001.pdf -Q '-RNFR Scan_0001.pdf' -Q '-RNTO invoice lead_Two.pdf'
    put_away_in scans "invoice lead_Two.pdf"
    filed_are 'map(.lead_id)' '["lead_One","lead_Two"]'
}

start_ftp() { # Debian's configuration, and the lines of the recipe
    local lines printed
    mapfile -t lines < <(grep -vE '^(#|$|listen|rsa_)' /etc/vsftpd.conf
        snippet "A scanner on a Samba share" vsftpd
        echo 'run_as_launching_user=NO')
    servers=$(mktemp -d "${TMPDIR:-/tmp}/servers.XXXXXX")
    printed=$(in_office "$CLOSEDROP_SOURCE_DIR/tests/support/ftp.sh" start "$servers" /srv "${lines[@]}" 2>&1) ||
        skip "no ftp server: $printed"
    port=${printed#port=}
}

ftp_put() { # FILE NAME OPTION...
    curl --silent --show-error --noproxy "*" --user scanner:secret --upload-file "$1" "${@:3}" "ftp://127.0.0.1:$port/$2"
}

# ---- a fax server ----

make_hylafax() { # its spool, with Debian's own scripts
    [ -x /var/spool/hylafax/bin/faxrcvd ] || skip "hylafax-server is not installed"
    mkdir -p fax/recvq fax/tmp fax/etc
    cp -a /var/spool/hylafax/bin fax
    cp -a /etc/hylafax/. fax/etc
    sed -i "s|^SENDMAIL=.*|SENDMAIL=/bin/cat|; s|^SPOOL=.*|SPOOL='$PWD/fax'|" fax/etc/setup.cache
    snippet "A fax server" faxdispatch >fax/etc/FaxDispatch
    [ -s fax/etc/FaxDispatch ]
    cp "$documents"/fax-g3.tif fax/recvq/fax00000001.tif
    chown -R uucp:uucp fax
}

receive() { # COMMID MESSAGE CALLER: as faxgetty does when a fax has arrived
    as uucp env -u TMPDIR sh -c 'cd "$1" && shift && exec bash bin/faxrcvd recvq/fax00000001.tif ttyS0 "$@"' sh "$PWD/fax" "$@" >>faxrcvd.log 2>&1
}

@test "HylaFAX receives faxes: from a caller whom Close knows, from one who withholds the number, and half of one" {
    make_hylafax
    follow "A fax server"
    receive 000000001 "" 0891234567 ANN
    receive 000000002 "" "" ""
    receive 000000003 "Failed to receive all pages" 0891234567 ANN
    wait_until jobs_are failed 1
    wait_until jobs_are 'done' 1
    filed_are 'map([.kind, .lead_id, .body.note, (.attachments[0].filename | test("^0891234567-[-0-9]+-000000001.pdf$"))])' \
        '[["note","lead_One","Fax from 0891234567",true]]'
    ls office/srv/fax/Failed/unknown-*-000000002.pdf
    [ "$(find office/srv/fax -name '*000000003*' | wc -l)" = 0 ]
    pdfinfo office/srv/fax/Failed/unknown-*.pdf | grep -q 'Pages: *[1-9]'
}

# ---- nightly statements ----


@test "a nightly export: one email for each customer, really sent, after the last file is there" {
    in_office useradd --system --user-group accounting
    follow "Nightly statements" # the table is missing yet
    mkdir office/srv/out # for /var/lib/accounting/export, which the office does not have
    snippet "Nightly statements" export | sed 's,/var/lib/accounting/export,/srv/out,' >office/srv/export.sh
    printf 'key,lead_id,contact_id\n10452,lead_One,cont_One\n10453,lead_Two,cont_Two\n' >office/srv/out/customers.csv
    head -n 1 office/srv/out/customers.csv | diff - <(snippet "Nightly statements" csv | head -n 1)
    in_office chown -R accounting: /srv/out
    export_writes
    as accounting sh /srv/export.sh
    wait_until jobs_are 'done' 3
    filed_are 'map([.lead_id, .body.status, .body.to[0], (.attachments | length)]) | sort' \
        '[["lead_One","outbox","ann@one.example",2],["lead_Two","outbox","bob@two.example",1]]'
    wait_until test ! -e office/srv/statements/READY
    [ "$(ls office/srv/out)" = customers.csv ]
}

export_writes() {
    local statement
    for statement in 10452-2026-10:letter 10452-2026-11:invoice 10453-2026-10:scan; do
        in_office install -m 600 -o accounting "$documents/${statement#*:}.pdf" "/srv/out/statement-${statement%:*}.pdf"
    done
}
