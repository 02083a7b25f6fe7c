/* SPDX-License-Identifier: MIT */
/*
 * futex(2) and its relatives. Words of the guest are words of the host at the same address, so plain
 * operations are the host's own; those that hold thread numbers are in kernel/futex.h.
 */
#include "host/futex.h"
#include "kernel/futex.h"
#include "sys/io.h"

#define SIZE_MASK 3 /* of the flags of the newer calls */

static void *word_of(uint64_t addr)
{
    return (void *)(uintptr_t)addr;
}

/* The result of a host wait to a deadline, which is what a restart needs: a call with one is never made anew.
 */
static long wait_result(struct task *task, long r, const struct linux_timespec *deadline,
                        long (*restart)(struct task *))
{
    if (r != -LINUX_EINTR)
        return r;
    if (!deadline)
        return -LINUX_ERESTARTSYS;
    task->restart = restart;
    task->restart_data[0] = (uint64_t)deadline->tv_sec;
    task->restart_data[1] = (uint64_t)deadline->tv_nsec;
    return -LINUX_ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct task *task);

/* Waits with the arguments of the call being served. */
static long wait_until(struct task *task, const struct linux_timespec *deadline)
{
    const uint64_t *a = task->syscall_args;
    int op = (int)a[1], flags = op & ~LINUX_FUTEX_CMD_MASK;
    bool bitset = (op & LINUX_FUTEX_CMD_MASK) == LINUX_FUTEX_WAIT_BITSET;
    uint32_t mask = bitset ? (uint32_t)a[5] : LINUX_FUTEX_BITSET_MATCH_ANY;
    long r = host_futex_wait(word_of(a[0]), LINUX_FUTEX_WAIT_BITSET | flags, (uint32_t)a[2], deadline, mask,
                             task_stop(task));

    return wait_result(task, r, deadline, wait_restart);
}

static long wait_restart(struct task *task)
{
    struct linux_timespec deadline = {(int64_t)task->restart_data[0], (int64_t)task->restart_data[1]};

    return wait_until(task, &deadline);
}

/* The deadline of a relative timeout. */
static void deadline_after(struct linux_timespec *deadline, const struct linux_timespec *timeout, int flags)
{
    if (!(flags & LINUX_FUTEX_CLOCK_REALTIME)) {
        timespec_after(deadline, timeout);
        return;
    }
    host_clock_gettime(LINUX_CLOCK_REALTIME, deadline);
    timespec_add(deadline, timeout);
}

static long wait(struct task *task, int command, int flags, const struct linux_timespec *timeout)
{
    struct linux_timespec deadline;

    if (!timeout || command == LINUX_FUTEX_WAIT_BITSET)
        return wait_until(task, timeout);
    deadline_after(&deadline, timeout, flags);
    return wait_until(task, &deadline);
}

/* The operations that may take a timeout. */
static long waiting(struct task *task, int command, int flags)
{
    const uint64_t *a = task->syscall_args;
    struct linux_timespec timeout;
    const struct linux_timespec *given;
    bool present;
    long r = timespec_load(task, a[3], &timeout, &present);

    if (r < 0)
        return r;
    given = present ? &timeout : NULL;
    switch (command) {
    case LINUX_FUTEX_LOCK_PI:
        return flags & LINUX_FUTEX_CLOCK_REALTIME
                   ? -LINUX_ENOSYS
                   : futex_lock_pi(task, a[0], flags | LINUX_FUTEX_CLOCK_REALTIME, given);
    case LINUX_FUTEX_LOCK_PI2:
        return futex_lock_pi(task, a[0], flags, given);
    case LINUX_FUTEX_WAIT_REQUEUE_PI:
        return futex_wait_requeue_pi(task, a[0], flags, (uint32_t)a[2], given, a[4]);
    default:
        return wait(task, command, flags, given);
    }
}

long sys_futex(SYSCALL_PARAMS)
{
    int op = (int)a1, command = op & LINUX_FUTEX_CMD_MASK, flags = op & ~LINUX_FUTEX_CMD_MASK;

    if (unlikely(!user_range(task, a0, 4)))
        return -LINUX_EFAULT;
    switch (command) {
    case LINUX_FUTEX_WAKE:
    case LINUX_FUTEX_WAKE_BITSET:
        return host_futex_wake(word_of(a0), op, (int)a2, (uint32_t)a5);
    case LINUX_FUTEX_WAIT:
    case LINUX_FUTEX_WAIT_BITSET:
    case LINUX_FUTEX_LOCK_PI:
    case LINUX_FUTEX_LOCK_PI2:
    case LINUX_FUTEX_WAIT_REQUEUE_PI:
        return waiting(task, command, flags);
    case LINUX_FUTEX_REQUEUE:
    case LINUX_FUTEX_CMP_REQUEUE:
    case LINUX_FUTEX_WAKE_OP:
        if (!user_range(task, a4, 4))
            return -LINUX_EFAULT;
        return host_futex_two(word_of(a0), op, (int)a2, (uint32_t)a3, word_of(a4), (uint32_t)a5);
    default:
        break;
    }
    if (flags & LINUX_FUTEX_CLOCK_REALTIME)
        return -LINUX_ENOSYS;
    switch (command) {
    case LINUX_FUTEX_TRYLOCK_PI:
        return futex_trylock_pi(task, a0);
    case LINUX_FUTEX_UNLOCK_PI:
        return futex_unlock_pi(task, a0, flags);
    case LINUX_FUTEX_CMP_REQUEUE_PI:
        return (int)a2 == 1 ? futex_cmp_requeue_pi(task, a0, flags, (int)a3, a4, (uint32_t)a5)
                            : -LINUX_EINVAL;
    default:
        return -LINUX_ENOSYS;
    }
}

