/* SPDX-License-Identifier: MIT */
/*
 * The overlay: renaming.
 *
 * What is renamed is in the upper first (a folder without its content: a redirect says where its lower half
 * is), so that the host renames one object. Where the lower has the old name, a whiteout must take its place:
 * it is put at the new name beforehand and the two are exchanged, in one step that nobody sees half of. Only
 * where the new name shows something that is replaced, a non-folder gets the new name as a second one first,
 * as link(2) would do, so that no name is missing at any moment.
 */
#include "fs/overlay.h"

struct renaming {
    struct task *task;
    struct vfs_node *olddir, *node, *newdir;
    const char *old, *new;
    bool hide_old;  /* the lower has the old name */
    bool lower_new; /* the lower has the new name */
    enum upper_state at_new;
    int work;
};

/* The name of a file that was found by the group of its lower name becomes one of the upper's own. */
static long name_in_upper(struct vfs_node *dir, const char *name, struct vfs_node *node)
{
    char path[HOST_FD_PATH_SIZE];
    long r;

    if (upper_at(dir->fd, name) != UPPER_NONE)
        return 0;
    host_fd_path(node->fd, path);
    overlay_will_have(overlay_of(dir), dir->id, name, true);
    overlay_link_gone(dir, name, node->st.st_ino);
    r = host_linkat(LINUX_AT_FDCWD, path, dir->fd, name, LINUX_AT_SYMLINK_FOLLOW);
    return r == -LINUX_EEXIST ? 0 : r;
}

/* Makes a folder independent of the name that it has: its lower half is remembered by a redirect, and what it
 * has not is not shown. */
static long free_folder(struct vfs_node *node)
{
    char path[HOST_FD_PATH_SIZE], *target cleanup_free = NULL;
    long r;

    if (!overlay_has_lower(node))
        return overlay_mark(node->mnt, node->fd, META_OPAQUE);
    target = kmalloc(VFS_PATH_MAX);
    if (!target)
        return -LINUX_ENOMEM;
    r = lower_path(node, target, VFS_PATH_MAX);
    if (r < 0)
        return r;
    host_fd_path(node->fd, path);
    r = host_setxattr(path, REDIRECT_XATTR, target, (size_t)r, 0);
    return r < 0 ? r : overlay_mark(node->mnt, node->fd, META_REDIRECT);
}

/* Everything that takes part is in the upper afterwards. */
static long prepare(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node)
{
    long r = overlay_copy_up(task, node, COPY_ALL);

    if (r == 0)
        r = overlay_copy_up(task, dir, COPY_ALL);
    if (r == 0 && vfs_is(node, LINUX_S_IFREG))
        r = name_in_upper(dir, name, node);
    return r;
}

/* A folder that shows a lower half is moved with a redirect, one that shows none must go on doing so at its
 * new place. */
static long prepare_folder(struct vfs_node *node, bool lower_new)
{
    if (!vfs_is(node, LINUX_S_IFDIR) || (!overlay_has_lower(node) && !lower_new))
        return 0;
    return free_folder(node);
}

/* Listings must look for inode numbers from before a copy-up in a folder that one moves to. */
static void mark_impure(struct vfs_node *dir, const struct vfs_node *node)
{
    if (!overlay_has_lower(dir) && (node->host_mode & META_MARK || vfs_is(node, LINUX_S_IFLNK)))
        overlay_mark(dir->mnt, dir->fd, META_IMPURE);
}

/* Puts what is at a name of the upper, and no longer wanted, away; a whiteout is left behind if the lower has
 * the name. */
static void clear_name(struct renaming *n, struct vfs_node *dir, const char *name, bool hide)
{
    enum upper_state state = upper_at(dir->fd, name);
    char temporary[32];

    if (state == UPPER_WHITEOUT && !hide) {
        host_unlinkat(dir->fd, name, 0);
    } else if (state == UPPER_OTHER || state == UPPER_FOLDER) {
        overlay_temporary(temporary);
        if (hide && whiteout_make(n->work, temporary) == 0)
            host_renameat2(n->work, temporary, dir->fd, name, LINUX_RENAME_EXCHANGE);
        else
            host_renameat2(dir->fd, name, n->work, temporary, LINUX_RENAME_NOREPLACE);
        if (state == UPPER_FOLDER)
            upper_remove_folder(dir->mnt, n->work, temporary);
        else
            host_unlinkat(n->work, temporary, 0);
    }
}

/*
 * Exchanges the two names, and checks that they were what they were thought to be; else they are exchanged
 * again, and the renaming begins anew (-EAGAIN).
 */
