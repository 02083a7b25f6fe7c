/* SPDX-License-Identifier: MIT */
/*
 * The lower half of the overlay: answered from the image's index without a system call, or, where there is
 * none, from the lower folder itself.
 */
#include "fs/overlay.h"

void lower_put(struct lower_half *half)
{
    if (half->fd >= 0)
        host_close(half->fd);
    *half = (struct lower_half){.fd = -1};
}

void lower_take(struct vfs_node *node, struct lower_half *half)
{
    node->fd = half->fd;
    node->id = half->id;
    node->in_lower = true;
    node->st.st_mode = half->mode & LINUX_S_IFMT;
    *half = (struct lower_half){.fd = -1};
}

const struct index_inode *lower_inode(const struct vfs_node *node)
{
    const struct overlay *overlay = overlay_of(node);

    return overlay->indexed && node->id ? index_inode(&overlay->index, (uint32_t)(node->id - 1)) : NULL;
}

static long lookup_indexed(const struct overlay *overlay, uint64_t folder, const char *name, size_t len,
                           struct lower_half *out)
{
    const struct index_name *found = index_lookup(&overlay->index, (uint32_t)(folder - 1), name, len);
    const struct index_inode *inode = found ? index_inode(&overlay->index, found->inode) : NULL;

    if (!inode)
        return -LINUX_ENOENT;
    *out = (struct lower_half){.fd = -1, .id = (uint64_t)found->inode + 1, .mode = inode->mode};
    return 0;
}

long lower_lookup_id(struct mount *mnt, uint64_t folder, const char *name, struct lower_half *out)
{
    return lookup_indexed(mnt->data, folder, name, strlen(name), out);
}

