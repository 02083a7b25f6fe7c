/* SPDX-License-Identifier: MIT */
/*
 * Copy-up: an object of the lower becomes one of the upper before it is changed.
 *
 * The copy is built in the work folder, complete with owner, mode, times, attributes and inode number, and
 * then renamed to its place without replacing anything: whoever comes second takes what the first has made. A
 * process that is killed meanwhile leaves a file in the work folder, which nobody looks at.
 */
#include "fs/overlay.h"
#include "host/io.h"

#define COPY_CHUNK (1 << 16)

long overlay_private(struct mount *mnt, const char *name)
{
    char path[64];
    long fd;

    fmt(path, sizeof path, name ? RESERVED_NAME "/%s" : RESERVED_NAME, name);
    for (int attempt = 0; attempt < 2; attempt++) {
        fd = host_openat(mnt->root_fd, path, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);
        if (fd != -LINUX_ENOENT)
            return fd;
        host_mkdirat(mnt->root_fd, RESERVED_NAME, 0700);
        host_mkdirat(mnt->root_fd, path, 0700);
    }
    return fd;
}

void overlay_temporary(char name[32])
{
    static _Atomic uint32_t count;
    struct linux_timespec now = {0};

    host_clock_gettime(LINUX_CLOCK_MONOTONIC, &now);
    fmt(name, 32, "%x.%x.%llx", (unsigned)host_gettid(),
        atomic_fetch_add_explicit(&count, 1, memory_order_relaxed), (unsigned long long)now.tv_nsec);
}

long overlay_mark(struct mount *mnt, int fd, uint32_t flags)
{
    struct linux_kstat host;
    struct meta meta;
    long r = host_fstat(fd, &host);

    if (r < 0)
        return r;
    meta_load(mnt, fd, &host, &meta);
    if ((meta.valid & flags) == flags)
        return 0;
    if (!meta.valid)
        meta = (struct meta){0};
    meta.valid |= flags;
    return meta_store(mnt, fd, &host, &meta, host.st_mode & 0777);
}

static long copy_by_hand(int in, int out, int64_t from, int64_t end)
{
    char *buf cleanup_free = kmalloc(COPY_CHUNK);
    long r = 0;

    if (!buf)
        return -LINUX_ENOMEM;
    while (from < end) {
        r = host_pread(in, buf, (size_t)MIN(end - from, (int64_t)COPY_CHUNK), from);
        if (r <= 0)
            return r;
        r = host_pwrite(out, buf, (size_t)r, from);
        if (r < 0)
            return r;
        from += r;
    }
    return 0;
}

static long copy_range(int in, int out, int64_t from, int64_t end)
{
    while (from < end) {
        int64_t in_at = from, out_at = from;
        long r = host_copy_file_range(in, &in_at, out, &out_at, (size_t)(end - from), 0);

        if (r < 0)
            return copy_by_hand(in, out, from, end);
        if (r == 0)
            return 0;
        from += r;
    }
    return 0;
}

/* Copies the content up to the limit; holes stay holes. */
static long copy_data(int in, int out, int64_t size, int64_t limit)
{
    int64_t end = MIN(size, limit), at = 0;
    long r;

    if (end == 0)
        return 0;
    if (end == size && host_ioctl(out, LINUX_FICLONE, (unsigned long)in, NULL) == 0)
        return 0;
    while (at < end) {
        int64_t data = host_lseek(in, at, LINUX_SEEK_DATA), hole;

        if (data == -LINUX_ENXIO)
            break;
        if (data < 0)
            data = at;
        hole = host_lseek(in, data, LINUX_SEEK_HOLE);
        if (hole < 0 || hole > end)
            hole = end;
        if (data < hole && (r = copy_range(in, out, data, hole)) < 0)
            return r;
        at = MAX(hole, data);
    }
    return host_ftruncate(out, end);
}

