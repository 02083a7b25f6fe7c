/* SPDX-License-Identifier: MIT */
/* The overlay: new names and removal. What is put in a whiteout's place is made in the work folder and
 * exchanged with it. */
#include "fs/overlay.h"

enum upper_state upper_at(int dirfd, const char *name)
{
    struct linux_kstat st;

    if (host_fstatat(dirfd, name, &st, LINUX_AT_SYMLINK_NOFOLLOW) < 0)
        return UPPER_NONE;
    return is_whiteout(&st)                               ? UPPER_WHITEOUT
           : (st.st_mode & LINUX_S_IFMT) == LINUX_S_IFDIR ? UPPER_FOLDER
                                                          : UPPER_OTHER;
}

long whiteout_make(int dirfd, const char *name)
{
    return host_mknodat(dirfd, name, WHITEOUT_MODE, 0);
}

long upper_each(int dirfd, long (*each)(void *arg, int dirfd, const char *name), void *arg)
{
    char *buf cleanup_free = kmalloc(4096);
    int fd cleanup_fd = -1;
    long n, r = 0;

    if (!buf)
        return -LINUX_ENOMEM;
    n = host_reopen(dirfd, LINUX_O_RDONLY | LINUX_O_DIRECTORY, NULL);
    if (n < 0)
        return n;
    fd = (int)n;
    while (r == 0 && (n = host_getdents(fd, buf, 4096)) > 0)
        for (long at = 0; r == 0 && at < n;) {
            const struct linux_dirent64 *d = (const struct linux_dirent64 *)(const void *)(buf + at);

            at += d->d_reclen;
            if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
                r = each(arg, fd, d->d_name);
        }
    return r == 0 && n < 0 ? n : r;
}

static long check_whiteout(void *arg, int dirfd, const char *name)
{
    (void)arg;
    return upper_at(dirfd, name) == UPPER_WHITEOUT ? 0 : -LINUX_ENOTEMPTY;
}

long upper_is_empty(int fd)
{
    long r = upper_each(fd, check_whiteout, NULL);

    return r == -LINUX_ENOENT ? 0 : r; /* it has been removed */
}

static long remove_whiteout(void *arg, int dirfd, const char *name)
{
    (void)arg;
    return upper_at(dirfd, name) == UPPER_WHITEOUT ? host_unlinkat(dirfd, name, 0) : 0;
}

void upper_remove_folder(struct mount *mnt, int work, const char *name)
{
    int fd cleanup_fd =
        (int)host_openat(work, name, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);
    struct linux_kstat host;

    if (fd < 0)
        return;
    upper_each(fd, remove_whiteout, NULL);
    if (host_fstat(fd, &host) == 0)
        meta_forget(mnt, fd, &host);
    host_unlinkat(work, name, LINUX_AT_REMOVEDIR);
}

/* What is to be made, by folder.c's functions. */
struct making {
    enum { MAKE_FILE, MAKE_FOLDER, MAKE_NODE, MAKE_SYMLINK, MAKE_LINK } what;
    uint32_t mode;
    uint64_t rdev;
    unsigned flags;
    const char *target;
    struct vfs_node *node;
    struct file **out;
};

static long make_as(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *at,
                    const char *as, const struct making *m)
{
    switch (m->what) {
    case MAKE_FILE:
        return folder_create_as(task, dir, name, at->fd, as, m->flags | LINUX_O_CREAT | LINUX_O_EXCL, m->mode,
                                m->out);
    case MAKE_FOLDER:
        return folder_mkdir(task, at, as, m->mode);
    case MAKE_NODE:
        return folder_mknod(task, at, as, m->mode, m->rdev);
    case MAKE_SYMLINK:
        return folder_symlink(task, at, as, m->target);
    case MAKE_LINK:
        return folder_link(task, m->node, at, as);
    }
    return -LINUX_EINVAL;
}

static void unmake(const struct making *m, int work, const char *as)
{
    host_unlinkat(work, as, m->what == MAKE_FOLDER ? LINUX_AT_REMOVEDIR : 0);
}

/* A new folder where the lower has something of that name shows nothing of it. */
static long make_opaque(struct mount *mnt, int work, const char *name)
{
    int fd cleanup_fd = -1;
    long r = host_openat(work, name, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);

    if (r < 0)
        return r;
    fd = (int)r;
    return overlay_mark(mnt, fd, META_OPAQUE);
}

