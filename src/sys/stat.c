/* SPDX-License-Identifier: MIT */
/* Asking about files: attributes, access, the text of links, the file system. */
#include "kernel/cred.h"
#include "fs/fs.h"
#include "kernel/fdtable.h"
#include "kernel/user.h"
#include "sys/sys.h"
#include "container/spec.h"

static long stat_out(struct task *task, const struct linux_kstat *st, uint64_t buf)
{
    uint8_t raw[144];
    size_t n = abi_stat_pack(task->cpu.arch, st, raw);

    return user_write(task, buf, raw, n) < 0 ? -LINUX_EFAULT : 0;
}

static long stat_file(struct task *task, struct file *file, struct linux_kstat *st)
{
    const struct container_spec *spec = task->process->spec;
    long r;

    if (file->ops->fstat)
        return file->ops->fstat(task, file, st);
    r = host_fstat(file->host_fd, st);
    /* What has no name (pipes, memory files, sockets) belongs to whoever made it, and on the host all of the
     * container is one user. */
    if (r == 0 && !process_is_identity(task->process)) {
        if (st->st_uid == spec->host_uid)
            st->st_uid = task->cred->fsuid;
        if (st->st_gid == spec->host_gid)
            st->st_gid = task->cred->fsgid;
    }
    return r;
}

static long stat_path(struct task *task, int dirfd, uint64_t path, int flags, uint64_t buf)
{
    CLEANUP_NODE(node);
    unsigned walk = (flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                    (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
    long r;

    r = vfs_walk_user(task, dirfd, path, walk, &node, NULL);
    if (r >= 0)
        r = vfs_getattr(task, &node);
    return r < 0 ? r : stat_out(task, &node.st, buf);
}

long sys_stat(SYSCALL_PARAMS)
{
    return stat_path(task, LINUX_AT_FDCWD, a0, 0, a1);
}

long sys_lstat(SYSCALL_PARAMS)
{
    return stat_path(task, LINUX_AT_FDCWD, a0, LINUX_AT_SYMLINK_NOFOLLOW, a1);
}

static long stat_fd(struct task *task, int fd, uint64_t buf)
{
    bool counted;
    struct file *file = file_borrow(task, fd, &counted);
    struct linux_kstat st;
    long r;

    if (!file)
        return -LINUX_EBADF;
    r = stat_file(task, file, &st);
    file_return(file, counted);
    return r < 0 ? r : stat_out(task, &st, buf);
}

long sys_fstat(SYSCALL_PARAMS)
{
    return stat_fd(task, (int)a0, a1);
}

/* AT_EMPTY_PATH with a path that is NULL or empty. */
static bool is_empty(struct task *task, uint64_t path)
{
    char first;

    return path == 0 || (user_read(task, &first, path, 1) == 0 && first == '\0');
}

long sys_newfstatat(SYSCALL_PARAMS)
{
    int flags = (int)a3;

    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH | LINUX_AT_NO_AUTOMOUNT))
        return -LINUX_EINVAL;
    if (flags & LINUX_AT_EMPTY_PATH && (int)a0 >= 0 && is_empty(task, a1))
        return stat_fd(task, (int)a0, a2);
    return stat_path(task, (int)a0, a1, flags, a2);
}

static struct linux_statx_timestamp statx_time(int64_t sec, int64_t nsec)
{
    return (struct linux_statx_timestamp){sec, (uint32_t)nsec, 0};
}

static long statx_out(struct task *task, struct vfs_node *node, uint64_t buf, bool btime)
{
    const struct linux_kstat *st = &node->st;
    struct linux_statx x = {
        .stx_mask = LINUX_STATX_BASIC_STATS | (btime ? LINUX_STATX_BTIME : 0) | LINUX_STATX_MNT_ID,
        .stx_blksize = (uint32_t)st->st_blksize,
        .stx_nlink = (uint32_t)st->st_nlink,
        .stx_uid = st->st_uid,
        .stx_gid = st->st_gid,
        .stx_mode = (uint16_t)st->st_mode,
        .stx_ino = st->st_ino,
        .stx_size = st->st_size,
        .stx_blocks = st->st_blocks,
        .stx_attributes_mask = LINUX_STATX_ATTR_MOUNT_ROOT,
        .stx_atime = statx_time(st->st_atime_sec, st->st_atime_nsec),
        .stx_btime = statx_time(btime ? st->st_btime_sec : 0, btime ? st->st_btime_nsec : 0),
        .stx_ctime = statx_time(st->st_ctime_sec, st->st_ctime_nsec),
        .stx_mtime = statx_time(st->st_mtime_sec, st->st_mtime_nsec),
        .stx_rdev_major = linux_major(st->st_rdev),
        .stx_rdev_minor = linux_minor(st->st_rdev),
        .stx_dev_major = linux_major(st->st_dev),
        .stx_dev_minor = linux_minor(st->st_dev),
        .stx_mnt_id = (uint64_t)node->mnt->id,
    };

    if (node->mnt != &vfs_anonymous && node->path_len == node->mnt->point_len)
        x.stx_attributes |= LINUX_STATX_ATTR_MOUNT_ROOT;
    return user_write(task, buf, &x, sizeof x) < 0 ? -LINUX_EFAULT : 0;
}

