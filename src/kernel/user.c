/* SPDX-License-Identifier: MIT */
/* Checked access to guest memory; the instructions that may fault are the engines'. */
#include "kernel/user.h"
#include "abi/abi.h"
#include "engine/access.h"

void *user_range(struct task *task, uint64_t addr, uint64_t len)
{
    (void)task;
    if (unlikely(!access_is_guest(addr, len)))
        return NULL;
    /* A null pointer must stay distinguishable from "refused"; the first page is never mapped, so 1 faults as
     * well. */
    return (void *)(uintptr_t)(addr ? addr : 1);
}

int user_read(struct task *task, void *dst, uint64_t src, size_t n)
{
    (void)task;
    if (unlikely(!access_is_guest(src, n)))
        return -LINUX_EFAULT;
    return (int)access_copy(dst, (const void *)(uintptr_t)src, n);
}

int user_write(struct task *task, uint64_t dst, const void *src, size_t n)
{
    (void)task;
    if (unlikely(!access_is_guest(dst, n)))
        return -LINUX_EFAULT;
    return (int)access_copy((void *)(uintptr_t)dst, src, n);
}

int user_zero(struct task *task, uint64_t dst, size_t n)
{
    (void)task;
    if (unlikely(!access_is_guest(dst, n)))
        return -LINUX_EFAULT;
    return (int)access_fill((void *)(uintptr_t)dst, n);
}

long user_string(struct task *task, char *dst, uint64_t src, size_t size)
{
    (void)task;
    if (src >= ACCESS_END || (src >= HOST_WINDOW_START && src < HOST_WINDOW_END))
        return -LINUX_EFAULT;
    long n = access_string(dst, (const char *)(uintptr_t)src, MIN(size, ACCESS_END - src));
    if (n < 0)
        return n;
    return (size_t)n == size ? -LINUX_ENAMETOOLONG : n;
}

int user_load32(struct task *task, uint64_t addr, uint32_t *value)
{
    (void)task;
    if (!access_is_guest(addr, 4))
        return -LINUX_EFAULT;
    return (int)access_load32((const uint32_t *)(uintptr_t)addr, value);
}

int user_cmpxchg32(struct task *task, uint64_t addr, uint32_t expected, uint32_t desired, uint32_t *old)
{
    (void)task;
    if (!access_is_guest(addr, 4))
        return -LINUX_EFAULT;
    return (int)access_cmpxchg32((uint32_t *)(uintptr_t)addr, expected, desired, old);
}
