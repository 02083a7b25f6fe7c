/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Signals and threads: who gets what is sent to the process, masks per thread, stops of all threads. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

static _Thread_local int index_;
static atomic_int got[4], ready, stop;
static atomic_int code_seen;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    code_seen = info->si_code;
    got[index_]++;
}

static void *blocked_thread(void *arg)
{
    index_ = (int)(intptr_t)arg;
    block_signal(SIG_BLOCK, SIGUSR1);
    ready++;
    while (!stop)
        sleep_ms(5);
    return NULL;
}

static void *open_thread(void *arg)
{
    index_ = (int)(intptr_t)arg;
    block_signal(SIG_UNBLOCK, SIGUSR1);
    ready++;
    while (!stop)
        pause();
    return NULL;
}

static void wait_for(atomic_int *value, int wanted)
{
    for (int i = 0; i < 5000 && *value < wanted; i++)
        sleep_ms(1);
}

static void forwarding(void)
{
    pthread_t threads[4];
    on_signal(SIGUSR1, handler, SA_SIGINFO);
    block_signal(SIG_BLOCK, SIGUSR1);
    for (intptr_t i = 1; i < 4; i++)
        pthread_create(&threads[i], NULL, i == 2 ? open_thread : blocked_thread, (void *)i);
    wait_for(&ready, 3);
    for (int i = 0; i < 10; i++) {
        kill(getpid(), SIGUSR1);
        wait_for(&got[2], i + 1);
    }
    say("to the process: %d %d %d %d, code %s\n", got[0], got[1], got[2], got[3],
        code_seen == SI_USER ? "USER" : "other");
    pthread_kill(threads[1], SIGUSR1);
    settle();
    say("to a thread that blocks it: %d %d %d %d\n", got[0], got[1], got[2], got[3]);
    sigset_t pending;
    sigpending(&pending);
    say("pending for us: %d\n", sigismember(&pending, SIGUSR1));
    pthread_kill(threads[2], SIGUSR1);
    wait_for(&got[2], 11);
    say("to the open one: %d %d %d %d, code %s\n", got[0], got[1], got[2], got[3],
        code_seen == SI_TKILL ? "TKILL" : "other");
    stop = 1;
    pthread_kill(threads[2], SIGUSR1);
    for (int i = 1; i < 4; i++)
        pthread_join(threads[i], NULL);
    kill(getpid(), SIGUSR1);
    sigpending(&pending);
    say("pending for the process: %d\n", sigismember(&pending, SIGUSR1));
    got[0] = 0;
    block_signal(SIG_UNBLOCK, SIGUSR1);
    say("taken when unblocked: %d\n", got[0]);
}

/* A thread that blocks a pending process signal and then exits does not lose it. */
static void *open_late(void *arg)
{
    index_ = 3;
    settle();
    block_signal(SIG_UNBLOCK, SIGUSR1);
    return arg;
}

static void open_later(void)
{
    pthread_t thread;
    got[3] = 0;
    block_signal(SIG_BLOCK, SIGUSR1);
    pthread_create(&thread, NULL, open_late, NULL);
    kill(getpid(), SIGUSR1);
    pthread_join(thread, NULL);
    say("by a thread that unblocks: %d\n", got[3]);
    sigset_t mask;
    block_signal(SIG_BLOCK, SIGHUP);
    pthread_create(&thread, NULL, blocked_thread, (void *)1);
    pthread_join(thread, NULL);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    say("mask of ours: %d\n", sigismember(&mask, SIGHUP));
}

static volatile long *counters;

static void *count(void *arg)
{
    volatile long *mine = arg;
    for (;;) {
        ++*mine;
        if (*mine % 1000 == 0)
            getppid();
    }
    return NULL;
}

static void stop_all(void)
{
    counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        for (int i = 0; i < 3; i++)
            pthread_create(&thread, NULL, count, (void *)&counters[i]);
        for (;;)
            pause();
    }
    for (int i = 0; i < 5000 && !(counters[0] && counters[1] && counters[2]); i++)
        sleep_ms(1);
    for (int round = 0; round < 3; round++) {
        int status;
        kill(pid, SIGSTOP);
        CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
        long before[3] = {counters[0], counters[1], counters[2]};
        sleep_ms(30);
        CHECK(before[0] == counters[0] && before[1] == counters[1] && before[2] == counters[2]);
        kill(pid, SIGCONT);
        CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
        for (int i = 0;
             i < 5000 && (before[0] == counters[0] || before[1] == counters[1] || before[2] == counters[2]);
             i++)
            sleep_ms(1);
        CHECK(before[0] != counters[0] && before[1] != counters[1] && before[2] != counters[2]);
    }
    int status;
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    report_status("all die", status);
}

static void *fault(void *arg)
{
    *(volatile int *)arg = 1;
    return NULL;
}

static void thread_faults(void)
{
    pthread_t thread;
    block_signal(SIG_BLOCK, SIGSEGV);
    pthread_create(&thread, NULL, fault, (void *)16);
    for (;;)
        pause();
}

static void *fault_handled(void *arg)
{
    index_ = 2;
    *(volatile int *)arg = 1;
    return NULL;
}

static void repair(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    got[index_] += 100;
    mprotect(info->si_addr, 4096, PROT_READ | PROT_WRITE);
}

int main(void)
{
    forwarding();
    open_later();
    stop_all();
    report_status("a fault of a thread", in_child(thread_faults));
    got[2] = 0;
    on_signal(SIGSEGV, repair, SA_SIGINFO);
    pthread_t thread;
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_create(&thread, NULL, fault_handled, page);
    pthread_join(thread, NULL);
    say("handled by the thread itself: %d\n", got[2]);
    return 0;
}
