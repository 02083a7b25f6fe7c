/* SPDX-License-Identifier: MIT */
/*
 * fs: the file systems of a guest: mount table, path walk, and one struct fs_ops per kind of file system.
 *
 * Rules of the interface:
 * - A name is looked up by vfs_walk, which fills a struct vfs_node. A node is short-lived (one system call,
 * on the stack), holds a host descriptor of the object, and is given back with vfs_node_put (or
 * CLEANUP_NODE).
 * - Nothing about names is cached between calls: other processes of the container, and of the host, change
 * the same folders.
 * - The walk is ours. A host symbolic link is never followed by the host, so no guest path leaves the host
 * folder of its mount.
 * - Permission checks are made here, by the task's credentials, except on mounts with MOUNT_IDENTITY, where
 * the host makes them.
 * - All functions return a value >= 0 or a negative errno.
 *
 * Locks: fs_context.lock (guards its root and cwd) is innermost but for the allocator; it is never held
 * across a host call.
 */
#ifndef CORACLE_FS_H
#define CORACLE_FS_H

#include "abi/abi.h"
#include "base/base.h"
#include "host/files.h"
#include "host/alloc.h"
#include "kernel/file.h"
#include "host/lock.h"
#include "kernel/process_fs.h"

#define VFS_PATH_MAX  4096 /* with the NUL */
#define VFS_NAME_MAX  255
#define VFS_LINKS_MAX 40

struct task;
struct vfs_node;
struct vfs_attr;
struct mount;
struct cred;

/* --- mounts --- */

enum mount_flag {
    MOUNT_RDONLY = 1,
    MOUNT_NOSUID = 2,
    MOUNT_NODEV = 4,
    MOUNT_NOEXEC = 8,
    MOUNT_IDENTITY =
        0x100, /* the host's owners and modes are the guest's, and the host checks permissions: run-elf */
    MOUNT_REAL_MODES = 0x200, /* chmod changes the host's mode: volumes */
    MOUNT_OWN_DEV =
        0x400, /* st_dev is the mount's: scratch folders, which lie on one file system of the host */
};

struct mount {
    const struct fs_ops *ops;
    int id;               /* as mountinfo and statx show it */
    uint32_t flags;       /* enum mount_flag */
    struct mount *parent; /* NULL: the root */
    const char *point;    /* guest path without a slash at the end: "" for the root */
    uint32_t point_len;
    uint32_t below;   /* how many mounts lie below this one's point */
    const char *type; /* as /proc/mounts shows it */
    const char *source;
    int root_fd;                           /* host folder, O_PATH; -1: none */
    _Atomic(char *) host_path, lower_path; /* of root_fd and lower_fd, once somebody has asked */
    int lower_fd;                          /* overlay: the read-only lower; otherwise -1 */
    int sidecar_fd; /* folder of metadata that no extended attribute can carry: -1 not looked for yet, -2
                       there is none */
    uint64_t dev;   /* st_dev of file systems without host folder */
    void *data;     /* belongs to the ops */
};

/* What the task may see of mounts. Grows only; never shrinks. */
#define MOUNTS_MAX 256
struct mount_table {
    _Atomic uint32_t refs;
    _Atomic uint32_t count;
    struct lock lock; /* guards growing */
    struct mount *mounts[MOUNTS_MAX];
};

struct mount_table *mount_table_new(void);
/*
 * Adds a mount at a guest path ("/" or "/proc"); takes over the descriptors. The place must exist in the
 * parent for it to be listed. Strings are copied. Returns the mount or NULL when memory is out or the table
 * is full.
 */
struct mount *mount_add(struct mount_table *table, const struct fs_ops *ops, const char *point,
                        const char *type, const char *source, uint32_t flags, int root_fd, int lower_fd,
                        void *data);
/* The mount whose point is exactly the path; NULL: none. */
struct mount *mount_at(const struct mount_table *table, const char *path, size_t len);

/* --- nodes --- */

struct vfs_node {
    struct mount *mnt;     /* &vfs_anonymous for objects without a name */
    int fd;                /* of the object; O_PATH unless `opened`; -1 for virtual ones */
    int lower_fd;          /* the lower half of a merged folder; otherwise -1 */
    bool borrowed;         /* the descriptors belong to somebody else */
    bool opened;           /* fd was opened with the flags that the walk was given */
    bool in_lower;         /* overlay: the object is in the read-only lower */
    uint32_t host_mode;    /* st_mode on the host; 0 for virtual objects */
    bool st_known;         /* st is filled in; otherwise only its file type is, until vfs_getattr */
    struct linux_kstat st; /* as the guest sees it; what only getattr knows (the owner of a symbolic link) is
                              missing until then */
    uint64_t id;           /* virtual file systems: which object */
    uint64_t seen;         /* overlay: the count of changes when the object was looked up */
    void *priv;
    struct file *file; /* an open file that a magic link led to; a reference */
    uint32_t path_len;
    char path[VFS_PATH_MAX]; /* guest path from the root of the mount table, no slash at the end; "" is the
                                root */
};

