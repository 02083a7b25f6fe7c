/* SPDX-License-Identifier: MIT */
/* Signals on their way: from the host into an inbox, from there or from guest code into a queue, and the
 * masks that hold them there. */
#include "kernel/cred.h"
#include "kernel/signal.h"
#include "container/spec.h"
#include "host/host.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/pids.h"
#include "kernel/signal_queue.h"
#include "kernel/task.h"

static bool is_real_time(int sig)
{
    return sig >= LINUX_SIGRTMIN;
}

/* --- the inbox --- */

static bool is_of_timer(const struct linux_siginfo *info)
{
    return info->si_code == LINUX_SI_TIMER ||
           (info->si_code == LINUX_SI_KERNEL && info->si_signo == LINUX_SIGALRM);
}

uint64_t signal_host_arrived(struct task *task, const struct linux_siginfo *info)
{
    struct task_signals *s = &task->sig;
    uint32_t head = atomic_load_explicit(&s->inbox_head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&s->inbox_tail, memory_order_relaxed);
    uint64_t hold = 0;

    atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
    if (head - tail >= SIGNAL_INBOX - SIGNAL_INBOX_RESERVED) {
        /* Only what is never masked comes here; of such a signal, one that waits stands for all. */
        for (uint32_t i = tail; i != head; i++)
            if (s->inbox[i % SIGNAL_INBOX].si_signo == info->si_signo)
                return 0;
        if (head - tail == SIGNAL_INBOX)
            return 0;
    }
    s->inbox[head % SIGNAL_INBOX] = *info;
    atomic_store_explicit(&s->inbox_head, head + 1, memory_order_release);
    if (head + 1 - tail >= SIGNAL_INBOX - SIGNAL_INBOX_RESERVED) {
        hold = ~(SIGNALS_SYNCHRONOUS | SIGNALS_UNBLOCKABLE);
        atomic_store_explicit(&s->inbox_full, hold, memory_order_relaxed);
    }
    if (is_of_timer(info)) {
        uint64_t bit = SIGNAL_BIT(info->si_signo);

        atomic_fetch_or(&s->held, bit);
        atomic_fetch_or(&task->process->signals->held, bit);
        hold |= bit;
    }
    return hold;
}

/* The numbers that the host put into a siginfo become the guest's. */
static void info_to_guest(struct task *task, struct linux_siginfo *info)
{
    struct process *p = task->process;
    bool by_host = info->si_code == LINUX_SI_USER || info->si_code == LINUX_SI_TKILL ||
                   info->si_code == LINUX_SI_MESGQ || (info->si_signo == LINUX_SIGCHLD && info->si_code > 0);

    /* What a guest sent by the queue bears the host's number for the way (sys/kill.c). */
    bool by_guest = info->si_code < 0 && info->si_code != LINUX_SI_TIMER && info->si_code != LINUX_SI_SIGIO;

    if ((by_host || by_guest) && info->si_pid)
        info->si_pid = pids_to_guest(p, info->si_pid);
    /* The host knows one user for all of the container; a child is most often its parent's. */
    if (by_host && !process_is_identity(p) && info->si_uid == p->spec->host_uid)
        info->si_uid = info->si_signo == LINUX_SIGCHLD ? task->cred->uid : 0;
}

/* Whom a signal of the host is for: a task of the process, or NULL for the process itself. */
static struct task *addressee(struct task *task, const struct linux_siginfo *info)
{
    struct process *p = task->process;

    if (info->si_code == LINUX_SI_TKILL)
        return task;
    /* A write to a closed pipe or beyond the limit of a file's size: the host addresses the thread that
     * wrote. */
    if (info->si_code == LINUX_SI_USER && info->si_pid == p->host_pid &&
        (info->si_signo == LINUX_SIGPIPE || info->si_signo == LINUX_SIGXFSZ))
        return task;
    if (info->si_code == LINUX_SI_QUEUE && info->bytes[16] == SIGNAL_TO_THREAD)
        return task;
    if (info->si_code == LINUX_SI_TIMER) {
        LOCK_SCOPE(&p->signals->lock);

        for (struct signal_timer *t = p->signals->timers; t; t = t->next)
            if (t->id == info->si_timerid)
                return t->tid ? task : NULL;
    }
    return NULL;
}

