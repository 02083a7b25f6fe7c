/* SPDX-License-Identifier: MIT */
/*
 * New tasks: fork, vfork, clone and clone3 all come down to task_clone.
 *
 * There are three ways, by what the child shares:
 *   a copy     without CLONE_VM: the host's fork; the child goes on in a copy of this memory, on the same
 * kernel stack in place   CLONE_VM without CLONE_THREAD: a host process on the same memory, with a struct
 * process and a kernel stack of its own a thread   CLONE_THREAD: a host thread In all three the child's
 * engine state is set up by the child itself, before it returns to guest code.
 */
#ifndef CORACLE_CLONE_H
#define CORACLE_CLONE_H

#include "base/base.h"

struct task;
struct process;

struct clone_request {
    uint64_t flags; /* LINUX_CLONE_* without the exit signal */
    int exit_signal;
    uint64_t stack; /* the child's stack pointer; 0: as the parent's */
    uint64_t tls;
    uint64_t pidfd, parent_tid, child_tid; /* guest addresses */
};

/* The child's number (0 in the child of a copy), or a negative errno. */
long task_clone(struct task *task, const struct clone_request *request);

/* Gives back the memory of tasks of this process whose host threads have ended. */
void process_reap_tasks(struct process *process);

#endif
