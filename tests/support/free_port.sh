#!/bin/bash
# Prints TCP ports that nothing uses on this machine, one a line.
# Usage: free_port.sh [COUNT]
#
# They are below the range from which the kernel takes ports for outgoing connections, so that nobody gets one by
# chance before the caller binds it. Needs nothing but bash.

set -euo pipefail

lowest=20000
highest=32000

main() {
    local count=$1 used port hex
    used=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true)
    for _ in {1..1000}; do
        ((count > 0)) || return 0
        port=$((lowest + SRANDOM % (highest - lowest)))
        printf -v hex ':%04X ' "$port"
        if [[ $used != *"$hex"* ]]; then
            printf '%s\n' "$port"
            used+=$hex
            count=$((count - 1))
        fi
    done
    echo "free_port.sh: no free port between $lowest and $highest" >&2
    return 1
}

main "${1:-1}"
