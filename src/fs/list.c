/* SPDX-License-Identifier: MIT */
/*
 * Listing folders. A folder of one host folder is listed by the host, without the name that only we see at a
 * mount's root; a merged one by what fs/overlay_list.c collects.
 */
#include "fs/internal.h"

#define LIST_CHUNK 32768

static bool is_merged(const struct vfs_file *data)
{
    return data->mnt->ops == &overlay_ops;
}

static bool has_hidden(const struct vfs_file *data)
{
    return !(data->mnt->flags & MOUNT_IDENTITY) && data->mnt->root_fd >= 0;
}

/* Drops what is hidden, and does not tell the type of what may be a device's placeholder. Returns the new
 * length. */
static long filter(const struct vfs_file *data, char *buf, long n)
{
    bool root = data->path_len == data->mnt->point_len;
    char *to = buf;

    for (long at = 0; at < n;) {
        struct linux_dirent64 *d = (struct linux_dirent64 *)(void *)(buf + at);
        uint16_t len = d->d_reclen;

        at += len;
        if (root && strcmp(d->d_name, RESERVED_NAME) == 0)
            continue;
        if (d->d_type == LINUX_DT_SOCK)
            d->d_type = LINUX_DT_UNKNOWN;
        memmove(to, d, len);
        to += len;
    }
    return to - buf;
}

long file_getdents(struct task *task, struct file *file, uint64_t user, uint64_t n)
{
    struct vfs_file *data = file->data;
    char *buf cleanup_free = NULL;
    size_t size = MIN(n, LIST_CHUNK);
    long r, kept;

    if (is_merged(data))
        return listing_getdents(task, file, user, n);
    if (!has_hidden(data)) {
        void *to = user_range(task, user, n);

        return to ? host_getdents(file->host_fd, to, n) : -LINUX_EFAULT;
    }
    buf = kmalloc(size ? size : 1);
    if (!buf)
        return -LINUX_ENOMEM;
    do {
        r = host_getdents(file->host_fd, buf, size);
        if (r <= 0)
            return r;
        kept = filter(data, buf, r);
    } while (kept == 0);
    return user_write(task, user, buf, (size_t)kept) < 0 ? -LINUX_EFAULT : kept;
}

long file_lseek(struct task *task, struct file *file, int64_t offset, int whence)
{
    struct vfs_file *data = file->data;

    if (is_merged(data) && (data->host_mode & LINUX_S_IFMT) == LINUX_S_IFDIR)
        return listing_lseek(task, file, offset, whence);
    return host_lseek(file->host_fd, offset, whence);
}
