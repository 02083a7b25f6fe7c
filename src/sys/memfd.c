/* SPDX-License-Identifier: MIT */
/* Files in memory, and random bytes. */
#include "sys/io.h"

#define NAME_MAX 249

long sys_memfd_create(SYSCALL_PARAMS)
{
    char name[NAME_MAX + 1];
    uint32_t flags = (uint32_t)a1;
    long r = user_string(task, name, a0, sizeof(name));

    if (r < 0)
        return r == -LINUX_ENAMETOOLONG ? -LINUX_EINVAL : r;
    return fd_new(task, &file_host_ops, host_memfd(name, flags), LINUX_O_RDWR | LINUX_O_LARGEFILE,
                  flags & LINUX_MFD_CLOEXEC, NULL);
}

long sys_getrandom(SYSCALL_PARAMS)
{
    uint64_t n = MIN(a1, IO_MAX);
    void *buf = user_range(task, a0, n);

    return buf ? restartable(host_random(buf, n, (unsigned)a2, task_stop(task))) : -LINUX_EFAULT;
}
