/* SPDX-License-Identifier: MIT */
/* What a guest process asks of the supervisor. Without one (identity numbers) everything here answers at once. */
#ifndef CORACLE_SUPERVISOR_CLIENT_H
#define CORACLE_SUPERVISOR_CLIENT_H

#include "base/base.h"

struct process;
struct task;

/* A number for a process or thread to be made, and (for a process) its line to the supervisor. pid 0: as the host numbers it. */
struct reservation {
    int pid;
    int line;
};

must_check long supervisor_reserve_process(struct process *process, struct reservation *r);
must_check long supervisor_reserve_thread(struct process *process, struct reservation *r);
/* In the parent, after the clone: host is the child's host number, or the error (the number is given back). */
void supervisor_commit(struct process *process, struct reservation *r, bool thread, long host);
/* In a new process: its own line takes the place of the parent's. */
void supervisor_adopt(struct process *process, struct reservation *r);
/* In a fresh program: the supervisor's end takes this process with it from now on. */
long supervisor_line_start(struct process *process);
/* The task's user IDs are others now: kill(2) of other processes asks for them. */
void supervisor_cred_changed(struct task *task);
/* A child was waited for, a thread has ended: its number is free. */
void supervisor_reaped(struct process *process, int pid);
void supervisor_thread_ended(struct process *process, int tid);

#endif
