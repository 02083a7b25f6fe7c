# SPDX-License-Identifier: MIT
# test: timeout=1800
# Threads, forks, execs, signals and changing code, over and over: nothing hangs, crashes or goes wrong. ROUNDS in
# the environment says how often.
status=0
for name in stress_signals sites_jit sites_tail syscall_race signal_threads signal_regs threads; do
    gcc -O1 -I"$TESTS/guest" -pthread -o "$WORK/$name" "$TESTS/guest/$name.c" || exit 1
    "$WORK/$name" >"$WORK/native" 2>/dev/null
    bad=0
    for dispatch in user filter; do
        for round in $(seq "${ROUNDS:-20}"); do
            CORACLE_DISPATCH=$dispatch timeout -k 5 60 "$CORACLE" run-elf "$WORK/$name" >"$WORK/ours" 2>"$WORK/err"
            echo "[exit status $?]" >>"$WORK/ours"
            { cat "$WORK/native"; echo "[exit status 0]"; } | cmp -s - "$WORK/ours" && continue
            [ $bad != 0 ] || { echo "    round $round, $dispatch:"; diff "$WORK/native" "$WORK/ours" | head -40; head -20 "$WORK/err"; } >"$WORK/what"
            bad=$((bad + 1))
        done
    done
    if [ $bad = 0 ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "    $bad rounds went wrong; the first:"
        cat "$WORK/what"
        status=1
    fi
done
exit $status
