/* SPDX-License-Identifier: MIT */
/*
 * Signals.
 *
 * Host signals reach one handler (signal_host_arrived) that only records: it puts the siginfo in the inbox of the thread it hit and sets
 * WORK_SIGNAL. The kernel loop drains the inbox in normal context into the task's or the process's queue, chooses what to deliver,
 * and builds the guest's frame there.
 *
 * The guest's mask is ours alone (changing it costs no host call): a signal that the guest blocks still arrives on the host, and waits in
 * our queue. Therefore a host disposition is our handler for each signal that the guest handles, or has ever blocked with its default
 * action; otherwise it is the guest's (default or ignore), so that the host stops, ends or ignores natively.
 *
 * A thread's inbox has one writer (the handler on that thread, all signals masked) and one reader (the same thread): two indices, no lock.
 */
#ifndef CORACLE_SIGNAL_H
#define CORACLE_SIGNAL_H

#include "abi/abi.h"
#include "base/base.h"
#include "base/list.h"
#include "kernel/lock.h"

struct task;
struct process;

#define SIGNAL_INBOX 32

/* The signal that we use among our threads (SIGSYS with this value): it means "look at your work". */
#define SIGNAL_KICK_VALUE 0x436f7261

struct signal_queued {
    struct list link;
    struct linux_siginfo info;
};

/* Guarded by signals.lock, except where noted. */
struct signal_queue {
    uint64_t set;            /* bit n-1: signal n is pending; read without the lock as a hint */
    struct list list;        /* signal_queued, oldest first; a pending standard signal may have no entry when memory was out */
};

struct signals {
    _Atomic uint32_t refs;
    struct lock lock;
    struct linux_sigaction actions[64]; /* index: signal - 1 */
    struct signal_queue shared;
    uint64_t host_caught;    /* signals whose host disposition is our handler */
    uint64_t ever_blocked;   /* by any thread of the process */
    _Atomic uint32_t queued; /* entries in all queues, against RLIMIT_SIGPENDING */
};

struct task_signals {
    uint64_t blocked;        /* written by the task itself alone */
    uint64_t saved_mask;     /* to restore after sigsuspend, ppoll and their like */
    bool restore_saved_mask;
    uint64_t waiting_for;    /* the set of sigtimedwait; 0: not waiting; guarded by signals.lock */
    struct signal_queue own; /* guarded by signals.lock */
    struct linux_stack altstack;
    struct linux_siginfo inbox[SIGNAL_INBOX];
    _Atomic uint32_t inbox_head, inbox_tail;
    _Atomic uint64_t inbox_full; /* signals that are masked on the host until the inbox is drained */
};

#define SIGNAL_BIT(sig) (UINT64_C(1) << ((sig)-1))

/*
 * Called by the host layer on the signal stack of the thread that a host signal hit. May only record.
 * process-directed signals are recognised by si_code.
 */
void signal_host_arrived(struct task *task, const struct linux_siginfo *info);

/* In the kernel loop: drains, delivers; may build a frame, stop, or end the process. */
void signal_deliver(struct task *task);

/* Makes a synchronous fault (info filled in) the next thing that the task takes. */
void signal_force(struct task *task, const struct linux_siginfo *info);

/* Queues a signal for a task of this process, or for the process (task NULL). 0 or -EAGAIN. */
long signal_queue_task(struct task *target, const struct linux_siginfo *info);
long signal_queue_process(struct process *process, const struct linux_siginfo *info);

/* True when a signal that is not blocked waits for the task (after draining the inbox). */
bool signal_pending(struct task *task);

/* Replaces the guest's mask; looks for signals that became deliverable. */
void signal_set_mask(struct task *task, uint64_t blocked);

/* The guest's frame, per architecture (kernel/x86_64/signal_frame.c). 0, or -EFAULT when the stack is bad. */
int signal_frame_push(struct task *task, const struct linux_sigaction *action, const struct linux_siginfo *info,
                      uint64_t mask_to_restore);
/* rt_sigreturn(2): everything from the frame at the guest's stack pointer. 0 or -EFAULT. */
int signal_frame_pop(struct task *task);

#endif
