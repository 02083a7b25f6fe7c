/* SPDX-License-Identifier: MIT */
/* Attributes: Linux's rules on who may change what, above the file systems. */
#include "fs/internal.h"

long vfs_getattr(struct task *task, struct vfs_node *node)
{
    if (node->mnt == &vfs_anonymous && node->file && node->file->ops->fstat && !vfs_file_is(node->file)) {
        long r = node->file->ops->fstat(task, node->file, &node->st);

        node->st_known = r == 0;
        return r;
    }
    return node->mnt->ops->getattr(task, node);
}

static long check_mode(struct task *task, struct vfs_node *node, struct vfs_attr *attr)
{
    if (!vfs_is_owner(task, node))
        return -LINUX_EPERM;
    if (vfs_is(node, LINUX_S_IFLNK))
        return -LINUX_EOPNOTSUPP;
    if (attr->mode & LINUX_S_ISGID && !(node->mnt->flags & MOUNT_IDENTITY) &&
        !cred_in_group(task->cred, node->st.st_gid) && !task_has_cap(task, LINUX_CAP_FSETID))
        attr->mode &= ~(uint32_t)LINUX_S_ISGID;
    return 0;
}

static long check_owner(struct task *task, struct vfs_node *node, struct vfs_attr *attr)
{
    const struct cred *cred = task->cred;
    uint32_t lost = LINUX_S_ISUID;

    if (node->mnt->flags & MOUNT_IDENTITY)
        return 0;
    if (attr->valid & (ATTR_UID | ATTR_GID) && !task_has_cap(task, LINUX_CAP_CHOWN)) {
        if (cred->fsuid != node->st.st_uid)
            return -LINUX_EPERM;
        if (attr->valid & ATTR_UID && attr->uid != node->st.st_uid)
            return -LINUX_EPERM;
        if (attr->valid & ATTR_GID && attr->gid != node->st.st_gid && !cred_in_group(cred, attr->gid))
            return -LINUX_EPERM;
    }
    if (node->st.st_mode & LINUX_S_IXGRP)
        lost |= LINUX_S_ISGID;
    if (!vfs_is(node, LINUX_S_IFDIR) && !vfs_is(node, LINUX_S_IFLNK) && node->st.st_mode & lost &&
        !(attr->valid & ATTR_MODE)) {
        attr->valid |= ATTR_MODE;
        attr->mode = node->st.st_mode & 07777 & ~lost;
    }
    return 0;
}

static long check_times(struct task *task, struct vfs_node *node, const struct vfs_attr *attr)
{
    const struct linux_timespec *t = attr->times;
    bool both_now = t[0].tv_nsec == LINUX_UTIME_NOW && t[1].tv_nsec == LINUX_UTIME_NOW;

    for (int i = 0; i < 2; i++)
        if ((t[i].tv_nsec < 0 || t[i].tv_nsec > 999999999) && t[i].tv_nsec != LINUX_UTIME_NOW &&
            t[i].tv_nsec != LINUX_UTIME_OMIT)
            return -LINUX_EINVAL;
    if (vfs_is_owner(task, node) || (t[0].tv_nsec == LINUX_UTIME_OMIT && t[1].tv_nsec == LINUX_UTIME_OMIT))
        return 0;
    if (both_now)
        return vfs_permission(task, node, MAY_WRITE);
    return -LINUX_EPERM;
}

static void lose_set_id(struct task *task, struct vfs_node *node, struct vfs_attr *attr)
{
    uint32_t lost = LINUX_S_ISUID | (node->st.st_mode & LINUX_S_IXGRP ? LINUX_S_ISGID : 0);

    if (!(node->st.st_mode & lost) || node->mnt->flags & MOUNT_IDENTITY ||
        task_has_cap(task, LINUX_CAP_FSETID))
        return;
    attr->valid |= ATTR_MODE;
    attr->mode = node->st.st_mode & 07777 & ~lost;
}

long vfs_setattr(struct task *task, struct vfs_node *node, struct vfs_attr *attr)
{
    long r = vfs_getattr(task, node);

    if (r < 0)
        return r;
    if (node->mnt->flags & MOUNT_RDONLY)
        return -LINUX_EROFS;
    if (attr->valid & ATTR_MODE && (r = check_mode(task, node, attr)) < 0)
        return r;
    if (attr->valid & (ATTR_UID | ATTR_GID | ATTR_CHOWN) && (r = check_owner(task, node, attr)) < 0)
        return r;
    if (attr->valid & ATTR_TIMES && (r = check_times(task, node, attr)) < 0)
        return r;
    if (attr->valid & ATTR_SIZE)
        lose_set_id(task, node, attr);
    return node->mnt->ops->setattr ? node->mnt->ops->setattr(task, node, attr) : -LINUX_EPERM;
}