/* Makes it in the work folder and puts it in the whiteout's place. */
static long make_over_whiteout(struct task *task, struct vfs_node *dir, const char *name,
                               const struct making *m)
{
    struct vfs_node *work = kmalloc(sizeof *work);
    char temporary[32];
    long r;

    if (!work)
        return -LINUX_ENOMEM;
    memcpy(work, dir, offsetof(struct vfs_node, path) + dir->path_len + 1);
    r = work->fd = (int)overlay_private(dir->mnt, "work");
    if (r < 0)
        goto out;
    overlay_temporary(temporary);
    r = make_as(task, dir, name, work, temporary, m);
    if (r == 0 && m->what == MAKE_FOLDER)
        r = make_opaque(dir->mnt, work->fd, temporary);
    if (r == 0) {
        r = host_renameat2(work->fd, temporary, dir->fd, name, LINUX_RENAME_EXCHANGE);
        if (r == 0 && upper_at(work->fd, temporary) != UPPER_WHITEOUT) {
            /* Somebody else was quicker. */
            host_renameat2(work->fd, temporary, dir->fd, name, LINUX_RENAME_EXCHANGE);
            r = -LINUX_EEXIST;
        }
        if (r == 0) {
            host_unlinkat(work->fd, temporary, 0);
            overlay_changed(overlay_of(dir));
        } else {
            unmake(m, work->fd, temporary);
            if (m->out && *m->out)
                file_put(*m->out);
        }
    }
    host_close(work->fd);
out:
    kfree(work);
    return r == -LINUX_ENOENT ? -LINUX_EEXIST : r;
}

static long make(struct task *task, struct vfs_node *dir, const char *name, const struct making *m)
{
    long r;

    if (folder_hides(dir, name))
        return -LINUX_EPERM;
    r = overlay_copy_up(task, dir, COPY_ALL);
    if (r == 0 && !dir->st_known)
        r = overlay_getattr(task, dir);
    if (r < 0)
        return r;
    if (overlay_has_lower(dir)) {
        overlay_will_have(overlay_of(dir), dir->id, name, true);
        /* Made beside a lower name that nothing hides it would hide that: somebody has put it there since it
         * was looked for. */
        if (lower_has(dir, name) && upper_at(dir->fd, name) == UPPER_NONE)
            return -LINUX_EEXIST;
    }
    r = make_as(task, dir, name, dir, name, m);
    if (r == -LINUX_EEXIST && upper_at(dir->fd, name) == UPPER_WHITEOUT) {
        int lock = overlay_lock(dir->mnt);

        r = make_over_whiteout(task, dir, name, m);
        overlay_unlock(lock);
    }
    return r;
}

long overlay_create(struct task *task, struct vfs_node *dir, const char *name, unsigned flags, uint32_t mode,
                    struct file **out)
{
    return make(task, dir, name,
                &(struct making){.what = MAKE_FILE, .flags = flags, .mode = mode, .out = out});
}

long overlay_mkdir(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode)
{
    return make(task, dir, name, &(struct making){.what = MAKE_FOLDER, .mode = mode});
}

long overlay_mknod(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode, uint64_t rdev)
{
    return make(task, dir, name, &(struct making){.what = MAKE_NODE, .mode = mode, .rdev = rdev});
}

long overlay_symlink(struct task *task, struct vfs_node *dir, const char *name, const char *target)
{
    return make(task, dir, name, &(struct making){.what = MAKE_SYMLINK, .target = target});
}

long overlay_link(struct task *task, struct vfs_node *node, struct vfs_node *dir, const char *name)
{
    struct linux_kstat host;
    long r = overlay_copy_up(task, node, COPY_ALL);

    if (r == 0)
        r = make(task, dir, name, &(struct making){.what = MAKE_LINK, .node = node});
    if (r == 0 && !overlay_has_lower(dir) && host_fstat(node->fd, &host) == 0 && host.st_mode & META_MARK)
        overlay_mark(dir->mnt, dir->fd, META_IMPURE);
    return r;
}

/* It lies in the work folder until it gets a name, so that no folder has to be copied up for it. */
long overlay_tmpfile(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode,
                     struct file **out)
{
    int work cleanup_fd = -1;
    long r = overlay_refresh(task, dir);

    if (r == 0 && !dir->st_known)
        r = overlay_getattr(task, dir);
    if (r == 0)
        r = overlay_private(dir->mnt, "work");
    if (r < 0)
        return r;
    work = (int)r;
    return folder_create_as(task, dir, ".", work, ".", flags, mode, out);
}

