/* SPDX-License-Identifier: MIT */
/* Locks with an owner, over the host's plain futexes; the states of a word are told in futex.h. */
#include "host/futex.h"
#include "kernel/futex.h"
#include "kernel/pids.h"
#include "kernel/task.h"
#include "kernel/user.h"

static void *word_of(uint64_t addr)
{
    return (void *)(uintptr_t)addr;
}

/* 0, -EINVAL or -EFAULT. */
static long check_word(struct task *task, uint64_t addr)
{
    if (addr % 4)
        return -LINUX_EINVAL;
    return user_range(task, addr, 4) ? 0 : -LINUX_EFAULT;
}

/* Takes the lock if it is free: 0, -EDEADLK, -EFAULT, or -EAGAIN with what the word holds. */
static long take(struct task *task, uint64_t addr, uint32_t *word)
{
    uint32_t tid = (uint32_t)task->tid, old;

    if (user_load32(task, addr, word) < 0)
        return -LINUX_EFAULT;
    while (!(*word & LINUX_FUTEX_TID_MASK)) {
        if (user_cmpxchg32(task, addr, *word, *word | tid, &old) < 0)
            return -LINUX_EFAULT;
        if (old == *word)
            return 0;
        *word = old;
    }
    return (*word & LINUX_FUTEX_TID_MASK) == tid ? -LINUX_EDEADLK : -LINUX_EAGAIN;
}

/* A number that nobody has would be waited for in vain. */
static bool owner_lives(struct task *task, int tid)
{
    struct process *p = task->process;
    struct task *found;

    lock_acquire(&p->lock);
    found = process_find_task(p, tid);
    lock_release(&p->lock);
    return found || pids_exist(p, tid);
}

long futex_lock_pi(struct task *task, uint64_t addr, int flags, const struct linux_timespec *deadline)
{
    uint32_t word, old, checked = 0;
    long r = check_word(task, addr);

    if (r < 0)
        return r;
    for (;;) {
        r = take(task, addr, &word);
        if (r != -LINUX_EAGAIN)
            return r;
        if ((word & LINUX_FUTEX_TID_MASK) != checked) {
            checked = word & LINUX_FUTEX_TID_MASK;
            if (!owner_lives(task, (int)checked)) {
                /* It may have released the lock on its way out. */
                if (user_load32(task, addr, &old) < 0)
                    return -LINUX_EFAULT;
                if (old == word)
                    return -LINUX_ESRCH;
                checked = 0;
                continue;
            }
        }
        if (!(word & LINUX_FUTEX_WAITERS)) {
            if (user_cmpxchg32(task, addr, word, word | LINUX_FUTEX_WAITERS, &old) < 0)
                return -LINUX_EFAULT;
            if (old != word)
                continue;
            word |= LINUX_FUTEX_WAITERS;
        }
        r = host_futex_wait(word_of(addr), LINUX_FUTEX_WAIT_BITSET | flags, word, deadline,
                            LINUX_FUTEX_BITSET_MATCH_ANY, task_stop(task));
        if (r == -LINUX_EINTR)
            return -LINUX_ERESTARTNOINTR;
        if (r < 0 && r != -LINUX_EAGAIN)
            return r;
    }
}

long futex_trylock_pi(struct task *task, uint64_t addr)
{
    uint32_t word;
    long r = check_word(task, addr);

    return r < 0 ? r : take(task, addr, &word);
}

/* WAITERS without an owner and without sleepers is a lock that guests cannot take by themselves. */
static void drop_waiters(struct task *task, uint64_t addr)
{
    uint32_t old;

    (void)!user_cmpxchg32(task, addr, LINUX_FUTEX_WAITERS, 0, &old);
}

long futex_unlock_pi(struct task *task, uint64_t addr, int flags)
{
    uint32_t word, old, tid = (uint32_t)task->tid;
    long r = check_word(task, addr);

    if (r < 0)
        return r;
    if (user_load32(task, addr, &word) < 0)
        return -LINUX_EFAULT;
    for (;;) {
        if ((word & LINUX_FUTEX_TID_MASK) != tid)
            return -LINUX_EPERM;
        if (user_cmpxchg32(task, addr, word, word & LINUX_FUTEX_WAITERS, &old) < 0)
            return -LINUX_EFAULT;
        if (old == word)
            break;
        word = old;
    }
    if ((word & LINUX_FUTEX_WAITERS) && host_futex_wake(word_of(addr), LINUX_FUTEX_WAKE | flags, 1, 0) == 0)
        drop_waiters(task, addr);
    return 0;
}

long futex_wait_requeue_pi(struct task *task, uint64_t addr, int flags, uint32_t value,
                           const struct linux_timespec *deadline, uint64_t addr2)
{
    long r = check_word(task, addr);

    if (r == 0)
        r = addr == addr2 ? -LINUX_EINVAL : check_word(task, addr2);
    if (r < 0)
        return r;
    /* Woken where it slept, or moved to addr2 and woken there by a release: either way it competes for the
     * lock. */
    r = host_futex_wait(word_of(addr), LINUX_FUTEX_WAIT_BITSET | flags, value, deadline,
                        LINUX_FUTEX_BITSET_MATCH_ANY, task_stop(task));
    if (r < 0)
        return r == -LINUX_EINTR ? -LINUX_ERESTARTNOINTR : r;
    return futex_lock_pi(task, addr2, flags, deadline);
}

long futex_cmp_requeue_pi(struct task *task, uint64_t addr, int flags, int count, uint64_t addr2,
                          uint32_t value)
{
    uint32_t word, old;
    long r = check_word(task, addr);

    if (r == 0)
        r = addr == addr2 ? -LINUX_EINVAL : check_word(task, addr2);
    if (r < 0)
        return r;
    /* Before anybody is moved there: whoever releases the lock must know. */
    if (user_load32(task, addr2, &word) < 0)
        return -LINUX_EFAULT;
    while (!(word & LINUX_FUTEX_WAITERS)) {
        if (user_cmpxchg32(task, addr2, word, word | LINUX_FUTEX_WAITERS, &old) < 0)
            return -LINUX_EFAULT;
        if (old == word)
            break;
        word = old;
    }
    r = host_futex_two(word_of(addr), LINUX_FUTEX_CMP_REQUEUE | flags, 1, (uint32_t)count, word_of(addr2),
                       value);
    if (r <= 0)
        drop_waiters(task, addr2);
    return r;
}
