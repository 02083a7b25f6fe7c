# SPDX-License-Identifier: MIT
# What the host sees of guests: they are processes under their own command lines, which it can look at and kill.
. "$TESTS/cli/_image.sh"
ROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$ROOT"

"$CORACLE" run --rm --rootfs "$ROOT" sh -c 'cd /etc; exec 7<passwd; sleep 4321.5; true' </dev/null >"$WORK/out" 2>&1 &
client=$!
# The process of the guest's own command line among those below us.
find_guest() {
    ps -eo pid=,args= | awk -v want="$1" '{ pid = $1; $1 = ""; if (substr($0, 2) == want) print pid }' | head -1
}
for _ in $(seq 100); do
    guest=$(find_guest "sleep 4321.5")
    [ -z "$guest" ] || break
    sleep 0.1
done
check "ps shows the command line" "yes" "$([ -n "$guest" ] && echo yes)"
check "its name" "sleep" "$(cat "/proc/$guest/comm")"
check "its parent is the guest's" "sh" "$(cat "/proc/$(ps -o ppid= -p "$guest" | tr -d ' ')/comm")"
check "its working directory" "$ROOT/etc" "$(readlink "/proc/$guest/cwd")"
check "its open files" "$ROOT/etc/passwd" "$(readlink /proc/"$guest"/fd/* 2>/dev/null | grep -m1 "passwd$")"
if command -v lsof >/dev/null; then
    check "lsof shows them" "yes" "$(lsof -p "$guest" 2>/dev/null | grep -q "etc/passwd" && echo yes)"
else
    echo "ok lsof shows them # skip lsof is not installed"
fi
kill -TERM "$guest"
wait $client
check "kill ends it, and the container goes on to its end" "0" "$?"

"$CORACLE" run --rm --rootfs "$ROOT" sleep 4322.5 </dev/null >"$WORK/out" 2>&1 &
client=$!
for _ in $(seq 100); do
    guest=$(find_guest "sleep 4322.5")
    [ -z "$guest" ] || break
    sleep 0.1
done
kill -KILL "$guest"
wait $client
check "the first process killed from outside ends the container" "137" "$?"
check "nothing is left" "" "$(ps -eo args= | grep '^sleep 432[12]')"
finish
