/* SPDX-License-Identifier: MIT */
/* Changing names in a host folder: new objects with their owners and modes, links, removal, renaming. */
#include "fs/folder.h"

/* The metadata that a new object of the task in the folder needs; *mode gets the host's mode. */
static void meta_of_new(struct task *task, struct vfs_node *dir, uint32_t *mode, uint64_t rdev,
                        struct meta *meta)
{
    const struct cred *cred = task->cred;
    uint32_t wanted = *mode, type = wanted & LINUX_S_IFMT;
    bool rest;

    *meta = (struct meta){.uid = cred->fsuid, .gid = cred->fsgid, .rdev = rdev};
    if (!dir->st_known)
        vfs_getattr(task, dir);
    if (dir->st.st_mode & LINUX_S_ISGID) {
        meta->gid = dir->st.st_gid;
        if (type == LINUX_S_IFDIR)
            wanted |= LINUX_S_ISGID;
    }
    *mode = meta_host_mode(dir->mnt, wanted, &rest);
    if (dir->mnt->flags & MOUNT_IDENTITY)
        return;
    meta->mode = wanted;
    if (rest || rdev || type == LINUX_S_IFCHR || type == LINUX_S_IFBLK)
        meta->valid |= META_MODE;
    if (type == LINUX_S_IFCHR || type == LINUX_S_IFBLK)
        meta->valid |= META_RDEV;
    if (meta->uid)
        meta->valid |= META_UID;
    if (meta->gid)
        meta->valid |= META_GID;
}

static long meta_give(struct mount *mnt, int fd, const struct meta *meta)
{
    struct linux_kstat host;
    long r;

    if (!meta->valid)
        return 0;
    r = host_fstat(fd, &host);
    return r < 0 ? r : meta_store(mnt, fd, &host, meta, host.st_mode & 0777);
}

/* The same for an object that has just got a name; takes it away again when that fails. */
static long meta_give_name(struct vfs_node *dir, const char *name, const struct meta *meta, int unlink_flags)
{
    int fd cleanup_fd = -1;
    long r;

    if (!meta->valid)
        return 0;
    r = host_openat(dir->fd, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    if (r < 0)
        return r;
    fd = (int)r;
    r = meta_give(dir->mnt, fd, meta);
    if (r < 0)
        host_unlinkat(dir->fd, name, unlink_flags);
    return r;
}

long folder_create_as(struct task *task, struct vfs_node *dir, const char *name, int at, const char *as,
                      unsigned flags, uint32_t mode, struct file **out)
{
    CLEANUP_NODE(node);
    struct meta meta;
    int fd cleanup_fd = -1;
    long r;

    mode = (mode & 07777) | LINUX_S_IFREG;
    meta_of_new(task, dir, &mode, 0, &meta);
    r = host_openat(at, as, (int)(flags | LINUX_O_NOFOLLOW), mode, NULL);
    if (r < 0)
        return r;
    fd = (int)r;
    r = meta_give(dir->mnt, fd, &meta);
    if (r < 0) {
        if (!(flags & LINUX_O_TMPFILE & ~LINUX_O_DIRECTORY))
            host_unlinkat(at, as, 0);
        return r;
    }
    node.mnt = dir->mnt;
    node.host_mode = LINUX_S_IFREG;
    memcpy(node.path, dir->path, dir->path_len + 1);
    node.path_len = dir->path_len;
    if (!(flags & LINUX_O_TMPFILE & ~LINUX_O_DIRECTORY) &&
        (r = vfs_path_append(&node, name, strlen(name))) < 0)
        return r;
    r = vfs_file_new(&node, fd, flags, out);
    fd = -1;
    return r;
}

long folder_create(struct task *task, struct vfs_node *dir, const char *name, unsigned flags, uint32_t mode,
                   struct file **out)
{
    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    return folder_create_as(task, dir, name, dir->fd, name, flags | LINUX_O_CREAT | LINUX_O_EXCL, mode, out);
}

long folder_tmpfile(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode, struct file **out)
{
    return folder_create_as(task, dir, ".", dir->fd, ".", flags, mode, out);
}

long folder_mkdir(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode)
{
    struct meta meta;
    long r;

    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    mode = (mode & 01777) | LINUX_S_IFDIR;
    meta_of_new(task, dir, &mode, 0, &meta);
    r = host_mkdirat(dir->fd, name, mode);
    return r < 0 ? r : meta_give_name(dir, name, &meta, LINUX_AT_REMOVEDIR);
}

long folder_mknod(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode, uint64_t rdev)
{
    uint32_t type = mode & LINUX_S_IFMT;
    struct meta meta;
    long r;

    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    if (type != LINUX_S_IFCHR && type != LINUX_S_IFBLK)
        rdev = 0;
    meta_of_new(task, dir, &mode, rdev, &meta);
    /* Nobody special can make a device on the host; a socket, which nothing can open, stands in for it. */
    if (meta.valid & META_RDEV)
        type = LINUX_S_IFSOCK;
    r = host_mknodat(dir->fd, name, type | mode, rdev);
    return r < 0 ? r : meta_give_name(dir, name, &meta, 0);
}

long folder_symlink(struct task *task, struct vfs_node *dir, const char *name, const char *target)
{
    uint32_t mode = LINUX_S_IFLNK | 0777;
    struct meta meta;
    long r;

    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    meta_of_new(task, dir, &mode, 0, &meta);
    r = host_symlinkat(target, dir->fd, name);
    return r < 0 ? r : meta_give_name(dir, name, &meta, 0);
}

long folder_link(struct task *task, struct vfs_node *node, struct vfs_node *dir, const char *name)
{
    char path[HOST_FD_PATH_SIZE];

    (void)task;
    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    host_fd_path(node->fd, path);
    return host_linkat(LINUX_AT_FDCWD, path, dir->fd, name, LINUX_AT_SYMLINK_FOLLOW);
}

long folder_unlink(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                   int flags)
{
    struct linux_kstat host;

    (void)task;
    if (!(dir->mnt->flags & MOUNT_IDENTITY) &&
        ((node->host_mode & LINUX_S_IFMT) == LINUX_S_IFLNK || node->host_mode & META_MARK) &&
        node->st.st_nlink <= 1 && host_fstat(node->fd, &host) == 0)
        meta_forget(dir->mnt, node->fd, &host);
    return host_unlinkat(dir->fd, name, flags);
}

long folder_rename(struct task *task, struct vfs_node *olddir, const char *old, struct vfs_node *node,
                   struct vfs_node *newdir, const char *new, unsigned flags)
{
    (void)task;
    (void)node;
    if (folder_hides(newdir, new))
        return -LINUX_EPERM;
    if (flags & LINUX_RENAME_WHITEOUT)
        return -LINUX_EINVAL;
    return host_renameat2(olddir->fd, old, newdir->fd, new, flags);
}
