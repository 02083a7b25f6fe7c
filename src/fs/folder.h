/* SPDX-License-Identifier: MIT */
/* The operations of a host folder that the overlay uses for its upper. Arguments as in struct fs_ops. */
#ifndef CORACLE_FS_FOLDER_H
#define CORACLE_FS_FOLDER_H

#include "fs/meta.h"

/* Fills the attributes of node from node->fd. */
long folder_stat(struct vfs_node *node);
long folder_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out);
long folder_lookup_path(struct task *task, struct vfs_node *dir, const char *path, unsigned flags,
                        struct vfs_node *out);
long folder_getattr(struct task *task, struct vfs_node *node);
long folder_birthtime(struct task *task, struct vfs_node *node);
long folder_setattr(struct task *task, struct vfs_node *node, const struct vfs_attr *attr);
long folder_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out);
long folder_create(struct task *task, struct vfs_node *dir, const char *name, unsigned flags, uint32_t mode,
                   struct file **out);
long folder_tmpfile(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode,
                    struct file **out);
long folder_readlink(struct task *task, struct vfs_node *node, char *buf, size_t size);
long folder_mkdir(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode);
long folder_mknod(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode, uint64_t rdev);
long folder_symlink(struct task *task, struct vfs_node *dir, const char *name, const char *target);
long folder_link(struct task *task, struct vfs_node *node, struct vfs_node *dir, const char *name);
long folder_unlink(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                   int flags);
long folder_rename(struct task *task, struct vfs_node *olddir, const char *old, struct vfs_node *node,
                   struct vfs_node *newdir, const char *new, unsigned flags);
long folder_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st);
long folder_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size);
long folder_setxattr(struct task *task, struct vfs_node *node, const char *name, const void *value,
                     size_t size, int flags);
long folder_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size);
long folder_removexattr(struct task *task, struct vfs_node *node, const char *name);

/* A new file that is called `as` in the folder at, for now, though its name will be dir's. */
long folder_create_as(struct task *task, struct vfs_node *dir, const char *name, int at, const char *as,
                      unsigned flags, uint32_t mode, struct file **out);
/* True for the name that only we see at the root of the mount. */
bool folder_hides(const struct vfs_node *dir, const char *name);

#endif
