/* SPDX-License-Identifier: MIT */
/*
 * Signals.
 *
 * Host signals reach one handler (signal_host_arrived) that only records: it puts the siginfo in the inbox of
 * the thread it hit and sets WORK_SIGNAL. The kernel loop drains the inbox in normal context into the task's
 * or the process's queue, chooses what to deliver, and builds the guest's frame there.
 *
 * The guest's mask is ours alone (changing it costs no host call): a signal that the guest blocks still
 * arrives on the host, and waits in our queue. Therefore a host disposition is our handler for each signal
 * that the guest handles, or has ever blocked with its default action; otherwise it is the guest's (default
 * or ignore), so that the host stops, ends or ignores natively.
 *
 * A timer goes on when the guest takes its signal, as on Linux, and not before: otherwise a quick one would
 * leave time for nothing else. So the thread that its signal hits keeps that signal masked on the host until
 * it is taken; what the host has counted meanwhile is added to the overrun.
 *
 * A thread's inbox has one writer (the handler on that thread, all signals masked) and one reader (the same
 * thread): two indices, no lock.
 */
#ifndef CORACLE_SIGNAL_H
#define CORACLE_SIGNAL_H

#include "abi/abi.h"
#include "base/base.h"
#include "base/list.h"
#include "host/lock.h"

struct task;
struct process;

/* Room for this many in an inbox; the last few are kept for the faults, which are never masked on the host.
 */
#define SIGNAL_INBOX          32
#define SIGNAL_INBOX_RESERVED 8

/*
 * The signal that we use among our threads, with this value: it means "look at your work". On the host always
 * caught. A real-time one, because those never take each other's place: a kick by SIGSYS, waiting, would let
 * the host drop the SIGSYS of a system call that it has already skipped. The guest may use it all the same.
 */
#define SIGNAL_KICK       LINUX_SIGRTMAX
#define SIGNAL_KICK_VALUE 0x436f7261
/* The same among processes: it means SIGKILL, for one that has something to settle first (kernel/ending.h).
 */
#define SIGNAL_DIE_VALUE 0x43646965

/* rt_tgsigqueueinfo to another process: byte 16 of the union travels along, and says that one thread alone is
 * meant. */
#define SIGNAL_TO_THREAD 0x54

struct signal_queued {
    struct list link;
    struct linux_siginfo info;
    bool stale; /* of a timer that has been set anew or deleted since: pending, but never taken */
};

/* Guarded by signals.lock, except where noted. */
struct signal_queue {
    uint64_t set;     /* bit n-1: signal n is pending; read without the lock as a hint */
    struct list list; /* signal_queued, oldest first; a pending standard signal may have no entry when memory
                         was out */
};

/* A POSIX timer of the process: what its signals need to know. Guarded by signals.lock. */
struct signal_timer {
    struct signal_timer *next;
    int id;      /* as the host and the guest know it */
    int tid;     /* the thread (guest number) that its signals are for; 0: the process */
    int overrun; /* of the signal that was last taken */
};

/* Somebody who wants to know when signals of the set wait (signalfd): pending at each arrival, not pending
 * when the last has been taken. Called with signals.lock held: may only wake. */
struct signal_watch {
    struct list link; /* signals.watches */
    uint64_t set;     /* changed by signal_watch_change */
    void (*notify)(struct signal_watch *watch, bool pending);
};

struct signals {
    _Atomic uint32_t refs;
    struct lock lock;
    struct linux_sigaction actions[64]; /* index: signal - 1 */
    struct signal_queue shared;
    uint64_t host_caught;    /* signals whose host disposition is our handler */
    uint64_t ever_blocked;   /* by any thread of the process */
    _Atomic uint32_t queued; /* entries in all queues, against RLIMIT_SIGPENDING */
    struct signal_timer *timers;
    _Atomic uint64_t held; /* signals that some thread holds or has held (task_signals.held) */
    struct list watches;   /* signal_watch; next is NULL while there has been none */
};

