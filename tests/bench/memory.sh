#!/bin/bash
# What the content memory costs, and a migration: a queue of format 3 with many jobs is opened, then the memory is filled,
# and asked (memory.c).
# Usage: tests/bench/memory.sh [JOBS [ENTRIES]]     (100000 1000000)
# Needs the release build (build/release) and a C compiler.
set -euo pipefail
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cmake --preset release -S "$top" >/dev/null
cmake --build "$top/build/release" >/dev/null
# shellcheck disable=SC2046 # options, each a word
cc -std=gnu17 -O2 -I"$top/include" -I"$top/src" -o "$work/memory" "$top/tests/bench/memory.c" \
    "$top/build/release/libclosedrop-agent.a" "$top/build/release/libclosedrop-base.a" \
    $(pkg-config --libs libcurl sqlite3 libcjson libconfig libpcre2-8 libmicrohttpd libsystemd nettle) \
    -linotifytools -lcsv -lmagic -lunistring -lpthread
"$work/memory" "$work/queue" "${1:-100000}" "${2:-1000000}"
