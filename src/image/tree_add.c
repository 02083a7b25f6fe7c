/* SPDX-License-Identifier: MIT */
/* Applying a layer's entries to the tree and to the files on the host; see tree.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "image/tree.h"

#define LINKS_MAX 40 /* symbolic links in one path, as Linux allows */
#define WHITEOUT  ".wh."
#define OPAQUE    ".wh..wh..opq"
#define RESERVED  ".coracle" /* at the root: the name of Coracle's own folder in a container's upper */
#define PATH_ROOM PATH_MAX

static int host_error(const char *what, const char *path, struct error *err)
{
    return error_set(err, STATUS_OURS, "%s cannot be %s in the image's root: %s", path, what,
                     strerror(errno));
}

/* Modes on the host: the image's, but open to the owner, who is no superuser; what is left out stands in the
 * index. */
static mode_t host_mode(const struct node *node)
{
    return (node->mode & 0777) | (S_ISDIR(node->mode) ? 0700 : 0600);
}

/* Removes a name and all below it, here and on the host. With keep, what the present layer made stays;
 * returns whether all is gone. */
static bool prune(struct tree *tree, struct name *name, bool keep, struct error *err)
{
    static char path[PATH_ROOM]; /* not on the stack: a tree may be deep */
    struct node *node = name->node;
    bool empty = true;

    if (S_ISDIR(node->mode))
        for (struct name *child = node->children, *next; child; child = next) {
            next = child->next;
            empty = prune(tree, child, keep, err) && empty;
        }
    if (!empty || (keep && name->layer == tree->layer))
        return false;
    if (tree_path(name->folder, name->text, name->size, path, sizeof(path), err))
        return false;
    if (unlinkat(tree->fd, path, S_ISDIR(node->mode) ? AT_REMOVEDIR : 0) < 0) {
        host_error("removed", path, err);
        return false;
    }
    tree_unlink(tree, name);
    return true;
}

static int make_folder(struct tree *tree, struct node *folder, const char *text, size_t size,
                       struct node **made, struct error *err)
{
    char path[PATH_ROOM];
    struct stat st;
    struct node *node;

