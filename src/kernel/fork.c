/* SPDX-License-Identifier: MIT */
/* The locks that fork holds, and the hooks of its child: whoever has state that fork tears adds a line here. */
#include "kernel/fork.h"
#include "host/alloc.h"
#include "kernel/fdtable.h"
#include "kernel/task.h"
#include "kernel/process_fs.h"

void fork_lock(struct task *task)
{
    struct process *p = task->process;

    lock_acquire(&p->lock);
    lock_acquire(&p->mm->lock);
    task->engine->fork_lock();
    lock_acquire(&task->files->lock);
    fs_context_fork_lock(task->fs);
    lock_acquire(&p->signals->lock);
    file_pool_lock();
    task_cache_lock();
    kalloc_lock_all();
}

void fork_unlock_parent(struct task *task)
{
    struct process *p = task->process;

    kalloc_unlock_all();
    task_cache_unlock();
    file_pool_unlock();
    lock_release(&p->signals->lock);
    fs_context_fork_unlock(task->fs);
    lock_release(&task->files->lock);
    task->engine->fork_unlock();
    lock_release(&p->mm->lock);
    lock_release(&p->lock);
}

void fork_unlock_child(struct task *task)
{
    fork_unlock_parent(task);
    /* Whoever held it talked to the parent's supervisor line. */
    task->process->supervisor_lock = (struct lock){0};
}

void fork_child_hooks(struct task *task)
{
    fdtable_after_fork(task);
}
