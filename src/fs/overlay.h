/* SPDX-License-Identifier: MIT */
/*
 * The overlay: a read-only lower, which containers share, and an upper of the container's own.
 *
 * The upper is a host folder as folder.c knows it, with three kinds of additions:
 * - A whiteout hides the lower's name: a socket whose host mode is set-user-ID alone. It is made by one
 * system call, needs no extended attribute, is told from everything else by its mode, and the guest cannot
 * make one.
 * - A folder's metadata says that it is opaque (META_OPAQUE) or that its lower half is elsewhere
 * (META_REDIRECT, with the lower path in user.coracle.redirect); what was copied up keeps its inode number
 * (META_INO).
 * - ".coracle" at its root holds work/ (what is not finished yet: everything is built there and then renamed
 * to its place), links/ (copied-up files of several names, see overlay_link.c), shared (a page that all
 * processes of the container map) and meta/.
 *
 * A node's object is in the upper (fd), or in_lower. A folder of the upper may have a lower half: `lower_fd`,
 * or `id` where the lower has an index. With an index the descriptor of an object in the lower is left out
 * (-1) until somebody needs it: overlay_need_fd.
 *
 * Names of lower objects that other processes copy up meanwhile: what a node of an open file or of a working
 * folder says about "in the lower" is looked at again when the count of changes that all processes share has
 * moved since (overlay_refresh).
 */
#ifndef CORACLE_FS_OVERLAY_H
#define CORACLE_FS_OVERLAY_H

#include "container/index.h"
#include "fs/folder.h"

#define WHITEOUT_MODE  (LINUX_S_IFSOCK | LINUX_S_ISUID)
#define REDIRECT_XATTR RESERVED_XATTR "redirect"
#define LINKS_XATTR                                                                                          \
    RESERVED_XATTR "links" /* of a file in links/: how many names it had in the lower, uint32_t */

struct overlay_shared;

struct overlay {
    struct mount lower; /* the lower as a mount of its own, for its metadata and paths */
    bool indexed;
    struct image_index index;
    uint64_t ino_bit; /* set in inode numbers of a lower that is on another device than the upper */
    struct overlay_shared *shared; /* NULL: it cannot be had */
};

static inline struct overlay *overlay_of(const struct vfs_node *node)
{
    return node->mnt->data;
}

static inline bool overlay_has_lower(const struct vfs_node *dir)
{
    return dir->in_lower || dir->lower_fd >= 0 || dir->id != 0;
}

/* --- overlay.c: looking --- */

/* Makes the mount's data; index: the host path of the lower's index, or NULL. */
long overlay_mount_make(struct mount *mnt, const char *index_path);

long overlay_root(struct task *task, struct mount *mnt, struct vfs_node *root);
long overlay_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out);
/* The same without the check whether the folder has moved to the upper, and without hidden names. */
long overlay_lookup_in(struct vfs_node *dir, const char *name, struct vfs_node *out);
/* Gives node->fd where a lookup left it out. */
long overlay_need_fd(struct vfs_node *node);
/* Walks from the mount's root along a guest path without links; copy: what it leads through, and to, is
 * copied up. */
long overlay_resolve(struct task *task, struct mount *mnt, const char *path, bool copy, struct vfs_node *out);
/* Looks again whether an object of the lower has been copied up. -ENOENT: a folder that is no longer there.
 */
long overlay_refresh(struct task *task, struct vfs_node *node);
/* The object of `from` becomes that of `to`, which keeps its path and its file. */
void overlay_replace(struct vfs_node *to, struct vfs_node *from);
long overlay_getattr(struct task *task, struct vfs_node *node);
/* Attributes of an object of the upper but for what getattr completes. */
long overlay_upper_stat(struct vfs_node *node);
/* Attributes of an object of the lower that a lookup has found, which becomes the copied-up one of its group
 * if there is one. */
long overlay_lower_found(struct vfs_node *node);
long overlay_lookup_path(struct task *task, struct vfs_node *dir, const char *path, unsigned flags,
                         struct vfs_node *out);

