#!/bin/bash
# Searches for inputs that break what reads foreign data: the targets in tests/fuzz, by libFuzzer, with AddressSanitizer
# and UBSan. Two targets run at a time.
#
#   tests/fuzz/run.sh [--minutes N]    how long each target runs (1)
#                     [TARGET...]      only these, e.g. table (all)
#
# Begins with the inputs in tests/fuzz/corpus, and with those that earlier runs found worth keeping, in
# build/fuzz/corpus. The saved inputs also run as plain tests (ctest -R fuzz/). Installs what is missing with apt, as
# tests/run.sh does. Exit 0: nothing was found; 1: something was, and the input's path is printed; 2: wrong usage.

set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
build=$top/build/fuzz
# shellcheck source=../../packaging/packages.sh
. "$top/packaging/packages.sh"
minutes=1 targets=()

usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

all_targets() {
    find "$top/tests/fuzz" -name 'fuzz_*.c' -printf '%f\n' | sed 's/^fuzz_//; s/\.c$//' | LC_ALL=C sort
}

while [ $# -gt 0 ]; do
    case $1 in
    --minutes)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage
        minutes=$2 && shift
        ;;
    -*) usage ;;
    *)
        all_targets | grep -qxF -- "$1" || { echo "There is no target $1; there are: $(all_targets | xargs)" >&2 && exit 2; }
        targets+=("$1")
        ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(all_targets)

build_targets() {
    echo "Building ${targets[*]}"
    quiet cmake -S "$top" -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCLOSEDROP_TESTS=ON \
        -DCLOSEDROP_SANITIZE=fuzzer-no-link,address,undefined
    quiet cmake --build "$build" -j "$(nproc)" --target "${targets[@]/#/fuzz_}"
}

# fuzz TARGET: runs it, and prints the result; fails if something was found.
fuzz() {
    local log=$build/logs/$1.log corpus=$build/corpus/$1 code=0 count found
    mkdir -p "$corpus"
    "$build/tests/fuzz_$1" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/found/$1-" "$corpus" "$top/tests/fuzz/corpus/$1" >"$log" 2>&1 &
    running=$!
    wait "$running" || code=$?
    running=
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ $code = 0 ]; then
        printf '%-10s %10s inputs, good\n' "$1" "$count"
        return 0
    fi
    found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    printf '%-10s %10s inputs, FOUND %s\n' "$1" "$count" "${found:-nothing, but it failed}"
    printf '           %s\n' "${log#"$top"/} says more"
    return 1
}

# half NUMBER: every second target, one after the other.
half() {
    local i code=0
    running=
    trap '[ -z "$running" ] || kill "$running"; exit 1' TERM
    for ((i = $1; i < ${#targets[@]}; i += 2)); do
        fuzz "${targets[i]}" || code=1
    done
    return $code
}

main() {
    local code=0 halves=()
    install_packages "${build_packages[@]}" "${test_packages[@]}" "${fuzz_packages[@]}"
    mkdir -p "$build/logs" "$build/found"
    build_targets
    echo "Each for $minutes min, two at a time"
    half 0 &
    halves+=($!)
    half 1 &
    halves+=($!)
    trap 'kill "${halves[@]}" 2>/dev/null; exit 1' INT TERM
    wait "${halves[0]}" || code=1
    wait "${halves[1]}" || code=1
    return $code
}

main
