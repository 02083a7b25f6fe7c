/* SPDX-License-Identifier: MIT */
/* The processes of a container, as the host tells of them: each has a pidfd in the loop, from its start until
 * its parent has waited for it. */
#include "host/io.h"
#include "host/process.h"
#include "host/signal.h"
#include "supervisor/loop.h"

static int host_of(const struct supervisor *s, int number)
{
    return atomic_load_explicit(&s->pids.table->slots[number].host, memory_order_relaxed);
}

static bool group_exists(int host)
{
    return host_kill(-host, 0) != -LINUX_ESRCH;
}

/* Groups whose last member has left: nobody tells, so the ends of processes are the occasion to look. */
static void look_at_groups(struct supervisor *s)
{
    for (int number = s->pids.groups, next; number; number = next) {
        next = s->pids.entries[number].next;
        if (!group_exists(host_of(s, number)))
            pids_group_ended(&s->pids, number);
    }
}

static void gone(struct supervisor *s, int number)
{
    pids_remove_process(&s->pids, number, group_exists(host_of(s, number)));
    look_at_groups(s);
}

static bool was_waited_for(int pidfd)
{
    return host_pidfd_send_signal(pidfd, 0, NULL, 0) == -LINUX_ESRCH;
}

void processes_add(struct supervisor *s, int number, int owner, int host, bool confirmed)
{
    int pidfd = (int)host_pidfd_open(host, 0);
    struct linux_epoll_event_x86_64 event = {.events = LINUX_EPOLLIN, .data = (uint64_t)number};

    if (!pids_add_process(&s->pids, number, owner, host, pidfd)) {
        if (pidfd >= 0)
            host_close(pidfd);
        return;
    }
    s->pids.entries[number].confirmed = confirmed;
    /* So short was its life that its parent has waited already; the number is still remembered. */
    if (pidfd < 0 || host_epoll_control(s->epoll, LINUX_EPOLL_CTL_ADD, pidfd, &event) < 0)
        pids_remove_process(&s->pids, number, false);
}

void processes_event(struct supervisor *s, int number, uint32_t events)
{
    struct pids_entry *e = &s->pids.entries[number];
    struct linux_epoll_event_x86_64 rest = {.data = (uint64_t)number};

    if (e->state != PIDS_PROCESS)
        return;
    if (number == 1) {
        s->ended = true;
        return;
    }
    if (events & LINUX_EPOLLHUP) {
        s->reaped_is_told = true;
        gone(s, number);
        return;
    }
    pids_release_all(&s->pids, number);
    pids_set_dead(&s->pids, number);
    if (was_waited_for(e->pidfd))
        gone(s, number);
    else
        host_epoll_control(s->epoll, LINUX_EPOLL_CTL_MOD, e->pidfd, &rest);
    processes_look(s);
}

void processes_look(struct supervisor *s)
{
    int last = atomic_load(&s->pids.table->last);

    if (s->reaped_is_told)
        return;
    for (int number = 2; number <= last; number++) {
        const struct pids_entry *e = &s->pids.entries[number];

        if (e->state == PIDS_PROCESS && (s->pids.table->slots[number].flags & PID_DEAD) &&
            was_waited_for(e->pidfd))
            gone(s, number);
    }
}
