/* SPDX-License-Identifier: MIT */
/* Changing attributes: mode, owner, times, size. */
#include "fs/fs.h"
#include "kernel/user.h"
#include "sys/sys.h"

static long set_path(struct task *task, int dirfd, uint64_t path, int at_flags, struct vfs_attr *attr)
{
    unsigned walk = (at_flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                    (at_flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
    CLEANUP_NODE(node);
    long r;

    if (at_flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    r = vfs_walk_user(task, dirfd, path, walk, &node, NULL);
    return r < 0 ? r : vfs_setattr(task, &node, attr);
}

static long set_fd(struct task *task, int fd, struct vfs_attr *attr)
{
    CLEANUP_NODE(node);
    long r = vfs_node_of_fd(task, fd, &node);

    if (r < 0)
        return r;
    if (node.file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    return vfs_setattr(task, &node, attr);
}

static struct vfs_attr mode_attr(uint64_t mode)
{
    return (struct vfs_attr){.valid = ATTR_MODE, .mode = mode & 07777};
}

long sys_chmod(SYSCALL_PARAMS)
{
    struct vfs_attr attr = mode_attr(a1);

    return set_path(task, LINUX_AT_FDCWD, a0, 0, &attr);
}

long sys_fchmod(SYSCALL_PARAMS)
{
    struct vfs_attr attr = mode_attr(a1);

    return set_fd(task, (int)a0, &attr);
}

long sys_fchmodat(SYSCALL_PARAMS)
{
    struct vfs_attr attr = mode_attr(a2);

    return set_path(task, (int)a0, a1, 0, &attr);
}

long sys_fchmodat2(SYSCALL_PARAMS)
{
    struct vfs_attr attr = mode_attr(a2);

    return set_path(task, (int)a0, a1, (int)a3, &attr);
}

static struct vfs_attr owner_attr(uint64_t uid, uint64_t gid)
{
    struct vfs_attr attr = {.uid = (uint32_t)uid, .gid = (uint32_t)gid};

    attr.valid =
        ATTR_CHOWN | (attr.uid != UINT32_MAX ? ATTR_UID : 0) | (attr.gid != UINT32_MAX ? ATTR_GID : 0);
    return attr;
}

long sys_chown(SYSCALL_PARAMS)
{
    struct vfs_attr attr = owner_attr(a1, a2);

    return set_path(task, LINUX_AT_FDCWD, a0, 0, &attr);
}

long sys_lchown(SYSCALL_PARAMS)
{
    struct vfs_attr attr = owner_attr(a1, a2);

    return set_path(task, LINUX_AT_FDCWD, a0, LINUX_AT_SYMLINK_NOFOLLOW, &attr);
}

long sys_fchown(SYSCALL_PARAMS)
{
    struct vfs_attr attr = owner_attr(a1, a2);

    return set_fd(task, (int)a0, &attr);
}

long sys_fchownat(SYSCALL_PARAMS)
{
    struct vfs_attr attr = owner_attr(a2, a3);

    return set_path(task, (int)a0, a1, (int)a4, &attr);
}

static const struct linux_timespec now = {0, LINUX_UTIME_NOW};

static long set_times(struct task *task, int dirfd, uint64_t path, const struct linux_timespec times[2],
                      int flags)
{
    struct vfs_attr attr = {.valid = ATTR_TIMES, .times = {times[0], times[1]}};

    return set_path(task, dirfd, path, flags, &attr);
}

long sys_utimensat(SYSCALL_PARAMS)
{
    struct linux_timespec times[2] = {now, now};

    if (a2 && user_read(task, times, a2, sizeof times) < 0)
        return -LINUX_EFAULT;
    if ((int)a3 & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    if (times[0].tv_nsec == LINUX_UTIME_OMIT && times[1].tv_nsec == LINUX_UTIME_OMIT)
        return 0;
    if (a1 == 0) { /* futimens */
        struct vfs_attr attr = {.valid = ATTR_TIMES, .times = {times[0], times[1]}};

        return a3 ? -LINUX_EINVAL : (int)a0 == LINUX_AT_FDCWD ? -LINUX_EFAULT : set_fd(task, (int)a0, &attr);
    }
    return set_times(task, (int)a0, a1, times, (int)a3);
}

/* Microseconds, for the calls of old. */
static long times_of_timeval(struct task *task, uint64_t addr, struct linux_timespec times[2])
{
    struct linux_timeval tv[2];

    times[0] = times[1] = now;
    if (!addr)
        return 0;
    if (user_read(task, tv, addr, sizeof tv) < 0)
        return -LINUX_EFAULT;
    for (int i = 0; i < 2; i++) {
        if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
            return -LINUX_EINVAL;
        times[i] = (struct linux_timespec){tv[i].tv_sec, tv[i].tv_usec * 1000};
    }
    return 0;
}

long sys_futimesat(SYSCALL_PARAMS)
{
    struct linux_timespec times[2];
    long r = times_of_timeval(task, a2, times);
    struct vfs_attr attr = {.valid = ATTR_TIMES, .times = {times[0], times[1]}};

    if (r < 0)
        return r;
    return a1 ? set_times(task, (int)a0, a1, times, 0) : set_fd(task, (int)a0, &attr);
}

long sys_utimes(SYSCALL_PARAMS)
{
    struct linux_timespec times[2];
    long r = times_of_timeval(task, a1, times);

    return r < 0 ? r : set_times(task, LINUX_AT_FDCWD, a0, times, 0);
}

long sys_utime(SYSCALL_PARAMS)
{
    struct linux_timespec times[2] = {now, now};
    int64_t seconds[2];

    if (a1) {
        if (user_read(task, seconds, a1, sizeof seconds) < 0)
            return -LINUX_EFAULT;
        times[0] = (struct linux_timespec){seconds[0], 0};
        times[1] = (struct linux_timespec){seconds[1], 0};
    }
    return set_times(task, LINUX_AT_FDCWD, a0, times, 0);
}

long sys_truncate(SYSCALL_PARAMS)
{
    struct vfs_attr attr = {.valid = ATTR_SIZE, .size = (int64_t)a1};
    CLEANUP_NODE(node);
    long r;

    if ((int64_t)a1 < 0)
        return -LINUX_EINVAL;
    r = vfs_walk_user(task, LINUX_AT_FDCWD, a0, WALK_FOLLOW, &node, NULL);
    if (r < 0)
        return r;
    if (vfs_is(&node, LINUX_S_IFDIR))
        return -LINUX_EISDIR;
    if (!vfs_is(&node, LINUX_S_IFREG))
        return -LINUX_EINVAL;
    r = vfs_permission(task, &node, MAY_WRITE);
    return r < 0 ? r : vfs_setattr(task, &node, &attr);
}

long sys_ftruncate(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file)
        return -LINUX_EBADF;
    if ((int64_t)a1 < 0)
        return -LINUX_EINVAL;
    return file->ops->ftruncate ? file->ops->ftruncate(task, file, (int64_t)a1)
                                : host_ftruncate(file->host_fd, (int64_t)a1);
}

long sys_fallocate(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file || file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    return file->host_fd < 0 ? -LINUX_ENODEV
                             : host_fallocate(file->host_fd, (int)a1, (int64_t)a2, (int64_t)a3);
}
