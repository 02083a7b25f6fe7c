/* SPDX-License-Identifier: MIT */
/* System calls: signals. */
#include "host/host.h"
#include "host/signal.h"
#include "kernel/pids.h"
#include "kernel/user.h"
#include "sys/sys.h"

#define SIGSET_SIZE 8

long sys_rt_sigaction(SYSCALL_PARAMS)
{
    struct linux_sigaction act, old;
    int sig = (int)a0;

    if (a3 != SIGSET_SIZE)
        return -LINUX_EINVAL;
    if (a1 && user_read(task, &act, a1, sizeof(act)) < 0)
        return -LINUX_EFAULT;
    if (sig < 1 || sig > 64 || (a1 && (SIGNAL_BIT(sig) & SIGNALS_UNBLOCKABLE)))
        return -LINUX_EINVAL;
    if (!a1 && !a2)
        return 0;
    signal_set_action(task, sig, a1 ? &act : NULL, &old);
    if (a2 && user_write(task, a2, &old, sizeof(old)) < 0)
        return -LINUX_EFAULT;
    return 0;
}

long sys_rt_sigprocmask(SYSCALL_PARAMS)
{
    uint64_t old = task->sig.blocked, set;

    if (a3 != SIGSET_SIZE)
        return -LINUX_EINVAL;
    if (a1) {
        if (user_read(task, &set, a1, sizeof(set)) < 0)
            return -LINUX_EFAULT;
        switch ((int)a0) {
        case LINUX_SIG_BLOCK:
            signal_set_mask(task, old | set);
            break;
        case LINUX_SIG_UNBLOCK:
            signal_set_mask(task, old & ~set);
            break;
        case LINUX_SIG_SETMASK:
            signal_set_mask(task, set);
            break;
        default:
            return -LINUX_EINVAL;
        }
    }
    if (a2 && user_write(task, a2, &old, sizeof(old)) < 0)
        return -LINUX_EFAULT;
    return 0;
}

long sys_rt_sigpending(SYSCALL_PARAMS)
{
    uint64_t set;

    if (a1 > SIGSET_SIZE)
        return -LINUX_EINVAL;
    set = signal_pending_set(task);
    return user_write(task, a0, &set, a1);
}

long sys_rt_sigsuspend(SYSCALL_PARAMS)
{
    static _Atomic uint32_t never;
    uint64_t set;

    if (a1 != SIGSET_SIZE)
        return -LINUX_EINVAL;
    if (user_read(task, &set, a0, sizeof(set)) < 0)
        return -LINUX_EFAULT;
    signal_set_temporary_mask(task, set);
    host_wait_word(&never, 0, NULL, task_stop(task));
    signal_end_temporary_mask(task, -LINUX_ERESTARTNOHAND);
    return -LINUX_ERESTARTNOHAND;
}

long sys_pause(SYSCALL_PARAMS)
{
    static _Atomic uint32_t never;

    host_wait_word(&never, 0, NULL, task_stop(task));
    return -LINUX_ERESTARTNOHAND;
}

long sys_rt_sigtimedwait(SYSCALL_PARAMS)
{
    struct linux_timespec timeout, deadline;
    struct linux_siginfo info;
    uint64_t set;
    long sig;

    if (a3 != SIGSET_SIZE)
        return -LINUX_EINVAL;
    if (user_read(task, &set, a0, sizeof(set)) < 0)
        return -LINUX_EFAULT;
    if (a2) {
        if (user_read(task, &timeout, a2, sizeof(timeout)) < 0)
            return -LINUX_EFAULT;
        if (timeout.tv_sec < 0 || timeout.tv_nsec < 0 || timeout.tv_nsec >= 1000000000)
            return -LINUX_EINVAL;
        host_clock_gettime(LINUX_CLOCK_MONOTONIC, &deadline);
        if (__builtin_add_overflow(deadline.tv_sec, timeout.tv_sec, &deadline.tv_sec))
            deadline.tv_sec = INT64_MAX;
        deadline.tv_nsec += timeout.tv_nsec;
        if (deadline.tv_nsec >= 1000000000) {
            deadline.tv_nsec -= 1000000000;
            deadline.tv_sec += deadline.tv_sec < INT64_MAX;
        }
    }
    sig = signal_wait(task, set, &info, a2 ? &deadline : NULL);
    if (sig > 0 && a1 && user_write(task, a1, &info, sizeof(info)) < 0)
        return -LINUX_EFAULT;
    return sig;
}

long sys_sigaltstack(SYSCALL_PARAMS)
{
    struct linux_stack now = signal_get_altstack(task), fresh;

    if (a0) {
        long r;

        if (user_read(task, &fresh, a0, sizeof(fresh)) < 0)
            return -LINUX_EFAULT;
        r = signal_set_altstack(task, &fresh);
        if (r < 0)
            return r;
    }
    if (a1 && user_write(task, a1, &now, sizeof(now)) < 0)
        return -LINUX_EFAULT;
    return 0;
}

long sys_rt_sigreturn(SYSCALL_PARAMS)
{
    if (signal_frame_pop(task) < 0) {
        struct linux_siginfo info = {.si_signo = LINUX_SIGSEGV, .si_code = LINUX_SI_KERNEL};

        signal_force(task, &info);
    }
    task->registers_set = true;
    return 0;
}

long sys_restart_syscall(SYSCALL_PARAMS)
{
    return task->restart ? task->restart(task) : -LINUX_EINTR;
}
