/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* sigaction and its flags, masks during handlers, alternate stacks, sigsuspend, nesting and jumping out. */
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static volatile int depth, deepest, runs;
static char trace[200];

static void put(const char *text)
{
    strncat(trace, text, sizeof trace - strlen(trace) - 1);
}

static void flush(const char *label)
{
    say("%s: %s\n", label, trace);
    trace[0] = 0;
}

static bool is_blocked(int number)
{
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, number);
}

static void recursive(int number)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (++runs < 4)
        raise(number);
    depth--;
}

static void flags(void)
{
    runs = deepest = 0;
    on_signal(SIGUSR1, recursive, 0);
    raise(SIGUSR1);
    say("without NODEFER: runs %d, depth %d\n", runs, deepest);
    runs = deepest = 0;
    on_signal(SIGUSR1, recursive, SA_NODEFER);
    raise(SIGUSR1);
    say("with NODEFER: runs %d, depth %d\n", runs, deepest);
    runs = 10;
    on_signal(SIGUSR1, recursive, SA_RESETHAND);
    raise(SIGUSR1);
    struct sigaction action;
    sigaction(SIGUSR1, NULL, &action);
    say("RESETHAND: handler %s, flags kept %d\n", action.sa_handler == SIG_DFL ? "default" : "kept",
        !!(action.sa_flags & (int)SA_RESETHAND));
    on_signal(SIGUSR1, recursive, SA_RESTART | SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
    sigaction(SIGUSR1, NULL, &action);
    say("flags: %x\n", (unsigned)action.sa_flags & ~0x04000000u);
    report("sigaction of KILL", sigaction(SIGKILL, &action, NULL));
    report("sigaction of STOP", sigaction(SIGSTOP, &action, NULL));
    report("asking about KILL", sigaction(SIGKILL, NULL, &action));
    report("sigaction of 0", sigaction(0, NULL, &action));
    report("sigaction of 65", sigaction(65, NULL, &action));
    report("raw with another size", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    report("sigprocmask of an unknown way", syscall(SYS_rt_sigprocmask, 7, &(sigset_t){{0}}, NULL, 8));
    report("with no set the way does not matter", syscall(SYS_rt_sigprocmask, 7, NULL, NULL, 8));
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    say("KILL blocked %d, STOP blocked %d, TERM blocked %d\n", is_blocked(SIGKILL), is_blocked(SIGSTOP),
        is_blocked(SIGTERM));
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
}

static void inner(int number)
{
    put(number == SIGUSR2 ? "[USR2" : "[HUP");
    put(is_blocked(SIGUSR1) ? " usr1" : "");
    put(is_blocked(SIGUSR2) ? " usr2" : "");
    put(is_blocked(SIGHUP) ? " hup" : "");
    put("]");
}

static void outer(int number)
{
    (void)number;
    put("[USR1");
    raise(SIGUSR2);
    raise(SIGHUP);
    put(" end]");
}

static void masks(void)
{
    struct sigaction action = {.sa_handler = outer};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    on_signal(SIGUSR2, inner, 0);
    on_signal(SIGHUP, inner, 0);
    raise(SIGUSR1);
    flush("nesting");
    say("afterwards blocked: %d%d%d\n", is_blocked(SIGUSR1), is_blocked(SIGUSR2), is_blocked(SIGHUP));
    block_signal(SIG_BLOCK, SIGUSR2);
    block_signal(SIG_BLOCK, SIGHUP);
    raise(SIGUSR2);
    raise(SIGHUP);
    sigset_t set;
    sigfillset(&set);
    sigdelset(&set, SIGHUP);
    report("sigsuspend", sigsuspend(&set));
    flush("only HUP came");
    say("mask is back: %d%d\n", is_blocked(SIGUSR2), is_blocked(SIGHUP));
    sigemptyset(&set);
    report("sigsuspend", sigsuspend(&set));
    flush("and USR2");
    block_signal(SIG_UNBLOCK, SIGUSR2);
    block_signal(SIG_UNBLOCK, SIGHUP);
}

static char alternate[65536];
static volatile bool on_alternate, info_says;

static void on_stack(int number, siginfo_t *info, void *context)
{
    char here;
    stack_t now;
    ucontext_t *u = context;
    (void)number, (void)info;
    on_alternate = &here >= alternate && &here < alternate + sizeof alternate;
    sigaltstack(NULL, &now);
    info_says = (now.ss_flags == SS_ONSTACK) && u->uc_stack.ss_sp == alternate;
    if (sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL) < 0)
        put(err_name(errno));
}

static void stacks(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, old;
    on_signal(SIGUSR1, on_stack, SA_SIGINFO | SA_ONSTACK);
    raise(SIGUSR1);
    say("none set: %d\n", on_alternate);
    trace[0] = 0;
    report("sigaltstack", sigaltstack(&stack, NULL));
    raise(SIGUSR1);
    say("used %d, told %d\n", on_alternate, info_says);
    flush("changing it meanwhile");
    on_signal(SIGUSR1, on_stack, SA_SIGINFO);
    raise(SIGUSR1);
    say("without the flag %d\n", on_alternate);
    report("it was disabled there", sigaltstack(NULL, &old));
    say("flags %d\n", old.ss_flags);
    stack.ss_size = 1000;
    report("too small", sigaltstack(&stack, NULL));
    stack.ss_size = sizeof alternate;
    stack.ss_flags = 12;
    report("unknown flags", sigaltstack(&stack, NULL));
    stack.ss_flags = (int)(1u << 31); /* SS_AUTODISARM */
    report("autodisarm", sigaltstack(&stack, NULL));
    on_signal(SIGUSR1, on_stack, SA_SIGINFO | SA_ONSTACK);
    raise(SIGUSR1);
    say("used %d, told %d\n", on_alternate, info_says);
    flush("changing it meanwhile");
    sigaltstack(NULL, &old);
    say("armed again: %d\n", old.ss_sp == alternate && old.ss_size == sizeof alternate);
}

static sigjmp_buf jump;

static void jump_out(int number)
{
    siglongjmp(jump, number);
}

__attribute__((noinline)) static int overflow(int level)
{
    volatile char space[1000];
    space[level % 1000] = (char)level;
    return level < 0 ? 0 : overflow(level + 1) + space[0];
}

static void jumps(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    sigaltstack(&stack, NULL);
    on_signal(SIGSEGV, jump_out, SA_ONSTACK);
    for (volatile int i = 0; i < 3; i++) {
        int got = sigsetjmp(jump, 1);
        if (!got)
            overflow(0);
        say("stack overflow %d: %s\n", i, sig_name(got));
    }
    on_signal(SIGUSR1, jump_out, 0);
    if (!sigsetjmp(jump, 0))
        raise(SIGUSR1);
    say("jump without the mask: blocked %d\n", is_blocked(SIGUSR1));
    block_signal(SIG_UNBLOCK, SIGUSR1);
    if (!sigsetjmp(jump, 1))
        raise(SIGUSR1);
    say("jump with it: blocked %d\n", is_blocked(SIGUSR1));
}

int main(void)
{
    flags();
    masks();
    stacks();
    jumps();
    on_signal(SIGCHLD, SIG_DFL, SA_NOCLDWAIT);
    if (fork() == 0)
        _exit(3);
    report("NOCLDWAIT leaves nothing to wait for", waitpid(-1, NULL, 0));
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0)
        _exit(3);
    report("nor does ignoring", waitpid(-1, NULL, 0));
    on_signal(SIGCHLD, recursive, SA_NOCLDSTOP);
    runs = 10;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    kill(pid, SIGCONT);
    waitpid(pid, NULL, WCONTINUED);
    say("NOCLDSTOP: %d\n", runs - 10);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0)
        ;
    say("death: %d\n", runs - 10);
    return 0;
}
