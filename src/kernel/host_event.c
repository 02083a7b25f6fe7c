/* SPDX-License-Identifier: MIT */
/*
 * What happens on a thread's signal stack when a host signal arrives: record and redirect, nothing else. No
 * lock may be taken here, for the interrupted code may hold it.
 */
#include "engine/access.h"
#include "host/host.h"
#include "host/signal.h"
#include "kernel/crash.h"
#include "kernel/signal.h"
#include "kernel/task.h"

static bool is_fault(const struct linux_siginfo *info)
{
    switch (info->si_signo) {
    case LINUX_SIGSEGV:
    case LINUX_SIGBUS:
    case LINUX_SIGILL:
    case LINUX_SIGFPE:
    case LINUX_SIGTRAP:
    case LINUX_SIGSYS:
        return info->si_code > 0;
    }
    return false;
}

/* SIGTRAP stands in when the queue of the host is full, which makes it forget what the signal carried:
 * process 0 sends no others. */
static bool is_kick(const struct linux_siginfo *info)
{
    if (info->si_code == LINUX_SI_QUEUE)
        return (info->si_signo == SIGNAL_KICK || info->si_signo == LINUX_SIGTRAP) &&
               info->si_value.sival_int == SIGNAL_KICK_VALUE;
    return info->si_signo == LINUX_SIGTRAP && info->si_code == LINUX_SI_USER && info->si_pid == 0;
}

static bool is_end(const struct linux_siginfo *info)
{
    return info->si_signo == LINUX_SIGSYS && info->si_code == LINUX_SI_QUEUE &&
           info->si_value.sival_int == SIGNAL_DIE_VALUE;
}

void host_signal_upcall(struct host_context *hc, const struct linux_siginfo *info)
{
    struct task *task = task_current();
    uint64_t pc = host_context_pc(hc);

    if (is_fault(info)) {
        if (pc >= (uint64_t)(uintptr_t)access_begin && pc < (uint64_t)(uintptr_t)access_end) {
            host_context_set_pc(hc, (uint64_t)(uintptr_t)access_fault);
            return;
        }
        if (!task->engine->host_trap(&task->cpu, hc, info))
            crash_in_kernel(task, hc, info);
        return;
    }
    if (is_end(info)) {
        atomic_fetch_or(&task->cpu.work, WORK_DIE);
    } else if (!is_kick(info)) {
        uint64_t hold = signal_host_arrived(task, info);

        for (int sig = 1; unlikely(hold != 0); sig++, hold >>= 1)
            if (hold & 1)
                host_context_block(hc, sig);
    }
    task->engine->host_interrupt(&task->cpu, hc);
}
