#!/usr/bin/env bats
# The packages on a clean Debian with a running systemd: installed, configured, run, upgraded while files arrive, removed,
# purged. The tests share one machine, and continue where the one before has ended.

CLOSEDROP_SOURCE_DIR=${CLOSEDROP_SOURCE_DIR:-$(realpath -- "$BATS_TEST_DIRNAME/../..")}
. "$CLOSEDROP_SOURCE_DIR/tests/support/wait.bash"
. "$CLOSEDROP_SOURCE_DIR/tests/support/jq.bash"
. "$CLOSEDROP_SOURCE_DIR/tests/machine/machine.bash"

setup_file() {
    export CLOSEDROP_SOURCE_DIR machine=$BATS_FILE_TMPDIR
    make_machine "$machine" || true
}

teardown_file() {
    stop_machine
}

setup() {
    [ -s "$machine/leader" ] || skip "no machine: $(cat "$machine/why")"
    cd "$BATS_TEST_TMPDIR" || return
    root=$machine/root
    etc=$root/etc/closedrop
}

# ---- what they ask ----

service_is() { # STATE
    [ "$(inside systemctl is-active "${2:-closedrop}")" = "$1" ]
}

property() { # NAME
    inside systemctl show -P "$1" closedrop
}

restarted() { # more often than NUMBER
    [ "$(property NRestarts)" -gt "$1" ] && service_is active
}

status() {
    inside closedrop status --json
}

