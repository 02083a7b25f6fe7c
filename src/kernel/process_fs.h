/* SPDX-License-Identifier: MIT */
/* What process life needs of the file systems. Until they are in the tree: the host's own files, by the host's working folder. */
#ifndef CORACLE_PROCESS_FS_H
#define CORACLE_PROCESS_FS_H

#if __has_include("fs/fs.h")
#include "kernel/task.h"
#include "fs/fs.h"
#else

#include "kernel/alloc.h"
#include "kernel/fdtable.h"
#include "kernel/task.h"

struct mount_table {
    struct lock lock;
};

struct fs_context {
    _Atomic uint32_t refs, umask;
    struct lock lock;
    struct mount_table *mounts;
};

static inline struct fs_context *fs_context_get(struct fs_context *fs)
{
    atomic_fetch_add(&fs->refs, 1);
    return fs;
}

static inline void fs_context_put(struct fs_context *fs)
{
    if (atomic_fetch_sub(&fs->refs, 1) == 1)
        kfree(fs);
}

static inline struct fs_context *fs_context_new(struct task *task, struct mount_table *mounts)
{
    struct fs_context *fs = kzalloc(sizeof *fs);

    if (fs) {
        fs->refs = 1;
        fs->mounts = mounts;
    }
    return fs;
}

static inline struct fs_context *fs_context_copy(struct fs_context *old)
{
    struct fs_context *fs = fs_context_new(NULL, old->mounts);

    if (fs)
        fs->umask = atomic_load(&old->umask);
    return fs;
}

static inline long fs_context_save(struct fs_context *fs, void *buf, size_t size, int *fds, int *nfds)
{
    return 0;
}

static inline struct fs_context *fs_context_load(struct task *task, struct mount_table *mounts, const void *buf, size_t n)
{
    return fs_context_new(task, mounts);
}

static inline long fs_mounts_make(const struct container_spec *spec, const char *sysroot, struct mount_table **out)
{
    *out = kzalloc(sizeof **out);
    return *out ? 0 : -LINUX_ENOMEM;
}

static inline long vfs_path_of_file(struct task *task, struct file *file, char *buf, size_t size)
{
    return -LINUX_ENOSYS;
}

static inline long vfs_open_exec(struct task *task, int dirfd, const char *path, int flags, struct file **out,
                                 struct linux_kstat *st)
{
    long fd = host_openat(dirfd, path, LINUX_O_RDONLY, 0, NULL);

    if (fd < 0)
        return fd;
    memset(st, 0, sizeof *st);
    *out = file_new(&file_host_ops, (int)fd, LINUX_O_RDONLY, NULL);
    return 0;
}

#endif
#endif
