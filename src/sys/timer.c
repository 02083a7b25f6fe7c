/* SPDX-License-Identifier: MIT */
/*
 * Interval timers and POSIX timers. They are the host's, and so are their signals on the way to our handler;
 * from there on these wait in our queues, where expiries that come meanwhile are counted (kernel/signal.h has
 * what that needs to know of a timer).
 */
#include "host/alloc.h"
#include "host/time.h"
#include "kernel/clock.h"
#include "kernel/task.h"
#include "kernel/user.h"
#include "sys/sys.h"

/* --- setitimer and its like --- */

long sys_setitimer(SYSCALL_PARAMS)
{
    struct linux_itimerval new = {0}, old;
    long r;

    if (a1 && user_read(task, &new, a1, sizeof(new)))
        return -LINUX_EFAULT;
    r = host_setitimer((int)a0, &new, a2 ? &old : NULL);
    if (r < 0)
        return r;
    return a2 && user_write(task, a2, &old, sizeof(old)) ? -LINUX_EFAULT : 0;
}

long sys_getitimer(SYSCALL_PARAMS)
{
    struct linux_itimerval value;
    long r = host_getitimer((int)a0, &value);

    if (r < 0)
        return r;
    return user_write(task, a1, &value, sizeof(value));
}

long sys_alarm(SYSCALL_PARAMS)
{
    struct linux_itimerval new = {.it_value.tv_sec = (uint32_t)a0}, old;
    long r;

    new.it_value.tv_sec = MIN(new.it_value.tv_sec, (int64_t)INT32_MAX);
    r = host_setitimer(LINUX_ITIMER_REAL, &new, &old);
    if (r < 0)
        return r;
    /* Rounded; but what is left is never told as nothing. */
    return old.it_value.tv_sec +
           (old.it_value.tv_usec >= 500000 || (!old.it_value.tv_sec && old.it_value.tv_usec));
}

/* --- timer_create and its like --- */

/* The event as the host shall send it; *tid is the guest's number of the thread that alone is meant, or 0. */
static long event_to_host(struct task *task, struct linux_sigevent *event, int *tid)
{
    struct process *p = task->process;
    struct task *target;

    *tid = 0;
    if (event->sigev_notify != LINUX_SIGEV_THREAD_ID)
        return 0;
    *tid = event->sigev_tid;
    lock_acquire(&p->lock);
    target = process_find_task(p, *tid);
    event->sigev_tid = target ? target->host_tid : 0;
    lock_release(&p->lock);
    return target ? 0 : -LINUX_EINVAL;
}

long sys_timer_create(SYSCALL_PARAMS)
{
    struct linux_sigevent event;
    int clock, tid = 0, id;
    long r = clock_to_host(task, (int)a0, &clock);
    struct signal_timer *timer;

    if (r < 0)
        return r;
    if (a1 && user_read(task, &event, a1, sizeof(event)))
        return -LINUX_EFAULT;
    if (a1 && (r = event_to_host(task, &event, &tid)) < 0)
        return r;
    timer = kmalloc(sizeof(*timer));
    if (!timer)
        return -LINUX_EAGAIN;
    r = host_timer_create(clock, a1 ? &event : NULL, &id);
    if (r < 0) {
        kfree(timer);
        return r;
    }
    if (user_write(task, a2, &id, sizeof(id))) {
        host_timer_delete(id);
        kfree(timer);
        return -LINUX_EFAULT;
    }
    *timer = (struct signal_timer){.id = id, .tid = tid};
    signal_timer_add(task, timer);
    return 0;
}

static bool is_valid(const struct linux_timespec *t)
{
    return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < 1000000000;
}

long sys_timer_settime(SYSCALL_PARAMS)
{
    struct linux_itimerspec new, old;
    long r;

    if (!a2)
        return -LINUX_EINVAL;
    if (user_read(task, &new, a2, sizeof(new)))
        return -LINUX_EFAULT;
    if (is_valid(&new.it_value) && is_valid(&new.it_interval))
        signal_timer_changes(task, (int)a0);
    r = host_timer_settime((int)a0, (int)a1, &new, a3 ? &old : NULL);
    if (r < 0)
        return r;
    return a3 && user_write(task, a3, &old, sizeof(old)) ? -LINUX_EFAULT : 0;
}

long sys_timer_gettime(SYSCALL_PARAMS)
{
    struct linux_itimerspec value;
    long r = host_timer_gettime((int)a0, &value);

    return r < 0 ? r : user_write(task, a1, &value, sizeof(value));
}

long sys_timer_getoverrun(SYSCALL_PARAMS)
{
    return signal_timer_overrun(task, (int)a0);
}

long sys_timer_delete(SYSCALL_PARAMS)
{
    long r;

    signal_timer_changes(task, (int)a0);
    r = host_timer_delete((int)a0);
    if (r == 0)
        signal_timer_remove(task, (int)a0);
    return r;
}
