/* SPDX-License-Identifier: MIT */
/*
 * A mutex of one word over the host's waiting: no cost without contention, nothing to destroy.
 * Not recursive. State: 0 free, 1 held, 2 held and somebody may sleep.
 */
#ifndef CORACLE_LOCK_H
#define CORACLE_LOCK_H

#include "base/base.h"
#include "host/host.h"

struct lock {
    _Atomic uint32_t state;
};

void lock_wait(struct lock *l);

static inline void lock_acquire(struct lock *l)
{
    uint32_t free = 0;

    if (!atomic_compare_exchange_strong_explicit(&l->state, &free, 1, memory_order_acquire,
                                                 memory_order_relaxed))
        lock_wait(l);
}

static inline void lock_release(struct lock *l)
{
    if (atomic_exchange_explicit(&l->state, 0, memory_order_release) == 2)
        host_wake_word(&l->state, 1);
}

static inline void lock_cleanup(struct lock **l)
{
    lock_release(*l);
}

#define LOCK_NAME2(line) lock_guard_##line
#define LOCK_NAME(line)  LOCK_NAME2(line)
/* Holds the lock until the end of the block. */
#define LOCK_SCOPE(l)                                                                                        \
    struct lock *LOCK_NAME(__LINE__) cleanup(lock_cleanup) = (l);                                            \
    lock_acquire(LOCK_NAME(__LINE__))

#endif
