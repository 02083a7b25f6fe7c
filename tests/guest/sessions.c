/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Sessions and process groups: who may move whom, kills to groups, orphaned groups that are stopped. */
#include "check.h"
#include <sys/mman.h>

static volatile int *shared;

static void leaders(void)
{
    pid_t self = getpid();
    report_ok("setsid", setsid());
    CHECK(getsid(0) == self && getpgrp() == self && getpgid(0) == self && getsid(self) == self);
    report("setsid of a leader", setsid());
    report("setpgid of a session leader", setpgid(0, 0));
    report("setpgid to another group", setpgid(0, getppid()));
    report("setpgid of nobody", setpgid(999999, 0));
    report("setpgid to a negative group", setpgid(0, -1));
    report("setpgid of a stranger", setpgid(1, 0));
    report("getpgid of nobody", getpgid(999999));
    report("getsid of nobody", getsid(999999));
    report("getsid of a negative pid", getsid(-5));

    int go[2], ready[2];
    if (pipe(go) || pipe(ready))
        die("pipe");
    char byte = 0;
    pid_t a = fork();
    if (a == 0) {
        if (read(go[0], &byte, 1) != 1)
            _exit(9);
        _exit(getpgrp() == getpid() && getsid(0) == self ? 0 : 1);
    }
    report("group of its own for a child", setpgid(a, 0));
    CHECK(getpgid(a) == a && getsid(a) == self);
    pid_t b = fork();
    if (b == 0) {
        close(go[1]);
        setpgid(0, a);
        _exit(getpgrp() == a ? 0 : 1);
    }
    int status;
    waitpid(b, &status, 0);
    report_status("child that joins the group", status);
    pid_t c = fork();
    if (c == 0) {
        setsid();
        if (write(ready[1], &byte, 1) != 1)
            _exit(9);
        pause();
    }
    if (read(ready[0], &byte, 1) != 1)
        die("read");
    report("child of another session", setpgid(c, 0));
    report("group of another session", setpgid(a, c));
    report("group that does not exist", setpgid(a, 999999));
    kill(c, SIGKILL);
    waitpid(c, NULL, 0);
    if (write(go[1], &byte, 1) != 1)
        die("write");
    waitpid(a, &status, 0);
    report_status("leader of the group", status);
    report("group that has ended", setpgid(0, a));

    /* The program of a child that has executed may no longer be moved. */
    pid_t d = fork();
    if (d == 0) {
        dup2(ready[1], 60);
        execl("/proc/self/exe", "x", "wait", NULL);
        _exit(9);
    }
    if (read(ready[0], &byte, 1) != 1)
        die("read");
    report("child after exec", setpgid(d, 0));
    kill(d, SIGKILL);
    waitpid(d, NULL, 0);
}

static void on_usr1(int number)
{
    (void)number;
    __sync_fetch_and_add(shared, 1);
}

static void group_kill(void)
{
    setsid();
    on_signal(SIGUSR1, on_usr1, 0);
    sigset_t old, all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    sigdelset(&old, SIGUSR1);
    pid_t pid[4], group = 0;
    for (int i = 0; i < 4; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            sigsuspend(&old);
            _exit(30 + i);
        }
        if (i < 3) {
            setpgid(pid[i], group);
            group = pid[0];
        }
    }
    report("kill to a group", kill(-group, SIGUSR1));
    for (int i = 0; i < 3; i++) {
        int status;
        waitpid(pid[i], &status, 0);
        report_status("member", status);
    }
    say("%d members were signalled\n", shared[0]);
    report("kill to an ended group", kill(-group, SIGUSR1));
    report("the one outside lives", waitpid(pid[3], NULL, WNOHANG));
    report("kill to our own group", kill(0, SIGUSR1));
    int status;
    waitpid(pid[3], &status, 0);
    report_status("outsider", status);
    sigset_t pending;
    sigpending(&pending);
    say("we have it too: %d\n", sigismember(&pending, SIGUSR1));
    report("killpg of group 1000000", killpg(1000000, 0));
    report("kill of INT_MIN", kill(INT32_MIN, 0));
}

/* A group becomes orphaned while a member is stopped: it gets HUP and CONT. */
static void on_hup(int number)
{
    if (number == SIGHUP)
        shared[1]++;
    else
        shared[2]++;
}

static void orphaned_group(void)
{
    setsid();
    shared[1] = shared[2] = shared[3] = 0;
    pid_t parent = fork();
    if (parent == 0) {
        pid_t member = fork();
        if (member == 0) {
            setpgid(0, 0);
            on_signal(SIGHUP, on_hup, 0);
            on_signal(SIGCONT, on_hup, 0);
            raise(SIGSTOP);
            shared[3] = 1;
            _exit(0);
        }
        setpgid(member, member);
        waitpid(member, NULL, WUNTRACED);
        _exit(0);
    }
    waitpid(parent, NULL, 0);
    for (int i = 0; i < 5000 && !shared[3]; i++)
        sleep_ms(1);
    say("stopped member of an orphaned group: HUP %d, CONT %d, goes on %d\n", shared[1], shared[2],
        shared[3]);
    /* In an orphaned group the terminal's stop signals do nothing. */
    pid_t child = fork();
    if (child == 0) {
        setsid();
        raise(SIGTSTP);
        raise(SIGTTIN);
        raise(SIGTTOU);
        _exit(8);
    }
    int status;
    waitpid(child, &status, WUNTRACED);
    report_status("TSTP in an orphaned group", status);
    child = fork();
    if (child == 0) {
        setpgid(0, 0);
        raise(SIGTSTP);
        _exit(8);
    }
    waitpid(child, &status, WUNTRACED);
    report_status("TSTP in a group with a parent outside", status);
    kill(child, SIGCONT);
    waitpid(child, &status, 0);
    report_status("and then", status);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "wait") == 0) {
        if (write(60, "", 1) != 1)
            return 1;
        pause();
    }
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    report_status("leaders", in_child(leaders));
    report_status("group kill", in_child(group_kill));
    report_status("orphaned group", in_child(orphaned_group));
    return 0;
}
