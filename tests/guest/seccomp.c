/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* seccomp: filters and their results, chains, threads, fork and exec, strict mode, what is refused. */
#include "check.h"
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)
#define RETURN(v)   BPF_STMT(BPF_RET | BPF_K, v)

static long install(struct sock_filter *code, unsigned short n, unsigned flags)
{
    struct sock_fprog program = {n, code};

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* One call gets an answer of its own. */
static long answer(int nr, unsigned verdict, unsigned flags)
{
    struct sock_filter code[] = {LOAD(nr), IF(nr), RETURN(verdict), RETURN(SECCOMP_RET_ALLOW)};

    return install(code, 4, flags);
}

static void errors(void)
{
    struct sock_filter good[] = {RETURN(SECCOMP_RET_ALLOW)}, many[2];
    unsigned action;

    report("without the right",
           setgid(1000) || setuid(1000) ? -1 : answer(SYS_getppid, SECCOMP_RET_ERRNO, 0));
    report("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    report("PR_GET_SECCOMP", prctl(PR_GET_SECCOMP));
    report("no program", install(good, 0, 0));
    report("bad flags", install(good, 1, 1 << 20));
    report("bad address", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 16));
    report("bad code", install((void *)16, 1, 0));
    report("bad operation", syscall(SYS_seccomp, 99, 0, 0));
    many[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0), many[1] = good[0];
    report("jump out of it", install(many, 2, 0));
    many[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64);
    report("load beyond the data", install(many, 2, 0));
    many[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2);
    report("load in the middle", install(many, 2, 0));
    many[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0);
    report("load of a half", install(many, 2, 0));
    many[0] = (struct sock_filter)BPF_STMT(BPF_ST, 16);
    report("no such memory", install(many, 2, 0));
    many[0] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0);
    report("division by zero", install(many, 2, 0));
    many[0] = good[0], many[1] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
    report("no end", install(many, 2, 0));
    static const unsigned actions[] = {
        SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,  SECCOMP_RET_ERRNO,
        SECCOMP_RET_TRACE,        SECCOMP_RET_LOG,         SECCOMP_RET_ALLOW, 0x12340000};
    for (unsigned i = 0; i < 8; i++) {
        action = actions[i];
        report("available", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    }
}

static void on_sys(int number, siginfo_t *info, void *context)
{
    say("SIG%s code %d errno %d nr %s arch %#x, address %s\n", sig_name(number), info->si_code,
        info->si_errno, info->si_syscall == SYS_getppid ? "getppid" : "other", info->si_arch,
        info->si_call_addr ? "there" : "none");
}

static void results(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    report("errno", answer(SYS_getppid, SECCOMP_RET_ERRNO | EOWNERDEAD, 0));
    report("getppid", syscall(SYS_getppid));
    report("PR_GET_SECCOMP", prctl(PR_GET_SECCOMP));
    report("errno 0", answer(SYS_getpgrp, SECCOMP_RET_ERRNO, 0));
    report("getpgrp", syscall(SYS_getpgrp));
    report("large errno", answer(SYS_getpgid, SECCOMP_RET_ERRNO | 0xffff, 0));
    report("getpgid", syscall(SYS_getpgid, 0) == -1 ? errno : 0);
    report("trace without a tracer", answer(SYS_getsid, SECCOMP_RET_TRACE, 0));
    report("getsid", syscall(SYS_getsid, 0));
    report("log", answer(SYS_sync, SECCOMP_RET_LOG, 0));
    report("the stricter one wins", answer(SYS_getppid, SECCOMP_RET_TRAP | 77, 0));
    on_signal(SIGSYS, on_sys, SA_SIGINFO);
    CHECK(syscall(SYS_getppid) == SYS_getppid);
    report("the weaker one loses", answer(SYS_getppid, SECCOMP_RET_ALLOW, 0));
    CHECK(syscall(SYS_getppid) == SYS_getppid);
}

static void arguments(void)
{
    struct sock_filter code[] = {
        LOAD(arch),
        IF(AUDIT_ARCH_X86_64),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lseek, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4), /* the high half */
        BPF_STMT(BPF_ST, 3),
        BPF_STMT(BPF_LDX | BPF_MEM, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        RETURN(SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    code[5].jf = 8;
    report("install", install(code, sizeof code / sizeof *code, 0));
    report("sum of the halves", syscall(SYS_lseek, 0, 0x300000004, 0) == -1 ? errno : 0);
    report("others", getppid() > 0);
    struct sock_filter math[] = {
        LOAD(nr),
        IF(SYS_alarm),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        RETURN(SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 1),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_IMM, 200),
        BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 4),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_NEG, 0),
        BPF_STMT(BPF_ALU | BPF_NEG, 0),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    report("install", install(math, sizeof math / sizeof *math, 0));
    report("computed", syscall(SYS_alarm, 0) == -1 ? errno : 0);
}

static void kill_process(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    answer(SYS_getppid, SECCOMP_RET_KILL_PROCESS, 0);
    syscall(SYS_getppid);
    say("not killed\n");
}

static void kill_only_thread(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    answer(SYS_getppid, SECCOMP_RET_KILL_THREAD, 0);
    syscall(SYS_getppid);
    say("not killed\n");
}

static void trap_unhandled(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    answer(SYS_getppid, SECCOMP_RET_TRAP, 0);
    syscall(SYS_getppid);
    say("not killed\n");
}

static void unknown_action(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    answer(SYS_getppid, 0x12340000, 0);
    syscall(SYS_getppid);
    say("not killed\n");
}

static volatile int step;

static void *victim(void *arg)
{
    syscall(SYS_getppid);
    say("not killed\n");
    return NULL;
}

static void *waiter(void *arg)
{
    while (step == 0)
        sleep_ms(5);
    report("in another thread", syscall(SYS_getppid));
    while (step == 1)
        sleep_ms(5);
    report("in another thread", syscall(SYS_getppid));
    return NULL;
}

static void *loner(void *arg)
{
    answer(SYS_getpgid, SECCOMP_RET_ERRNO | EXDEV, 0);
    step = 1;
    while (step == 1)
        sleep_ms(5);
    return NULL;
}

static void threads(void)
{
    pthread_t t;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    step = 0;
    pthread_create(&t, NULL, waiter, NULL);
    report("of one thread", answer(SYS_getuid, SECCOMP_RET_ERRNO | ENOANO, 0));
    report("TSYNC", answer(SYS_getppid, SECCOMP_RET_ERRNO | EBADMSG, SECCOMP_FILTER_FLAG_TSYNC));
    step = 1;
    settle();
    step = 2;
    pthread_join(t, NULL);
    step = 0;
    pthread_create(&t, NULL, loner, NULL);
    while (step == 0)
        sleep_ms(5);
    CHECK(answer(SYS_getppid, SECCOMP_RET_ERRNO | EBADMSG, SECCOMP_FILTER_FLAG_TSYNC) > 0);
    report("TSYNC_ESRCH", answer(SYS_getppid, SECCOMP_RET_ERRNO, SECCOMP_FILTER_FLAG_TSYNC | 16));
    step = 2;
    pthread_join(t, NULL);
    report("not inherited from a sibling", syscall(SYS_getpgid, 0) != -1);
    answer(SYS_getppid, SECCOMP_RET_KILL_THREAD, 0);
    pthread_create(&t, NULL, victim, NULL);
    settle();
    say("the others live\n");
    _exit(0);
}

static char *self;

static void programs(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    answer(SYS_getppid, SECCOMP_RET_ERRNO | ENOTUNIQ, 0);
    answer(SYS_getpgid, SECCOMP_RET_ERRNO | EXDEV, 0);
    pid_t pid = fork();
    if (pid == 0) {
        report("in a child", syscall(SYS_getppid));
        execl(self, self, "program", NULL);
        _exit(9);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("program", status);
}

static void strict(void)
{
    report("strict", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    say("may write\n");
    syscall(SYS_exit, 5);
}

static void strict_killed(void)
{
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    syscall(SYS_getppid);
    say("not killed\n");
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        report("in a program", syscall(SYS_getppid));
        report("in a program", syscall(SYS_getpgid, 0));
        report("PR_GET_SECCOMP", prctl(PR_GET_SECCOMP));
        return 0;
    }
    report_status("errors", in_child(errors));
    report_status("results", in_child(results));
    report_status("arguments", in_child(arguments));
    report_status("kill process", in_child(kill_process));
    report_status("kill thread", in_child(kill_only_thread));
    report_status("trap", in_child(trap_unhandled));
    report_status("unknown action", in_child(unknown_action));
    report_status("threads", in_child(threads));
    report_status("programs", in_child(programs));
    report_status("strict", in_child(strict));
    report_status("strict, killed", in_child(strict_killed));
    return 0;
}
