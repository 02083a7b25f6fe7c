/* SPDX-License-Identifier: MIT */
/*
 * A host folder with metadata: looking, opening, attributes. Names are changed in folder_names.c.
 *
 * Descriptors in nodes are O_PATH, so that closing them drops no POSIX locks of the guest; calls that want a
 * real descriptor go by host_fd_path.
 */
#include "fs/folder.h"

bool folder_hides(const struct vfs_node *dir, const char *name)
{
    return name[0] == '.' && !(dir->mnt->flags & MOUNT_IDENTITY) && dir->path_len == dir->mnt->point_len &&
           strcmp(name, RESERVED_NAME) == 0;
}

static void own_dev(struct vfs_node *node)
{
    if (node->mnt->flags & MOUNT_OWN_DEV)
        node->st.st_dev = node->mnt->dev;
}

long folder_stat(struct vfs_node *node)
{
    long r = host_fstat(node->fd, &node->st);

    if (r < 0)
        return r;
    node->host_mode = node->st.st_mode;
    meta_apply(node->mnt, node->fd, &node->st, false);
    own_dev(node);
    node->st_known = true;
    return 0;
}

static long folder_root(struct task *task, struct mount *mnt, struct vfs_node *root)
{
    (void)task;
    root->fd = mnt->root_fd;
    root->borrowed = true;
    return folder_stat(root);
}

long folder_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    long r;

    (void)task;
    if (folder_hides(dir, name))
        return -LINUX_ENOENT;
    r = host_openat(dir->fd, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    if (r < 0)
        return r;
    out->fd = (int)r;
    return folder_stat(out);
}

long folder_lookup_path(struct task *task, struct vfs_node *dir, const char *path, unsigned flags,
                        struct vfs_node *out)
{
    const uint64_t resolve = LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS;
    bool open = !(flags & LINUX_O_PATH);
    long r;

    if (path[0] == '.' && dir->path_len == dir->mnt->point_len)
        return -LINUX_ELOOP;
    r = host_openat2_stop(dir->fd, path, flags, 0, resolve, open ? task_stop(task) : NULL);
    /* A signal interrupts the opening of some kinds of files only: the long way knows which this is. */
    if (open && (r == -LINUX_EACCES || r == -LINUX_ENXIO || r == -LINUX_ENODEV || r == -LINUX_EPERM ||
                 r == -LINUX_EINTR))
        return -LINUX_ELOOP;
    /* A link to a folder, too, is no folder to the host. */
    if (r == -LINUX_ENOTDIR && (flags & LINUX_O_DIRECTORY))
        return -LINUX_ELOOP;
    if (r < 0)
        return r;
    out->fd = (int)r;
    r = folder_stat(out);
    if (r < 0 || !open)
        return r;
    out->opened = true;
    if ((!vfs_is(out, LINUX_S_IFCHR) && !vfs_is(out, LINUX_S_IFBLK)) || (out->mnt->flags & MOUNT_IDENTITY))
        return 0;
    /* Devices take the long way, which knows which are safe. Nothing else may: opening a pipe twice is seen
     * by its other end. */
    vfs_node_put(out);
    out->opened = false;
    return -LINUX_ELOOP;
}

long folder_getattr(struct task *task, struct vfs_node *node)
{
    long r = 0;

    (void)task;
    if (!node->st_known)
        r = folder_stat(node);
    if (r == 0 && vfs_is(node, LINUX_S_IFLNK) && !(node->mnt->flags & MOUNT_IDENTITY)) {
        r = host_fstat(node->fd, &node->st);
        if (r == 0)
            meta_apply(node->mnt, node->fd, &node->st, true);
        own_dev(node);
    }
    return r;
}