void vfs_node_init(struct vfs_node *node);
void vfs_node_put(struct vfs_node *node);
#define CLEANUP_NODE(name)                                                                                   \
    struct vfs_node name cleanup(vfs_node_put);                                                              \
    vfs_node_init(&name)
/* Moves what from holds into to (which was put before); from is empty afterwards. */
void vfs_node_move(struct vfs_node *to, struct vfs_node *from);

extern struct mount vfs_anonymous;

static inline bool vfs_is(const struct vfs_node *node, uint32_t type)
{
    return (node->st.st_mode & LINUX_S_IFMT) == type;
}

/* Changes that setattr makes; only what `valid` names. */
enum vfs_attr_valid {
    ATTR_MODE = 1,
    ATTR_UID = 2,
    ATTR_GID = 4,
    ATTR_SIZE = 8,
    ATTR_TIMES = 16,
    ATTR_CHOWN = 32, /* chown was called, perhaps to change nothing: set-ID bits go */
};

struct vfs_attr {
    uint32_t valid;
    uint32_t mode, uid, gid;
    int64_t size;
    struct linux_timespec times[2]; /* with LINUX_UTIME_NOW and LINUX_UTIME_OMIT */
};

/*
 * A kind of file system. `dir` is a folder's node, `name` one component. Permissions and MOUNT_RDONLY have
 * been checked. NULL: -EPERM for what changes names, -EOPNOTSUPP for xattrs, except as noted.
 */
struct fs_ops {
    const char *name;
    /* Required. Fills *root (mnt is set): fd, st. */
    long (*root)(struct task *task, struct mount *mnt, struct vfs_node *root);
    /* Required. Fills *out (path and mnt are set by the caller): fd, st. Never follows a link. */
    long (*lookup)(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out);
    /*
     * Optional: the same for several components at once, none of them ".." or a mount's point. flags:
     * LINUX_O_PATH | LINUX_O_NOFOLLOW to look, or those to open the object with. -ELOOP, -EXDEV, -ENOSYS: go
     * step by step instead.
     */
    long (*lookup_path)(struct task *task, struct vfs_node *dir, const char *path, unsigned flags,
                        struct vfs_node *out);
    /* Required. Fills node->st in unless st_known, and completes what lookup leaves out. */
    long (*getattr)(struct task *task, struct vfs_node *node);
    /* Optional: the birth time; sets st_btime_*. */
    long (*birthtime)(struct task *task, struct vfs_node *node);
    long (*setattr)(struct task *task, struct vfs_node *node, const struct vfs_attr *attr);
    /* Optional: gives node->fd, which lookup may leave out (-1); change: the object is going to be changed,
     * or watched for changes. */
    long (*hold)(struct task *task, struct vfs_node *node, bool change);
    /* Required. Opens the object (never a symbolic link). A file comes back with one reference. */
    long (*open)(struct task *task, struct vfs_node *node, unsigned flags, struct file **out);
    /* A new regular file (-EEXIST when the name is taken), opened. */
    long (*create)(struct task *task, struct vfs_node *dir, const char *name, unsigned flags, uint32_t mode,
                   struct file **out);
    /* A file without a name. */
    long (*tmpfile)(struct task *task, struct vfs_node *dir, unsigned flags, uint32_t mode,
                    struct file **out);
    /* The link's text without a NUL; required where there are symbolic links. */
    long (*readlink)(struct task *task, struct vfs_node *node, char *buf, size_t size);
    /* Optional: a magic link jumps to its object: 1 and *out filled (mnt, path, too), or 0: follow the text.
     */
    long (*follow)(struct task *task, struct vfs_node *node, struct vfs_node *out);
    long (*mkdir)(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode);
    long (*mknod)(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode, uint64_t rdev);
    long (*symlink)(struct task *task, struct vfs_node *dir, const char *name, const char *target);
    long (*link)(struct task *task, struct vfs_node *node, struct vfs_node *dir, const char *name);
    /* flags: 0 or LINUX_AT_REMOVEDIR. node is what the name leads to. */
    long (*unlink)(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *node,
                   int flags);
    long (*rename)(struct task *task, struct vfs_node *olddir, const char *old, struct vfs_node *node,
                   struct vfs_node *newdir, const char *new, unsigned flags);
    /* Optional: 0 values otherwise. */
    long (*statfs)(struct task *task, struct vfs_node *node, struct linux_statfs *st);
    /* size 0 asks for the length. */
    long (*getxattr)(struct task *task, struct vfs_node *node, const char *name, void *value, size_t size);
    long (*setxattr)(struct task *task, struct vfs_node *node, const char *name, const void *value,
                     size_t size, int flags);
    long (*listxattr)(struct task *task, struct vfs_node *node, char *list, size_t size);
    long (*removexattr)(struct task *task, struct vfs_node *node, const char *name);
};

extern const struct fs_ops folder_ops;
extern const struct fs_ops overlay_ops;

/* --- walking --- */