long sys_statx(SYSCALL_PARAMS)
{
    int flags = (int)a2;
    unsigned walk = (flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                    (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
    CLEANUP_NODE(node);
    bool btime = false;
    long r;

    if (flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH | LINUX_AT_NO_AUTOMOUNT |
                  LINUX_AT_STATX_SYNC_TYPE) ||
        a3 & LINUX_STATX__RESERVED || (flags & LINUX_AT_STATX_SYNC_TYPE) == LINUX_AT_STATX_SYNC_TYPE)
        return -LINUX_EINVAL;
    if (flags & LINUX_AT_EMPTY_PATH && (int)a0 >= 0 && is_empty(task, a1))
        r = vfs_node_of_fd(task, (int)a0, &node);
    else
        r = vfs_walk_user(task, (int)a0, a1, walk, &node, NULL);
    if (r >= 0)
        r = vfs_getattr(task, &node);
    if (r < 0)
        return r;
    if (a3 & LINUX_STATX_BTIME && node.mnt->ops->birthtime && node.fd >= 0)
        btime = node.mnt->ops->birthtime(task, &node) == 0;
    return statx_out(task, &node, a4, btime);
}

/* By the real ids, unless AT_EACCESS. */
static long access_by_mode(struct task *task, struct vfs_node *node, unsigned may, bool effective)
{
    struct cred *cred = task->cred, *real;
    long r;

    if (effective || (cred->uid == cred->fsuid && cred->gid == cred->fsgid))
        return vfs_permission(task, node, may);
    real = kmalloc(sizeof *real + cred->ngroups * sizeof cred->groups[0]);
    if (!real)
        return -LINUX_ENOMEM;
    memcpy(real, cred, sizeof *real + cred->ngroups * sizeof cred->groups[0]);
    real->fsuid = cred->uid;
    real->fsgid = cred->gid;
    real->cap_effective = cred->uid == 0 ? cred->cap_permitted : 0;
    task->cred = real;
    r = vfs_permission(task, node, may);
    task->cred = cred;
    kfree(real);
    return r;
}

static long access_path(struct task *task, int dirfd, uint64_t path, uint64_t mode, int flags)
{
    unsigned walk = (flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                    (flags & LINUX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
    CLEANUP_NODE(node);
    long r;

    if (mode & ~UINT64_C(7))
        return -LINUX_EINVAL;
    r = vfs_walk_user(task, dirfd, path, walk, &node, NULL);
    if (r < 0 || mode == 0)
        return r;
    if (node.mnt->flags & MOUNT_IDENTITY) {
        char name[HOST_FD_PATH_SIZE];

        host_fd_path(node.fd, name);
        return host_faccessat(LINUX_AT_FDCWD, name, (int)mode, flags & LINUX_AT_EACCESS);
    }
    if (mode & MAY_EXEC && vfs_is(&node, LINUX_S_IFREG) && node.mnt->flags & MOUNT_NOEXEC)
        return -LINUX_EACCES;
    return access_by_mode(task, &node, (unsigned)mode, flags & LINUX_AT_EACCESS);
}

long sys_access(SYSCALL_PARAMS)
{
    return access_path(task, LINUX_AT_FDCWD, a0, (uint32_t)a1, 0);
}

long sys_faccessat(SYSCALL_PARAMS)
{
    return access_path(task, (int)a0, a1, (uint32_t)a2, 0);
}

long sys_faccessat2(SYSCALL_PARAMS)
{
    if ((int)a3 & ~(LINUX_AT_EACCESS | LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -LINUX_EINVAL;
    return access_path(task, (int)a0, a1, (uint32_t)a2, (int)a3);
}

static long readlink_path(struct task *task, int dirfd, uint64_t path, uint64_t buf, uint64_t size)
{
    char *text cleanup_free = NULL;
    CLEANUP_NODE(node);
    long n;

    if ((int)size <= 0)
        return -LINUX_EINVAL;
    n = vfs_walk_user(task, dirfd, path, WALK_EMPTY, &node, NULL);
    if (n < 0)
        return n;
    if (!vfs_is(&node, LINUX_S_IFLNK) || !node.mnt->ops->readlink)
        return node.file && node.mnt == &vfs_anonymous ? -LINUX_ENOENT : -LINUX_EINVAL;
    text = kmalloc(VFS_PATH_MAX);
    if (!text)
        return -LINUX_ENOMEM;
    n = node.mnt->ops->readlink(task, &node, text, MIN(size, (uint64_t)VFS_PATH_MAX));
    if (n < 0)
        return n;
    return user_write(task, buf, text, (size_t)n) < 0 ? -LINUX_EFAULT : n;
}

long sys_readlink(SYSCALL_PARAMS)
{
    return readlink_path(task, LINUX_AT_FDCWD, a0, a1, a2);
}

long sys_readlinkat(SYSCALL_PARAMS)
{
    return readlink_path(task, (int)a0, a1, a2, a3);
}

static long statfs_out(struct task *task, struct vfs_node *node, uint64_t buf)
{
    struct linux_statfs st = {0};
    long r = node->mnt->ops->statfs ? node->mnt->ops->statfs(task, node, &st) : 0;

    if (r < 0)
        return r;
    if (!(node->mnt->flags & MOUNT_IDENTITY))
        st.f_flags = (st.f_flags & ~(int64_t)0xf) | (node->mnt->flags & 0xf);
    return user_write(task, buf, &st, sizeof st) < 0 ? -LINUX_EFAULT : 0;
}

long sys_statfs(SYSCALL_PARAMS)
{
    CLEANUP_NODE(node);
    long r = vfs_walk_user(task, LINUX_AT_FDCWD, a0, WALK_FOLLOW, &node, NULL);

    return r < 0 ? r : statfs_out(task, &node, a1);
}

long sys_fstatfs(SYSCALL_PARAMS)
{
    CLEANUP_NODE(node);
    long r = vfs_node_of_fd(task, (int)a0, &node);

    return r < 0 ? r : statfs_out(task, &node, a1);
}
