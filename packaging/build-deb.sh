#!/bin/bash
# Builds the Debian packages, closedrop and closedrop-sandbox, from a copy of this tree, and puts them into build/deb, with the
# source package.
# Usage: packaging/build-deb.sh [--twice] [--check]
#
#   --twice   builds them again, in another directory and at another time, and fails if a byte differs
#   --check   lets lintian judge them, and fails if it has anything to say
#
# Requires Debian 12. Missing packages are installed with apt, which needs root or sudo. Exit status 0: they are built;
# 1: they are not, or a check failed; 2: wrong usage.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
# shellcheck source=packages.sh
. "$top/packaging/packages.sh"

results=$top/build/deb
work=''

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

die() {
    printf 'build-deb.sh: %s\n' "$*" >&2
    exit 1
}

# What git knows, as it is on the disk now, with the packaging where Debian expects it.
copy_tree() { # DIR
    mkdir -p -- "$1"
    (cd -- "$top" && git ls-files -z | tar -c --null -T - | tar -x -C "$1")
    cp -R -- "$1/packaging/deb" "$1/debian"
}

build_in() { # DIR: the packages are next to the copy of the tree in it
    copy_tree "$1/closedrop"
    (cd -- "$1/closedrop" && quiet dpkg-buildpackage -us -uc) || die "the build failed"
}

same_in() { # DIR DIR
    local package
    for package in "$1"/*.deb "$1"/*.dsc "$1"/*.tar.*; do
        cmp -- "$package" "$2/${package##*/}" || die "built twice, they differ"
    done
    echo "Built twice, they are the same."
}

main() {
    local twice=false check=false option
    for option; do
        case $option in
        --twice) twice=true ;;
        --check) check=true ;;
        --help | -h)
            usage
            return 0
            ;;
        *)
            usage >&2
            return 2
            ;;
        esac
    done
    install_packages "${build_packages[@]}" "${deb_packages[@]}" || die "cannot continue without these packages"
    work=$(mktemp -d)
    trap 'rm -rf -- "$work"' EXIT
    build_in "$work/one"
    if $twice; then
        build_in "$work/somewhere/else"
        same_in "$work/one" "$work/somewhere/else"
    fi
    rm -rf -- "$results"
    mkdir -p -- "$results"
    cp -- "$work/one"/closedrop*.* "$results"
    if $check; then
        lintian --pedantic --fail-on error,warning,info,pedantic "$results"/*.changes
    fi
    printf '%s\n' "$results"/*.deb
}

main "$@"