long lower_lookup(struct vfs_node *dir, const char *name, struct lower_half *out)
{
    const struct overlay *overlay = overlay_of(dir);
    struct linux_kstat st;
    long r;

    *out = (struct lower_half){.fd = -1};
    if (overlay->indexed)
        return lookup_indexed(overlay, dir->id, name, strlen(name), out);
    r = host_openat(dir->in_lower ? dir->fd : dir->lower_fd, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    if (r < 0)
        return r;
    out->fd = (int)r;
    r = host_fstat(out->fd, &st);
    if (r < 0)
        lower_put(out);
    out->mode = st.st_mode;
    return r;
}

bool lower_has(struct vfs_node *dir, const char *name)
{
    struct lower_half half;
    bool found = overlay_has_lower(dir) && lower_lookup(dir, name, &half) == 0;

    if (found)
        lower_put(&half);
    return found;
}

long lower_folder(struct mount *mnt, const char *path, struct lower_half *out)
{
    struct overlay *overlay = mnt->data;
    long r;

    *out = (struct lower_half){.fd = -1, .id = overlay->indexed, .mode = LINUX_S_IFDIR};
    while (*path == '/')
        path++;
    if (!overlay->indexed) {
        const uint64_t flags = LINUX_O_PATH | LINUX_O_NOFOLLOW | LINUX_O_DIRECTORY;

        r = host_openat2_stop(mnt->lower_fd, *path ? path : ".", flags, 0,
                              LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS, NULL);
        out->fd = (int)MAX(r, -1L);
        return MIN(r, 0L);
    }
    while (*path) {
        const char *slash = strchr(path, '/');
        size_t len = slash ? (size_t)(slash - path) : strlen(path);

        r = lookup_indexed(overlay, out->id, path, len, out);
        if (r < 0)
            return r;
        for (path += len; *path == '/'; path++)
            ;
    }
    return (out->mode & LINUX_S_IFMT) == LINUX_S_IFDIR ? 0 : -LINUX_ENOTDIR;
}

/* A damaged index must not lead out of the lower. */
static bool is_component(const char *text, size_t size)
{
    return size > 0 && strnlen(text, size) == size && !memchr(text, '/', size) && strcmp(text, "..") != 0;
}

/* Writes the path of an inode of the index, without a slash in front. */
static long indexed_path(const struct overlay *overlay, uint64_t id, char *buf, size_t size)
{
    const char *text;
    size_t at = size - 1;
    uint32_t inode = (uint32_t)(id - 1);

    buf[at] = '\0';
    for (int depth = 0; inode != 0; depth++) {
        const struct index_inode *i = index_inode(&overlay->index, inode);
        const struct index_name *name = i ? index_name(&overlay->index, i->first_name) : NULL;

        if (!name || depth > VFS_PATH_MAX)
            return -LINUX_ESTALE;
        if (at < name->name_size + 1)
            return -LINUX_ENAMETOOLONG;
        if (buf[at])
            buf[--at] = '/';
        text = index_text(&overlay->index, name->name_at, name->name_size);
        if (!is_component(text, name->name_size))
            return -LINUX_ESTALE;
        at -= name->name_size;
        memcpy(buf + at, text, name->name_size);
        inode = name->folder;
    }
    memmove(buf, buf + at, size - at);
    return (long)(size - 1 - at);
}

long lower_path(struct vfs_node *node, char *buf, size_t size)
{
    struct overlay *overlay = overlay_of(node);

    if (overlay->indexed)
        return indexed_path(overlay, node->id, buf, size);
    return vfs_host_path(&overlay->lower, node->in_lower ? node->fd : node->lower_fd, -1, "", buf, size);
}

long lower_open(struct vfs_node *node, unsigned flags, host_stop stop)
{
    char *path cleanup_free = NULL;
    long r;

    if (node->fd >= 0)
        return host_reopen(node->fd, (int)(flags & ~(unsigned)LINUX_O_NOFOLLOW), stop);
    path = kmalloc(VFS_PATH_MAX);
    if (!path)
        return -LINUX_ENOMEM;
    r = lower_path(node, path, VFS_PATH_MAX);
    if (r < 0)
        return r;
    /* The index has no links on the way, and nothing in the lower ever changes. */
    return host_openat(node->mnt->lower_fd, *path ? path : ".", (int)(flags | LINUX_O_NOFOLLOW), 0, stop);
}

static void stat_indexed(const struct index_inode *i, struct linux_kstat *st)
{
    *st = (struct linux_kstat){
        .st_ino = i->ino,
        .st_nlink = i->nlink,
        .st_mode = i->mode,
        .st_uid = i->uid,
        .st_gid = i->gid,
        .st_rdev = linux_makedev(i->rdev_major, i->rdev_minor),
        .st_size = i->size,
        .st_blksize = 4096,
        .st_blocks = (i->size + 4095) / 4096 * 8,
        .st_atime_sec = i->mtime,
        .st_mtime_sec = i->mtime,
        .st_ctime_sec = i->mtime,
        .st_atime_nsec = i->mtime_nsec,
        .st_mtime_nsec = i->mtime_nsec,
        .st_ctime_nsec = i->mtime_nsec,
    };
    if ((i->mode & LINUX_S_IFMT) == LINUX_S_IFDIR) {
        st->st_size = 4096;
        st->st_blocks = 8;
    }
    if ((i->mode & LINUX_S_IFMT) == LINUX_S_IFLNK)
        st->st_blocks = 0;
}

/* The type that the object has on the host: devices, FIFOs and sockets of an image are empty files. */
static uint32_t host_type(uint32_t mode)
{
    uint32_t type = mode & LINUX_S_IFMT;

    return type == LINUX_S_IFDIR || type == LINUX_S_IFLNK ? type : LINUX_S_IFREG;
}

long lower_stat(struct vfs_node *node)
{
    uint32_t links;

    return lower_stat_links(node, &links);
}

long lower_stat_links(struct vfs_node *node, uint32_t *links)
{
    struct overlay *overlay = overlay_of(node);
    const struct index_inode *inode = lower_inode(node);
    long r;

    if (inode) {
        stat_indexed(inode, &node->st);
        node->host_mode = host_type(inode->mode);
    } else {
        r = host_fstat(node->fd, &node->st);
        if (r < 0)
            return r;
        node->host_mode = node->st.st_mode;
        node->st.st_uid = host_uid();
        node->st.st_gid = host_gid();
        meta_apply(&overlay->lower, node->fd, &node->st, true);
    }
    node->st.st_dev = node->mnt->dev;
    node->st.st_ino |= overlay->ino_bit;
    *links = (uint32_t)node->st.st_nlink;
    if (vfs_is(node, LINUX_S_IFREG) && *links > 1)
        overlay_link_count(node, false);
    node->st_known = true;
    return 0;
}

long lower_readlink(struct vfs_node *node, char *buf, size_t size)
{
    const struct index_inode *inode = lower_inode(node);
    const char *text;
    size_t len;

    if (!inode)
        return host_readlinkat(node->fd, "", buf, size);
    text = index_text(&overlay_of(node)->index, inode->target_at, inode->size);
    len = strnlen(text, MIN(inode->size, size));
    memcpy(buf, text, len);
    return (long)len;
}

long lower_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size)
{
    const struct index_inode *inode = lower_inode(node);
    struct index_xattr xattr;
    uint32_t at = 0;

    if (!inode)
        return folder_getxattr(task, node, name, value, size);
    if (!str_starts(name, "user.") && !str_starts(name, "trusted.") && !str_starts(name, "security."))
        return -LINUX_EOPNOTSUPP;
    while (index_xattr_next(&overlay_of(node)->index, inode, &at, &xattr)) {
        if (xattr.name_size != strlen(name) || memcmp(xattr.name, name, xattr.name_size) != 0)
            continue;
        if (size && xattr.value_size > size)
            return -LINUX_ERANGE;
        if (size)
            memcpy(value, xattr.value, xattr.value_size);
        return xattr.value_size;
    }
    return -LINUX_ENODATA;
}

long lower_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size)
{
    const struct index_inode *inode = lower_inode(node);
    struct index_xattr xattr;
    size_t used = 0;
    uint32_t at = 0;

    if (!inode)
        return folder_listxattr(task, node, list, size);
    while (index_xattr_next(&overlay_of(node)->index, inode, &at, &xattr)) {
        if (xattr.name_size > LINUX_XATTR_NAME_MAX ||
            (xattr.name_size > 8 && memcmp(xattr.name, "trusted.", 8) == 0 &&
             !task_has_cap(task, LINUX_CAP_SYS_ADMIN)))
            continue;
        if (size) {
            if (used + xattr.name_size + 1 > size)
                return -LINUX_ERANGE;
            memcpy(list + used, xattr.name, xattr.name_size);
            list[used + xattr.name_size] = '\0';
        }
        used += xattr.name_size + 1;
    }
    return (long)used;
}
