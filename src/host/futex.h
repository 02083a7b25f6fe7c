/* SPDX-License-Identifier: MIT */
/*
 * Sleeping on words of guest memory, as futex(2) has it, with Linux's own operations and errors: the plain
 * ones (WAIT, WAKE, their BITSET forms, REQUEUE, CMP_REQUEUE, WAKE_OP), each with FUTEX_PRIVATE_FLAG and
 * FUTEX_CLOCK_REALTIME. What holds thread numbers (PI, robust lists) is not the host's business. Rules as in
 * host.h.
 */
#ifndef CORACLE_HOST_FUTEX_H
#define CORACLE_HOST_FUTEX_H

#include "host/host.h"

/* Sleeps; timeout is relative for FUTEX_WAIT, absolute for FUTEX_WAIT_BITSET; NULL: for ever. */
long host_futex_wait(void *word, int op, uint32_t value, const struct linux_timespec *timeout, uint32_t mask,
                     host_stop stop);
/* FUTEX_WAKE and FUTEX_WAKE_BITSET; mask matters for the latter alone. */
long host_futex_wake(void *word, int op, int count, uint32_t mask);
/* The operations on two words; count2 and value3 as the operation has them. */
long host_futex_two(void *word, int op, int count, uint32_t count2, void *word2, uint32_t value3);
/* As futex_waitv(2); waiters is memory of ours. deadline NULL: for ever. */
long host_futex_waitv(const struct linux_futex_waitv *waiters, unsigned n, unsigned flags,
                      const struct linux_timespec *deadline, int clock, host_stop stop);

#endif
