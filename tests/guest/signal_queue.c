/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Pending signals: order of real-time ones, values and codes of siginfo, coalescing, and taking them by
 * waiting. */
#include "check.h"
#include <pthread.h>

static char order[64];
static int order_size;

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    order_size += snprintf(order + order_size, sizeof order - (size_t)order_size, "%s:%d ", sig_name(number),
                           info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
}

static void show(const char *label, int got, const siginfo_t *info)
{
    const char *code = info->si_code == SI_USER     ? "USER"
                       : info->si_code == SI_QUEUE  ? "QUEUE"
                       : info->si_code == SI_TKILL  ? "TKILL"
                       : info->si_code == SI_KERNEL ? "KERNEL"
                                                    : "other";
    if (got < 0)
        say("%s: %s\n", label, err_name(errno));
    else
        say("%s: %s code %s, value %d, pid %s, uid %s\n", label, sig_name(got), code,
            info->si_code == SI_QUEUE ? info->si_value.sival_int : 0,
            info->si_pid == getpid() ? "ours" : "other", info->si_uid == getuid() ? "ours" : "other");
}

static void queue(int number, int value)
{
    if (sigqueue(getpid(), number, (union sigval){.sival_int = value}) < 0)
        say("sigqueue: %s\n", err_name(errno));
}

static void delivery_order(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = SIGRTMIN; i <= SIGRTMIN + 2; i++)
        on_signal(i, note, SA_SIGINFO);
    on_signal(SIGUSR1, note, SA_SIGINFO);
    on_signal(SIGUSR2, note, SA_SIGINFO);
    queue(SIGRTMIN + 2, 1);
    queue(SIGRTMIN, 1);
    queue(SIGRTMIN + 1, 1);
    queue(SIGRTMIN, 2);
    queue(SIGRTMIN, 3);
    queue(SIGRTMIN + 2, 2);
    queue(SIGUSR2, 4);
    queue(SIGUSR2, 5);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    siginfo_t info;
    struct timespec zero = {0, 0};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGRTMIN);
    show("sigtimedwait", sigtimedwait(&one, &info, &zero), &info);
    show("sigtimedwait", sigtimedwait(&one, &info, &zero), &info);
    show("sigtimedwait", sigtimedwait(&one, &info, &zero), &info);
    show("sigtimedwait", sigtimedwait(&one, &info, &zero), &info);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    sigaddset(&wanted, SIGUSR2);
    sigaddset(&wanted, SIGRTMIN + 1);
    sigaddset(&wanted, SIGRTMIN + 2);
    show("lowest first", sigwaitinfo(&wanted, &info), &info);
    show("then", sigwaitinfo(&wanted, &info), &info);
    sigset_t pending;
    sigpending(&pending);
    say("pending: %d%d%d%d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2),
        sigismember(&pending, SIGRTMIN + 1), sigismember(&pending, SIGRTMIN + 2));
    sigset_t none;
    sigemptyset(&none);
    queue(SIGUSR1, 9);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Frames are stacked in the order of numbers, so that the last handler runs first. */
    say("handlers: %s\n", order);
}

static void senders(void)
{
    siginfo_t info;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct timespec second = {5, 0}, bad = {0, -1}, little = {0, 20000000};
    kill(getpid(), SIGUSR1);
    show("kill", sigwaitinfo(&set, &info), &info);
    raise(SIGUSR1);
    show("raise", sigwaitinfo(&set, &info), &info);
    pthread_kill(pthread_self(), SIGUSR1);
    show("pthread_kill", sigtimedwait(&set, &info, &second), &info);
    queue(SIGUSR1, 77);
    show("sigqueue", sigtimedwait(&set, &info, &second), &info);
    pid_t pid = fork();
    if (pid == 0) {
        sigqueue(getppid(), SIGUSR1, (union sigval){.sival_int = 5});
        _exit(0);
    }
    int got = sigtimedwait(&set, &info, &second);
    say("from a child: %s value %d, pid %s\n", sig_name(got), info.si_value.sival_int,
        info.si_pid == pid ? "the child's" : "other");
    waitpid(pid, NULL, 0);
    siginfo_t made;
    memset(&made, 0, sizeof made);
    made.si_code = -50;
    made.si_pid = 4321;
    made.si_value.sival_ptr = (void *)0x123456789abcdef0;
    report("rt_sigqueueinfo to ourselves", syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &made));
    got = sigtimedwait(&set, &info, &second);
    say("it carries code %d, pid %d, value %lx, signo %d\n", info.si_code, info.si_pid,
        (unsigned long)info.si_value.sival_ptr, info.si_signo == SIGUSR1);
    made.si_code = SI_USER;
    pid_t other = fork();
    if (other == 0)
        for (;;)
            pause();
    report("SI_USER made up for another", syscall(SYS_rt_sigqueueinfo, other, SIGUSR1, &made));
    made.si_code = 1;
    report("a kernel's code for another", syscall(SYS_rt_sigqueueinfo, other, SIGUSR1, &made));
    made.si_code = SI_TKILL;
    report("SI_TKILL for another", syscall(SYS_rt_tgsigqueueinfo, other, other, SIGUSR1, &made));
    made.si_code = SI_QUEUE;
    report("rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, &made));
    got = sigtimedwait(&set, &info, &second);
    say("%s code %d pid %d\n", sig_name(got), info.si_code, info.si_pid);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    report("timeout", sigtimedwait(&set, &info, &little));
    report("bad timeout", sigtimedwait(&set, &info, &bad));
    report("sigset of another size", syscall(SYS_rt_sigtimedwait, &set, &info, &little, 4));
    report("sigqueue of signal 0", sigqueue(getpid(), 0, (union sigval){0}));
    report("sigqueue to nobody", sigqueue(999999, SIGUSR1, (union sigval){0}));
}

static void ignoring_discards(void)
{
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    sigpending(&pending);
    say("pending after ignoring: %d\n", sigismember(&pending, SIGUSR1));
    raise(SIGUSR1);
    sigpending(&pending);
    say("ignored and blocked: %d\n", sigismember(&pending, SIGUSR1));
    signal(SIGUSR1, SIG_DFL);
    raise(SIGUSR1);
    pid_t pid = fork();
    if (pid == 0) {
        sigpending(&pending);
        _exit(sigismember(&pending, SIGUSR1));
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("pending in a child", status);
    struct timespec zero = {0, 0};
    say("taken: %s\n", sig_name(sigtimedwait(&set, NULL, &zero)));
    /* Several deaths make one signal. */
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            _exit(0);
    siginfo_t info;
    int reaped = 0;
    while (waitid(P_ALL, 0, &info, WEXITED) == 0)
        reaped++;
    int children = 0;
    while (sigtimedwait(&set, NULL, &zero) == SIGCHLD)
        children++;
    say("reaped %d, SIGCHLD %d\n", reaped, children);
    raise(SIGCHLD);
    say("SIGCHLD by hand: %s\n", sig_name(sigtimedwait(&set, NULL, &zero)));
}

static void *wait_in_thread(void *arg)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 5);
    int got = 0;
    say("sigwait: %d", sigwait(&set, &got));
    say(" %s\n", sig_name(got));
    return arg;
}

int main(void)
{
    report_status("order", in_child(delivery_order));
    senders();
    ignoring_discards();
    pthread_t thread;
    block_signal(SIG_BLOCK, SIGRTMIN + 5);
    pthread_create(&thread, NULL, wait_in_thread, NULL);
    settle();
    kill(getpid(), SIGRTMIN + 5);
    pthread_join(thread, NULL);
    return 0;
}
