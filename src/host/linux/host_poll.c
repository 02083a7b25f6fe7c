/* SPDX-License-Identifier: MIT */
/* Waiting for many descriptors on a Linux host. */
#include "host/io.h"
#include "host/linux/syscall.h"

long host_poll(struct linux_pollfd *fds, unsigned n, struct linux_timespec *timeout, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(ppoll), fds, n, timeout, 0, 0, 0);
}

long host_epoll(void)
{
    return host_syscall1(HOST_NR(epoll_create1), LINUX_EPOLL_CLOEXEC);
}

/* Whole milliseconds, rounded up, for hosts whose kernel is older than epoll_pwait2 (5.11). */
static long milliseconds(const struct linux_timespec *t)
{
    if (!t)
        return -1;
    if (t->tv_sec > 2000000)
        return 2000000000;
    return (long)(t->tv_sec * 1000 + (t->tv_nsec + 999999) / 1000000);
}

static long epoll_wait(int epoll, void *events, int n, const struct linux_timespec *timeout, host_stop stop)
{
    bool whole = !timeout || timeout->tv_nsec % 1000000 == 0;

    if (!whole) {
        long r = host_syscall_stop(stop, HOST_NR(epoll_pwait2), epoll, events, n, timeout, 0, 0);
        if (r != -LINUX_ENOSYS)
            return r;
    }
    return host_syscall_stop(stop, HOST_NR(epoll_pwait), epoll, events, n, milliseconds(timeout), 0, 0);
}

#if defined(__x86_64__)
long host_epoll_control(int epoll, int op, int fd, const struct linux_epoll_event_x86_64 *event)
{
    return host_syscall4(HOST_NR(epoll_ctl), epoll, op, fd, event);
}

long host_epoll_wait(int epoll, struct linux_epoll_event_x86_64 *events, int n,
                     const struct linux_timespec *timeout, host_stop stop)
{
    return epoll_wait(epoll, events, n, timeout, stop);
}
#else
#define BATCH 64

long host_epoll_control(int epoll, int op, int fd, const struct linux_epoll_event_x86_64 *event)
{
    struct linux_epoll_event_aarch64 copy = {0};

    if (event) {
        copy.events = event->events;
        copy.data = event->data;
    }
    return host_syscall4(HOST_NR(epoll_ctl), epoll, op, fd, event ? &copy : NULL);
}

long host_epoll_wait(int epoll, struct linux_epoll_event_x86_64 *events, int n,
                     const struct linux_timespec *timeout, host_stop stop)
{
    struct linux_epoll_event_aarch64 batch[BATCH];
    long r = epoll_wait(epoll, batch, MIN(n, BATCH), timeout, stop);

    for (long i = 0; i < r; i++) {
        events[i].events = batch[i].events;
        events[i].data = batch[i].data;
    }
    return r;
}
#endif
