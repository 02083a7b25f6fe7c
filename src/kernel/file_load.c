/* SPDX-License-Identifier: MIT */
/* Which loader a kind of file has; see file_load.h. */
#include "kernel/file_load.h"
#include "kernel/file.h"
#include "kernel/pidfd.h"

#define loader __attribute__((weak)) extern
/* A kind whose layer is not linked in has no loader. */
loader struct file *file_vfs_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_virtual_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_socket_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_epoll_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_signalfd_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_tty_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_inotify_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_mqueue_load(struct task *, int, uint32_t, const void *, size_t);
loader struct file *file_path_load(struct task *, int, uint32_t, const void *, size_t);

struct file *file_load(struct task *task, uint32_t kind, int host_fd, uint32_t flags, const void *data,
                       size_t len)
{
    file_loader load = NULL;

    switch (kind) {
    case FILE_VFS:
        load = file_vfs_load;
        break;
    case FILE_VIRTUAL:
        load = file_virtual_load;
        break;
    case FILE_SOCKET:
        load = file_socket_load;
        break;
    case FILE_EPOLL:
        load = file_epoll_load;
        break;
    case FILE_SIGNALFD:
        load = file_signalfd_load;
        break;
    case FILE_TTY:
        load = file_tty_load;
        break;
    case FILE_INOTIFY:
        load = file_inotify_load;
        break;
    case FILE_MQUEUE:
        load = file_mqueue_load;
        break;
    case FILE_PATH:
        load = file_path_load;
        break;
    case FILE_PIDFD:
        return file_new(&file_pidfd_ops, host_fd, flags, NULL);
    }
    return load ? load(task, host_fd, flags, data, len) : file_new(&file_host_ops, host_fd, flags, NULL);
}
