/* SPDX-License-Identifier: MIT */
/*
 * The overlay: several components at once.
 *
 * With an index, a path is followed in the index alone, as long as the filter says that the upper has nothing
 * at a name, or nothing but the copy of what the lower has there. Only the last component may need a look at
 * the upper. Everything else (links, whiteouts, what was renamed or replaced) is tried in the upper as a
 * whole, and otherwise left to the walk, step by step.
 */
#include "fs/overlay.h"

#define STEP_BY_STEP (-LINUX_ELOOP)
#define RESOLVE      (LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS)

/* Takes the next component off a path; 0 at its end. */
static size_t next_component(const char **path, const char **name)
{
    size_t len;

    for (;;) {
        while (**path == '/')
            ++*path;
        *name = *path;
        for (len = 0; (*path)[len] && (*path)[len] != '/'; len++)
            ;
        *path += len;
        if (len != 1 || **name != '.')
            return len;
    }
}

static bool is_last(const char *path)
{
    while (*path == '/')
        path++;
    return *path == '\0';
}

/*
 * The object at a path of the upper, where nothing of the lower can show through: not a folder, or one that
 * no metadata makes a merged one. -ENOENT: nothing is there, or a whiteout.
 */
static long whole_in_upper(struct vfs_node *dir, const char *path, struct vfs_node *out)
{
    long r = host_openat2_stop(dir->fd, path, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, RESOLVE, NULL);

    if (r < 0)
        return r == -LINUX_ENOENT ? r : STEP_BY_STEP;
    out->fd = (int)r;
    r = overlay_upper_stat(out);
    if (r == 0 && (out->host_mode & (LINUX_S_IFMT | 07777)) == WHITEOUT_MODE)
        r = -LINUX_ENOENT;
    else if (r == 0 && vfs_is(out, LINUX_S_IFDIR) && out->host_mode & META_MARK)
        r = STEP_BY_STEP;
    if (r < 0) {
        host_close(out->fd);
        out->fd = -1;
        out->st_known = false;
    }
    return r;
}

/* Something special stands at the first `len` bytes of the path. */
static long through_upper(struct vfs_node *dir, const char *path, size_t len, struct vfs_node *out)
{
    char *prefix cleanup_free = NULL;
    long r = whole_in_upper(dir, path, out);

    if (r != -LINUX_ENOENT)
        return r;
    /* Is it a folder of the upper alone, so that what is not in it is nowhere? */
    if (is_last(path + len))
        return STEP_BY_STEP;
    prefix = kmalloc(len + 1);
    if (!prefix)
        return -LINUX_ENOMEM;
    memcpy(prefix, path, len);
    prefix[len] = '\0';
    r = whole_in_upper(dir, prefix, out);
    if (r < 0)
        return STEP_BY_STEP;
    r = vfs_is(out, LINUX_S_IFDIR) ? -LINUX_ENOENT : STEP_BY_STEP;
    host_close(out->fd);
    out->fd = -1;
    out->st_known = false;
    return r;
}

static long path_indexed(struct vfs_node *dir, const char *path, struct vfs_node *out)
{
    const struct overlay *overlay = overlay_of(dir);
    const char *start = path, *name;
    bool upper = !dir->in_lower;
    struct lower_half half = {.fd = -1, .id = dir->id, .mode = LINUX_S_IFDIR};
    char component[VFS_NAME_MAX + 1];
    size_t len;
    long r;

    while ((len = next_component(&path, &name)) > 0) {
        uint32_t type = half.mode & LINUX_S_IFMT;

        if (type != LINUX_S_IFDIR)
            return type == LINUX_S_IFLNK ? STEP_BY_STEP : -LINUX_ENOTDIR;
        if (len > VFS_NAME_MAX)
            return -LINUX_ENAMETOOLONG;
        memcpy(component, name, len);
        component[len] = '\0';
        if (upper && overlay_may_have(overlay, half.id, component)) {
            if (overlay_may_have_other(overlay, half.id, component))
                return through_upper(dir, start, (size_t)(path - start), out);
        } else {
            upper = false;
        }
        r = lower_lookup_id(dir->mnt, half.id, component, &half);
        if (r < 0)
            return r;
    }
    if (path > start && path[-1] == '/' && (half.mode & LINUX_S_IFMT) != LINUX_S_IFDIR)
        return STEP_BY_STEP;
    if (upper) {
        r = host_openat2_stop(dir->fd, start, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, RESOLVE, NULL);
        if (r >= 0) {
            out->fd = (int)r;
            r = overlay_upper_stat(out);
            if (r == 0 && vfs_is(out, LINUX_S_IFDIR)) {
                out->id = half.id;
                out->st.st_nlink = 1;
            }
            return r == 0 && (out->host_mode & (LINUX_S_IFMT | 07777)) == WHITEOUT_MODE ? STEP_BY_STEP : r;
        }
        if (r != -LINUX_ENOENT)
            return STEP_BY_STEP;
    }
    lower_take(out, &half);
    return overlay_lower_found(out);
}

static long path_in_folders(struct vfs_node *dir, const char *path, struct vfs_node *out)
{
    const char *rest = path, *name;
    char component[VFS_NAME_MAX + 1];
    size_t len;
    long r;

    if (!dir->in_lower) {
        r = whole_in_upper(dir, path, out);
        if (r != -LINUX_ENOENT)
            return r;
        len = next_component(&rest, &name);
        if (len == 0 || len > VFS_NAME_MAX)
            return STEP_BY_STEP;
        memcpy(component, name, len);
        component[len] = '\0';
        if (upper_at(dir->fd, component) != UPPER_NONE)
            return STEP_BY_STEP;
    }
    r = host_openat2_stop(dir->in_lower ? dir->fd : dir->lower_fd, path, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0,
                          RESOLVE, NULL);
    if (r < 0)
        return r;
    out->fd = (int)r;
    out->in_lower = true;
    return overlay_lower_found(out);
}

long overlay_lookup_path(struct task *task, struct vfs_node *dir, const char *path, unsigned flags,
                         struct vfs_node *out)
{
    struct overlay *overlay = overlay_of(dir);
    long r;

    (void)flags;
    if (path[0] == '.' && (dir->path_len == dir->mnt->point_len || path[1] == '\0' || path[1] == '/'))
        return STEP_BY_STEP;
    r = overlay_refresh(task, dir);
    if (r < 0)
        return r;
    out->seen = overlay_changes(overlay);
    if (!overlay_has_lower(dir))
        r = whole_in_upper(dir, path, out);
    else
        r = overlay->indexed ? path_indexed(dir, path, out) : path_in_folders(dir, path, out);
    return r;
}
