/* SPDX-License-Identifier: MIT */
/* The mount table of a container, made from its spec at the start of every program. */
#include "container/spec.h"
#include "fs/devpts.h"
#include "fs/overlay.h"
#include "fs/virtual.h"

static long open_root(const char *path)
{
    return host_openat(LINUX_AT_FDCWD, path, LINUX_O_PATH, 0, NULL);
}

static long add_virtual(struct mount_table *table, const struct fs_ops *ops, const char *point,
                        const char *type, uint32_t flags)
{
    struct mount *mnt = mount_add(table, ops, point, type, type, flags, -1, -1, NULL);
    struct linux_kstat st;

    /* Among the host's own files it has the number that the host's table of mounts shows. */
    if (mnt && table->mounts[0]->flags & MOUNT_IDENTITY && host_fstatat(LINUX_AT_FDCWD, "/proc", &st, 0) == 0)
        mnt->dev = st.st_dev;
    return mnt ? 0 : -LINUX_ENOMEM;
}

static long add_folder(struct mount_table *table, const struct fs_ops *ops, const char *point,
                       const char *type, const char *source, uint32_t flags, const char *path,
                       const char *lower)
{
    long fd = open_root(path), lower_fd = -1;

    if (fd < 0)
        return fd;
    if (lower && (lower_fd = open_root(lower)) < 0) {
        host_close((int)fd);
        return lower_fd;
    }
    return mount_add(table, ops, point, type, source, flags, (int)fd, (int)lower_fd, NULL) ? 0
                                                                                           : -LINUX_ENOMEM;
}

static long add_overlay(struct mount_table *table, const char *point, uint32_t flags, const char *upper,
                        const char *lower, const char *index)
{
    long r = add_folder(table, &overlay_ops, point, "overlay", "overlay", flags, upper, lower);

    return r < 0 ? r : overlay_mount_make(table->mounts[table->count - 1], index);
}

static long add_from_spec(struct mount_table *table, const struct container_spec *spec,
                          const struct spec_mount *m)
{
    const char *point = spec_string(spec, m->point), *source = spec_string(spec, m->source);
    uint32_t flags = m->flags & (MOUNT_RDONLY | MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC);

    switch (m->kind) {
    case SPEC_MOUNT_HOST:
        return add_folder(table, &folder_ops, point, "rootfs", "rootfs", flags | MOUNT_IDENTITY, source,
                          NULL);
    case SPEC_MOUNT_FOLDER:
        return add_folder(table, &folder_ops, point, "overlay", "overlay", flags, source, NULL);
    case SPEC_MOUNT_OVERLAY:
        return add_overlay(table, point, flags, source, spec_string(spec, m->lower),
                           spec_string(spec, m->index));
    case SPEC_MOUNT_BIND:
        return add_folder(table, &folder_ops, point, "ext4", "/dev/root", flags | MOUNT_REAL_MODES, source,
                          NULL);
    case SPEC_MOUNT_TMPFS:
        return add_folder(table, &folder_ops, point, "tmpfs", "tmpfs", flags | MOUNT_OWN_DEV, source, NULL);
    case SPEC_MOUNT_PROC:
        return add_virtual(table, &proc_fs.ops, point, "proc", flags);
    case SPEC_MOUNT_SYS:
        return add_virtual(table, &sys_fs.ops, point, "sysfs", flags);
    case SPEC_MOUNT_DEV:
        return add_folder(table, &folder_ops, point, "devtmpfs", "devtmpfs", flags | MOUNT_OWN_DEV, source,
                          NULL);
    case SPEC_MOUNT_DEVPTS:
        return add_folder(table, &devpts_ops, point, "devpts", "devpts", flags, source, NULL);
    }
    return -LINUX_EINVAL;
}

long fs_mounts_make(const struct container_spec *spec, const char *sysroot, struct mount_table **out)
{
    struct mount_table *table = mount_table_new();
    long r = 0;

    *out = table;
    if (!table)
        return -LINUX_ENOMEM;
    if (!spec) {
        r = add_folder(table, &folder_ops, "/", "rootfs", "rootfs", MOUNT_IDENTITY, sysroot ? sysroot : "/",
                       NULL);
        return r < 0 ? r
                     : add_virtual(table, &proc_fs.ops, "/proc", "proc",
                                   MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC);
    }
    for (uint32_t i = 0; i < spec->nmounts && r == 0; i++)
        r = add_from_spec(table, spec, spec_mounts(spec) + i);
    return r == 0 && !mount_at(table, "", 0) ? -LINUX_EINVAL : r;
}