void signal_drain(struct task *task)
{
    struct task_signals *s = &task->sig;
    uint32_t tail = atomic_load_explicit(&s->inbox_tail, memory_order_relaxed);
    uint64_t held;

    if (likely(tail == atomic_load_explicit(&s->inbox_head, memory_order_acquire)))
        return;
    do {
        struct linux_siginfo info = s->inbox[tail % SIGNAL_INBOX];
        struct task *to;

        atomic_store_explicit(&s->inbox_tail, ++tail, memory_order_release);
        to = addressee(task, &info);
        info_to_guest(task, &info);
        if (info.si_code == LINUX_SI_QUEUE)
            memset(info.bytes + 16, 0, sizeof(info.bytes) - 16);
        if (to)
            signal_queue_task(to, &info);
        else
            signal_queue_process(task->process, &info);
    } while (tail != atomic_load_explicit(&s->inbox_head, memory_order_acquire));
    held = atomic_exchange(&s->inbox_full, 0);
    if (unlikely(held))
        host_signal_mask(LINUX_SIG_UNBLOCK, held, NULL);
}

/* --- the queues --- */

static void queue_discard(struct signals *s, struct signal_queue *q, uint64_t set)
{
    struct signal_queued *e, *next;

    if (!(q->set & set))
        return;
    list_for_each_entry_safe (e, next, &q->list, link)
        if (SIGNAL_BIT(e->info.si_signo) & set) {
            list_remove(&e->link);
            kfree(e);
            s->queued--;
        }
    q->set &= ~set;
}

/* process.lock and signals.lock are held here, and in the next. */
static uint64_t waiting_signals(struct process *p)
{
    uint64_t set = p->signals->shared.set;
    struct task *t;

    list_for_each_entry (t, &p->tasks, in_process)
        set |= t->sig.own.set;
    return set;
}

static void watches_settle(struct process *p)
{
    uint64_t waiting = waiting_signals(p);
    struct signal_watch *w;

    list_for_each_entry (w, &p->signals->watches, link)
        if (!(waiting & w->set))
            w->notify(w, false);
}

void signal_watches_settle(struct process *p)
{
    if (likely(list_empty(&p->signals->watches)))
        return;
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&p->signals->lock);
    watches_settle(p);
}

void signals_discard(struct process *p, uint64_t set)
{
    struct task *t;

    queue_discard(p->signals, &p->signals->shared, set);
    list_for_each_entry (t, &p->tasks, in_process)
        queue_discard(p->signals, &t->sig.own, set);
    if (unlikely(!list_empty(&p->signals->watches)))
        watches_settle(p);
}

/* A timer's signal that still waits counts the expiries that come meanwhile. */
static bool timer_coalesces(struct signal_queue *q, const struct linux_siginfo *info)
{
    struct signal_queued *e;

    if (info->si_code != LINUX_SI_TIMER || !(q->set & SIGNAL_BIT(info->si_signo)))
        return false;
    list_for_each_entry (e, &q->list, link)
        if (e->info.si_signo == info->si_signo && e->info.si_code == LINUX_SI_TIMER &&
            e->info.si_timerid == info->si_timerid) {
            e->info.si_overrun = e->stale ? info->si_overrun : e->info.si_overrun + 1 + info->si_overrun;
            e->stale = false;
            return true;
        }
    return false;
}

static long queue_add(struct process *p, struct signal_queue *q, const struct linux_siginfo *info)
{
    struct signals *s = p->signals;
    int sig = info->si_signo;
    struct signal_queued *e = NULL;
    bool may_exceed = !is_real_time(sig) && info->si_code >= 0;

    if (timer_coalesces(q, info))
        return 0;
    if (!is_real_time(sig) && (q->set & SIGNAL_BIT(sig)))
        return 0;
    if (may_exceed || s->queued < p->rlimits[LINUX_RLIMIT_SIGPENDING].rlim_cur)
        e = kmalloc(sizeof(*e));
    if (!e && is_real_time(sig) && info->si_code != LINUX_SI_USER)
        return -LINUX_EAGAIN;
    if (e) {
        e->info = *info;
        e->stale = false;
        list_push_back(&q->list, &e->link);
        s->queued++;
    }
    q->set |= SIGNAL_BIT(sig);
    return 0;
}

/* The order of delivery: faults first, then by number. */
static int lowest(uint64_t set)
{
    if (set & SIGNALS_SYNCHRONOUS)
        set &= SIGNALS_SYNCHRONOUS;
    return __builtin_ctzll(set) + 1;
}

static void timer_taken(struct signals *s, const struct linux_siginfo *info)
{
    for (struct signal_timer *t = s->timers; t; t = t->next)
        if (t->id == info->si_timerid)
            t->overrun = info->si_overrun;
}

