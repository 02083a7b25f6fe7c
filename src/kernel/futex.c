/* SPDX-License-Identifier: MIT */
/* Robust lists: the locks that a dying thread leaves behind are marked, and one waiter of each is woken. */
#include "kernel/futex.h"
#include "host/futex.h"
#include "kernel/task.h"
#include "kernel/user.h"

/* What Linux follows at most: a list may be a circle. */
#define ROBUST_LIMIT 2048

static void wake_one(uint64_t addr, int flags)
{
    host_futex_wake((void *)(uintptr_t)addr, LINUX_FUTEX_WAKE | flags, 1, 0);
}

/* pending: the owner was about to take or release this one. */
static void mark(struct task *task, struct task *owner, uint64_t addr, bool pi, bool pending)
{
    uint32_t word, old;

    if (addr % 4 || user_load32(task, addr, &word) < 0)
        return;
    /* Released, but perhaps the owner did not come to waking anybody. */
    if (pending && !pi && !word) {
        wake_one(addr, 0);
        return;
    }
    while ((word & LINUX_FUTEX_TID_MASK) == (uint32_t)owner->tid) {
        if (user_cmpxchg32(task, addr, word, (word & LINUX_FUTEX_WAITERS) | LINUX_FUTEX_OWNER_DIED, &old) < 0)
            return;
        if (old != word) {
            word = old;
            continue;
        }
        if (word & LINUX_FUTEX_WAITERS) {
            wake_one(addr, 0);
            /* Who sleeps on a PI word may do so privately; other robust locks are shared by rule. */
            if (pi)
                wake_one(addr, LINUX_FUTEX_PRIVATE_FLAG);
        }
        return;
    }
}

void futex_owner_died(struct task *task, struct task *owner)
{
    struct linux_robust_list_head head;
    uint64_t entry, next, pending;

    if (!owner->robust_list || user_read(task, &head, owner->robust_list, sizeof(head)) < 0)
        return;
    pending = head.list_op_pending & ~UINT64_C(1);
    entry = head.list;
    for (int n = 0; (entry & ~UINT64_C(1)) != owner->robust_list && n < ROBUST_LIMIT; n++) {
        uint64_t at = entry & ~UINT64_C(1);
        /* Read first: a woken waiter may reuse the entry. */
        bool more = user_read(task, &next, at, sizeof(next)) == 0;

        if (at != pending)
            mark(task, owner, at + (uint64_t)head.futex_offset, entry & 1, false);
        if (!more)
            break;
        entry = next;
    }
    if (pending)
        mark(task, owner, pending + (uint64_t)head.futex_offset, head.list_op_pending & 1, true);
}
