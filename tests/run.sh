#!/bin/bash
# Builds closedrop and tests all of it: formatting, linters, manual pages, unit tests, stories with real servers.
# Usage: tests/run.sh [OPTION]...
#   --quick    only the build and the tests: no formatting, linters and manual pages
#   --tsan     only the tests with threads (the stories, mailbox and watch), built with ThreadSanitizer
#   --help     this text
#
# Installs what is missing with apt (packaging/packages.sh has the list), which needs root or sudo; with nothing
# missing, apt is not called. Runs unattended. What could not run is listed, with the reason, before the last lines, which
# are the summary of ctest. Exit status 0: everything that ran passed; 1: something failed; 2: wrong usage.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
# shellcheck source=../packaging/packages.sh
. "$top/packaging/packages.sh"

jobs=$(nproc)
bad=()     # checks that found something
not_run=() # what could not run, and why
around=()  # what ctest is run by

usage() {
    sed -n '/^# Usage/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}

say() {
    printf '== %s\n' "$*"
}

# ---- packages ----

# install_or_note WHAT PACKAGE...: without these packages, WHAT does not run.
install_or_note() {
    local what=$1 missing
    shift
    install_packages "$@" || true
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] || not_run+=("$what: not installed: $missing")
}

install_all() {
    local needed=("${build_packages[@]}" "${demo_packages[@]}" "${test_packages[@]}")
    local wanted=("${needed[@]}" "${server_packages[@]}" "${maker_packages[@]}" "${shell_packages[@]}")
    $quick || wanted+=("${lint_packages[@]}")
    # all in one go; only when that fails, group by group, to see what can be had
    install_packages "${wanted[@]}" && return
    install_packages "${needed[@]}" || die "nothing can be built or tested without these packages"
    $quick || install_or_note "some linters" "${lint_packages[@]}"
    install_or_note "tests with real servers" "${server_packages[@]}"
    install_or_note "completion in other shells" "${shell_packages[@]}"
    install_or_note "documents of some makers" "${maker_packages[@]}"
}

# ---- linters ----

# lint NAME PROGRAM COMMAND...: runs a check, and remembers when it found something.
lint() {
    local name=$1 program=$2 output=$logs/$1.log
    shift 2
    if ! type -P "$program" >/dev/null; then
        not_run+=("$name: $program is not installed")
        return 0
    fi
    if "$@" >"$output" 2>&1; then
        say "$name: good"
        return 0
    fi
    head -n 200 -- "$output"
    say "$name: NOT GOOD (all of it is in ${output#"$top"/})"
    bad+=("$name")
}

c_files() { # NUL after each
    find include src tests -name '*.[ch]' -print0 | LC_ALL=C sort -z
}

shell_files() {
    {
        find packaging tests .ci -type f -name '*.sh' -print0
        find .ci -type f -name run -print0
    } | LC_ALL=C sort -z
}

check_format() {
    c_files | xargs -0 clang-format --dry-run -Werror
}

check_scripts() {
    shell_files | xargs -0 shellcheck -x -P SCRIPTDIR
}

# Only what is part of the build, and of that our own sources.
check_tidy() {
    local list=build/dev/compile_commands.json
    jq -r '.[].file' "$list" | grep "^$top/src/" | LC_ALL=C sort -u |
        xargs -d '\n' -P "$jobs" -n 4 clang-tidy -p build/dev --quiet 2>/dev/null
}

# Its search for leaks does not follow what is put into a struct; LeakSanitizer does, in every test. It takes the word
# template for C++, and a pointer to one for a number.
check_cppcheck() {
    cppcheck --project=build/dev/compile_commands.json --quiet -j "$jobs" --inline-suppr \
        --enable=warning,performance,portability --suppress=missingIncludeSystem --suppress=memleak \
        --suppress=CastIntegerToAddressAtReturn --error-exitcode=1
}

