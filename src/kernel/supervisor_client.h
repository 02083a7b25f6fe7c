/* SPDX-License-Identifier: MIT */
/*
 * What a guest process asks of the supervisor (supervisor/protocol.h). Without one (identity numbers)
 * everything here answers at once.
 *
 * The numbers of children and threads are fetched in small blocks, so that most forks ask nobody.
 */
#ifndef CORACLE_SUPERVISOR_CLIENT_H
#define CORACLE_SUPERVISOR_CLIENT_H

#include "base/base.h"

struct linux_mq_attr;
struct process;
struct task;

/* A number for a process or thread to be made. pid 0: as the host numbers it. */
struct reservation {
    int pid;
    int lifeline; /* the new process's; -1: none */
};

must_check long supervisor_reserve(struct process *process, struct reservation *r, bool thread);
/*
 * In the parent, after the clone: host is the child's host number, or the error (the number is given back).
 * shares_files: the child uses our host descriptors.
 */
void supervisor_commit(struct process *process, struct reservation *r, bool thread, bool shares_files,
                       long host);
/*
 * In a new process, which has its number already: says so, and is bound to the supervisor's life from now on.
 * shares_files: the parent's host descriptors are ours, too.
 */
void supervisor_adopt(struct process *process, struct reservation *r, bool shares_files);
/* Before an exec that can no longer fail: threads and reserved numbers are given up. */
void supervisor_exec(struct process *process);
/* In a fresh program. */
void supervisor_restore(struct process *process);
/* The task's user IDs are others now: kill(2) of other processes asks for them. */
void supervisor_cred_changed(struct task *task);
/* A thread ends: its number is free. */
void supervisor_thread_ended(struct process *process, int tid);
/* Returns when the supervisor has taken in all that was said to it before, by anybody. */
void supervisor_sync(struct process *process);

/* mq_open(2) of a name of the host's, by the supervisor: a descriptor of the host, or a negative errno.
 * attributes may be NULL. */
long supervisor_open_queue(struct process *process, const char *name, uint32_t flags, uint32_t mode,
                           const struct linux_mq_attr *attributes);

#endif
