/* SPDX-License-Identifier: MIT */
/*
 * The overlay when its container starts, before any second process: what killed ones left in the work folder
 * is removed, and the filter is made anew from an upper that has been used before, because the host may have
 * gone down without writing it.
 */
#include "fs/overlay.h"

struct filling {
    struct overlay *overlay;
    struct vfs_node *dir;
};

static long fill_folder(struct vfs_node *dir);

/* Everything counts as something else than a copy: that costs a system call now and then, never truth. */
static long fill_name(void *arg, int dirfd, const char *name)
{
    struct filling *f = arg;
    struct vfs_node *node;
    struct linux_kstat st;
    long r = 0;

    if (folder_hides(f->dir, name))
        return 0;
    overlay_will_have(f->overlay, f->dir->id, name, true);
    if (host_fstatat(dirfd, name, &st, LINUX_AT_SYMLINK_NOFOLLOW) < 0 ||
        (st.st_mode & LINUX_S_IFMT) != LINUX_S_IFDIR || !(st.st_mode & META_MARK))
        return 0;
    node = kmalloc(sizeof *node);
    if (!node)
        return -LINUX_ENOMEM;
    vfs_node_init(node);
    if (overlay_lookup_in(f->dir, name, node) == 0 && overlay_has_lower(node)) {
        node->path_len = f->dir->path_len + 1; /* not the root */
        r = fill_folder(node);
    }
    vfs_node_put(node);
    kfree(node);
    return r;
}

static long fill_folder(struct vfs_node *dir)
{
    struct filling filling = {overlay_of(dir), dir};

    return upper_each(dir->fd, fill_name, &filling);
}

static long fill_group(void *arg, int dirfd, const char *name)
{
    char group[64];
    size_t len = str_copy(group, name, sizeof group);

    (void)dirfd;
    if (len < sizeof group) {
        char *dot = strchr(group, '.');

        if (dot)
            *dot = '\0';
        overlay_will_have(arg, 0, group, true);
    }
    return 0;
}

static long remove_left(void *arg, int dirfd, const char *name)
{
    if (host_unlinkat(dirfd, name, 0) == -LINUX_EISDIR)
        upper_remove_folder(arg, dirfd, name);
    return 0;
}

static long each_in(struct mount *mnt, const char *path, long (*each)(void *, int, const char *), void *arg)
{
    long fd = host_openat(mnt->root_fd, path, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL),
         r;

    if (fd < 0)
        return fd == -LINUX_ENOENT ? 0 : fd;
    r = upper_each((int)fd, each, arg);
    host_close((int)fd);
    return r;
}

void overlay_start(struct task *task, struct mount *mnt)
{
    struct vfs_node *root;
    long r = -LINUX_ENOMEM;

    each_in(mnt, RESERVED_NAME "/work", remove_left, mnt);
    if (!overlay_filter_reset(mnt->data))
        return;
    root = kmalloc(sizeof *root);
    if (root) {
        vfs_node_init(root);
        root->mnt = mnt;
        r = overlay_root(task, mnt, root);
        root->path_len = mnt->point_len;
        if (r == 0)
            r = fill_folder(root);
        vfs_node_put(root);
        kfree(root);
    }
    if (r == 0)
        r = each_in(mnt, RESERVED_NAME "/links", fill_group, mnt->data);
    if (r < 0)
        overlay_filter_give_up(mnt->data);
}
