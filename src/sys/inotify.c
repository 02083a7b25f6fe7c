/* SPDX-License-Identifier: MIT */
/* inotify: the host's, on the host's objects, which are named by descriptors so that the walk is ours. */
#include "fs/fs.h"
#include "kernel/task.h"
#include "sys/io.h"

const struct file_ops file_inotify_ops = {.kind = FILE_INOTIFY};

struct file *file_inotify_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len);
struct file *file_inotify_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len)
{
    (void)task, (void)data, (void)len;
    return file_new(&file_inotify_ops, host_fd, flags, NULL);
}

static long inotify_new(struct task *task, uint32_t flags)
{
    if (flags & ~(uint32_t)(LINUX_IN_CLOEXEC | LINUX_IN_NONBLOCK))
        return -LINUX_EINVAL;
    return fd_new(task, &file_inotify_ops, host_inotify((int)flags), LINUX_O_RDONLY, flags & LINUX_IN_CLOEXEC,
                  NULL);
}

long sys_inotify_init(SYSCALL_PARAMS)
{
    return inotify_new(task, 0);
}

long sys_inotify_init1(SYSCALL_PARAMS)
{
    return inotify_new(task, (uint32_t)a0);
}

long sys_inotify_add_watch(SYSCALL_PARAMS)
{
    char *path cleanup_free = kmalloc(VFS_PATH_MAX);
    uint32_t mask = (uint32_t)a2;
    char name[HOST_FD_PATH_SIZE];
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file)
        return -LINUX_EBADF;
    if (file->ops != &file_inotify_ops)
        return -LINUX_EINVAL;
    if (!path)
        return -LINUX_ENOMEM;
    long r = user_string(task, path, a1, VFS_PATH_MAX);
    if (r < 0)
        return r;
    long fd = vfs_watch_fd(task, path, mask & LINUX_IN_DONT_FOLLOW ? 0 : WALK_FOLLOW);
    if (fd < 0)
        return fd;
    host_fd_path((int)fd, name);
    /* The name is a link, which the host has to follow. */
    r = host_inotify_add(file->host_fd, name, mask & ~(uint32_t)LINUX_IN_DONT_FOLLOW);
    host_close((int)fd);
    return r;
}

long sys_inotify_rm_watch(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    return file ? host_inotify_remove(file->host_fd, (int)a1) : -LINUX_EBADF;
}
