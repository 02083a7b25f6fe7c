/* SPDX-License-Identifier: MIT */
/* Reading clocks, and sleeping. The clocks are the host's; nobody in a container may set them. */
#include "host/time.h"
#include "kernel/clock.h"
#include "kernel/cred.h"
#include "sys/io.h"

#define SECOND INT64_C(1000000000)

/* Guest memory for the host to write to: NULL stays NULL. */
#define OUT(type, name, addr)                                                                                \
    struct linux_##type *name = user_range(task, (addr), sizeof(*name));                                     \
    if (unlikely(!name))                                                                                     \
        return -LINUX_EFAULT;                                                                                \
    name = (addr) ? name : NULL

long sys_clock_gettime(SYSCALL_PARAMS)
{
    int clock, r = clock_to_host(task, (int)a0, &clock);
    OUT(timespec, time, a1);

    return r < 0 ? r : host_clock_gettime(clock, time);
}

long sys_clock_getres(SYSCALL_PARAMS)
{
    int clock, r = clock_to_host(task, (int)a0, &clock);
    OUT(timespec, time, a1);

    return r < 0 ? r : host_clock_getres(clock, time);
}

long sys_gettimeofday(SYSCALL_PARAMS)
{
    OUT(timeval, time, a0);
    OUT(timezone, zone, a1);

    return host_gettimeofday(time, zone);
}

long sys_time(SYSCALL_PARAMS)
{
    struct linux_timespec now;
    long r = host_clock_gettime(LINUX_CLOCK_REALTIME_COARSE, &now);

    if (r < 0)
        return r;
    return a0 && user_write(task, a0, &now.tv_sec, sizeof(now.tv_sec)) ? -LINUX_EFAULT : now.tv_sec;
}

/* --- setting, which is refused, and reading how the clock is kept --- */

long sys_clock_settime(SYSCALL_PARAMS)
{
    struct linux_timespec time;
    bool present;
    long r;

    if ((int)a0 != LINUX_CLOCK_REALTIME)
        return -LINUX_EINVAL;
    if (!a1)
        return -LINUX_EFAULT;
    r = timespec_load(task, a1, &time, &present);
    return r < 0 ? r : -LINUX_EPERM;
}

long sys_settimeofday(SYSCALL_PARAMS)
{
    struct linux_timeval time = {0};
    struct linux_timezone zone;

    if (a0 && user_read(task, &time, a0, sizeof(time)))
        return -LINUX_EFAULT;
    if (time.tv_sec < 0 || time.tv_usec < 0 || time.tv_usec > 1000000)
        return -LINUX_EINVAL;
    if (a1 && user_read(task, &zone, a1, sizeof(zone)))
        return -LINUX_EFAULT;
    return -LINUX_EPERM;
}

long sys_clock_adjtime(SYSCALL_PARAMS)
{
    struct linux_timex timex;
    int clock;
    long r;

    if (user_read(task, &timex, a1, sizeof(timex)))
        return -LINUX_EFAULT;
    r = clock_to_host(task, (int)a0, &clock);
    if (r < 0)
        return r;
    if (timex.modes && timex.modes != LINUX_ADJ_OFFSET_SS_READ)
        return -LINUX_EPERM;
    r = host_clock_adjtime(clock, &timex);
    return r >= 0 && user_write(task, a1, &timex, sizeof(timex)) ? -LINUX_EFAULT : r;
}

long sys_adjtimex(SYSCALL_PARAMS)
{
    return sys_clock_adjtime(task, LINUX_CLOCK_REALTIME, a0, 0, 0, 0, 0);
}

/* --- sleeping --- */

/* What stays of a relative sleep, told to the guest; the sleep goes on, if it does, to the deadline. */
static long interrupted(struct task *task, int clock, const struct linux_timespec *deadline,
                        const struct linux_timespec *rest, uint64_t rest_addr);

/* The clock must be one of the host. */
static long sleep_restart(struct task *task)
{
    int clock = (int)task->restart_data[0];
    struct linux_timespec deadline = {(int64_t)task->restart_data[1], (int64_t)task->restart_data[2]},
                          rest = {0}, now;
    long r = host_clock_nanosleep(clock, LINUX_TIMER_ABSTIME, &deadline, NULL, task_stop(task));

    if (r != -LINUX_EINTR)
        return r;
    host_clock_gettime(clock, &now);
    rest.tv_sec = deadline.tv_sec - now.tv_sec;
    rest.tv_nsec = deadline.tv_nsec - now.tv_nsec;
    if (rest.tv_nsec < 0) {
        rest.tv_nsec += SECOND;
        rest.tv_sec--;
    }
    if (rest.tv_sec < 0)
        return 0;
    return interrupted(task, clock, &deadline, &rest, task->restart_data[3]);
}

static long interrupted(struct task *task, int clock, const struct linux_timespec *deadline,
                        const struct linux_timespec *rest, uint64_t rest_addr)
{
    if (rest_addr && user_write(task, rest_addr, rest, sizeof(*rest)))
        return -LINUX_EFAULT;
    task->restart = sleep_restart;
    task->restart_data[0] = (uint64_t)clock;
    task->restart_data[1] = (uint64_t)deadline->tv_sec;
    task->restart_data[2] = (uint64_t)deadline->tv_nsec;
    task->restart_data[3] = rest_addr;
    return -LINUX_ERESTART_RESTARTBLOCK;
}

static long sleep_for(struct task *task, int clock, const struct linux_timespec *time, uint64_t rest_addr)
{
    /* The host does not say what remains of a sleep that did not begin. */
    struct linux_timespec rest = *time, deadline;
    long r = host_clock_nanosleep(clock, 0, time, &rest, task_stop(task));

    if (r != -LINUX_EINTR)
        return r;
    /* Setting the time of day moves no relative sleep. */
    if (clock == LINUX_CLOCK_REALTIME || clock == LINUX_CLOCK_TAI)
        clock = LINUX_CLOCK_MONOTONIC;
    host_clock_gettime(clock, &deadline);
    timespec_add(&deadline, &rest);
    return interrupted(task, clock, &deadline, &rest, rest_addr);
}

long sys_nanosleep(SYSCALL_PARAMS)
{
    struct linux_timespec time;
    bool present;
    long r = a0 ? timespec_load(task, a0, &time, &present) : -LINUX_EFAULT;

    return r < 0 ? r : sleep_for(task, LINUX_CLOCK_MONOTONIC, &time, a1);
}

long sys_clock_nanosleep(SYSCALL_PARAMS)
{
    struct linux_timespec time;
    bool present;
    int clock;
    long r = clock_to_host(task, (int)a0, &clock);

    if (r < 0)
        return r;
    r = a2 ? timespec_load(task, a2, &time, &present) : -LINUX_EFAULT;
    if (r < 0)
        return r;
    if (!(a1 & LINUX_TIMER_ABSTIME))
        return sleep_for(task, clock, &time, a3);
    r = host_clock_nanosleep(clock, LINUX_TIMER_ABSTIME, &time, NULL, task_stop(task));
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}
