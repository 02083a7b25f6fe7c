/* SPDX-License-Identifier: MIT */
/*
 * Files that have several names in the lower.
 *
 * When one of them is copied up, all its names must lead to the copy. So the copy becomes .coracle/links/INO
 * (INO is the lower's inode number, in hexadecimal), and a lookup that ends at a lower file with several
 * names looks there. A name in the upper is made only when the guest links or renames; it is a hard link of
 * that file.
 *
 * How many names are left: those in the lower, less those that whiteouts or other objects hide, plus those in
 * the upper. For each hidden one there is a link INO.HASH (of folder and name) of the socket INO.gone, whose
 * count of links is the number of hidden names; making one twice does no harm, so no lock is needed, and a
 * crash leaves nothing wrong.
 */
#include "fs/overlay.h"

#define LINKS "links"

static bool group_known(struct mount *mnt, uint64_t ino, char name[64])
{
    fmt(name, 64, "%llx", (unsigned long long)ino);
    return overlay_may_have(mnt->data, 0, name);
}

/* The links folder when there is one; to be closed. */
static long links_open(struct mount *mnt)
{
    return host_openat(mnt->root_fd, RESERVED_NAME "/" LINKS,
                       LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW, 0, NULL);
}

uint32_t overlay_link_lower(struct vfs_node *node)
{
    const struct index_inode *inode = lower_inode(node);
    struct linux_kstat st;

    if (inode)
        return inode->nlink;
    return host_fstat(node->fd, &st) < 0 ? 1 : (uint32_t)st.st_nlink;
}

/* The attributes of the copied-up file on the host; false: there is none. */
static bool group_stat(int links, uint64_t ino, struct linux_kstat *st)
{
    char name[64];

    fmt(name, sizeof name, "%llx", (unsigned long long)ino);
    return host_fstatat(links, name, st, LINUX_AT_SYMLINK_NOFOLLOW) == 0;
}

static uint32_t gone_count(int links, uint64_t ino)
{
    struct linux_kstat st;
    char name[64];

    fmt(name, sizeof name, "%llx.gone", (unsigned long long)ino);
    return host_fstatat(links, name, &st, LINUX_AT_SYMLINK_NOFOLLOW) == 0 ? (uint32_t)st.st_nlink - 1 : 0;
}

void overlay_link_find(struct vfs_node *node)
{
    struct vfs_node *copy;
    char name[64];
    long fd;
    int links cleanup_fd = -1;

    if (!group_known(node->mnt, node->st.st_ino, name))
        return;
    links = (int)links_open(node->mnt);
    if (links < 0)
        return;
    fd = host_openat(links, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    copy = fd < 0 ? NULL : kmalloc(sizeof *copy);
    if (!copy)
        return;
    vfs_node_init(copy);
    copy->mnt = node->mnt;
    copy->fd = (int)fd;
    copy->st.st_mode = LINUX_S_IFREG;
    if (node->mnt->ops->getattr(NULL, copy) == 0)
        overlay_replace(node, copy);
    vfs_node_put(copy);
    kfree(copy);
}

long overlay_link_publish(struct vfs_node *node, int work, const char *name, uint32_t lower_links)
{
    char own[64], path[HOST_FD_PATH_SIZE];
    int links cleanup_fd = -1, fd cleanup_fd = -1;
    long r = overlay_private(node->mnt, LINKS);

    if (r < 0)
        return r;
    links = (int)r;
    r = host_openat(work, name, LINUX_O_PATH | LINUX_O_NOFOLLOW, 0, NULL);
    if (r < 0)
        return r;
    fd = (int)r;
    host_fd_path(fd, path);
    r = host_setxattr(path, LINKS_XATTR, &lower_links, sizeof lower_links, 0);
    if (r < 0)
        return r;
    group_known(node->mnt, node->st.st_ino, own);
    overlay_will_have(overlay_of(node), 0, own, true);
    return host_renameat2(work, name, links, own, LINUX_RENAME_NOREPLACE);
}

static uint64_t name_hash(struct vfs_node *dir, const char *name)
{
    struct linux_kstat st = {.st_ino = dir->id};
    uint64_t h;

    if (!dir->id)
        host_fstat(dir->in_lower ? dir->fd : dir->lower_fd, &st);
    h = (UINT64_C(0xcbf29ce484222325) ^ st.st_ino) * UINT64_C(0x100000001b3);
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return h;
}

void overlay_link_gone(struct vfs_node *dir, const char *name, uint64_t ino)
{
    char group[64], gone[80], own[80];
    int links cleanup_fd = -1;

    links = (int)overlay_private(dir->mnt, LINKS);
    if (links < 0)
        return;
    group_known(dir->mnt, ino, group);
    overlay_will_have(overlay_of(dir), 0, group, true);
    fmt(gone, sizeof gone, "%s.gone", group);
    fmt(own, sizeof own, "%s.%llx", group, (unsigned long long)name_hash(dir, name));
    host_mknodat(links, gone, LINUX_S_IFSOCK | 0600, 0);
    host_linkat(links, gone, links, own, 0);
}

void overlay_link_count(struct vfs_node *node, bool copied)
{
    uint64_t ino = node->st.st_ino;
    int links cleanup_fd = -1;
    uint32_t lower;
    char name[64];

    if (!group_known(node->mnt, ino, name))
        return;
    links = (int)links_open(node->mnt);
    if (links < 0)
        return;
    if (!copied) {
        node->st.st_nlink -= MIN(gone_count(links, ino), (uint32_t)node->st.st_nlink);
        return;
    }
    host_fd_path(node->fd, name);
    if (host_getxattr(name, LINKS_XATTR, &lower, sizeof lower) != (long)sizeof lower)
        return;
    /* The name in links/ is not one of the guest's. */
    node->st.st_nlink += lower - 1;
    node->st.st_nlink -= MIN(gone_count(links, ino), (uint32_t)node->st.st_nlink);
}

void overlay_link_drop(struct mount *mnt, uint64_t ino)
{
    int links cleanup_fd = -1;
    struct linux_kstat st;
    uint32_t lower;
    char name[64], path[96], own[HOST_FD_PATH_SIZE];

    if (!group_known(mnt, ino, name))
        return;
    links = (int)links_open(mnt);
    if (links < 0 || !group_stat(links, ino, &st) || st.st_nlink > 1)
        return;
    host_fd_path(links, own);
    fmt(path, sizeof path, "%s/%s", own, name);
    if (host_getxattr(path, LINKS_XATTR, &lower, sizeof lower) == (long)sizeof lower &&
        gone_count(links, ino) >= lower)
        host_unlinkat(links, name, 0);
}
