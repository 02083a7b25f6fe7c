/* SPDX-License-Identifier: MIT */
/* Descriptors themselves: closing, duplicating, flags, pipes. */
#include "host/alloc.h"
#include "sys/io.h"

/* What F_GETFL of a file that we opened on the guest's behalf tells from the host, and what from how the
 * guest opened it. */
#define STATUS_FLAGS (LINUX_O_APPEND | LINUX_O_NONBLOCK | LINUX_O_ASYNC | LINUX_O_DIRECT | LINUX_O_NOATIME)
#define OPENED_FLAGS                                                                                         \
    (LINUX_O_ACCMODE | LINUX_O_PATH | LINUX_O_LARGEFILE | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_SYNC)

long fd_new(struct task *task, const struct file_ops *ops, long host_fd, uint32_t flags, bool cloexec,
            void *data)
{
    if (host_fd < 0)
        return host_fd;
    struct file *file = file_new(ops, (int)host_fd, flags, data);
    if (!file) {
        host_close((int)host_fd);
        return -LINUX_ENOMEM;
    }
    return fd_install(task, file, cloexec, 0);
}

long restartable_io(struct file *file, long r)
{
    if (likely(r != -LINUX_EINTR))
        return r;
    /* Signals do not interrupt files that have an offset: one was there before the host was asked. */
    if (file->host_fd >= 0 && host_lseek(file->host_fd, 0, LINUX_SEEK_CUR) >= 0)
        return -LINUX_ERESTARTNOINTR;
    return -LINUX_ERESTARTSYS;
}

long sys_close(SYSCALL_PARAMS)
{
    return fd_close(task, (int)a0);
}

long sys_close_range(SYSCALL_PARAMS)
{
    unsigned flags = (unsigned)a2;

    if (flags & ~(unsigned)(LINUX_CLOSE_RANGE_UNSHARE | LINUX_CLOSE_RANGE_CLOEXEC) ||
        (unsigned)a0 > (unsigned)a1)
        return -LINUX_EINVAL;
    if (flags & LINUX_CLOSE_RANGE_UNSHARE && atomic_load(&task->files->refs) > 1) {
        struct fdtable *copy = fdtable_copy(task->files);

        if (!copy)
            return -LINUX_ENOMEM;
        fdtable_put(task->files);
        task->files = copy;
    }
    return fd_close_range(task, (unsigned)a0, (unsigned)a1, flags & LINUX_CLOSE_RANGE_CLOEXEC);
}

static long dup_lowest(struct task *task, int fd, int lowest, bool cloexec)
{
    struct file *file = file_get(task, fd);

    return file ? fd_install(task, file, cloexec, lowest) : -LINUX_EBADF;
}

static long dup_at(struct task *task, int old, int new, bool cloexec)
{
    struct file *file = file_get(task, old);

    return file ? fd_install_at(task, new, file, cloexec) : -LINUX_EBADF;
}

long sys_dup(SYSCALL_PARAMS)
{
    return dup_lowest(task, (int)a0, 0, false);
}

long sys_dup2(SYSCALL_PARAMS)
{
    if ((int)a0 == (int)a1) {
        long r = fd_get_cloexec(task, (int)a0);
        return r < 0 ? r : (int)a0;
    }
    return dup_at(task, (int)a0, (int)a1, false);
}

long sys_dup3(SYSCALL_PARAMS)
{
    if ((int)a0 == (int)a1 || (uint32_t)a2 & ~(uint32_t)LINUX_O_CLOEXEC)
        return -LINUX_EINVAL;
    return dup_at(task, (int)a0, (int)a1, a2 & LINUX_O_CLOEXEC);
}

static long get_flags(struct task *task, struct file *file)
{
    long host = 0;

    if (file->host_fd >= 0)
        host = host_fcntl(file->host_fd, LINUX_F_GETFL, 0, NULL);
    if (host < 0)
        return host;
    switch (file->ops->kind) {
    case FILE_VFS:
    case FILE_VIRTUAL:
    case FILE_PATH:
        host = (host & STATUS_FLAGS) | (file->flags & OPENED_FLAGS);
        break;
    default:
        break;
    }
    return abi_open_flags_from_canonical(task->cpu.arch, (uint32_t)host);
}

