#!/bin/bash
# A real S3 service on loopback: the Ceph RADOS gateway over a Ceph cluster of one monitor and one disk.
# Usage: s3_gateway.sh start DIR          prints S3_ENDPOINT=, S3_KEY=, S3_SECRET=, S3_BUCKET=, for a shell to evaluate
#        s3_gateway.sh stop DIR           also gives back the space; the logs stay
#        s3_gateway.sh list DIR           prints KEY<TAB>SIZE<TAB>ETAG for each object in the bucket
#        s3_gateway.sh get DIR KEY OUT    writes one object to the file OUT
#
# Everything is in DIR/s3. Settings, from the environment of "start":
#   S3_KEY, S3_SECRET, S3_BUCKET   testkey, testsecret, close-files
#   S3_STORE, S3_STORE_SIZE        memstore (in memory, starts in a second) or bluestore (a sparse file, for many
#                                  gigabytes); the size in bytes, 8 GiB
#   S3_IDLE_MS                     how long a silent connection is kept, 65000
#   S3_TLS                         a directory made by tls_ca.sh: serves https as well, prints S3_TLS_ENDPOINT=
#   S3_RGW_EXTRA                   more lines for the gateway's configuration; "rgw_max_concurrent_requests = 1",
#                                  say, makes it answer 503 SlowDown
#
# DIR/s3/rgw.pid and DIR/s3/osd.pid are there to be used in tests: STOP the osd and every request hangs until CONT.
# In a policy that is to be refused, the gateway words its refusals differently from Amazon.
#
# Needs: radosgw, ceph-mon, ceph-osd, ceph-common, curl, openssl. Works as root and as an ordinary user.

set -euo pipefail
support=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=process.sh
. "$support/process.sh"

# The waiting times of the monitor are what makes it start in one second instead of ten; tcp_nodelay is what makes a
# request take 2 ms instead of 40. The disk sends no command to the monitor at its start, because with "auth none"
# the first one may come before it knows the cluster, and then it ends.
configuration() {
    local home=$1 monitor_port=$2 frontend=$3
    cat <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = v1:127.0.0.1:$monitor_port
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
ms_bind_msgr2 = false
ms_mon_client_mode = crc
ms_type = async+posix
ms_async_op_threads = 1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = false
run_dir = $home/run
admin_socket =
crash_dir = $home/crash
log_file =
log_to_stderr = true
pid_file =
setuser =
setgroup =
heartbeat_interval = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
paxos_propose_interval = 0.02
paxos_min_wait = 0.005
[mon]
mon_data = $home/mon
mon_cluster_log_file = $home/cluster.log
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[osd]
osd_data = $home/osd
osd_objectstore = ${S3_STORE:-memstore}
memstore_device_bytes = ${S3_STORE_SIZE:-8589934592}
bluestore_block_size = ${S3_STORE_SIZE:-8589934592}
bluestore_block_create = true
bluestore_cache_size = 268435456
bluestore_cache_autotune = false
osd_memory_target = 939524096
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 1
osd_crush_update_on_start = false
osd_class_update_on_start = false
osd_class_load_list = *
osd_class_default_list = *
[client.rgw]
rgw_data = $home/rgw
rgw_frontends = $frontend
rgw_dns_name = s3.localhost
rgw_thread_pool_size = 64
rgw_dynamic_resharding = false
rgw_rados_pool_pg_num_min = 4
${S3_RGW_EXTRA:-}
CONF
}

# frontend PORT TLS_PORT: what the gateway listens on.
frontend() {
    local listen="endpoint=127.0.0.1:$1 tcp_nodelay=1 request_timeout_ms=${S3_IDLE_MS:-65000}"
    if [ -n "${S3_TLS:-}" ]; then
        listen+=" ssl_endpoint=127.0.0.1:$2 ssl_certificate=$S3_TLS/server.pem ssl_private_key=$S3_TLS/server.key"
    fi
    echo "beast $listen"
}

# run NAME COMMAND...: a step of the setting up; what it prints is only of interest when it fails.
run() {
    local name=$1
    shift
    timeout 60 "$@" >>"$home/$name.log" 2>&1 || server_failed "$home" "$name"
}

monitor_answers() {
    timeout 5 ceph -c "$home/ceph.conf" mon stat >/dev/null 2>&1
}

disk_is_up() {
    timeout 5 ceph -c "$home/ceph.conf" osd stat 2>/dev/null | grep -q '1 up'
}

start_monitor() {
    local port=$1 fsid
    fsid=$(sed -n 's/^fsid = //p' "$home/ceph.conf")
    run mon monmaptool --create --fsid "$fsid" --addv a "[v1:127.0.0.1:$port]" "$home/monmap"
    run mon ceph-mon -c "$home/ceph.conf" -i a --mkfs --monmap "$home/monmap" --keyring /dev/null
    server_start "$home" mon ceph-mon -c "$home/ceph.conf" -i a -f
    server_ready "$home" mon monitor_answers || server_failed "$home" mon
}

# In its first moments the monitor may refuse every command; to be told twice does it no harm.
introduce_disk() { # UUID
    timeout 20 ceph -c "$home/ceph.conf" osd new "$1" 0 >>"$home/osd.log" 2>&1 &&
        timeout 20 ceph -c "$home/ceph.conf" osd crush add osd.0 1.0 host=localhost root=default >>"$home/osd.log" 2>&1
}

