/* SPDX-License-Identifier: MIT */
/* Signals of a Linux host: dispositions, masks, sending, and the one handler. */
#include "host/signal.h"
#include "host/linux/syscall.h"

struct kernel_sigaction {
    void (*handler)(int, void *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

#define SIGSET_SIZE 8
#define RESTORER    0x04000000ul

void host_signal_restorer(void);

static void signal_entry(int sig, void *info, void *context)
{
    struct host_context *hc = context;
    uint64_t pc = host_context_pc(hc);

    (void)sig;
    /* A thread on its way into an interruptible call must not sleep now. */
    if (pc >= (uint64_t)(uintptr_t)host_syscall_stop_begin && pc < (uint64_t)(uintptr_t)host_syscall_stop_end)
        host_context_set_pc(hc, (uint64_t)(uintptr_t)host_syscall_stop_abort);
    host_signal_upcall(hc, info);
}

long host_signal_set(int sig, enum host_disposition disposition, uint64_t flags)
{
    struct kernel_sigaction act = {.flags = flags & (LINUX_SA_NOCLDSTOP | LINUX_SA_NOCLDWAIT)};

    switch (disposition) {
    case HOST_SIGNAL_DEFAULT:
        break;
    case HOST_SIGNAL_IGNORE:
        act.handler = (void (*)(int, void *, void *))1;
        break;
    case HOST_SIGNAL_CATCH:
        act.handler = signal_entry;
        act.flags |= LINUX_SA_SIGINFO | LINUX_SA_ONSTACK;
        act.mask = ~UINT64_C(0);
        break;
    }
#if defined(__x86_64__)
    act.flags |= RESTORER;
    act.restorer = host_signal_restorer;
#endif
    return host_syscall4(HOST_NR(rt_sigaction), sig, &act, NULL, SIGSET_SIZE);
}

bool host_signal_is_ignored(int sig)
{
    struct kernel_sigaction act = {0};

    host_syscall4(HOST_NR(rt_sigaction), sig, NULL, &act, SIGSET_SIZE);
    return act.handler == (void (*)(int, void *, void *))1;
}

long host_signal_stack(void *base, size_t size)
{
    struct linux_stack ss = {
        .ss_sp = (uint64_t)(uintptr_t)base, .ss_flags = size ? 0 : LINUX_SS_DISABLE, .ss_size = size};

    return host_syscall2(HOST_NR(sigaltstack), &ss, NULL);
}

long host_signal_mask(int how, uint64_t set, uint64_t *old)
{
    return host_syscall4(HOST_NR(rt_sigprocmask), how, &set, old, SIGSET_SIZE);
}

long host_tgkill(int pid, int tid, int sig)
{
    return host_syscall3(HOST_NR(tgkill), pid, tid, sig);
}

long host_tkill(int tid, int sig)
{
    return host_syscall2(HOST_NR(tkill), tid, sig);
}

long host_sigqueue(int pid, const struct linux_siginfo *info)
{
    return host_syscall3(HOST_NR(rt_sigqueueinfo), pid, info->si_signo, info);
}

long host_tgsigqueue(int pid, int tid, const struct linux_siginfo *info)
{
    return host_syscall4(HOST_NR(rt_tgsigqueueinfo), pid, tid, info->si_signo, info);
}
