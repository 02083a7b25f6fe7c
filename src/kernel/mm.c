/* SPDX-License-Identifier: MIT */
/* The guest's memory: the host's mappings, with our window and the engine's areas kept apart. */
#include "kernel/mm.h"
#include "host/host.h"
#include "host/alloc.h"
#include "kernel/task.h"

#define PAGE       UINT64_C(4096)
#define USER_LIMIT UINT64_C(0x7ffffffff000)

struct mm *mm_new(void)
{
    struct mm *mm = kzalloc(sizeof(*mm));

    if (mm)
        atomic_store(&mm->refs, 1);
    return mm;
}

struct mm *mm_copy(struct mm *old)
{
    struct mm *mm = kmalloc(sizeof(*mm));

    if (mm) {
        *mm = *old;
        atomic_store(&mm->refs, 1);
        atomic_store(&mm->lock.state, 0);
    }
    return mm;
}

void mm_put(struct mm *mm)
{
    if (mm && atomic_fetch_sub(&mm->refs, 1) == 1)
        kfree(mm);
}

bool mm_range_ok(struct task *task, uint64_t addr, uint64_t len)
{
    uint64_t end;

    if (__builtin_add_overflow(addr, len, &end) || end > USER_LIMIT)
        return false;
    if (end > HOST_WINDOW_START && addr < HOST_WINDOW_END)
        return false;
    return !task->engine->owns_address(addr, len);
}

long mm_map(struct task *task, uint64_t addr, uint64_t len, int prot, int flags, int host_fd, int64_t offset)
{
    bool fixed = flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE);
    uint64_t rounded = ALIGN_UP(len, PAGE);

    if (len == 0)
        return -LINUX_EINVAL;
    if (rounded < len || rounded > USER_LIMIT)
        return -LINUX_ENOMEM;
    if (!mm_range_ok(task, addr, rounded)) {
        if (fixed)
            return flags & LINUX_MAP_FIXED_NOREPLACE ? -LINUX_EEXIST : -LINUX_ENOMEM;
        addr = 0;
    }
    long r = mm_may_map(task, addr, rounded, prot, flags);
    if (r < 0)
        return r;
    /* What was executable under a fixed mapping is gone before the new bytes appear there. */
    if (fixed && !(flags & LINUX_MAP_FIXED_NOREPLACE))
        task->engine->code_changed(addr, rounded, 0, 0);
    r = host_mmap((void *)(uintptr_t)addr, len, prot, flags, host_fd, offset);
    if (!host_is_error(r) && (prot & LINUX_PROT_EXEC))
        task->engine->code_changed((uint64_t)r, rounded, prot, flags);
    return r;
}

long mm_unmap(struct task *task, uint64_t addr, uint64_t len)
{
    uint64_t rounded = ALIGN_UP(len, PAGE);

    if ((addr & (PAGE - 1)) || len == 0 || rounded < len || !mm_range_ok(task, addr, rounded))
        return -LINUX_EINVAL;
    task->engine->code_changed(addr, rounded, 0, 0);
    return host_munmap((void *)(uintptr_t)addr, len);
}

long mm_protect(struct task *task, uint64_t addr, uint64_t len, int prot)
{
    uint64_t rounded = ALIGN_UP(len, PAGE);

    if (addr & (PAGE - 1))
        return -LINUX_EINVAL;
    if (len == 0)
        return 0;
    if (rounded < len || !mm_range_ok(task, addr, rounded))
        return -LINUX_ENOMEM;
    long r = mm_may_protect(task, addr, rounded, prot);
    if (r < 0)
        return r;
    if (!(prot & LINUX_PROT_EXEC) || (prot & LINUX_PROT_WRITE))
        task->engine->code_changed(addr, rounded, prot, LINUX_MAP_PRIVATE);
    r = host_mprotect((void *)(uintptr_t)addr, len, prot);
    if (r == 0 && (prot & LINUX_PROT_EXEC) && !(prot & LINUX_PROT_WRITE))
        task->engine->code_changed(addr, rounded, prot, CODE_SHARING_UNKNOWN);
    return r;
}

long mm_remap(struct task *task, uint64_t old, uint64_t old_len, uint64_t new_len, int flags,
              uint64_t new_addr)
{
    uint64_t rounded = ALIGN_UP(old_len, PAGE);

    if (!mm_range_ok(task, old, rounded) ||
        ((flags & LINUX_MREMAP_FIXED) && !mm_range_ok(task, new_addr, new_len)))
        return -LINUX_EINVAL;
    long r = ALIGN_UP(new_len, PAGE) > rounded
                 ? mm_may_grow(task, old, rounded, ALIGN_UP(new_len, PAGE) - rounded)
                 : 0;
    if (r < 0)
        return r;
    /* Code that moves is the guest's own; there it is not known as code, and costs a trap for each call. */
    task->engine->code_changed(old, rounded, 0, LINUX_MAP_PRIVATE);
    if (flags & LINUX_MREMAP_FIXED)
        task->engine->code_changed(new_addr, ALIGN_UP(new_len, PAGE), 0, 0);
    return host_mremap((void *)(uintptr_t)old, old_len, new_len, flags, (void *)(uintptr_t)new_addr);
}

uint64_t mm_brk(struct task *task, uint64_t brk)
{
    struct mm *mm = task->process->mm;
    const struct linux_rlimit64 *data = &task->process->rlimits[LINUX_RLIMIT_DATA];
    LOCK_SCOPE(&mm->lock);
    uint64_t old_end = ALIGN_UP(mm->brk, PAGE), new_end = ALIGN_UP(brk, PAGE);

    if (brk < mm->brk_start || brk > USER_LIMIT || brk - mm->brk_start > data->rlim_cur)
        return mm->brk;
    if (new_end < old_end) {
        if (mm_unmap(task, new_end, old_end - new_end) < 0)
            return mm->brk;
    } else if (new_end > old_end) {
        long r = mm_map(task, old_end, new_end - old_end, LINUX_PROT_READ | LINUX_PROT_WRITE,
                        LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_FIXED_NOREPLACE, -1, 0);
        if (host_is_error(r))
            return mm->brk;
    }
    mm->brk = brk;
    return brk;
}
