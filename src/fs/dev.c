/* SPDX-License-Identifier: MIT */
/*
 * /dev of a container: a scratch folder of the host, filled when the first process starts. The nodes in it
 * are metadata; opening one opens the host's safe device (device.c). Because it is a folder like any other,
 * the guest may add to it what it likes.
 */
#include "fs/devpts.h"
#include "fs/overlay.h"

static const struct {
    const char *name;
    uint32_t mode, major, minor;
} nodes[] = {
    {"null", 0666, 1, 3},   {"zero", 0666, 1, 5},    {"full", 0666, 1, 7},
    {"random", 0666, 1, 8}, {"urandom", 0666, 1, 9}, {"tty", 0666, 5, 0},
};

static const struct {
    const char *name, *target;
} links[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},         {"core", "/proc/kcore"},
};

static const struct {
    const char *name;
    uint32_t mode;
} folders[] = {{"pts", 0755}, {"shm", 01777}, {"mqueue", 01777}};

/* Whoever the first process runs as, all this is root's. */
static long give_to_root(struct task *task, struct vfs_node *dir, const char *name)
{
    struct vfs_attr attr = {.valid = ATTR_UID | ATTR_GID};
    CLEANUP_NODE(node);
    long r;

    if (task->cred->fsuid == 0 && task->cred->fsgid == 0)
        return 0;
    node.mnt = dir->mnt;
    r = folder_lookup(task, dir, name, &node);
    return r < 0 ? r : folder_setattr(task, &node, &attr);
}

static long fill(struct task *task, struct vfs_node *dir)
{
    long r = 0;

    for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(nodes); i++) {
        r = folder_mknod(task, dir, nodes[i].name, LINUX_S_IFCHR | nodes[i].mode,
                         linux_makedev(nodes[i].major, nodes[i].minor));
        if (r >= 0)
            r = give_to_root(task, dir, nodes[i].name);
    }
    for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(links); i++) {
        r = folder_symlink(task, dir, links[i].name, links[i].target);
        if (r >= 0)
            r = give_to_root(task, dir, links[i].name);
    }
    for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(folders); i++) {
        r = folder_mkdir(task, dir, folders[i].name, folders[i].mode);
        if (r >= 0)
            r = give_to_root(task, dir, folders[i].name);
    }
    return r == -LINUX_EEXIST ? 0 : r;
}

long fs_first_process(struct task *task)
{
    const struct mount_table *table = task->fs->mounts;
    long r = 0;

    for (uint32_t i = 0; r >= 0 && i < table->count; i++) {
        struct mount *mnt = table->mounts[i];
        struct vfs_attr open_to_all = {.valid = ATTR_MODE | ATTR_UID | ATTR_GID, .mode = 01777};
        bool dev = strcmp(mnt->type, "devtmpfs") == 0;
        CLEANUP_NODE(root);

        if (mnt->ops == &overlay_ops)
            overlay_start(task, mnt);
        mount_make_point(task, mnt);
        if (mnt->ops == &devpts_ops) {
            r = devpts_fill(task, mnt);
            continue;
        }
        if (!dev && strcmp(mnt->type, "tmpfs") != 0)
            continue;
        root.mnt = mnt;
        r = mnt->ops->root(task, mnt, &root);
        if (r >= 0)
            r = dev ? fill(task, &root) : folder_setattr(task, &root, &open_to_all);
    }
    return r;
}
