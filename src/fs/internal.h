/* SPDX-License-Identifier: MIT */
/* What the files of fs/ share among themselves. */
#ifndef CORACLE_FS_INTERNAL_H
#define CORACLE_FS_INTERNAL_H

#include "fs/fs.h"
#include "kernel/task.h"
#include "kernel/user.h"

/* The name at the root of every host folder of ours that the guest never sees: it holds metadata. */
#define RESERVED_NAME ".coracle"
/* Extended attributes with this prefix are ours. */
#define RESERVED_XATTR "user.coracle."

struct vfs_dir {
    _Atomic uint32_t refs;
    struct mount *mnt;
    int fd, lower_fd;
    bool in_lower;
    uint64_t id, seen;
    void *priv;
    uint32_t path_len;
    char path[];
};

struct vfs_dir *
vfs_dir_new(struct vfs_node *node); /* takes the node's descriptors over, or copies borrowed ones */
void vfs_dir_put(struct vfs_dir *dir);
/* The context's root or cwd with a reference. */
struct vfs_dir *vfs_dir_get(struct fs_context *fs, struct vfs_dir *const *which);
static inline void vfs_dir_put_cleanup(struct vfs_dir **dir)
{
    if (*dir)
        vfs_dir_put(*dir);
}
/* A node that borrows the folder's descriptors; st is not filled in. */
void vfs_node_of_dir(struct vfs_dir *dir, struct vfs_node *node);

static inline void fd_close_cleanup(int *fd)
{
    if (*fd >= 0)
        host_close(*fd);
}
#define cleanup_fd cleanup(fd_close_cleanup)

/* Makes the place of a mount in the file system that it covers, when it is missing and can be made. */
void mount_make_point(struct task *task, struct mount *mnt);
/* Appends "/name" to the node's path. -ENAMETOOLONG. */
long vfs_path_append(struct vfs_node *node, const char *name, size_t len);
/* The present guest path of an object below a mount, by its host descriptor; `remembered` when the host does
 * not tell. Returns the length. */
long vfs_host_path(struct mount *mnt, int fd, int lower_fd, const char *remembered, char *buf, size_t size);

/* What open files of our file systems carry (file->data). */
struct vfs_file {
    struct mount *mnt;
    int lower_fd; /* of a merged folder */
    bool in_lower;
    uint32_t host_mode; /* when it was opened */
    uint64_t id, seen;  /* as in struct vfs_node */
    void *priv;
    struct listing *listing; /* of a merged folder; NULL before the first getdents */
    struct lock lock;        /* guards listing */
    uint32_t path_len;
    char path[];
};

/* A file of a host folder over fd, which it takes over. The node tells mount, path and lower half. */
long vfs_file_new(struct vfs_node *node, int fd, unsigned flags, struct file **out);
/* The same with operations of a kind of its own. */
long vfs_file_new_ops(struct vfs_node *node, int fd, unsigned flags, const struct file_ops *ops,
                      struct file **out);
/* A file of such a kind after exec, from what vfs_file_save wrote. */
struct file *vfs_file_load_ops(struct task *task, int host_fd, uint32_t flags, const void *buf, size_t size,
                               const struct file_ops *ops);
/* file_ops that all files with a struct vfs_file have. */
long vfs_file_path(struct task *task, struct file *file, char *buf, size_t size);
long vfs_file_fstat(struct task *task, struct file *file, struct linux_kstat *st);
long vfs_file_statfs(struct task *task, struct file *file, struct linux_statfs *st);
long vfs_file_save(struct task *task, struct file *file, void *buf, size_t size);
void vfs_file_release(struct file *file);
/* True when the ops are of files whose data is a struct vfs_file. */
bool vfs_file_is(const struct file *file);

long file_getdents(struct task *task, struct file *file, uint64_t buf, uint64_t n);
long file_lseek(struct task *task, struct file *file, int64_t offset, int whence);

/* Listings of merged folders (overlay_list.c). */
long listing_getdents(struct task *task, struct file *file, uint64_t buf, uint64_t n);
long listing_lseek(struct task *task, struct file *file, int64_t offset, int whence);
void listing_free(struct listing *listing);

/* Opens the safe device behind a guest's device node. */
long device_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out);

/* Search permission for an execute check without capabilities, etc. by mode alone. */
long mode_permits(const struct cred *cred, const struct linux_kstat *st, unsigned may);

#endif
