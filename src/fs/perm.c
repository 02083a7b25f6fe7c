/* SPDX-License-Identifier: MIT */
/* Permission checks by the guest's credentials. */
#include "fs/internal.h"

bool task_has_cap(const struct task *task, int cap)
{
    return task->cred->cap_effective >> cap & 1;
}

bool cred_in_group(const struct cred *cred, uint32_t gid)
{
    if (cred->fsgid == gid)
        return true;
    for (uint32_t i = 0; i < cred->ngroups; i++)
        if (cred->groups[i] == gid)
            return true;
    return false;
}

long mode_permits(const struct cred *cred, const struct linux_kstat *st, unsigned may)
{
    unsigned bits = st->st_mode;

    if (st->st_uid == cred->fsuid)
        bits >>= 6;
    else if (cred_in_group(cred, st->st_gid))
        bits >>= 3;
    return (bits & may) == may ? 0 : -LINUX_EACCES;
}

bool vfs_is_owner(struct task *task, const struct vfs_node *node)
{
    return node->mnt->flags & MOUNT_IDENTITY || task->cred->fsuid == node->st.st_uid ||
           task_has_cap(task, LINUX_CAP_FOWNER);
}

long vfs_permission(struct task *task, struct vfs_node *node, unsigned may)
{
    long r;

    if (may & MAY_WRITE && node->mnt->flags & MOUNT_RDONLY &&
        (vfs_is(node, LINUX_S_IFREG) || vfs_is(node, LINUX_S_IFDIR) || vfs_is(node, LINUX_S_IFLNK)))
        return -LINUX_EROFS;
    if (node->mnt->flags & MOUNT_IDENTITY)
        return 0;
    if (task_has_cap(task, LINUX_CAP_DAC_OVERRIDE)) {
        if (!(may & MAY_EXEC) || vfs_is(node, LINUX_S_IFDIR))
            return 0;
        if ((r = vfs_getattr(task, node)) < 0)
            return r;
        return node->st.st_mode & 0111 ? 0 : -LINUX_EACCES;
    }
    if ((r = vfs_getattr(task, node)) < 0)
        return r;
    if (mode_permits(task->cred, &node->st, may) == 0)
        return 0;
    if (task_has_cap(task, LINUX_CAP_DAC_READ_SEARCH) &&
        (may == MAY_READ || (vfs_is(node, LINUX_S_IFDIR) && !(may & MAY_WRITE))))
        return 0;
    return -LINUX_EACCES;
}

long vfs_may_change(struct task *task, struct vfs_node *dir)
{
    return vfs_permission(task, dir, MAY_WRITE | MAY_EXEC);
}

long vfs_may_remove(struct task *task, struct vfs_node *dir, struct vfs_node *node)
{
    long r = vfs_may_change(task, dir);

    if (r < 0 || dir->mnt->flags & MOUNT_IDENTITY || task_has_cap(task, LINUX_CAP_FOWNER))
        return r;
    if ((r = vfs_getattr(task, dir)) < 0)
        return r;
    if (!(dir->st.st_mode & LINUX_S_ISVTX) || dir->st.st_uid == task->cred->fsuid)
        return 0;
    if ((r = vfs_getattr(task, node)) < 0)
        return r;
    return node->st.st_uid == task->cred->fsuid ? 0 : -LINUX_EPERM;
}