static long copy_xattrs(struct task *task, struct vfs_node *from, struct vfs_node *to)
{
    long n = lower_listxattr(task, from, NULL, 0), r = 0;
    char *list cleanup_free = NULL, *value cleanup_free = NULL;

    if (n <= 0)
        return 0;
    list = kmalloc((size_t)n);
    value = kmalloc(LINUX_XATTR_SIZE_MAX);
    if (!list || !value)
        return -LINUX_ENOMEM;
    n = lower_listxattr(task, from, list, (size_t)n);
    for (const char *name = list; r >= 0 && name < list + n; name += strlen(name) + 1) {
        r = lower_getxattr(task, from, name, value, LINUX_XATTR_SIZE_MAX);
        if (r >= 0)
            r = folder_setxattr(task, to, name, value, (size_t)r, 0);
        if (r == -LINUX_EOPNOTSUPP)
            r = 0; /* the upper's file system has none */
    }
    return r;
}

/* Owner, mode, inode number, attributes and times of the copy; in this order, as each changes what follows.
 */
static long give_all(struct task *task, struct vfs_node *node, struct vfs_node *copy)
{
    const struct linux_kstat *st = &node->st;
    const struct linux_timespec times[2] = {{st->st_atime_sec, st->st_atime_nsec},
                                            {st->st_mtime_sec, st->st_mtime_nsec}};
    struct meta meta = {
        .valid = META_INO, .ino = st->st_ino, .mode = st->st_mode, .uid = st->st_uid, .gid = st->st_gid};
    struct vfs_attr attr = {.valid = ATTR_TIMES, .times = {times[0], times[1]}};
    struct linux_kstat host;
    uint32_t host_mode;
    bool rest;
    long r = host_fstat(copy->fd, &host);

    if (r < 0)
        return r;
    copy->mnt = node->mnt;
    copy->host_mode = host.st_mode;
    copy->in_lower = false;
    if (!vfs_is(node, LINUX_S_IFLNK) && (r = copy_xattrs(task, node, copy)) < 0)
        return r;
    host_mode = meta_host_mode(node->mnt, st->st_mode, &rest);
    if (vfs_is(node, LINUX_S_IFCHR) || vfs_is(node, LINUX_S_IFBLK)) {
        meta.valid |= META_RDEV | META_MODE;
        meta.rdev = st->st_rdev;
    }
    meta.valid |= (rest ? META_MODE : 0u) | (st->st_uid ? META_UID : 0u) | (st->st_gid ? META_GID : 0u);
    r = meta_store(node->mnt, copy->fd, &host, &meta, host_mode);
    return r < 0 ? r : folder_setattr(task, copy, &attr);
}

/* Makes the bare object `name` in the work folder. */
static long build(struct vfs_node *node, int work, const char *name, int64_t limit)
{
    char *target cleanup_free = NULL;
    int in cleanup_fd = -1, out cleanup_fd = -1;
    long r;

    switch (node->st.st_mode & LINUX_S_IFMT) {
    case LINUX_S_IFDIR:
        return host_mkdirat(work, name, 0700);
    case LINUX_S_IFLNK:
        target = kmalloc(VFS_PATH_MAX);
        if (!target)
            return -LINUX_ENOMEM;
        r = lower_readlink(node, target, VFS_PATH_MAX - 1);
        if (r < 0)
            return r;
        target[r] = '\0';
        return host_symlinkat(target, work, name);
    case LINUX_S_IFREG:
        r = in = (int)lower_open(node, LINUX_O_RDONLY, NULL);
        if (r >= 0)
            r = out = (int)host_openat(work, name, LINUX_O_RDWR | LINUX_O_CREAT | LINUX_O_EXCL, 0600, NULL);
        return r < 0 ? r : copy_data(in, out, (int64_t)node->st.st_size, limit);
    case LINUX_S_IFIFO:
        return host_mknodat(work, name, LINUX_S_IFIFO | 0600, 0);
    default:
        return host_mknodat(work, name, LINUX_S_IFSOCK | 0600, 0);
    }
}

static void remove_built(int work, const char *name)
{
    if (host_unlinkat(work, name, 0) == -LINUX_EISDIR)
        host_unlinkat(work, name, LINUX_AT_REMOVEDIR);
}

