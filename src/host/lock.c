/* SPDX-License-Identifier: MIT */
/* The contended path of the mutex in lock.h. */
#include "host/lock.h"

void lock_wait(struct lock *l)
{
    for (int spin = 0; spin < 100; spin++) {
        uint32_t free = 0;

        if (atomic_load_explicit(&l->state, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong_explicit(&l->state, &free, 1, memory_order_acquire,
                                                    memory_order_relaxed))
            return;
    }
    while (atomic_exchange_explicit(&l->state, 2, memory_order_acquire) != 0)
        host_wait_word(&l->state, 2, NULL, NULL);
}