/* The next one of the set, which may be stale. */
static int dequeue_next(struct signals *s, struct signal_queue *q, uint64_t set, struct linux_siginfo *info,
                        bool *stale)
{
    struct signal_queued *e, *first = NULL;
    bool more = false;

    *stale = false;
    set &= q->set;
    if (!set)
        return 0;
    int sig = lowest(set);
    list_for_each_entry (e, &q->list, link) {
        if (e->info.si_signo != sig)
            continue;
        more = first != NULL;
        if (more)
            break;
        first = e;
    }
    if (!more)
        q->set &= ~SIGNAL_BIT(sig);
    if (!first) {
        *info = (struct linux_siginfo){.si_signo = sig, .si_code = LINUX_SI_USER};
        return sig;
    }
    *info = first->info;
    *stale = first->stale;
    list_remove(&first->link);
    kfree(first);
    s->queued--;
    return sig;
}

int signal_dequeue(struct signals *s, struct signal_queue *q, uint64_t set, struct linux_siginfo *info)
{
    bool stale;
    int sig;

    do
        sig = dequeue_next(s, q, set, info, &stale);
    while (stale);
    if (sig && info->si_code == LINUX_SI_TIMER)
        timer_taken(s, info);
    return sig;
}

/* --- sending --- */

struct task *process_find_task(struct process *p, int tid)
{
    struct task *t;

    list_for_each_entry (t, &p->tasks, in_process)
        if (t->tid == tid && !t->dead)
            return t;
    return NULL;
}

static bool wants(struct task *t, int sig)
{
    return !t->dead && (!(__atomic_load_n(&t->sig.blocked, __ATOMIC_SEQ_CST) & SIGNAL_BIT(sig)) ||
                        (t->sig.waiting_for & SIGNAL_BIT(sig)));
}

/* Who shall take a signal for the process: its first thread if that may, then the given one, then any.
 * process.lock is held. */
static struct task *choose(struct process *p, int sig, struct task *also)
{
    struct task *t, *first = process_find_task(p, p->pid);

    if (first && wants(first, sig))
        return first;
    if (also && also->process == p && wants(also, sig))
        return also;
    list_for_each_entry (t, &p->tasks, in_process)
        if (wants(t, sig))
            return t;
    return NULL;
}

static bool is_ignored(const struct process *p, int sig)
{
    uint64_t handler = p->signals->actions[sig - 1].sa_handler;

    if (handler == SIGNAL_IGNORE)
        return true;
    return handler == SIGNAL_DEFAULT && (p->pid == 1 || (SIGNAL_BIT(sig) & SIGNALS_DEFAULT_IGNORED));
}

void signal_kick_holders(struct process *p, uint64_t set)
{
    struct task *t;

    if (!(atomic_load(&p->signals->held) & set))
        return;
    list_for_each_entry (t, &p->tasks, in_process)
        if (atomic_load(&t->sig.held) & set)
            task_kick(t, WORK_SIGNAL);
}

static void let_come(struct task *task, uint64_t set)
{
    atomic_fetch_and(&task->sig.held, ~set);
    host_signal_mask(LINUX_SIG_UNBLOCK, set, NULL);
}

void signal_release_held(struct task *task)
{
    struct process *p = task->process;
    uint64_t held = atomic_load_explicit(&task->sig.held, memory_order_relaxed), free = 0;

    if (likely(!held))
        return;
    held &= ~(task->sig.own.set | p->signals->shared.set);
    for (int sig = 1; sig <= 64; sig++)
        if ((held & SIGNAL_BIT(sig)) && (!is_ignored(p, sig) || (task->sig.blocked & SIGNAL_BIT(sig))))
            free |= SIGNAL_BIT(sig);
    if (free)
        let_come(task, free);
}

void signal_catch_up(struct task *task, uint64_t set)
{
    set &= atomic_load_explicit(&task->sig.held, memory_order_relaxed);
    if (likely(!set))
        return;
    let_come(task, set);
    signal_drain(task);
}

/* A stop undoes a continue that waits, and the other way round. */
static void discard_opposite(struct process *p, int sig)
{
    if (SIGNAL_BIT(sig) & SIGNALS_STOP)
        signals_discard(p, SIGNAL_BIT(LINUX_SIGCONT));
    else if (sig == LINUX_SIGCONT)
        signals_discard(p, SIGNALS_STOP);
}

