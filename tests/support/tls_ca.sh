#!/bin/bash
# Makes a certificate authority for tests and a server certificate signed by it.
# Usage: tls_ca.sh DIR [NAME...]
#
# Writes DIR/ca.pem (what a client trusts), DIR/server.pem and DIR/server.key (what a server uses) and DIR/ca.key.
# The certificate is for localhost, 127.0.0.1 and every further NAME (a DNS name, "*.s3.localhost" say).
# Needs: openssl.

set -euo pipefail

authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj "/CN=closedrop test authority" \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -keyout "$1/ca.key" -out "$1/ca.pem" 2>"$1/openssl.log"
}

# server_certificate DIR SUBJECT_ALT_NAMES
server_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -CA "$1/ca.pem" -CAkey "$1/ca.key" -subj "/CN=localhost" \
        -addext "basicConstraints=critical,CA:FALSE" -addext "keyUsage=critical,digitalSignature" \
        -addext "extendedKeyUsage=serverAuth" -addext "subjectAltName=$2" \
        -keyout "$1/server.key" -out "$1/server.pem" 2>"$1/openssl.log"
}

main() {
    local dir=$1 names=DNS:localhost,IP:127.0.0.1 name
    for name in "${@:2}"; do
        names+=,DNS:$name
    done
    mkdir -p -- "$dir"
    if ! { authority "$dir" && server_certificate "$dir" "$names"; }; then
        cat "$dir/openssl.log" >&2
        return 1
    fi
    rm -f "$dir/openssl.log"
}

if [ $# -lt 1 ]; then
    echo "usage: tls_ca.sh DIR [NAME...]" >&2
    exit 2
fi
main "$@"
