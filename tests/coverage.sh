#!/bin/bash
# Reports how much of src/ the tests run, by file: lines, and branches (each way that an if, a loop, or one part of a
# condition can go).
#
#   tests/coverage.sh           the unit tests
#   tests/coverage.sh --all     all tests, the stories too
#   tests/coverage.sh --again   no tests: adds up what has run since, e.g. one story by hand
#
# Builds in build/coverage; build/coverage/report/index.html shows which lines and branches are missing. A process that
# is killed reports nothing. Installs missing packages with apt, as tests/run.sh does. Exit 0: reported; 1: a
# test failed, or there is nothing to report; 2: wrong usage.

set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build/coverage
# shellcheck source=../packaging/packages.sh
. "$top/packaging/packages.sh"

usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

build_all() {
    quiet cmake -S "$top" -B "$build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS='-O0 --coverage -fprofile-update=atomic' \
        -DCLOSEDROP_TESTS=ON
    quiet cmake --build "$build" -j "$(nproc)"
}

# run_tests CTEST_OPTION...: all counting starts from zero.
run_tests() {
    find "$build" -name '*.gcda' -delete
    ctest --test-dir "$build" --output-on-failure "$@" >"$build/tests.log" 2>&1 || {
        tail -n 40 "$build/tests.log" >&2
        return 1
    }
}

# An assertion that fails has no test, and is counted nowhere.
count() {
    mkdir -p "$build/report"
    gcovr --root "$top" --filter "$top/src/" "$build" --exclude-directories '.*/CompilerIdC' \
        --exclude-branches-by-pattern '\s*assert\(.*' --csv "$build/report/table.csv" \
        --html-details "$build/report/index.html" --html-title closedrop
}

# share COVERED TOTAL is rounded down: 100 is all of it.
print_table() {
    awk -F, 'function share(covered, total) { return total ? sprintf("%.1f", int(1000 * covered / total) / 10) : "-" }
        function row(name, lines, got_lines, branches, got_branches) {
            printf "%-34s %5d %6s %6d %6s\n", name, lines, share(got_lines, lines), branches, share(got_branches, branches)
        }
        BEGIN { printf "%-34s %5s %6s %6s %6s\n", "", "lines", "%", "branch", "%" }
        NR > 1 {
            row($1, $2, $3, $5, $6)
            lines += $2; got_lines += $3; branches += $5; got_branches += $6
        }
        END { row("all", lines, got_lines, branches, got_branches) }' "$build/report/table.csv"
}

main() {
    local code=0
    [ $# -le 1 ] || usage
    install_packages "${build_packages[@]}" "${test_packages[@]}" "${coverage_packages[@]}"
    build_all
    case ${1:-} in
    '') run_tests -R '^unit/' || code=1 ;;
    --all) run_tests || code=1 ;;
    --again) ;;
    *) usage ;;
    esac
    count
    print_table
    return $code
}

main "$@"
