/* SPDX-License-Identifier: MIT */
/* What the signals of POSIX timers need to know of the timers; see signal.h. */
#include "host/alloc.h"
#include "kernel/signal.h"
#include "kernel/task.h"

void signal_timer_add(struct task *task, struct signal_timer *timer)
{
    struct signals *s = task->process->signals;
    LOCK_SCOPE(&s->lock);

    timer->next = s->timers;
    s->timers = timer;
}

void signal_timer_remove(struct task *task, int id)
{
    struct signals *s = task->process->signals;
    LOCK_SCOPE(&s->lock);

    for (struct signal_timer **at = &s->timers; *at; at = &(*at)->next)
        if ((*at)->id == id) {
            struct signal_timer *gone = *at;

            *at = gone->next;
            kfree(gone);
            return;
        }
}

long signal_timer_overrun(struct task *task, int id)
{
    struct signals *s = task->process->signals;
    LOCK_SCOPE(&s->lock);

    for (const struct signal_timer *t = s->timers; t; t = t->next)
        if (t->id == id)
            return t->overrun;
    return -LINUX_EINVAL;
}
