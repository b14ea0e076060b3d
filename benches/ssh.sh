#!/bin/bash
# Sign-in over loopback beside `ssh` to /bin/true, the desk on a slow line (ssh_line.py, which needs pyte), and the answer to sshd at 10,
# 1,000 and 100,000 keys. As root, in a mount, network and process namespace of its own: nothing of the machine is touched.
#
#     PROGRAM=target/release/keydesk benches/ssh.sh [rounds]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${PROGRAM:-$here/target/release/keydesk}")
rounds=${1:-40}
if [[ ${IN_ROOM:-} != yes ]]; then
    room=$(mktemp -d)
    trap 'rm -rf "$room"' EXIT
    IN_ROOM=yes ROOM=$room PROGRAM=$program unshare -mnpf --kill-child --mount-proc bash "$0" "$rounds"
    exit
fi
mount --make-rprivate /
ip link set lo up
mount -t tmpfs tmpfs "$ROOM"
for dir in /etc /usr/bin /var/lib; do
    name=${dir//\//_}
    mkdir -p "$ROOM/$name" "$ROOM/$name.work"
    mount -t overlay overlay -o "lowerdir=$dir,upperdir=$ROOM/$name,workdir=$ROOM/$name.work" "$dir"
done
cp "$program" /usr/bin/keydesk
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd
systemd-sysusers "$here/assets/sysusers.d/keydesk.conf" >/dev/null 2>&1
useradd --system --create-home --home-dir /tmp/plain --shell /bin/sh --password '*' plain
install -d -o keydesk -g keydesk -m 700 /var/lib/keydesk /etc/keydesk
install -o keydesk -g keydesk -m 600 "$here/assets/config.toml" /etc/keydesk/config.toml
as_desk() { setpriv --reuid keydesk --regid keydesk --clear-groups env -i HOME=/var/lib/keydesk PATH=/usr/bin:/bin "$@"; }
desk() { as_desk keydesk --config /etc/keydesk/config.toml "$@"; }
ssh-keygen -q -t ed25519 -N '' -f /tmp/key
echo 'correct horse battery' | desk init --account Acme --name alice --password-stdin >/dev/null
desk ssh-key add --as alice alice - < /tmp/key.pub >/dev/null
cp "$here/assets/sshd/keydesk.conf" /etc/ssh/sshd_config.d/keydesk.conf
install -d -o plain -m 700 /tmp/plain/.ssh
echo "restrict,command=\"/bin/true\" $(cat /tmp/key.pub)" > /tmp/plain/.ssh/authorized_keys
chown plain /tmp/plain/.ssh/authorized_keys
[[ -f /etc/ssh/ssh_host_ed25519_key ]] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd -p 2222 -o MaxStartups=200

# Median and minimum in milliseconds of some commands, run by turns.
median() { sort -n | awk '{ a[NR] = $1 } END { printf "%.1f (at least %.1f)", a[int((NR + 1) / 2)], a[1] }'; }
timed() { local from=$EPOCHREALTIME; "$@" >/dev/null 2>&1 || true; local to=$EPOCHREALTIME; awk "BEGIN { print ($to - $from) * 1000 }"; }
client=(ssh -F none -p 2222 -i /tmp/key -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes
    -o IdentitiesOnly=yes)
for ((i = 0; i < rounds; i++)); do
    timed "${client[@]}" plain@127.0.0.1 >> /tmp/plain.ms
    timed "${client[@]}" keydesk@127.0.0.1 'ssh-key list' >> /tmp/desk.ms
done
echo "sign-in, /bin/true:      $(median < /tmp/plain.ms) ms"
echo "sign-in, ssh-key list:   $(median < /tmp/desk.ms) ms"

if python3 -c 'import pyte' 2>/dev/null; then
    for i in {1..30}; do desk key create --as alice --kind basic --name "service-$i" >/dev/null 2>&1; done
    python3 "$here/benches/ssh_line.py" 2222 /tmp/key 5
else
    echo "pyte is missing: nothing is said about a slow line" >&2
fi

read -r type blob _ < /tmp/key.pub
fill() {
    sqlite3 /var/lib/keydesk/keydesk.db "WITH RECURSIVE n(i) AS (SELECT (SELECT MAX(no) FROM ssh_key) + 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO ssh_key SELECT 'id-' || i, 1, i, k.person, k.algorithm, randomblob(51), 'SHA256:' || hex(randomblob(16)), '', '', NULL,
        'active', 0, 'alice', 0, 'alice', 0, x'00' FROM n, (SELECT person, algorithm FROM ssh_key WHERE no = 1) AS k WHERE i <= $1"
}
cd /
for keys in 10 1000 100000; do
    fill "$keys"
    : > /tmp/keys.ms
    for ((i = 0; i < rounds; i++)); do
        timed as_desk /usr/bin/keydesk ssh authorized-keys --config /etc/keydesk/config.toml keydesk x "$type" "$blob" >> /tmp/keys.ms
    done
    : > /tmp/true.ms
    for ((i = 0; i < rounds; i++)); do timed as_desk /bin/true >> /tmp/true.ms; done
    found=$(as_desk /usr/bin/keydesk ssh authorized-keys --config /etc/keydesk/config.toml keydesk x "$type" "$blob" | wc -l)
    echo "authorized-keys, $keys keys: $(median < /tmp/keys.ms) ms (of it $(median < /tmp/true.ms) ms to start a program), $found line"
done
