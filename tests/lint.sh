# shellcheck shell=bash disable=SC2154 # run.sh sets them
# The linters of tests/run.sh, which runs them while the tests run. To be sourced; reads $top, $jobs and $logs, and $build_dir,
# where the tree is built.
#
#   lint_all    runs them all, and prints which are good. What one has found is in $logs/NAME.log, the names of those that
#               found something are in $logs/lint.bad, and those that are not installed in $logs/lint.missing

# lint NAME PROGRAM COMMAND...: runs a check, and remembers when it found something.
lint() {
    local name=$1 program=$2 output=$logs/$1.log code=0
    shift 2
    if ! type -P "$program" >/dev/null; then
        echo "$name: $program is not installed" >>"$logs/lint.missing"
        return 0
    fi
    "$@" >"$output" 2>&1 || code=$?
    if [ "$code" = 0 ]; then
        say "$name: good"
        return 0
    fi
    say "$name: NOT GOOD (exit status $code)"
    echo "$name" >>"$logs/lint.bad"
}

# again_if_killed COMMAND...: what a signal has ended has judged nothing, and runs again: memory may have been short.
again_if_killed() {
    local code=0
    "$@" || code=$?
    [ "$code" -gt 128 ] || return "$code"
    echo "ended by SIG$(kill -l "$code"), and run again: $*"
    "$@"
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

# What clang's analyzer finds may depend on the addresses that it gets, and is not to differ from run to run.
tidy() { # FILE...
    local prefix=()
    ! setarch "$(uname -m)" -R true 2>/dev/null || prefix=(setarch "$(uname -m)" -R)
    again_if_killed "${prefix[@]}" clang-tidy -p "$build_dir" --quiet "$@"
}

# Only what is part of the build, and of that our own sources. How much it does not show is not worth a line.
check_tidy() {
    export -f tidy again_if_killed
    export build_dir
    # shellcheck disable=SC2016 # the inner shell's
    jq -r '.[].file' "$build_dir/compile_commands.json" | grep "^$top/src/" | LC_ALL=C sort -u |
        xargs -d '\n' -P "$jobs" -n 4 bash -c 'tidy "$@"' _ 2>&1 |
        sed -E '/^[0-9]+ warnings? generated\.$/d'
}

# Its search for leaks does not follow what is put into a struct; LeakSanitizer does, in every test. It takes the word
# template for C++, and a pointer to one for a number.
check_cppcheck() {
    again_if_killed cppcheck --project="$build_dir/compile_commands.json" --quiet -j "$jobs" --inline-suppr \
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

# A unit names a program and man pages that are not installed here: no fault of it. The service may not get more exposed.
check_units() {
    local said
    said=$({
        systemd-analyze verify --man=no packaging/systemd/closedrop.service "$build_dir/closedrop@.service"
        systemd-analyze security --offline=true --no-pager --threshold=16 packaging/systemd/closedrop.service >/dev/null ||
            echo 'systemd-analyze security: above 1.6'
    } 2>&1 | grep -vF 'is not executable' || true)
    printf '%s' "$said"
    [ -z "$said" ]
}

# Of the profile the syntax, whether this kernel has AppArmor or not.
check_apparmor() {
    apparmor_parser -Q -K packaging/apparmor/closedrop
}

lint_all() {
    : >"$logs/lint.bad"
    : >"$logs/lint.missing"
    lint clang-format clang-format check_format
    lint shellcheck shellcheck check_scripts
    lint clang-tidy clang-tidy check_tidy
    lint cppcheck cppcheck check_cppcheck
    lint man-pages mandoc check_man
    lint systemd-units systemd-analyze check_units
    lint apparmor apparmor_parser check_apparmor
}
