/* SPDX-License-Identifier: MIT */
/*
 * Listings of the overlay's folders: upper and lower as one, each name once, without whiteouts and what is
 * ours.
 *
 * A listing is collected at the first read, and again after a rewind. An entry's place in it is its d_off,
 * and the offset of the host's descriptor, which the processes that share the open folder share, too; each
 * has a listing of its own, collected in the same order.
 */
#include "fs/overlay.h"

#define CHUNK 32768

struct entry {
    uint64_t ino;
    uint32_t name; /* in names */
    uint8_t type;
    bool hidden;
};

struct listing {
    struct entry *entries;
    char *names;
    uint32_t *table; /* hash table of entries: number + 1; 0: none */
    uint32_t count, room, table_size;
    size_t names_used, names_room;
};

void listing_free(struct listing *l)
{
    kfree(l->entries);
    kfree(l->names);
    kfree(l->table);
    kfree(l);
}

static uint32_t name_hash(const char *name)
{
    uint32_t h = 2166136261u;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 16777619u;
    return h;
}

static void table_put(struct listing *l, uint32_t number)
{
    uint32_t mask = l->table_size - 1, i = name_hash(l->names + l->entries[number].name) & mask;

    while (l->table[i])
        i = (i + 1) & mask;
    l->table[i] = number + 1;
}

static bool listing_has(const struct listing *l, const char *name)
{
    uint32_t mask = l->table_size - 1;

    if (!l->table_size)
        return false;
    for (uint32_t i = name_hash(name) & mask; l->table[i]; i = (i + 1) & mask)
        if (strcmp(l->names + l->entries[l->table[i] - 1].name, name) == 0)
            return true;
    return false;
}

static long grow(struct listing *l, size_t len)
{
    if (l->names_used + len > l->names_room) {
        size_t room = MAX(l->names_room * 2, l->names_used + len + 2048);
        char *names = krealloc(l->names, room);

        if (!names)
            return -LINUX_ENOMEM;
        l->names = names;
        l->names_room = room;
    }
    if (l->count == l->room) {
        uint32_t room = l->room ? l->room * 2 : 64, *table = kzalloc(4 * sizeof *table * room);
        struct entry *entries = table ? krealloc(l->entries, room * sizeof *entries) : NULL;

        if (!entries) {
            kfree(table);
            return -LINUX_ENOMEM;
        }
        kfree(l->table);
        l->entries = entries;
        l->table = table;
        l->table_size = 4 * room;
        l->room = room;
        for (uint32_t i = 0; i < l->count; i++)
            table_put(l, i);
    }
    return 0;
}

static long add(struct listing *l, const char *name, size_t len, uint64_t ino, uint8_t type, bool hidden)
{
    long r = grow(l, len + 1);

    if (r < 0)
        return r;
    memcpy(l->names + l->names_used, name, len);
    l->names[l->names_used + len] = '\0';
    l->entries[l->count] =
        (struct entry){.ino = ino, .name = (uint32_t)l->names_used, .type = type, .hidden = hidden};
    l->names_used += len + 1;
    table_put(l, l->count++);
    return 0;
}

