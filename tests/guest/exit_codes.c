/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Exit codes, deaths by every signal that kills, and what SIGCHLD says about them. */
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>

static int value;

static void exit_group_value(void)
{
    syscall(SYS_exit_group, value);
}

static void exit_value(void)
{
    syscall(SYS_exit, value);
}

static void die_of(void)
{
    signal(value, SIG_DFL);
    kill(getpid(), value);
    /* What does not kill at once would be reported as this. */
    for (int i = 0; i < 20; i++)
        sleep_ms(1);
    _exit(55);
}

static void *leave_thread(void *arg)
{
    syscall(SYS_exit_group, (int)(intptr_t)arg);
    return NULL;
}

static void thread_exits_group(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, leave_thread, (void *)17);
    for (;;)
        pause();
}

static void *last_thread(void *arg)
{
    settle();
    syscall(SYS_exit, 23);
    return arg;
}

static void main_leaves_first(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, last_thread, NULL);
    syscall(SYS_exit, 5);
}

static void blocked_and_fatal(void)
{
    block_signal(SIG_BLOCK, SIGTERM);
    raise(SIGTERM);
    block_signal(SIG_UNBLOCK, SIGTERM);
    _exit(55);
}

static void abort_blocked(void)
{
    block_signal(SIG_BLOCK, SIGABRT);
    signal(SIGABRT, SIG_IGN);
    abort();
}

static void blocked_fault(void)
{
    block_signal(SIG_BLOCK, SIGSEGV);
    *(volatile int *)16 = 1;
}

static void ignored_fault(void)
{
    signal(SIGSEGV, SIG_IGN);
    *(volatile int *)16 = 1;
}

static void fault_in_handler(int number)
{
    (void)number;
    *(volatile int *)16 = 1;
}

static void handled_fault_faults(void)
{
    on_signal(SIGSEGV, fault_in_handler, 0);
    *(volatile int *)16 = 1;
}

static volatile int chld_code, chld_status, chld_uid, chld_count;
static volatile pid_t chld_pid;

static void on_child(int number, siginfo_t *info, void *context)
{
    (void)context;
    chld_count += number == SIGCHLD;
    chld_code = info->si_code;
    chld_status = info->si_status;
    chld_pid = info->si_pid;
    chld_uid = (int)info->si_uid;
}

static void child_signal(const char *label, int how)
{
    sigset_t none, block;
    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigprocmask(SIG_BLOCK, &block, NULL);
    chld_count = 0;
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_UNBLOCK, &block, NULL);
        if (how > 0)
            _exit(how);
        signal(-how, SIG_DFL);
        raise(-how);
        pause();
    }
    while (!chld_count)
        sigsuspend(&none);
    static const char *const names[] = {"0", "EXITED", "KILLED", "DUMPED", "TRAPPED", "STOPPED", "CONTINUED"};
    say("%s: SIGCHLD code %s status %d, pid %s, uid %s\n", label, names[chld_code], chld_status,
        chld_pid == pid ? "right" : "wrong", chld_uid == (int)getuid() ? "right" : "wrong");
    if (chld_code == CLD_STOPPED) {
        kill(pid, SIGKILL);
        sigsuspend(&none);
        say("then: SIGCHLD code %s status %d\n", names[chld_code], chld_status);
    }
    waitpid(pid, NULL, 0);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
}

int main(void)
{
    /* No core files: whether one is written depends on the host. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    static const int values[] = {0, 1, 127, 255, 256, 257, -1, 0x12345678};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        value = values[i];
        say("exit of %d, ", value);
        report_status("exit_group", in_child(exit_group_value));
        report_status("  exit", in_child(exit_value));
    }
    for (value = 1; value <= 64; value++) {
        if (value == 32 || value == 33)
            continue;
        if (value == SIGSTOP || value == SIGTSTP || value == SIGTTIN || value == SIGTTOU)
            continue;
        report_status(sig_name(value), in_child(die_of));
    }
    report_status("exit_group of a thread", in_child(thread_exits_group));
    report_status("main thread leaves first", in_child(main_leaves_first));
    report_status("blocked, then fatal", in_child(blocked_and_fatal));
    report_status("abort though blocked and ignored", in_child(abort_blocked));
    report_status("fault though blocked", in_child(blocked_fault));
    report_status("fault though ignored", in_child(ignored_fault));
    report_status("fault in the handler of faults", in_child(handled_fault_faults));

    on_signal(SIGCHLD, on_child, SA_SIGINFO);
    child_signal("exit 3", 3);
    child_signal("TERM", -SIGTERM);
    child_signal("KILL", -SIGKILL);
    child_signal("STOP", -SIGSTOP);
    report("kill with signal 65", kill(getpid(), 65));
    report("kill with signal -1", kill(getpid(), -1));
    report("kill with signal 0", kill(getpid(), 0));
    return 0;
}
