/* SPDX-License-Identifier: MIT */
/* What the signals of POSIX timers need to know of the timers; see signal.h. */
#include "host/alloc.h"
#include "kernel/signal_queue.h"
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

static void mark_stale(struct signal_queue *q, int id)
{
    struct signal_queued *e;

    list_for_each_entry (e, &q->list, link)
        if (e->info.si_code == LINUX_SI_TIMER && e->info.si_timerid == id)
            e->stale = true;
}

void signal_timer_changes(struct task *task, int id)
{
    struct process *p = task->process;
    struct task *t;

    signal_drain(task);
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&p->signals->lock);
    mark_stale(&p->signals->shared, id);
    list_for_each_entry (t, &p->tasks, in_process)
        mark_stale(&t->sig.own, id);
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
