/* SPDX-License-Identifier: MIT */
/* test: modes=run timeout=20 */
/* Orphans come to pid 1, or to the nearest subreaper; children learn of their parent's death. */
#include "check.h"
#include <sys/mman.h>
#include <sys/prctl.h>

struct shared {
    volatile pid_t parent_before, parent_after, grandchild;
    volatile int go, done, signalled;
};
static struct shared *shared;

static void wait_until(volatile int *flag)
{
    for (int i = 0; i < 5000 && !*flag; i++)
        sleep_ms(1);
}

/* A child forks a grandchild and exits; the grandchild looks at its parent before and after. */
static void make_orphan(void)
{
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (child == 0) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            shared->parent_before = getppid();
            shared->go = 1;
            for (int i = 0; i < 5000 && getppid() == shared->parent_before; i++)
                sleep_ms(1);
            shared->parent_after = getppid();
            shared->done = 1;
            _exit(6);
        }
        shared->grandchild = grandchild;
        wait_until(&shared->go);
        _exit(7);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    report_status("child", status);
    CHECK(shared->parent_before == child);
    wait_until(&shared->done);
}

static void in_subreaper(void)
{
    int set = 0, status;
    report("PR_SET_CHILD_SUBREAPER", prctl(PR_SET_CHILD_SUBREAPER, 1));
    prctl(PR_GET_CHILD_SUBREAPER, &set);
    say("subreaper: %d\n", set);
    make_orphan();
    CHECK_THAT("the orphan came to the subreaper", shared->parent_after == getpid());
    CHECK(waitpid(-1, &status, 0) == shared->grandchild);
    report_status("adopted", status);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_GET_CHILD_SUBREAPER, &set);
        _exit(set);
    }
    waitpid(pid, &status, 0);
    report_status("not inherited by fork", status);
}

static void on_death(int number)
{
    shared->signalled = number;
}

static void parent_death_signal(void)
{
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            int signal_number = 0;
            on_signal(SIGUSR1, on_death, 0);
            prctl(PR_SET_PDEATHSIG, SIGUSR1);
            prctl(PR_GET_PDEATHSIG, &signal_number);
            shared->go = signal_number;
            wait_until(&shared->signalled);
            shared->done = 1;
            _exit(0);
        }
        wait_until(&shared->go);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    wait_until(&shared->done);
    say("death signal set: %s, received: %s\n", sig_name(shared->go), sig_name(shared->signalled));
}

int main(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool first = getpid() == 1;
    make_orphan();
    CHECK(shared->parent_after == 1);
    if (first)
        CHECK_THAT("pid 1 can wait for it", waitpid(-1, NULL, 0) == shared->grandchild);
    report_status("subreaper", in_child(in_subreaper));
    parent_death_signal();
    if (first) {
        while (waitpid(-1, NULL, 0) > 0)
            ;
        /* Default actions do not kill pid 1 from within. */
        kill(1, SIGTERM);
        kill(1, SIGKILL);
        kill(1, SIGSTOP);
        say("pid 1 survives\n");
        pid_t pid = fork();
        if (pid == 0) {
            kill(1, SIGTERM);
            kill(1, SIGKILL);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        report("parent of pid 1", getppid());
    }
    return 0;
}
