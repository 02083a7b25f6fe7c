/* SPDX-License-Identifier: MIT */
/*
 * Dispositions: the guest's, and what the host is told of them.
 *
 * The host's disposition of a signal is always one of two: our handler (its bit in host_caught is set), or
 * what the guest's action alone says. Our handler may stand in for any action (it records, and
 * signal_deliver.c acts), so it is left in place where changing it back would cost a call without need.
 */
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/signal_queue.h"
#include "kernel/task.h"

/* Flags that Linux keeps; the others read back as 0. */
#define KNOWN_FLAGS                                                                                          \
    (LINUX_SA_NOCLDSTOP | LINUX_SA_NOCLDWAIT | LINUX_SA_SIGINFO | LINUX_SA_ONSTACK | LINUX_SA_RESTART |      \
     LINUX_SA_NODEFER | LINUX_SA_RESETHAND | LINUX_SA_EXPOSE_TAGBITS | LINUX_SA_RESTORER)

struct signals *signals_new(void)
{
    struct signals *s = kzalloc(sizeof(*s));

    if (!s)
        return NULL;
    s->refs = 1;
    list_init(&s->shared.list);
    list_init(&s->watches);
    return s;
}

struct signals *signals_copy(struct signals *old)
{
    struct signals *s = signals_new();

    if (!s)
        return NULL;
    lock_acquire(&old->lock);
    memcpy(s->actions, old->actions, sizeof(s->actions));
    s->host_caught = old->host_caught;
    s->ever_blocked = old->ever_blocked;
    lock_release(&old->lock);
    return s;
}

/* The disposition that the host needs for the guest's action. */
static enum host_disposition host_wants(const struct process *p, int sig)
{
    const struct signals *s = p->signals;
    uint64_t bit = SIGNAL_BIT(sig), handler = s->actions[sig - 1].sa_handler;

    if (sig == SIGNAL_KICK)
        return HOST_SIGNAL_CATCH;
    /* Who ignores these two may use a terminal from the background: the host must know. */
    if (handler == SIGNAL_IGNORE && (sig == LINUX_SIGTTIN || sig == LINUX_SIGTTOU))
        return HOST_SIGNAL_IGNORE;
    if (handler > SIGNAL_IGNORE || (bit & (SIGNALS_SYNCHRONOUS | s->ever_blocked)))
        return HOST_SIGNAL_CATCH;
    if (handler == SIGNAL_IGNORE)
        return HOST_SIGNAL_IGNORE;
    /* Nothing ends or stops the first process of a container by default. */
    if (p->pid == 1 && !(bit & SIGNALS_DEFAULT_IGNORED))
        return HOST_SIGNAL_CATCH;
    return HOST_SIGNAL_DEFAULT;
}

/* A child's death asks nobody to wait where the guest ignores it, though the host's disposition is a handler
 * of ours. */
static uint64_t host_flags(const struct signals *s, int sig)
{
    const struct linux_sigaction *a = &s->actions[sig - 1];

    if (sig != LINUX_SIGCHLD)
        return 0;
    return a->sa_flags | (a->sa_handler == SIGNAL_IGNORE ? LINUX_SA_NOCLDWAIT : 0);
}

static void host_tell(struct process *p, int sig)
{
    struct signals *s = p->signals;
    enum host_disposition wanted = host_wants(p, sig);

    if (SIGNAL_BIT(sig) & SIGNALS_UNBLOCKABLE)
        return;
    host_signal_set(sig, wanted, host_flags(s, sig));
    if (wanted == HOST_SIGNAL_CATCH)
        s->host_caught |= SIGNAL_BIT(sig);
    else
        s->host_caught &= ~SIGNAL_BIT(sig);
}

void signals_note_blocked(struct process *p, uint64_t set)
{
    struct signals *s = p->signals;
    LOCK_SCOPE(&s->lock);

    set &= ~(s->ever_blocked | SIGNALS_UNBLOCKABLE);
    s->ever_blocked |= set;
    set &= ~s->host_caught;
    for (int sig = 1; sig <= 64 && set; sig++)
        if (set & SIGNAL_BIT(sig)) {
            host_tell(p, sig);
            set &= ~SIGNAL_BIT(sig);
        }
}

void signals_end_here(struct process *p)
{
    if (SIGNALS_FATAL & ~__atomic_load_n(&p->signals->ever_blocked, __ATOMIC_RELAXED))
        signals_note_blocked(p, SIGNALS_FATAL);
}

void signal_set_action(struct task *task, int sig, const struct linux_sigaction *action,
                       struct linux_sigaction *old)
{
    struct process *p = task->process;
    struct signals *s = p->signals;
    struct linux_sigaction *a = &s->actions[sig - 1], before;
    bool caught;

    if (!action) {
        LOCK_SCOPE(&s->lock);

        *old = *a;
        return;
    }
    /* What arrived under the old action waits; it must be there when the new one discards it. */
    signal_pending(task);
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&s->lock);
    before = *a;
    if (old)
        *old = before;
    *a = *action;
    a->sa_flags &= KNOWN_FLAGS;
    a->sa_mask &= ~SIGNALS_UNBLOCKABLE;
    caught = s->host_caught & SIGNAL_BIT(sig);
    /* From one handler to another, the host sees no change. */
    if (!caught || host_wants(p, sig) != HOST_SIGNAL_CATCH || sig == LINUX_SIGCHLD)
        host_tell(p, sig);
    if (a->sa_handler == SIGNAL_IGNORE ||
        (a->sa_handler == SIGNAL_DEFAULT && (SIGNAL_BIT(sig) & SIGNALS_DEFAULT_IGNORED)))
        signals_discard(p, SIGNAL_BIT(sig));
    signal_kick_holders(p, SIGNAL_BIT(sig));
}

void signals_clear_handlers(struct process *p, bool tell_host)
{
    struct signals *s = p->signals;
    LOCK_SCOPE(&s->lock);

    for (int sig = 1; sig <= 64; sig++) {
        struct linux_sigaction *a = &s->actions[sig - 1];
        bool ignored = a->sa_handler == SIGNAL_IGNORE;

        *a = (struct linux_sigaction){.sa_handler = ignored ? SIGNAL_IGNORE : SIGNAL_DEFAULT};
        if (tell_host && (s->host_caught & SIGNAL_BIT(sig)) && host_wants(p, sig) != HOST_SIGNAL_CATCH)
            host_tell(p, sig);
    }
}

void signals_start(struct task *task, bool inherit)
{
    struct process *p = task->process;
    struct signals *s = p->signals;

    if (inherit)
        for (int sig = 1; sig <= 64; sig++)
            if (host_signal_is_ignored(sig))
                s->actions[sig - 1].sa_handler = SIGNAL_IGNORE;
    s->ever_blocked = task->sig.blocked;
    s->host_caught = 0;
    for (int sig = 1; sig <= 64; sig++)
        /* After the host's exec, what is not ignored has its default action. */
        if (host_wants(p, sig) != HOST_SIGNAL_DEFAULT)
            host_tell(p, sig);
    if (inherit) {
        uint64_t blocked;

        host_signal_mask(LINUX_SIG_SETMASK, ~UINT64_C(0) & ~SIGNALS_SYNCHRONOUS, &blocked);
        signal_set_mask(task, blocked);
    }
    host_signal_mask(LINUX_SIG_SETMASK, 0, NULL);
}
