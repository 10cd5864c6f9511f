#!/usr/bin/env bats
# tests/run.sh says by its exit status how the tests and linters went. Here it runs on a tree of one file, with stand-ins for
# what it calls: each says nothing and succeeds, unless its name is in $BAD.

setup() {
    tree=$BATS_TEST_TMPDIR/tree
    called=$BATS_TEST_TMPDIR/called
    mkdir -p -- "$tree"/{include,src,tests,.ci,packaging/man,build/dev/checks} "$called"
    cp -- "$BATS_TEST_DIRNAME"/{run.sh,lint.sh,leftovers.py} "$tree/tests/"
    cp -- "$BATS_TEST_DIRNAME/../packaging/packages.sh" "$tree/packaging/"
    cp -- "$BATS_TEST_DIRNAME/../.ci/run" "$tree/.ci/"
    touch "$tree/src/a.c" "$tree/packaging/man/a.1"
    printf '[{"file": "%s/src/a.c"}]' "$(realpath -- "$tree")" >"$tree/build/dev/compile_commands.json"
    for program in cmake clang-format shellcheck clang-tidy cppcheck man groff mandoc systemd-analyze apparmor_parser; do
        stand_in "$program" 'case " ${BAD:-} " in *" ${0##*/} "*) echo "a finding of ${0##*/}"; exit 1 ;; esac'
    done
    stand_in dpkg-query 'echo installed'
    stand_in ctest 'case "$* ${BAD:-}" in
*" -N "*) exit 0 ;;
*--rerun-failed*once) echo "100% tests passed, 0 tests failed out of 1" ;;
*ctest | *once) printf "%s\n" "0% tests passed, 1 tests failed out of 1" "	  7 - story/web (Failed)"; exit 8 ;;
*) echo "100% tests passed, 0 tests failed out of 1" ;;
esac'
}

stand_in() { # NAME SCRIPT
    printf '#!/bin/bash\n%s\n' "$2" >"$called/$1"
    chmod +x -- "$called/$1"
}

run_it() {
    PATH=$called:$PATH run "$tree/.ci/run" "$@"
}

@test "all good: 0" {
    run_it
    [ "$status" = 0 ]
    [[ $output == *'== apparmor: good'* ]]
    [[ $output == *'100% tests passed'* ]]
    run_it --quick
    [ "$status" = 0 ]
}

@test "a test that fails: 1" {
    BAD=ctest run_it
    [ "$status" = 1 ]
    [[ $output == *'== testing again, alone: story/web'* ]]
    [[ $output != *'passed only'* ]]
    BAD=ctest run_it --quick
    [ "$status" = 1 ]
}

@test "a test that fails among others and passes alone: named, and 0" {
    BAD=once run_it
    [ "$status" = 0 ]
    [[ $output == *'== testing again, alone: story/web'*'== passed only when run again, alone: story/web'*'100% tests passed'* ]]
}

@test "a linter that found something: 1, and what it found at the end" {
    for linter in clang-format shellcheck clang-tidy cppcheck mandoc systemd-analyze apparmor_parser; do
        BAD=$linter run_it
        [ "$status" = 1 ]
        [[ $output == *'== not good: '*"a finding of $linter"*'100% tests passed'* ]]
    done
}

@test "a linter that is not installed: named, and no fault" {
    rm -- "$called/mandoc"
    PATH=$called:$(sans mandoc) run "$tree/.ci/run"
    [ "$status" = 0 ]
    [[ $output == *'man-pages: mandoc is not installed'* ]]
}

# sans PROGRAM: the PATH by which all but one program are found.
sans() {
    local directory=$BATS_TEST_TMPDIR/sans
    mkdir -- "$directory"
    ln -s -t "$directory" /usr/bin/*
    rm -f -- "$directory/$1"
    printf '%s' "$directory"
}

@test "an unknown option: 2" {
    run_it --no-such-option
    [ "$status" = 2 ]
}