/* --- the newer calls: 32-bit words, without NUMA --- */

/* The classic flags for theirs, or -EINVAL. */
static int flags_of(uint32_t flags)
{
    if ((flags & ~(uint32_t)LINUX_FUTEX_PRIVATE_FLAG) != LINUX_FUTEX_32)
        return -LINUX_EINVAL;
    return (int)(flags & LINUX_FUTEX_PRIVATE_FLAG);
}

long sys_futex_wake(SYSCALL_PARAMS)
{
    int flags = flags_of((uint32_t)a3);

    if (flags < 0 || !(uint32_t)a1 || a1 >> 32)
        return -LINUX_EINVAL;
    if (!user_range(task, a0, 4))
        return -LINUX_EFAULT;
    /* Unlike futex(2), none means none. */
    if ((int)a2 <= 0)
        return a0 % 4 ? -LINUX_EINVAL : 0;
    return host_futex_wake(word_of(a0), LINUX_FUTEX_WAKE_BITSET | flags, (int)a2, (uint32_t)a1);
}

static long futex2_wait_until(struct task *task, const struct linux_timespec *deadline)
{
    const uint64_t *a = task->syscall_args;
    int flags = flags_of((uint32_t)a[3]);

    if ((int)a[5] == LINUX_CLOCK_REALTIME)
        flags |= LINUX_FUTEX_CLOCK_REALTIME;
    return host_futex_wait(word_of(a[0]), LINUX_FUTEX_WAIT_BITSET | flags, (uint32_t)a[1], deadline,
                           (uint32_t)a[2], task_stop(task));
}

static long futex2_wait_restart(struct task *task)
{
    struct linux_timespec deadline = {(int64_t)task->restart_data[0], (int64_t)task->restart_data[1]};

    return wait_result(task, futex2_wait_until(task, &deadline), &deadline, futex2_wait_restart);
}

long sys_futex_wait(SYSCALL_PARAMS)
{
    struct linux_timespec deadline;
    bool present;
    long r;

    if (flags_of((uint32_t)a3) < 0 || !(uint32_t)a2 || a2 >> 32 || a1 >> 32)
        return -LINUX_EINVAL;
    if (a4 && (int)a5 != LINUX_CLOCK_REALTIME && (int)a5 != LINUX_CLOCK_MONOTONIC)
        return -LINUX_EINVAL;
    r = timespec_load(task, a4, &deadline, &present);
    if (r < 0)
        return r;
    if (!user_range(task, a0, 4))
        return -LINUX_EFAULT;
    return wait_result(task, futex2_wait_until(task, present ? &deadline : NULL), present ? &deadline : NULL,
                       futex2_wait_restart);
}

long sys_futex_requeue(SYSCALL_PARAMS)
{
    struct linux_futex_waitv w[2];
    int flags[2];

    if ((uint32_t)a1)
        return -LINUX_EINVAL;
    if (user_read(task, w, a0, sizeof(w)) < 0)
        return -LINUX_EFAULT;
    for (int i = 0; i < 2; i++) {
        flags[i] = flags_of(w[i].flags);
        if (flags[i] < 0 || w[i].reserved || w[i].val >> 32)
            return -LINUX_EINVAL;
        if (!user_range(task, w[i].uaddr, 4))
            return -LINUX_EFAULT;
    }
    /* From private to shared sleeping or back: no classic operation does that. */
    if (flags[0] != flags[1])
        return -LINUX_EINVAL;
    return host_futex_two(word_of(w[0].uaddr), LINUX_FUTEX_CMP_REQUEUE | flags[0], (int)a2, (uint32_t)a3,
                          word_of(w[1].uaddr), (uint32_t)w[0].val);
}

long sys_futex_waitv(SYSCALL_PARAMS)
{
    struct linux_futex_waitv waiters[LINUX_FUTEX_WAITV_MAX];
    struct linux_timespec deadline;
    uint32_t n = (uint32_t)a1;
    bool present;
    long r;

    if ((uint32_t)a2 || !n || n > LINUX_FUTEX_WAITV_MAX || !a0)
        return -LINUX_EINVAL;
    if (a3 && (int)a4 != LINUX_CLOCK_REALTIME && (int)a4 != LINUX_CLOCK_MONOTONIC)
        return -LINUX_EINVAL;
    r = timespec_load(task, a3, &deadline, &present);
    if (r < 0)
        return r;
    if (user_read(task, waiters, a0, n * sizeof(waiters[0])) < 0)
        return -LINUX_EFAULT;
    for (uint32_t i = 0; i < n; i++)
        if (!user_range(task, waiters[i].uaddr, 4))
            return -LINUX_EFAULT;
    r = host_futex_waitv(waiters, n, 0, present ? &deadline : NULL, (int)a4, task_stop(task));
    return restartable(r);
}
