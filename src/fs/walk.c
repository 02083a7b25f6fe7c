/* SPDX-License-Identifier: MIT */
/*
 * The path walk.
 *
 * One component after the other, with nothing of the host's resolution but single names below a descriptor,
 * so that the host never follows a link for us. Where no mount, no ".." and no check of ours can be in
 * between, a file system may resolve the whole rest at once (fs_ops.lookup_path); when it meets a link there,
 * we go step by step up to that link, and try again behind it.
 *
 * ".." does not ask the host: the path from the root of the mount table is remembered, without links, and
 * walked again up to the parent.
 */
#include "fs/overlay.h"

struct walk {
    struct task *task;
    const struct walk_request *rq;
    struct vfs_node *at;  /* where we are; the result */
    struct vfs_dir *root; /* of the task, or of RESOLVE_IN_ROOT */
    struct mount_table *mounts;
    const struct mount *start_mount;
    uint32_t start_len; /* RESOLVE_BENEATH: length of the path that must not be left */
    int links;
    bool stepwise; /* lookup_path met a link that we have not reached yet */
    bool slash;    /* slashes stood behind the last component */
    char *rest;    /* what is still to be walked, in buf */
    char *buf;     /* 2 * VFS_PATH_MAX */
};

#define BUF_SIZE (2 * VFS_PATH_MAX)

static long walk_from_table_root(struct walk *inner, const char *path, size_t len);

static void at_root(struct walk *w)
{
    vfs_node_put(w->at);
    vfs_node_of_dir(w->root, w->at);
}

static bool is_root(const struct walk *w)
{
    return w->at->path_len == w->root->path_len && memcmp(w->at->path, w->root->path, w->root->path_len) == 0;
}

/* Any mount whose point lies on the way from `at` along the rest, or ".." in it? */
static bool rest_is_plain(struct walk *w, const char *rest)
{
    const struct vfs_node *at = w->at;

    for (const char *p = rest; (p = strchr(p, '.')); p++)
        if (p[1] == '.' && (p == rest || p[-1] == '/') && (p[2] == '/' || p[2] == '\0'))
            return false;
    if (!at->mnt->below)
        return true;
    for (uint32_t i = 0, n = w->mounts->count; i < n; i++) {
        const struct mount *m = w->mounts->mounts[i];
        const char *a, *b;

        if (m->point_len <= at->path_len || memcmp(m->point, at->path, at->path_len) != 0 ||
            m->point[at->path_len] != '/')
            continue;
        /* Compare component-wise, as the rest may hold "//" and "/./". */
        for (a = m->point + at->path_len, b = rest;;) {
            a += *a == '/';
            while (*b == '/' || (*b == '.' && (b[1] == '/' || b[1] == '\0')))
                b++;
            if (*a == '\0')
                return false;
            while (*a && *a != '/' && *a == *b)
                a++, b++;
            if ((*a && *a != '/') || (*b && *b != '/'))
                break;
            if (*b == '\0' && *a)
                break;
        }
    }
    return true;
}

/* Puts the text of a link before the rest. */
static long splice(struct walk *w, const char *text, size_t len)
{
    size_t rest_len = strlen(w->rest);
    char *start;

    if (len == 0)
        return -LINUX_ENOENT;
    if (len + 1 + rest_len >= BUF_SIZE)
        return -LINUX_ENAMETOOLONG;
    memmove(w->buf + BUF_SIZE - 1 - rest_len, w->rest, rest_len + 1);
    start = w->buf + BUF_SIZE - 1 - rest_len;
    if (rest_len > 0 && *start != '/')
        *--start = '/';
    start -= len;
    memcpy(start, text, len);
    w->rest = start;
    return 0;
}

static long follow_link(struct walk *w, struct vfs_node *link)
{
    char *text cleanup_free = NULL;
    long n;

    if (w->rq->resolve & LINUX_RESOLVE_NO_SYMLINKS)
        return -LINUX_ELOOP;
    if (++w->links > VFS_LINKS_MAX)
        return -LINUX_ELOOP;
    if (link->mnt->ops->follow) {
        CLEANUP_NODE(target);

        n = link->mnt->ops->follow(w->task, link, &target);
        if (n < 0)
            return n;
        if (n == 1) {
            if (w->rq->resolve & LINUX_RESOLVE_NO_MAGICLINKS)
                return -LINUX_ELOOP;
            if (w->rq->resolve & (LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_IN_ROOT))
                return -LINUX_EXDEV;
            vfs_node_put(w->at);
            vfs_node_move(w->at, &target);
            return 0;
        }
    }
    text = kmalloc(VFS_PATH_MAX);
    if (!text)
        return -LINUX_ENOMEM;
    n = link->mnt->ops->readlink(w->task, link, text, VFS_PATH_MAX - 1);
    if (n < 0)
        return n;
    n = splice(w, text, (size_t)n);
    if (n < 0)
        return n;
    w->stepwise = false;
    if (*w->rest == '/') {
        if (w->rq->resolve & LINUX_RESOLVE_BENEATH)
            return -LINUX_EXDEV;
        /* Linux knows the root's mount only when the path itself has begun there. */
        if ((w->rq->resolve & LINUX_RESOLVE_NO_XDEV) &&
            (w->root->mnt != w->at->mnt ||
             (w->rq->path[0] != '/' && !(w->rq->resolve & LINUX_RESOLVE_IN_ROOT))))
            return -LINUX_EXDEV;
        at_root(w);
    }
    return 0;
}

