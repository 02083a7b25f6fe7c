/* SPDX-License-Identifier: MIT */
/*
 * The memory and the descriptors of other processes. It is the host's to reach; here numbers are translated,
 * the guest's own users are kept apart, and what is ours in the other's address space stays out of reach.
 */
#include "host/memory.h"
#include "host/process.h"
#include "kernel/cred.h"
#include "kernel/pidfd.h"
#include "kernel/pids.h"
#include "kernel/process_fs.h"
#include "net/net.h"
#include "supervisor/pid_table.h"
#include "sys/io.h"

/* The host's number of a process whose memory the caller may touch, or -ESRCH, -EPERM. */
static int reachable(struct task *task, int pid)
{
    struct process *p = task->process;
    const struct cred *c = task->cred;
    struct pid_slot slot;

    if (p->pids && pid != p->pid && pid != task->tid) {
        if (!pids_get(p, pid, &slot) || (slot.flags & (PID_DEAD | PID_GROUP)))
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

/* A copy of our own descriptor. */
static long own_fd(struct task *task, int fd)
{
    struct file *file = file_get(task, fd);

    return file ? fd_install(task, file, true, 0) : -LINUX_EBADF;
}

long sys_pidfd_getfd(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = NULL, *found;
    long pid, fd;

    if (a2)
        return -LINUX_EINVAL;
    file = pidfd_get(task, (int)a0);
    if (!file)
        return -LINUX_EBADF;
    pid = host_pidfd_pid(file->host_fd);
    if (pid == task->process->host_pid)
        return own_fd(task, (int)a1);
    if (pid > 0)
        pid = pids_to_guest(task->process, (int)pid);
    if (pid <= 0)
        return -LINUX_ESRCH;
    fd = reachable(task, (int)pid);
    if (fd >= 0)
        fd = fs_peer_host_fd(task, (int)pid, (int)a1);
    if (fd >= 0)
        fd = host_pidfd_getfd(file->host_fd, (int)fd, 0);
    if (fd < 0)
        return fd;
    found = file_of_host_fd(task, (int)fd);
    return found ? fd_install(task, found, true, 0) : -LINUX_ENOMEM;
}
