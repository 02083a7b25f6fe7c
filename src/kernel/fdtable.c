/* SPDX-License-Identifier: MIT */
/* Tables of descriptors: which number leads to which file. Changes are made under the table's lock; lookups
 * take none. */
#include "kernel/fdtable.h"
#include "host/alloc.h"

#define FIRST_SIZE 64
#define MAX_SIZE   (1 << 30)

static bool bit_get(const uint64_t *map, int i)
{
    return map[i / 64] >> (i % 64) & 1;
}

static void bit_set(uint64_t *map, int i, bool on)
{
    if (on)
        map[i / 64] |= UINT64_C(1) << (i % 64);
    else
        map[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static struct fdslots *slots_new(int size)
{
    size_t words = (size_t)size / 64;
    size_t head = sizeof(struct fdslots) + (size_t)size * sizeof(struct file *);
    struct fdslots *slots = kzalloc(head + 2 * words * sizeof(uint64_t));

    if (!slots)
        return NULL;
    slots->size = size;
    slots->used = (uint64_t *)((char *)slots + head);
    slots->cloexec = slots->used + words;
    return slots;
}

static struct fdslots *table_slots(struct fdtable *table)
{
    return atomic_load_explicit(&table->slots, memory_order_relaxed);
}

struct fdtable *fdtable_new(void)
{
    struct fdtable *table = kzalloc(sizeof(*table));

    if (!table)
        return NULL;
    struct fdslots *slots = slots_new(FIRST_SIZE);
    if (!slots) {
        kfree(table);
        return NULL;
    }
    atomic_store(&table->slots, slots);
    atomic_store(&table->refs, 1);
    return table;
}

/* Makes room for slot fd. Called with the lock held. */
static bool table_grow(struct fdtable *table, int fd)
{
    struct fdslots *old = table_slots(table);
    int64_t size = old->size;

    if (fd < size)
        return true;
    while (size <= fd)
        size *= 2;
    if (size > MAX_SIZE)
        return false;
    struct fdslots *slots = slots_new((int)size);
    if (!slots)
        return false;
    for (int i = 0; i < old->size; i++)
        atomic_store_explicit(&slots->files[i], atomic_load_explicit(&old->files[i], memory_order_relaxed),
                              memory_order_relaxed);
    memcpy(slots->used, old->used, (size_t)old->size / 8);
    memcpy(slots->cloexec, old->cloexec, (size_t)old->size / 8);
    slots->older = old;
    atomic_store_explicit(&table->slots, slots, memory_order_release);
    return true;
}

struct fdtable *fdtable_copy(struct fdtable *old)
{
    struct fdtable *table = kzalloc(sizeof(*table));

    if (!table)
        return NULL;
    LOCK_SCOPE(&old->lock);
    struct fdslots *from = table_slots(old);
    struct fdslots *slots = slots_new(from->size);
    if (!slots) {
        kfree(table);
        return NULL;
    }
    for (int i = 0; i < from->size; i++) {
        struct file *file = atomic_load_explicit(&from->files[i], memory_order_relaxed);

        if (file)
            file_ref(file);
        atomic_store_explicit(&slots->files[i], file, memory_order_relaxed);
    }
    memcpy(slots->used, from->used, (size_t)from->size / 8);
    memcpy(slots->cloexec, from->cloexec, (size_t)from->size / 8);
    table->lowest = old->lowest;
    table->posix_locks = old->posix_locks;
    atomic_store(&table->slots, slots);
    atomic_store(&table->refs, 1);
    return table;
}

struct fdtable *fdtable_hold(struct fdtable *table)
{
    struct fdtable *hold = fdtable_copy(table);

    /* Letting go of it is not a close. */
    if (hold)
        hold->posix_locks = false;
    return hold;
}

static void table_free(struct fdtable *table)
{
    struct fdslots *slots = table_slots(table);

    while (slots) {
        struct fdslots *older = slots->older;

        kfree(slots);
        slots = older;
    }
    kfree(table);
}

/* POSIX: a close drops the process's locks on the file, whatever other descriptors remain. */
static void drop_posix_locks(struct fdtable *table, struct file *file)
{
    struct linux_flock lock = {.l_type = LINUX_F_UNLCK, .l_whence = LINUX_SEEK_SET};

    if (unlikely(table->posix_locks) && file->host_fd >= 0 &&
        (file->ops->kind == FILE_HOST || file->ops->kind == FILE_VFS))
        host_fcntl(file->host_fd, LINUX_F_SETLK, (unsigned long)(uintptr_t)&lock, NULL);
}

void fdtable_put(struct fdtable *table)
{
    if (atomic_fetch_sub_explicit(&table->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct fdslots *slots = table_slots(table);
    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
        struct file *file = atomic_load_explicit(&slots->files[fd], memory_order_relaxed);

        drop_posix_locks(table, file);
        file_put(file);
    }
    table_free(table);
}

void fdtable_abandon(struct fdtable *table)
{
    struct fdslots *slots = table_slots(table);

    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
        struct file *file = atomic_load_explicit(&slots->files[fd], memory_order_relaxed);

        if (atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) == 1)
            file_free(file, false);
    }
    table_free(table);
}

struct file *file_get(struct task *task, int fd)
{
    struct fdtable *table = task->files;

    for (;;) {
        struct fdslots *slots = atomic_load_explicit(&table->slots, memory_order_acquire);

        if ((unsigned)fd >= (unsigned)slots->size)
            return NULL;
        struct file *file = atomic_load_explicit(&slots->files[fd], memory_order_acquire);
        if (!file)
            return NULL;
        if (!file_ref_unless_free(file))
            continue;
        /* The reference is worth something only if the slot still holds the file. */
        slots = atomic_load_explicit(&table->slots, memory_order_acquire);
        if (likely(atomic_load_explicit(&slots->files[fd], memory_order_acquire) == file))
            return file;
        file_put(file);
    }
}

uint64_t fd_limit(struct task *task)
{
    return task->process->rlimits[LINUX_RLIMIT_NOFILE].rlim_cur;
}

/* The lowest free number >= lowest; may be one past the array. Called with the lock held. */
static int find_free(struct fdtable *table, int lowest)
{
    struct fdslots *slots = table_slots(table);
    int start = MAX(lowest, table->lowest);

    for (int word = start / 64; word < slots->size / 64; word++) {
        uint64_t free = ~slots->used[word];

        if (word == start / 64)
            free &= ~UINT64_C(0) << (start % 64);
        if (free)
            return word * 64 + __builtin_ctzll(free);
    }
    return MAX(start, slots->size);
}

static void slot_fill(struct fdtable *table, int fd, struct file *file, bool cloexec)
{
    struct fdslots *slots = table_slots(table);

    bit_set(slots->used, fd, true);
    bit_set(slots->cloexec, fd, cloexec);
    atomic_store_explicit(&slots->files[fd], file, memory_order_release);
}

/* Empties a slot; returns what was there with its reference, or NULL. Called with the lock held. */
static struct file *slot_empty(struct fdtable *table, int fd)
{
    struct fdslots *slots = table_slots(table);

    if (fd < 0 || fd >= slots->size || !bit_get(slots->used, fd))
        return NULL;
    struct file *file = atomic_load_explicit(&slots->files[fd], memory_order_relaxed);
    atomic_store_explicit(&slots->files[fd], NULL, memory_order_release);
    bit_set(slots->used, fd, false);
    bit_set(slots->cloexec, fd, false);
    table->lowest = MIN(table->lowest, fd);
    return file;
}

long fd_install(struct task *task, struct file *file, bool cloexec, int lowest)
{
    struct fdtable *table = task->files;
    uint64_t limit = fd_limit(task);
    long error = -LINUX_EMFILE;

    lock_acquire(&table->lock);
    int fd = find_free(table, lowest);
    if ((uint64_t)fd < limit) {
        if (likely(table_grow(table, fd))) {
            slot_fill(table, fd, file, cloexec);
            if (lowest <= table->lowest)
                table->lowest = fd + 1;
            lock_release(&table->lock);
            return fd;
        }
        error = -LINUX_ENOMEM;
    }
    lock_release(&table->lock);
    file_put(file);
    return error;
}

long fd_install_at(struct task *task, int fd, struct file *file, bool cloexec)
{
    struct fdtable *table = task->files;

    if (fd < 0 || (uint64_t)fd >= fd_limit(task)) {
        file_put(file);
        return -LINUX_EBADF;
    }
    lock_acquire(&table->lock);
    if (!table_grow(table, fd)) {
        lock_release(&table->lock);
        file_put(file);
        return -LINUX_ENOMEM;
    }
    struct file *old = slot_empty(table, fd);
    slot_fill(table, fd, file, cloexec);
    lock_release(&table->lock);
    if (old) {
        drop_posix_locks(table, old);
        file_put(old);
    }
    return fd;
}

long fd_close(struct task *task, int fd)
{
    struct fdtable *table = task->files;

    lock_acquire(&table->lock);
    struct file *file = slot_empty(table, fd);
    lock_release(&table->lock);
    if (!file)
        return -LINUX_EBADF;
    drop_posix_locks(table, file);
    file_put(file);
    return 0;
}

long fd_close_range(struct task *task, unsigned first, unsigned last, bool set_cloexec_only)
{
    struct fdtable *table = task->files;

    if (first > last)
        return -LINUX_EINVAL;
    if (first > INT32_MAX)
        return 0;
    for (int fd = fd_next(table, (int)first); fd >= 0 && (unsigned)fd <= last; fd = fd_next(table, fd + 1)) {
        if (set_cloexec_only)
            fd_set_cloexec(task, fd, true);
        else
            fd_close(task, fd);
    }
    return 0;
}

long fd_get_cloexec(struct task *task, int fd)
{
    struct fdtable *table = task->files;
    LOCK_SCOPE(&table->lock);
    struct fdslots *slots = table_slots(table);

    if (fd < 0 || fd >= slots->size || !bit_get(slots->used, fd))
        return -LINUX_EBADF;
    return bit_get(slots->cloexec, fd);
}

long fd_set_cloexec(struct task *task, int fd, bool on)
{
    struct fdtable *table = task->files;
    LOCK_SCOPE(&table->lock);
    struct fdslots *slots = table_slots(table);

    if (fd < 0 || fd >= slots->size || !bit_get(slots->used, fd))
        return -LINUX_EBADF;
    bit_set(slots->cloexec, fd, on);
    return 0;
}

int fd_next(struct fdtable *table, int fd)
{
    LOCK_SCOPE(&table->lock);
    struct fdslots *slots = table_slots(table);

    for (int word = fd / 64; fd >= 0 && word < slots->size / 64; word++) {
        uint64_t used = slots->used[word];

        if (word == fd / 64)
            used &= ~UINT64_C(0) << (fd % 64);
        if (used)
            return word * 64 + __builtin_ctzll(used);
    }
    return -1;
}

struct file *fd_peek(struct fdtable *table, int fd, bool *cloexec)
{
    struct fdslots *slots = table_slots(table);

    if (fd < 0 || fd >= slots->size || !bit_get(slots->used, fd))
        return NULL;
    if (cloexec)
        *cloexec = bit_get(slots->cloexec, fd);
    return atomic_load_explicit(&slots->files[fd], memory_order_relaxed);
}

void fdtable_close_on_exec(struct task *task)
{
    struct fdtable *table = task->files;
    bool cloexec;

    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1))
        if (fd_peek(table, fd, &cloexec) && cloexec)
            fd_close(task, fd);
}

void fdtable_inherit(struct fdtable *table, bool inherit)
{
    bool cloexec;

    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
        struct file *file = fd_peek(table, fd, &cloexec);

        if (file->host_fd >= 0 && (!inherit || !cloexec))
            host_fcntl(file->host_fd, LINUX_F_SETFD, inherit ? 0 : LINUX_FD_CLOEXEC, NULL);
    }
}

void fdtable_after_fork(struct task *task)
{
    struct fdtable *table = task->files;

    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
        struct file *file = fd_peek(table, fd, NULL);

        if (file->ops->after_fork)
            file->ops->after_fork(task, file);
    }
}
