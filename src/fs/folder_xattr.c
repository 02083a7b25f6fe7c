/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes in a host folder: user.* are the host's, but ours are hidden; trusted.* and security.*,
 * which an ordinary user cannot set, lie in user.coracle.x.NAME.
 */
#include "fs/folder.h"

#define STORED_PREFIX RESERVED_XATTR "x."

/* The host's name of a guest's attribute. */
static long host_name(const struct vfs_node *node, const char *name, char buf[2 * LINUX_XATTR_NAME_MAX])
{
    if (node->mnt->flags & MOUNT_IDENTITY)
        str_copy(buf, name, 2 * LINUX_XATTR_NAME_MAX);
    else if (str_starts(name, RESERVED_XATTR))
        return -LINUX_ENODATA;
    else if (str_starts(name, "user."))
        str_copy(buf, name, 2 * LINUX_XATTR_NAME_MAX);
    else if (str_starts(name, "trusted.") || str_starts(name, "security."))
        fmt(buf, 2 * LINUX_XATTR_NAME_MAX, STORED_PREFIX "%s", name);
    else
        return -LINUX_EOPNOTSUPP;
    return strlen(buf) > LINUX_XATTR_NAME_MAX ? -LINUX_EOPNOTSUPP : 0;
}

/* The host follows the link to the object; to a symbolic link's own attributes leads no way that needs no
 * privilege. */
static bool carries_none(const struct vfs_node *node)
{
    return (node->host_mode & LINUX_S_IFMT) == LINUX_S_IFLNK;
}

long folder_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size)
{
    char path[HOST_FD_PATH_SIZE], host[2 * LINUX_XATTR_NAME_MAX];
    long r = host_name(node, name, host);

    (void)task;
    if (r < 0)
        return r;
    if (carries_none(node))
        return -LINUX_ENODATA;
    host_fd_path(node->fd, path);
    return host_getxattr(path, host, value, size);
}

long folder_setxattr(struct task *task, struct vfs_node *node, const char *name, const void *value,
                     size_t size, int flags)
{
    char path[HOST_FD_PATH_SIZE], host[2 * LINUX_XATTR_NAME_MAX];
    long r = host_name(node, name, host);

    (void)task;
    if (r < 0)
        return r == -LINUX_ENODATA ? -LINUX_EPERM : r;
    if (carries_none(node))
        return str_starts(name, "user.") ? -LINUX_EPERM : -LINUX_EOPNOTSUPP;
    host_fd_path(node->fd, path);
    return host_setxattr(path, host, value, size, flags);
}

long folder_removexattr(struct task *task, struct vfs_node *node, const char *name)
{
    char path[HOST_FD_PATH_SIZE], host[2 * LINUX_XATTR_NAME_MAX];
    long r = host_name(node, name, host);

    (void)task;
    if (r < 0)
        return r;
    if (carries_none(node))
        return -LINUX_ENODATA;
    host_fd_path(node->fd, path);
    return host_removexattr(path, host);
}

long folder_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size)
{
    char path[HOST_FD_PATH_SIZE];
    char *all cleanup_free = NULL;
    size_t used = 0;
    long n;

    if (carries_none(node))
        return 0;
    host_fd_path(node->fd, path);
    if (node->mnt->flags & MOUNT_IDENTITY)
        return host_listxattr(path, list, size);
    n = host_listxattr(path, NULL, 0);
    if (n <= 0)
        return n == -LINUX_EOPNOTSUPP ? 0 : n;
    all = kmalloc((size_t)n);
    if (!all)
        return -LINUX_ENOMEM;
    n = host_listxattr(path, all, (size_t)n);
    if (n < 0)
        return n;
    for (const char *p = all; p < all + n; p += strlen(p) + 1) {
        const char *name = p;
        size_t len;

        if (str_starts(p, STORED_PREFIX))
            name = p + sizeof STORED_PREFIX - 1;
        else if (!str_starts(p, "user.") || str_starts(p, RESERVED_XATTR))
            continue;
        if (str_starts(name, "trusted.") && !task_has_cap(task, LINUX_CAP_SYS_ADMIN))
            continue;
        len = strlen(name) + 1;
        if (size) {
            if (used + len > size)
                return -LINUX_ERANGE;
            memcpy(list + used, name, len);
        }
        used += len;
    }
    return (long)used;
}
