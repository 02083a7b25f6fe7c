/* SPDX-License-Identifier: MIT */
/*
 * Names for what the host must be told by path, though it must not walk guest paths: UNIX sockets and watched
 * objects.
 *
 * The host tells a peer the very text that a socket was bound to. On the host's own files that is the guest's
 * path. Elsewhere a socket is bound to a token in the mount's sidecar and renamed into its place; beside the
 * token's place lies a symbolic link that holds the guest's path, so that a peer finds it. The token is made
 * from the path, so that binding again adds nothing.
 */
#include "fs/internal.h"
#include "fs/meta.h"
#include "host/socket.h"

#define SUN_PATH_SIZE 108
#define TOKEN_SIZE    18 /* 's' (the socket) or 'n' (its name), 16 digits, NUL */

static bool is_host_root(const struct mount *mnt)
{
    char path[HOST_FD_PATH_SIZE], link[2];

    if (!(mnt->flags & MOUNT_IDENTITY) || mnt->point_len != 0 || mnt->root_fd < 0)
        return false;
    host_fd_path(mnt->root_fd, path);
    return host_readlinkat(LINUX_AT_FDCWD, path, link, sizeof link) == 1;
}

/* The path that names the same on the host, where there is one that fits. */
static bool path_of_host(struct task *task, const struct vfs_node *node, const char *path, const char *last,
                         char out[SUN_PATH_SIZE])
{
    char root[8];

    if (!is_host_root(node->mnt))
        return false;
    if (path[0] != '/' || vfs_root_path(task, root, sizeof root) != 1) {
        if (last)
            return (size_t)fmt(out, SUN_PATH_SIZE, "%s/%s", node->path, last) < SUN_PATH_SIZE;
        path = node->path;
    }
    return str_copy(out, path, SUN_PATH_SIZE) < SUN_PATH_SIZE;
}

/* Makes sure that the node has a descriptor of the host. */
static long hold(struct task *task, struct vfs_node *node, bool change)
{
    if (node->mnt->ops->hold)
        return node->mnt->ops->hold(task, node, change);
    return node->fd >= 0 ? 0 : -LINUX_EOPNOTSUPP;
}

long vfs_socket_path(struct task *task, const char *path, char out[SUN_PATH_SIZE], int *fd)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_FOLLOW};
    CLEANUP_NODE(node);

    *fd = -1;
    long r = vfs_walk(task, &rq, &node);
    if (r < 0)
        return r;
    r = vfs_permission(task, &node, MAY_WRITE);
    if (r < 0)
        return r;
    if (!vfs_is(&node, LINUX_S_IFSOCK) || hold(task, &node, false) < 0)
        return -LINUX_ECONNREFUSED;
    *fd = node.fd;
    node.fd = -1;
    host_fd_path(*fd, out);
    return 0;
}

static void token_of(const char *path, char token[TOKEN_SIZE])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *p = path; *p; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
    fmt(token, TOKEN_SIZE, "s%016llx", (unsigned long long)hash);
}

/* Binds to the token in a folder and puts the socket in the place of what has its name. */
static long bind_by_token(int socket, const char *path, int scratch, int dir, const char *name)
{
    struct linux_sockaddr_un un = {.sun_family = LINUX_AF_UNIX};
    char token[TOKEN_SIZE], folder[HOST_FD_PATH_SIZE];

    token_of(path, token);
    host_fd_path(scratch, folder);
    int n = fmt(un.sun_path, sizeof un.sun_path, "%s/%s", folder, token);
    host_unlinkat(scratch, token, 0);
    long r = host_bind(socket, &un, (uint32_t)(sizeof un.sun_family + (size_t)n + 1));
    if (r < 0)
        return r;
    r = host_renameat2(scratch, token, dir, name, 0);
    if (r < 0)
        host_unlinkat(scratch, token, 0);
    return r;
}

static void remember_name(const char *path, int sidecar)
{
    char token[TOKEN_SIZE];

    token_of(path, token);
    token[0] = 'n';
    host_symlinkat(path, sidecar, token);
}

static long bind_in_folder(int socket, int dir, const char *name)
{
    struct linux_sockaddr_un un = {.sun_family = LINUX_AF_UNIX};
    char folder[HOST_FD_PATH_SIZE];

    host_fd_path(dir, folder);
    int n = fmt(un.sun_path, sizeof un.sun_path, "%s/%s", folder, name);
    if ((size_t)n >= sizeof un.sun_path)
        return bind_by_token(socket, name, dir, dir, name);
    return host_bind(socket, &un, (uint32_t)(sizeof un.sun_family + (size_t)n + 1));
}

