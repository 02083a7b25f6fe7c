/* SPDX-License-Identifier: MIT */
/* Sleeping on words on a Linux host: futex(2) itself. */
#include "host/futex.h"
#include "host/linux/syscall.h"

long host_futex_wait(void *word, int op, uint32_t value, const struct linux_timespec *timeout, uint32_t mask,
                     host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(futex), word, op, value, timeout, NULL, mask);
}

long host_futex_wake(void *word, int op, int count, uint32_t mask)
{
    return host_syscall6(HOST_NR(futex), HOST_L(word), op, count, 0, 0, mask);
}

long host_futex_two(void *word, int op, int count, uint32_t count2, void *word2, uint32_t value3)
{
    return host_syscall6(HOST_NR(futex), HOST_L(word), op, count, count2, HOST_L(word2), value3);
}

long host_futex_waitv(const struct linux_futex_waitv *waiters, unsigned n, unsigned flags,
                      const struct linux_timespec *deadline, int clock, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(futex_waitv), waiters, n, flags, deadline, clock, 0);
}
