/* SPDX-License-Identifier: MIT */
/*
 * struct file: allocation and references.
 *
 * Lookups take a reference on memory that may just have been freed, and check afterwards; therefore the
 * memory of a struct file only ever becomes another struct file. Freed ones wait in a list.
 */
#include "host/alloc.h"
#include "kernel/fdtable.h"

#define FILES_PER_BATCH 64

/* A free file keeps its refs at 0 and uses data as the link. */
static struct {
    struct lock lock;
    struct file *free; /* guarded by lock */
} pool;

const struct file_ops file_host_ops = {.kind = FILE_HOST};

static struct file *pool_take(void)
{
    LOCK_SCOPE(&pool.lock);

    if (!pool.free) {
        struct file *batch = kzalloc(FILES_PER_BATCH * sizeof(*batch));

        if (!batch)
            return NULL;
        for (int i = 0; i < FILES_PER_BATCH; i++) {
            batch[i].data = pool.free;
            pool.free = &batch[i];
        }
    }
    struct file *file = pool.free;
    pool.free = file->data;
    return file;
}

struct file *file_new(const struct file_ops *ops, int host_fd, uint32_t flags, void *data)
{
    struct file *file = pool_take();

    if (!file)
        return NULL;
    file->ops = ops;
    file->host_fd = host_fd;
    file->flags = flags;
    file->terminal = 0;
    file->data = data;
    atomic_store_explicit(&file->refs, 1, memory_order_release);
    return file;
}

void file_free(struct file *file, bool close_host)
{
    if (file->ops->release)
        file->ops->release(file);
    if (close_host && file->host_fd >= 0)
        host_close(file->host_fd);
    LOCK_SCOPE(&pool.lock);
    file->data = pool.free;
    pool.free = file;
}

void file_put(struct file *file)
{
    if (atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) == 1)
        file_free(file, true);
}

bool file_ref_unless_free(struct file *file)
{
    uint32_t refs = atomic_load_explicit(&file->refs, memory_order_relaxed);

    do {
        if (refs == 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&file->refs, &refs, refs + 1, memory_order_acquire,
                                                    memory_order_relaxed));
    return true;
}

void file_pool_lock(void)
{
    lock_acquire(&pool.lock);
}

void file_pool_unlock(void)
{
    lock_release(&pool.lock);
}
