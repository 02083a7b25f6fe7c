/* SPDX-License-Identifier: MIT */
/* Writing back, and locking whole files; the host does both on the descriptor that carries the open file
 * description. */
#include "fs/fs.h"
#include "sys/io.h"

/* The file of a descriptor that may do I/O. */
static struct file *file_of(struct task *task, uint64_t fd)
{
    struct file *file = file_get(task, (int)fd);

    if (file && (file->flags & LINUX_O_PATH || file->host_fd < 0)) {
        file_put(file);
        return NULL;
    }
    return file;
}

#define ON_FILE(name, call)                                                                                  \
    long sys_##name(SYSCALL_PARAMS)                                                                          \
    {                                                                                                        \
        struct file *file cleanup_file = file_of(task, a0);                                                  \
                                                                                                             \
        return file ? (call) : -LINUX_EBADF;                                                                 \
    }

ON_FILE(fsync, host_fsync(file->host_fd))
ON_FILE(fdatasync, host_fdatasync(file->host_fd))
ON_FILE(syncfs, host_syncfs(file->host_fd))
ON_FILE(sync_file_range, host_sync_file_range(file->host_fd, (int64_t)a1, (int64_t)a2, (unsigned)a3))
ON_FILE(flock, restartable(host_flock(file->host_fd, (int)a1, task_stop(task))))

/* --- what will be read --- */

/* Content of ours is made when it is read. */
static bool is_generated(const struct file *file)
{
    return file->host_fd < 0 && !(file->flags & LINUX_O_PATH);
}

long sys_fadvise64(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file || (file->flags & LINUX_O_PATH))
        return -LINUX_EBADF;
    if (is_generated(file))
        return (int64_t)a2 < 0 || (unsigned)a3 > LINUX_POSIX_FADV_NOREUSE ? -LINUX_EINVAL : 0;
    return host_fadvise(file->host_fd, (int64_t)a1, (int64_t)a2, (int)a3);
}

long sys_readahead(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file || (file->flags & LINUX_O_PATH))
        return -LINUX_EBADF;
    return is_generated(file) ? -LINUX_EINVAL : host_readahead(file->host_fd, (int64_t)a1, a2);
}

long sys_cachestat(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);
    void *range = user_range(task, a1, 16), *result = user_range(task, a2, 40);

    if (!file || (file->flags & LINUX_O_PATH))
        return -LINUX_EBADF;
    if (!range || !result)
        return -LINUX_EFAULT;
    return is_generated(file) ? -LINUX_EOPNOTSUPP
                              : host_cachestat(file->host_fd, range, result, (unsigned)a3);
}

long sys_sync(SYSCALL_PARAMS)
{
    return host_sync();
}

/* Handles would open files without a walk, and so without its checks. */
long sys_name_to_handle_at(SYSCALL_PARAMS)
{
    return -LINUX_EOPNOTSUPP;
}
