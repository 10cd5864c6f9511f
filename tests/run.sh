#!/bin/bash
# Builds closedrop and tests it: formatting, linters, manual pages, unit tests, stories with real servers.
# Usage: tests/run.sh [OPTION]...
#   --all      also what takes long: every point of the crash and fault tests, long soaks, slow stories
#   --quick    only the build and the tests: no formatting, linters and manual pages
#   --tsan     only the tests with threads (the stories, mailbox and watch), built with ThreadSanitizer
#   --help     this text
#
# Installs what is missing with apt (packaging/packages.sh has the list), which needs root or sudo; with nothing
# missing, apt is not called. Runs unattended. A test that fails among others runs again, alone: on a crowded machine it
# may have waited too long. What did not run is listed, with the reason, and what was not good or only at the second time,
# before the last lines, which are the summary of ctest. Exit status 0: everything that ran passed; 1: something failed; 2:
# wrong usage.

set -euo pipefail

top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
# shellcheck source=../packaging/packages.sh
. "$top/packaging/packages.sh"
# shellcheck source=lint.sh
. "$top/tests/lint.sh"

jobs=$(nproc)
parallel=$((jobs * 2)) # tests wait half of the time
not_run=()       # what could not run, and why
around=()        # what ctest is run by
which=(-LE long) # the tests that run
second_time=()   # tests that passed only then
lint_pid=''      # the linters, which run beside the tests
lint_code=0      # 1: they found something

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
    local wanted=("${needed[@]}" "${server_packages[@]}" "${maker_packages[@]}" "${shell_packages[@]}"
        "${browser_packages[@]}" "${bench_packages[@]}")
    $quick || wanted+=("${lint_packages[@]}")
    ! $all || wanted+=("${deb_packages[@]}" "${machine_packages[@]}")
    # all in one go; only when that fails, group by group, to see what can be had
    install_packages "${wanted[@]}" && return
    install_packages "${needed[@]}" || die "nothing can be built or tested without these packages"
    $quick || install_or_note "some linters" "${lint_packages[@]}"
    install_or_note "tests with real servers" "${server_packages[@]}"
    install_or_note "completion in other shells" "${shell_packages[@]}"
    install_or_note "the page in a browser" "${browser_packages[@]}"
    install_or_note "documents of some makers" "${maker_packages[@]}"
    install_or_note "some programs in the benchmark" "${bench_packages[@]}"
    ! $all || install_or_note "packages on a clean machine" "${deb_packages[@]}" "${machine_packages[@]}"
}

# ---- tests ----

build() { # PRESET
    say "building ($1)"
    quiet cmake --preset "$1" || die "the build could not be prepared"
    quiet cmake --build --preset "$1" -j "$jobs" || die "the build failed"
}

# What bats skipped says why: ctest counts it as passed.
note_skipped() {
    mapfile -t -O "${#not_run[@]}" not_run < <(
        sed -nE 's/^ok [0-9]+ (.*) # skip (.*)/\1: \2/p' "$build_dir/Testing/Temporary/LastTest.log" 2>/dev/null | LC_ALL=C sort -u
    )
}

note_long() {
    $all || not_run+=("what takes long, unless tests/run.sh is given --all:" \
        "$(ctest --preset dev -N -L long | sed -nE 's/^ *Test *#[0-9]+: //p' | paste -sd ' ' | fold -sw 110 | sed '2,$s/^/   /')")
}

tell_not_run() {
    note_long
    [ "${#not_run[@]}" = 0 ] || {
        say "did not run:"
        printf '   %s\n' "${not_run[@]}"
    }
}

# ---- linters, while the tests run: these wait half of the time ----

start_linters() {
    set -m # a process group of its own, which can be ended as a whole
    (renice -n 19 "$BASHPID" >/dev/null && lint_all) &
    lint_pid=$!
    set +m
    trap 'kill -- "-$lint_pid" 2>/dev/null || true' EXIT
}

# What they have found, again and in short: it is easily overlooked among the tests.
end_linters() {
    local name
    [ -n "$lint_pid" ] || return 0
    wait "$lint_pid" || echo linters >>"$logs/lint.bad"
    trap - EXIT # what failed in a trap would be the exit status of all
    mapfile -t -O "${#not_run[@]}" not_run <"$logs/lint.missing"
    while IFS= read -r name; do
        say "not good: $name (all of it is in ${logs#"$top"/}/$name.log)"
        head -n 30 -- "$logs/$name.log" | sed 's/^/   /'
    done <"$logs/lint.bad"
    [ ! -s "$logs/lint.bad" ]
}

# Tests; what ctest says in the end is held back, so that it comes last.
call_ctest() { # OUTPUT CTEST-OPTION...
    local output=$1
    shift
    "${around[@]}" tests/leftovers.py "$logs/left" ctest "$@" 2>&1 | tee "$output" | sed -u '/^[0-9]*% tests passed/,$d'
}

summary_of() { # OUTPUT
    sed -n '/^[0-9]*% tests passed/,$p' "$1"
    grep -q '^[0-9]*% tests passed' "$1" || tail -n 3 "$1"
}

names_of_failed() { # OUTPUT
    sed -nE 's/^[[:space:]]*[0-9]+ - (.*) \(.*\)$/\1/p' "$1"
}

# Some tests have failed: alone they must pass. Nothing is run again where many failed, or where something was left behind.
run_again() { # PRESET
    local failed
    mapfile -t failed < <(names_of_failed "$logs/ctest.log")
    if [ -s "$logs/left" ] || [ "${#failed[@]}" = 0 ] || [ "${#failed[@]}" -gt 5 ]; then
        return 1
    fi
    say "testing again, alone: ${failed[*]}"
    call_ctest "$logs/again.log" --preset "$1" -j 1 --rerun-failed || return 1
    second_time=("${failed[@]}")
}

tell_second_time() {
    [ "${#second_time[@]}" = 0 ] || say "passed only when run again, alone: ${second_time[*]}"
}

run_tests() { # PRESET CTEST-OPTION...
    local preset=$1 code=0
    shift
    say "testing ($preset)"
    call_ctest "$logs/ctest.log" --preset "$preset" -j "$parallel" "${which[@]}" "$@" || code=1
    end_linters || lint_code=1
    note_skipped
    [ "$code" = 0 ] || ! run_again "$preset" || code=0
    if [ "$preset" = tsan ]; then
        tell_races || code=1
    fi
    tell_left
    tell_not_run
    tell_second_time
    summary_of "$logs/ctest.log"
    [ "${#second_time[@]}" = 0 ] || summary_of "$logs/again.log"
    return $((code | lint_code))
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
    quick=false all=false
    for option; do
        case $option in
        --all)
            all=true which=()
            export SLOW_STORIES=1
            ;;
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
    $quick || start_linters
    run_tests dev
}

main "$@"
