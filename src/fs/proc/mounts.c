/* SPDX-License-Identifier: MIT */
/* mounts, mountinfo and mountstats, from the mount table, as proc_pid_mountinfo(5) has them. */
#include "fs/proc/proc.h"

/* Blanks, newlines and backslashes are written in octal. */
static void put_escaped(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\\')
            text_fmt(out, "\\%03o", (unsigned)(unsigned char)*s);
        else
            text_put(out, s, 1);
    }
}

static void put_options(struct text *out, uint32_t flags)
{
    text_puts(out, flags & MOUNT_RDONLY ? "ro" : "rw");
    if (flags & MOUNT_NOSUID)
        text_puts(out, ",nosuid");
    if (flags & MOUNT_NODEV)
        text_puts(out, ",nodev");
    if (flags & MOUNT_NOEXEC)
        text_puts(out, ",noexec");
    text_puts(out, ",relatime");
}

/* The point below the process's root; NULL when it lies outside of it. */
static const char *point_below(const struct mount *m, const char *root, size_t root_len)
{
    if (m->point_len < root_len || memcmp(m->point, root, root_len) != 0)
        return NULL;
    if (m->point_len == root_len)
        return "/";
    return m->point[root_len] == '/' ? m->point + root_len : NULL;
}

/* What stat tells of files there. */
static uint64_t device_of(const struct mount *m)
{
    struct linux_kstat st;

    /* As stat tells it: the overlay has one device for both of its halves. */
    if (m->root_fd < 0 || m->ops == &overlay_ops || m->flags & MOUNT_OWN_DEV ||
        host_fstat(m->root_fd, &st) < 0)
        return m->dev;
    return st.st_dev;
}

/* The host's own table is the truth where the guest's files are the host's, from its root on. */
static bool is_host_table(const struct task *task)
{
    const struct mount *root = task->fs->mounts->mounts[0];
    char path[HOST_FD_PATH_SIZE], link[2];

    if (!fs_is_identity(task->fs) || root->root_fd < 0)
        return false;
    host_fd_path(root->root_fd, path);
    return host_readlinkat(LINUX_AT_FDCWD, path, link, sizeof link) == 1;
}

static long from_host(const char *host, const char *name, struct text *out)
{
    char path[PROC_HOST_SIZE + 16];

    fmt(path, sizeof path, "%s/%s", host, name);
    return text_host_file(out, path);
}

static long each(struct task *task, struct text *out,
                 void (*put)(struct text *out, const struct mount *m, const char *point))
{
    const struct mount_table *table = task->fs->mounts;
    char *root cleanup_free = kmalloc(VFS_PATH_MAX);
    long n;

    if (!root)
        return -LINUX_ENOMEM;
    n = vfs_root_path(task, root, VFS_PATH_MAX);
    if (n < 0)
        return n;
    for (uint32_t i = 0, count = atomic_load(&table->count); i < count; i++) {
        const char *point = point_below(table->mounts[i], root, (size_t)n);

        if (point)
            put(out, table->mounts[i], point);
    }
    return 0;
}

static void put_mount(struct text *out, const struct mount *m, const char *point)
{
    put_escaped(out, m->source);
    text_puts(out, " ");
    put_escaped(out, point);
    text_fmt(out, " %s ", m->type);
    put_options(out, m->flags);
    text_puts(out, " 0 0\n");
}

long proc_mounts(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    return is_host_table(task) ? from_host(host, "mounts", out) : each(task, out, put_mount);
}

static void put_info(struct text *out, const struct mount *m, const char *point)
{
    uint64_t dev = device_of(m);

    text_fmt(out, "%d %d %u:%u / ", m->id, m->parent ? m->parent->id : 1, linux_major(dev), linux_minor(dev));
    put_escaped(out, point);
    text_puts(out, " ");
    put_options(out, m->flags);
    text_fmt(out, " - %s ", m->type);
    put_escaped(out, m->source);
    text_puts(out, m->flags & MOUNT_RDONLY ? " ro\n" : " rw\n");
}

long proc_mountinfo(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    return is_host_table(task) ? from_host(host, "mountinfo", out) : each(task, out, put_info);
}

static void put_stats(struct text *out, const struct mount *m, const char *point)
{
    text_puts(out, "device ");
    put_escaped(out, m->source);
    text_puts(out, " mounted on ");
    put_escaped(out, point);
    text_fmt(out, " with fstype %s\n", m->type);
}

long proc_mountstats(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    return is_host_table(task) ? from_host(host, "mountstats", out) : each(task, out, put_stats);
}
