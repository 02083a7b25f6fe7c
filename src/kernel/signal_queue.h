/* SPDX-License-Identifier: MIT */
/* What the files of the signals share: signal.c (queues, masks, arrival), signal_action.c, signal_deliver.c.
 */
#ifndef CORACLE_SIGNAL_QUEUE_H
#define CORACLE_SIGNAL_QUEUE_H

#include "kernel/signal.h"

/* These signals have been blocked now: from now on the host hands them to us. Takes signals.lock. */
void signals_note_blocked(struct process *process, uint64_t set);
/* Drops all waiting signals of the set. process.lock and signals.lock are held. */
void signals_discard(struct process *process, uint64_t set);
/* Moves what the host has brought to the queues. */
void signal_drain(struct task *task);
/* After signals were taken: tells watches that have nothing left. Takes process.lock and signals.lock. */
void signal_watches_settle(struct process *process);
/* The next signal of the set from a queue; info is filled in, the signal is gone. signals.lock is held. */
int signal_dequeue(struct signals *signals, struct signal_queue *queue, uint64_t set,
                   struct linux_siginfo *info);

#endif
