/* SPDX-License-Identifier: MIT */
/*
 * What the processes of a container share about its overlay: a count of changes, and the filter of names in
 * the upper.
 *
 * Both lie in the file .coracle/shared of the upper, which every process maps. The filter only ever gains
 * bits, which are set before a name is made: a bit too many costs one look at the upper, never truth. A
 * process that is killed at any moment leaves nothing wrong behind.
 */
#include "fs/overlay.h"
#include "host/io.h"

#define SHARED_MAGIC UINT64_C(0x31726168536c6f43)
#define FILTER_WORDS                                                                                         \
    16384u /* 64-bit words: a megabit, which a container seldom fills; when it is half full the filter is no \
              longer asked */
#define FILTER_BITS (FILTER_WORDS * 64)
#define SHARED_NAME RESERVED_NAME "/shared"

struct shared_head {
    uint64_t magic;
    _Atomic uint64_t changes;
    _Atomic uint64_t used; /* bits that are set; FILTER_BITS: the upper was not empty when the file was made,
                              so nothing is known */
    uint64_t started;      /* a container has run with it */
};

struct overlay_shared {
    struct shared_head head;
    _Atomic uint64_t filter[FILTER_WORDS];
};
#define SHARED_SIZE ALIGN_UP(sizeof(struct overlay_shared), (size_t)16384)

