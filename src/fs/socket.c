/* SPDX-License-Identifier: MIT */
/* Names for what the host must be told by path, though it must not walk guest paths: UNIX sockets and watched objects. */
#include "fs/internal.h"

#define SUN_PATH_SIZE 108

/* A socket that is there is reached through its own descriptor, whatever its name. */
static long path_to_connect(struct task *task, const char *path, char out[SUN_PATH_SIZE], int *fd)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_FOLLOW};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &rq, &node);

    if (r < 0)
        return r;
    r = vfs_permission(task, &node, MAY_WRITE);
    if (r < 0)
        return r;
    if (node.fd < 0 || !vfs_is(&node, LINUX_S_IFSOCK))
        return -LINUX_ECONNREFUSED;
    *fd = node.fd;
    node.fd = -1;
    host_fd_path(*fd, out);
    return 0;
}

/* A new one is made in its folder. */
static long path_to_bind(struct task *task, const char *path, char out[SUN_PATH_SIZE], int *fd)
{
    struct walk_last last;
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_CREATE, .last = &last};
    char folder[HOST_FD_PATH_SIZE];
    CLEANUP_NODE(dir);
    long r = vfs_walk(task, &rq, &dir);

    if (r < 0)
        return r;
    if (r == 0)
        return -LINUX_EADDRINUSE;
    r = vfs_may_change(task, &dir);
    if (r < 0)
        return r;
    if (dir.fd < 0)
        return -LINUX_EPERM;
    *fd = dir.fd;
    dir.fd = -1;
    host_fd_path(*fd, folder);
    if ((size_t)fmt(out, SUN_PATH_SIZE, "%s/%s", folder, last.name) < SUN_PATH_SIZE)
        return 0;
    host_close(*fd);
    *fd = -1;
    return -LINUX_ENAMETOOLONG;
}

long vfs_socket_path(struct task *task, const char *path, bool create, char out[SUN_PATH_SIZE], int *fd)
{
    *fd = -1;
    return create ? path_to_bind(task, path, out, fd) : path_to_connect(task, path, out, fd);
}

long vfs_socket_bound(struct task *task, const char *path)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path};
    struct vfs_attr attr = {.valid = ATTR_MODE};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &rq, &node);

    if (r < 0)
        return r;
    attr.mode = LINUX_S_IFSOCK | (0777 & ~atomic_load_explicit(&task->fs->umask, memory_order_relaxed));
    if (!(node.mnt->flags & MOUNT_IDENTITY)) {
        attr.valid |= ATTR_UID | ATTR_GID;
        attr.uid = task->cred->fsuid;
        attr.gid = task->cred->fsgid;
    }
    return node.mnt->ops->setattr ? node.mnt->ops->setattr(task, &node, &attr) : 0;
}

long vfs_watch_fd(struct task *task, const char *path, unsigned walk_flags)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = walk_flags};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &rq, &node);

    if (r == 0)
        r = vfs_permission(task, &node, MAY_READ);
    if (r < 0)
        return r;
    if (node.fd < 0)
        return -LINUX_EOPNOTSUPP;
    r = node.fd;
    node.fd = -1;
    return r;
}