/* --- overlay_lower.c: the lower half --- */

struct lower_half {
    int fd;        /* without an index */
    uint64_t id;   /* with one: the number of the inode, + 1 */
    uint32_t mode; /* at least its type */
};

/* The name in the lower half of a folder, hidden or not. */
long lower_lookup(struct vfs_node *dir, const char *name, struct lower_half *out);
/* The same by the number of the folder in the index. */
long lower_lookup_id(struct mount *mnt, uint64_t folder, const char *name, struct lower_half *out);
/* The folder at a path of the lower. */
long lower_folder(struct mount *mnt, const char *path, struct lower_half *out);
/* Whether the name is in the lower half of the folder. */
bool lower_has(struct vfs_node *dir, const char *name);
void lower_put(struct lower_half *half);
/* Makes it the object of an empty node (mnt is set). */
void lower_take(struct vfs_node *node, struct lower_half *half);
/* Fills the attributes of a node in the lower in. */
long lower_stat(struct vfs_node *node);
/* And how many names the object has in the lower, whatever has become of them. */
long lower_stat_links(struct vfs_node *node, uint32_t *links);
/* Opens an object of the lower. */
long lower_open(struct vfs_node *node, unsigned flags, host_stop stop);
/* Where the lower half of a folder is in the lower. Returns the length. */
long lower_path(struct vfs_node *node, char *buf, size_t size);
const struct index_inode *lower_inode(const struct vfs_node *node);
long lower_readlink(struct vfs_node *node, char *buf, size_t size);
long lower_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size);
long lower_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size);

/* --- overlay_shared.c: what processes share --- */

/* Maps a file into our window; size is a multiple of the host's page. NULL: it cannot be. */
void *overlay_map(int fd, size_t size, int prot);
void overlay_shared_open(struct mount *mnt);
/* How many changes there have been to what is in the lower alone. */
uint64_t overlay_changes(const struct overlay *overlay);
void overlay_changed(struct overlay *overlay);
/* The set-only filter of names in the upper halves of merged folders, by the folder's lower half. True when
 * the name may be there. */
bool overlay_may_have(const struct overlay *overlay, uint64_t id, const char *name);
/* True when it may be something else than the copy of what the lower has there. */
bool overlay_may_have_other(const struct overlay *overlay, uint64_t id, const char *name);
/* To be called before a name is made in the upper half of a merged folder; other: it is not the lower's
 * object, copied up. */
void overlay_will_have(struct overlay *overlay, uint64_t id, const char *name, bool other);

/*
 * For the first process: true when the filter must be filled, which has been emptied; false when it is right,
 * or not to be had.
 */
bool overlay_filter_reset(struct overlay *overlay);
/* It could not be filled: nothing is known. */
void overlay_filter_give_up(struct overlay *overlay);

/*
 * Whoever puts whiteouts, renames, or removes folders holds this lock of the container's, which is innermost
 * but for the allocator's; looking and plain creation need none. Returns what unlock takes.
 */
must_check int overlay_lock(struct mount *mnt);
void overlay_unlock(int fd);
/* Around the host's fork. */
void overlay_fork_lock(void);
void overlay_fork_unlock(void);

/* --- overlay_start.c --- */

/* Before the container's first process does anything. */
void overlay_start(struct task *task, struct mount *mnt);

/* --- overlay_copy.c: copy-up --- */

#define COPY_ALL INT64_MAX
/* Makes the object one of the upper; limit: how much of a file's content is copied. */
long overlay_copy_up(struct task *task, struct vfs_node *node, int64_t limit);
/* The same for what a lookup of the name in a folder of the upper has given. */
long overlay_copy_child(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                        int64_t limit);
/* The folder below .coracle at the root of the upper, made when it is missing; O_PATH, to be closed. */
long overlay_private(struct mount *mnt, const char *name);
/* A name for the work folder that nobody else uses. */
void overlay_temporary(char name[32]);
/* Changes a folder's metadata on the host: adds flags to what it says. */
long overlay_mark(struct mount *mnt, int fd, uint32_t flags);