enum walk_flag {
    WALK_FOLLOW = 1,    /* follow a symbolic link in the last component */
    WALK_PARENT = 2,    /* stop at the folder of the last component, which is returned in `last` */
    WALK_DIRECTORY = 4, /* the result must be a folder */
    WALK_EMPTY = 8,     /* an empty path is the object of dirfd (AT_EMPTY_PATH) */
    WALK_CREATE =
        16, /* as WALK_FOLLOW or not; a missing last component gives 1, with its folder and `last` */
};

/* The last component, for WALK_PARENT and WALK_CREATE. */
struct walk_last {
    char name[VFS_NAME_MAX + 1]; /* "" for the root, "." and ".." as they are */
    bool slash;                  /* slashes stood behind it */
};

struct walk_request {
    int dirfd;
    const char *path;
    unsigned flags;      /* enum walk_flag */
    uint64_t resolve;    /* LINUX_RESOLVE_* of openat2 */
    unsigned open_flags; /* != 0: the walk may open the object with these at once */
    struct walk_last *last;
};

must_check long vfs_walk(struct task *task, const struct walk_request *request, struct vfs_node *out);
/* The same with a path in guest memory. */
must_check long vfs_walk_user(struct task *task, int dirfd, uint64_t path, unsigned flags,
                              struct vfs_node *out, struct walk_last *last);
/* The object of an open descriptor. */
must_check long vfs_node_of_fd(struct task *task, int fd, struct vfs_node *out);
must_check long vfs_node_of_file(struct task *task, struct file *file, struct vfs_node *out);

/* --- permissions --- */

enum may { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };

/* 0, -EACCES, or -EROFS for writing on a read-only mount. By the task's fsuid and fsgid. */
must_check long vfs_permission(struct task *task, struct vfs_node *node, unsigned may);
/* May the task add or remove names in the folder? */
must_check long vfs_may_change(struct task *task, struct vfs_node *dir);
/* The same for removing (or replacing) node, with the sticky bit. */
must_check long vfs_may_remove(struct task *task, struct vfs_node *dir, struct vfs_node *node);
bool vfs_is_owner(struct task *task, const struct vfs_node *node);
bool task_has_cap(const struct task *task, int cap);
bool cred_in_group(const struct cred *cred, uint32_t gid);

/* --- operations for the kernel and for system calls --- */

struct open_request {
    int dirfd;
    const char *path;
    unsigned flags; /* canonical LINUX_O_* */
    uint32_t mode;
    uint64_t resolve;
};

must_check long vfs_open(struct task *task, const struct open_request *request, struct file **out);
/* A file that file_ops.save of FILE_VFS or FILE_PATH described, after exec. */
must_check struct file *file_vfs_load(struct task *task, int host_fd, uint32_t flags, const void *buf,
                                      size_t size);
must_check struct file *file_path_load(struct task *task, int host_fd, uint32_t flags, const void *buf,
                                       size_t size);
/* A file for a host descriptor that lies below a mount, which it takes over; NULL: it lies below none, and
 * stays the caller's. */
struct file *vfs_file_from_host_fd(struct task *task, int host_fd);
/* True when the guest's files are the host's own, and so are its users (run-elf). */
static inline bool fs_is_identity(const struct fs_context *fs)
{
    return fs->mounts->count > 0 && fs->mounts->mounts[0]->flags & MOUNT_IDENTITY;
}
/* Fills node->st completely. */
long vfs_getattr(struct task *task, struct vfs_node *node);
/* Checks that the task may, applies Linux's rules on set-ID bits, and changes. attr->mode loses bits that the
 * task may not set. */
long vfs_setattr(struct task *task, struct vfs_node *node, struct vfs_attr *attr);
/*
 * For sockets: a host name that leads to the guest's socket and fits sun_path ("/proc/self/fd/7"). *fd is to
 * be closed afterwards.
 */
long vfs_socket_path(struct task *task, const char *path, char out[108], int *fd);
/* Binds the host's socket to a new name (-EADDRINUSE when there is one) with the task's owner and mode. */
long vfs_socket_bind(struct task *task, int socket, const char *path);
/* The guest's path for the last component of a host name that vfs_socket_bind has given; its length (no NUL),
 * or -ENOENT. */
long vfs_socket_name(struct task *task, const char *token, char out[108]);
/* The host folder where a mount keeps what the guest does not see (O_PATH; not the caller's to close); -1:
 * there is none. Names there start with a letter of their owner: s and n (sockets), q (message queues), i
 * (SysV IPC). */
int vfs_sidecar(struct mount *mnt);
/* For inotify: a host descriptor (to be closed) of the object; -EOPNOTSUPP when it has none. */
long vfs_watch_fd(struct task *task, const char *path, unsigned walk_flags);

/* --- what a process has --- */

long vfs_chdir(struct task *task, struct vfs_node *node);
long vfs_chroot(struct task *task, struct vfs_node *node);
/* Guest path of cwd as getcwd tells it (with "(unreachable)" outside of the root), of the root as mountinfo
 * sees it. */
long vfs_cwd_path(struct task *task, char *buf, size_t size);
long vfs_root_path(struct task *task, char *buf, size_t size);

#endif
