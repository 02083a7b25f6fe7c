/* SPDX-License-Identifier: MIT */
/* Timeouts and temporary signal masks of calls that wait. Deadlines are of the monotonic clock, so that a
 * restarted call does not wait anew. */
#include "sys/io.h"

#define SECOND INT64_C(1000000000)

long timespec_load(struct task *task, uint64_t addr, struct linux_timespec *ts, bool *present)
{
    *present = addr != 0;
    if (!addr)
        return 0;
    if (user_read(task, ts, addr, sizeof(*ts)))
        return -LINUX_EFAULT;
    return ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= SECOND ? -LINUX_EINVAL : 0;
}

void timespec_add(struct linux_timespec *time, const struct linux_timespec *timeout)
{
    int64_t nsec = time->tv_nsec + timeout->tv_nsec, carry = nsec >= SECOND;

    if (__builtin_add_overflow(time->tv_sec, timeout->tv_sec, &time->tv_sec) || time->tv_sec == INT64_MAX)
        time->tv_sec = INT64_MAX - 1;
    time->tv_sec += carry;
    time->tv_nsec = nsec - carry * SECOND;
}

void timespec_after(struct linux_timespec *deadline, const struct linux_timespec *timeout)
{
    host_clock_gettime(LINUX_CLOCK_MONOTONIC, deadline);
    timespec_add(deadline, timeout);
}

void timespec_remaining(struct linux_timespec *rest, const struct linux_timespec *deadline)
{
    struct linux_timespec now;

    host_clock_gettime(LINUX_CLOCK_MONOTONIC, &now);
    rest->tv_sec = deadline->tv_sec - now.tv_sec;
    rest->tv_nsec = deadline->tv_nsec - now.tv_nsec;
    if (rest->tv_nsec < 0) {
        rest->tv_nsec += SECOND;
        rest->tv_sec--;
    }
    if (rest->tv_sec < 0)
        *rest = (struct linux_timespec){0};
}

long mask_install(struct task *task, uint64_t addr, uint64_t size)
{
    uint64_t mask;

    if (!addr)
        return 0;
    if (size != sizeof(mask))
        return -LINUX_EINVAL;
    if (user_read(task, &mask, addr, sizeof(mask)))
        return -LINUX_EFAULT;
    task->sig.saved_mask = task->sig.blocked;
    task->sig.restore_saved_mask = true;
    signal_set_mask(task, mask & ~(SIGNAL_BIT(LINUX_SIGKILL) | SIGNAL_BIT(LINUX_SIGSTOP)));
    return 0;
}

void mask_restore(struct task *task, bool interrupted)
{
    if (!task->sig.restore_saved_mask || interrupted)
        return;
    task->sig.restore_saved_mask = false;
    signal_set_mask(task, task->sig.saved_mask);
}
