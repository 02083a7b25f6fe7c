/* SPDX-License-Identifier: MIT */
/* The descriptors of a process: fd and fdinfo. */
#include "fs/proc/peer.h"
#include "kernel/pids.h"

/* A descriptor of this process, or of another: what its table says, and where the host has it. */
struct fd_view {
    struct peer *peer; /* NULL: this process */
    struct file *own;  /* a reference */
    struct file file;  /* a copy */
    bool cloexec;
};

static void view_close(struct fd_view *view)
{
    if (view->own)
        file_put(view->own);
    peer_close(&view->peer);
}

static bool view_open(struct task *task, struct proc_id id, struct fd_view *view)
{
    if (proc_is_self(task, id)) {
        view->own = file_get(task, (int)id.fd);
        if (!view->own)
            return false;
        view->file = *view->own;
        view->cloexec = fd_get_cloexec(task, (int)id.fd) > 0;
        return true;
    }
    view->peer = peer_open(task, id);
    return view->peer && peer_fd(view->peer, (int)id.fd, &view->file, &view->cloexec);
}

#define CLEANUP_VIEW(name) struct fd_view name cleanup(view_close) = {0}

static void host_path(const struct fd_view *view, const char *folder, char buf[PROC_HOST_SIZE])
{
    if (view->peer)
        fmt(buf, PROC_HOST_SIZE, "/proc/%d/%s/%d", view->peer->host_pid, folder, view->file.host_fd);
    else
        fmt(buf, PROC_HOST_SIZE, "/proc/self/%s/%d", folder, view->file.host_fd);
}

bool proc_fd_exists(struct task *task, struct proc_id id)
{
    CLEANUP_VIEW(view);

    return view_open(task, id, &view);
}

uint32_t proc_fd_mode(struct task *task, struct proc_id id)
{
    CLEANUP_VIEW(view);
    uint32_t access;

    if (!view_open(task, id, &view) || view.file.flags & LINUX_O_PATH)
        return LINUX_S_IFLNK;
    access = view.file.flags & LINUX_O_ACCMODE;
    return LINUX_S_IFLNK | 0100 | (access == LINUX_O_WRONLY ? 0 : 0400) |
           (access == LINUX_O_RDONLY ? 0 : 0200);
}

static void list_one(struct proc_id id, int fd, struct text *out, uint32_t mode)
{
    struct proc_id entry = id;
    char name[16];

    entry.fd = (unsigned)fd;
    entry.entry = id.entry == PROC_FD ? PROC_FD_LINK : PROC_FDINFO_FILE;
    fmt(name, sizeof name, "%d", fd);
    virtual_list_add(out, name, proc_ino(entry, ""), mode);
}

long proc_fd_list(struct task *task, struct proc_id id, struct text *out, uint32_t mode)
{
    CLEANUP_PEER(peer) = NULL;
    struct file file;
    bool cloexec;

    if (proc_is_self(task, id)) {
        for (int fd = fd_next(task->files, 0); fd >= 0; fd = fd_next(task->files, fd + 1))
            list_one(id, fd, out, mode);
        return 0;
    }
    peer = peer_open(task, id);
    if (!peer)
        return -LINUX_EACCES;
    for (int fd = peer_fd_next(peer, 0, &file, &cloexec); fd >= 0;
         fd = peer_fd_next(peer, fd + 1, &file, &cloexec))
        list_one(id, fd, out, mode);
    return 0;
}

/* Another's descriptor: where the host says that the file is now, or else the name that it was opened by. */
static long peer_fd_text(struct task *task, const struct fd_view *view, char *buf, size_t size)
{
    char path[PROC_HOST_SIZE], *link cleanup_free = kmalloc(VFS_PATH_MAX);
    bool named, present;
    int mount;
    long n;

    if (!link)
        return -LINUX_ENOMEM;
    host_path(view, "fd", path);
    n = host_readlinkat(LINUX_AT_FDCWD, path, link, VFS_PATH_MAX - 1);
    if (n < 0)
        return n;
    named = peer_file_path(view->peer, &view->file, buf, size, &mount);
    if (named && (peer_file_kind(view->peer, &view->file) == FILE_VIRTUAL || link[0] != '/'))
        return (long)strlen(buf);
    if (link[0] != '/')
        return fmt(buf, size, "%.*s", (int)n, link);
    link[n] = '\0';
    present = !named || proc_guest_path(task, link, (size_t)n, buf, size);
    if (!named)
        proc_guest_path(task, link, (size_t)n, buf, size);
    else if (!present)
        peer_file_path(view->peer, &view->file, buf, size, &mount);
    return (long)strlen(buf);
}

