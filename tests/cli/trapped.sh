# SPDX-License-Identifier: MIT
# test: timeout=120 programs=esbuild
# In warm programs, nearly every system call comes from a rewritten site: `trace -c` counts those that trapped.
status=0
trapped() { # NAME COMMAND...
    local name=$1 text
    shift
    timeout 60 "$CORACLE" trace -c -f --json -o "$WORK/$name.json" "$@" >"$WORK/$name.out" 2>&1
    text=$(/usr/bin/python3 - "$WORK/$name.json" <<'PYTHON'
import json, sys
counts = json.load(open(sys.argv[1]))
calls, trapped = counts["calls"], counts["trapped"]
print("fine" if calls > 2000 and trapped * 100 < calls else "bad", f"{trapped} of {calls} calls trapped")
PYTHON
    )
    case "$text" in
    fine*) echo "ok $name" ;;
    *)
        echo "not ok $name"
        echo "    $text"
        tail -20 "$WORK/$name.out" | sed 's/^/    /'
        status=1
        ;;
    esac
}

# Names, descriptors, memory, pipes, threads and children.
cat >"$WORK/calls.c" <<'C'
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static void work(int n)
{
    int fd[2];
    struct stat st;
    if (pipe(fd))
        exit(1);
    for (int i = 0; i < n; i++) {
        char c = 1, *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        int zero = open("/dev/zero", O_RDONLY);
        page[0] = c;
        if (stat("/", &st) || fstat(zero, &st) || read(zero, &c, 1) != 1 || write(fd[1], &c, 1) != 1 ||
            read(fd[0], &c, 1) != 1 || lseek(zero, 0, SEEK_SET) < 0)
            exit(2);
        close(zero);
        munmap(page, 4096);
        getppid();
    }
}
static void *thread(void *arg)
{
    work(500);
    return arg;
}
int main(void)
{
    pthread_t t[2];
    work(1000);
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, thread, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    return 0;
}
C
gcc -O2 -o "$WORK/glibc" "$WORK/calls.c" -pthread && gcc -O2 -static -o "$WORK/glibc-static" "$WORK/calls.c" -pthread &&
    musl-gcc -O2 -static -o "$WORK/musl" "$WORK/calls.c" || exit 1
trapped glibc "$WORK/glibc"
trapped glibc-static "$WORK/glibc-static"
trapped musl "$WORK/musl"

mkdir "$WORK/modules"
for i in $(seq 1500); do
    echo "import {f$((i + 1))} from './m$((i + 1)).js'; export let f$i = x => x ? f$((i + 1))(x - 1) : 0" >"$WORK/modules/m$i.js"
done
echo "export let f1501 = x => x" >"$WORK/modules/m1501.js"
trapped go "$PROGRAM_ESBUILD" --bundle "$WORK/modules/m1.js" --outfile="$WORK/bundle.js"
exit $status