done_are() { # NUMBER
    local json
    json=$(status) && [ "$(json_value 'done' "${json#*'"jobs":'}")" = "$1" ]
}

drop_in() { # LINE...: for the service, in place of the one before
    mkdir -p "$root/etc/systemd/system/closedrop.service.d"
    printf '%s\n' '[Service]' "$@" >"$root/etc/systemd/system/closedrop.service.d/test.conf"
    inside systemctl daemon-reload
}

configure() { # FOLDER: only to upload what is in it
    cat >"$etc/closedrop.conf" <<CONF
close = {
  api_url      = "http://127.0.0.1:8700/api/v1/";
  upload_hosts = [ "127.0.0.1" ];
  $key_line
};
folders = ( { path = "$1"; settle = "200ms"; } );
CONF
}

key_line='api_key_file = "/etc/closedrop/api-key";'

give_key() { # KEY
    install -m 600 -o "$(inside id -u closedrop)" -g "$(inside id -g closedrop)" /dev/null "$etc/api-key"
    echo "$1" >"$etc/api-key"
}

as_anna() {
    inside runuser -u anna -- "$@"
}

drop() { # PATH TEXT: as somebody in the office does
    as_anna sh -c 'umask 007 && printf "%s" "$2" >"$1"' _ "$1" "$2"
}

snippet() { # PAGE HEADING LANGUAGE: the examples of that section
    awk -v heading="$2" -v language="$3" '
        /^## / { here = $0 == "## " heading }
        $0 == "```" { inside = 0 }
        here && inside { print }
        $0 == "```" language { inside = 1 }' "$CLOSEDROP_SOURCE_DIR/$1"
}

# What a page tells to type, by root, who needs no sudo; an editor is given what COMMAND-FOR-EDITOR says.
type_in() { # PAGE HEADING COMMAND-FOR-EDITOR [AS-WHOM...]
    { echo 'set -ex' && snippet "$1" "$2" sh | sed -E "s/sudo //g; s/SOMEBODY/somebody/; s/^nano .*/$3/"; } >"$root/packages/typed.sh"
    "${@:4}" sh /packages/typed.sh
}

for_the_sandbox() { # CONFIGURATION: which is for Close
    sed 's|^close = {|& api_url = "http://127.0.0.1:8700/api/v1/"; upload_hosts = [ "127.0.0.1" ];|'
}

log_says() { # TEXT
    inside journalctl -u closedrop -o cat | grep -qF -- "$1"
}

# ---- installed ----

@test "installed: a user, its directory, the configuration; nothing runs, and nothing is enabled" {
    [ "$(inside id -un closedrop)" = closedrop ]
    [ "$(inside stat -c '%U:%G %a' /var/lib/closedrop)" = "closedrop:closedrop 700" ]
    inside test -e /etc/closedrop/closedrop.conf
    service_is inactive
    [ "$(inside systemctl is-enabled closedrop)" = disabled ]
    [ "$(inside systemctl --global is-enabled closedrop)" = disabled ]
    [ "$(inside cat /proc/sys/fs/inotify/max_user_instances)" -ge 128 ]
    inside useradd -m -G closedrop anna
    inside install -d -o closedrop -g closedrop -m 2770 /srv/scans
    inside systemd-run -q --unit=sandbox closedrop-sandbox --api-port 8700 --s3-port 8701
}

@test "README alone: five minutes, from the package to the first document on a lead" {
    inside useradd -m somebody
    nsenter --net --target "$(cat "$machine/leader")" curl -sf --retry 9 --retry-connrefused \
        -d '{"leads":[{"id":"lead_4tX9Zk","name":"Bluth"}]}' http://127.0.0.1:8700/admin/seed
    snippet README.md "Set it up in five minutes" libconfig | for_the_sandbox >"$etc/closedrop.conf"
    type_in README.md "Set it up in five minutes" 'echo api_sandbox.secret >\/etc\/closedrop\/api-key' inside
    wait_until done_are 1
    inside closedrop explain "/srv/scans/hello lead_4tX9Zk.txt" | grep -F 'as an email on Bluth (lead_4tX9Zk)'
    inside find /srv/scans/Uploaded -name 'hello lead_4tX9Zk.txt' | grep -q .
    [[ $(inside id -Gn somebody) == *closedrop* ]]
    inside systemctl disable --now closedrop
    inside sh -c 'rm -rf /var/lib/closedrop/* /srv/scans/*'
}

@test "a configuration with an error: the service fails with 78, and is not restarted" {
    echo 'folders = ( { path = "/srv/scans"; setle = "1s"; } );' >"$etc/closedrop.conf"
    run inside systemctl start closedrop
    [ "$status" != 0 ]
    service_is failed
    [ "$(property ExecMainStatus)" = 78 ]
    [ "$(property NRestarts)" = 0 ]
    log_says 'setle: unknown key'
}

@test "a key that Close refuses ends run --once with 77, which is not restarted" {
    configure /srv/scans
    give_key api_wrong.secret
    drop_in 'ExecStart=' 'ExecStart=/usr/bin/closedrop run -c /etc/closedrop/closedrop.conf --once'
    drop /srv/scans/early.txt early
    inside systemctl reset-failed closedrop
    inside systemctl start closedrop || true
    wait_until service_is failed
    [ "$(property ExecMainStatus)" = 77 ]
    [ "$(property NRestarts)" = 0 ]
}

@test "systemctl start returns when it is ready, and a file that was dropped is delivered" {
    give_key api_sandbox.secret
    drop_in 'WatchdogSec=3s'
    inside systemctl reset-failed closedrop
    inside systemctl enable --now closedrop
    [ "$(status | jq -r '.folders[0].healthy')" = true ]
    wait_until done_are 1
    drop /srv/scans/letter.txt hello
    wait_until done_are 2
    [ "$(inside stat -c '%U:%G %a' /srv/scans/Uploaded)" = "closedrop:closedrop 2770" ]
    as_anna find /srv/scans/Uploaded -name letter.txt | grep -q .
}

@test "the journal has a line for each state of a file, with its fields" {
    inside journalctl -u closedrop FILE=letter.txt -o json >lines.json
    jq -se 'map(.STATE) == ["queued", "uploaded", "done"]' lines.json
    jq -se 'all(.FOLDER == "scans" and .JOB != null and .SYSLOG_IDENTIFIER == "closedrop"
        and ._SYSTEMD_UNIT == "closedrop.service" and (.MESSAGE_ID | length) == 32)' lines.json
}

@test "no process of it may do more than its unit says" {
    local pid
    pid=$(property MainPID)
    inside cat "/proc/$pid/status" >process.txt
    grep -qx $'CapEff:\t0000000010000000' process.txt # CAP_LEASE
    grep -qx $'NoNewPrivs:\t1' process.txt
    grep -qx $'Seccomp:\t2' process.txt
    grep -qx "Uid:.$(inside id -u closedrop).*" process.txt
}

@test "a reload takes a good configuration, and keeps the old one where the new one has an error" {
    inside install -d -o closedrop -g closedrop -m 2770 /srv/fax
    sed -i 's|^folders.*|folders = ( { path = "/srv/scans"; settle = "200ms"; }, { path = "/srv/fax"; } );|' "$etc/closedrop.conf"
    inside systemctl reload closedrop
    wait_until eval '[ "$(status | jq ".folders | length")" = 2 ]'
    echo 'folders = 1;' >>"$etc/closedrop.conf"
    inside systemctl reload closedrop
    wait_until log_says 'keeping the old'
    [ "$(status | jq '.folders | length')" = 2 ]
    service_is active
    sed -i '$d' "$etc/closedrop.conf"
}

@test "the watchdog restarts it when it hangs, and it continues" {
    local before
    before=$(property NRestarts)
    inside kill -STOP "$(property MainPID)"
    drop /srv/scans/after.txt after
    wait_until restarted "$before"
    wait_until done_are 3
}

@test "a folder outside /srv needs a line for the service" {
    inside install -d -o closedrop -g closedrop -m 2770 /data/scans
    configure /data/scans
    inside systemctl reload closedrop
    drop /data/scans/near.txt near
    wait_until eval 'inside closedrop status | grep -q "near.txt: .*a folder outside /srv needs ReadWritePaths"'
    drop_in 'ReadWritePaths=/data/scans'
    inside systemctl restart closedrop
    drop /data/scans/far.txt far
    wait_until done_are 5
    wait_until eval 'as_anna find /data/scans/Uploaded -name far.txt | grep -q .'
}

@test "a key that only systemd can read" {
    key_line=''
    configure /srv/scans
    chown 0:0 "$etc/api-key"
    chmod 600 "$etc/api-key"
    drop_in 'LoadCredential=close-api-key:/etc/closedrop/api-key'
    inside systemctl restart closedrop
    drop /srv/scans/credential.txt credential
    wait_until done_are 6
}

@test "a key that is encrypted, as docs/install.md says" {
    echo api_sandbox.secret >"$root/packages/api-key"
    rm -f "$etc/api-key"
    inside sh -c "cd /packages && $(snippet docs/install.md "A key that the service user cannot read from the disk" sh | sed 's/sudo //')"
    inside test ! -e /packages/api-key
    never grep -q api_sandbox "$etc/api-key.cred"
    mapfile -t lines < <(snippet docs/install.md "A key that the service user cannot read from the disk" ini | grep -v '^\[')
    drop_in "${lines[@]}"
    inside systemctl restart closedrop
    drop /srv/scans/encrypted.txt encrypted
    wait_until done_are 7
    [ "$(property NRestarts)" = 0 ]
}

as_anna_at_home() {
    as_anna env HOME=/home/anna "XDG_RUNTIME_DIR=/run/user/$(inside id -u anna)" "$@"
}

own_file_is_done() {
    as_anna_at_home closedrop list | grep -q 'done .*own lead_4tX9Zk.txt'
}

@test "one person's own folder, without root, as docs/install.md says" {
    inside loginctl enable-linger anna
    wait_until service_is active "user@$(inside id -u anna)"
    snippet README.md "Set it up in five minutes" libconfig | for_the_sandbox |
        sed 's|/etc/closedrop/api-key|api-key|; s|/srv/scans|/home/anna/Scans|' >"$root/packages/own.conf"
    type_in docs/install.md "For one person, without root" \
        'echo api_sandbox.secret >~\/.config\/closedrop\/api-key; cp \/packages\/own.conf ~\/.config\/closedrop\/closedrop.conf' as_anna_at_home
    as_anna_at_home sh -c 'echo own >"$HOME/Scans/own lead_4tX9Zk.txt"'
    wait_until own_file_is_done
    [ "$(inside stat -c %U /home/anna/.local/state/closedrop)" = anna ]
    as_anna_at_home systemctl --user is-active closedrop
}

@test "a second service, for a configuration of its own" {
    inside install -d -o closedrop -g closedrop -m 2770 /srv/office
    give_key api_sandbox.secret
    configure /srv/office
    sed -i '1i state_dir = "/var/lib/closedrop-office";\ncontrol_socket = "/run/closedrop-office/control.sock";' "$etc/closedrop.conf"
    mv "$etc/closedrop.conf" "$etc/office.conf"
    configure /srv/scans
    inside systemctl start closedrop@office
    drop /srv/office/memo.txt memo
    wait_until eval '[[ $(inside closedrop list -c /etc/closedrop/office.conf --state done) == *memo.txt* ]]'
    service_is active
}

# ---- upgraded, removed, purged ----

# The same, as a later version.
later_version() {
    rm -rf later
    dpkg-deb -R "$root"/packages/closedrop_*.deb later
    sed -i 's/^Version:.*/Version: 0.1.0+later/' later/DEBIAN/control
    dpkg-deb -b later "$root/packages/later.deb"
}

@test "an upgrade while files arrive loses none and sends none twice, and keeps the configuration" {
    local pid i
    drop_in
    inside systemctl restart closedrop
    pid=$(property MainPID)
    later_version
    as_anna sh -c 'umask 007; i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo "file $i" >/srv/scans/$i.txt; done'
    inside dpkg -i /packages/later.deb
    [ "$(property MainPID)" != "$pid" ]
    service_is active
    service_is active closedrop@office
    grep -q 127.0.0.1:8700 "$etc/closedrop.conf"
    wait_until done_are 307
    nsenter --net --target "$(cat "$machine/leader")" curl -s http://127.0.0.1:8700/admin/ledger.tsv |
        cut -f1 | sort | uniq -c | awk '$1 != 1' >twice.txt
    diff /dev/null twice.txt
}

@test "it stops within its time while a transfer hangs" {
    nsenter --net --target "$(cat "$machine/leader")" \
        curl -sf -X POST -d '[{"on":"s3","do":{"delay":"10m"}}]' http://127.0.0.1:8700/admin/faults >/dev/null
    drop /srv/scans/slow.txt slow
    wait_until eval '[ "$(status | jq ".transfers | length")" = 1 ]'
    local start=$SECONDS
    inside systemctl stop closedrop
    [ $((SECONDS - start)) -le 40 ]
    [ "$(property Result)" = success ]
}

@test "removed: the programs and the service go; queue, key, configuration and files stay" {
    inside systemctl start closedrop
    as_anna_at_home systemctl --user disable --now closedrop
    inside apt-get remove -y -q closedrop
    [ -z "$(inside pgrep -x closedrop || true)" ]
    never inside test -e /usr/bin/closedrop
    inside test -e /var/lib/closedrop/queue.db
    inside test -e /etc/closedrop/api-key
    inside test -e /etc/closedrop/closedrop.conf
    inside find /srv/scans -name slow.txt | grep -q .
}

@test "purged: the configuration goes; queues, keys and other configurations stay, and each is named" {
    run inside apt-get purge -y -q closedrop
    echo "$output"
    [ "$status" = 0 ]
    local left
    for left in /var/lib/closedrop /var/lib/closedrop-office /etc/closedrop/api-key /etc/closedrop/api-key.cred /etc/closedrop/office.conf; do
        [[ $output == *"$left stays"* ]]
        inside test -e "$left"
    done
    never inside test -e /etc/closedrop/closedrop.conf
    inside test -e /var/lib/closedrop/queue.db
    echo "# left: $(inside find /etc /usr /var /run /lib/systemd -name '*closedrop*' -not -path '/var/cache/*' | paste -sd ' ')" >&3
}