long folder_birthtime(struct task *task, struct vfs_node *node)
{
    struct linux_statx st;
    long r =
        host_statx(node->fd, "", LINUX_AT_EMPTY_PATH | LINUX_AT_SYMLINK_NOFOLLOW, LINUX_STATX_BTIME, &st);

    (void)task;
    if (r < 0 || !(st.stx_mask & LINUX_STATX_BTIME))
        return -LINUX_EOPNOTSUPP;
    node->st.st_btime_sec = st.stx_btime.tv_sec;
    node->st.st_btime_nsec = st.stx_btime.tv_nsec;
    return 0;
}

long folder_readlink(struct task *task, struct vfs_node *node, char *buf, size_t size)
{
    (void)task;
    return host_readlinkat(node->fd, "", buf, size);
}

static long set_times(struct vfs_node *node, const struct linux_timespec times[2])
{
    char path[HOST_FD_PATH_SIZE];

    host_fd_path(node->fd, path);
    if ((node->host_mode & LINUX_S_IFMT) == LINUX_S_IFLNK)
        return host_utimensat(node->fd, "", times, LINUX_AT_EMPTY_PATH);
    return host_utimensat(LINUX_AT_FDCWD, path, times, 0);
}

static long set_size(struct vfs_node *node, int64_t size)
{
    char path[HOST_FD_PATH_SIZE];

    if (node->file && host_ftruncate(node->fd, size) == 0)
        return 0;
    host_fd_path(node->fd, path);
    return host_truncate(path, size);
}

static long setattr_identity(struct vfs_node *node, const struct vfs_attr *attr)
{
    char path[HOST_FD_PATH_SIZE];
    long r = 0;

    host_fd_path(node->fd, path);
    if (attr->valid & (ATTR_UID | ATTR_GID))
        r = host_fchownat(node->fd, "", attr->valid & ATTR_UID ? attr->uid : UINT32_MAX,
                          attr->valid & ATTR_GID ? attr->gid : UINT32_MAX,
                          LINUX_AT_EMPTY_PATH | LINUX_AT_SYMLINK_NOFOLLOW);
    if (r == 0 && attr->valid & ATTR_MODE)
        r = host_fchmodat(LINUX_AT_FDCWD, path, attr->mode);
    return r;
}

static long setattr_meta(struct vfs_node *node, const struct vfs_attr *attr)
{
    struct mount *mnt = node->mnt;
    struct linux_kstat host;
    struct meta meta;
    long r = host_fstat(node->fd, &host);
    uint32_t host_mode;

    if (r < 0)
        return r;
    host_mode = host.st_mode & 0777;
    meta_load(mnt, node->fd, &host, &meta);
    if (attr->valid & ATTR_MODE) {
        uint32_t type = meta.valid & META_RDEV ? meta.mode & LINUX_S_IFMT : host.st_mode & LINUX_S_IFMT;
        uint32_t mode = (attr->mode & 07777) | type;
        bool rest;

        host_mode = meta_host_mode(mnt, mode, &rest);

        if (rest || meta.valid & META_RDEV) {
            meta.valid |= META_MODE;
            meta.mode = mode;
        } else {
            meta.valid &= ~(uint32_t)META_MODE;
        }
    }
    if (attr->valid & ATTR_UID) {
        meta.valid |= META_UID;
        meta.uid = attr->uid;
    }
    if (attr->valid & ATTR_GID) {
        meta.valid |= META_GID;
        meta.gid = attr->gid;
    }
    if (meta.uid == 0 && host.st_uid == host_uid())
        meta.valid &= ~(uint32_t)META_UID;
    if (meta.gid == 0 && host.st_gid == host_gid())
        meta.valid &= ~(uint32_t)META_GID;
    return meta_store(mnt, node->fd, &host, &meta, host_mode);
}

long folder_setattr(struct task *task, struct vfs_node *node, const struct vfs_attr *attr)
{
    long r = 0;

    (void)task;
    if (attr->valid & ATTR_SIZE)
        r = set_size(node, attr->size);
    if (r == 0 && attr->valid & (ATTR_MODE | ATTR_UID | ATTR_GID))
        r = node->mnt->flags & MOUNT_IDENTITY ? setattr_identity(node, attr) : setattr_meta(node, attr);
    if (r == 0 && attr->valid & ATTR_TIMES)
        r = set_times(node, attr->times);
    node->st_known = false;
    return r;
}

