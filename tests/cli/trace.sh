# SPDX-License-Identifier: MIT
# test: timeout=60
# The tracer: its lines, its counters, its options; and that clocks need no system call.
status=0
check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -20 "$WORK/out" "$WORK/err" "$WORK/trace" 2>/dev/null | sed 's/^/    /'
        status=1
    fi
}
trace() { # ARGUMENT...
    rm -f "$WORK/trace"
    "$CORACLE" trace "$@" >"$WORK/out" 2>"$WORK/err"
    code=$?
}
has() { # FILE PATTERN...
    local file=$1
    shift
    for pattern in "$@"; do
        grep -Eq -- "$pattern" "$file" || return 1
    done
}
lacks() { # FILE PATTERN
    ! grep -Eq -- "$2" "$1"
}
count() { # CALL FIELD: of the JSON counters
    /usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["by_call"].get(sys.argv[2], {}).get(sys.argv[3], 0))' "$WORK/trace" "$1" "$2"
}

cat >"$WORK/prog.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct timespec now;
    struct timeval day;
    (void)argv;
    for (int i = 0; i < 1000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        clock_gettime(CLOCK_REALTIME, &now);
        gettimeofday(&day, NULL);
        time(NULL);
        sched_getcpu();
    }
    open("/nowhere", O_RDONLY | O_CLOEXEC);
    if (write(1, "a \"text\"\n", 9) != 9)
        return 1;
    pid_t pid = fork();
    if (pid == 0) {
        getppid();
        _exit(3);
    }
    wait(NULL);
    if (argc > 1)
        raise(SIGTERM);
    return 7;
}
C
gcc -O1 -static -o "$WORK/prog" "$WORK/prog.c" || exit 1

trace "$WORK/prog"
check status test $code = 7
check output test "$(cat "$WORK/out")" = 'a "text"'
check names-and-results has "$WORK/err" 'openat\(AT_FDCWD, "/nowhere", O_RDONLY\|O_CLOEXEC.*\) = -1 ENOENT' \
    'write\(1, "a \\"text\\"\\n", 9\) = 9' 'exit_group\(7\) = \?' 'exited with 7'
check child-is-not-followed lacks "$WORK/err" getppid
trace -f "$WORK/prog"
check child-is-followed has "$WORK/err" 'getppid\(\) = [0-9]+' 'exit_group\(3\)'
trace -e openat,write "$WORK/prog"
check only-these has "$WORK/err" openat write
check no-others lacks "$WORK/err" 'fork|clone|wait4'
trace -o "$WORK/trace" "$WORK/prog"
check into-a-file has "$WORK/trace" 'write\(1'
check nothing-beside test ! -s "$WORK/err"
trace --json -o "$WORK/trace" -f "$WORK/prog"
check json /usr/bin/python3 -c 'import json, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
calls = [l for l in lines if "call" in l]
assert any(l["call"] == "openat" and l["errno"] == "ENOENT" for l in calls)
assert any(l["call"] == "getppid" and l["pid"] != calls[0]["pid"] for l in calls)' "$WORK/trace"
trace "$WORK/prog" kill
check signal test $code = 143
check signal-is-shown has "$WORK/err" 'SIGTERM|TERM' 'killed by'
trace -c "$WORK/prog"
check summary has "$WORK/err" 'trapped syscall' ' openat$' ' total$'
trace -c --json -o "$WORK/trace" "$WORK/prog"
check counters test "$(count write calls)" = 1 -a "$(count openat errors)" = 1
clocks=$(($(count clock_gettime calls) + $(count gettimeofday calls) + $(count time calls) + $(count getcpu calls)))
check clocks-need-no-call test $clocks -lt 20
trace "$WORK/nothing"
check no-program test $code = 127
trace
check no-arguments test $code = 125
exit $status