# A page is good when man, groff and mandoc have nothing to say about it.
check_man() {
    local page said good=0
    for page in packaging/man/*.[1-8]; do
        said=$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null || echo failed)
        said+=$(groff -ww -t -man -Tutf8 -k -z "$page" 2>&1 || echo failed)
        said+=$(mandoc -Tlint -W warning "$page" 2>&1 || echo failed)
        [ -z "$said" ] || { printf '%s: %s\n' "$page" "$said"; good=1; }
    done
    return "$good"
}

check_unit_file() {
    # it names a program that is not installed here, and a man page likewise: no fault of the file
    local said
    said=$(systemd-analyze verify --man=no packaging/systemd/closedrop.service 2>&1 |
        grep -F closedrop.service | grep -vF 'is not executable' || true)
    printf '%s' "$said"
    [ -z "$said" ]
}

lint_all() {
    lint clang-format clang-format check_format
    lint shellcheck shellcheck check_scripts
    lint clang-tidy clang-tidy check_tidy
    lint cppcheck cppcheck check_cppcheck
    lint man-pages mandoc check_man
    lint systemd-unit systemd-analyze check_unit_file
}

# ---- tests ----

build() { # PRESET
    say "building ($1)"
    quiet cmake --preset "$1" || die "the build could not be prepared"
    quiet cmake --build --preset "$1" -j "$jobs" || die "the build failed"
}

# What bats skipped says why: ctest counts it as passed.
tell_not_run() {
    local skipped reason
    skipped=$(grep -hoE '^ok [0-9]+ .* # skip.*' "$build_dir/Testing/Temporary/LastTest.log" 2>/dev/null |
        sed -E 's/^ok [0-9]+ //' | LC_ALL=C sort -u || true)
    if [ -n "$skipped" ]; then
        while IFS= read -r reason; do
            not_run+=("test: $reason")
        done <<<"$skipped"
    fi
    [ "${#not_run[@]}" = 0 ] || {
        say "could not run:"
        printf '   %s\n' "${not_run[@]}"
    }
    [ "${#bad[@]}" = 0 ] || say "not good: ${bad[*]}"
}

# The tests; what ctest says in the end is held back, so that it comes last.
run_tests() { # PRESET CTEST-OPTION...
    local preset=$1 output=$logs/ctest.log code=0
    shift
    say "testing ($preset)"
    "${around[@]}" tests/leftovers.py "$logs/left" ctest --preset "$preset" -j "$jobs" "$@" 2>&1 | tee "$output" | sed -u '/^[0-9]*% tests passed/,$d' ||
        code=$?
    if [ "$preset" = tsan ]; then
        tell_races || code=1
    fi
    tell_left
    tell_not_run
    sed -n '/^[0-9]*% tests passed/,$p' "$output"
    grep -q '^[0-9]*% tests passed' "$output" || tail -n 3 "$output"
    return "$code"
}

# A process, mount or file that a test has left behind: the test must be fixed.
tell_left() {
    [ -s "$logs/left" ] || return 0
    say "tests have left behind:"
    sed 's/^/   /' "$logs/left"
}

# ThreadSanitizer writes into files, so that no test can hide what it says.
tell_races() {
    local report found=0
    for report in "$logs"/race.*; do
        [ -e "$report" ] || continue
        found=1
        printf '%s:\n' "${report#"$top"/}"
        head -n 60 -- "$report"
    done
    return "$found"
}

test_threads() {
    rm -f -- "$logs"/race.*
    # it cannot start where the kernel scatters memory more widely than it expects
    if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)" -gt 28 ]; then
        around=(setarch "$(uname -m)" -R)
    fi
    export WAIT_TIMES=4 # it is slower by far
    export TSAN_OPTIONS="log_path=$logs/race exitcode=66 suppressions=$top/tests/tsan.supp ${TSAN_OPTIONS:-}"
    run_tests tsan -R '^story/|mailbox|watch' || return 1
}

main() {
    local preset=dev
    quick=false
    for option; do
        case $option in
        --quick) quick=true ;;
        --tsan) preset=tsan quick=true ;;
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
    cd -- "$top"
    export LC_ALL=C.UTF-8
    build_dir=$top/build/$preset
    logs=$build_dir/checks
    mkdir -p -- "$logs"
    install_all
    build "$preset"
    if [ "$preset" = tsan ]; then
        test_threads
        return
    fi
    $quick || lint_all
    local code=0
    run_tests dev || code=1
    [ "${#bad[@]}" = 0 ] || code=1
    return "$code"
}

main "$@"