static long own_fd_text(struct task *task, struct file *file, char *buf, size_t size)
{
    char *text cleanup_free = NULL;
    long n;

    if (file->ops->path)
        return vfs_path_of_file(task, file, buf, size);
    text = kmalloc(VFS_PATH_MAX);
    n = text ? vfs_path_of_file(task, file, text, VFS_PATH_MAX) : -LINUX_ENOMEM;
    if (n < 0)
        return n;
    proc_guest_path(task, text, (size_t)n, buf, size);
    return (long)strlen(buf);
}

long proc_fd_text(struct task *task, struct proc_id id, char *buf, size_t size)
{
    CLEANUP_VIEW(view);

    if (!view_open(task, id, &view))
        return -LINUX_ENOENT;
    return view.own ? own_fd_text(task, view.own, buf, size) : peer_fd_text(task, &view, buf, size);
}

/* Whether what was found by a name is the open file: for a device node (whose file is the host's device),
 * whether it is the same device. */
static bool is_same(struct task *task, struct vfs_node *node, const char *path)
{
    struct linux_kstat a, b;

    if (host_fstatat(LINUX_AT_FDCWD, path, &b, 0) < 0)
        return false;
    if ((b.st_mode & LINUX_S_IFMT) == LINUX_S_IFCHR)
        return vfs_getattr(task, node) == 0 && vfs_is(node, LINUX_S_IFCHR) && node->st.st_rdev == b.st_rdev;
    return node->fd >= 0 && host_fstat(node->fd, &a) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* By its name if that still means the same file, so that owner, mode and mount are the guest's; without one
 * as it is. */
static long follow_peer(struct task *task, const struct fd_view *view, char *name, struct vfs_node *out)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = name};
    char path[PROC_HOST_SIZE];
    int mount;

    host_path(view, "fd", path);
    if (name[0] == '/') {
        if (vfs_walk(task, &rq, out) == 0 && is_same(task, out, path))
            return vfs_getattr(task, out) < 0 ? -LINUX_ENOENT : 1;
        vfs_node_put(out);
        vfs_node_init(out);
        if (peer_file_kind(view->peer, &view->file) == FILE_VIRTUAL)
            return 0;
    }
    /* A file of one of our file systems whose name is gone keeps the host's rights only; it is refused. */
    if (peer_file_path(view->peer, &view->file, name, VFS_PATH_MAX, &mount))
        return -LINUX_EACCES;
    return proc_follow_host(task, path, LINUX_O_PATH, out);
}

long proc_fd_follow(struct task *task, struct proc_id id, struct vfs_node *out)
{
    CLEANUP_VIEW(view);
    char *name cleanup_free = kmalloc(VFS_PATH_MAX);
    long r;

    if (!name)
        return -LINUX_ENOMEM;
    if (!view_open(task, id, &view))
        return proc_is_self(task, id) ? -LINUX_ENOENT : -LINUX_EACCES;
    if (view.peer) {
        r = peer_fd_text(task, &view, name, VFS_PATH_MAX);
        return r < 0 ? r : follow_peer(task, &view, name, out);
    }
    r = vfs_node_of_fd(task, (int)id.fd, out);
    if (r == 0)
        r = vfs_getattr(task, out);
    return r < 0 ? -LINUX_ENOENT : 1;
}

/* --- fdinfo --- */

/* The number that stands behind a word in one of the host's lines; false when the line begins otherwise. */
static bool field(const char *line, size_t n, const char *word, uint64_t *value, const char **rest)
{
    size_t len = strlen(word);
    const char *p = line + len;

    if (n <= len || memcmp(line, word, len) != 0)
        return false;
    while (*p == ' ' || *p == '\t')
        p++;
    *rest = p + str_to_u64(p, value);
    return *rest > p;
}

