# A machine of its own: a clean Debian with systemd as its first process, in which the packages are installed. It has no network
# but its loopback interface.
#
#     make_machine DIR        debootstrap, packages and start; fails where that is not possible, with the reason in DIR/why
#     inside COMMAND...       runs it as root in the machine, without a shell
#     stop_machine            ends it
#
# Needs root, debootstrap, systemd-nspawn, and a mirror of Debian. It is one directory, $machine, which the tests share.

machine_holds=systemd,systemd-sysv,libpam-systemd,dbus,procps

make_machine() { # DIR
    machine=$1
    can_make_machine >"$machine/why" 2>&1 || return
    install_and_boot >"$machine/made.log" 2>&1 || {
        tail -n 20 "$machine/made.log" >"$machine/why"
        return 1
    }
}

can_make_machine() {
    [ "$(id -u)" = 0 ] || { echo "needs root" && return 1; }
    type -P debootstrap systemd-nspawn >/dev/null || { echo "needs debootstrap and systemd-container" && return 1; }
    debootstrap --variant=minbase --include="$machine_holds" bookworm "$machine/root" \
        >"$machine/debootstrap.log" 2>&1 || { echo "debootstrap: $(tail -n 1 "$machine/debootstrap.log")" && return 1; }
}

install_and_boot() {
    "$CLOSEDROP_SOURCE_DIR/packaging/build-deb.sh" || return
    mkdir "$machine/root/packages" || return
    cp "$CLOSEDROP_SOURCE_DIR"/build/deb/closedrop_*.deb "$CLOSEDROP_SOURCE_DIR"/build/deb/closedrop-sandbox_*.deb \
        "$machine/root/packages" || return
    systemd-nspawn -q -D "$machine/root" --register=no --keep-unit --pipe \
        sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends /packages/*.deb' || return
    boot
}

boot() {
    systemd-nspawn -q -D "$machine/root" --register=no --keep-unit --private-network --console=pipe --boot \
        </dev/null >"$machine/console.log" 2>&1 3>&- &
    echo $! >"$machine/nspawn.pid"
    wait_until is_up
}

is_up() {
    pgrep -P "$(cat "$machine/nspawn.pid")" >"$machine/leader" || return
    [[ $(inside systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]
}

inside() {
    nsenter --all --target "$(cat "$machine/leader")" --root env -C / -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        "$@" 3>&-
}

stop_machine() {
    [ -s "$machine/leader" ] || return 0
    kill -s RTMIN+4 "$(cat "$machine/leader")" # poweroff
    wait_until eval '! kill -0 "$(cat "$machine/nspawn.pid")" 2>/dev/null'
}
