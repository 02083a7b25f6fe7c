/* SPDX-License-Identifier: MIT */
/* The overlay: looking up names, and what is known of an object; see overlay.h. */
#include "fs/overlay.h"

void overlay_replace(struct vfs_node *to, struct vfs_node *from)
{
    if (!to->borrowed) {
        if (to->fd >= 0)
            host_close(to->fd);
        if (to->lower_fd >= 0)
            host_close(to->lower_fd);
    }
    to->fd = from->fd;
    to->lower_fd = from->lower_fd;
    to->borrowed = from->borrowed;
    to->in_lower = from->in_lower;
    to->id = from->id;
    to->seen = from->seen;
    to->host_mode = from->host_mode;
    to->st = from->st;
    to->st_known = from->st_known;
    from->fd = from->lower_fd = -1;
    from->borrowed = false;
}

long overlay_need_fd(struct vfs_node *node)
{
    long r;

    if (node->fd >= 0)
        return 0;
    if (!node->in_lower)
        return -LINUX_EBADF;
    r = lower_open(node, LINUX_O_PATH | LINUX_O_NOFOLLOW, NULL);
    if (r < 0)
        return r;
    node->fd = (int)r;
    node->borrowed = false;
    return 0;
}

static long overlay_hold(struct task *task, struct vfs_node *node, bool change)
{
    long r = change && !(node->mnt->flags & MOUNT_RDONLY) ? overlay_copy_up(task, node, COPY_ALL)
                                                          : overlay_refresh(task, node);

    return r < 0 ? r : overlay_need_fd(node);
}

/* Attributes of an object of the upper, whose metadata is given back, too. Symbolic links are completed by
 * getattr. */
static long upper_stat(struct vfs_node *node, struct meta *meta, bool links)
{
    long r = host_fstat(node->fd, &node->st);

    *meta = (struct meta){0};
    if (r < 0)
        return r;
    node->host_mode = node->st.st_mode;
    if (node->host_mode & META_MARK || (links && vfs_is(node, LINUX_S_IFLNK)))
        meta_load(node->mnt, node->fd, &node->st, meta);
    meta_view(node->mnt, meta, &node->st);
    node->st.st_dev = node->mnt->dev;
    if (meta->valid & META_INO && vfs_is(node, LINUX_S_IFREG))
        overlay_link_count(node, true);
    node->st_known = true;
    return 0;
}

/* Finds the lower half of a folder in the upper. */
static long find_lower_half(struct vfs_node *dir, const char *name, struct vfs_node *node,
                            const struct meta *meta)
{
    struct lower_half half;
    long r;

    if (meta->valid & META_OPAQUE)
        return 0;
    if (meta->valid & META_REDIRECT) {
        char path[HOST_FD_PATH_SIZE], *target cleanup_free = kmalloc(VFS_PATH_MAX);

        if (!target)
            return -LINUX_ENOMEM;
        host_fd_path(node->fd, path);
        r = host_getxattr(path, REDIRECT_XATTR, target, VFS_PATH_MAX - 1);
        if (r < 0)
            return r;
        target[r] = '\0';
        r = lower_folder(node->mnt, target, &half);
    } else if (!overlay_has_lower(dir)) {
        return 0;
    } else {
        r = lower_lookup(dir, name, &half);
    }
    if (r < 0)
        return r == -LINUX_ENOENT ? 0 : r;
    if ((half.mode & LINUX_S_IFMT) == LINUX_S_IFDIR) {
        node->lower_fd = half.fd;
        node->id = half.id;
        half.fd = -1;
    }
    lower_put(&half);
    return 0;
}