start_disk() {
    local uuid
    uuid=$(cat /proc/sys/kernel/random/uuid)
    server_ready "$home" mon introduce_disk "$uuid" || server_failed "$home" osd
    run osd ceph-osd -c "$home/ceph.conf" -i 0 --mkfs --osd-uuid "$uuid"
    server_start "$home" osd ceph-osd -c "$home/ceph.conf" -i 0 -f
    server_ready "$home" osd disk_is_up || server_failed "$home" osd
}

start_gateway() {
    server_start "$home" rgw radosgw -c "$home/ceph.conf" -n client.rgw -f
    server_ready "$home" rgw port_answers "$1" || server_failed "$home" rgw
    run rgw radosgw-admin -c "$home/ceph.conf" -n client.rgw user create --uid=test --display-name=test \
        --access-key="$S3_KEY" --secret-key="$S3_SECRET"
}

# save_environment PORT TLS_PORT: keeps what the other commands, and the caller, have to know.
save_environment() {
    S3_ENDPOINT=http://127.0.0.1:$1
    printf '%s=%q\n' S3_ENDPOINT "$S3_ENDPOINT" S3_KEY "$S3_KEY" S3_SECRET "$S3_SECRET" S3_BUCKET "$S3_BUCKET"
    [ -z "${S3_TLS:-}" ] || echo "S3_TLS_ENDPOINT=https://127.0.0.1:$2"
}

check_programs() {
    need radosgw radosgw
    need ceph-mon ceph-mon
    need ceph-osd ceph-osd
    need ceph ceph-common
    need curl curl
    need openssl openssl
}

start() {
    local ports port tls_port monitor_port
    check_programs
    ! server_runs "$home" mon || die "already running in $home"
    rm -rf -- "$home"
    mkdir -p -- "$home"/{mon,osd,rgw,run,crash}
    ports=$("$support/free_port.sh" 3)
    { read -r port && read -r tls_port && read -r monitor_port; } <<<"$ports"
    S3_KEY=${S3_KEY:-testkey} S3_SECRET=${S3_SECRET:-testsecret} S3_BUCKET=${S3_BUCKET:-close-files}
    configuration "$home" "$monitor_port" "$(frontend "$port" "$tls_port")" >"$home/ceph.conf"
    save_environment "$port" "$tls_port" >"$home/environment"
    trap 'stop >&2' EXIT
    start_monitor "$monitor_port"
    start_disk
    start_gateway "$port"
    request PUT "" "" -o "$home/bucket.xml"
    trap - EXIT
    cat "$home/environment"
}

# Nothing is kept, so nothing has to be shut down in order.
stop() {
    local name
    for name in rgw osd mon; do
        server_signal "$home" "$name" KILL
        server_stop "$home" "$name"
    done
    rm -rf -- "$home"/{mon,osd,rgw,run,crash}
}

# request METHOD KEY QUERY CURL_OPTION...: one request with Amazon's signature version 2, which covers the path as it
# is sent but not the query. KEY is percent-encoded already.
request() {
    local method=$1 path=/$S3_BUCKET/$2 query=$3 date signature
    shift 3
    date=$(LC_ALL=C date --utc '+%a, %d %b %Y %H:%M:%S GMT')
    signature=$(printf '%s\n\n\n%s\n%s' "$method" "$date" "$path" |
        openssl dgst -sha1 -hmac "$S3_SECRET" -binary | base64)
    curl --silent --show-error --fail --noproxy '*' --request "$method" --header "Date: $date" \
        --header "Authorization: AWS $S3_KEY:$signature" "$@" "$S3_ENDPOINT$path${query:+?$query}"
}

load_environment() {
    [ -r "$home/environment" ] || die "nothing was started in $home"
    # shellcheck source=/dev/null
    . "$home/environment"
}

# percent_encode TEXT: every byte but the unreserved ones and the slash as %XX.
percent_encode() {
    local LC_ALL=C text=$1 encoded='' byte i
    for ((i = 0; i < ${#text}; i++)); do
        byte=${text:i:1}
        [[ $byte == [A-Za-z0-9._~/-] ]] || printf -v byte '%%%02X' "$(($(printf '%d' "'$byte") & 255))"
        encoded+=$byte
    done
    printf '%s\n' "$encoded"
}

# objects: "KEY SIZE ETAG" a line, the key percent-encoded, from a page of the bucket's list on standard input.
objects() {
    sed 's/<Contents>/\n&/g' | sed -n -E \
        's/^<Contents><Key>([^<]*)<.*<ETag>[^<]*&quot;([^&]*)&quot;<\/ETag><Size>([0-9]+)<.*/\1 \3 \2/p'
}

print_objects() {
    local key size etag
    while read -r key size etag; do
        key=${key//"&apos;"/%27}
        printf -v key '%b' "${key//%/\\x}"
        printf '%s\t%s\t%s\n' "$key" "$size" "$etag"
    done
}

list() {
    local page lines last=''
    while :; do
        page=$(request GET "" "encoding-type=url&marker=$last")
        lines=$(objects <<<"$page")
        [ -z "$lines" ] || print_objects <<<"$lines"
        [[ $page == *"<IsTruncated>true"* ]] || break
        last=${lines##*$'\n'}
        last=${last%% *}
    done
}

get() {
    request GET "$(percent_encode "$1")" "" -o "$2"
}

usage() {
    echo "usage: s3_gateway.sh start DIR | stop DIR | list DIR | get DIR KEY OUT" >&2
    exit 2
}

[ $# -ge 2 ] || usage
home=$(realpath -m -- "$2")/s3
case $1/$# in
start/2) start ;;
stop/2) stop ;;
list/2) load_environment && list ;;
get/4) load_environment && get "$3" "$4" ;;
*) usage ;;
esac
