/* SPDX-License-Identifier: MIT */
/* System calls of memory. */
#include "host/host.h"
#include "kernel/file.h"
#include "kernel/mm.h"
#include "kernel/user.h"
#include "sys/sys.h"

#define PAGE UINT64_C(4096)

long sys_brk(SYSCALL_PARAMS)
{
    return (long)mm_brk(task, a0);
}

/* Memory that others may see: there may be robust locks in it. */
static long mapped(struct task *task, long r, int prot, int flags)
{
    if (!host_is_error(r) && (prot & LINUX_PROT_WRITE) && (flags & LINUX_MAP_TYPE) != LINUX_MAP_PRIVATE)
        signals_end_here(task->process);
    return r;
}

long sys_mmap(SYSCALL_PARAMS)
{
    int flags = (int)a3;
    struct file *file cleanup_file = NULL;

    if ((a5 & (PAGE - 1)) || ((flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE)) && (a0 & (PAGE - 1))))
        return -LINUX_EINVAL;
    if (flags & LINUX_MAP_ANONYMOUS)
        return mapped(task, mm_map(task, a0, a1, (int)a2, flags, -1, 0), (int)a2, flags);
    file = file_get(task, (int)a4);
    if (!file)
        return -LINUX_EBADF;
    int fd = file->host_fd;
    if (file->ops->mmap) {
        long r = file->ops->mmap(task, file, (int)a2, flags, (int64_t)a5);

        if (r < 0)
            return r;
        fd = (int)r;
    }
    return mapped(task, mm_map(task, a0, a1, (int)a2, flags, fd, (int64_t)a5), (int)a2, flags);
}

long sys_munmap(SYSCALL_PARAMS)
{
    return mm_unmap(task, a0, a1);
}

long sys_mprotect(SYSCALL_PARAMS)
{
    return mm_protect(task, a0, a1, (int)a2);
}

/*
 * Protection keys: there are none, as on a CPU without them. Key -1 asks for none.
 */
long sys_pkey_mprotect(SYSCALL_PARAMS)
{
    return (int)a3 == -1 ? mm_protect(task, a0, a1, (int)a2) : -LINUX_EINVAL;
}

long sys_pkey_alloc(SYSCALL_PARAMS)
{
    return a0 || (a1 & ~UINT64_C(3)) ? -LINUX_EINVAL : -LINUX_ENOSPC;
}

long sys_pkey_free(SYSCALL_PARAMS)
{
    return -LINUX_EINVAL;
}

long sys_mremap(SYSCALL_PARAMS)
{
    return mm_remap(task, a0, a1, a2, (int)a3, a4);
}

/* Calls that act on a range only: the host checks the rest. */
static void *range_or_null(struct task *task, uint64_t addr, uint64_t len)
{
    return mm_range_ok(task, addr, ALIGN_UP(len, PAGE)) ? (void *)(uintptr_t)addr : NULL;
}

long sys_madvise(SYSCALL_PARAMS)
{
    if ((a0 & (PAGE - 1)) || ALIGN_UP(a1, PAGE) < a1)
        return -LINUX_EINVAL;
    if (a0 && !range_or_null(task, a0, a1))
        return -LINUX_ENOMEM;
    /* What these throw away may be code, whose old bytes come back from the file. */
    if ((int)a2 == LINUX_MADV_DONTNEED || (int)a2 == LINUX_MADV_FREE || (int)a2 == LINUX_MADV_REMOVE)
        task->engine->code_changed(a0, ALIGN_UP(a1, PAGE), LINUX_PROT_EXEC, CODE_DROPPED);
    return host_madvise((void *)(uintptr_t)a0, a1, (int)a2);
}

long sys_msync(SYSCALL_PARAMS)
{
    if (a0 && !range_or_null(task, a0, a1))
        return -LINUX_ENOMEM;
    return host_msync((void *)(uintptr_t)a0, a1, (int)a2);
}

long sys_mincore(SYSCALL_PARAMS)
{
    void *vec = user_range(task, a2, (a1 + PAGE - 1) / PAGE);

    if (a0 & (PAGE - 1))
        return -LINUX_EINVAL;
    if (a0 && !range_or_null(task, a0, a1))
        return -LINUX_ENOMEM;
    return vec ? host_mincore((void *)(uintptr_t)a0, a1, vec) : -LINUX_EFAULT;
}

long sys_mlock2(SYSCALL_PARAMS)
{
    if (a0 && !range_or_null(task, a0, a1))
        return -LINUX_ENOMEM;
    return host_mlock((void *)(uintptr_t)a0, a1, (int)a2);
}

long sys_mlock(SYSCALL_PARAMS)
{
    return sys_mlock2(task, a0, a1, 0, 0, 0, 0);
}

long sys_munlock(SYSCALL_PARAMS)
{
    if (a0 && !range_or_null(task, a0, a1))
        return -LINUX_ENOMEM;
    return host_munlock((void *)(uintptr_t)a0, a1);
}

long sys_mlockall(SYSCALL_PARAMS)
{
    return host_mlockall((int)a0);
}

long sys_munlockall(SYSCALL_PARAMS)
{
    return host_munlockall();
}