/* 0, -ENOENT, or 1: a whiteout. */
static long lookup_upper(struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    long r = host_openat(dir->fd, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    struct meta meta;

    if (r < 0)
        return r;
    out->fd = (int)r;
    r = upper_stat(out, &meta, false);
    if (r == 0 && (out->host_mode & (LINUX_S_IFMT | 07777)) == WHITEOUT_MODE) {
        host_close(out->fd);
        out->fd = -1;
        out->st_known = false;
        return 1;
    }
    if (r == 0 && vfs_is(out, LINUX_S_IFDIR))
        r = find_lower_half(dir, name, out, &meta);
    if (r == 0 && vfs_is(out, LINUX_S_IFDIR) && overlay_has_lower(out))
        out->st.st_nlink = 1; /* as overlayfs has it: nobody can rely on the count of folders in it */
    return r;
}

long overlay_lookup_in(struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    struct overlay *overlay = overlay_of(dir);
    struct lower_half half;
    long r;

    out->mnt = dir->mnt;
    out->seen = overlay_changes(overlay);
    if (!dir->in_lower && (!overlay_has_lower(dir) || overlay_may_have(overlay, dir->id, name))) {
        r = lookup_upper(dir, name, out);
        if (r != -LINUX_ENOENT)
            return r == 1 ? -LINUX_ENOENT : r;
    }
    if (!overlay_has_lower(dir))
        return -LINUX_ENOENT;
    r = lower_lookup(dir, name, &half);
    if (r < 0)
        return r;
    lower_take(out, &half);
    return overlay_lower_found(out);
}

long overlay_lower_found(struct vfs_node *node)
{
    uint32_t links;
    long r = lower_stat_links(node, &links);

    if (r == 0 && vfs_is(node, LINUX_S_IFREG) && links > 1)
        overlay_link_find(node);
    return r;
}

long overlay_upper_stat(struct vfs_node *node)
{
    struct meta meta;

    return upper_stat(node, &meta, false);
}

long overlay_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    long r = overlay_refresh(task, dir);

    if (r < 0)
        return r;
    if (folder_hides(dir, name))
        return -LINUX_ENOENT;
    return overlay_lookup_in(dir, name, out);
}

long overlay_root(struct task *task, struct mount *mnt, struct vfs_node *root)
{
    struct overlay *overlay = mnt->data;
    struct meta meta;
    long r;

    (void)task;
    root->fd = mnt->root_fd;
    root->borrowed = true;
    root->lower_fd = overlay->indexed ? -1 : mnt->lower_fd;
    root->id = overlay->indexed;
    root->st.st_mode = LINUX_S_IFDIR;
    root->host_mode = LINUX_S_IFDIR;
    r = upper_stat(root, &meta, false);
    root->st.st_nlink = 1;
    return r;
}

long overlay_getattr(struct task *task, struct vfs_node *node)
{
    long r = overlay_refresh(task, node);
    struct meta meta;

    if (r == -LINUX_ENOENT)
        r = 0;
    if (r < 0 || (node->st_known && !vfs_is(node, LINUX_S_IFLNK)))
        return r;
    if (node->in_lower)
        return lower_stat(node);
    r = upper_stat(node, &meta, true);
    if (r == 0 && vfs_is(node, LINUX_S_IFDIR) && overlay_has_lower(node))
        node->st.st_nlink = 1;
    return r;
}

static long overlay_birthtime(struct task *task, struct vfs_node *node)
{
    return node->fd >= 0 ? folder_birthtime(task, node) : -LINUX_EOPNOTSUPP;
}

/* Goes on from a node by one component; the node becomes the result. */
static long resolve_step(struct task *task, struct vfs_node *at, const char *name, size_t len, bool copy)
{
    struct vfs_node *next = kmalloc(sizeof *next);
    char component[VFS_NAME_MAX + 1];
    long r;

    if (!next)
        return -LINUX_ENOMEM;
    memcpy(component, name, len);
    component[len] = '\0';
    vfs_node_init(next);
    r = overlay_lookup_in(at, component, next);
    if (r == 0 && copy && next->in_lower)
        r = overlay_copy_child(task, at, component, next, COPY_ALL);
    if (r == 0) {
        overlay_replace(at, next);
        r = vfs_path_append(at, component, len);
    }
    vfs_node_put(next);
    kfree(next);
    return r;
}

long overlay_resolve(struct task *task, struct mount *mnt, const char *path, bool copy, struct vfs_node *out)
{
    long r;

    vfs_node_init(out);
    out->mnt = mnt;
    out->path_len = mnt->point_len;
    memcpy(out->path, mnt->point, mnt->point_len + 1);
    r = overlay_root(task, mnt, out);
    while (r == 0 && *path) {
        size_t len = 0;

        while (*path == '/')
            path++;
        while (path[len] && path[len] != '/')
            len++;
        if (len > VFS_NAME_MAX)
            return -LINUX_ENAMETOOLONG;
        if (len && !vfs_is(out, LINUX_S_IFDIR))
            return -LINUX_ENOTDIR;
        if (len)
            r = resolve_step(task, out, path, len, copy);
        path += len;
    }
    return r;
}