/* Hides what the upper has at a name with a whiteout. -EAGAIN: it is something else by now. */
static long replace_by_whiteout(struct vfs_node *dir, const char *name, bool folder)
{
    int work cleanup_fd = -1, fd cleanup_fd = -1;
    char temporary[32];
    enum upper_state state;
    long r = overlay_private(dir->mnt, "work");

    if (r < 0)
        return r;
    work = (int)r;
    overlay_temporary(temporary);
    r = whiteout_make(work, temporary);
    if (r < 0)
        return r;
    r = host_renameat2(work, temporary, dir->fd, name, LINUX_RENAME_EXCHANGE);
    if (r < 0) {
        host_unlinkat(work, temporary, 0);
        return r == -LINUX_ENOENT ? -LINUX_EAGAIN : r;
    }
    state = upper_at(work, temporary);
    if (state != (folder ? UPPER_FOLDER : UPPER_OTHER))
        r = -LINUX_EAGAIN;
    if (r == 0 && folder) {
        fd = (int)host_openat(work, temporary, LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);
        if (fd >= 0 && upper_is_empty(fd) < 0)
            r = -LINUX_ENOTEMPTY; /* something was put into it meanwhile */
    }
    if (r < 0) {
        host_renameat2(work, temporary, dir->fd, name, LINUX_RENAME_EXCHANGE);
        host_unlinkat(work, temporary, 0);
        return r;
    }
    if (folder)
        upper_remove_folder(dir->mnt, work, temporary);
    else
        host_unlinkat(work, temporary, 0);
    return 0;
}

/*
 * Removes a folder that only the upper has, and the whiteouts in it. It becomes opaque first, so that nothing
 * shows when they are gone; so the host can say whether it is empty in the moment when it removes it.
 */
static long remove_folder(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node)
{
    long r = folder_unlink(task, dir, name, node, LINUX_AT_REMOVEDIR);

    if (r != -LINUX_ENOTEMPTY)
        return r;
    if (overlay_has_lower(node) && (r = overlay_mark(node->mnt, node->fd, META_OPAQUE)) < 0)
        return r;
    upper_each(node->fd, remove_whiteout, NULL);
    return folder_unlink(task, dir, name, node, LINUX_AT_REMOVEDIR);
}

/* -EAGAIN: somebody else has changed the name meanwhile. */
static long unlink_once(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                        int flags)
{
    bool folder = vfs_is(node, LINUX_S_IFDIR), last = false;
    struct linux_kstat host;
    enum upper_state state;
    uint64_t ino;
    long r = overlay_getattr(task, node);

    if (r < 0)
        return r;
    ino = node->st.st_ino;
    last = vfs_is(node, LINUX_S_IFREG) && node->st.st_nlink <= 1;
    if (folder && (r = overlay_is_empty(task, node)) < 0)
        return r;
    if (!lower_has(dir, name)) {
        r = folder ? remove_folder(task, dir, name, node) : folder_unlink(task, dir, name, node, flags);
        if (r == 0 && last)
            overlay_link_drop(dir->mnt, ino);
        return r;
    }
    r = overlay_copy_up(task, dir, COPY_ALL);
    if (r < 0)
        return r;
    overlay_will_have(overlay_of(dir), dir->id, name, true);
    state = upper_at(dir->fd, name);
    if (state == UPPER_WHITEOUT)
        return -LINUX_ENOENT;
    if (state == UPPER_NONE) {
        r = whiteout_make(dir->fd, name);
        if (r == -LINUX_EEXIST)
            r = -LINUX_EAGAIN;
        if (r == 0 && vfs_is(node, LINUX_S_IFREG) && (node->st.st_nlink > 1 || !node->in_lower))
            overlay_link_gone(dir, name, ino);
    } else {
        r = replace_by_whiteout(dir, name, folder);
        if (r == 0 && !folder && node->st.st_nlink <= 1 && host_fstat(node->fd, &host) == 0)
            meta_forget(dir->mnt, node->fd, &host);
    }
    if (r == 0 && last)
        overlay_link_drop(dir->mnt, ino);
    overlay_changed(overlay_of(dir));
    return r;
}

long overlay_look_again(struct vfs_node *dir, const char *name, struct vfs_node *node)
{
    struct vfs_node *now = kmalloc(sizeof *now);
    bool folder = vfs_is(node, LINUX_S_IFDIR);
    long r;

    if (!now)
        return -LINUX_ENOMEM;
    vfs_node_init(now);
    r = overlay_lookup_in(dir, name, now);
    if (r == 0 && vfs_is(now, LINUX_S_IFDIR) != folder)
        r = folder ? -LINUX_ENOTDIR : -LINUX_EISDIR;
    if (r == 0)
        overlay_replace(node, now);
    vfs_node_put(now);
    kfree(now);
    return r;
}

long overlay_unlink(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                    int flags)
{
    int lock;
    long r;

    /* A name that only the upper has, and no folder: the host removes it, whole or not at all. */
    if (!vfs_is(node, LINUX_S_IFDIR) && !overlay_has_lower(dir))
        return unlink_once(task, dir, name, node, flags);
    lock = overlay_lock(dir->mnt);
    do {
        r = overlay_look_again(dir, name, node);
        if (r == 0)
            r = unlink_once(task, dir, name, node, flags);
    } while (r == -LINUX_EAGAIN);
    overlay_unlock(lock);
    return r;
}
