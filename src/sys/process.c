/* SPDX-License-Identifier: MIT */
/* System calls that make and end tasks, and that tell their numbers. */
#include "sys/sys.h"
#include "host/process.h"
#include "kernel/clone.h"
#include "kernel/exit.h"
#include "kernel/pids.h"
#include "kernel/user.h"

long sys_fork(SYSCALL_PARAMS)
{
    return task_clone(task, &(struct clone_request){.exit_signal = LINUX_SIGCHLD});
}

long sys_vfork(SYSCALL_PARAMS)
{
    return task_clone(task, &(struct clone_request){.flags = LINUX_CLONE_VM | LINUX_CLONE_VFORK,
                                                    .exit_signal = LINUX_SIGCHLD});
}

long sys_clone(SYSCALL_PARAMS)
{
    bool tls_is_fourth = task->cpu.arch == ABI_AARCH64;
    uint64_t flags = (uint32_t)a0;
    struct clone_request r = {
        .flags = flags & ~UINT64_C(0xff),
        .exit_signal = (int)(flags & 0xff),
        .stack = a1,
        .parent_tid = a2,
        .pidfd = a2,
        .tls = tls_is_fourth ? a3 : a4,
        .child_tid = tls_is_fourth ? a4 : a3,
    };

    if (r.exit_signal > 64)
        return -LINUX_EINVAL;
    if ((flags & LINUX_CLONE_PIDFD) && (flags & LINUX_CLONE_PARENT_SETTID))
        return -LINUX_EINVAL;
    /* Bits of the old call whose place newer flags have taken (CLONE_NEWTIME lies in the signal's byte). */
    return task_clone(task, &r);
}

#define CLONE_ARGS_MIN 64

long sys_clone3(SYSCALL_PARAMS)
{
    struct linux_clone_args args = {0};
    uint64_t allowed = (UINT64_C(0xffffffff) & ~UINT64_C(0xff) & ~(uint64_t)LINUX_CLONE_DETACHED) |
                       LINUX_CLONE_NEWTIME | LINUX_CLONE_CLEAR_SIGHAND | LINUX_CLONE_INTO_CGROUP;

    if (a1 > 4096)
        return -LINUX_E2BIG;
    if (a1 < CLONE_ARGS_MIN)
        return -LINUX_EINVAL;
    if (user_read(task, &args, a0, MIN(a1, sizeof args)) < 0)
        return -LINUX_EFAULT;
    for (uint64_t i = sizeof args; i < a1; i++) {
        char byte;

        if (user_read(task, &byte, a0 + i, 1) < 0)
            return -LINUX_EFAULT;
        if (byte)
            return -LINUX_E2BIG;
    }
    if ((args.flags & ~allowed) || args.exit_signal > 64 || (!args.stack != !args.stack_size))
        return -LINUX_EINVAL;
    if ((args.flags & (LINUX_CLONE_THREAD | LINUX_CLONE_PARENT)) && args.exit_signal)
        return -LINUX_EINVAL;
    if (args.set_tid_size > 32 || (!args.set_tid != !args.set_tid_size))
        return -LINUX_EINVAL;
    if (args.set_tid_size)
        return -LINUX_EPERM;
    struct clone_request r = {
        .flags = args.flags,
        .exit_signal = (int)args.exit_signal,
        .stack = args.stack ? args.stack + args.stack_size : 0,
        .tls = args.tls,
        .pidfd = args.pidfd,
        .parent_tid = args.parent_tid,
        .child_tid = args.child_tid,
    };
    return task_clone(task, &r);
}

long sys_exit(SYSCALL_PARAMS)
{
    task_exit(task, (int)a0);
}

long sys_exit_group(SYSCALL_PARAMS)
{
    process_exit(task, ((int)a0 & 0xff) << 8);
}

long sys_getpid(SYSCALL_PARAMS)
{
    return task->process->pid;
}

long sys_gettid(SYSCALL_PARAMS)
{
    return task->tid;
}

long sys_getppid(SYSCALL_PARAMS)
{
    return pids_parent(task->process);
}

long sys_set_tid_address(SYSCALL_PARAMS)
{
    task->clear_child_tid = a0;
    return task->tid;
}

long sys_set_robust_list(SYSCALL_PARAMS)
{
    if (a1 != sizeof(struct linux_robust_list_head))
        return -LINUX_EINVAL;
    task->robust_list = a0;
    task->robust_list_len = a1;
    return 0;
}

long sys_get_robust_list(SYSCALL_PARAMS)
{
    int tid = (int)a0;
    struct task *other, *found = tid == 0 ? task : NULL;
    uint64_t head = 0, len = sizeof(struct linux_robust_list_head);

    lock_acquire(&task->process->lock);
    list_for_each_entry (other, &task->process->tasks, in_process)
        if (other->tid == tid)
            found = other;
    if (found)
        head = found->robust_list;
    lock_release(&task->process->lock);
    if (!found)
        return pids_exist(task->process, tid) ? -LINUX_EPERM : -LINUX_ESRCH;
    if (user_write(task, a2, &len, sizeof len) < 0)
        return -LINUX_EFAULT;
    return user_write(task, a1, &head, sizeof head);
}

/* --- groups and sessions: the host's own, by other numbers --- */

/* 0 stands for the caller. */
static int host_of(struct task *task, int pid)
{
    return pid == 0 ? task->process->host_pid : pids_to_host(task->process, pid);
}

long sys_setpgid(SYSCALL_PARAMS)
{
    int pid = (int)a0, pgid = (int)a1;

    if (pgid < 0)
        return -LINUX_EINVAL;
    int host_pid = host_of(task, pid);
    int host_pgid = pgid == 0 ? host_pid : pids_to_host(task->process, pgid);

    if (host_pid < 0)
        return -LINUX_ESRCH;
    if (host_pgid < 0)
        return -LINUX_EPERM;
    return host_setpgid(host_pid, host_pgid);
}

static long guest_or_zero(struct task *task, long host)
{
    return host < 0 ? host : pids_to_guest(task->process, (int)host);
}

long sys_getpgid(SYSCALL_PARAMS)
{
    int pid = host_of(task, (int)a0);

    return pid < 0 ? pid : guest_or_zero(task, host_getpgid(pid));
}

long sys_getpgrp(SYSCALL_PARAMS)
{
    return guest_or_zero(task, host_getpgid(0));
}

long sys_setsid(SYSCALL_PARAMS)
{
    return guest_or_zero(task, host_setsid());
}

long sys_getsid(SYSCALL_PARAMS)
{
    int pid = host_of(task, (int)a0);

    return pid < 0 ? pid : guest_or_zero(task, host_getsid(pid));
}
