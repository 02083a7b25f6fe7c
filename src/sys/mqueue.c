/* SPDX-License-Identifier: MIT */
/*
 * POSIX message queues: the host's. A container's names carry its own name on the host; each is written down
 * in the root's sidecar (a symbolic link "q..." to the host's name), by which the command line removes what
 * is left when the container ends.
 */
#include "container/spec.h"
#include "fs/fs.h"
#include "host/io.h"
#include "kernel/supervisor_client.h"
#include "kernel/task.h"
#include "net/net.h"
#include "sys/io.h"

#define NAME_SIZE 256

/* The guest's name (without the slash, as the C library gives it) as the host's. */
static long name_load(struct task *task, uint64_t addr, char host[NAME_SIZE])
{
    char name[NAME_SIZE];
    long r = user_string(task, name, addr, sizeof name);

    if (r < 0)
        return r;
    /* Names that the host refuses, whatever stands before them. */
    if (net_is_identity(task) || r == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        memcpy(host, name, (size_t)r + 1);
        return 0;
    }
    char prefix[SPEC_QUEUE_PREFIX];
    spec_queue_prefix(task->process->spec, prefix);
    size_t n = (size_t)fmt(host, NAME_SIZE, "%s%s", prefix, name);
    return n < NAME_SIZE ? 0 : -LINUX_ENAMETOOLONG;
}

/* What the sidecar calls a queue. */
static void record_name(const char *host, char record[32])
{
    fmt(record, 32, "q%016llx", (unsigned long long)spec_hash(host));
}

static void record(struct task *task, const char *host, bool exists)
{
    struct mount *root = mount_at(task->fs->mounts, "", 0);
    char name[32];
    int sidecar = root && !net_is_identity(task) ? vfs_sidecar(root) : -1;

    if (sidecar < 0)
        return;
    record_name(host, name);
    if (exists)
        host_symlinkat(host, sidecar, name);
    else
        host_unlinkat(sidecar, name, 0);
}

long sys_mq_open(SYSCALL_PARAMS)
{
    uint32_t flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)a1);
    uint32_t mode = (uint32_t)a2 & ~atomic_load_explicit(&task->fs->umask, memory_order_relaxed);
    struct linux_mq_attr attr;
    char host[NAME_SIZE];
    long r = name_load(task, a0, host);

    if (r < 0)
        return r;
    if (a3 && flags & LINUX_O_CREAT && user_read(task, &attr, a3, sizeof attr))
        return -LINUX_EFAULT;
    if (flags & LINUX_O_CREAT)
        record(task, host, true);
    const struct linux_mq_attr *given = a3 && flags & LINUX_O_CREAT ? &attr : NULL;
    /* A confined process may open no queue itself: they lie in no folder that it could have been given. */
    r = task->process->pids && host[0] ? supervisor_open_queue(task->process, host, flags, mode, given)
                                       : host_mq_open(host, (int)flags, mode, given);
    return fd_new(task, &file_host_ops, r, flags & ~(uint32_t)LINUX_O_CLOEXEC, true, NULL);
}

long sys_mq_unlink(SYSCALL_PARAMS)
{
    char host[NAME_SIZE];
    long r = name_load(task, a0, host);

    if (r < 0)
        return r;
    r = host_mq_unlink(host);
    if (r == 0)
        record(task, host, false);
    return r;
}

static long deadline_load(struct task *task, uint64_t addr, struct linux_timespec *deadline)
{
    return addr && user_read(task, deadline, addr, sizeof *deadline) ? -LINUX_EFAULT : 0;
}

long sys_mq_timedsend(SYSCALL_PARAMS)
{
    struct linux_timespec deadline;
    void *buf = user_range(task, a1, a2);
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (deadline_load(task, a4, &deadline))
        return -LINUX_EFAULT;
    if (!file)
        return -LINUX_EBADF;
    if (!buf)
        return -LINUX_EFAULT;
    return restartable(
        host_mq_send(file->host_fd, buf, a2, (unsigned)a3, a4 ? &deadline : NULL, task_stop(task)));
}

long sys_mq_timedreceive(SYSCALL_PARAMS)
{
    struct linux_timespec deadline;
    unsigned priority;
    void *buf = user_range(task, a1, a2);
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (deadline_load(task, a4, &deadline))
        return -LINUX_EFAULT;
    if (!file)
        return -LINUX_EBADF;
    if (!buf)
        return -LINUX_EFAULT;
    long r = host_mq_receive(file->host_fd, buf, a2, a3 ? &priority : NULL, a4 ? &deadline : NULL,
                             task_stop(task));
    if (r >= 0 && a3 && user_write(task, a3, &priority, sizeof priority))
        return -LINUX_EFAULT;
    return restartable(r);
}

long sys_mq_notify(SYSCALL_PARAMS)
{
    struct linux_sigevent event;
    char cookie[32];
    struct file *file cleanup_file = file_get(task, (int)a0);
    struct file *socket cleanup_file = NULL;

    if (a1 && user_read(task, &event, a1, sizeof event))
        return -LINUX_EFAULT;
    if (!file)
        return -LINUX_EBADF;
    /* The C library's way to start a thread: a message of 32 bytes comes back through a netlink socket. */
    if (a1 && event.sigev_notify == LINUX_SIGEV_THREAD) {
        socket = file_get(task, event.sigev_signo);
        if (!socket)
            return -LINUX_EBADF;
        if (user_read(task, cookie, event.sigev_value.sival_ptr, sizeof cookie))
            return -LINUX_EFAULT;
        event.sigev_value.sival_ptr = (uint64_t)(uintptr_t)cookie;
        event.sigev_signo = socket->host_fd;
    }
    return host_mq_notify(file->host_fd, a1 ? &event : NULL);
}

long sys_mq_getsetattr(SYSCALL_PARAMS)
{
    struct linux_mq_attr set, old;
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (a1 && user_read(task, &set, a1, sizeof set))
        return -LINUX_EFAULT;
    if (!file)
        return -LINUX_EBADF;
    long r = host_mq_attributes(file->host_fd, a1 ? &set : NULL, a2 ? &old : NULL);
    return r == 0 && a2 ? user_write(task, a2, &old, sizeof old) : r;
}
