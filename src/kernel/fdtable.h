/* SPDX-License-Identifier: MIT */
/* Descriptor tables beyond what every handler needs (kernel/file.h): fork, vfork, exec, and borrowing. */
#ifndef CORACLE_FDTABLE_H
#define CORACLE_FDTABLE_H

#include "kernel/file.h"
#include "kernel/task.h"

/* Grows by replacement; replaced arrays live as long as the table, because lookups read them without a lock.
 */
struct fdslots {
    struct fdslots *older;
    int size;          /* a multiple of 64 */
    uint64_t *used;    /* a bit per slot; guarded by the table's lock */
    uint64_t *cloexec; /* guarded by the table's lock */
    _Atomic(struct file *) files[];
};

struct fdtable {
    _Atomic uint32_t refs; /* tasks and processes that use the table */
    _Atomic(struct fdslots *) slots;
    struct lock lock; /* guards every change */
    int lowest;       /* no free slot lies below */
    bool posix_locks; /* the process has ever taken a POSIX lock: a close must drop it */
};

/*
 * The file behind a descriptor for the duration of one call. While the process has a single task nobody can
 * close the descriptor meanwhile, so that no reference is needed: *counted tells.
 */
static inline struct file *file_borrow(struct task *task, int fd, bool *counted)
{
    struct fdtable *table = task->files;

    if (likely(task->process->ntasks == 1 && atomic_load_explicit(&table->refs, memory_order_relaxed) == 1)) {
        struct fdslots *slots = atomic_load_explicit(&table->slots, memory_order_relaxed);

        *counted = false;
        if (unlikely((unsigned)fd >= (unsigned)slots->size))
            return NULL;
        return atomic_load_explicit(&slots->files[fd], memory_order_relaxed);
    }
    *counted = true;
    return file_get(task, fd);
}

static inline void file_return(struct file *file, bool counted)
{
    if (unlikely(counted))
        file_put(file);
}

/* Takes a reference on memory that may hold a freed file: false then. */
bool file_ref_unless_free(struct file *file);
/* The last reference has gone. close_host: the host descriptor is this process's to close. */
void file_free(struct file *file, bool close_host);
/* For fork: no other thread is inside the pool of files between the two. */
void file_pool_lock(void);
void file_pool_unlock(void);

/* The soft RLIMIT_NOFILE of the task's process. */
uint64_t fd_limit(struct task *task);

/*
 * After a vfork child has exec'd or died: its table is dropped by the parent, on whose memory it stood.
 * References go; host descriptors of files that only the child had are not closed, for they were the child's.
 */
void fdtable_abandon(struct fdtable *table);

/*
 * Keeps the files of a table open until fdtable_put: while a vfork child lives in this memory, the last
 * reference of a file that both have must be given up by the parent, whose host descriptor it is. NULL when
 * memory is out.
 */
struct fdtable *fdtable_hold(struct fdtable *table);

/* In the child of a fork: what must not be shared with the parent through the host is made anew. */
void fdtable_after_fork(struct task *task);

/* Closes all descriptors that are marked close-on-exec. */
void fdtable_close_on_exec(struct task *task);

/* Host descriptors of all files lose (or get back) their host close-on-exec flag, just before the host's
 * exec. */
void fdtable_inherit(struct fdtable *table, bool inherit);

#endif
