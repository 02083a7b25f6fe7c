/* SPDX-License-Identifier: MIT */
/*
 * Files for descriptors that come from elsewhere (SCM_RIGHTS, standard input and output): an object below a
 * mount's host folder becomes a file of that mount again. What it is follows from the host's own link of the
 * descriptor.
 */
#include "fs/internal.h"

/* The mount with the shortest way to the object. Its guest path comes in buf. */
static struct mount *mount_of_host_fd(struct task *task, int fd, char *buf)
{
    struct mount_table *table = task->fs->mounts;
    char *path cleanup_free = kmalloc(VFS_PATH_MAX);
    struct mount *best = NULL;
    long best_len = VFS_PATH_MAX;

    for (uint32_t i = 0; path && i < atomic_load_explicit(&table->count, memory_order_acquire); i++) {
        struct mount *mnt = table->mounts[i];

        if (mnt->root_fd < 0)
            continue;
        long n = vfs_host_path(mnt, fd, -1, "", path, VFS_PATH_MAX);
        if (n <= 0 || n - (long)mnt->point_len >= best_len)
            continue;
        best = mnt;
        best_len = n - (long)mnt->point_len;
        str_copy(buf, path, VFS_PATH_MAX);
    }
    return best;
}

/* What only a walk finds: the lower half of a merged folder, whether the object is in the lower. */
static bool walk_to(struct task *task, const char *path, const struct linux_kstat *host,
                    struct vfs_node *node)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path};
    struct linux_kstat found;

    return vfs_walk(task, &rq, node) == 0 && node->fd >= 0 && host_fstat(node->fd, &found) == 0 &&
           found.st_ino == host->st_ino && found.st_dev == host->st_dev;
}

struct file *vfs_file_from_host_fd(struct task *task, int host_fd)
{
    struct linux_kstat host;
    struct mount *mnt;
    struct file *file;
    CLEANUP_NODE(node);
    char *path cleanup_free = kmalloc(VFS_PATH_MAX);
    long flags = host_fcntl(host_fd, LINUX_F_GETFL, 0, NULL);

    if (!path || flags < 0 || host_fstat(host_fd, &host) < 0 ||
        !(mnt = mount_of_host_fd(task, host_fd, path)))
        return NULL;
    if (!walk_to(task, path, &host, &node)) {
        vfs_node_put(&node);
        vfs_node_init(&node);
        node.mnt = mnt;
        node.path_len = (uint32_t)str_copy(node.path, path, VFS_PATH_MAX);
    }
    node.host_mode = host.st_mode;
    /* Ours is the wish not to follow a last link, when a file was opened by its name. */
    if (!(flags & LINUX_O_PATH))
        flags &= ~(long)LINUX_O_NOFOLLOW;
    /* The file takes a descriptor of its own, so that the caller keeps it when this fails. */
    long fd = host_dup(host_fd, 0);
    if (fd < 0 || vfs_file_new(&node, (int)fd, (unsigned)flags, &file) < 0)
        return NULL;
    host_close(host_fd);
    return file;
}
