/* SPDX-License-Identifier: MIT */
/*
 * Numbers of processes: those that the guest sees, and the host's.
 *
 * With identity numbers (process.pids NULL) both are the same. In a container the supervisor owns the numbers
 * and publishes them in a table that every guest process reads (supervisor/pid_table.h).
 */
#ifndef CORACLE_PIDS_H
#define CORACLE_PIDS_H

#include "base/base.h"

struct task;
struct process;
struct pid_slot;

/* The host's number of a guest process or thread, or -ESRCH. */
int pids_to_host(struct process *process, int pid);
/* The guest's number of a host process or thread; 0 when it is outside the container. */
int pids_to_guest(struct process *process, int host_pid);
/* Only with a table: what it says of a guest's number. False when that is free. */
bool pids_get(struct process *process, int pid, struct pid_slot *slot);

/* True when a guest process or thread has that number. */
bool pids_exist(struct process *process, int pid);

/* Has the user as many tasks as that? Without a table the host counts, and the answer is no. */
bool pids_reach(struct process *process, uint32_t uid, uint64_t limit);

/* For getppid: the guest's number of the host parent. */
int pids_parent(struct process *process);

#endif
