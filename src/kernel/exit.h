/* SPDX-License-Identifier: MIT */
/* The ends of tasks and processes; see also process_exit in task.h. */
#ifndef CORACLE_EXIT_H
#define CORACLE_EXIT_H

#include "base/base.h"

struct task;

/* Value of process.exiting while an exec lets the other tasks leave. */
#define PROCESS_EXEC 0x80000000u

/* Ends this task alone (exit(2)); the last one ends the process with that code. */
noreturn_fn void task_exit(struct task *task, int code);
/* Another task has begun to end the process, or replaces its program: this one leaves. */
noreturn_fn void task_exit_for_group(struct task *task);

/* For exec: returns when this is the only task of the process. -EAGAIN: the process is already ending. */
must_check long process_end_others(struct task *task);

/* Robust futexes and the word to clear: what a task owes to guest memory when it leaves it. */
void task_release_user(struct task *task);

#endif