/* Goes from the root of the mount table along a path of ours that has no links. */
static long walk_again(struct walk *w, const char *path, size_t len)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .flags = 0, .resolve = LINUX_RESOLVE_NO_SYMLINKS};
    struct walk inner = {
        .task = w->task,
        .rq = &rq,
        .at = w->at,
        .root = w->root,
        .mounts = w->mounts,
    };

    return walk_from_table_root(&inner, path, len);
}

static long go_up(struct walk *w)
{
    struct vfs_node *at = w->at;
    char *path cleanup_free = NULL;
    const struct mount *old = at->mnt;
    long n, r;

    if (w->rq->resolve & LINUX_RESOLVE_BENEATH && at->path_len <= w->start_len)
        return -LINUX_EXDEV;
    if (is_root(w) || (at->path_len == 0 && at->mnt != &vfs_anonymous))
        return 0;
    path = kmalloc(VFS_PATH_MAX);
    if (!path)
        return -LINUX_ENOMEM;
    /* It may have been moved; one that has been removed still has the parent that it had. */
    if (at->in_lower && at->mnt->ops == &overlay_ops && (n = overlay_refresh(w->task, at)) < 0 &&
        n != -LINUX_ENOENT)
        return n;
    n = vfs_host_path(at->mnt, at->fd, at->lower_fd, at->path, path, VFS_PATH_MAX);
    if (n < 0)
        return n;
    while (n > 0 && path[n - 1] != '/')
        n--;
    n -= n > 0;
    r = walk_again(w, path, (size_t)n);
    if (r == 0 && (w->rq->resolve & LINUX_RESOLVE_NO_XDEV) && w->at->mnt != old)
        return -LINUX_EXDEV;
    return r;
}

static long enter_mount(struct walk *w, struct mount *mnt)
{
    CLEANUP_NODE(root);
    long r;

    if (w->rq->resolve & LINUX_RESOLVE_NO_XDEV)
        return -LINUX_EXDEV;
    root.mnt = mnt;
    root.path_len = mnt->point_len;
    memcpy(root.path, mnt->point, mnt->point_len + 1);
    r = mnt->ops->root(w->task, mnt, &root);
    if (r < 0)
        return r;
    vfs_node_put(w->at);
    vfs_node_move(w->at, &root);
    return 0;
}

/* What the whole rest is: everything, or all but the last component. Returns the length of the part to
 * resolve, 0: nothing to win. */
static size_t whole_part(struct walk *w, bool *all)
{
    const char *rest = w->rest, *end = rest + strlen(rest);

    *all = true;
    if (w->rq->flags & (WALK_PARENT | WALK_CREATE)) {
        while (end > rest && end[-1] == '/')
            end--;
        while (end > rest && end[-1] != '/')
            end--;
        while (end > rest && end[-1] == '/')
            end--;
        *all = false;
    }
    return (size_t)(end - rest);
}

/* Appends the components of a plain path. */
static long append_all(struct vfs_node *node, const char *p)
{
    while (*p) {
        size_t len;
        long r;

        while (*p == '/')
            p++;
        for (len = 0; p[len] && p[len] != '/'; len++)
            ;
        if (len == 0 || (len == 1 && *p == '.')) {
            p += len;
            continue;
        }
        if ((r = vfs_path_append(node, p, len)) < 0)
            return r;
        p += len;
    }
    return 0;
}

