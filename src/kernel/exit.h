/* SPDX-License-Identifier: MIT */
/* The ends of tasks and processes. */
#ifndef CORACLE_EXIT_H
#define CORACLE_EXIT_H

#include "base/base.h"

struct task;

/* Ends this task alone (exit(2)); the last one ends the process with that code. */
noreturn_fn void task_exit(struct task *task, int code);
/* Another task has begun to end the process: this one follows. */
noreturn_fn void task_exit_for_group(struct task *task);
/* exit_group(2): code << 8, or death by a signal: its number. See process_exit in task.h. */

#endif