/* --- overlay_link.c: files with several names in the lower --- */

/* How many names the object of a node in the lower has there. */
uint32_t overlay_link_lower(struct vfs_node *node);
/* Puts the copied-up file in the place of the lower one that the node has, if there is one. */
void overlay_link_find(struct vfs_node *node);
/* Makes the file `name` in the work folder the copied-up one of the node's group; -EEXIST: there is one
 * already. */
long overlay_link_publish(struct vfs_node *node, int work, const char *name, uint32_t lower_links);
/* A name of the group in the lower half of the folder is gone for good (hidden by a whiteout or by another
 * object). */
void overlay_link_gone(struct vfs_node *dir, const char *name, uint64_t ino);
/* Corrects the count of names; copied: the object is one of the upper. */
void overlay_link_count(struct vfs_node *node, bool copied);
/* Removes the group's file when no name leads to it any more. */
void overlay_link_drop(struct mount *mnt, uint64_t ino);

/* --- overlay_moved.c: folders of the lower that have been moved --- */

/* A folder that was called old is called name in dir from now on. */
void overlay_moved_note(struct vfs_node *node, const struct vfs_node *olddir, const char *old,
                        const struct vfs_node *dir, const char *name);
/* Where an object of the lower is that its path no longer leads to: fills found, and corrects the node's
 * path. */
long overlay_moved_find(struct vfs_node *node, struct vfs_node *found);

/* --- overlay_names.c: new names and removal --- */

long overlay_create(struct task *task, struct vfs_node *dir, const char *name, unsigned flags, uint32_t mode,
                    struct file **out);
long overlay_tmpfile(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode,
                     struct file **out);
long overlay_mkdir(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode);
long overlay_mknod(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode, uint64_t rdev);
long overlay_symlink(struct task *task, struct vfs_node *dir, const char *name, const char *target);
long overlay_link(struct task *task, struct vfs_node *node, struct vfs_node *dir, const char *name);
long overlay_unlink(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                    int flags);
long overlay_rename(struct task *task, struct vfs_node *olddir, const char *old, struct vfs_node *node,
                    struct vfs_node *newdir, const char *new, unsigned flags);

/* Looks the name of a node up again; -ENOENT: it is gone, -EISDIR, -ENOTDIR: it is of another kind. */
long overlay_look_again(struct vfs_node *dir, const char *name, struct vfs_node *node);

enum upper_state { UPPER_NONE, UPPER_WHITEOUT, UPPER_FOLDER, UPPER_OTHER };
/* What is at the name in the upper half of a folder. */
enum upper_state upper_at(int dirfd, const char *name);
static inline bool is_whiteout(const struct linux_kstat *host)
{
    return (host->st_mode & (LINUX_S_IFMT | 07777)) == WHITEOUT_MODE;
}
/* Calls each for every name in a folder of the host until it gives something else than 0. */
long upper_each(int dirfd, long (*each)(void *arg, int dirfd, const char *name), void *arg);
long whiteout_make(int dirfd, const char *name);
/* Removes a folder of the upper, which holds nothing but whiteouts, from the work folder. */
void upper_remove_folder(struct mount *mnt, int work, const char *name);
/* 0 when a folder of the upper holds nothing but whiteouts, or -ENOTEMPTY. */
long upper_is_empty(int fd);
/* 0 when the guest sees nothing in the folder, or -ENOTEMPTY. */
long overlay_is_empty(struct task *task, struct vfs_node *dir);

/* --- overlay_attr.c: attributes and opening --- */

long overlay_setattr(struct task *task, struct vfs_node *node, const struct vfs_attr *attr);
long overlay_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out);
long overlay_getxattr(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size);
long overlay_setxattr(struct task *task, struct vfs_node *node, const char *name, const void *value,
                      size_t size, int flags);
long overlay_listxattr(struct task *task, struct vfs_node *node, char *list, size_t size);
long overlay_removexattr(struct task *task, struct vfs_node *node, const char *name);

#endif