static long queue_signal(struct process *p, struct task *target, const struct linux_siginfo *info)
{
    struct signals *s = p->signals;
    int sig = info->si_signo;
    struct signal_watch *w;
    struct task *wake, *holder;
    long r;
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&s->lock);

    discard_opposite(p, sig);
    holder = target ? target : process_find_task(p, p->pid);
    if (is_ignored(p, sig) && !(holder && (holder->sig.blocked & SIGNAL_BIT(sig))))
        return 0;
    r = queue_add(p, target ? &target->sig.own : &s->shared, info);
    if (r < 0)
        return r;
    list_for_each_entry (w, &s->watches, link)
        if (w->set & SIGNAL_BIT(sig))
            w->notify(w, true);
    /* Against signal_set_mask: either it sees the signal, or the new mask is seen here. */
    atomic_thread_fence(memory_order_seq_cst);
    wake = target ? (wants(target, sig) ? target : NULL) : choose(p, sig, task_current());
    if (wake)
        task_kick(wake, WORK_SIGNAL);
    return 0;
}

long signal_queue_task(struct task *target, const struct linux_siginfo *info)
{
    return queue_signal(target->process, target, info);
}

long signal_queue_process(struct process *process, const struct linux_siginfo *info)
{
    return queue_signal(process, NULL, info);
}

void signal_force(struct task *task, const struct linux_siginfo *info)
{
    struct process *p = task->process;
    struct signals *s = p->signals;
    uint64_t bit = SIGNAL_BIT(info->si_signo);
    LOCK_SCOPE(&s->lock);

    if ((task->sig.blocked & bit) || s->actions[info->si_signo - 1].sa_handler == SIGNAL_IGNORE) {
        s->actions[info->si_signo - 1].sa_handler = SIGNAL_DEFAULT;
        task->sig.blocked &= ~bit;
    }
    queue_add(p, &task->sig.own, info);
    atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
}

/* --- masks --- */

/* Signals of the process that this task does not take any more may have been left to it: another one must
 * look. */
static void pass_on(struct task *task, uint64_t set)
{
    struct process *p = task->process;
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&p->signals->lock);

    set &= p->signals->shared.set;
    for (int sig = 1; sig <= 64; sig++) {
        struct task *t = set & SIGNAL_BIT(sig) ? choose(p, sig, NULL) : NULL;
        if (t && t != task)
            task_kick(t, WORK_SIGNAL);
    }
}

void signal_set_mask(struct task *task, uint64_t blocked)
{
    struct task_signals *ts = &task->sig;
    struct signals *s = task->process->signals;
    uint64_t newly;

    blocked &= ~SIGNALS_UNBLOCKABLE;
    newly = blocked & ~ts->blocked;
    if (unlikely(newly & ~__atomic_load_n(&s->ever_blocked, __ATOMIC_RELAXED)))
        signals_note_blocked(task->process, newly);
    __atomic_store_n(&ts->blocked, blocked, __ATOMIC_SEQ_CST);
    /* What is ignored waits nevertheless while it is blocked. */
    if (unlikely(((ts->own.set | s->shared.set) & ~blocked) | (newly & ts->held)))
        atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
    if (unlikely(newly & s->shared.set) && task->process->ntasks > 1)
        pass_on(task, newly);
}

void signal_set_temporary_mask(struct task *task, uint64_t blocked)
{
    task->sig.saved_mask = task->sig.blocked;
    task->sig.restore_saved_mask = true;
    signal_set_mask(task, blocked);
}

void signal_end_temporary_mask(struct task *task, long result)
{
    if (!task->sig.restore_saved_mask)
        return;
    if (result == -LINUX_EINTR || result == -LINUX_ERESTARTSYS || result == -LINUX_ERESTARTNOHAND ||
        result == -LINUX_ERESTARTNOINTR || result == -LINUX_ERESTART_RESTARTBLOCK) {
        atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
        return;
    }
    task->sig.restore_saved_mask = false;
    signal_set_mask(task, task->sig.saved_mask);
}

/* --- looking --- */

bool signal_pending(struct task *task)
{
    signal_drain(task);
    return (task->sig.own.set | task->process->signals->shared.set) & ~task->sig.blocked;
}

uint64_t signal_pending_set(struct task *task)
{
    signal_drain(task);
    return (task->sig.own.set | task->process->signals->shared.set) & task->sig.blocked;
}

void signal_taken(struct task *task, int sig)
{
    struct process *p = task->process;

    if (likely(!(atomic_load_explicit(&p->signals->held, memory_order_relaxed) & SIGNAL_BIT(sig))))
        return;
    signal_release_held(task);
    if (p->ntasks > 1) {
        LOCK_SCOPE(&p->lock);
        signal_kick_holders(p, SIGNAL_BIT(sig));
    }
}

