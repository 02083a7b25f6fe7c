/* SPDX-License-Identifier: MIT */
/* Root, working folder and umask of a process, and how they survive exec. */
#include "fs/overlay.h"

struct vfs_dir *vfs_dir_new(struct vfs_node *node)
{
    struct vfs_dir *dir = kmalloc(sizeof *dir + node->path_len + 1);

    if (!dir)
        return NULL;
    *dir = (struct vfs_dir){
        .refs = 1,
        .mnt = node->mnt,
        .fd = node->fd,
        .lower_fd = node->lower_fd,
        .in_lower = node->in_lower,
        .id = node->id,
        .seen = node->seen,
        .priv = node->priv,
        .path_len = node->path_len,
    };
    memcpy(dir->path, node->path, node->path_len + 1);
    if (node->borrowed) {
        dir->fd = node->fd >= 0 ? (int)host_dup(node->fd, 0) : -1;
        dir->lower_fd = node->lower_fd >= 0 ? (int)host_dup(node->lower_fd, 0) : -1;
    } else {
        node->fd = node->lower_fd = -1;
    }
    return dir;
}

void vfs_dir_put(struct vfs_dir *dir)
{
    if (atomic_fetch_sub_explicit(&dir->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (dir->fd >= 0)
        host_close(dir->fd);
    if (dir->lower_fd >= 0)
        host_close(dir->lower_fd);
    kfree(dir);
}

struct vfs_dir *vfs_dir_get(struct fs_context *fs, struct vfs_dir *const *which)
{
    LOCK_SCOPE(&fs->lock);
    struct vfs_dir *dir = *which;

    atomic_fetch_add_explicit(&dir->refs, 1, memory_order_relaxed);
    return dir;
}

void vfs_node_of_dir(struct vfs_dir *dir, struct vfs_node *node)
{
    vfs_node_init(node);
    node->mnt = dir->mnt;
    node->fd = dir->fd;
    node->lower_fd = dir->lower_fd;
    node->in_lower = dir->in_lower;
    node->borrowed = true;
    node->id = dir->id;
    node->seen = dir->seen;
    node->priv = dir->priv;
    node->host_mode = dir->fd >= 0 || dir->in_lower ? LINUX_S_IFDIR : 0;
    node->st.st_mode = LINUX_S_IFDIR;
    node->path_len = dir->path_len;
    memcpy(node->path, dir->path, dir->path_len + 1);
}

/* A program on the host's own files starts in the host's working folder. */
static void adopt_cwd(struct fs_context *fs)
{
    CLEANUP_NODE(node);
    long fd = host_openat(LINUX_AT_FDCWD, ".", LINUX_O_PATH | LINUX_O_DIRECTORY, 0, NULL), n;

    if (fd < 0)
        return;
    node.fd = (int)fd;
    node.mnt = fs->root->mnt;
    n = vfs_host_path(node.mnt, node.fd, -1, "", node.path, VFS_PATH_MAX);
    if (n <= 0)
        return;
    node.path_len = (uint32_t)n;
    struct vfs_dir *dir = vfs_dir_new(&node);
    if (!dir)
        return;
    fs->cwd = dir;
    fs->root->refs--;
}

struct fs_context *fs_context_new(struct task *task, struct mount_table *mounts)
{
    struct fs_context *fs = kzalloc(sizeof *fs);
    CLEANUP_NODE(root);

    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->mounts = mounts;
    fs->umask = host_umask(0); /* the mask is ours from now on */
    root.mnt = mount_at(mounts, "", 0);
    if (!root.mnt || root.mnt->ops->root(task, root.mnt, &root) < 0 || !(fs->root = vfs_dir_new(&root))) {
        kfree(fs);
        return NULL;
    }
    fs->cwd = fs->root;
    fs->root->refs = 2;
    if (fs->root->mnt->flags & MOUNT_IDENTITY)
        adopt_cwd(fs);
    return fs;
}

struct fs_context *fs_context_copy(struct fs_context *old)
{
    struct fs_context *fs = kzalloc(sizeof *fs);

    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->umask = atomic_load_explicit(&old->umask, memory_order_relaxed);
    fs->mounts = old->mounts;
    atomic_fetch_add_explicit(&fs->mounts->refs, 1, memory_order_relaxed);
    fs->root = vfs_dir_get(old, &old->root);
    fs->cwd = vfs_dir_get(old, &old->cwd);
    return fs;
}

void fs_context_abandon(struct fs_context *fs)
{
    struct vfs_dir *dirs[2] = {fs->root, fs->cwd};

    if (atomic_fetch_sub_explicit(&fs->refs, 1, memory_order_acq_rel) != 1)
        return;
    atomic_fetch_sub_explicit(&fs->mounts->refs, 1, memory_order_relaxed);
    for (int i = 0; i < 2; i++)
        if (atomic_fetch_sub_explicit(&dirs[i]->refs, 1, memory_order_acq_rel) == 1)
            kfree(dirs[i]);
    kfree(fs);
}

/* The table itself lives as long as the process: files and nodes point into it. */
void fs_context_put(struct fs_context *fs)
{
    if (atomic_fetch_sub_explicit(&fs->refs, 1, memory_order_acq_rel) != 1)
        return;
    atomic_fetch_sub_explicit(&fs->mounts->refs, 1, memory_order_relaxed);
    vfs_dir_put(fs->root);
    vfs_dir_put(fs->cwd);
    kfree(fs);
}

void fs_context_fork_lock(struct fs_context *fs)
{
    overlay_fork_lock();
    lock_acquire(&fs->lock);
    lock_acquire(&fs->mounts->lock);
}

void fs_context_fork_unlock(struct fs_context *fs)
{
    lock_release(&fs->mounts->lock);
    lock_release(&fs->lock);
    overlay_fork_unlock();
}

static long context_set(struct fs_context *fs, struct vfs_dir **which, struct vfs_node *node)
{
    struct vfs_dir *old, *dir = vfs_dir_new(node);

    if (!dir)
        return -LINUX_ENOMEM;
    lock_acquire(&fs->lock);
    old = *which;
    *which = dir;
    lock_release(&fs->lock);
    vfs_dir_put(old);
    return 0;
}

long vfs_chdir(struct task *task, struct vfs_node *node)
{
    long r;

    if (!vfs_is(node, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    r = vfs_permission(task, node, MAY_EXEC);
    if (r < 0)
        return r;
    /* Ours alone counts; the host's follows for the sake of those who look from outside. */
    if (node->fd >= 0)
        host_fchdir(node->fd);
    return context_set(task->fs, &task->fs->cwd, node);
}

long vfs_chdir_path(struct task *task, const char *path)
{
    struct walk_request walk = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_FOLLOW | WALK_DIRECTORY};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &walk, &node);

    return r < 0 ? r : vfs_chdir(task, &node);
}

long vfs_chroot(struct task *task, struct vfs_node *node)
{
    long r;

    if (!vfs_is(node, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    r = vfs_permission(task, node, MAY_EXEC);
    if (r < 0)
        return r;
    if (!task_has_cap(task, LINUX_CAP_SYS_CHROOT))
        return -LINUX_EPERM;
    return context_set(task->fs, &task->fs->root, node);
}

/* A folder of the overlay's lower: wherever it has been moved. */
static long lower_dir_path(struct vfs_dir *dir, char *buf, size_t size)
{
    CLEANUP_NODE(node);
    long r;

    vfs_node_of_dir(dir, &node);
    r = overlay_refresh(NULL, &node);
    if (r < 0)
        return r;
    if (!node.in_lower)
        return vfs_host_path(node.mnt, node.fd, -1, node.path, buf, size);
    str_copy(buf, node.path, size);
    return node.path_len;
}

static long dir_path(struct vfs_dir *dir, char *buf, size_t size)
{
    if (dir->in_lower && dir->mnt->ops == &overlay_ops)
        return lower_dir_path(dir, buf, size);
    if (dir->fd < 0) {
        str_copy(buf, dir->path, size);
        return dir->path_len;
    }
    return vfs_host_path(dir->mnt, dir->fd, dir->lower_fd, dir->path, buf, size);
}

long vfs_root_path(struct task *task, char *buf, size_t size)
{
    struct vfs_dir *root cleanup(vfs_dir_put_cleanup) = vfs_dir_get(task->fs, &task->fs->root);

    return root->path_len == 0 ? (buf[0] = '\0', 0) : dir_path(root, buf, size);
}

long vfs_cwd_path(struct task *task, char *buf, size_t size)
{
    static const char gone[] = " (deleted)";
    char *full cleanup_free = kmalloc(2 * VFS_PATH_MAX);
    char *root = full + VFS_PATH_MAX;
    struct vfs_dir *cwd cleanup(vfs_dir_put_cleanup) = vfs_dir_get(task->fs, &task->fs->cwd);
    struct linux_kstat st;
    long len, root_len;

    if (!full)
        return -LINUX_ENOMEM;
    len = dir_path(cwd, full, VFS_PATH_MAX);
    root_len = vfs_root_path(task, root, VFS_PATH_MAX);
    if (len < 0 || root_len < 0)
        return len < 0 ? len : root_len;
    if (len >= (long)sizeof gone - 1 && memcmp(full + len - (sizeof gone - 1), gone, sizeof gone) == 0 &&
        host_fstat(cwd->fd, &st) == 0 && st.st_nlink == 0)
        return -LINUX_ENOENT;
    if (len < root_len || memcmp(full, root, (size_t)root_len) != 0 ||
        (full[root_len] && full[root_len] != '/'))
        len = fmt(buf, size, "(unreachable)%s", full);
    else
        len = fmt(buf, size, "%s", full[root_len] ? full + root_len : "/");
    return (size_t)len < size ? len : -LINUX_ERANGE;
}

/* What exec carries: two of these, root and cwd, each followed by its path. */
struct saved_dir {
    int32_t fd, lower_fd;
    int32_t mount;
    uint32_t in_lower;
    uint64_t id;
    uint32_t path_len, umask;
};

static int mount_index(const struct mount_table *table, const struct mount *mnt)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->mounts[i] == mnt)
            return (int)i;
    return -1;
}

long fs_context_save(struct fs_context *fs, void *buf, size_t size, int *fds, int *nfds)
{
    struct vfs_dir *dirs[2] = {fs->root, fs->cwd};
    size_t used = 0;

    *nfds = 0;
    for (int i = 0; i < 2; i++) {
        struct vfs_dir *d = dirs[i];
        struct saved_dir s = {
            .fd = d->fd,
            .lower_fd = d->lower_fd,
            .mount = mount_index(fs->mounts, d->mnt),
            .in_lower = d->in_lower,
            .id = d->id,
            .path_len = d->path_len,
            .umask = atomic_load_explicit(&fs->umask, memory_order_relaxed),
        };

        if (size - used < sizeof s + d->path_len)
            return -LINUX_ENOSPC;
        memcpy((char *)buf + used, &s, sizeof s);
        memcpy((char *)buf + used + sizeof s, d->path, d->path_len);
        used += sizeof s + d->path_len;
        if (d->fd >= 0 && !(i == 1 && d == dirs[0]))
            fds[(*nfds)++] = d->fd;
        if (d->lower_fd >= 0 && !(i == 1 && d == dirs[0]))
            fds[(*nfds)++] = d->lower_fd;
    }
    return (long)used;
}

struct fs_context *fs_context_load(struct task *task, struct mount_table *mounts, const void *buf,
                                   size_t size)
{
    struct fs_context *fs = kzalloc(sizeof *fs);
    struct vfs_dir *dirs[2];
    size_t used = 0;
    struct saved_dir s;

    (void)task;
    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->mounts = mounts;
    for (int i = 0; i < 2; i++) {
        if (size - used < sizeof s)
            return NULL;
        memcpy(&s, (const char *)buf + used, sizeof s);
        used += sizeof s;
        if (s.path_len >= VFS_PATH_MAX || size - used < s.path_len || s.mount < 0 ||
            (uint32_t)s.mount >= mounts->count)
            return NULL;
        dirs[i] = kzalloc(sizeof **dirs + s.path_len + 1);
        if (!dirs[i])
            return NULL;
        *dirs[i] = (struct vfs_dir){
            .refs = 1,
            .mnt = mounts->mounts[s.mount],
            .fd = s.fd,
            .lower_fd = s.lower_fd,
            .in_lower = s.in_lower,
            .id = s.id,
            .path_len = s.path_len,
        };
        memcpy(dirs[i]->path, (const char *)buf + used, s.path_len);
        used += s.path_len;
        if (s.fd >= 0)
            host_fcntl(s.fd, LINUX_F_SETFD, LINUX_FD_CLOEXEC, NULL);
        if (s.lower_fd >= 0)
            host_fcntl(s.lower_fd, LINUX_F_SETFD, LINUX_FD_CLOEXEC, NULL);
    }
    if (dirs[1]->fd == dirs[0]->fd && dirs[0]->fd >= 0) {
        kfree(dirs[1]);
        dirs[1] = dirs[0];
        dirs[0]->refs = 2;
    }
    fs->root = dirs[0];
    fs->cwd = dirs[1];
    fs->umask = s.umask;
    host_umask(0);
    return fs;
}
