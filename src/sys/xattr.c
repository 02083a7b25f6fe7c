/* SPDX-License-Identifier: MIT */
/* Extended attributes. */
#include "fs/fs.h"
#include "kernel/user.h"
#include "sys/sys.h"

#define NAME_SIZE (LINUX_XATTR_NAME_MAX + 1)

static long name_in(struct task *task, uint64_t addr, char name[NAME_SIZE])
{
    long n = user_string(task, name, addr, NAME_SIZE);

    return n == 0 || n == -LINUX_ENAMETOOLONG ? -LINUX_ERANGE : n;
}

/* By the attribute's family: may the task read or change it? */
static long check(struct task *task, struct vfs_node *node, const char *name, unsigned may)
{
    if (may & MAY_WRITE && node->mnt->flags & MOUNT_RDONLY)
        return -LINUX_EROFS;
    if (str_starts(name, "trusted."))
        return task_has_cap(task, LINUX_CAP_SYS_ADMIN) ? 0 : may & MAY_WRITE ? -LINUX_EPERM : -LINUX_ENODATA;
    if (str_starts(name, "security.")) {
        int cap = strcmp(name, "security.capability") == 0 ? LINUX_CAP_SETFCAP : LINUX_CAP_SYS_ADMIN;

        return !(may & MAY_WRITE) || task_has_cap(task, cap) ? 0 : -LINUX_EPERM;
    }
    if (str_starts(name, "user.")) {
        if (!vfs_is(node, LINUX_S_IFREG) && !vfs_is(node, LINUX_S_IFDIR))
            return may & MAY_WRITE ? -LINUX_EPERM : -LINUX_ENODATA;
        return vfs_permission(task, node, may);
    }
    return 0;
}

static long get(struct task *task, struct vfs_node *node, uint64_t name_addr, uint64_t value, uint64_t size)
{
    char name[NAME_SIZE];
    void *buf cleanup_free = NULL;
    long r = name_in(task, name_addr, name);

    if (r > 0)
        r = check(task, node, name, MAY_READ);
    if (r < 0)
        return r;
    if (!node->mnt->ops->getxattr)
        return -LINUX_EOPNOTSUPP;
    size = MIN(size, (uint64_t)LINUX_XATTR_SIZE_MAX);
    if (size && !(buf = kmalloc(size)))
        return -LINUX_ENOMEM;
    r = node->mnt->ops->getxattr(task, node, name, buf, size);
    return r > 0 && size && user_write(task, value, buf, (size_t)r) < 0 ? -LINUX_EFAULT : r;
}

static long set(struct task *task, struct vfs_node *node, uint64_t name_addr, uint64_t value, uint64_t size,
                int flags)
{
    char name[NAME_SIZE];
    void *buf cleanup_free = NULL;
    long r;

    if (flags & ~(LINUX_XATTR_CREATE | LINUX_XATTR_REPLACE))
        return -LINUX_EINVAL;
    r = name_in(task, name_addr, name);
    if (r < 0)
        return r;
    if (size > LINUX_XATTR_SIZE_MAX)
        return -LINUX_E2BIG;
    buf = kmalloc(size ? size : 1);
    if (!buf)
        return -LINUX_ENOMEM;
    if (size && user_read(task, buf, value, size) < 0)
        return -LINUX_EFAULT;
    r = check(task, node, name, MAY_WRITE);
    if (r < 0)
        return r;
    return node->mnt->ops->setxattr ? node->mnt->ops->setxattr(task, node, name, buf, size, flags)
                                    : -LINUX_EOPNOTSUPP;
}

static long list(struct task *task, struct vfs_node *node, uint64_t addr, uint64_t size)
{
    char *buf cleanup_free = NULL;
    long r;

    if (!node->mnt->ops->listxattr)
        return 0;
    size = MIN(size, (uint64_t)LINUX_XATTR_LIST_MAX);
    if (size && !(buf = kmalloc(size)))
        return -LINUX_ENOMEM;
    r = node->mnt->ops->listxattr(task, node, buf, size);
    return r > 0 && size && user_write(task, addr, buf, (size_t)r) < 0 ? -LINUX_EFAULT : r;
}

static long take_away(struct task *task, struct vfs_node *node, uint64_t name_addr)
{
    char name[NAME_SIZE];
    long r = name_in(task, name_addr, name);

    if (r > 0)
        r = check(task, node, name, MAY_WRITE);
    if (r < 0)
        return r;
    return node->mnt->ops->removexattr ? node->mnt->ops->removexattr(task, node, name) : -LINUX_EOPNOTSUPP;
}

/* The object of a call: by a path that is followed, by one that is not, by a descriptor. */
enum by { BY_PATH, BY_LINK, BY_FD };

static long find(struct task *task, enum by by, uint64_t a0, struct vfs_node *node)
{
    if (by != BY_FD)
        return vfs_walk_user(task, LINUX_AT_FDCWD, a0, by == BY_PATH ? WALK_FOLLOW : 0, node, NULL);
    long r = vfs_node_of_fd(task, (int)a0, node);

    return r == 0 && node->file->flags & LINUX_O_PATH ? -LINUX_EBADF : r;
}

#define XATTR_CALL(name, by, call)                                                                           \
    long sys_##name(SYSCALL_PARAMS)                                                                          \
    {                                                                                                        \
        CLEANUP_NODE(node);                                                                                  \
        long r = find(task, by, a0, &node);                                                                  \
                                                                                                             \
        return r < 0 ? r : (call);                                                                           \
    }

XATTR_CALL(setxattr, BY_PATH, set(task, &node, a1, a2, a3, (int)a4))
XATTR_CALL(lsetxattr, BY_LINK, set(task, &node, a1, a2, a3, (int)a4))
XATTR_CALL(fsetxattr, BY_FD, set(task, &node, a1, a2, a3, (int)a4))
XATTR_CALL(getxattr, BY_PATH, get(task, &node, a1, a2, a3))
XATTR_CALL(lgetxattr, BY_LINK, get(task, &node, a1, a2, a3))
XATTR_CALL(fgetxattr, BY_FD, get(task, &node, a1, a2, a3))
XATTR_CALL(listxattr, BY_PATH, list(task, &node, a1, a2))
XATTR_CALL(llistxattr, BY_LINK, list(task, &node, a1, a2))
XATTR_CALL(flistxattr, BY_FD, list(task, &node, a1, a2))
XATTR_CALL(removexattr, BY_PATH, take_away(task, &node, a1))
XATTR_CALL(lremovexattr, BY_LINK, take_away(task, &node, a1))
XATTR_CALL(fremovexattr, BY_FD, take_away(task, &node, a1))
