/* SPDX-License-Identifier: MIT */
/*
 * /sys: the parts of the host's that programs ask for, read-only: processors, memory nodes, network
 * interfaces, huge pages. An object is named by its path; nothing else of the host's devices is shown.
 */
#include "fs/virtual.h"

#define HOST_SYS  "/sys"
#define PATH_SIZE 512

/* What is shown, with all that lies below; the folders on the way to them are shown with nothing else in
 * them. */
static const char *const shown[] = {
    "block",
    "class/block",
    "dev/block",
    "class/net",
    "devices/system/cpu",
    "devices/system/memory",
    "devices/system/node",
    "devices/virtual/net",
    "fs/cgroup",
    "kernel/mm",
    "kernel/uevent_seqnum",
    "module",
    "devices/pci0000:00",
};

enum place { OUTSIDE, ON_THE_WAY, INSIDE };

static enum place place_of(const char *path)
{
    size_t len = strlen(path);
    enum place best = len == 0 ? ON_THE_WAY : OUTSIDE;

    for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
        size_t n = strlen(shown[i]);

        if (strncmp(path, shown[i], n) == 0 && (path[n] == '\0' || path[n] == '/'))
            return INSIDE;
        if (n > len && strncmp(path, shown[i], len) == 0 && shown[i][len] == '/')
            best = ON_THE_WAY;
    }
    return best;
}

/* These are folders that the guest finds empty: the host's control groups, disks and modules are none of
 * its business. */
static bool is_empty_folder(const char *path)
{
    static const char *const empty[] = {"fs/cgroup", "module",      "devices/pci0000:00",
                                        "block",     "class/block", "dev/block"};

    for (size_t i = 0; i < ARRAY_SIZE(empty); i++)
        if (strcmp(path, empty[i]) == 0)
            return true;
    return false;
}

static const char *path_below(const struct vfs_node *node)
{
    const char *p = node->path + MIN(node->mnt->point_len, node->path_len);

    return *p == '/' ? p + 1 : p;
}

static void host_path(const char *path, char *buf)
{
    fmt(buf, PATH_SIZE + 8, HOST_SYS "/%s", path);
}

static long stat_path(struct vfs_node *node, const char *path)
{
    char host[PATH_SIZE + 8];
    struct linux_kstat st;
    long r;

    if (place_of(path) == OUTSIDE || strlen(path) >= PATH_SIZE)
        return -LINUX_ENOENT;
    host_path(path, host);
    r = host_fstatat(LINUX_AT_FDCWD, host, &st, LINUX_AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    virtual_stat(node, st.st_ino, st.st_mode & ~0222u, 0, 0);
    node->host_mode = node->st.st_mode;
    if ((st.st_mode & LINUX_S_IFMT) == LINUX_S_IFREG)
        node->st.st_size = 4096;
    return 0;
}

static long sysfs_root(struct task *task, struct mount *mnt, struct vfs_node *root)
{
    virtual_stat(root, 1, LINUX_S_IFDIR | 0555, 0, 0);
    return 0;
}

static long sysfs_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    const char *folder = path_below(dir);
    char path[PATH_SIZE];

    if ((size_t)fmt(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name) >= sizeof path ||
        is_empty_folder(folder))
        return -LINUX_ENOENT;
    return stat_path(out, path);
}

static long sysfs_getattr(struct task *task, struct vfs_node *node)
{
    const char *path = path_below(node);

    if (node->st_known)
        return 0;
    return *path ? stat_path(node, path) : sysfs_root(task, node->mnt, node);
}

static long sysfs_readlink(struct task *task, struct vfs_node *node, char *buf, size_t size)
{
    char host[PATH_SIZE + 8];

    host_path(path_below(node), host);
    return host_readlinkat(LINUX_AT_FDCWD, host, buf, size);
}

static long sysfs_list(struct task *task, struct vfs_node *dir, struct text *out)
{
    const char *folder = path_below(dir);
    char host[PATH_SIZE + 8], path[PATH_SIZE], buf[2048];
    long fd, n;

    if (is_empty_folder(folder))
        return 0;
    host_path(folder, host);
    fd = host_open(host, LINUX_O_RDONLY | LINUX_O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    while ((n = host_getdents((int)fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n;) {
            const struct linux_dirent64 *d = (const void *)(buf + at);

            at += d->d_reclen;
            fmt(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", d->d_name);
            if (d->d_name[0] != '.' && place_of(path) != OUTSIDE)
                virtual_list_add(out, d->d_name, d->d_ino, (uint32_t)d->d_type << 12);
        }
    host_close((int)fd);
    return n;
}

static long sysfs_generate(struct task *task, struct vfs_node *node, struct text *out)
{
    char host[PATH_SIZE + 8];
    long r;

    host_path(path_below(node), host);
    r = text_host_file(out, host);
    return r == -LINUX_EACCES ? -LINUX_EPERM : r;
}

static long sysfs_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    if ((flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY && !(flags & LINUX_O_PATH))
        return -LINUX_EROFS;
    return virtual_open(task, node, flags, out);
}

static long sysfs_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st)
{
    *st = (struct linux_statfs){
        .f_type = LINUX_SYSFS_MAGIC, .f_bsize = 4096, .f_frsize = 4096, .f_namelen = 255};
    return 0;
}

const struct virtual_fs sys_fs = {
    .ops =
        {
            .name = "sysfs",
            .root = sysfs_root,
            .lookup = sysfs_lookup,
            .getattr = sysfs_getattr,
            .open = sysfs_open,
            .readlink = sysfs_readlink,
            .statfs = sysfs_statfs,
        },
    .generate = sysfs_generate,
    .list = sysfs_list,
};
