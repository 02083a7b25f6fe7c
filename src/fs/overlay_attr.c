/* SPDX-License-Identifier: MIT */
/* The overlay: attributes and opening. What changes an object copies it up first. */
#include "fs/overlay.h"

long overlay_setattr(struct task *task, struct vfs_node *node, const struct vfs_attr *attr)
{
    long r = overlay_copy_up(task, node, attr->valid & ATTR_SIZE ? attr->size : COPY_ALL);

    return r < 0 ? r : folder_setattr(task, node, attr);
}

static bool is_device(const struct vfs_node *node)
{
    return vfs_is(node, LINUX_S_IFCHR) || vfs_is(node, LINUX_S_IFBLK);
}

static long open_lower(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    const unsigned unwanted = LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_NOFOLLOW;
    long fd;

    if (flags & LINUX_O_PATH) {
        fd = lower_open(node, LINUX_O_PATH | LINUX_O_NOFOLLOW, NULL);
    } else {
        fd = lower_open(node, flags & ~unwanted, task_stop(task));
        if (fd == -LINUX_EPERM && flags & LINUX_O_NOATIME)
            fd = lower_open(node, flags & ~(unwanted | LINUX_O_NOATIME), task_stop(task));
    }
    return fd < 0 ? fd : vfs_file_new(node, (int)fd, flags, out);
}

long overlay_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    long r = overlay_refresh(task, node);

    if (r == 0 && !node->st_known)
        r = overlay_getattr(task, node);
    if (r < 0)
        return r;
    if (flags & LINUX_O_PATH)
        return node->in_lower ? open_lower(task, node, flags, out) : folder_open(task, node, flags, out);
    if (is_device(node))
        return device_open(task, node, flags, out);
    if (vfs_is(node, LINUX_S_IFSOCK))
        return -LINUX_ENXIO;
    if (node->in_lower && vfs_is(node, LINUX_S_IFREG) &&
        ((flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY || flags & LINUX_O_TRUNC))
        r = overlay_copy_up(task, node, flags & LINUX_O_TRUNC ? 0 : COPY_ALL);
    /* A FIFO is a meeting place: that of the lower would be shared with other containers. */
    if (node->in_lower && vfs_is(node, LINUX_S_IFIFO))
        r = overlay_copy_up(task, node, COPY_ALL);
    if (r < 0)
        return r;
    return node->in_lower ? open_lower(task, node, flags, out) : folder_open(task, node, flags, out);
}

long overlay_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size)
{
    long r = overlay_refresh(task, node);

    if (r < 0)
        return r;
    return node->in_lower ? lower_getxattr(task, node, name, value, size)
                          : folder_getxattr(task, node, name, value, size);
}

long overlay_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size)
{
    long r = overlay_refresh(task, node);

    if (r < 0)
        return r;
    return node->in_lower ? lower_listxattr(task, node, list, size)
                          : folder_listxattr(task, node, list, size);
}

long overlay_setxattr(struct task *task, struct vfs_node *node, const char *name, const void *value,
                      size_t size, int flags)
{
    long r = overlay_copy_up(task, node, COPY_ALL);

    return r < 0 ? r : folder_setxattr(task, node, name, value, size, flags);
}

long overlay_removexattr(struct task *task, struct vfs_node *node, const char *name)
{
    long r = overlay_getxattr(task, node, name, NULL, 0);

    if (r >= 0)
        r = overlay_copy_up(task, node, COPY_ALL);
    return r < 0 ? r : folder_removexattr(task, node, name);
}
