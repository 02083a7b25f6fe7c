# SPDX-License-Identifier: MIT
# The options of `coracle run`, as a user sees them from inside and outside of the container.
. "$TESTS/cli/_image.sh"
ROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$ROOT"
echo 'tester:x:1234:1235:Tester:/home:/bin/sh' >>"$ROOT/etc/passwd"
echo 'testers:x:1235:' >>"$ROOT/etc/group"
echo 'helpers:x:1300:tester' >>"$ROOT/etc/group"
mkdir -p "$WORK/volume" "$ROOT/deep/er"
echo outside >"$WORK/volume/file"

run() {
    timeout -k 5 30 "$CORACLE" run --rm --rootfs "$ROOT" "$@" </dev/null 2>&1
}

check "-e sets" "value" "$(run -e NAME=value sh -c 'echo $NAME')"
check "-e passes on" "mine" "$(PASSED=mine run -e PASSED sh -c 'echo $PASSED')"
check "-e replaces PATH" "/bin" "$(run -e PATH=/bin sh -c 'echo $PATH')"
printf '# a comment\nONE=1\n\nTWO=two words\n' >"$WORK/env"
check "--env-file" "1 two words" "$(run --env-file "$WORK/env" sh -c 'echo $ONE $TWO')"
check "the host's variables stay outside" "" "$(SECRET=x run sh -c 'echo $SECRET')"
check "HOME is the user's" "/root" "$(run sh -c 'echo $HOME')"
check "-w" "/deep/er" "$(run -w /deep/er pwd)"
check "-h" "boat" "$(run -h boat hostname)"
check "-u by name" "uid=1234(tester) gid=1235(testers) groups=1300(helpers)" "$(run -u tester id)"
check "-u by numbers" "uid=7 gid=8" "$(run -u 7:8 id | sed 's/ groups.*//')"
check "-u may not write what is root's" "1" "$(run -u tester sh -c 'echo x >/etc/passwd' >/dev/null; echo $?)"
check "--entrypoint" "a b" "$(run --entrypoint /bin/echo a b)"
check "-v is read" "outside" "$(run -v "$WORK/volume:/mnt" cat /mnt/file)"
check "-v is written" "inside" "$(run -v "$WORK/volume:/mnt" sh -c 'echo inside >/mnt/new'; cat "$WORK/volume/new")"
check "-v :ro is not written" "Read-only file system" \
    "$(run -v "$WORK/volume:/mnt:ro" sh -c 'echo x >/mnt/file' | sed 's/.*: //'; [ "$(cat "$WORK/volume/file")" = outside ] || echo written)"
check "-v of a file" "outside" "$(run -v "$WORK/volume/file:/etc/given:ro" cat /etc/given)"
check "-i passes input on" "typed" "$(echo typed | timeout 30 "$CORACLE" run -i --rm --rootfs "$ROOT" cat)"
check "without -i there is none" "" "$(echo typed | timeout 30 "$CORACLE" run --rm --rootfs "$ROOT" cat)"
check "output and errors stay apart" "out" "$(timeout 30 "$CORACLE" run --rm --rootfs "$ROOT" sh -c 'echo out; echo err >&2' 2>/dev/null)"
check "the image beside the program" "busybox" "$(timeout 30 "$CORACLE" run --rm busybox sh -c 'readlink /bin/sh | sed s,.*/,,' 2>&1)"
check "--rm leaves nothing" "" "$(timeout 30 "$CORACLE" run --rm busybox sh -c 'echo x >/file' 2>&1; find "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR" -type f)"

status_of() { # COMMAND...: our exit status and the first line
    local said
    said=$(timeout 30 "$CORACLE" "$@" 2>&1 </dev/null)
    echo "$? $(echo "$said" | wc -l)"
}
check "no such option" "125 2" "$(status_of run --nonsense)"
check "no such image" "125 2" "$(status_of run nosuchimage true)"
check "no such root" "125 1" "$(status_of run --rootfs "$WORK/none" true)"
check "a root that is a file" "125 1" "$(status_of run --rootfs "$WORK/env" true)"
mkdir -m 0 "$WORK/closed"
check "a root that cannot be read" "125 2" "$(status_of run --rootfs "$WORK/closed" true)"
check "no such user" "125" "$(status_of run --rootfs "$ROOT" -u nobodyhere true | cut -d' ' -f1)"
check "no such volume" "125" "$(status_of run --rootfs "$ROOT" -v "$WORK/none:/mnt" true | cut -d' ' -f1)"
check "another platform" "125" "$(status_of run --rootfs "$ROOT" --platform linux/arm64 true | cut -d' ' -f1)"
check "another engine" "125" "$(status_of run --rootfs "$ROOT" --engine warp true | cut -d' ' -f1)"
finish