long overlay_refresh(struct task *task, struct vfs_node *node)
{
    struct overlay *overlay = overlay_of(node);
    bool folder = vfs_is(node, LINUX_S_IFDIR), moved = false;
    struct vfs_node *found;
    uint64_t now, ino;
    long r = 0;

    if (!node->in_lower)
        return 0;
    now = overlay_changes(overlay);
    if (now && node->seen == now)
        return 0;
    if (!node->st_known && (r = lower_stat(node)) < 0)
        return r;
    ino = node->st.st_ino;
    found = kmalloc(sizeof *found);
    if (!found)
        return -LINUX_ENOMEM;
    r = overlay_resolve(task, node->mnt, node->path + node->mnt->point_len, false, found);
    if (r == 0 && found->st.st_ino != ino)
        r = -LINUX_ENOENT;
    if (r < 0) {
        r = overlay_moved_find(node, found);
        moved = true;
    }
    if (r < 0) {
        /* Its name is gone: an open file keeps its content, a folder is empty for good. */
        r = folder ? -LINUX_ENOENT : 0;
    } else if (found->in_lower) {
        node->seen = found->seen;
        if (!moved && node->file && vfs_file_is(node->file))
            ((struct vfs_file *)node->file->data)->seen = found->seen;
    } else {
        overlay_replace(node, found);
    }
    vfs_node_put(found);
    kfree(found);
    return r;
}

static long overlay_readlink(struct task *task, struct vfs_node *node, char *buf, size_t size)
{
    return node->in_lower ? lower_readlink(node, buf, size) : folder_readlink(task, node, buf, size);
}

static long overlay_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st)
{
    long r = host_fstatfs(node->mnt->root_fd, st);

    (void)task;
    st->f_type = LINUX_OVERLAYFS_SUPER_MAGIC;
    return r;
}

static long open_index(struct overlay *overlay, const char *path)
{
    long fd = host_openat(LINUX_AT_FDCWD, path, LINUX_O_RDONLY, 0, NULL);
    struct linux_kstat st;
    void *map;

    if (fd < 0)
        return fd;
    if (host_fstat((int)fd, &st) == 0 && st.st_size > 0) {
        map = overlay_map((int)fd, ALIGN_UP((size_t)st.st_size, host_page_size()), LINUX_PROT_READ);
        overlay->indexed = map && index_open(&overlay->index, map, (size_t)st.st_size);
    }
    host_close((int)fd);
    return overlay->indexed ? 0 : -LINUX_EINVAL;
}

long overlay_mount_make(struct mount *mnt, const char *index_path)
{
    struct overlay *overlay = kzalloc(sizeof *overlay);
    struct linux_kstat upper, lower;
    long r;

    if (!overlay)
        return -LINUX_ENOMEM;
    overlay->lower = *mnt;
    overlay->lower.flags = MOUNT_RDONLY;
    overlay->lower.root_fd = mnt->lower_fd;
    overlay->lower.point = "";
    overlay->lower.point_len = 0;
    mnt->data = overlay;
    if (host_fstat(mnt->root_fd, &upper) == 0 && host_fstat(mnt->lower_fd, &lower) == 0 &&
        upper.st_dev != lower.st_dev)
        overlay->ino_bit = UINT64_C(1) << 62;
    r = index_path ? open_index(overlay, index_path) : 0;
    if (r == 0)
        overlay_shared_open(mnt);
    return r;
}
const struct fs_ops overlay_ops = {
    .name = "overlay",
    .root = overlay_root,
    .lookup = overlay_lookup,
    .lookup_path = overlay_lookup_path,
    .getattr = overlay_getattr,
    .birthtime = overlay_birthtime,
    .hold = overlay_hold,
    .setattr = overlay_setattr,
    .open = overlay_open,
    .create = overlay_create,
    .tmpfile = overlay_tmpfile,
    .readlink = overlay_readlink,
    .mkdir = overlay_mkdir,
    .mknod = overlay_mknod,
    .symlink = overlay_symlink,
    .link = overlay_link,
    .unlink = overlay_unlink,
    .rename = overlay_rename,
    .statfs = overlay_statfs,
    .getxattr = overlay_getxattr,
    .setxattr = overlay_setxattr,
    .listxattr = overlay_listxattr,
    .removexattr = overlay_removexattr,
};