static long exchange_checked(struct renaming *n, enum upper_state at_new)
{
    struct linux_kstat node, moved;
    long r = host_renameat2(n->olddir->fd, n->old, n->newdir->fd, n->new, LINUX_RENAME_EXCHANGE);
    bool good;

    if (r < 0)
        return r == -LINUX_ENOENT ? -LINUX_EAGAIN : r;
    good = host_fstat(n->node->fd, &node) == 0 &&
           host_fstatat(n->newdir->fd, n->new, &moved, LINUX_AT_SYMLINK_NOFOLLOW) == 0 &&
           node.st_ino == moved.st_ino && upper_at(n->olddir->fd, n->old) == at_new;
    if (good && at_new == UPPER_FOLDER) {
        int fd cleanup_fd = (int)host_openat(n->olddir->fd, n->old, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);

        good = fd >= 0 && upper_is_empty(fd) == 0;
    }
    if (good)
        return 0;
    host_renameat2(n->olddir->fd, n->old, n->newdir->fd, n->new, LINUX_RENAME_EXCHANGE);
    return -LINUX_EAGAIN;
}

/* The old name stays occupied by a whiteout. */
static long rename_hiding(struct renaming *n, bool replaces)
{
    char temporary[32], path[HOST_FD_PATH_SIZE];
    bool made = false;
    long r;

    if (replaces && !vfs_is(n->node, LINUX_S_IFDIR)) {
        overlay_temporary(temporary);
        host_fd_path(n->node->fd, path);
        r = host_linkat(LINUX_AT_FDCWD, path, n->work, temporary, LINUX_AT_SYMLINK_FOLLOW);
        if (r == 0)
            r = host_renameat2(n->work, temporary, n->newdir->fd, n->new, 0);
        if (r < 0) {
            host_unlinkat(n->work, temporary, 0);
            return r == -LINUX_ENOENT ? -LINUX_EAGAIN : r;
        }
        overlay_temporary(temporary);
        r = whiteout_make(n->work, temporary);
        return r < 0 ? r : host_renameat2(n->work, temporary, n->olddir->fd, n->old, 0);
    }
    if (n->at_new == UPPER_NONE) {
        r = whiteout_make(n->newdir->fd, n->new);
        if (r < 0)
            return r == -LINUX_EEXIST ? -LINUX_EAGAIN : r;
        n->at_new = UPPER_WHITEOUT;
        made = true;
    }
    r = exchange_checked(n, n->at_new);
    if (r == 0)
        clear_name(n, n->olddir, n->old, true);
    else if (made && upper_at(n->newdir->fd, n->new) == UPPER_WHITEOUT && !n->lower_new)
        host_unlinkat(n->newdir->fd, n->new, 0);
    return r;
}

/* The old name is the upper's alone. */
static long rename_plain(struct renaming *n, bool replaces)
{
    bool exchange = n->at_new == UPPER_WHITEOUT || (n->at_new == UPPER_FOLDER && replaces);
    long r;

    if (!exchange)
        return host_renameat2(n->olddir->fd, n->old, n->newdir->fd, n->new, 0);
    r = exchange_checked(n, n->at_new);
    if (r == 0)
        clear_name(n, n->olddir, n->old, false);
    return r;
}

static long rename_over(struct renaming *n, struct vfs_node *target, unsigned flags)
{
    bool replaces = target != NULL;
    struct linux_kstat host;
    bool forget = false;
    long r;

    if (replaces) {
        if (vfs_is(target, LINUX_S_IFDIR) && (r = overlay_is_empty(n->task, target)) < 0)
            return r;
        /* A folder that only the lower has makes room as an empty one of the upper. */
        if (vfs_is(target, LINUX_S_IFDIR) && (r = overlay_copy_up(n->task, target, COPY_ALL)) < 0)
            return r;
        if (!target->in_lower && host_fstat(target->fd, &host) == 0)
            forget = target->st.st_nlink <= 1 && !vfs_is(target, LINUX_S_IFDIR);
        if (vfs_is(target, LINUX_S_IFREG) && n->lower_new && upper_at(n->newdir->fd, n->new) == UPPER_NONE &&
            (target->st.st_nlink > 1 || !target->in_lower))
            overlay_link_gone(n->newdir, n->new, target->st.st_ino);
    }
    n->at_new = upper_at(n->newdir->fd, n->new);
    if (replaces && flags & LINUX_RENAME_NOREPLACE)
        return -LINUX_EEXIST;
    r = n->hide_old ? rename_hiding(n, replaces) : rename_plain(n, replaces);
    if (r == 0 && forget)
        meta_forget(n->newdir->mnt, target->fd, &host);
    if (r == 0 && replaces && vfs_is(target, LINUX_S_IFREG))
        overlay_link_drop(n->newdir->mnt, target->st.st_ino);
    return r;
}

