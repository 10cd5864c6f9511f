# A machine as the recipes describe it: it has users, groups, passwords and a /srv of its own, in a mount namespace, so that no other
# process sees them. Needs root.
#
#     make_office                     in the current directory, below office/: its /etc and its /srv
#     in_office COMMAND...            runs it there, as root
#     as USER COMMAND...              the same, as that user, with the user's groups
#     agent_in_office                 from here on, closedrop runs there as the user closedrop

# shellcheck disable=SC2016 # the inner shell's
office_script='mount --bind "$1/etc" /etc && mount --bind "$1/srv" /srv && shift && exec "$@"'

make_office() {
    [ "$(id -u)" = 0 ] || skip "needs root"
    office=$PWD/office
    mkdir -p office/srv
    cp -a /etc office/etc
    chmod 755 office office/srv
    in_office true 2>namespace.txt || skip "no mount namespace here: $(cat namespace.txt)"
    in_office useradd --system --user-group --shell /usr/sbin/nologin closedrop
}

in_office() { # COMMAND...
    unshare --mount sh -c "$office_script" sh "$office" "$@" 3>&-
}

as() { # USER COMMAND...
    in_office setpriv --reuid="$1" --regid="$1" --init-groups "${@:2}"
}

agent_in_office() {
    let_others_in
    mkdir bin
    cp "$CLOSEDROP_BIN_DIR/closedrop" bin/real
    cat >bin/closedrop <<SH
#!/bin/sh
exec unshare --mount sh -c '$office_script' sh "$office" setpriv --reuid=closedrop --regid=closedrop --init-groups \\
    "$PWD/bin/real" "\$@"
SH
    chmod 755 bin bin/*
    in_office chown closedrop:closedrop "$PWD" "$PWD/key"
    CLOSEDROP_BIN_DIR=$PWD/bin
}