static long set_flags(struct task *task, struct file *file, uint64_t arg)
{
    uint32_t flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)arg);

    if (file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    if (file->host_fd < 0)
        return 0;
    return host_fcntl(file->host_fd, LINUX_F_SETFL, flags & STATUS_FLAGS, NULL);
}

/* Record locks: the host's, since a guest process is a host process. */
static long lock_control(struct task *task, struct file *file, int cmd, uint64_t arg)
{
    struct linux_flock lock;
    bool get = cmd == LINUX_F_GETLK || cmd == LINUX_F_OFD_GETLK;

    if (user_read(task, &lock, arg, sizeof(lock)))
        return -LINUX_EFAULT;
    if (file->host_fd < 0)
        return -LINUX_EINVAL;
    if (cmd == LINUX_F_SETLK || cmd == LINUX_F_SETLKW)
        task->files->posix_locks = true;
    long r = host_fcntl(file->host_fd, cmd, (unsigned long)(uintptr_t)&lock, task_stop(task));
    if (r < 0 || !get)
        return restartable(r);
    if (lock.l_type != LINUX_F_UNLCK && lock.l_pid > 0)
        lock.l_pid = pids_to_guest(task->process, lock.l_pid);
    return user_write(task, arg, &lock, sizeof(lock));
}

/* Who gets SIGIO: positive a process, negative a group. */
static long owner_to_host(struct task *task, long owner)
{
    if (owner == 0)
        return 0;
    long host = pids_to_host(task->process, (int)(owner < 0 ? -owner : owner));
    return host < 0 ? host : owner < 0 ? -host : host;
}

static long owner_to_guest(struct task *task, long owner)
{
    return owner < 0 ? -pids_to_guest(task->process, (int)-owner)
           : owner   ? pids_to_guest(task->process, (int)owner)
                     : 0;
}

static long owner_control(struct task *task, struct file *file, int cmd, uint64_t arg)
{
    struct linux_f_owner_ex owner;
    long r;

    switch (cmd) {
    case LINUX_F_SETOWN:
        if ((int)arg == INT32_MIN)
            return -LINUX_EINVAL;
        r = owner_to_host(task, (int)arg);
        if ((int)arg && r < 0 && (int)arg > 0)
            return r;
        return host_fcntl(file->host_fd, cmd, (unsigned long)r, NULL);
    case LINUX_F_GETOWN:
        /* A negative value is a group here, not an error; the structure tells them apart. */
        r = host_fcntl(file->host_fd, LINUX_F_GETOWN_EX, (unsigned long)(uintptr_t)&owner, NULL);
        if (r < 0)
            return r;
        return owner_to_guest(task, owner.type == LINUX_F_OWNER_PGRP ? -owner.pid : owner.pid);
    case LINUX_F_SETOWN_EX:
        if (user_read(task, &owner, arg, sizeof(owner)))
            return -LINUX_EFAULT;
        r = owner_to_host(task, owner.pid);
        if (r < 0)
            return r;
        owner.pid = (int32_t)r;
        return host_fcntl(file->host_fd, cmd, (unsigned long)(uintptr_t)&owner, NULL);
    default:
        r = host_fcntl(file->host_fd, cmd, (unsigned long)(uintptr_t)&owner, NULL);
        if (r < 0)
            return r;
        owner.pid = (int32_t)owner_to_guest(task, owner.pid);
        return user_write(task, arg, &owner, sizeof(owner));
    }
}

/* Commands whose argument points to a 64-bit word of the guest. */
static long hint_control(struct task *task, struct file *file, int cmd, uint64_t arg)
{
    uint64_t value = 0;
    bool set = cmd == LINUX_F_SET_RW_HINT || cmd == LINUX_F_SET_FILE_RW_HINT;

    if (set && user_read(task, &value, arg, sizeof(value)))
        return -LINUX_EFAULT;
    long r = host_fcntl(file->host_fd, cmd, (unsigned long)(uintptr_t)&value, NULL);
    return r < 0 || set ? r : user_write(task, arg, &value, sizeof(value));
}