/* True when the root of the upper holds nothing but what is ours. */
static bool upper_is_new(struct mount *mnt)
{
    char buf[2048];
    long fd = host_openat(mnt->root_fd, ".", LINUX_O_RDONLY | LINUX_O_DIRECTORY, 0, NULL), n;
    bool found = false;

    if (fd < 0)
        return false;
    while (!found && (n = host_getdents((int)fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n && !found;) {
            const struct linux_dirent64 *d = (const struct linux_dirent64 *)(const void *)(buf + at);

            at += d->d_reclen;
            found = strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
                    strcmp(d->d_name, RESERVED_NAME) != 0;
        }
    host_close((int)fd);
    return !found;
}

/* The upper's root gets what the lower's root has. */
static void copy_root(struct mount *mnt)
{
    struct vfs_node *root = kmalloc(sizeof *root);
    struct linux_kstat host;
    struct meta meta;
    char path[HOST_FD_PATH_SIZE];
    uint32_t mode;
    bool rest;

    if (!root)
        return;
    vfs_node_init(root);
    root->mnt = mnt;
    root->fd = mnt->lower_fd;
    root->borrowed = root->in_lower = true;
    root->id = ((struct overlay *)mnt->data)->indexed;
    if (lower_stat(root) == 0 && host_fstat(mnt->root_fd, &host) == 0) {
        const struct linux_kstat *st = &root->st;
        const struct linux_timespec times[2] = {{st->st_atime_sec, st->st_atime_nsec},
                                                {st->st_mtime_sec, st->st_mtime_nsec}};

        mode = meta_host_mode(mnt, st->st_mode, &rest);
        meta = (struct meta){.mode = st->st_mode, .uid = st->st_uid, .gid = st->st_gid, .ino = st->st_ino};
        meta.valid = META_INO | META_UID | META_GID | (rest ? META_MODE : 0u);
        meta_store(mnt, mnt->root_fd, &host, &meta, mode);
        host_fd_path(mnt->root_fd, path);
        host_utimensat(LINUX_AT_FDCWD, path, times, 0);
    }
    kfree(root);
}

/* Makes the file under another name and renames it, so that nobody sees half of it. */
static long make_shared(struct mount *mnt)
{
    struct shared_head head = {.magic = SHARED_MAGIC, .changes = 1};
    char name[32];
    long fd, r, dir = overlay_private(mnt, NULL);

    if (dir < 0)
        return dir;
    overlay_temporary(name);
    fd = host_openat((int)dir, name, LINUX_O_RDWR | LINUX_O_CREAT | LINUX_O_EXCL, 0600, NULL);
    if (fd >= 0) {
        if (upper_is_new(mnt))
            copy_root(mnt);
        else
            head.used = FILTER_BITS;
        r = host_pwrite((int)fd, &head, sizeof head, 0);
        if (r >= 0)
            r = host_ftruncate((int)fd, SHARED_SIZE);
        if (r >= 0)
            r = host_renameat2((int)dir, name, (int)dir, "shared", LINUX_RENAME_NOREPLACE);
        if (r < 0)
            host_unlinkat((int)dir, name, 0);
        host_close((int)fd);
    }
    host_close((int)dir);
    return 0;
}

void *overlay_map(int fd, size_t size, int prot)
{
    void *place = kpages(size, host_page_size());
    long r;

    if (!place)
        return NULL;
    r = host_mmap(place, size, prot, LINUX_MAP_SHARED | LINUX_MAP_FIXED, fd, 0);
    if (!host_is_error(r))
        return place;
    kpages_free(place, size);
    return NULL;
}

void overlay_shared_open(struct mount *mnt)
{
    struct overlay *overlay = mnt->data;
    const int flags = LINUX_O_RDWR | LINUX_O_NOFOLLOW;
    long fd = host_openat(mnt->root_fd, SHARED_NAME, flags, 0, NULL);
    struct linux_kstat st;

    if (fd == -LINUX_ENOENT && make_shared(mnt) == 0)
        fd = host_openat(mnt->root_fd, SHARED_NAME, flags, 0, NULL);
    if (fd < 0)
        return;
    if (host_fstat((int)fd, &st) == 0 && st.st_size == SHARED_SIZE)
        overlay->shared = overlay_map((int)fd, SHARED_SIZE, LINUX_PROT_READ | LINUX_PROT_WRITE);
    if (overlay->shared && overlay->shared->head.magic != SHARED_MAGIC)
        overlay->shared = NULL;
    host_close((int)fd);
}

uint64_t overlay_changes(const struct overlay *overlay)
{
    return overlay->shared ? atomic_load_explicit(&overlay->shared->head.changes, memory_order_acquire) : 0;
}

void overlay_changed(struct overlay *overlay)
{
    if (overlay->shared)
        atomic_fetch_add_explicit(&overlay->shared->head.changes, 1, memory_order_release);
}

/* Each name has two bits, for two questions. */
static uint32_t bit_of(uint64_t id, const char *name, bool other)
{
    uint64_t h = (UINT64_C(0xcbf29ce484222325) ^ (id << 1 | other)) * UINT64_C(0x100000001b3);

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    return (uint32_t)h & (FILTER_BITS - 1);
}

static bool ask(const struct overlay *overlay, uint64_t id, const char *name, bool other)
{
    struct overlay_shared *shared = overlay->shared;
    uint32_t bit;

    if (!shared || !overlay->indexed ||
        atomic_load_explicit(&shared->head.used, memory_order_relaxed) >= FILTER_BITS / 2)
        return true;
    bit = bit_of(id, name, other);
    return atomic_load_explicit(&shared->filter[bit / 64], memory_order_acquire) >> bit % 64 & 1;
}

static void set(struct overlay_shared *shared, uint32_t bit)
{
    uint64_t mask = UINT64_C(1) << bit % 64;

    if (!(atomic_load_explicit(&shared->filter[bit / 64], memory_order_relaxed) & mask) &&
        !(atomic_fetch_or_explicit(&shared->filter[bit / 64], mask, memory_order_acq_rel) & mask))
        atomic_fetch_add_explicit(&shared->head.used, 1, memory_order_relaxed);
}

bool overlay_may_have(const struct overlay *overlay, uint64_t id, const char *name)
{
    return ask(overlay, id, name, false);
}

bool overlay_may_have_other(const struct overlay *overlay, uint64_t id, const char *name)
{
    return ask(overlay, id, name, true);
}

void overlay_will_have(struct overlay *overlay, uint64_t id, const char *name, bool other)
{
    if (!overlay->shared || !overlay->indexed)
        return;
    if (other)
        set(overlay->shared, bit_of(id, name, true));
    set(overlay->shared, bit_of(id, name, false));
}

bool overlay_filter_reset(struct overlay *overlay)
{
    struct overlay_shared *shared = overlay->shared;

    if (!shared)
        return false;
    if (!shared->head.started && atomic_load_explicit(&shared->head.used, memory_order_relaxed) == 0) {
        shared->head.started = 1;
        return false;
    }
    shared->head.started = 1;
    if (!overlay->indexed)
        return false;
    for (uint32_t i = 0; i < FILTER_WORDS; i++)
        atomic_store_explicit(&shared->filter[i], 0, memory_order_relaxed);
    atomic_store_explicit(&shared->head.used, 0, memory_order_release);
    return true;
}

void overlay_filter_give_up(struct overlay *overlay)
{
    atomic_store_explicit(&overlay->shared->head.used, FILTER_BITS, memory_order_release);
}

/* Threads of one process: the host's lock is the process's. */
static struct lock structure_lock;

void overlay_fork_lock(void)
{
    lock_acquire(&structure_lock);
}

void overlay_fork_unlock(void)
{
    lock_release(&structure_lock);
}

/*
 * A record lock: it is not inherited by a fork, and goes with the process that has it. -EDEADLK is a false
 * alarm, of guests' locks that have nothing to do with this one, whose holder never waits for any.
 */
int overlay_lock(struct mount *mnt)
{
    const struct linux_timespec pause = {.tv_nsec = 1000000};
    struct linux_flock lock = {.l_type = LINUX_F_WRLCK};
    _Atomic uint32_t word = 0;
    long fd, r;

    lock_acquire(&structure_lock);
    fd = host_openat(mnt->root_fd, SHARED_NAME, LINUX_O_RDWR | LINUX_O_NOFOLLOW, 0, NULL);
    if (fd < 0)
        return -1;
    do {
        r = host_fcntl((int)fd, LINUX_F_SETLKW, (unsigned long)(uintptr_t)&lock, NULL);
        if (r == -LINUX_EDEADLK)
            host_wait_word(&word, 0, &pause, NULL);
    } while (r == -LINUX_EINTR || r == -LINUX_EDEADLK);
    return (int)fd;
}

void overlay_unlock(int fd)
{
    if (fd >= 0)
        host_close(fd);
    lock_release(&structure_lock);
}