struct task_signals {
    uint64_t blocked;    /* written by the task itself alone */
    uint64_t saved_mask; /* to restore after sigsuspend, ppoll and their like */
    bool restore_saved_mask;
    uint64_t waiting_for;    /* the set of sigtimedwait; 0: not waiting; guarded by signals.lock */
    struct signal_queue own; /* guarded by signals.lock */
    struct linux_stack altstack;
    _Atomic uint32_t inbox_head, inbox_tail;
    _Atomic uint64_t inbox_full; /* signals that are masked on the host until the inbox is drained */
    _Atomic uint64_t held;       /* of timers, masked on the host until the guest has taken the last one */
    struct linux_siginfo inbox[SIGNAL_INBOX]; /* last: large and rarely touched */
};

#define SIGNAL_BIT(sig)     (UINT64_C(1) << ((sig)-1))

#define SIGNALS_UNBLOCKABLE (SIGNAL_BIT(LINUX_SIGKILL) | SIGNAL_BIT(LINUX_SIGSTOP))
/* By whether these are blocked or ignored, a terminal decides about its background processes: see
 * sys/terminal.c. */
#define SIGNALS_OF_TERMINALS (SIGNAL_BIT(LINUX_SIGTTIN) | SIGNAL_BIT(LINUX_SIGTTOU))
/* What the CPU raises; on the host always caught and never masked. */
#define SIGNALS_SYNCHRONOUS                                                                                  \
    (SIGNAL_BIT(LINUX_SIGSEGV) | SIGNAL_BIT(LINUX_SIGBUS) | SIGNAL_BIT(LINUX_SIGILL) |                       \
     SIGNAL_BIT(LINUX_SIGTRAP) | SIGNAL_BIT(LINUX_SIGFPE) | SIGNAL_BIT(LINUX_SIGSYS))
#define SIGNALS_STOP                                                                                         \
    (SIGNAL_BIT(LINUX_SIGSTOP) | SIGNAL_BIT(LINUX_SIGTSTP) | SIGNAL_BIT(LINUX_SIGTTIN) |                     \
     SIGNAL_BIT(LINUX_SIGTTOU))
#define SIGNALS_DEFAULT_IGNORED                                                                              \
    (SIGNAL_BIT(LINUX_SIGCONT) | SIGNAL_BIT(LINUX_SIGCHLD) | SIGNAL_BIT(LINUX_SIGWINCH) |                    \
     SIGNAL_BIT(LINUX_SIGURG))
#define SIGNALS_CORE                                                                                         \
    (SIGNALS_SYNCHRONOUS | SIGNAL_BIT(LINUX_SIGQUIT) | SIGNAL_BIT(LINUX_SIGABRT) |                           \
     SIGNAL_BIT(LINUX_SIGXCPU) | SIGNAL_BIT(LINUX_SIGXFSZ))

/* What ends a process by default, unless nothing can be done about it. */
#define SIGNALS_FATAL (~(SIGNALS_STOP | SIGNALS_DEFAULT_IGNORED | SIGNALS_UNBLOCKABLE))
/* Values of sa_handler that are no address. */
#define SIGNAL_DEFAULT 0
#define SIGNAL_IGNORE  1

/*
 * Called by the host layer on the signal stack of the thread that a host signal hit. May only record.
 * Returns the signals that the caller must leave masked on the host when it returns: not 0 when the inbox is
 * full now.
 */
uint64_t signal_host_arrived(struct task *task, const struct linux_siginfo *info);

/* In the kernel loop: drains, delivers; may build a frame, stop, or end the process. */
void signal_deliver(struct task *task);

/* Makes a synchronous fault (info filled in) the next thing that the task takes. */
void signal_force(struct task *task, const struct linux_siginfo *info);

/* Queues a signal for a task of this process, or for the process (task NULL). 0 or -EAGAIN. */
long signal_queue_task(struct task *target, const struct linux_siginfo *info);
long signal_queue_process(struct process *process, const struct linux_siginfo *info);

/* True when a signal that is not blocked waits for the task (after draining the inbox). */
bool signal_pending(struct task *task);

/* What waits and is blocked, for sigpending(2). */
uint64_t signal_pending_set(struct task *task);

/* Takes the next waiting signal of a set, blocked or not (sigtimedwait, signalfd): its number, or 0. */
int signal_take(struct task *task, uint64_t set, struct linux_siginfo *info);

/*
 * Waits until signal_take finds something; deadline on the monotonic clock, or NULL. The signal's number,
 * -EAGAIN when it is too late, -EINTR when another signal must be delivered.
 */
