# SPDX-License-Identifier: MIT
# What the scripts of tests/real share. `same NAME COMMAND...` is a case: the command must print the same, and end
# with the same status, natively (fresh namespaces, chroot) and in a container, both in the root filesystem $ROOT.

failed=0

native() {
    "$TESTS/runner/native.sh" "$ROOT" "$@"
}

guest() {
    "$CORACLE" run --rm --hostname guest --rootfs "$ROOT" "$@"
}

ok() { # NAME
    echo "ok $1"
}

not_ok() { # NAME, then what is known about it
    echo "not ok $1"
    shift
    printf '%s\n' "$@" | head -40 | sed 's/^/    /'
    failed=1
}

same() { # NAME COMMAND...
    local name=$1
    shift
    timeout -k 5 30 "$TESTS/runner/native.sh" "$ROOT" "$@" >"$WORK/native" 2>"$WORK/native.err" </dev/null
    echo "[exit status $?]" >>"$WORK/native"
    timeout -k 5 30 "$CORACLE" run --rm --hostname guest --rootfs "$ROOT" "$@" >"$WORK/guest" 2>"$WORK/guest.err" \
        </dev/null
    echo "[exit status $?]" >>"$WORK/guest"
    if cmp -s "$WORK/native" "$WORK/guest"; then
        ok "$name"
    else
        not_ok "$name" "$(diff -u "$WORK/native" "$WORK/guest")" "$(tail -5 "$WORK/guest.err")"
    fi
}

finish() {
    exit $failed
}
