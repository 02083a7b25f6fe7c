/* SPDX-License-Identifier: MIT */
/* The locks that fork holds, and the hooks of its child: whoever has state that fork tears adds a line here.
 */
#include "kernel/fork.h"
#include "host/alloc.h"
#include "kernel/fdtable.h"
#include "kernel/task.h"
#include "kernel/process_fs.h"

bool fork_lock(struct task *task)
{
    struct process *p = task->process;

    /* The only thread of this memory: to take the locks would only cost both processes copies of the pages
     * that they lie in. */
    if (atomic_load(&p->ntasks) == 1 && atomic_load(&p->mm->refs) == 1)
        return false;
    lock_acquire(&p->lock);
    lock_acquire(&p->mm->lock);
    task->engine->fork_lock();
    lock_acquire(&task->files->lock);
    fs_context_fork_lock(task->fs);
    lock_acquire(&p->signals->lock);
    file_pool_lock();
    task_cache_lock();
    kalloc_lock_all();
    return true;
}

void fork_unlock_parent(struct task *task, bool locked)
{
    struct process *p = task->process;

    if (!locked)
        return;
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

void fork_unlock_child(struct task *task, bool locked)
{
    fork_unlock_parent(task, locked);
    /* Whoever held it waits for an answer to the parent. */
    task->process->supervisor_lock = (struct lock){0};
}

void fork_child_hooks(struct task *task)
{
    fdtable_after_fork(task);
}
