/* SPDX-License-Identifier: MIT */
/*
 * The places of a container's mounts. An image or a root folder may lack them: before the first program
 * starts they are made in the file system that is mounted there already, as whoever mounts by hand would make
 * them. Nothing is followed on the way: where a symbolic link or a file stands, or nothing may be made, the
 * mount is reached by its own name alone. The same for the working directory, except that links are followed.
 */
#include "fs/internal.h"

/* Whoever the first process runs as, the place is root's. */
static long give_to_root(struct task *task, struct vfs_node *node)
{
    struct vfs_attr attr = {.valid = ATTR_UID | ATTR_GID};

    if ((task->cred->fsuid == 0 && task->cred->fsgid == 0) || !node->mnt->ops->setattr)
        return 0;
    return node->mnt->ops->setattr(task, node, &attr);
}

static long look(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    out->mnt = dir->mnt;
    memcpy(out->path, dir->path, dir->path_len + 1);
    out->path_len = dir->path_len;
    long r = vfs_path_append(out, name, strlen(name));

    return r < 0 ? r : dir->mnt->ops->lookup(task, dir, name, out);
}

static long make(struct task *task, struct vfs_node *dir, const char *name, bool folder, struct vfs_node *out)
{
    const struct fs_ops *ops = dir->mnt->ops;
    long r;

    if (dir->mnt->flags & MOUNT_RDONLY || !ops->mkdir || !ops->mknod)
        return -LINUX_EROFS;
    r = folder ? ops->mkdir(task, dir, name, 0755) : ops->mknod(task, dir, name, LINUX_S_IFREG | 0644, 0);
    if (r == 0)
        r = look(task, dir, name, out);
    return r < 0 ? r : give_to_root(task, out);
}

/* True when a folder is mounted, not a file. */
static bool mounts_folder(struct task *task, struct mount *mnt)
{
    CLEANUP_NODE(root);

    root.mnt = mnt;
    return mnt->ops->root(task, mnt, &root) < 0 || vfs_is(&root, LINUX_S_IFDIR);
}

void mount_make_point(struct task *task, struct mount *mnt)
{
    struct mount *parent = mnt->parent;
    const char *rest = mnt->point;
    CLEANUP_NODE(at);
    long r = 0;

    if (!parent)
        return;
    rest += parent->point_len;
    at.mnt = parent;
    memcpy(at.path, parent->point, parent->point_len + 1);
    at.path_len = parent->point_len;
    r = parent->ops->root(task, parent, &at);
    while (r == 0 && vfs_is(&at, LINUX_S_IFDIR) && *rest == '/') {
        char name[VFS_NAME_MAX + 1];
        size_t len = 0;
        CLEANUP_NODE(next);

        while (rest[1 + len] && rest[1 + len] != '/')
            len++;
        if (len > VFS_NAME_MAX)
            return;
        memcpy(name, rest + 1, len);
        name[len] = '\0';
        rest += 1 + len;
        if (!len)
            continue;
        r = look(task, &at, name, &next);
        if (r == -LINUX_ENOENT)
            r = make(task, &at, name, *rest || mounts_folder(task, mnt), &next);
        if (r == 0) {
            vfs_node_put(&at);
            vfs_node_move(&at, &next);
        }
    }
}

long fs_make_folder(struct task *task, const char *path)
{
    size_t len = strlen(path);
    char *part cleanup_free = kmalloc(len + 1);
    struct walk_last *last cleanup_free = kmalloc(sizeof *last);
    long r = 0;

    if (!part || !last)
        return -LINUX_ENOMEM;
    for (size_t n = 1; n <= len && r >= 0; n++) {
        struct walk_request rq = {
            .dirfd = LINUX_AT_FDCWD, .path = part, .flags = WALK_FOLLOW | WALK_CREATE, .last = last};
        CLEANUP_NODE(node);
        CLEANUP_NODE(made);

        if (path[n] && path[n] != '/')
            continue;
        memcpy(part, path, n);
        part[n] = '\0';
        r = vfs_walk(task, &rq, &node);
        if (r == 1)
            r = make(task, &node, last->name, true, &made);
    }
    return r;
}
