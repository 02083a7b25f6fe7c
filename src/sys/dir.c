/* SPDX-License-Identifier: MIT */
/* Folders: listing them, and the working folder, the root and the umask of a process. */
#include "fs/fs.h"
#include "kernel/user.h"
#include "sys/sys.h"

static long getdents(struct task *task, int fd, uint64_t buf, uint64_t n)
{
    struct file *file cleanup_file = file_get(task, fd);

    if (!file)
        return -LINUX_EBADF;
    if (file->ops->getdents)
        return file->ops->getdents(task, file, buf, n);
    void *to = user_range(task, buf, n);

    return to ? host_getdents(file->host_fd, to, n) : -LINUX_EFAULT;
}

long sys_getdents64(SYSCALL_PARAMS)
{
    return getdents(task, (int)a0, a1, (uint32_t)a2);
}

/* Rewrites records in place: the old structure has the same offsets up to its name, one byte earlier, and the
 * type in its last byte. */
long sys_getdents(SYSCALL_PARAMS)
{
    long n = getdents(task, (int)a0, a1, (uint32_t)a2);
    char *buf cleanup_free = NULL;

    if (n <= 0)
        return n;
    buf = kmalloc((size_t)n);
    if (!buf)
        return -LINUX_ENOMEM;
    if (user_read(task, buf, a1, (size_t)n) < 0)
        return -LINUX_EFAULT;
    for (long at = 0; at < n;) {
        struct linux_dirent64 *d = (struct linux_dirent64 *)(void *)(buf + at);
        uint8_t type = d->d_type;
        size_t len = strlen(d->d_name) + 1;

        at += d->d_reclen;
        memmove((char *)d + 18, d->d_name, len);
        ((char *)d)[d->d_reclen - 1] = (char)type;
    }
    return user_write(task, a1, buf, (size_t)n) < 0 ? -LINUX_EFAULT : n;
}

long sys_getcwd(SYSCALL_PARAMS)
{
    char *buf cleanup_free = kmalloc(VFS_PATH_MAX);
    long n;

    if (!buf)
        return -LINUX_ENOMEM;
    n = vfs_cwd_path(task, buf, VFS_PATH_MAX);
    if (n < 0)
        return n == -LINUX_ERANGE ? -LINUX_ENAMETOOLONG : n;
    if ((uint64_t)n + 1 > a1)
        return -LINUX_ERANGE;
    return user_write(task, a0, buf, (size_t)n + 1) < 0 ? -LINUX_EFAULT : n + 1;
}

long sys_chdir(SYSCALL_PARAMS)
{
    CLEANUP_NODE(node);
    long r = vfs_walk_user(task, LINUX_AT_FDCWD, a0, WALK_FOLLOW | WALK_DIRECTORY, &node, NULL);

    return r < 0 ? r : vfs_chdir(task, &node);
}

long sys_fchdir(SYSCALL_PARAMS)
{
    CLEANUP_NODE(node);
    long r = vfs_node_of_fd(task, (int)a0, &node);

    return r < 0 ? r : vfs_chdir(task, &node);
}

long sys_chroot(SYSCALL_PARAMS)
{
    CLEANUP_NODE(node);
    long r = vfs_walk_user(task, LINUX_AT_FDCWD, a0, WALK_FOLLOW | WALK_DIRECTORY, &node, NULL);

    return r < 0 ? r : vfs_chroot(task, &node);
}

long sys_umask(SYSCALL_PARAMS)
{
    return atomic_exchange_explicit(&task->fs->umask, (uint32_t)a0 & 0777, memory_order_relaxed);
}