/* The number of an object of the upper that may have been copied up; and whether it is a whiteout. */
static void look_closer(struct vfs_node *dir, const char *name, uint64_t *ino, bool *whiteout)
{
    int fd cleanup_fd = (int)host_openat(dir->fd, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    struct linux_kstat st;
    struct meta meta;

    if (fd < 0 || host_fstat(fd, &st) < 0)
        return;
    *whiteout = is_whiteout(&st);
    meta_load(dir->mnt, fd, &st, &meta);
    if (meta.valid & META_INO)
        *ino = meta.ino;
}

/* Reads a folder of the host to its end; close: there may be objects with foreign numbers. */
static long add_host(struct listing *l, struct vfs_node *dir, int fd, bool upper, bool close)
{
    char *buf cleanup_free = kmalloc(CHUNK);
    const bool root = dir->path_len == dir->mnt->point_len;
    long n, r = 0;

    if (!buf)
        return -LINUX_ENOMEM;
    while (r == 0 && (n = host_getdents(fd, buf, CHUNK)) != 0) {
        if (n < 0)
            return n;
        for (long at = 0; r == 0 && at < n;) {
            const struct linux_dirent64 *d = (const struct linux_dirent64 *)(const void *)(buf + at);
            bool dots = d->d_name[0] == '.' &&
                        (d->d_name[1] == '\0' || (d->d_name[1] == '.' && d->d_name[2] == '\0'));
            uint8_t type = d->d_type == LINUX_DT_SOCK ? LINUX_DT_UNKNOWN : d->d_type;
            uint64_t ino = d->d_ino;
            bool hidden = false;

            at += d->d_reclen;
            if (listing_has(l, d->d_name) || (root && strcmp(d->d_name, RESERVED_NAME) == 0))
                continue;
            if (dots)
                ino = dir->st.st_ino;
            else if (!upper)
                ino |= overlay_of(dir)->ino_bit;
            else if (close || type == LINUX_DT_UNKNOWN)
                look_closer(dir, d->d_name, &ino, &hidden);
            r = add(l, d->d_name, strlen(d->d_name), ino, type, hidden);
        }
    }
    return r;
}

static long add_index(struct listing *l, struct vfs_node *dir)
{
    const struct overlay *overlay = overlay_of(dir);
    const struct index_inode *folder = lower_inode(dir), *inode;
    const struct index_name *name;
    long r = 0;

    for (uint32_t i = 0; r == 0 && folder && (name = index_child(&overlay->index, folder, i)); i++) {
        const char *text = index_text(&overlay->index, name->name_at, name->name_size);

        inode = index_inode(&overlay->index, name->inode);
        if (inode && *text && !listing_has(l, text))
            r = add(l, text, strlen(text), inode->ino | overlay->ino_bit,
                    (uint8_t)((inode->mode & LINUX_S_IFMT) >> 12), false);
    }
    return r;
}

static bool is_impure(struct vfs_node *dir)
{
    struct linux_kstat st;
    struct meta meta = {0};

    if (overlay_has_lower(dir))
        return true;
    if (host_fstat(dir->fd, &st) == 0)
        meta_load(dir->mnt, dir->fd, &st, &meta);
    return meta.valid & META_IMPURE;
}

static long collect(struct task *task, struct vfs_node *dir, struct listing **out)
{
    struct listing *l = kzalloc(sizeof *l);
    long r = overlay_getattr(task, dir);

    if (!l)
        return -LINUX_ENOMEM;
    *out = l;
    if (r == 0)
        r = add(l, ".", 1, dir->st.st_ino, LINUX_DT_DIR, false);
    if (r == 0)
        r = add(l, "..", 2, dir->st.st_ino, LINUX_DT_DIR, false);
    if (r == 0 && !dir->in_lower) {
        int fd cleanup_fd = (int)host_reopen(dir->fd, LINUX_O_RDONLY | LINUX_O_DIRECTORY, NULL);

        r = fd < 0 ? fd : add_host(l, dir, fd, true, is_impure(dir));
    }
    if (r == 0 && overlay_of(dir)->indexed)
        return add_index(l, dir);
    if (r == 0 && overlay_has_lower(dir)) {
        int half = dir->in_lower ? dir->fd : dir->lower_fd;
        int fd cleanup_fd = (int)host_reopen(half, LINUX_O_RDONLY | LINUX_O_DIRECTORY, NULL);

        r = fd < 0 ? fd : add_host(l, dir, fd, false, false);
    }
    return r;
}

long overlay_is_empty(struct task *task, struct vfs_node *dir)
{
    struct listing *l = NULL;
    long r = overlay_refresh(task, dir);

    if (r == 0)
        r = collect(task, dir, &l);
    for (uint32_t i = 2; r == 0 && i < l->count; i++)
        if (!l->entries[i].hidden)
            r = -LINUX_ENOTEMPTY;
    if (l)
        listing_free(l);
    return r;
}

static long collect_file(struct task *task, struct file *file, struct vfs_file *data)
{
    CLEANUP_NODE(node);
    struct listing *l = NULL;
    long r = vfs_node_of_file(task, file, &node);

    if (r == 0 && !vfs_is(&node, LINUX_S_IFDIR))
        r = -LINUX_ENOTDIR;
    if (r == 0)
        r = overlay_refresh(task, &node);
    if (r == 0)
        r = collect(task, &node, &l);
    if (data->listing)
        listing_free(data->listing);
    data->listing = r == 0 ? l : NULL;
    if (r < 0 && l)
        listing_free(l);
    return r;
}

/* Writes entries from *at on; returns how many bytes, or -EINVAL when not even one fits. */
static long fill(const struct listing *l, uint32_t *at, char *buf, size_t size)
{
    size_t used = 0;

    for (; *at < l->count; ++*at) {
        const struct entry *e = l->entries + *at;
        const char *name = l->names + e->name;
        size_t len = strlen(name),
               record = ALIGN_UP(offsetof(struct linux_dirent64, d_name) + len + 1, (size_t)8);
        struct linux_dirent64 *d = (struct linux_dirent64 *)(void *)(buf + used);

        if (e->hidden)
            continue;
        if (used + record > size)
            return used ? (long)used : -LINUX_EINVAL;
        memset(d, 0, record);
        d->d_ino = e->ino;
        d->d_off = *at + 1;
        d->d_reclen = (uint16_t)record;
        d->d_type = e->type;
        memcpy(d->d_name, name, len + 1);
        used += record;
    }
    return (long)used;
}

long listing_getdents(struct task *task, struct file *file, uint64_t user, uint64_t n)
{
    struct vfs_file *data = file->data;
    size_t size = MIN(n, CHUNK);
    char *buf cleanup_free = kmalloc(size ? size : 1);
    long at, r = 0;
    uint32_t next;

    if (!buf)
        return -LINUX_ENOMEM;
    LOCK_SCOPE(&data->lock);
    at = host_lseek(file->host_fd, 0, LINUX_SEEK_CUR);
    if (at < 0)
        return at;
    if (at == 0 || !data->listing)
        r = collect_file(task, file, data);
    if (r < 0)
        return r;
    next = (uint32_t)MIN((uint64_t)at, (uint64_t)data->listing->count);
    r = fill(data->listing, &next, buf, size);
    if (r <= 0)
        return r;
    if (user_write(task, user, buf, (size_t)r) < 0)
        return -LINUX_EFAULT;
    at = host_lseek(file->host_fd, next, LINUX_SEEK_SET);
    return at < 0 ? at : r;
}

long listing_lseek(struct task *task, struct file *file, int64_t offset, int whence)
{
    (void)task;
    if (whence != LINUX_SEEK_SET && whence != LINUX_SEEK_CUR)
        return -LINUX_EINVAL;
    return host_lseek(file->host_fd, offset, whence);
}
