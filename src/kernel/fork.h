/* SPDX-License-Identifier: MIT */
/*
 * What the host's fork needs from us: no other thread may stand inside our structures when memory is copied,
 * and what must not be shared with (or inherited from) the parent is made anew in the child. The one list of
 * both is fork.c.
 */
#ifndef CORACLE_FORK_H
#define CORACLE_FORK_H

#include "base/base.h"

struct task;

/* Takes every lock of the library that the process's threads may hold, in the order of task.h; false: there
 * was no need to. */
bool fork_lock(struct task *task);
void fork_unlock_parent(struct task *task, bool locked);
void fork_unlock_child(struct task *task, bool locked);
/* In the child, when it is a process of its own; locks are free. */
void fork_child_hooks(struct task *task);

#endif