int signal_take(struct task *task, uint64_t set, struct linux_siginfo *info)
{
    struct signals *s = task->process->signals;
    int sig;

    signal_drain(task);
    if (!((task->sig.own.set | s->shared.set) & set))
        return 0;
    signal_catch_up(task, set);
    lock_acquire(&s->lock);
    sig = signal_dequeue(s, &task->sig.own, set, info);
    if (!sig)
        sig = signal_dequeue(s, &s->shared, set, info);
    lock_release(&s->lock);
    signal_watches_settle(task->process);
    if (sig)
        signal_taken(task, sig);
    return sig;
}

static bool time_left(const struct linux_timespec *deadline, struct linux_timespec *left)
{
    struct linux_timespec now;

    host_clock_gettime(LINUX_CLOCK_MONOTONIC, &now);
    left->tv_sec = deadline->tv_sec - now.tv_sec;
    left->tv_nsec = deadline->tv_nsec - now.tv_nsec;
    if (left->tv_nsec < 0) {
        left->tv_nsec += 1000000000;
        left->tv_sec--;
    }
    return left->tv_sec >= 0;
}

long signal_wait(struct task *task, uint64_t set, struct linux_siginfo *info,
                 const struct linux_timespec *deadline)
{
    struct signals *s = task->process->signals;
    static _Atomic uint32_t never;
    struct linux_timespec left;
    long r;

    set &= ~SIGNALS_UNBLOCKABLE;
    lock_acquire(&s->lock);
    task->sig.waiting_for = set;
    lock_release(&s->lock);
    for (;;) {
        /* What comes from here on sets the bit again, and ends the wait below. */
        atomic_fetch_and(&task->cpu.work, ~(uint32_t)WORK_SIGNAL);
        r = signal_take(task, set, info);
        if (r)
            break;
        if (signal_pending(task) || atomic_load(&task->cpu.work)) {
            r = -LINUX_EINTR;
            break;
        }
        if (deadline && !time_left(deadline, &left)) {
            r = -LINUX_EAGAIN;
            break;
        }
        host_wait_word(&never, 0, deadline ? &left : NULL, task_stop(task));
    }
    lock_acquire(&s->lock);
    task->sig.waiting_for = 0;
    lock_release(&s->lock);
    /* The bit may have stood for something else than what was taken. */
    atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
    return r;
}

/* --- watching --- */

void signal_watch_add(struct task *task, struct signal_watch *watch)
{
    struct process *p = task->process;
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&p->signals->lock);

    list_push_back(&p->signals->watches, &watch->link);
    watch->notify(watch, waiting_signals(p) & watch->set);
}

void signal_watch_change(struct task *task, struct signal_watch *watch, uint64_t set)
{
    struct process *p = task->process;
    LOCK_SCOPE(&p->lock);
    LOCK_SCOPE(&p->signals->lock);

    watch->set = set;
    watch->notify(watch, waiting_signals(p) & set);
}

void signal_watch_remove(struct signals *signals, struct signal_watch *watch)
{
    LOCK_SCOPE(&signals->lock);
    list_remove(&watch->link);
}

/* --- life --- */

static void timers_free(struct signals *s)
{
    while (s->timers) {
        struct signal_timer *t = s->timers;
        s->timers = t->next;
        kfree(t);
    }
}

void signals_put(struct signals *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    queue_discard(s, &s->shared, ~UINT64_C(0));
    timers_free(s);
    kfree(s);
}

void signals_forget(struct task *task)
{
    struct task_signals *ts = &task->sig;
    struct signals *s = task->process->signals;

    queue_discard(s, &s->shared, ~UINT64_C(0));
    queue_discard(s, &ts->own, ~UINT64_C(0));
    s->queued = 0;
    timers_free(s);
    ts->inbox_head = ts->inbox_tail = 0;
    ts->inbox_full = 0;
    ts->held = s->held = 0;
    ts->waiting_for = 0;
}

void signals_discard_all(struct task *task)
{
    LOCK_SCOPE(&task->process->signals->lock);
    queue_discard(task->process->signals, &task->sig.own, ~UINT64_C(0));
}

void signal_task_leaves(struct task *task)
{
    signal_drain(task);
    lock_acquire(&task->process->lock);
    task->dead = true;
    lock_release(&task->process->lock);
    signals_discard_all(task);
    pass_on(task, ~UINT64_C(0));
}
