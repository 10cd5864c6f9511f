# shellcheck shell=bash
# The Debian packages that building, showing and testing closedrop take: the one list of them.
# To be sourced. CONTRIBUTING.md says why each is here.
#
#   install_packages PACKAGE...   installs those that are missing; with none missing, apt is not called.
#                                 Fails, and says what is missing, where that cannot be.

# shellcheck disable=SC2034 # used by who sources this

build_packages=(
    build-essential cmake pkg-config
    libcurl4-openssl-dev libcjson-dev libinotifytools0-dev libconfig-dev libsqlite3-dev libmagic-dev
    libmicrohttpd-dev libsystemd-dev nettle-dev libpcre2-dev libcsv-dev
    libunistring-dev
)

# To make documents, to drop them, to look at what arrived.
demo_packages=(ghostscript libtiff-tools zip openssl python3 rsync curl jq)

# Without these there is no test at all.
test_packages=(libcmocka-dev bats procps mount sqlite3 e2fsprogs libfaketime)

lint_packages=(clang-format clang-tidy cppcheck shellcheck man-db groff-base mandoc)

# tests/fuzz/run.sh looks for inputs by libFuzzer, which gcc does not have; it comes apart from clang.
fuzz_packages=(clang libclang-rt-14-dev)

# tests/coverage.sh adds up what gcov has counted.
coverage_packages=(gcovr)

# The servers some tests talk to; such a test is skipped where its server is missing.
server_packages=(samba smbclient vsftpd bindfs sshfs openssh-sftp-server radosgw ceph-mon ceph-osd ceph-common)

# Makers of documents, each with an end of its own kind; a document is left out where its maker is missing.
maker_packages=(qpdf poppler-utils img2pdf imagemagick libjpeg-turbo-progs optipng pngcrush p7zip-full)

# missing_packages PACKAGE...: prints those that are not installed, one a line.
missing_packages() {
    local package
    for package; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            printf '%s\n' "$package"
    done
}

# as_root COMMAND...: with sudo where we are not root; sudo may ask for a password at a terminal only.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# quiet COMMAND...: shows what the command printed only when it fails.
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
        echo "There is no apt-get here: this wants Debian 12 (or install the packages above by hand)." >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! type -P sudo >/dev/null; then
        echo "Installing needs root: run this once as root, or: apt-get install ${missing[*]}" >&2
        return 1
    fi
    # the lists may be missing (a fresh container) or old; where that fails, the old ones may do
    quiet as_root apt-get update -q || true
    quiet as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}"
}
