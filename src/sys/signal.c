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

/* --- sending --- */

static struct linux_siginfo info_of_sender(struct task *task, int sig, int code)
{
    return (struct linux_siginfo){
        .si_signo = sig, .si_code = code, .si_pid = task->process->pid, .si_uid = task->cred->uid};
}

/* To the process itself (tid 0) or to one of its threads, without a call of the host. */
static long send_to_self(struct task *task, int tid, const struct linux_siginfo *info)
{
    struct process *p = task->process;
    struct task *target;

    if (tid) {
        lock_acquire(&p->lock);
        target = process_find_task(p, tid);
        lock_release(&p->lock);
        if (!target)
            return -LINUX_ESRCH;
    } else {
        target = NULL;
    }
    if (info->si_signo == 0)
        return 0;
    /* These two wait for nothing and nobody handles them. */
    if (info->si_signo == LINUX_SIGKILL && p->pid != 1)
        process_exit(task, LINUX_SIGKILL);
    if (info->si_signo == LINUX_SIGKILL)
        return 0;
    return target ? signal_queue_task(target, info) : signal_queue_process(p, info);
}

/* Another process, a group, or all: the host knows who is in them. */
static long kill_others(struct task *task, int pid, int sig)
{
    int host;

    if (pid == 0 || pid == -1)
        return host_kill(pid, sig);
    if (pid == INT32_MIN)
        return -LINUX_ESRCH;
    host = pids_to_host(task->process, pid < 0 ? -pid : pid);
    return host < 0 ? host : host_kill(pid < 0 ? -host : host, sig);
}

long sys_kill(SYSCALL_PARAMS)
{
    int pid = (int)a0, sig = (int)a1;
    struct linux_siginfo info = info_of_sender(task, sig, LINUX_SI_USER);

    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (pid == task->process->pid)
        return send_to_self(task, 0, &info);
    return kill_others(task, pid, sig);
}

static long thread_kill(struct task *task, int tgid, int tid, int sig)
{
    struct process *p = task->process;
    struct linux_siginfo info = info_of_sender(task, sig, LINUX_SI_TKILL);
    long r = -LINUX_ESRCH;
    int host_tgid, host_tid;

    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (tgid == 0 || tgid == p->pid)
        r = send_to_self(task, tid, &info);
    if (r != -LINUX_ESRCH || tgid == p->pid)
        return r;
    host_tid = pids_to_host(p, tid);
    host_tgid = tgid ? pids_to_host(p, tgid) : -1;
    if (host_tid < 0 || (tgid && host_tgid < 0))
        return -LINUX_ESRCH;
    return tgid ? host_tgkill(host_tgid, host_tid, sig) : host_tkill(host_tid, sig);
}

long sys_tkill(SYSCALL_PARAMS)
{
    if ((int)a0 <= 0)
        return -LINUX_EINVAL;
    return thread_kill(task, 0, (int)a0, (int)a1);
}

long sys_tgkill(SYSCALL_PARAMS)
{
    if ((int)a0 <= 0 || (int)a1 <= 0)
        return -LINUX_EINVAL;
    return thread_kill(task, (int)a0, (int)a1, (int)a2);
}

/* What others are told may not look as if the kernel, or kill(2), had sent it. */
static bool may_claim(const struct linux_siginfo *info)
{
    return info->si_code < 0 && info->si_code != LINUX_SI_TKILL;
}

long sys_rt_sigqueueinfo(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    struct linux_siginfo info;
    int pid = (int)a0, sig = (int)a1, host;

    if (user_read(task, &info, a2, sizeof(info)) < 0)
        return -LINUX_EFAULT;
    info.si_signo = sig;
    if (pid != p->pid && !may_claim(&info))
        return -LINUX_EPERM;
    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (pid == p->pid)
        return send_to_self(task, 0, &info);
    host = pids_to_host(p, pid);
    if (host < 0)
        return -LINUX_ESRCH;
    info.bytes[16] = 0;
    return host_sigqueue(host, &info);
}

long sys_rt_tgsigqueueinfo(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    struct linux_siginfo info;
    int tgid = (int)a0, tid = (int)a1, sig = (int)a2, host_tgid, host_tid;

    if (user_read(task, &info, a3, sizeof(info)) < 0)
        return -LINUX_EFAULT;
    if (tgid <= 0 || tid <= 0)
        return -LINUX_EINVAL;
    info.si_signo = sig;
    if (tid != task->tid && !may_claim(&info))
        return -LINUX_EPERM;
    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (tgid == p->pid)
        return send_to_self(task, tid, &info);
    host_tgid = pids_to_host(p, tgid);
    host_tid = pids_to_host(p, tid);
    if (host_tgid < 0 || host_tid < 0)
        return -LINUX_ESRCH;
    info.bytes[16] = SIGNAL_TO_THREAD;
    return host_tgsigqueue(host_tgid, host_tid, &info);
}
