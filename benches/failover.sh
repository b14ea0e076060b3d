#!/usr/bin/env bash
# Patroni and etcd on loopback: the primary is killed or stopped, and how many seconds until a command changes something again
# and until a verifier sees the store again is measured. Needs patroni, etcd-server, PostgreSQL and curl; about ten minutes.
#
#     benches/failover.sh target/release/keydesk
set -euo pipefail
keydesk=$(realpath "${1:-target/release/keydesk}")
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
user=(setpriv --reuid postgres --regid postgres --clear-groups)
[[ $(id -u) == 0 ]] || user=()

FOLLOWS="SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn = pg_current_wal_lsn()"

# A directory, an etcd and two Patronis; $1 synchronous_mode, $2 ttl, $3 loop_wait, $4 retry_timeout.
start() {
    dir=$(mktemp -d /tmp/kdfo-XXXXXX)
    chmod 755 "$dir"
    base=$((20000 + RANDOM % 20000))
    mkdir "$dir"/{pg,desk}
    [[ $(id -u) == 0 ]] && chown -R postgres "$dir/pg"
    "${user[@]}" etcd --data-dir "$dir/pg/etcd" --listen-client-urls "http://127.0.0.1:$base" --log-level error \
        --advertise-client-urls "http://127.0.0.1:$base" --listen-peer-urls "http://127.0.0.1:$((base + 1))" \
        --initial-advertise-peer-urls "http://127.0.0.1:$((base + 1))" \
        --initial-cluster "default=http://127.0.0.1:$((base + 1))" >"$dir/etcd.log" 2>&1 &
    pids=($!)
    for n in 1 2; do
        cat >"$dir/n$n.yml" <<YML
scope: desk
name: n$n
restapi: {listen: "127.0.0.1:$((base + 10 + n))", connect_address: "127.0.0.1:$((base + 10 + n))"}
etcd3: {host: "127.0.0.1:$base"}
bootstrap:
  dcs: {ttl: $2, loop_wait: $3, retry_timeout: $4, synchronous_mode: $1, maximum_lag_on_failover: 1048576}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}]
postgresql:
  listen: 127.0.0.1:$((base + 20 + n))
  connect_address: 127.0.0.1:$((base + 20 + n))
  data_dir: $dir/pg/n$n
  bin_dir: $bin
  pgpass: $dir/pg/pass$n
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
  authentication: {superuser: {username: postgres}, replication: {username: postgres}}
  parameters: {unix_socket_directories: "$dir/pg"}
YML
        "${user[@]}" env PATH="$bin:$PATH" patroni "$dir/n$n.yml" >"$dir/n$n.log" 2>&1 &
        pids+=($!)
        # The first one to come is the primary.
        until curl -fs "http://127.0.0.1:$((base + 10 + n))/health" >/dev/null; do sleep 0.2; done
    done
    until curl -fs "http://127.0.0.1:$((base + 12))/replica" >/dev/null; do sleep 0.2; done
    if [[ $1 == true ]]; then
        until curl -fs "http://127.0.0.1:$((base + 12))/sync" >/dev/null; do sleep 0.2; done
    fi
    export KEYDESK_STORE="postgres://postgres@127.0.0.1:$((base + 21)),127.0.0.1:$((base + 22))/postgres?sslmode=disable"
    export KEYDESK_CONFIG=$dir/desk/config.toml KEYDESK_STATE_DIR=$dir/desk/state
    # A primary that is made may not take changes for a moment; set-up goes on where it ended.
    local tries=0
    until echo 'correct horse battery' |
        "$keydesk" init --account Acme --name alice --password-stdin --store "$KEYDESK_STORE" >/dev/null 2>"$dir/said"; do
        tries=$((tries + 1))
        if grep -q 'set up already' "$dir/said"; then break; fi
        [[ $tries -lt 100 ]] || { cat "$dir/said"; exit 1; }
        sleep 0.3
    done
    "$keydesk" key create --as alice --kind basic --name before >/dev/null 2>&1
    "$keydesk" serve --listen "unix:$dir/desk/v.sock" >/dev/null 2>"$dir/verifier.log" &
    pids+=($!)
    until [[ -S $dir/desk/v.sock ]]; do sleep 0.1; done
    # A standby that has begun to follow may not have the desk yet, and would take over without it.
    until [[ $("$bin/psql" -XAt -h "$dir/pg" -p $((base + 21)) -U postgres -c "$FOLLOWS") == 1 ]]; do sleep 0.2; done
}

stop() {
    local children main tries=0
    # Patroni first: it would start its PostgreSQL again.
    children=$(pgrep -d ' ' -P "$(IFS=,; echo "${pids[*]}")" || true)
    # shellcheck disable=SC2086
    kill -KILL "${pids[@]}" $children 2>/dev/null || true
    for n in 1 2; do
        [[ -f $dir/pg/n$n/postmaster.pid ]] || continue
        main=$(head -1 "$dir/pg/n$n/postmaster.pid")
        # shellcheck disable=SC2046
        kill -KILL "$main" $(pgrep -d ' ' -P "$main" || true) 2>/dev/null || true
    done
    wait 2>/dev/null || true
    # What was killed may not be gone yet, and write another file.
    until rm -rf "$dir" 2>/dev/null; do
        tries=$((tries + 1))
        [[ $tries -lt 100 ]] || { echo "$dir cannot be taken away" >&2; return 1; }
        sleep 0.1
    done
}

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
metric() { curl -fs --unix-socket "$dir/desk/v.sock" http://v/metrics | awk -v name="$1" '$1 == name { print $2 }'; }

# The primary's machine: its Patroni, its PostgreSQL and everything below them get a signal.
signal() {
    local main
    main=$(head -1 "$dir/pg/n1/postmaster.pid")
    kill "-$1" "${pids[1]}" "$main" $(pgrep -P "$main") $(pgrep -P "${pids[1]}") 2>/dev/null || true
}

measure() {
    local began wrote=- sight=- tries=0
    start "$2" "$3" "$4" "$5"
    began=$(now)
    signal "$1"
    # What was seen before the fault does not count.
    sleep 1
    (until [[ $(metric keydesk_snapshot_age_seconds | cut -d. -f1) == 0 ]]; do sleep 0.1; done; since "$began" >"$dir/sight") &
    local watching=$!
    until "$keydesk" key create --as alice --kind basic --name "after $tries" >/dev/null 2>"$dir/said"; do
        tries=$((tries + 1))
        [[ $tries -lt 900 ]] || { cat "$dir/said"; exit 1; }
        sleep 0.1
    done
    wrote=$(since "$began")
    wait "$watching"
    sight=$(cat "$dir/sight")
    printf '| %s | %s | %s / %s / %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$5" "$wrote" "$sight"
    stop
}

trap 'stop' EXIT
echo '| signal to the primary | synchronous_mode | ttl / loop_wait / retry_timeout | a change again after (s) | a verifier in sight after (s) |'
echo '| --- | --- | --- | --- | --- |'
for times in "30 10 10" "20 2 3"; do
    for synchronous in true false; do
        for signal in KILL STOP; do
            # shellcheck disable=SC2086
            measure "$signal" "$synchronous" $times
        done
    done
done
trap - EXIT
