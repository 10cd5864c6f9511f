# shellcheck shell=bash
# The only list of the Debian packages that are needed to build, demonstrate and test closedrop. To be sourced.
# CONTRIBUTING.md says why each is needed.
#
#   install_packages PACKAGE...   installs the missing ones; if there are none, does not call apt.
#                                 If that is not possible, says what is missing, and fails.

# shellcheck disable=SC2034 # used by scripts that source this

build_packages=(
    build-essential cmake pkg-config
    libcurl4-openssl-dev libcjson-dev libinotifytools0-dev libconfig-dev libsqlite3-dev libmagic-dev
    libmicrohttpd-dev libsystemd-dev nettle-dev libpcre2-dev libcsv-dev
    libunistring-dev
)

# To create documents, to drop them, and to inspect what arrived.
demo_packages=(ghostscript libtiff-tools zip openssl python3 rsync curl jq)

# Required by every test.
test_packages=(libcmocka-dev bats procps mount sqlite3 e2fsprogs libfaketime libssl-dev)

lint_packages=(clang-format clang-tidy cppcheck shellcheck man-db groff-base mandoc apparmor)

# A clean Debian with a running systemd, for tests/run.sh --all.
machine_packages=(debootstrap systemd-container)

# packaging/build-deb.sh builds and judges packages with these.
deb_packages=(debhelper dpkg-dev git lintian)

# tests/fuzz/run.sh uses libFuzzer, which gcc does not have, and which is packaged separately from clang.
fuzz_packages=(clang libclang-rt-14-dev)

# tests/coverage.sh sums up the counts of gcov.
coverage_packages=(gcovr)

# The servers that some tests talk to. A test whose server is missing is skipped.
server_packages=(samba smbclient vsftpd bindfs sshfs openssh-sftp-server libfuse3-dev radosgw ceph-mon ceph-osd
    ceph-common nginx-light caddy prometheus python3-prometheus-client python3-aiosmtpd hylafax-server)

# The shells, apart from bash, that complete commands. A test whose shell is missing is skipped.
shell_packages=(zsh fish)

# A browser, for the stories of the page.
browser_packages=(chromium chromium-driver python3-selenium)

# Programs that create documents, each ending in its own way. Documents of missing programs are left out.
maker_packages=(qpdf poppler-utils img2pdf imagemagick libjpeg-turbo-progs optipng pngcrush p7zip-full)

# What the benchmark compares closedrop with. What is missing is left out.
bench_packages=(inotify-tools python3-watchdog python3-requests)

# missing_packages PACKAGE...: prints those that are not installed, one per line.
missing_packages() {
    local package
    for package; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            printf '%s\n' "$package"
    done
}

# as_root COMMAND...: uses sudo if we are not root; sudo may ask for a password only on a terminal.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# quiet COMMAND...: shows the output of the command only if it fails.
quiet() {
    local output
    output=$("$@" 2>&1) || {
        local code=$?
        printf '%s\n' "$output" >&2
        return "$code"
    }
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "Installing ${missing[*]}"
    if ! type -P apt-get >/dev/null; then
        echo "apt-get is missing. This requires Debian 12; on other systems, install the packages above by hand." >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! type -P sudo >/dev/null; then
        echo "Installing packages needs root. Run this once as root, or run: apt-get install ${missing[*]}" >&2
        return 1
    fi
    # the lists may be missing (a fresh container) or old; if updating fails, the old ones may be enough
    quiet as_root apt-get update -q || true
    quiet as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}"
}
