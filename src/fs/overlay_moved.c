/* SPDX-License-Identifier: MIT */
/*
 * Where folders of the lower have been moved to.
 *
 * A process that has a folder of the lower open, or works in it, knows it by the path that it had. When the
 * folder or one above it is renamed, a symbolic link in .coracle/moved says where its lower path is seen now;
 * it is named by a hash of that path. Whoever does not find his folder at its old path looks there.
 */
#include "fs/overlay.h"

#define MOVED  "moved"
#define ROUNDS 16 /* of folders that were moved within folders that were moved */

static void link_name(const char *path, size_t len, char name[32])
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)path[i]) * UINT64_C(0x100000001b3);
    fmt(name, 32, "%llx", (unsigned long long)h);
}

/* The lower path of a folder without slashes around it; its length. */
static long own_path(struct vfs_node *node, char *path)
{
    long n = lower_path(node, path, VFS_PATH_MAX);

    if (n > 0 && path[0] == '/')
        memmove(path, path + 1, (size_t)n--);
    return n;
}

static void note(int folder, const char *path, size_t len, const char *target)
{
    char own[32], temporary[32];

    link_name(path, len, own);
    overlay_temporary(temporary);
    if (host_symlinkat(target, folder, temporary) == 0)
        host_renameat2(folder, temporary, folder, own, 0);
}

void overlay_moved_note(struct vfs_node *node, const struct vfs_node *olddir, const char *old,
                        const struct vfs_node *dir, const char *name)
{
    char *path cleanup_free = kmalloc(VFS_PATH_MAX), *target cleanup_free = kmalloc(VFS_PATH_MAX);
    int folder cleanup_fd = -1;
    long n;

    if (!path || !target || !vfs_is(node, LINUX_S_IFDIR) || !overlay_has_lower(node))
        return;
    folder = (int)overlay_private(node->mnt, MOVED);
    if (folder < 0 ||
        fmt(target, VFS_PATH_MAX, "%s/%s", dir->path + dir->mnt->point_len, name) >= VFS_PATH_MAX)
        return;
    n = own_path(node, path);
    if (n > 0)
        note(folder, path, (size_t)n, target);
    /* What is noted about folders in it leads over its old path. */
    n = fmt(path, VFS_PATH_MAX, "%s/%s", olddir->path + olddir->mnt->point_len, old);
    if (n < VFS_PATH_MAX)
        note(folder, path + 1, (size_t)n - 1, target);
}

/* Tries one link: of the folder with the first `len` bytes of the path. */
static long try_prefix(struct vfs_node *node, int folder, const char *path, size_t len, char *target,
                       struct vfs_node *found)
{
    char name[32];
    long n;

    link_name(path, len, name);
    n = host_readlinkat(folder, name, target, VFS_PATH_MAX - 1);
    if (n < 0)
        return n;
    if ((size_t)n + strlen(path + len) >= VFS_PATH_MAX)
        return -LINUX_ENAMETOOLONG;
    str_copy(target + n, path + len, VFS_PATH_MAX - (size_t)n);
    vfs_node_put(found);
    n = overlay_resolve(NULL, node->mnt, target, false, found);
    return n == 0 && found->st.st_ino != node->st.st_ino ? -LINUX_ENOENT : n;
}

/* Follows what is noted about a path, again and again; the longest folder counts. */
static long follow(struct vfs_node *node, int folder, char *path, size_t len, char *target,
                   struct vfs_node *found)
{
    for (int round = 0; round < ROUNDS; round++) {
        bool noted = false;

        while (len > 0) {
            long r = try_prefix(node, folder, path, len, target, found);

            if (r == 0)
                return 0;
            noted = target[0] == '/';
            if (noted)
                break;
            while (len > 0 && path[--len] != '/')
                ;
        }
        if (!noted)
            break;
        len = str_copy(path, target + 1, VFS_PATH_MAX);
        target[0] = '\0';
    }
    return -LINUX_ENOENT;
}

long overlay_moved_find(struct vfs_node *node, struct vfs_node *found)
{
    char *path cleanup_free = kmalloc(VFS_PATH_MAX), *target cleanup_free = kmalloc(VFS_PATH_MAX);
    int folder cleanup_fd = -1;
    long r, n;

    if (!path || !target)
        return -LINUX_ENOMEM;
    folder = (int)host_openat(node->mnt->root_fd, RESERVED_NAME "/" MOVED,
                              LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);
    if (folder < 0)
        return -LINUX_ENOENT;
    target[0] = '\0';
    n = own_path(node, path);
    r = n < 0 ? n : follow(node, folder, path, (size_t)n, target, found);
    if (r < 0)
        return r;
    memcpy(node->path, found->path, found->path_len + 1);
    node->path_len = found->path_len;
    return 0;
}