/* The guest's number of a host descriptor that epoll watches; the host's number stays away when the guest has
 * closed it. */
static int guest_fd_of(struct task *task, const struct fd_view *view, int host_fd)
{
    struct file file, *own;
    bool cloexec;

    if (view->peer) {
        for (int fd = peer_fd_next(view->peer, 0, &file, &cloexec); fd >= 0;
             fd = peer_fd_next(view->peer, fd + 1, &file, &cloexec))
            if (file.host_fd == host_fd)
                return fd;
        return -1;
    }
    for (int fd = fd_next(task->files, 0); fd >= 0; fd = fd_next(task->files, fd + 1)) {
        bool found;

        own = file_get(task, fd);
        found = own && own->host_fd == host_fd;
        if (own)
            file_put(own);
        if (found)
            return fd;
    }
    return -1;
}

static int mount_of(const struct fd_view *view)
{
    char *path cleanup_free = NULL;
    int mount = 0;

    if (view->own)
        return vfs_file_is(view->own) ? ((struct vfs_file *)view->own->data)->mnt->id : 0;
    path = kmalloc(VFS_PATH_MAX);
    return path && peer_file_path(view->peer, &view->file, path, VFS_PATH_MAX, &mount) ? mount : 0;
}

static void put_line(struct task *task, const struct fd_view *view, const char *line, size_t n,
                     struct text *out)
{
    const char *rest;
    uint64_t value;
    int mount;

    if (n > 7 && memcmp(line, "flags:\t", 7) == 0) {
        unsigned long flags = 0;

        for (const char *p = line + 7; *p >= '0' && *p <= '7'; p++)
            flags = flags << 3 | (unsigned long)(*p - '0');
        /* What our own opening has added is not the guest's. */
        flags &= ~(unsigned long)(LINUX_O_CLOEXEC | LINUX_O_NOFOLLOW | LINUX_O_PATH);
        flags |= view->file.flags & (LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW);
        text_fmt(out, "flags:\t0%lo\n", flags | (view->cloexec ? LINUX_O_CLOEXEC : 0));
    } else if (field(line, n, "mnt_id:", &value, &rest) && !fs_is_identity(task->fs) &&
               (mount = mount_of(view)) > 0) {
        text_fmt(out, "mnt_id:\t%d\n", mount);
    } else if (field(line, n, "tfd:", &value, &rest)) {
        int fd = guest_fd_of(task, view, (int)value);

        if (fd >= 0) {
            text_fmt(out, "tfd: %8d", fd);
            text_put(out, rest, (size_t)(line + n - rest));
            text_puts(out, "\n");
        }
    } else if (field(line, n, "Pid:", &value, &rest) || field(line, n, "NSpid:", &value, &rest)) {
        text_fmt(out, "%s:\t%d\n", line[0] == 'P' ? "Pid" : "NSpid",
                 pids_to_guest(task->process, (int)value));
    } else {
        text_put(out, line, n);
        text_puts(out, "\n");
    }
}

/* The host knows the offset and the particulars of the kind; whether it closes at exec is the guest's own. */
long proc_fdinfo(struct task *task, struct proc_id id, struct text *out)
{
    CLEANUP_VIEW(view);
    CLEANUP_TEXT(raw);
    char path[PROC_HOST_SIZE];
    const char *line;
    size_t at = 0, n;
    long r;

    if (!view_open(task, id, &view))
        return -LINUX_ENOENT;
    host_path(&view, "fdinfo", path);
    r = text_host_file(&raw, path);
    while (r >= 0 && text_line(raw.data, raw.len, &at, &line, &n))
        put_line(task, &view, line, n, out);
    return r < 0 ? r : 0;
}

long fs_peer_host_fd(struct task *task, int pid, int fd)
{
    CLEANUP_PEER(peer) = peer_open(task, (struct proc_id){.pid = (unsigned)pid});
    struct file file;
    bool cloexec;

    if (!peer)
        return -LINUX_EPERM;
    return peer_fd(peer, fd, &file, &cloexec) ? file.host_fd : -LINUX_EBADF;
}