static bool has_name(int socket)
{
    struct linux_sockaddr_un un;
    uint32_t len = sizeof un;

    return host_getsockname(socket, &un, &len) == 0 && len > sizeof un.sun_family;
}

/* The name is made first, as a socket that nobody listens at, so that the file system places it as any other.
 */
static long bind_in_place(struct task *task, int socket, const char *path, struct vfs_node *made,
                          const char *name)
{
    struct walk_last last;
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_PARENT, .last = &last};
    uint32_t umask = atomic_load_explicit(&task->fs->umask, memory_order_relaxed);
    CLEANUP_NODE(dir);
    long r = made->mnt->ops->mknod
                 ? made->mnt->ops->mknod(task, made, name, LINUX_S_IFSOCK | (0777 & ~umask), 0)
                 : -LINUX_EPERM;

    if (r < 0)
        return r == -LINUX_EEXIST ? -LINUX_EADDRINUSE : r;
    r = vfs_walk(task, &rq, &dir);
    if (r < 0)
        return r;
    int sidecar = meta_sidecar(dir.mnt, true);
    if (sidecar < 0) {
        host_unlinkat(dir.fd, last.name, 0);
        return bind_in_folder(socket, dir.fd, last.name);
    }
    r = bind_by_token(socket, path, sidecar, dir.fd, last.name);
    if (r < 0)
        host_unlinkat(dir.fd, last.name, 0);
    else
        remember_name(path, sidecar);
    return r;
}

/* Owner and mode of a socket that the host has made. */
static long give_owner(struct task *task, const char *path)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path};
    struct vfs_attr attr = {.valid = ATTR_MODE};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &rq, &node);

    if (r < 0)
        return r;
    attr.mode = LINUX_S_IFSOCK | (0777 & ~atomic_load_explicit(&task->fs->umask, memory_order_relaxed));
    if (!(node.mnt->flags & MOUNT_IDENTITY)) {
        attr.valid |= ATTR_UID | ATTR_GID;
        attr.uid = task->cred->fsuid;
        attr.gid = task->cred->fsgid;
    }
    return node.mnt->ops->setattr ? node.mnt->ops->setattr(task, &node, &attr) : 0;
}

static long bind_name(struct task *task, int socket, const char *path)
{
    struct walk_last last;
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = WALK_CREATE, .last = &last};
    struct linux_sockaddr_un un = {.sun_family = LINUX_AF_UNIX};
    CLEANUP_NODE(dir);
    long r = vfs_walk(task, &rq, &dir);

    if (r < 0)
        return r;
    if (r == 0)
        return -LINUX_EADDRINUSE;
    if (has_name(socket))
        return -LINUX_EINVAL;
    r = vfs_may_change(task, &dir);
    if (r < 0)
        return r;
    r = hold(task, &dir, true);
    if (r < 0)
        return r;
    if (path_of_host(task, &dir, path, last.name, un.sun_path))
        return host_bind(socket, &un, (uint32_t)(sizeof un.sun_family + strlen(un.sun_path) + 1));
    return bind_in_place(task, socket, path, &dir, last.name);
}

long vfs_socket_bind(struct task *task, int socket, const char *path)
{
    long r = bind_name(task, socket, path);

    return r < 0 ? r : give_owner(task, path);
}

long vfs_socket_name(struct task *task, const char *token, char out[SUN_PATH_SIZE])
{
    struct mount_table *table = task->fs->mounts;
    char name[TOKEN_SIZE];

    if (token[0] != 's' || str_copy(name, token, sizeof name) != sizeof name - 1)
        return -LINUX_ENOENT;
    name[0] = 'n';
    for (uint32_t i = 0; i < atomic_load_explicit(&table->count, memory_order_acquire); i++) {
        int sidecar = meta_sidecar(table->mounts[i], false);
        long n = sidecar >= 0 ? host_readlinkat(sidecar, name, out, SUN_PATH_SIZE) : -1;

        if (n > 0)
            return n;
    }
    return -LINUX_ENOENT;
}

long vfs_watch_fd(struct task *task, const char *path, unsigned walk_flags)
{
    struct walk_request rq = {.dirfd = LINUX_AT_FDCWD, .path = path, .flags = walk_flags};
    CLEANUP_NODE(node);
    long r = vfs_walk(task, &rq, &node);

    if (r == 0)
        r = vfs_permission(task, &node, MAY_READ);
    if (r < 0)
        return r;
    r = hold(task, &node, true);
    if (r < 0)
        return r;
    r = node.fd;
    node.fd = -1;
    return r;
}
