/* SPDX-License-Identifier: MIT */
/*
 * devpts: the container's terminals. They are the host's own, with the host's numbers; a guest sees those
 * that the container has made.
 *
 * The mount is a scratch folder with a node for each terminal, made when ptmx is opened: it has the owner and
 * the mode that the guest sees, and, as its time of modification, the host terminal's time of change, which
 * tells whether the number still means the terminal that was ours. Names in it are made here alone, so that a
 * guest cannot come at another terminal of the host's user.
 */
#include "fs/devpts.h"

#define PTMX_RDEV linux_makedev(5, 2)
#define PTS_MAJOR 136
#define TTY_GROUP 5

static void host_name(const char *number, char *path, size_t size)
{
    fmt(path, size, "/dev/pts/%s", number);
}

static bool is_number(const char *name)
{
    uint64_t n;
    size_t len = str_to_u64(name, &n);

    return len > 0 && !name[len] && n < 1 << 20;
}

/* The host's terminal behind a node, if it is still the one that the node was made for. */
static bool host_terminal(const struct vfs_node *node, const char *name, struct linux_kstat *st)
{
    char path[32];

    host_name(name, path, sizeof path);
    return host_fstatat(LINUX_AT_FDCWD, path, st, 0) == 0 && st->st_uid == host_uid() &&
           st->st_ctime_sec == node->st.st_mtime_sec && st->st_ctime_nsec == node->st.st_mtime_nsec;
}

/* What the guest sees: the host's terminal, with the node's owner and mode. */
static void show(struct vfs_node *node, const struct linux_kstat *host)
{
    struct linux_kstat st = *host;

    st.st_uid = node->st.st_uid;
    st.st_gid = node->st.st_gid;
    st.st_mode = LINUX_S_IFCHR | (node->st.st_mode & 07777);
    node->st = st;
}

static long devpts_root(struct task *task, struct mount *mnt, struct vfs_node *root)
{
    return folder_ops.root(task, mnt, root);
}

static long devpts_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    struct linux_kstat host;
    long r = folder_lookup(task, dir, name, out);

    if (r < 0 || !is_number(name))
        return r;
    if (!host_terminal(out, name, &host)) {
        host_unlinkat(dir->fd, name, 0);
        vfs_node_put(out);
        return -LINUX_ENOENT;
    }
    show(out, &host);
    return 0;
}

static const char *last_name(const struct vfs_node *node)
{
    const char *slash = strrchr(node->path, '/');

    return slash ? slash + 1 : node->path;
}

/* An open terminal's descriptor is the host's: its node tells the rest. */
static long devpts_getattr(struct task *task, struct vfs_node *node)
{
    CLEANUP_NODE(found);
    CLEANUP_NODE(root);
    long r;

    if (node->st_known)
        return 0;
    root.mnt = found.mnt = node->mnt;
    r = devpts_root(task, node->mnt, &root);
    if (r < 0 || node->path_len <= node->mnt->point_len) {
        node->st = root.st;
        node->st_known = r == 0;
        return r;
    }
    r = devpts_lookup(task, &root, last_name(node), &found);
    if (r == 0)
        node->st = found.st;
    else
        r = host_fstat(node->fd, &node->st);
    node->st_known = r == 0;
    return r;
}

