/* SPDX-License-Identifier: MIT */
/* Checked access to guest memory; the instructions that may fault are in kernel/ARCH/user_access.S. */
#include "kernel/user.h"
#include "abi/abi.h"
#include "host/host.h"

#define USER_END UINT64_C(0x7ffffffff000)

long user_copy_raw(void *dst, const void *src, size_t n);
long user_fill_raw(void *dst, size_t n);
long user_string_raw(char *dst, const char *src, size_t size);
long user_load32_raw(const uint32_t *addr, uint32_t *value);
long user_cmpxchg32_raw(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old);

static bool range_is_guest(uint64_t addr, uint64_t len)
{
    uint64_t end;

    if (__builtin_add_overflow(addr, len, &end) || end > USER_END)
        return false;
    return end <= HOST_WINDOW_START || addr >= HOST_WINDOW_END;
}

void *user_range(struct task *task, uint64_t addr, uint64_t len)
{
    (void)task;
    if (unlikely(!range_is_guest(addr, len)))
        return NULL;
    /* A null pointer must stay distinguishable from "refused"; the first page is never mapped, so 1 faults as well. */
    return (void *)(uintptr_t)(addr ? addr : 1);
}

int user_read(struct task *task, void *dst, uint64_t src, size_t n)
{
    (void)task;
    if (unlikely(!range_is_guest(src, n)))
        return -LINUX_EFAULT;
    return (int)user_copy_raw(dst, (const void *)(uintptr_t)src, n);
}

int user_write(struct task *task, uint64_t dst, const void *src, size_t n)
{
    (void)task;
    if (unlikely(!range_is_guest(dst, n)))
        return -LINUX_EFAULT;
    return (int)user_copy_raw((void *)(uintptr_t)dst, src, n);
}

int user_zero(struct task *task, uint64_t dst, size_t n)
{
    (void)task;
    if (unlikely(!range_is_guest(dst, n)))
        return -LINUX_EFAULT;
    return (int)user_fill_raw((void *)(uintptr_t)dst, n);
}

long user_string(struct task *task, char *dst, uint64_t src, size_t size)
{
    (void)task;
    if (src >= USER_END || (src >= HOST_WINDOW_START && src < HOST_WINDOW_END))
        return -LINUX_EFAULT;
    long n = user_string_raw(dst, (const char *)(uintptr_t)src, MIN(size, USER_END - src));
    if (n < 0)
        return n;
    return (size_t)n == size ? -LINUX_ENAMETOOLONG : n;
}

int user_load32(struct task *task, uint64_t addr, uint32_t *value)
{
    (void)task;
    if (!range_is_guest(addr, 4))
        return -LINUX_EFAULT;
    return (int)user_load32_raw((const uint32_t *)(uintptr_t)addr, value);
}

int user_cmpxchg32(struct task *task, uint64_t addr, uint32_t expected, uint32_t desired, uint32_t *old)
{
    (void)task;
    if (!range_is_guest(addr, 4))
        return -LINUX_EFAULT;
    return (int)user_cmpxchg32_raw((uint32_t *)(uintptr_t)addr, expected, desired, old);
}