/* Would opening with these flags change the file? */
static bool changes(unsigned open_flags)
{
    return (open_flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY || open_flags & LINUX_O_TRUNC;
}

/* Tries to resolve the rest at once. 1: done, with the rest advanced; 0: go step by step; or an error. */
static long try_whole(struct walk *w)
{
    struct vfs_node *at = w->at;
    const struct fs_ops *ops = at->mnt->ops;
    unsigned flags = LINUX_O_PATH | LINUX_O_NOFOLLOW;
    CLEANUP_NODE(next);
    char saved;
    size_t len;
    bool all;
    long r;

    if (w->stepwise || !ops->lookup_path || (at->fd < 0 && !at->in_lower))
        return 0;
    if (!(at->mnt->flags & MOUNT_IDENTITY) && !task_has_cap(w->task, LINUX_CAP_DAC_READ_SEARCH) &&
        !task_has_cap(w->task, LINUX_CAP_DAC_OVERRIDE))
        return 0;
    len = whole_part(w, &all);
    if (len == 0)
        return 0;
    saved = w->rest[len];
    w->rest[len] = '\0';
    if (!rest_is_plain(w, w->rest)) {
        r = 0;
        goto out;
    }
    if (all && w->rq->open_flags && w->rest[len - 1] != '/' &&
        !(at->mnt->flags & MOUNT_RDONLY && changes(w->rq->open_flags)))
        flags = w->rq->open_flags;
    next.mnt = at->mnt;
    r = ops->lookup_path(w->task, at, w->rest, flags, &next);
    if (r == -LINUX_ELOOP || r == -LINUX_EXDEV || r == -LINUX_ENOSYS || r == -LINUX_EAGAIN) {
        w->stepwise = true;
        r = 0;
        goto out;
    }
    if (r < 0)
        goto out;
    if (vfs_is(&next, LINUX_S_IFLNK) && (!all || w->rq->flags & WALK_FOLLOW || w->rest[len - 1] == '/')) {
        w->stepwise = true;
        r = 0;
        goto out;
    }
    memcpy(next.path, at->path, at->path_len + 1);
    next.path_len = at->path_len;
    r = append_all(&next, w->rest);
    if (r < 0)
        goto out;
    vfs_node_put(at);
    vfs_node_move(at, &next);
    w->slash = all && w->rest[len - 1] == '/';
    r = 1;
out:
    w->rest[len] = saved;
    if (r == 1)
        w->rest += len;
    return r;
}

static long step(struct walk *w, const char *name, size_t len, bool last, bool follow)
{
    struct vfs_node *at = w->at;
    char component[VFS_NAME_MAX + 1];
    struct mount *mnt = NULL;
    CLEANUP_NODE(next);
    long r;

    memcpy(component, name, len);
    component[len] = '\0';
    if (at->mnt->below) {
        memcpy(next.path, at->path, at->path_len + 1);
        next.path_len = at->path_len;
        if ((r = vfs_path_append(&next, name, len)) < 0)
            return r;
        mnt = mount_at(w->mounts, next.path, next.path_len);
        if (mnt)
            return enter_mount(w, mnt);
    }
    next.mnt = at->mnt;
    r = at->mnt->ops->lookup(w->task, at, component, &next);
    if (r == -LINUX_ENOENT && last && w->rq->flags & WALK_CREATE) {
        memcpy(w->rq->last->name, component, len + 1);
        w->rq->last->slash = w->slash;
        return 1;
    }
    if (r < 0)
        return r;
    if (next.path_len == 0) {
        memcpy(next.path, at->path, at->path_len + 1);
        next.path_len = at->path_len;
        if ((r = vfs_path_append(&next, name, len)) < 0)
            return r;
    }
    if (vfs_is(&next, LINUX_S_IFLNK) && follow)
        return follow_link(w, &next);
    vfs_node_put(at);
    vfs_node_move(at, &next);
    return 0;
}

/* Walks w->rest from w->at. 0, or 1 for a missing last component with WALK_CREATE. */
static long walk_run(struct walk *w)
{
    const unsigned flags = w->rq->flags;
    long r;

    for (;;) {
        const char *name, *after;
        size_t len;
        bool last;

        while (*w->rest == '/')
            w->rest++;
        if (*w->rest == '\0')
            return 0;
        if (!vfs_is(w->at, LINUX_S_IFDIR))
            return -LINUX_ENOTDIR;
        r = try_whole(w);
        if (r < 0)
            return r;
        if (r == 1)
            continue;
        for (len = 0; w->rest[len] && w->rest[len] != '/'; len++)
            ;
        name = w->rest;
        for (after = name + len; *after == '/'; after++)
            ;
        last = *after == '\0';
        w->slash = last && after > name + len;
        if (len > VFS_NAME_MAX)
            return -LINUX_ENAMETOOLONG;
        if (last && flags & WALK_PARENT) {
            memcpy(w->rq->last->name, name, len);
            w->rq->last->name[len] = '\0';
            w->rq->last->slash = w->slash;
            return 0;
        }
        r = vfs_permission(w->task, w->at, MAY_EXEC);
        if (r < 0)
            return r;
        w->rest += len;
        if (len == 1 && name[0] == '.')
            r = 0;
        else if (len == 2 && name[0] == '.' && name[1] == '.')
            r = go_up(w);
        else
            r = step(w, name, len, last, !last || w->slash || flags & WALK_FOLLOW);
        if (r != 0)
            return r;
    }
}

static long walk_from_table_root(struct walk *inner, const char *path, size_t len)
{
    char *buf cleanup_free = kmalloc(BUF_SIZE);
    struct mount *top = mount_at(inner->mounts, "", 0);
    long r;

    if (!buf)
        return -LINUX_ENOMEM;
    inner->buf = inner->rest = buf;
    memcpy(buf, path, len);
    buf[len] = '\0';
    vfs_node_put(inner->at);
    vfs_node_init(inner->at);
    inner->at->mnt = top;
    r = top->ops->root(inner->task, top, inner->at);
    return r < 0 ? r : walk_run(inner);
}

/* Puts `at` where the path begins. */
static long walk_begin(struct walk *w, struct vfs_dir **cwd)
{
    const struct walk_request *rq = w->rq;
    long r;

    if (*w->rest == '/' && !(rq->resolve & (LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_IN_ROOT))) {
        vfs_node_of_dir(w->root, w->at);
        return 0;
    }
    if (rq->dirfd == LINUX_AT_FDCWD) {
        *cwd = vfs_dir_get(w->task->fs, &w->task->fs->cwd);
        vfs_node_of_dir(*cwd, w->at);
        return 0;
    }
    r = vfs_node_of_fd(w->task, rq->dirfd, w->at);
    if (r < 0)
        return r;
    if (*w->rest == '\0')
        return 0;
    if (w->at->mnt == &vfs_anonymous || !vfs_is(w->at, LINUX_S_IFDIR))
        return -LINUX_ENOTDIR;
    return 0;
}

long vfs_walk(struct task *task, const struct walk_request *rq, struct vfs_node *out)
{
    char *buf cleanup_free = kmalloc(BUF_SIZE);
    struct vfs_dir *root cleanup(vfs_dir_put_cleanup) = vfs_dir_get(task->fs, &task->fs->root);
    struct vfs_dir *cwd cleanup(vfs_dir_put_cleanup) = NULL;
    struct vfs_dir *inner_root cleanup(vfs_dir_put_cleanup) = NULL;
    struct walk w = {
        .task = task,
        .rq = rq,
        .at = out,
        .root = root,
        .mounts = task->fs->mounts,
        .buf = buf,
        .rest = buf,
    };
    size_t len = strnlen(rq->path, VFS_PATH_MAX);
    long r;

    vfs_node_init(out);
    if (!buf)
        return -LINUX_ENOMEM;
    if (len == VFS_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    memcpy(buf, rq->path, len + 1);
    if (rq->last)
        rq->last->name[0] = '\0';
    if (len == 0 && !(rq->flags & WALK_EMPTY))
        return -LINUX_ENOENT;
    if (*buf == '/' && rq->resolve & LINUX_RESOLVE_BENEATH)
        return -LINUX_EXDEV;
    r = walk_begin(&w, &cwd);
    if (r < 0)
        return r;
    w.start_len = out->path_len;
    if (rq->resolve & LINUX_RESOLVE_IN_ROOT) {
        CLEANUP_NODE(copy);

        memcpy(&copy, out, offsetof(struct vfs_node, path) + out->path_len + 1);
        copy.borrowed = true;
        copy.file = NULL;
        inner_root = vfs_dir_new(&copy);
        if (!inner_root)
            return -LINUX_ENOMEM;
        w.root = inner_root;
    }
    r = walk_run(&w);
    if (r == 0 && !(rq->flags & WALK_PARENT) && (w.slash || rq->flags & WALK_DIRECTORY) &&
        !vfs_is(out, LINUX_S_IFDIR))
        r = -LINUX_ENOTDIR;
    /* The result may borrow from root or cwd, whose references end here. */
    if (r >= 0 && out->borrowed && !out->file) {
        out->fd = out->fd >= 0 ? (int)host_dup(out->fd, 0) : -1;
        out->lower_fd = out->lower_fd >= 0 ? (int)host_dup(out->lower_fd, 0) : -1;
        out->borrowed = false;
    }
    if (r < 0)
        vfs_node_put(out);
    return r;
}

long vfs_walk_user(struct task *task, int dirfd, uint64_t path, unsigned flags, struct vfs_node *out,
                   struct walk_last *last)
{
    char *name cleanup_free = kmalloc(VFS_PATH_MAX);
    struct walk_request rq = {.dirfd = dirfd, .path = name, .flags = flags, .last = last};
    long n;

    vfs_node_init(out);
    if (!name)
        return -LINUX_ENOMEM;
    n = user_string(task, name, path, VFS_PATH_MAX);
    return n < 0 ? n : vfs_walk(task, &rq, out);
}