/* Puts the finished object into its folder, whose times stay. */
static long publish(struct vfs_node *dir, const char *name, int work, const char *as)
{
    struct vfs_attr attr = {.valid = ATTR_TIMES};
    struct linux_kstat st;
    char path[HOST_FD_PATH_SIZE];
    long r = host_fstat(dir->fd, &st);

    if (r < 0)
        return r;
    overlay_will_have(overlay_of(dir), dir->id, name, false);
    r = host_renameat2(work, as, dir->fd, name, LINUX_RENAME_NOREPLACE);
    if (r < 0)
        return r;
    attr.times[0] = (struct linux_timespec){st.st_atime_sec, st.st_atime_nsec};
    attr.times[1] = (struct linux_timespec){st.st_mtime_sec, st.st_mtime_nsec};
    host_fd_path(dir->fd, path);
    host_utimensat(LINUX_AT_FDCWD, path, attr.times, 0);
    return 0;
}

/* The node becomes the copy, or what somebody else has put there first. */
static long adopt(struct vfs_node *dir, const char *name, struct vfs_node *node)
{
    struct vfs_node *now = kmalloc(sizeof *now);
    long r;

    if (!now)
        return -LINUX_ENOMEM;
    vfs_node_init(now);
    r = overlay_lookup_in(dir, name, now);
    if (r == 0 && now->in_lower)
        r = -LINUX_ESTALE;
    if (r == 0)
        overlay_replace(node, now);
    vfs_node_put(now);
    kfree(now);
    return r;
}

long overlay_copy_child(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                        int64_t limit)
{
    struct vfs_node *copy cleanup_free = kmalloc(sizeof *copy);
    int work cleanup_fd = -1;
    char temporary[32];
    uint32_t links;
    long r;

    if (!copy)
        return -LINUX_ENOMEM;
    if (!node->st_known && (r = lower_stat(node)) < 0)
        return r;
    r = overlay_private(node->mnt, "work");
    if (r < 0)
        return r;
    work = (int)r;
    overlay_temporary(temporary);
    links = vfs_is(node, LINUX_S_IFREG) ? overlay_link_lower(node) : 1;
    r = build(node, work, temporary, limit);
    if (r == 0) {
        vfs_node_init(copy);
        r = host_openat(work, temporary, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
        copy->fd = (int)r;
        if (r >= 0)
            r = give_all(task, node, copy);
        if (r == 0)
            r = links > 1 ? overlay_link_publish(node, work, temporary, links)
                          : publish(dir, name, work, temporary);
        vfs_node_put(copy);
    }
    if (r < 0)
        remove_built(work, temporary);
    if (r < 0 && r != -LINUX_EEXIST)
        return r;
    overlay_changed(overlay_of(node));
    return adopt(dir, name, node);
}

/* Copies the folders on the way up, and the object, and takes the result over. */
static long copy_by_path(struct task *task, struct vfs_node *node, int64_t limit)
{
    struct mount *mnt = node->mnt;
    char *path cleanup_free = kstrdup(node->path + mnt->point_len), *last;
    struct vfs_node *dir = kmalloc(2 * sizeof *dir), *child = dir + 1;
    long r = -LINUX_ENOMEM;

    if (!path || !dir)
        goto out;
    vfs_node_init(dir);
    vfs_node_init(child);
    last = strrchr(path, '/');
    if (last) {
        *last++ = '\0';
        r = overlay_resolve(task, mnt, path, true, dir);
        if (r == 0)
            r = overlay_lookup_in(dir, last, child);
        if (r == 0 && child->st.st_ino != node->st.st_ino)
            r = -LINUX_ESTALE;
        if (r == 0 && child->in_lower)
            r = overlay_copy_child(task, dir, last, child, limit);
        if (r == 0)
            overlay_replace(node, child);
    } else {
        r = -LINUX_ESTALE;
    }
    vfs_node_put(child);
    vfs_node_put(dir);
out:
    kfree(dir);
    return r;
}

long overlay_copy_up(struct task *task, struct vfs_node *node, int64_t limit)
{
    long r = overlay_refresh(task, node);

    if (r < 0 || !node->in_lower)
        return r;
    if (!node->st_known && (r = lower_stat(node)) < 0)
        return r;
    return copy_by_path(task, node, limit);
}
