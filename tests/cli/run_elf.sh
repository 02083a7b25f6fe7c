# SPDX-License-Identifier: MIT
# How run-elf finds what it runs: names, paths, scripts, a sysroot; and what it says when there is nothing to run.
SYSROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$SYSROOT"
echo inside >"$SYSROOT/etc/mark"
printf '#!/bin/sh\necho script "$0" "$@"\n' >"$WORK/our_script"
chmod 755 "$WORK/our_script"
echo text >"$WORK/closed"
cd "$WORK" || exit 1
failed=0

expect() { # NAME STATUS PATTERN ARGUMENTS...
    local name=$1 status=$2 pattern=$3 said got
    shift 3
    said=$(timeout 20 "$CORACLE" run-elf "$@" 2>&1 </dev/null)
    got=$?
    if [ $got = "$status" ] && [[ $said == $pattern ]]; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "    status $got instead of $status: $said"
        failed=1
    fi
}

PATH=$PATH:$WORK
expect "a program by its name" 0 "hello" echo hello
expect "a program by its path" 0 "hello" /bin/echo hello
expect "a script by its name" 0 "script $WORK/our_script a" our_script a
expect "a script by its path" 0 "script ./our_script a" ./our_script a
expect "a sysroot" 0 "inside" --sysroot "$SYSROOT" "$SYSROOT/bin/busybox" cat /etc/mark
expect "a name that is nowhere" 127 "*nosuch*" nosuch
expect "a file that is not executable" 126 "*closed*" ./closed
expect "the name that it was started by" 0 "*AT_EXECFN:*/bin/true*" /usr/bin/env LD_SHOW_AUXV=1 /bin/true
expect "our own kernel program" 125 "*cannot be started*" "$CORACLE" run-elf /bin/true
exit $failed
