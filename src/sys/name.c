/* SPDX-License-Identifier: MIT */
/* Making, linking, renaming and removing names. */
#include "fs/fs.h"
#include "kernel/user.h"
#include "sys/sys.h"

static uint32_t masked(struct task *task, uint64_t mode)
{
    return (uint32_t)mode & ~atomic_load_explicit(&task->fs->umask, memory_order_relaxed);
}

static bool is_dot(const struct walk_last *last)
{
    return last->name[0] == '\0' || strcmp(last->name, ".") == 0 || strcmp(last->name, "..") == 0;
}

/* What a name in a folder leads to, a mount's root included. -ENOENT: nothing. */
static long child(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    long r;

    vfs_node_init(out);
    out->mnt = dir->mnt;
    memcpy(out->path, dir->path, dir->path_len + 1);
    out->path_len = dir->path_len;
    if (out->path_len + strlen(name) + 1 >= VFS_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    out->path_len += (uint32_t)fmt(out->path + out->path_len, VFS_PATH_MAX - out->path_len, "/%s", name);
    if (dir->mnt->below && mount_at(task->fs->mounts, out->path, out->path_len))
        return -LINUX_EBUSY;
    r = vfs_permission(task, dir, MAY_EXEC);
    return r < 0 ? r : dir->mnt->ops->lookup(task, dir, name, out);
}

/* For calls that make a new name: the folder, with every check but for the existing object's. */
static long new_name(struct task *task, int dirfd, uint64_t path, struct vfs_node *dir,
                     struct walk_last *last)
{
    CLEANUP_NODE(old);
    long r = vfs_walk_user(task, dirfd, path, WALK_PARENT, dir, last);

    if (r < 0)
        return r;
    if (is_dot(last))
        return -LINUX_EEXIST;
    r = child(task, dir, last->name, &old);
    if (r != -LINUX_ENOENT)
        return r == -LINUX_EBUSY || r >= 0 ? -LINUX_EEXIST : r;
    return vfs_may_change(task, dir);
}

static long do_mkdir(struct task *task, int dirfd, uint64_t path, uint64_t mode)
{
    CLEANUP_NODE(dir);
    struct walk_last last;
    long r = new_name(task, dirfd, path, &dir, &last);

    if (r < 0)
        return r;
    return dir.mnt->ops->mkdir ? dir.mnt->ops->mkdir(task, &dir, last.name, masked(task, mode & 01777))
                               : -LINUX_EPERM;
}

long sys_mkdir(SYSCALL_PARAMS)
{
    return do_mkdir(task, LINUX_AT_FDCWD, a0, a1);
}

long sys_mkdirat(SYSCALL_PARAMS)
{
    return do_mkdir(task, (int)a0, a1, a2);
}

static long do_mknod(struct task *task, int dirfd, uint64_t path, uint64_t mode, uint64_t dev)
{
    uint32_t type = mode & LINUX_S_IFMT;
    CLEANUP_NODE(dir);
    struct walk_last last;
    long r;

    if (type == 0)
        type = LINUX_S_IFREG;
    if (type == LINUX_S_IFDIR)
        return -LINUX_EPERM;
    if (type != LINUX_S_IFREG && type != LINUX_S_IFCHR && type != LINUX_S_IFBLK && type != LINUX_S_IFIFO &&
        type != LINUX_S_IFSOCK)
        return -LINUX_EINVAL;
    r = new_name(task, dirfd, path, &dir, &last);
    if (r < 0)
        return r;
    if (last.slash)
        return -LINUX_ENOENT;
    if ((type == LINUX_S_IFCHR || type == LINUX_S_IFBLK) && !task_has_cap(task, LINUX_CAP_MKNOD))
        return -LINUX_EPERM;
    if (!dir.mnt->ops->mknod)
        return -LINUX_EPERM;
    return dir.mnt->ops->mknod(task, &dir, last.name, type | masked(task, mode & 07777), (uint32_t)dev);
}

long sys_mknod(SYSCALL_PARAMS)
{
    return do_mknod(task, LINUX_AT_FDCWD, a0, (uint32_t)a1, a2);
}

long sys_mknodat(SYSCALL_PARAMS)
{
    return do_mknod(task, (int)a0, a1, (uint32_t)a2, a3);
}

static long do_symlink(struct task *task, uint64_t target, int dirfd, uint64_t path)
{
    char *text cleanup_free = kmalloc(VFS_PATH_MAX);
    CLEANUP_NODE(dir);
    struct walk_last last;
    long r;

    if (!text)
        return -LINUX_ENOMEM;
    r = user_string(task, text, target, VFS_PATH_MAX);
    if (r == 0)
        return -LINUX_ENOENT;
    if (r > 0)
        r = new_name(task, dirfd, path, &dir, &last);
    if (r < 0)
        return r;
    if (last.slash)
        return -LINUX_ENOENT;
    return dir.mnt->ops->symlink ? dir.mnt->ops->symlink(task, &dir, last.name, text) : -LINUX_EPERM;
}

long sys_symlink(SYSCALL_PARAMS)
{
    return do_symlink(task, a0, LINUX_AT_FDCWD, a1);
}

long sys_symlinkat(SYSCALL_PARAMS)
{
    return do_symlink(task, a0, (int)a1, a2);
}

static long do_link(struct task *task, int olddir, uint64_t old, int newdir, uint64_t new, int flags)
{
    unsigned walk =
        (flags & LINUX_AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) | (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
    CLEANUP_NODE(node);
    CLEANUP_NODE(dir);
    struct walk_last last;
    long r;

    if (flags & ~(LINUX_AT_SYMLINK_FOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    r = vfs_walk_user(task, olddir, old, walk, &node, NULL);
    if (r >= 0)
        r = new_name(task, newdir, new, &dir, &last);
    if (r < 0)
        return r;
    if (last.slash)
        return -LINUX_ENOENT;
    if (vfs_is(&node, LINUX_S_IFDIR))
        return -LINUX_EPERM;
    if (node.mnt != dir.mnt)
        return -LINUX_EXDEV;
    return dir.mnt->ops->link ? dir.mnt->ops->link(task, &node, &dir, last.name) : -LINUX_EPERM;
}

long sys_link(SYSCALL_PARAMS)
{
    return do_link(task, LINUX_AT_FDCWD, a0, LINUX_AT_FDCWD, a1, 0);
}

long sys_linkat(SYSCALL_PARAMS)
{
    return do_link(task, (int)a0, a1, (int)a2, a3, (int)a4);
}

static long do_unlink(struct task *task, int dirfd, uint64_t path, int flags)
{
    CLEANUP_NODE(dir);
    CLEANUP_NODE(node);
    struct walk_last last;
    long r = vfs_walk_user(task, dirfd, path, WALK_PARENT, &dir, &last);

    if (r < 0)
        return r;
    if (flags & LINUX_AT_REMOVEDIR) {
        if (is_dot(&last))
            return last.name[0] == '\0' ? -LINUX_EBUSY : last.name[1] ? -LINUX_ENOTEMPTY : -LINUX_EINVAL;
    } else if (is_dot(&last)) {
        return -LINUX_EISDIR;
    }
    r = child(task, &dir, last.name, &node);
    if (r == 0 && dir.mnt->flags & MOUNT_RDONLY)
        r = -LINUX_EROFS;
    if (r == 0)
        r = vfs_may_remove(task, &dir, &node);
    if (r < 0)
        return r;
    if (flags & LINUX_AT_REMOVEDIR && !vfs_is(&node, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    if (!(flags & LINUX_AT_REMOVEDIR) && vfs_is(&node, LINUX_S_IFDIR))
        return -LINUX_EISDIR;
    if (!(flags & LINUX_AT_REMOVEDIR) && last.slash)
        return -LINUX_ENOTDIR;
    return dir.mnt->ops->unlink ? dir.mnt->ops->unlink(task, &dir, last.name, &node, flags) : -LINUX_EPERM;
}

long sys_unlink(SYSCALL_PARAMS)
{
    return do_unlink(task, LINUX_AT_FDCWD, a0, 0);
}

long sys_rmdir(SYSCALL_PARAMS)
{
    return do_unlink(task, LINUX_AT_FDCWD, a0, LINUX_AT_REMOVEDIR);
}

long sys_unlinkat(SYSCALL_PARAMS)
{
    if ((int)a2 & ~LINUX_AT_REMOVEDIR)
        return -LINUX_EINVAL;
    return do_unlink(task, (int)a0, a1, (int)a2);
}

/* May the object with one name be put in the place of the other? */
static long check_replace(const struct vfs_node *node, const struct vfs_node *target)
{
    if (vfs_is(node, LINUX_S_IFDIR) && !vfs_is(target, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    if (!vfs_is(node, LINUX_S_IFDIR) && vfs_is(target, LINUX_S_IFDIR))
        return -LINUX_EISDIR;
    return 0;
}

/* True when path lies in the folder `above`, or is it. */
static bool is_below(const struct vfs_node *path, const struct vfs_node *above)
{
    return path->path_len >= above->path_len && memcmp(path->path, above->path, above->path_len) == 0 &&
           (path->path[above->path_len] == '/' || path->path[above->path_len] == '\0');
}

struct renaming {
    struct vfs_node olddir, newdir, node, target;
    struct walk_last old, new;
};

static long rename_checked(struct task *task, struct renaming *n, unsigned flags)
{
    long r, found;

    if (n->olddir.mnt != n->newdir.mnt)
        return -LINUX_EXDEV;
    if (is_dot(&n->old) || is_dot(&n->new))
        return flags & LINUX_RENAME_NOREPLACE && is_dot(&n->new) ? -LINUX_EEXIST : -LINUX_EBUSY;
    r = child(task, &n->olddir, n->old.name, &n->node);
    if (r < 0)
        return r;
    found = child(task, &n->newdir, n->new.name, &n->target);
    if (found < 0 && found != -LINUX_ENOENT)
        return found;
    if (found == 0 && flags & LINUX_RENAME_NOREPLACE)
        return -LINUX_EEXIST;
    if (found < 0 && flags & LINUX_RENAME_EXCHANGE)
        return found;
    if (!vfs_is(&n->node, LINUX_S_IFDIR) &&
        (n->old.slash || (n->new.slash && !(flags & LINUX_RENAME_EXCHANGE))))
        return -LINUX_ENOTDIR;
    if (vfs_is(&n->node, LINUX_S_IFDIR) && is_below(&n->newdir, &n->node))
        return -LINUX_EINVAL;
    r = vfs_may_remove(task, &n->olddir, &n->node);
    if (r == 0)
        r = found == 0 ? vfs_may_remove(task, &n->newdir, &n->target) : vfs_may_change(task, &n->newdir);
    if (r == 0 && found == 0 && !(flags & LINUX_RENAME_EXCHANGE))
        r = check_replace(&n->node, &n->target);
    if (r < 0)
        return r;
    for (uint32_t i = 0; n->node.mnt->below && i < task->fs->mounts->count; i++) {
        const struct mount *m = task->fs->mounts->mounts[i];

        if (m->point_len > n->node.path_len && memcmp(m->point, n->node.path, n->node.path_len) == 0 &&
            m->point[n->node.path_len] == '/')
            return -LINUX_EBUSY;
    }
    if (!n->olddir.mnt->ops->rename)
        return -LINUX_EPERM;
    return n->olddir.mnt->ops->rename(task, &n->olddir, n->old.name, &n->node, &n->newdir, n->new.name,
                                      flags);
}

static long do_rename(struct task *task, int olddir, uint64_t old, int newdir, uint64_t new, unsigned flags)
{
    struct renaming *n cleanup_free = NULL;
    long r;

    if (flags & ~(unsigned)(LINUX_RENAME_NOREPLACE | LINUX_RENAME_EXCHANGE | LINUX_RENAME_WHITEOUT) ||
        (flags & LINUX_RENAME_EXCHANGE && flags & (LINUX_RENAME_NOREPLACE | LINUX_RENAME_WHITEOUT)))
        return -LINUX_EINVAL;
    if (flags & LINUX_RENAME_WHITEOUT && !task_has_cap(task, LINUX_CAP_MKNOD))
        return -LINUX_EPERM;
    n = kmalloc(sizeof *n);
    if (!n)
        return -LINUX_ENOMEM;
    vfs_node_init(&n->olddir);
    vfs_node_init(&n->newdir);
    vfs_node_init(&n->node);
    vfs_node_init(&n->target);
    r = vfs_walk_user(task, olddir, old, WALK_PARENT, &n->olddir, &n->old);
    if (r >= 0)
        r = vfs_walk_user(task, newdir, new, WALK_PARENT, &n->newdir, &n->new);
    if (r >= 0)
        r = rename_checked(task, n, flags);
    vfs_node_put(&n->olddir);
    vfs_node_put(&n->newdir);
    vfs_node_put(&n->node);
    vfs_node_put(&n->target);
    return r;
}

long sys_rename(SYSCALL_PARAMS)
{
    return do_rename(task, LINUX_AT_FDCWD, a0, LINUX_AT_FDCWD, a1, 0);
}

long sys_renameat(SYSCALL_PARAMS)
{
    return do_rename(task, (int)a0, a1, (int)a2, a3, 0);
}

long sys_renameat2(SYSCALL_PARAMS)
{
    return do_rename(task, (int)a0, a1, (int)a2, a3, (unsigned)a4);
}