static long file_control(struct task *task, struct file *file, int fd, int cmd, uint64_t arg)
{
    switch (cmd) {
    case LINUX_F_DUPFD:
    case LINUX_F_DUPFD_CLOEXEC:
        if ((int)arg < 0 || arg >= fd_limit(task))
            return -LINUX_EINVAL;
        file_ref(file);
        return fd_install(task, file, cmd == LINUX_F_DUPFD_CLOEXEC, (int)arg);
    case LINUX_F_GETFD:
        return fd_get_cloexec(task, fd);
    case LINUX_F_SETFD:
        return fd_set_cloexec(task, fd, arg & LINUX_FD_CLOEXEC);
    case LINUX_F_GETFL:
        return get_flags(task, file);
    case LINUX_F_SETFL:
        return set_flags(task, file, arg);
    }
    if (file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    switch (cmd) {
    case LINUX_F_GETLK:
    case LINUX_F_SETLK:
    case LINUX_F_SETLKW:
    case LINUX_F_OFD_GETLK:
    case LINUX_F_OFD_SETLK:
    case LINUX_F_OFD_SETLKW:
        return lock_control(task, file, cmd, arg);
    case LINUX_F_SETOWN:
    case LINUX_F_GETOWN:
    case LINUX_F_SETOWN_EX:
    case LINUX_F_GETOWN_EX:
        return owner_control(task, file, cmd, arg);
    case LINUX_F_GET_RW_HINT:
    case LINUX_F_SET_RW_HINT:
    case LINUX_F_GET_FILE_RW_HINT:
    case LINUX_F_SET_FILE_RW_HINT:
        return hint_control(task, file, cmd, arg);
    case LINUX_F_SETSIG:
    case LINUX_F_GETSIG:
    case LINUX_F_SETLEASE:
    case LINUX_F_GETLEASE:
    case LINUX_F_NOTIFY:
    case LINUX_F_SETPIPE_SZ:
    case LINUX_F_GETPIPE_SZ:
    case LINUX_F_ADD_SEALS:
    case LINUX_F_GET_SEALS:
        return host_fcntl(file->host_fd, cmd, (unsigned long)arg, NULL);
    }
    return -LINUX_EINVAL;
}

long sys_fcntl(SYSCALL_PARAMS)
{
    struct file *file = file_get(task, (int)a0);

    if (!file)
        return -LINUX_EBADF;
    long r = file_control(task, file, (int)a0, (int)a1, a2);
    file_put(file);
    return r;
}

long sys_ioctl(SYSCALL_PARAMS)
{
    struct file *file = file_get(task, (int)a0);
    uint64_t request = (uint32_t)a1;
    long r;

    if (!file)
        return -LINUX_EBADF;
    if (file->flags & LINUX_O_PATH)
        r = -LINUX_EBADF;
    else if (request == LINUX_FIOCLEX || request == LINUX_FIONCLEX)
        r = fd_set_cloexec(task, (int)a0, request == LINUX_FIOCLEX);
    else if (file->ops->ioctl)
        r = file->ops->ioctl(task, file, request, a2);
    else
        r = ioctl_host(task, file, request, a2);
    file_put(file);
    return r;
}

static long pipe_new(struct task *task, uint64_t addr, uint64_t guest_flags)
{
    uint32_t flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)guest_flags);
    bool cloexec = flags & LINUX_O_CLOEXEC;
    int host[2], fds[2];

    if (flags & ~(uint32_t)(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK | LINUX_O_DIRECT))
        return -LINUX_EINVAL;
    long r = host_pipe(host, (int)flags);
    if (r < 0)
        return r;
    r = fd_new(task, &file_host_ops, host[0], LINUX_O_RDONLY, cloexec, NULL);
    if (r < 0) {
        host_close(host[1]);
        return r;
    }
    fds[0] = (int)r;
    r = fd_new(task, &file_host_ops, host[1], LINUX_O_WRONLY, cloexec, NULL);
    if (r < 0) {
        fd_close(task, fds[0]);
        return r;
    }
    fds[1] = (int)r;
    if (user_write(task, addr, fds, sizeof(fds))) {
        fd_close(task, fds[0]);
        fd_close(task, fds[1]);
        return -LINUX_EFAULT;
    }
    return 0;
}

long sys_pipe(SYSCALL_PARAMS)
{
    return pipe_new(task, a0, 0);
}

long sys_pipe2(SYSCALL_PARAMS)
{
    return pipe_new(task, a0, a1);
}
