/* SPDX-License-Identifier: MIT */
/* Nodes: their life, their paths, and the way from open files to them. */
#include "fs/internal.h"

void vfs_node_init(struct vfs_node *node)
{
    memset(node, 0, offsetof(struct vfs_node, path));
    node->path[0] = '\0';
    node->fd = node->lower_fd = -1;
}

void vfs_node_put(struct vfs_node *node)
{
    if (!node->borrowed) {
        if (node->fd >= 0)
            host_close(node->fd);
        if (node->lower_fd >= 0)
            host_close(node->lower_fd);
    }
    if (node->file)
        file_put(node->file);
    node->fd = node->lower_fd = -1;
    node->file = NULL;
    node->borrowed = false;
}

void vfs_node_move(struct vfs_node *to, struct vfs_node *from)
{
    memcpy(to, from, offsetof(struct vfs_node, path));
    memcpy(to->path, from->path, from->path_len + 1);
    vfs_node_init(from);
}

long vfs_path_append(struct vfs_node *node, const char *name, size_t len)
{
    if (node->path_len + 1 + len >= VFS_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    node->path[node->path_len] = '/';
    memcpy(node->path + node->path_len + 1, name, len);
    node->path_len += (uint32_t)len + 1;
    node->path[node->path_len] = '\0';
    return 0;
}

static long host_link_of_fd(int fd, char *buf, size_t size)
{
    char link[HOST_FD_PATH_SIZE];
    long n;

    host_fd_path(fd, link);
    n = host_readlinkat(LINUX_AT_FDCWD, link, buf, size - 1);
    if (n >= 0)
        buf[n] = '\0';
    return n;
}

/* buf holds a host path; root the host path of a mount's root. The guest's path replaces it. */
static long path_below(const struct mount *mnt, const char *root, char *buf, long n, size_t size)
{
    size_t len = strlen(root);

    if (len == 1)
        len = 0;
    if ((size_t)n < len || memcmp(buf, root, len) != 0 || (buf[len] && buf[len] != '/'))
        return -LINUX_ENOENT;
    if (mnt->point_len + (size_t)n - len + 1 > size)
        return -LINUX_ENAMETOOLONG;
    memmove(buf + mnt->point_len, buf + len, (size_t)n - len + 1);
    memcpy(buf, mnt->point, mnt->point_len);
    n += (long)mnt->point_len - (long)len;
    if (n > 0 && buf[n - 1] == '/')
        buf[--n] = '\0';
    return n;
}

/* What lies in our own folder is somebody's file without a name there. */
static bool is_reserved(const struct mount *mnt, const char *path)
{
    return !(mnt->flags & MOUNT_IDENTITY) && str_starts(path + mnt->point_len, "/" RESERVED_NAME "/");
}

long vfs_host_path(struct mount *mnt, int fd, int lower_fd, const char *remembered, char *buf, size_t size)
{
    char *root cleanup_free = kmalloc(VFS_PATH_MAX);
    long n = -LINUX_ENOENT, r;

    (void)lower_fd;
    if (!root)
        return -LINUX_ENOMEM;
    if (fd >= 0 && mnt->root_fd >= 0) {
        n = host_link_of_fd(fd, buf, size);
        r = host_link_of_fd(mnt->root_fd, root, VFS_PATH_MAX);
        if (n >= 0 && r >= 0 && (n = path_below(mnt, root, buf, n, size)) >= 0) {
            const char *unnamed = strrchr(buf, '#');

            if (!is_reserved(mnt, buf))
                return n;
            /* "#123 (deleted)" of O_TMPFILE is told below the folder that it was made for. */
            if (!unnamed || unnamed[-1] != '/')
                unnamed = NULL;
            str_copy(root, unnamed ? unnamed : "", VFS_PATH_MAX);
            return fmt(buf, size, unnamed ? "%s/%s" : "%s%s", remembered, root);
        }
    }
    return (long)str_copy(buf, remembered, size);
}

long vfs_node_of_file(struct task *task, struct file *file, struct vfs_node *out)
{
    vfs_node_init(out);
    (void)task;
    file_ref(file);
    out->file = file;
    out->borrowed = true;
    out->fd = file->host_fd;
    out->mnt = &vfs_anonymous;
    if (vfs_file_is(file)) {
        struct vfs_file *data = file->data;

        out->mnt = data->mnt;
        out->lower_fd = data->lower_fd;
        out->in_lower = data->in_lower;
        out->id = data->id;
        out->seen = data->seen;
        out->priv = data->priv;
        out->host_mode = data->host_mode;
        out->st.st_mode = data->host_mode & LINUX_S_IFMT;
        out->path_len = data->path_len;
        memcpy(out->path, data->path, data->path_len + 1);
    }
    return 0;
}

long vfs_node_of_fd(struct task *task, int fd, struct vfs_node *out)
{
    struct file *file cleanup_file = file_get(task, fd);

    return file ? vfs_node_of_file(task, file, out) : -LINUX_EBADF;
}