long signal_wait(struct task *task, uint64_t set, struct linux_siginfo *info,
                 const struct linux_timespec *deadline);

/* Replaces the guest's mask; looks for signals that became deliverable. */
void signal_set_mask(struct task *task, uint64_t blocked);

/*
 * The mask of ppoll, pselect, epoll_pwait and sigsuspend, for the length of one call. If the call is
 * interrupted (its result is -EINTR or -ERESTART*), the handler still runs under the temporary mask:
 * signal_deliver restores the old one then.
 */
void signal_set_temporary_mask(struct task *task, uint64_t blocked);
void signal_end_temporary_mask(struct task *task, long result);

/* sigaction(2); action or old may be NULL. sig is valid. */
void signal_set_action(struct task *task, int sig, const struct linux_sigaction *action,
                       struct linux_sigaction *old);

/* Life of struct signals. A copy has the dispositions of the old one, and nothing pending. */
struct signals *signals_new(void);
struct signals *signals_copy(struct signals *old);
void signals_put(struct signals *signals);
/* Handlers become default actions (exec, CLONE_CLEAR_SIGHAND); the host is told unless this is on the way to
 * an exec. */
void signals_clear_handlers(struct process *process, bool tell_host);
/*
 * From now on, what ends the process by default comes to us first: its robust locks may lie in memory that
 * others share, and the host knows nothing of them.
 */
void signals_end_here(struct process *process);
/*
 * A fresh kernel program: tells the host the dispositions that the process begins with, and lets its signals
 * come. The caller has set task->sig.blocked and the process's actions; with inherit, they are taken from the
 * host first.
 */
void signals_start(struct task *task, bool inherit);
/* Forgets what is pending (the child of a fork). */
void signals_forget(struct task *task);
/* Drops what waits for one task. */
void signals_discard_all(struct task *task);
/* A task leaves while others go on: what waits for the process is passed on, the rest is dropped. */
void signal_task_leaves(struct task *task);

/* Starts and ends watching, and changes what is watched; see struct signal_watch. */
void signal_watch_add(struct task *task, struct signal_watch *watch);
void signal_watch_change(struct task *task, struct signal_watch *watch, uint64_t set);
void signal_watch_remove(struct signals *signals, struct signal_watch *watch);

/* The POSIX timers of the process. A timer that is added belongs to its signals; removing frees it. */
void signal_timer_add(struct task *task, struct signal_timer *timer);
void signal_timer_remove(struct task *task, int id);
/* The timer is about to be set anew or deleted: what waits of it will not be taken. */
void signal_timer_changes(struct task *task, int id);
/* The overrun of the signal that was last taken, or -EINVAL when there is no such timer. */
long signal_timer_overrun(struct task *task, int id);

/* Threads that hold a signal of the set are to look whether they still must. process.lock is held. */
void signal_kick_holders(struct process *process, uint64_t set);
/* A task has taken a signal: who holds it need not any more. No lock is held. */
void signal_taken(struct task *task, int sig);
/* After signals have been taken or dropped: what this thread need not hold any more. */
void signal_release_held(struct task *task);
/* Before signals of the set are taken: what the host has counted of them. */
void signal_catch_up(struct task *task, uint64_t set);

/* The task of this process with that guest number, or NULL. process.lock must be held. */
struct task *process_find_task(struct process *process, int tid);

#define SS_AUTODISARM UINT32_C(0x80000000)

/* sigaltstack(2): the state as the guest sees it, and changing it: 0, -EINVAL, -ENOMEM, or -EPERM while it is
 * in use. */
struct linux_stack signal_get_altstack(const struct task *task);
long signal_set_altstack(struct task *task, const struct linux_stack *stack);
/* True when the stack pointer lies on the alternate stack (one that disarms itself does not count). */
bool signal_on_altstack(const struct task *task, uint64_t sp);

/* The guest's frame, per architecture (kernel/x86_64/signal_frame.c). 0, or -EFAULT when the stack is bad. */
int signal_frame_push(struct task *task, const struct linux_sigaction *action,
                      const struct linux_siginfo *info, uint64_t mask_to_restore);
/* rt_sigreturn(2): everything from the frame at the guest's stack pointer. 0 or -EFAULT. */
int signal_frame_pop(struct task *task);

#endif
