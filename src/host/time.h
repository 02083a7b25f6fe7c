/* SPDX-License-Identifier: MIT */
/* host: clocks, sleeping and timers beyond host_clock_gettime. Clocks that name a process or thread name the
 * host's. Rules as in host.h. */
#ifndef CORACLE_HOST_TIME_H
#define CORACLE_HOST_TIME_H

#include "host/host.h"

long host_clock_getres(int clock, struct linux_timespec *resolution);
/* flags: LINUX_TIMER_ABSTIME. rest (NULL: not wanted) is written when a signal ends a relative sleep that had
 * begun. */
long host_clock_nanosleep(int clock, int flags, const struct linux_timespec *time,
                          struct linux_timespec *rest, host_stop stop);
long host_gettimeofday(struct linux_timeval *time, struct linux_timezone *zone);
/* As clock_adjtime(2); timex is both read and written. */
long host_clock_adjtime(int clock, struct linux_timex *timex);

/* The process's interval timers; they survive exec. old may be NULL, new too: that stops the timer. */
long host_setitimer(int which, const struct linux_itimerval *new, struct linux_itimerval *old);
long host_getitimer(int which, struct linux_itimerval *value);

/* POSIX timers of the process; neither fork nor exec passes them on. event NULL: SIGALRM with the timer's
 * number. */
long host_timer_create(int clock, const struct linux_sigevent *event, int *timer);
long host_timer_settime(int timer, int flags, const struct linux_itimerspec *new,
                        struct linux_itimerspec *old);
long host_timer_gettime(int timer, struct linux_itimerspec *value);
long host_timer_delete(int timer);

#endif