static long rename_exchange(struct renaming *n, struct vfs_node *target)
{
    long r;

    if (!target)
        return -LINUX_ENOENT;
    r = prepare(n->task, n->newdir, n->new, target);
    if (r == 0)
        r = prepare_folder(target, n->hide_old);
    if (r == 0)
        r = host_renameat2(n->olddir->fd, n->old, n->newdir->fd, n->new, LINUX_RENAME_EXCHANGE);
    if (r == 0)
        overlay_moved_note(target, n->newdir, n->new, n->olddir, n->old);
    return r;
}

static long rename_to(struct renaming *n, struct vfs_node *target, unsigned flags)
{
    long r = overlay_copy_up(n->task, n->newdir, COPY_ALL);

    if (r == 0)
        r = prepare(n->task, n->olddir, n->old, n->node);
    if (r < 0)
        return r;
    n->hide_old = lower_has(n->olddir, n->old);
    n->lower_new = lower_has(n->newdir, n->new);
    r = prepare_folder(n->node, n->lower_new);
    if (r < 0)
        return r;
    if (overlay_has_lower(n->newdir))
        overlay_will_have(overlay_of(n->newdir), n->newdir->id, n->new, true);
    if (overlay_has_lower(n->olddir))
        overlay_will_have(overlay_of(n->olddir), n->olddir->id, n->old, true);
    mark_impure(n->newdir, n->node);
    if (flags & LINUX_RENAME_EXCHANGE) {
        mark_impure(n->olddir, target);
        r = rename_exchange(n, target);
    } else {
        r = rename_over(n, target, flags);
    }
    overlay_changed(overlay_of(n->newdir));
    return r;
}

/* -EAGAIN: somebody else has changed one of the names meanwhile. */
static long rename_once(struct renaming *n, unsigned flags)
{
    struct vfs_node *target = kmalloc(sizeof *target), *newdir = n->newdir;
    bool folder = vfs_is(n->node, LINUX_S_IFDIR);
    long r;

    if (!target)
        return -LINUX_ENOMEM;
    vfs_node_init(target);
    memcpy(target->path, newdir->path, newdir->path_len + 1);
    target->path_len = newdir->path_len;
    r = vfs_path_append(target, n->new, strlen(n->new));
    if (r == 0)
        r = overlay_refresh(n->task, newdir);
    if (r == 0) {
        r = overlay_lookup_in(newdir, n->new, target);
        if (r == 0 && target->st.st_ino == n->node->st.st_ino)
            r = 0; /* two names of one object: nothing happens */
        else if (r == 0 && !(flags & LINUX_RENAME_EXCHANGE) && folder != vfs_is(target, LINUX_S_IFDIR))
            r = folder ? -LINUX_ENOTDIR : -LINUX_EISDIR;
        else if (r == 0 || r == -LINUX_ENOENT)
            r = rename_to(n, r == 0 ? target : NULL, flags);
    }
    vfs_node_put(target);
    kfree(target);
    return r;
}

long overlay_rename(struct task *task, struct vfs_node *olddir, const char *old, struct vfs_node *node,
                    struct vfs_node *newdir, const char *new, unsigned flags)
{
    struct renaming n = {
        .task = task, .olddir = olddir, .node = node, .newdir = newdir, .old = old, .new = new, .work = -1};
    int lock;
    long r;

    if (folder_hides(newdir, new))
        return -LINUX_EPERM;
    if (flags & LINUX_RENAME_WHITEOUT)
        return -LINUX_EINVAL;
    /* Where the lower has no part in it the host does it alone. */
    if (!flags && !(node->host_mode & META_MARK) && !overlay_has_lower(olddir) &&
        !overlay_has_lower(newdir) && vfs_is(node, LINUX_S_IFREG))
        return folder_rename(task, olddir, old, node, newdir, new, flags);
    r = n.work = (int)overlay_private(newdir->mnt, "work");
    if (r < 0)
        return r;
    lock = overlay_lock(newdir->mnt);
    do {
        r = overlay_look_again(olddir, old, node);
        if (r == 0)
            r = rename_once(&n, flags);
    } while (r == -LINUX_EAGAIN);
    if (r == 0)
        overlay_moved_note(node, olddir, old, newdir, new);
    overlay_unlock(lock);
    host_close(n.work);
    return r;
}