/* A file that the host's mode keeps from its owner, which is us: the mode becomes metadata. */
static long unlock(struct vfs_node *node)
{
    struct linux_kstat host;
    struct meta meta;
    long r = host_fstat(node->fd, &host);
    uint32_t owner = (host.st_mode & LINUX_S_IFMT) == LINUX_S_IFDIR ? 0700 : 0600;

    if (r < 0)
        return r;
    if (host.st_uid != host_uid() || (host.st_mode & owner) == owner ||
        node->mnt->flags & (MOUNT_IDENTITY | MOUNT_RDONLY))
        return -LINUX_EACCES;
    meta_load(node->mnt, node->fd, &host, &meta);
    if (!(meta.valid & META_MODE)) {
        meta.valid |= META_MODE;
        meta.mode = host.st_mode;
    }
    return meta_store(node->mnt, node->fd, &host, &meta, (host.st_mode & 0777) | owner);
}

static long open_here(struct task *task, struct vfs_node *node, unsigned flags)
{
    unsigned host_flags = flags & ~(unsigned)(LINUX_O_NOFOLLOW | LINUX_O_CREAT | LINUX_O_EXCL);
    host_stop stop = vfs_is(node, LINUX_S_IFREG) || vfs_is(node, LINUX_S_IFDIR) ? NULL : task_stop(task);
    long r = host_reopen(node->fd, (int)host_flags, stop);

    if (r == -LINUX_EACCES && unlock(node) == 0)
        r = host_reopen(node->fd, (int)host_flags, stop);
    return r;
}

long folder_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    bool identity = node->mnt->flags & MOUNT_IDENTITY;
    long fd;

    if (node->opened) {
        fd = node->fd;
        node->fd = -1;
    } else if (flags & LINUX_O_PATH) {
        if (node->borrowed && node->file && !(node->file->flags & LINUX_O_PATH))
            fd = host_reopen(node->fd, LINUX_O_PATH, NULL);
        else
            fd = host_dup(node->fd, 0);
    } else if ((vfs_is(node, LINUX_S_IFCHR) || vfs_is(node, LINUX_S_IFBLK)) && !identity) {
        return device_open(task, node, flags, out);
    } else if (vfs_is(node, LINUX_S_IFSOCK)) {
        return -LINUX_ENXIO;
    } else {
        fd = open_here(task, node, flags);
    }
    if (fd < 0)
        return fd;
    return vfs_file_new(node, (int)fd, flags, out);
}

long folder_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st)
{
    long r = host_fstatfs(node->fd, st);

    (void)task;
    if (r == 0 && strcmp(node->mnt->type, "tmpfs") == 0)
        st->f_type = LINUX_TMPFS_MAGIC;
    if (r == 0 && strcmp(node->mnt->type, "overlay") == 0)
        st->f_type = LINUX_OVERLAYFS_SUPER_MAGIC;
    return r;
}

const struct fs_ops folder_ops = {
    .name = "folder",
    .root = folder_root,
    .lookup = folder_lookup,
    .lookup_path = folder_lookup_path,
    .getattr = folder_getattr,
    .birthtime = folder_birthtime,
    .setattr = folder_setattr,
    .open = folder_open,
    .create = folder_create,
    .tmpfile = folder_tmpfile,
    .readlink = folder_readlink,
    .mkdir = folder_mkdir,
    .mknod = folder_mknod,
    .symlink = folder_symlink,
    .link = folder_link,
    .unlink = folder_unlink,
    .rename = folder_rename,
    .statfs = folder_statfs,
    .getxattr = folder_getxattr,
    .setxattr = folder_setxattr,
    .listxattr = folder_listxattr,
    .removexattr = folder_removexattr,
};
