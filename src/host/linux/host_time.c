/* SPDX-License-Identifier: MIT */
/* Clocks, sleeping and timers of a Linux host: its system calls. */
#include "host/time.h"
#include "host/linux/syscall.h"

long host_clock_getres(int clock, struct linux_timespec *resolution)
{
    return host_syscall2(HOST_NR(clock_getres), clock, resolution);
}

long host_clock_nanosleep(int clock, int flags, const struct linux_timespec *time,
                          struct linux_timespec *rest, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(clock_nanosleep), clock, flags, time, rest, 0, 0);
}

long host_gettimeofday(struct linux_timeval *time, struct linux_timezone *zone)
{
    return host_syscall2(HOST_NR(gettimeofday), time, zone);
}

long host_clock_adjtime(int clock, struct linux_timex *timex)
{
    return host_syscall2(HOST_NR(clock_adjtime), clock, timex);
}

long host_setitimer(int which, const struct linux_itimerval *new, struct linux_itimerval *old)
{
    return host_syscall3(HOST_NR(setitimer), which, new, old);
}

long host_getitimer(int which, struct linux_itimerval *value)
{
    return host_syscall2(HOST_NR(getitimer), which, value);
}

long host_timer_create(int clock, const struct linux_sigevent *event, int *timer)
{
    return host_syscall3(HOST_NR(timer_create), clock, event, timer);
}

long host_timer_settime(int timer, int flags, const struct linux_itimerspec *new,
                        struct linux_itimerspec *old)
{
    return host_syscall4(HOST_NR(timer_settime), timer, flags, new, old);
}

long host_timer_gettime(int timer, struct linux_itimerspec *value)
{
    return host_syscall2(HOST_NR(timer_gettime), timer, value);
}

long host_timer_delete(int timer)
{
    return host_syscall1(HOST_NR(timer_delete), timer);
}
