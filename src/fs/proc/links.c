/* SPDX-License-Identifier: MIT */
/* Where the links of a process lead: exe, cwd, root and ns. */
#include "fs/proc/peer.h"
#include "kernel/cred.h"

const char *proc_ns_name(unsigned i)
{
    static const char *const names[] = {"cgroup",           "ipc",  "mnt",  "net", "pid",
                                        "pid_for_children", "time", "user", "uts"};

    return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

static long host_link(const char *path, char *buf, size_t size)
{
    long n = host_readlinkat(LINUX_AT_FDCWD, path, buf, size - 1);

    if (n >= 0)
        buf[n] = '\0';
    return n;
}

static long other_link(struct task *task, struct proc_id id, const char *name, char *buf, size_t size)
{
    char host[PROC_HOST_SIZE], path[PROC_HOST_SIZE + 32], *text cleanup_free = kmalloc(VFS_PATH_MAX);
    long r = proc_host_folder(task, id, host);

    if (!text)
        return -LINUX_ENOMEM;
    if (r < 0)
        return r;
    fmt(path, sizeof path, "%s/%s", host, name);
    r = host_link(path, text, VFS_PATH_MAX);
    if (r < 0)
        return r;
    proc_guest_path(task, text, (size_t)r, buf, size);
    return (long)strlen(buf);
}

/* The host only knows the kernel program. Where the other's memory may not be read, the program is what is
 * mapped first. */
static long other_exe(struct task *task, struct proc_id id, char *buf, size_t size)
{
    char host[PROC_HOST_SIZE];
    CLEANUP_PEER(peer) = peer_open(task, id);
    CLEANUP_TEXT(maps);
    const char *line;
    size_t at = 0, n;
    long r;

    if (peer)
        return fmt(buf, size, "%s", peer->process.exe_path);
    if (process_is_identity(task->process))
        return other_link(task, id, "exe", buf, size);
    r = proc_host_folder(task, id, host);
    if (r == 0)
        r = proc_maps(task, id, host, &maps);
    if (r < 0)
        return r;
    while (text_line(maps.data, maps.len, &at, &line, &n)) {
        const char *name = memchr(line, '/', n);

        if (name)
            return fmt(buf, size, "%.*s", (int)(line + n - name), name);
    }
    return -LINUX_EACCES;
}

static long other_cwd(struct task *task, struct proc_id id, char *buf, size_t size)
{
    CLEANUP_PEER(peer) = peer_open(task, id);
    long r;

    if (peer)
        return peer_dir_path(peer, peer->fs.cwd, buf, size) ? (long)strlen(buf) : -LINUX_ENOENT;
    r = other_link(task, id, "cwd", buf, size);
    return r < 0 || process_is_identity(task->process)
               ? r
               : -LINUX_EACCES; /* the host's folder is not the guest's */
}

static long path_in_root(struct task *task, const char *full, char *buf, size_t size)
{
    char *root cleanup_free = kmalloc(VFS_PATH_MAX);
    long n = root ? vfs_root_path(task, root, VFS_PATH_MAX) : -LINUX_ENOMEM;

    if (n < 0)
        return n;
    if (n > 0 && strncmp(full, root, (size_t)n) == 0 && (full[n] == '/' || !full[n]))
        full += n;
    return fmt(buf, size, "%s", *full ? full : "/");
}

long proc_link_text(struct task *task, struct proc_id id, char *buf, size_t size)
{
    bool self = proc_is_self(task, id);
    char name[32];

    switch (id.entry) {
    case PROC_SELF:
        return fmt(buf, size, "%d", task->process->pid);
    case PROC_THREAD_SELF:
        return fmt(buf, size, "%d/task/%d", task->process->pid, task->tid);
    case PROC_MOUNTS_LINK:
        return fmt(buf, size, "self/mounts");
    case PROC_NET_LINK:
        return fmt(buf, size, "self/net");
    case PROC_EXE:
        return self ? path_in_root(task, task->process->exe_path, buf, size) : other_exe(task, id, buf, size);
    case PROC_CWD:
        return self ? vfs_cwd_path(task, buf, size) : other_cwd(task, id, buf, size);
    case PROC_ROOT_LINK:
        return fmt(buf, size, "/");
    case PROC_NS_LINK:
        fmt(name, sizeof name, "ns/%s", proc_ns_name(id.fd));
        return other_link(task, id, name, buf, size);
    case PROC_FD_LINK:
        return proc_fd_text(task, id, buf, size);
    }
    return -LINUX_EINVAL;
}

/* The folder itself, whatever its name is by now. */
static long follow_dir(struct task *task, struct vfs_dir *const *which, struct vfs_node *out)
{
    struct vfs_dir *dir cleanup(vfs_dir_put_cleanup) = vfs_dir_get(task->fs, which);

    vfs_node_of_dir(dir, out);
    out->fd = dir->fd >= 0 ? (int)host_dup(dir->fd, 0) : -1;
    out->lower_fd = dir->lower_fd >= 0 ? (int)host_dup(dir->lower_fd, 0) : -1;
    out->borrowed = false;
    return 1;
}

/* By its name if that still means the same file, so that the guest's owner and mode are seen. */
static long follow_exe(struct task *task, struct vfs_node *out)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = task->process->exe_path, .flags = WALK_FOLLOW};
    struct linux_kstat a, b;

    if (vfs_walk(task, &rq, out) == 0 && out->fd >= 0 && host_fstat(out->fd, &a) == 0 &&
        host_fstat(task->process->exe->host_fd, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev)
        return 1;
    vfs_node_put(out);
    return vfs_node_of_file(task, task->process->exe, out) < 0 ? -LINUX_ENOENT : 1;
}

long proc_follow_host(struct task *task, const char *path, int flags, struct vfs_node *out)
{
    long fd = host_openat(LINUX_AT_FDCWD, path, flags, 0, NULL);

    if (fd < 0)
        return fd;
    out->file = file_new(&file_host_ops, (int)fd, (uint32_t)flags, NULL);
    if (!out->file) {
        host_close((int)fd);
        return -LINUX_ENOMEM;
    }
    out->fd = (int)fd;
    out->borrowed = true;
    out->mnt = &vfs_anonymous;
    return vfs_getattr(task, out) < 0 ? -LINUX_ENOENT : 1;
}

static long follow_ns(struct task *task, struct proc_id id, struct vfs_node *out)
{
    char host[PROC_HOST_SIZE], path[PROC_HOST_SIZE + 32];
    long r = proc_host_folder(task, id, host);

    if (r < 0)
        return r;
    fmt(path, sizeof path, "%s/ns/%s", host, proc_ns_name(id.fd));
    return proc_follow_host(task, path, LINUX_O_RDONLY, out);
}

long proc_link_follow(struct task *task, struct proc_id id, struct vfs_node *out)
{
    bool self = proc_is_self(task, id);

    switch (id.entry) {
    case PROC_NS_LINK:
        return follow_ns(task, id, out);
    case PROC_EXE:
        return self ? follow_exe(task, out) : 0;
    case PROC_CWD:
        return self ? follow_dir(task, &task->fs->cwd, out) : 0;
    case PROC_ROOT_LINK:
        return follow_dir(task, &task->fs->root, out);
    case PROC_FD_LINK:
        return proc_fd_follow(task, id, out);
    }
    return 0;
}
