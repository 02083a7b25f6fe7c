/* SPDX-License-Identifier: MIT */
/* Files of sockets, and files for host descriptors that come without any description (SCM_RIGHTS, the first
 * standard descriptors). */
#include "fs/fs.h"
#include "host/host.h"
#include "host/alloc.h"
#include "kernel/pidfd.h"
#include "kernel/task.h"
#include "net/net.h"

static void socket_release(struct file *file)
{
    kfree(file->data);
}

static long socket_save(struct task *task, struct file *file, void *buf, size_t size)
{
    const struct socket_name *name = file->data;

    if (!name)
        return 0;
    if (size < sizeof(*name))
        return -LINUX_ENOSPC;
    memcpy(buf, name, sizeof(*name));
    return sizeof(*name);
}

const struct file_ops file_socket_ops = {.kind = FILE_SOCKET, .release = socket_release, .save = socket_save};

struct file *file_socket_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len);
struct file *file_socket_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len)
{
    struct socket_name *name = NULL;

    if (len == sizeof(*name)) {
        name = kmalloc(sizeof(*name));
        if (!name)
            return NULL;
        memcpy(name, data, sizeof(*name));
    }
    return file_new(&file_socket_ops, host_fd, flags, name);
}

static const struct {
    const char *start;
    const struct file_ops *ops;
} kinds[] = {
    {"socket:", &file_socket_ops},
    {"anon_inode:[eventpoll]", &file_epoll_ops},
    {"anon_inode:[pidfd]", &file_pidfd_ops},
    {"anon_inode:inotify", &file_inotify_ops},
    {"anon_inode:", &file_host_ops},
    {"pipe:", &file_host_ops},
    {"/memfd:", &file_host_ops},
};

/* What the link of a descriptor that stands for no file says. */
static const struct file_ops *ops_by_link(int host_fd)
{
    char path[32], link[64];

    fmt(path, sizeof(path), "/proc/self/fd/%d", host_fd);
    long n = host_readlinkat(LINUX_AT_FDCWD, path, link, sizeof(link) - 1);
    if (n < 0)
        return &file_host_ops;
    link[n] = 0;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_starts(link, kinds[i].start))
            return kinds[i].ops;
    return NULL;
}

struct file *file_of_host_fd(struct task *task, int host_fd)
{
    const struct file_ops *ops = ops_by_link(host_fd);
    struct file *file = NULL;
    long flags = host_fcntl(host_fd, LINUX_F_GETFL, 0, NULL);

    if (!ops) {
        file = vfs_file_from_host_fd(task, host_fd);
        if (file)
            return file;
    }
    file = file_new(ops ? ops : &file_host_ops, host_fd, flags < 0 ? LINUX_O_RDWR : (uint32_t)flags, NULL);
    if (!file)
        host_close(host_fd);
    return file;
}
