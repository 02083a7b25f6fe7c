# SPDX-License-Identifier: MIT
# What a person sees of a program that a signal kills: nothing of ours, or with --debug a report.
status=0
check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/    /' "$WORK/err" | head -60
        status=1
    fi
}
has() { # PATTERN...: each of them stands in a line of the report
    for pattern in "$@"; do
        grep -Eq -- "$pattern" "$WORK/err" || return 1
    done
}
run() { # COMMAND...; the status is kept, and what the shell says of a death is not
    { "$@" >"$WORK/out" 2>"$WORK/err"; } 2>/dev/null
    code=$?
}

cat >"$WORK/crash.c" <<'C'
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) static int deep(int n, volatile int *p)
{
    return n ? deep(n - 1, p) + 1 : *p;
}
int main(int argc, char **argv)
{
    (void)argv;
    getppid();
    if (argc > 1)
        abort();
    return deep(3, (int *)24);
}
C
gcc -O0 -fno-omit-frame-pointer -o "$WORK/crash" "$WORK/crash.c" || exit 1

run "$CORACLE" run-elf "$WORK/crash"
check status test $code = 139
check silent test ! -s "$WORK/err"
run "$CORACLE" --debug run-elf "$WORK/crash"
check status-with-report test $code = 139
check what has "crash .*killed by SIGSEGV, code 1" "fault is at 0x18: nothing is mapped there" "pc 0x.*: $WORK/crash\+0x"
check registers has "rax 0000000000000018 +rcx" "r12 .* r15"
check backtrace test "$(grep -c "called from .*$WORK/crash+0x" "$WORK/err")" -ge 4
check calls has "last system calls:" "^    getppid\(\) = [0-9]+"
check memory has "-[0-9a-f]+ r-xp [0-9a-f]+ $WORK/crash" "\[stack\]"
check hides-us test -z "$(grep -E 'coracle-kernel|trampolines|7ea0' "$WORK/err")"
run "$CORACLE" --debug run-elf "$WORK/crash" abort
check abort test $code = 134
check abort-report has "killed by SIGABRT, code -6" "^    (tgkill|tkill|kill)\("
exit $status
