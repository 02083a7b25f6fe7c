/* SPDX-License-Identifier: MIT */
/* Descriptors of events and timers: the host's own. */
#include "sys/io.h"

static long event_new(struct task *task, unsigned value, uint32_t flags)
{
    if (flags & ~(uint32_t)(LINUX_EFD_SEMAPHORE | LINUX_EFD_CLOEXEC | LINUX_EFD_NONBLOCK))
        return -LINUX_EINVAL;
    return fd_new(task, &file_host_ops, host_eventfd(value, (int)flags), LINUX_O_RDWR,
                  flags & LINUX_EFD_CLOEXEC, NULL);
}

long sys_eventfd(SYSCALL_PARAMS)
{
    return event_new(task, (unsigned)a0, 0);
}

long sys_eventfd2(SYSCALL_PARAMS)
{
    return event_new(task, (unsigned)a0, (uint32_t)a1);
}

long sys_timerfd_create(SYSCALL_PARAMS)
{
    uint32_t flags = (uint32_t)a1;

    if (flags & ~(uint32_t)(LINUX_TFD_CLOEXEC | LINUX_TFD_NONBLOCK))
        return -LINUX_EINVAL;
    return fd_new(task, &file_host_ops, host_timerfd((int)a0, (int)flags), LINUX_O_RDWR,
                  flags & LINUX_TFD_CLOEXEC, NULL);
}

long sys_timerfd_settime(SYSCALL_PARAMS)
{
    struct linux_itimerspec value, old;

    if (user_read(task, &value, a2, sizeof(value)))
        return -LINUX_EFAULT;
    struct file *file cleanup_file = file_get(task, (int)a0);
    if (!file)
        return -LINUX_EBADF;
    long r = host_timerfd_set(file->host_fd, (int)a1, &value, &old);
    if (r == 0 && a3 && user_write(task, a3, &old, sizeof(old)))
        return -LINUX_EFAULT;
    return r;
}

long sys_timerfd_gettime(SYSCALL_PARAMS)
{
    struct linux_itimerspec value;
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file)
        return -LINUX_EBADF;
    long r = host_timerfd_get(file->host_fd, &value);
    return r < 0 ? r : user_write(task, a1, &value, sizeof(value));
}
