/* SPDX-License-Identifier: MIT */
/*
 * Futexes that hold thread numbers: locks with an owner (PI) and robust lists.
 *
 * Plain futexes go straight to the host (sys/futex.c). These do not: their words hold the guest's numbers,
 * which the host would take for its own. Here the word is the whole state, and who waits sleeps on it in the
 * host's plain way:
 *
 *   0                free; guests take and release it by themselves while nobody waits
 *   tid              held
 *   tid | WAITERS    held, and somebody may sleep
 *   WAITERS          released; the one that is woken, or whoever comes to the kernel first, takes it
 *   OWNER_DIED       is kept by whoever takes the lock, until the guest clears it
 *
 * WAITERS stays as long as a release finds somebody to wake, so a sleeper that is woken and then killed costs
 * the others nothing. Sleepers are woken in the host's order, that is by priority; the owner does not inherit
 * theirs.
 */
#ifndef CORACLE_FUTEX_H
#define CORACLE_FUTEX_H

#include "base/base.h"

struct task;
struct linux_timespec;

/* flags: LINUX_FUTEX_PRIVATE_FLAG, and LINUX_FUTEX_CLOCK_REALTIME for the clock of the deadline (NULL: none).
 */
long futex_lock_pi(struct task *task, uint64_t addr, int flags, const struct linux_timespec *deadline);
long futex_trylock_pi(struct task *task, uint64_t addr);
long futex_unlock_pi(struct task *task, uint64_t addr, int flags);
/* Sleeps on addr while it holds value, until it is moved to the lock at addr2, which it then takes. */
long futex_wait_requeue_pi(struct task *task, uint64_t addr, int flags, uint32_t value,
                           const struct linux_timespec *deadline, uint64_t addr2);
/* Wakes one sleeper of addr and moves up to count others to the lock at addr2, if addr holds value. */
long futex_cmp_requeue_pi(struct task *task, uint64_t addr, int flags, int count, uint64_t addr2,
                          uint32_t value);

/* Marks the locks on owner's robust list as left by a dead owner; task is the one that does so. */
void futex_owner_died(struct task *task, struct task *owner);

#endif
