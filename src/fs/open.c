/* SPDX-License-Identifier: MIT */
/* Opening by name. */
#include "fs/internal.h"

/* The flag alone; LINUX_O_TMPFILE holds O_DIRECTORY, too. */
#define TMPFILE_BIT (LINUX_O_TMPFILE & ~LINUX_O_DIRECTORY)

static unsigned may_of(unsigned flags)
{
    static const uint8_t may[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};

    return may[flags & LINUX_O_ACCMODE] | (flags & LINUX_O_TRUNC ? MAY_WRITE : 0);
}

static long open_again(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    long fd;

    if (flags & LINUX_O_PATH) {
        fd = host_reopen(node->fd, LINUX_O_PATH, NULL);
        return fd < 0 ? fd : vfs_file_new(node, (int)fd, flags, out);
    }
    fd = host_reopen(node->fd, (int)(flags & ~(unsigned)LINUX_O_NOFOLLOW), task_stop(task));
    if (fd < 0)
        return fd;
    *out = file_new(&file_host_ops, (int)fd, flags, NULL);
    if (*out)
        return 0;
    host_close((int)fd);
    return -LINUX_ENOMEM;
}

static long open_node(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    long r;

    if (flags & LINUX_O_DIRECTORY && !vfs_is(node, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    if (!(flags & LINUX_O_PATH)) {
        if (vfs_is(node, LINUX_S_IFLNK))
            return -LINUX_ELOOP;
        if (vfs_is(node, LINUX_S_IFDIR) && (may_of(flags) & MAY_WRITE || flags & LINUX_O_CREAT))
            return -LINUX_EISDIR;
        if (!node->opened) {
            r = vfs_permission(task, node, may_of(flags));
            if (r < 0)
                return r;
        }
        if (flags & LINUX_O_NOATIME && !vfs_is_owner(task, node))
            return -LINUX_EPERM;
    }
    if (node->mnt == &vfs_anonymous && node->file)
        return open_again(task, node, flags, out);
    if (!vfs_is(node, LINUX_S_IFREG))
        flags &= ~(unsigned)LINUX_O_TRUNC;
    r = node->mnt->ops->open(task, node, flags, out);
    if (r == 0 && flags & LINUX_O_TRUNC && node->st.st_mode & (LINUX_S_ISUID | LINUX_S_ISGID) &&
        !(node->mnt->flags & MOUNT_IDENTITY)) {
        struct vfs_attr attr = {.valid = ATTR_MODE,
                                .mode = node->st.st_mode & ~(LINUX_S_ISUID | LINUX_S_ISGID)};

        if (!task_has_cap(task, LINUX_CAP_FSETID))
            node->mnt->ops->setattr(task, node, &attr);
    }
    return r;
}

static long create_here(struct task *task, struct vfs_node *dir, const struct walk_last *last, unsigned flags,
                        uint32_t mode, struct file **out)
{
    long r;

    if (last->slash)
        return -LINUX_EISDIR;
    r = vfs_may_change(task, dir);
    if (r < 0)
        return r;
    if (!dir->mnt->ops->create)
        return -LINUX_EACCES;
    return dir->mnt->ops->create(task, dir, last->name, flags, mode, out);
}

static long open_temporary(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode,
                           struct file **out)
{
    long r;

    if (!vfs_is(dir, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    r = vfs_may_change(task, dir);
    if (r < 0)
        return r;
    return dir->mnt->ops->tmpfile ? dir->mnt->ops->tmpfile(task, dir, flags, mode, out) : -LINUX_EOPNOTSUPP;
}

/* The flags with which the walk may open what it finds; 0: it must not. */
static unsigned flags_for_walk(unsigned flags)
{
    unsigned f = flags & ~(unsigned)(LINUX_O_CREAT | LINUX_O_EXCL);

    if (flags & (LINUX_O_PATH | TMPFILE_BIT) || (flags & LINUX_O_CREAT && flags & LINUX_O_EXCL))
        return 0;
    return f | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC;
}

long vfs_open(struct task *task, const struct open_request *rq, struct file **out)
{
    unsigned flags = rq->flags;
    uint32_t mode = rq->mode & 07777 & ~atomic_load_explicit(&task->fs->umask, memory_order_relaxed);
    struct walk_last last;
    struct walk_request walk = {
        .dirfd = rq->dirfd,
        .path = rq->path,
        .resolve = rq->resolve,
        .last = &last,
    };
    long r;

    if (flags & LINUX_O_PATH)
        flags &= LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC;
    if (flags & TMPFILE_BIT && (!(flags & LINUX_O_DIRECTORY) || (flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY ||
                                flags & LINUX_O_CREAT))
        return -LINUX_EINVAL;
    if (flags & LINUX_O_CREAT && flags & LINUX_O_DIRECTORY)
        return -LINUX_EINVAL;
    walk.open_flags = flags_for_walk(flags);
    if (!(flags & LINUX_O_NOFOLLOW) && !(flags & LINUX_O_CREAT && flags & LINUX_O_EXCL))
        walk.flags |= WALK_FOLLOW;
    for (int attempt = 0; attempt < 100; attempt++) {
        CLEANUP_NODE(node);

        if (flags & LINUX_O_CREAT && (!walk.open_flags || attempt > 0))
            walk.flags |= WALK_CREATE;
        r = vfs_walk(task, &walk, &node);
        if (r == -LINUX_ENOENT && flags & LINUX_O_CREAT && !(walk.flags & WALK_CREATE))
            continue;
        if (r < 0)
            return r;
        if (flags & TMPFILE_BIT)
            return open_temporary(task, &node, flags, mode, out);
        if (r == 0)
            return flags & LINUX_O_CREAT && flags & LINUX_O_EXCL ? -LINUX_EEXIST
                                                                 : open_node(task, &node, flags, out);
        r = create_here(task, &node, &last, flags, mode, out);
        if (r != -LINUX_EEXIST || flags & LINUX_O_EXCL)
            return r;
    }
    return -LINUX_EAGAIN;
}

long vfs_open_exec(struct task *task, int dirfd, const char *path, int flags, struct file **out,
                   struct linux_kstat *st)
{
    struct walk_request walk = {.dirfd = dirfd, .path = path};
    CLEANUP_NODE(node);
    long r;

    if (!(flags & LINUX_AT_SYMLINK_NOFOLLOW))
        walk.flags |= WALK_FOLLOW;
    if (flags & LINUX_AT_EMPTY_PATH)
        walk.flags |= WALK_EMPTY;
    r = vfs_walk(task, &walk, &node);
    if (r == 0)
        r = vfs_getattr(task, &node);
    if (r < 0)
        return r;
    if (vfs_is(&node, LINUX_S_IFLNK))
        return -LINUX_ELOOP;
    if (!vfs_is(&node, LINUX_S_IFREG) || node.mnt->flags & MOUNT_NOEXEC)
        return -LINUX_EACCES;
    if (node.mnt->flags & MOUNT_IDENTITY) {
        char name[HOST_FD_PATH_SIZE];

        host_fd_path(node.fd, name);
        r = host_faccessat(LINUX_AT_FDCWD, name, MAY_EXEC, 0);
    } else {
        r = vfs_permission(task, &node, MAY_EXEC);
    }
    if (r < 0)
        return r;
    *st = node.st;
    if (node.mnt->flags & (MOUNT_NOSUID | MOUNT_IDENTITY))
        st->st_mode &= ~(uint32_t)(LINUX_S_ISUID | LINUX_S_ISGID);
    if (node.mnt == &vfs_anonymous)
        return open_again(task, &node, LINUX_O_RDONLY, out);
    return node.mnt->ops->open(task, &node, LINUX_O_RDONLY | LINUX_O_CLOEXEC, out);
}
