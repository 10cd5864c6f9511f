#!/usr/bin/env bats
# Kept files on a disk that returns as another device, as happens at a reboot.

load ../../support/story
setup() {
    story_setup
    loops=()
}
teardown() {
    umount "$PWD/in" 2>/dev/null || true
    for loop in "${loops[@]}"; do losetup -d "$loop" 2>/dev/null || true; done
    story_teardown
}

attach_or_skip() { # IMAGE: a loop device for it, in $loop
    loop=$(losetup --find --show "$1" 2>loop.txt) || skip "no loop device to be had here: $(cat loop.txt)"
    loops+=("$loop")
}

@test "keep: the same disk under another device number: nothing is sent again" {
    truncate -s 16M disk.img other.img
    mkfs.ext4 -q disk.img
    attach_or_skip disk.img
    mount "$loop" "$PWD/in" 2>mount.txt || skip "nothing can be mounted here: $(cat mount.txt)"
    before=$(stat -c %d in)
    write_config 'after_upload = "keep";'
    for i in 1 2 3 4 5; do echo "file $i" >"in/$i.txt"; done
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 5 ]

    umount "$PWD/in"
    losetup -d "$loop"
    attach_or_skip other.img # takes the number that was free
    attach_or_skip disk.img
    mount "$loop" "$PWD/in"
    [ "$(stat -c %d in)" != "$before" ]
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 5 ]
    jobs_are done 5
}

@test "keep: copied with cp -a to another disk: nothing is sent again" {
    write_config 'after_upload = "keep";'
    for i in 1 2 3 4 5; do echo "file $i" >"in/$i.txt"; done
    run_once
    [ "$(uploads)" = 5 ]
    truncate -s 16M disk.img
    mkfs.ext4 -q disk.img
    attach_or_skip disk.img
    mkdir new
    mount "$loop" new 2>mount.txt || skip "nothing can be mounted here: $(cat mount.txt)"
    cp -a in/. new/
    umount new
    rm -r in
    mkdir in
    mount "$loop" in
    run_once
    [ "$agent_code" = 0 ]
    [ "$(uploads)" = 5 ]
}
