/* SPDX-License-Identifier: MIT */
/*
 * The memory of other processes. It is the host's to reach; here numbers are translated, the guest's own
 * users are kept apart, and what is ours in the other's address space stays out of reach.
 */
#include "host/memory.h"
#include "kernel/cred.h"
#include "kernel/pidfd.h"
#include "supervisor/pid_table.h"
#include "sys/io.h"

/* The host's number of a process whose memory the caller may touch, or -ESRCH, -EPERM. */
static int reachable(struct task *task, int pid)
{
    const struct process *p = task->process;
    const struct cred *c = task->cred;
    struct pid_slot slot;

    if (p->pids && pid != p->pid && pid != task->tid) {
        if (!pid_table_get(p->pids, pid, &slot) || (slot.flags & PID_DEAD))
            return -LINUX_ESRCH;
        if (slot.tgid != p->pid && !capable(task, LINUX_CAP_SYS_PTRACE) &&
            (slot.uid != c->uid || slot.euid != c->uid || slot.suid != c->uid))
            return -LINUX_EPERM;
    }
    return pids_to_host(p, pid);
}

static long transfer(struct task *task, const uint64_t *a,
                     long (*call)(int, const struct linux_iovec *, int, const struct linux_iovec *, int))
{
    struct iov local, remote;
    int pid;
    long r;

    if (a[5])
        return -LINUX_EINVAL;
    r = iov_load(task, &local, a[1], a[2]);
    if (r < 0)
        return r;
    /* Checked like ours: the guest's part of the address space is the same everywhere. */
    r = iov_load(task, &remote, a[3], a[4]);
    if (r == 0) {
        pid = reachable(task, (int)a[0]);
        r = pid < 0 ? pid : call(pid, local.v, local.n, remote.v, remote.n);
        iov_free(&remote);
    }
    iov_free(&local);
    return r;
}

long sys_process_vm_readv(SYSCALL_PARAMS)
{
    return transfer(task, task->syscall_args, host_process_vm_readv);
}

long sys_process_vm_writev(SYSCALL_PARAMS)
{
    return transfer(task, task->syscall_args, host_process_vm_writev);
}

/* The file of a descriptor of a process. */
static struct file *pidfd_get(struct task *task, int fd)
{
    struct file *file = file_get(task, fd);

    if (file && file->ops->kind != FILE_PIDFD) {
        file_put(file);
        return NULL;
    }
    return file;
}

long sys_process_madvise(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = NULL;
    struct iov iov;
    long r;

    if (a4)
        return -LINUX_EINVAL;
    r = iov_load(task, &iov, a1, a2);
    if (r < 0)
        return r;
    file = pidfd_get(task, (int)a0);
    r = file ? host_process_madvise(file->host_fd, iov.v, iov.n, (int)a3, 0) : -LINUX_EBADF;
    iov_free(&iov);
    return r;
}

long sys_process_mrelease(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = NULL;

    if (a1)
        return -LINUX_EINVAL;
    file = pidfd_get(task, (int)a0);
    return file ? host_process_mrelease(file->host_fd, 0) : -LINUX_EBADF;
}
