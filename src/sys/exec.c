/* SPDX-License-Identifier: MIT */
/* execve and execveat. */
#include "sys/sys.h"
#include "host/alloc.h"
#include "kernel/exec.h"
#include "kernel/user.h"

static long exec_at(struct task *task, int dirfd, uint64_t path, uint64_t argv, uint64_t envp, int flags)
{
    char *name cleanup_free = kmalloc(4096);
    long n;

    if (flags & ~(LINUX_AT_EMPTY_PATH | LINUX_AT_SYMLINK_NOFOLLOW))
        return -LINUX_EINVAL;
    if (!name)
        return -LINUX_ENOMEM;
    n = user_string(task, name, path, 4096);
    if (n < 0)
        return n;
    if (n == 0 && !(flags & LINUX_AT_EMPTY_PATH))
        return -LINUX_ENOENT;
    return task_exec(task, dirfd, name, argv, envp, flags);
}

long sys_execve(SYSCALL_PARAMS)
{
    return exec_at(task, LINUX_AT_FDCWD, a0, a1, a2, 0);
}

long sys_execveat(SYSCALL_PARAMS)
{
    return exec_at(task, (int)a0, a1, a2, a3, (int)a4);
}