long devpts_add(struct task *task, struct mount *mnt, int fd)
{
    struct vfs_attr attr = {
        .valid = ATTR_UID | ATTR_GID | ATTR_MODE | ATTR_TIMES, .gid = TTY_GROUP, .mode = 0620};
    char name[16], path[32];
    CLEANUP_NODE(root);
    CLEANUP_NODE(node);
    struct linux_kstat host;
    unsigned number;
    long r = host_ioctl(fd, LINUX_TIOCGPTN, (unsigned long)(uintptr_t)&number, NULL);

    if (r < 0) {
        /* The terminal's own end has no such call, but a number. */
        r = host_fstat(fd, &host);
        if (r < 0 || linux_major(host.st_rdev) != PTS_MAJOR)
            return -LINUX_ENOTTY;
        number = linux_minor(host.st_rdev);
    }
    fmt(name, sizeof name, "%u", number);
    host_name(name, path, sizeof path);
    root.mnt = node.mnt = mnt;
    r = host_fstatat(LINUX_AT_FDCWD, path, &host, 0);
    if (r == 0)
        r = devpts_root(task, mnt, &root);
    if (r < 0)
        return r;
    host_unlinkat(root.fd, name, 0);
    r = folder_mknod(task, &root, name, LINUX_S_IFCHR | 0620, linux_makedev(PTS_MAJOR, number));
    if (r == 0)
        r = folder_lookup(task, &root, name, &node);
    if (r < 0)
        return r;
    attr.uid = task->cred->fsuid;
    attr.times[0] = attr.times[1] = (struct linux_timespec){host.st_ctime_sec, host.st_ctime_nsec};
    return folder_setattr(task, &node, &attr);
}

long devpts_fill(struct task *task, struct mount *mnt)
{
    CLEANUP_NODE(root);
    struct linux_kstat st;
    long r;

    root.mnt = mnt;
    r = devpts_root(task, mnt, &root);
    if (r == 0)
        r = folder_mknod(task, &root, "ptmx", LINUX_S_IFCHR | 0666, PTMX_RDEV);
    for (int fd = 0; r == 0 && fd < 3; fd++)
        if (host_fstat(fd, &st) == 0 && (st.st_mode & LINUX_S_IFMT) == LINUX_S_IFCHR &&
            linux_major(st.st_rdev) == PTS_MAJOR && task->process->spec &&
            task->process->spec->flags & SPEC_TTY)
            r = devpts_add(task, mnt, fd);
    return r;
}

static long devpts_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    const unsigned ignored = LINUX_O_NOFOLLOW | LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_TRUNC;
    const char *name = last_name(node);
    bool ptmx = node->st.st_rdev == PTMX_RDEV;
    char path[32];
    long fd;

    if (vfs_is(node, LINUX_S_IFDIR) || flags & LINUX_O_PATH)
        return folder_open(task, node, flags, out);
    if (!ptmx && !is_number(name))
        return -LINUX_ENXIO;
    host_name(name, path, sizeof path);
    fd = host_openat(LINUX_AT_FDCWD, ptmx ? "/dev/ptmx" : path, (int)(flags & ~ignored), 0, task_stop(task));
    if (fd < 0)
        return fd;
    if (ptmx) {
        long r = devpts_add(task, node->mnt, (int)fd);

        if (r < 0) {
            host_close((int)fd);
            return r;
        }
    }
    return vfs_file_new(node, (int)fd, flags, out);
}

static long devpts_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st)
{
    *st = (struct linux_statfs){
        .f_type = LINUX_DEVPTS_SUPER_MAGIC, .f_bsize = 4096, .f_frsize = 4096, .f_namelen = 255};
    return 0;
}

/* Owner and mode are the guest's business; the host's terminal stays as it is. */
static long devpts_setattr(struct task *task, struct vfs_node *node, const struct vfs_attr *attr)
{
    struct vfs_attr kept = *attr;
    CLEANUP_NODE(root);
    CLEANUP_NODE(found);
    long r;

    kept.valid &= ATTR_MODE | ATTR_UID | ATTR_GID;
    node->st_known = false;
    root.mnt = found.mnt = node->mnt;
    r = devpts_root(task, node->mnt, &root);
    if (r == 0)
        r = folder_lookup(task, &root, last_name(node), &found);
    return r < 0 || !kept.valid ? MIN(r, 0) : folder_setattr(task, &found, &kept);
}

const struct fs_ops devpts_ops = {
    .name = "devpts",
    .root = devpts_root,
    .lookup = devpts_lookup,
    .getattr = devpts_getattr,
    .setattr = devpts_setattr,
    .open = devpts_open,
    .statfs = devpts_statfs,
};
