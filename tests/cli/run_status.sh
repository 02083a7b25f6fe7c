# SPDX-License-Identifier: MIT
# What becomes of a container's first program when it is a script, is not there, or cannot be executed: the exit
# statuses are docker's, and each failure is one line.
ROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$ROOT"
printf '#!/bin/sh\necho script "$0" "$@"\n' >"$ROOT/bin/script"
cp "$ROOT/bin/script" "$ROOT/closed"
printf 'echo no interpreter\n' >"$ROOT/plain"
printf '#!/no/such\n' >"$ROOT/badline"
head -c 60 "$ROOT/bin/busybox" >"$ROOT/cut"
chmod 755 "$ROOT/bin/script" "$ROOT/plain" "$ROOT/badline" "$ROOT/cut"
chmod 644 "$ROOT/closed"
failed=0

expect() { # NAME STATUS PATTERN COMMAND...
    local name=$1 status=$2 pattern=$3 said
    shift 3
    said=$(timeout 20 "$CORACLE" run --rm --rootfs "$ROOT" "$@" 2>&1 </dev/null)
    local got=$?
    if [ $got = "$status" ] && [[ $said == $pattern ]] && [ "$(echo "$said" | wc -l)" = 1 ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "    status $got instead of $status: $said"
        failed=1
    fi
}

expect "a script by its name" 0 "script /bin/script a b" script a b
expect "a script by its path" 0 "script /bin/script a" /bin/script a
expect "a script by another user" 0 "script /bin/script" -u 1000 script
expect "a status of its own" 7 "" sh -c 'exit 7'
expect "a signal of a child" 137 "*" sh -c 'sh -c "kill -9 \$\$"; exit $?'
expect "a signal to itself, which the first process survives" 5 "" sh -c 'kill -9 $$; exit 5'
expect "a name that is nowhere" 127 '*nosuch*not found*' nosuch
expect "a path that is nowhere" 127 '*/no/such*no such file*' /no/such
expect "an interpreter that is nowhere" 127 '*/badline*' /badline
expect "PATH leads elsewhere" 127 '*true*not found*' -e PATH=/nowhere true
expect "a file that is not executable" 126 '*/closed*permission denied*' /closed
expect "a folder" 126 '*/tmp*permission denied*' /tmp
expect "a text without #!" 126 '*/plain*exec format error*' /plain
expect "a truncated program" 126 '*/cut*' /cut
expect "a working directory that is a file" 126 '*/etc/passwd*' -w /etc/passwd true
exit $failed