    if (tree_path(folder, text, size, path, sizeof(path), err))
        return err->status;
    if (mkdirat(tree->fd, path, 0755) < 0 || fstatat(tree->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return host_error("made", path, err);
    node = must_alloc(sizeof(*node));
    node->mode = S_IFDIR | 0755;
    node->ino = st.st_ino;
    tree_link(tree, folder, text, size, node);
    *made = node;
    return 0;
}

/* A walk along a path; links push their target in front of what is left. */
struct walk {
    struct node *folder;
    const char *path; /* the whole, for messages */
    char *left;       /* allocated */
    size_t tail;      /* how much of what is left, at its end, is the path's own and not a link's */
    int links;
};

static int follow(struct tree *tree, struct walk *walk, const struct node *link, const char *rest,
                  struct error *err)
{
    char *left;

    if (strlen(rest) < walk->tail)
        walk->tail = strlen(rest);
    if (++walk->links > LINKS_MAX)
        return error_set(err, STATUS_OURS, "'%s' goes through too many symbolic links", walk->path);
    if (link->target[0] == '/')
        walk->folder = tree->root;
    left = must_alloc(strlen(link->target) + strlen(rest) + 2);
    sprintf(left, "%s/%s", link->target, rest);
    free(walk->left);
    walk->left = left;
    return 0;
}

/*
 * Goes to the folder of a path's last component, which is given back in last. Symbolic links of the image on
 * the way are followed as the container would follow them, from its own root; where they lead above it or to
 * nothing, the archive is refused. With `make`, folders that the path itself names and that are missing are
 * made.
 */
static int walk_to(struct tree *tree, const char *path, bool make, struct node **folder,
                   char last[NAME_MAX + 1], struct error *err)
{
    struct walk walk = {
        .folder = tree->root, .path = path, .left = must_copy(path, strlen(path)), .tail = strlen(path)};
    const char *in = walk.left;
    int r = 0;

    last[0] = '\0';
    while (r == 0) {
        in += strspn(in, "/");
        size_t n = strcspn(in, "/");
        const char *rest = in + n + strspn(in + n, "/");
        bool own = strlen(in) <= walk.tail;
        struct name *name;

        if (!n)
            break;
        if (n == 1 && in[0] == '.') {
            in = rest;
            continue;
        }
        if (n == 2 && in[0] == '.' && in[1] == '.') {
            if (own)
                r = error_set(err, STATUS_OURS, "the image has a path with '..' in it: '%s'", path);
            else if (!walk.folder->self)
                r = error_set(err, STATUS_OURS,
                              "the image's '%s' goes through a symbolic link that leads out of its root",
                              path);
            else
                walk.folder = walk.folder->self->folder;
            in = rest;
            continue;
        }
        if (n > NAME_MAX) {
            r = error_set(err, STATUS_OURS, "the image has a name longer than %d bytes", NAME_MAX);
            break;
        }
        if (!*rest) {
            memcpy(last, in, n);
            last[n] = '\0';
            break;
        }
        name = tree_lookup(tree, walk.folder, in, n);
        if (!name && make && own) {
            r = make_folder(tree, walk.folder, in, n, &walk.folder, err);
            in = rest;
        } else if (!name) {
            r = error_set(err, STATUS_OURS,
                          own ? "the image's '%s' lies in a folder that is not there"
                              : "the image's '%s' goes through a symbolic link to what is not in the image",
                          path);
        } else if (S_ISLNK(name->node->mode)) {
            r = follow(tree, &walk, name->node, rest, err);
            in = walk.left;
        } else if (!S_ISDIR(name->node->mode)) {
            r = error_set(err, STATUS_OURS, "the image's '%s' lies in something that is no folder", path);
        } else {
            walk.folder = name->node;
            in = rest;
        }
    }
    free(walk.left);
    *folder = walk.folder;
    return r;
}

/* Moves what an entry says into a node, which keeps what the tree knows about it. */
static void take_attributes(struct node *node, struct node *from)
{
    node_free(node);
    node->mode = from->mode;
    node->uid = from->uid;
    node->gid = from->gid;
    node->rdev_major = from->rdev_major;
    node->rdev_minor = from->rdev_minor;
    node->mtime = from->mtime;
    node->mtime_nsec = from->mtime_nsec;
    node->xattrs = from->xattrs;
    node->xattrs_size = from->xattrs_size;
    from->xattrs = NULL;
}

static int whiteout(struct tree *tree, struct node *folder, const char *last, struct error *err)
{
    struct name *name;

    if (strcmp(last, OPAQUE) == 0) {
        for (struct name *child = folder->children, *next; child; child = next) {
            next = child->next;
            prune(tree, child, true, err);
        }
        return err->text[0] ? err->status : 0;
    }
    if (str_starts(last, WHITEOUT WHITEOUT))
        return 0; /* aufs' own notes */
    last += strlen(WHITEOUT);
    if (!last[0] || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return error_set(err, STATUS_OURS, "the image has a whiteout without a name");
    name = tree_lookup(tree, folder, last, strlen(last));
    if (name)
        prune(tree, name, true, err);
    return err->text[0] ? err->status : 0;
}

static int add_hard_link(struct tree *tree, struct entry *entry, struct node *folder, const char *last,
                         const char *path, struct error *err)
{
    char target_last[NAME_MAX + 1], target_path[PATH_ROOM];
    struct node *target_folder;
    struct name *target, *old;

    if (walk_to(tree, entry->target, false, &target_folder, target_last, err)) {
        if (!strstr(err->text, entry->path)) {
            char why[sizeof(err->text)];

            str_copy(why, err->text, sizeof(why));
            error_set(err, STATUS_OURS, "the image's hard link '%s' is refused: %.800s", entry->path, why);
        }
        return err->status;
    }
    target = target_last[0] ? tree_lookup(tree, target_folder, target_last, strlen(target_last)) : NULL;
    if (!target || S_ISDIR(target->node->mode))
        return error_set(err, STATUS_OURS,
                         "the image's hard link '%s' names '%s', which is no file of the image", entry->path,
                         entry->target);
    old = tree_lookup(tree, folder, last, strlen(last));
    if (old && old->node == target->node) {
        old->layer = tree->layer;
        return 0;
    }
    /* The folder that is replaced could be the one that the target is in. */
    if (old && S_ISDIR(old->node->mode))
        for (const struct node *n = target_folder; n->self; n = n->self->folder)
            if (n == old->node)
                return error_set(err, STATUS_OURS,
                                 "the image's hard link '%s' replaces the folder of its target", entry->path);
    if (old && !prune(tree, old, false, err))
        return err->status;
    if (tree_path(target_folder, target_last, strlen(target_last), target_path, sizeof(target_path), err))
        return err->status;
    if (linkat(tree->fd, target_path, tree->fd, path, 0) < 0)
        return host_error("made a hard link", path, err);
    tree_link(tree, folder, last, strlen(last), target->node);
    return 0;
}

static int make_on_host(struct tree *tree, struct entry *entry, const char *path, int *fd, struct stat *st,
                        struct error *err)
{
    const struct node *a = &entry->attributes;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = a->mtime, .tv_nsec = a->mtime_nsec}};
    int r;

    if (S_ISLNK(a->mode)) {
        if (symlinkat(entry->target, tree->fd, path) < 0)
            return host_error("made a symbolic link", path, err);
        utimensat(tree->fd, path, times, AT_SYMLINK_NOFOLLOW);
        return fstatat(tree->fd, path, st, AT_SYMLINK_NOFOLLOW) < 0 ? host_error("made", path, err) : 0;
    }
    r = openat(tree->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (r < 0 || fchmod(r, S_ISREG(a->mode) ? host_mode(a) : 0600) < 0 || fstat(r, st) < 0) {
        if (r >= 0)
            close(r);
        return host_error("made", path, err);
    }
    if (S_ISREG(a->mode))
        *fd = r;
    else
        close(r); /* a placeholder */
    return 0;
}

static int add_folder(struct tree *tree, struct entry *entry, struct node *folder, const char *last,
                      const char *path, struct error *err)
{
    struct name *old = last[0] ? tree_lookup(tree, folder, last, strlen(last)) : NULL;
    struct node *node = last[0] ? NULL : folder;

    if (old && S_ISDIR(old->node->mode)) {
        node = old->node;
        old->layer = tree->layer;
    } else if (old && !prune(tree, old, false, err)) {
        return err->status;
    }
    if (!node && make_folder(tree, folder, last, strlen(last), &node, err))
        return err->status;
    take_attributes(node, &entry->attributes);
    return fchmodat(tree->fd, path, host_mode(node), 0) < 0 ? host_error("changed", path, err) : 0;
}

static int add_file(struct tree *tree, struct entry *entry, struct node *folder, const char *last,
                    const char *path, int *fd, struct node **file, struct error *err)
{
    struct name *old = tree_lookup(tree, folder, last, strlen(last));
    struct node *node;
    struct stat st;

    if (old && !prune(tree, old, false, err))
        return err->status;
    if (make_on_host(tree, entry, path, fd, &st, err))
        return err->status;
    node = must_alloc(sizeof(*node));
    take_attributes(node, &entry->attributes);
    node->ino = st.st_ino;
    if (S_ISLNK(node->mode)) {
        node->size = strlen(entry->target);
        node->target = must_copy(entry->target, node->size);
    }
    tree_link(tree, folder, last, strlen(last), node);
    *file = node;
    return 0;
}

int tree_add(struct tree *tree, struct entry *entry, int *fd, struct node **file, struct error *err)
{
    char last[NAME_MAX + 1], path[PATH_ROOM];
    struct node *folder;
    uint32_t mode = entry->attributes.mode;

    *fd = -1;
    if (limit_file(tree->limits, err) ||
        limit_notes(tree->limits,
                    strlen(entry->path) + entry->attributes.xattrs_size +
                        (entry->target ? strlen(entry->target) : 0),
                    err) ||
        walk_to(tree, entry->path, true, &folder, last, err))
        return err->status;
    if (!last[0] && (entry->is_hard_link || !S_ISDIR(mode)))
        return error_set(err, STATUS_OURS, "the image has something that is no folder as its root");
    if (str_starts(last, WHITEOUT))
        return whiteout(tree, folder, last, err);
    if (folder == tree->root && strcmp(last, RESERVED) == 0)
        return error_set(err, STATUS_OURS, "the image has the name /%s, which Coracle keeps for itself",
                         RESERVED);
    if (tree_path(folder, last[0] ? last : NULL, strlen(last), path, sizeof(path), err))
        return err->status;
    if (entry->is_hard_link)
        return add_hard_link(tree, entry, folder, last, path, err);
    if (S_ISDIR(mode))
        return add_folder(tree, entry, folder, last, path, err);
    if (S_ISLNK(mode) && (!entry->target || !entry->target[0] || strlen(entry->target) >= PATH_MAX))
        return error_set(err, STATUS_OURS,
                         "the image's symbolic link '%s' has no target, or one that is too long",
                         entry->path);
    return add_file(tree, entry, folder, last, path, fd, file, err);
}

int tree_file_done(struct tree *tree, struct node *file, int fd, uint64_t size, struct error *err)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = file->mtime, .tv_nsec = file->mtime_nsec}};
    int r = ftruncate(fd, (off_t)size) | futimens(fd, times);

    if (close(fd) < 0 || r < 0)
        return error_set(err, STATUS_OURS, "a file of the image cannot be written: %s", strerror(errno));
    file->size = size;
    return 0;
}

static int finish_folder(struct tree *tree, const struct node *node, struct error *err)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = node->mtime, .tv_nsec = node->mtime_nsec}};
    static char path[PATH_ROOM];

    if (tree_path(node, NULL, 0, path, sizeof(path), err))
        return err->status;
    utimensat(tree->fd, path, times, 0);
    for (const struct name *child = node->children; child; child = child->next)
        if (S_ISDIR(child->node->mode) && finish_folder(tree, child->node, err))
            return err->status;
    return 0;
}

int tree_finish(struct tree *tree, struct error *err)
{
    struct stat st;

    if (fstat(tree->fd, &st) < 0)
        return host_error("found", "/", err);
    tree->root->ino = st.st_ino;
    return finish_folder(tree, tree->root, err);
}
