/* SPDX-License-Identifier: MIT */
/* Open files of our file systems: what their descriptors tell and do beyond the host's. */
#include "fs/overlay.h"

/* The path from the root of the mount table. */
static long full_path(struct task *task, struct file *file, char *buf)
{
    struct vfs_file *data = file->data;

    if (data->in_lower && data->mnt->ops == &overlay_ops) {
        CLEANUP_NODE(node);
        long r = vfs_node_of_file(task, file, &node);

        /* Wherever it has been moved; what has gone is still called as it was. */
        if (r == 0)
            r = overlay_refresh(task, &node);
        if (r < 0 && r != -LINUX_ENOENT)
            return r;
        return node.in_lower ? (long)str_copy(buf, node.path, VFS_PATH_MAX)
                             : vfs_host_path(node.mnt, node.fd, -1, node.path, buf, VFS_PATH_MAX);
    }
    return vfs_host_path(data->mnt, file->host_fd, data->lower_fd, data->path, buf, VFS_PATH_MAX);
}

long vfs_file_path(struct task *task, struct file *file, char *buf, size_t size)
{
    char *full cleanup_free = kmalloc(VFS_PATH_MAX);
    char *root cleanup_free = kmalloc(VFS_PATH_MAX);
    long len, root_len;

    if (!full || !root)
        return -LINUX_ENOMEM;
    len = full_path(task, file, full);
    root_len = vfs_root_path(task, root, VFS_PATH_MAX);
    if (len < 0 || root_len < 0)
        return len < 0 ? len : root_len;
    if (len < root_len || memcmp(full, root, (size_t)root_len) != 0 ||
        (full[root_len] && full[root_len] != '/'))
        root_len = 0;
    return fmt(buf, size, "%s", full[root_len] ? full + root_len : "/");
}

/* An open device is the host's, but what the guest sees of it is the node that it was opened by, while that
 * is there. */
static void stat_by_name(struct task *task, struct file *file, struct linux_kstat *st)
{
    char *path cleanup_free = kmalloc(VFS_PATH_MAX);
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path};
    CLEANUP_NODE(node);

    if (path && vfs_file_path(task, file, path, VFS_PATH_MAX) > 0 && vfs_walk(task, &rq, &node) == 0 &&
        vfs_getattr(task, &node) == 0 && vfs_is(&node, LINUX_S_IFCHR) && node.st.st_rdev == st->st_rdev)
        *st = node.st;
}

long vfs_file_fstat(struct task *task, struct file *file, struct linux_kstat *st)
{
    CLEANUP_NODE(node);
    long r;

    /* The host's files as they are: no need to ask the file system (host_mode 0: a virtual object). */
    if (vfs_file_is(file) && ((struct vfs_file *)file->data)->mnt->flags & MOUNT_IDENTITY &&
        file->host_fd >= 0 && ((struct vfs_file *)file->data)->host_mode)
        return host_fstat(file->host_fd, st);
    r = vfs_node_of_file(task, file, &node);
    if (r == 0)
        r = vfs_getattr(task, &node);
    if (r == 0)
        *st = node.st;
    if (r == 0 && vfs_is(&node, LINUX_S_IFCHR) && vfs_file_is(file) && !(node.mnt->flags & MOUNT_IDENTITY) &&
        (node.mnt->ops == &folder_ops || node.mnt->ops == &overlay_ops))
        stat_by_name(task, file, st);
    return r;
}

long vfs_file_statfs(struct task *task, struct file *file, struct linux_statfs *st)
{
    CLEANUP_NODE(node);
    long r = vfs_node_of_file(task, file, &node);

    memset(st, 0, sizeof *st);
    return r < 0 ? r : node.mnt->ops->statfs ? node.mnt->ops->statfs(task, &node, st) : 0;
}

