/* SPDX-License-Identifier: MIT */
/*
 * What the host's fork needs from us: no other thread may stand inside our structures when memory is copied, and what must not be shared
 * with (or inherited from) the parent is made anew in the child. The one list of both is fork.c.
 */
#ifndef CORACLE_FORK_H
#define CORACLE_FORK_H

struct task;

/* Takes every lock of the library that the process's threads may hold, in the order of task.h. */
void fork_lock(struct task *task);
void fork_unlock_parent(struct task *task);
void fork_unlock_child(struct task *task);
/* In the child, when it is a process of its own; locks are free. */
void fork_child_hooks(struct task *task);

#endif
