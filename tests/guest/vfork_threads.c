/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic timeout=10 */
/* What other threads of the parent close, open and change while a vfork child runs belongs to the parent
 * alone. */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

static volatile int child_runs, closed;
static int ends[2], replaced;

static void *close_meanwhile(void *unused)
{
    while (!child_runs)
        sched_yield();
    close(ends[1]);
    replaced = memfd_create("new", 0);
    if (chdir("/tmp"))
        die("chdir");
    closed = 1;
    return unused;
}

static void wait_for_thread(void)
{
    child_runs = 1;
    while (!closed)
        sched_yield();
}

int main(void)
{
    pthread_t thread;
    int status, opened = memfd_create("kept", 0);
    char byte, cwd[4096];

    if (pipe(ends) || chdir("/"))
        die("pipe");
    pthread_create(&thread, NULL, close_meanwhile, NULL);
    pid_t pid = vfork();
    if (pid == 0) {
        wait_for_thread();
        /* The child's own, in its table and its folder alone. */
        int a = dup(opened), b = open("/dev/null", O_RDONLY);
        if (a < 0 || b < 0 || chdir("/proc") || write(ends[1], "x", 1) != 1)
            _exit(1);
        close(opened);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    pthread_join(thread, NULL);
    report_status("child", status);
    report("its byte", read(ends[0], &byte, 1));
    report("then the end", read(ends[0], &byte, 1));
    report("what the thread opened", write(replaced, "abc", 3));
    report("what the child closed", write(opened, "abc", 3));
    say("folder %s\n", getcwd(cwd, sizeof cwd));
    return 0;
}
