# SPDX-License-Identifier: MIT
# test: timeout=120 needs=debian
# What becomes of a container when its supervisor, its client or its first process ends: nothing is left running.
failed=0
ROOT=$ROOT_DEBIAN

check() { # NAME EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        printf 'not ok %s\n    expected: %s\n    found: %s\n' "$1" "$2" "$3"
        failed=1
    fi
}

# One that is stopped before it could do anything, and three processes with a name of their own: one that runs, one
# that is stopped, one in a session of its own.
busy='
sleep 1000 & kill -STOP $! # whatever it has come to by then
exec -a tag-'$$'-stopped sleep 1000 &
until grep -q ^tag /proc/$!/cmdline; do sleep 0.01; done
kill -STOP $!
setsid bash -c "exec -a tag-'$$'-session sleep 1000" &
echo ready
exec -a tag-'$$'-first sleep 1000
'

start() { # starts $busy; sets client, supervisor and first
    rm -f "$WORK/out"
    mkfifo "$WORK/out"
    "$CORACLE" run --rm --rootfs "$ROOT" /bin/bash -c "$busy" >"$WORK/out" 2>/dev/null </dev/null &
    client=$!
    read -r _ <"$WORK/out"
    for _ in $(seq 200); do
        [ "$(count)" = 3 ] && break
        sleep 0.02
    done
    first=$(pgrep -f "^tag-$$-first")
    supervisor=$(ps -o ppid= -p "$first" | tr -d ' ')
}

count() {
    pgrep -f "^tag-$$-" | while read -r pid; do
        case $(ps -o stat= -p "$pid") in Z* | '') ;; *) echo "$pid" ;; esac
    done | wc -l
}

left() { # how many there are when they have had time to end
    for _ in $(seq 100); do
        [ "$(count)" = 0 ] && break
        sleep 0.02
    done
    count
}

start
kill -KILL "$supervisor"
check "a supervisor that is killed takes all with it, stopped ones too" 0 "$(left)"
wait "$client"
check "the client says so" 125 $?

start
kill -KILL "$client"
check "a client that is killed takes the container with it" 0 "$(left)"

start
kill -KILL "$first"
check "the end of the first process is the end of all" 0 "$(left)"
wait "$client"
check "its status is the client's" 137 $?

start
kill -TERM "$supervisor"
check "a supervisor that is asked to end ends the container" 0 "$(left)"
wait "$client"
check "its first process is killed then" 137 $?

out=$("$CORACLE" run --rm --rootfs "$ROOT" /bin/bash -c '
    (setsid sleep 1000 &) ; (exec sleep 1000) & for i in 1 2 3 4 5 6 7 8 9; do (exit $i) || true; done
    kill -9 $$; kill -TERM $$; kill -STOP $$; echo "still $$"; (kill -0 99999) 2>/dev/null || echo nobody')
check "the first process is not killed from inside" "still 1
nobody" "$out"

exit $failed