static long file_ftruncate(struct task *task, struct file *file, int64_t size)
{
    CLEANUP_NODE(node);
    struct vfs_attr attr = {.valid = ATTR_SIZE, .size = size};
    long r;

    if ((file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY)
        return -LINUX_EINVAL;
    r = vfs_node_of_file(task, file, &node);
    return r < 0 ? r : vfs_setattr(task, &node, &attr);
}

/* What exec and SCM_RIGHTS carry of a file; its path follows. */
struct saved_file {
    int32_t mount, lower_fd;
    uint32_t in_lower, host_mode;
    uint64_t id;
    uint32_t path_len, pad;
};

long vfs_file_save(struct task *task, struct file *file, void *buf, size_t size)
{
    struct vfs_file *data = file->data;
    struct saved_file s = {
        .mount = -1,
        .lower_fd = data->lower_fd,
        .in_lower = data->in_lower,
        .host_mode = data->host_mode,
        .id = data->id,
        .path_len = data->path_len,
    };

    for (uint32_t i = 0; i < task->fs->mounts->count; i++)
        if (task->fs->mounts->mounts[i] == data->mnt)
            s.mount = (int32_t)i;
    if (size < sizeof s + data->path_len)
        return -LINUX_ENOSPC;
    if (s.lower_fd >= 0)
        host_fcntl(s.lower_fd, LINUX_F_SETFD, 0, NULL);
    memcpy(buf, &s, sizeof s);
    memcpy((char *)buf + sizeof s, data->path, data->path_len);
    return (long)(sizeof s + data->path_len);
}

void vfs_file_release(struct file *file)
{
    struct vfs_file *data = file->data;

    if (data->lower_fd >= 0)
        host_close(data->lower_fd);
    if (data->listing)
        listing_free(data->listing);
    kfree(data);
}

static long path_only(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    (void)task, (void)file, (void)buf, (void)n;
    return -LINUX_EBADF;
}

static const struct file_ops vfs_file_ops = {
    .kind = FILE_VFS,
    .getdents = file_getdents,
    .lseek = file_lseek,
    .fstat = vfs_file_fstat,
    .statfs = vfs_file_statfs,
    .path = vfs_file_path,
    .ftruncate = file_ftruncate,
    .save = vfs_file_save,
    .release = vfs_file_release,
};

/* Writing takes set-ID bits away; they are metadata, so the host does not. */
static void lose_set_id(struct task *task, struct file *file)
{
    struct vfs_attr attr = {.valid = ATTR_CHOWN};
    CLEANUP_NODE(node);

    if (!task_has_cap(task, LINUX_CAP_FSETID) && vfs_node_of_file(task, file, &node) == 0)
        vfs_setattr(task, &node, &attr);
}

static long set_id_write(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    void *from = user_range(task, buf, n);

    if (!from)
        return -LINUX_EFAULT;
    if (n)
        lose_set_id(task, file);
    return host_write(file->host_fd, from, n, task_stop(task));
}

static long set_id_pwrite(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    void *from = user_range(task, buf, n);

    if (!from)
        return -LINUX_EFAULT;
    if (n)
        lose_set_id(task, file);
    return host_pwrite(file->host_fd, from, n, offset);
}

/* A file that had set-ID bits when it was opened for writing. */
static const struct file_ops vfs_set_id_ops = {
    .kind = FILE_VFS,
    .write = set_id_write,
    .pwrite = set_id_pwrite,
    .getdents = file_getdents,
    .lseek = file_lseek,
    .fstat = vfs_file_fstat,
    .statfs = vfs_file_statfs,
    .path = vfs_file_path,
    .ftruncate = file_ftruncate,
    .save = vfs_file_save,
    .release = vfs_file_release,
};

static long path_ioctl(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    (void)task, (void)file, (void)request, (void)arg;
    return -LINUX_EBADF;
}

static long path_ftruncate(struct task *task, struct file *file, int64_t size)
{
    (void)task, (void)file, (void)size;
    return -LINUX_EBADF;
}

static const struct file_ops vfs_path_ops = {
    .kind = FILE_PATH,
    .read = path_only,
    .write = path_only,
    .getdents = path_only,
    .ioctl = path_ioctl,
    .fstat = vfs_file_fstat,
    .statfs = vfs_file_statfs,
    .path = vfs_file_path,
    .ftruncate = path_ftruncate,
    .save = vfs_file_save,
    .release = vfs_file_release,
};

bool vfs_file_is(const struct file *file)
{
    return file->ops->release == vfs_file_release;
}

static long file_make(struct vfs_file *data, int fd, unsigned flags, const struct file_ops *ops,
                      struct file **out)
{
    *out = file_new(flags & LINUX_O_PATH ? &vfs_path_ops : ops, fd, flags, data);
    return *out ? 0 : -LINUX_ENOMEM;
}

static bool has_set_id(const struct vfs_node *node)
{
    return !(node->mnt->flags & MOUNT_IDENTITY) && node->st_known && vfs_is(node, LINUX_S_IFREG) &&
           node->st.st_mode & (LINUX_S_ISUID | LINUX_S_ISGID);
}

long vfs_file_new(struct vfs_node *node, int fd, unsigned flags, struct file **out)
{
    bool loses = has_set_id(node) && (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;

    return vfs_file_new_ops(node, fd, flags, loses ? &vfs_set_id_ops : &vfs_file_ops, out);
}

long vfs_file_new_ops(struct vfs_node *node, int fd, unsigned flags, const struct file_ops *ops,
                      struct file **out)
{
    struct vfs_file *data = kzalloc(sizeof *data + node->path_len + 1);
    long r;

    if (!data) {
        host_close(fd);
        return -LINUX_ENOMEM;
    }
    data->mnt = node->mnt;
    data->lower_fd = node->lower_fd >= 0 ? (int)host_dup(node->lower_fd, 0) : -1;
    data->in_lower = node->in_lower;
    data->host_mode = node->host_mode;
    data->id = node->id;
    data->seen = node->seen;
    data->priv = node->priv;
    data->path_len = node->path_len;
    memcpy(data->path, node->path, node->path_len);
    r = file_make(data, fd, flags, ops, out);
    if (r < 0) {
        if (data->lower_fd >= 0)
            host_close(data->lower_fd);
        kfree(data);
        host_close(fd);
    }
    return r;
}

struct file *vfs_file_load_ops(struct task *task, int host_fd, uint32_t flags, const void *buf, size_t size,
                               const struct file_ops *ops)
{
    struct mount_table *mounts = task->fs->mounts;
    struct vfs_file *data;
    struct file *file;
    struct saved_file s;

    if (size < sizeof s)
        return NULL;
    memcpy(&s, buf, sizeof s);
    if (s.path_len >= VFS_PATH_MAX || size - sizeof s < s.path_len || s.mount >= (int32_t)mounts->count)
        return NULL;
    data = kzalloc(sizeof *data + s.path_len + 1);
    if (!data)
        return NULL;
    data->mnt = s.mount >= 0 ? mounts->mounts[s.mount] : &vfs_anonymous;
    data->lower_fd = s.lower_fd;
    data->in_lower = s.in_lower;
    data->host_mode = s.host_mode;
    data->id = s.id;
    data->path_len = s.path_len;
    memcpy(data->path, (const char *)buf + sizeof s, s.path_len);
    if (s.lower_fd >= 0)
        host_fcntl(s.lower_fd, LINUX_F_SETFD, LINUX_FD_CLOEXEC, NULL);
    return file_make(data, host_fd, flags, ops, &file) < 0 ? NULL : file;
}

struct file *file_vfs_load(struct task *task, int host_fd, uint32_t flags, const void *buf, size_t size)
{
    return vfs_file_load_ops(task, host_fd, flags & ~(uint32_t)LINUX_O_PATH, buf, size, &vfs_file_ops);
}

struct file *file_path_load(struct task *task, int host_fd, uint32_t flags, const void *buf, size_t size)
{
    return vfs_file_load_ops(task, host_fd, flags | LINUX_O_PATH, buf, size, &vfs_file_ops);
}

long vfs_path_of_file(struct task *task, struct file *file, char *buf, size_t size)
{
    char link[HOST_FD_PATH_SIZE];
    long n;

    if (file->ops->path)
        return file->ops->path(task, file, buf, size);
    /* Pipes, sockets and their like: the host's name says it all ("pipe:[123]"); real paths are the host's
     * own business. */
    host_fd_path(file->host_fd, link);
    n = host_readlinkat(LINUX_AT_FDCWD, link, buf, size - 1);
    if (n >= 0)
        buf[n] = '\0';
    return n;
}
