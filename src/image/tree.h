/* SPDX-License-Identifier: MIT */
/*
 * The root filesystem that is being flattened: what the image means in memory, and beside it the files in a
 * folder of the host.
 *
 * Paths are resolved here, against the tree, so no link that an archive made can lead the host anywhere:
 * every path that reaches the host consists of folders that this tree made. Files are never opened for
 * writing a second time; an entry that replaces another makes a new one. Each name knows the layer that made
 * it last, because whiteouts mean the layers below alone.
 *
 *   node   what stat tells about: a file, folder, link or device; may have several names
 *   name   an entry of a folder
 */
#ifndef CORACLE_IMAGE_TREE_H
#define CORACLE_IMAGE_TREE_H

#include <sys/stat.h>
#include "image/image.h"

struct node {
    uint32_t mode; /* with its type */
    uint32_t uid, gid;
    uint32_t rdev_major, rdev_minor;
    uint64_t size;
    int64_t mtime;
    uint32_t mtime_nsec;
    uint64_t ino; /* on the host */
    char *target; /* of a symbolic link */
    char *xattrs; /* as the index has them: struct index_xattr_header, name, value, and so on */
    uint32_t xattrs_size;
    uint32_t names;        /* how many it has */
    struct name *self;     /* a folder's one name; NULL for the root */
    struct name *children; /* of a folder */
    uint32_t number;       /* for the one who writes the index */
};

struct name {
    struct node *node;
    struct node *folder;
    struct name *next, **link; /* in the folder */
    struct name *chain;        /* in the table */
    uint32_t hash;
    uint32_t layer; /* that made or changed it */
    uint32_t size;
    char text[];
};

struct tree {
    struct limits *limits;
    struct node *root;
    struct name **table;
    size_t buckets, count; /* names in the table */
    int fd;                /* the folder of the host */
    uint32_t layer;        /* the present one, from 1 */
};

/* What an entry of a layer says. */
struct entry {
    const char *path;
    const char *target; /* of a symbolic or a hard link */
    bool is_hard_link;
    struct node
        attributes; /* mode with type, owners, device, times, xattrs (taken over when the call succeeds) */
};

void tree_init(struct tree *tree, int fd, struct limits *limits);
void tree_free(struct tree *tree);
/* Frees the attributes of a node that never came into a tree. */
void node_free(struct node *node);

/*
 * Makes, replaces or (a folder over a folder) changes what the entry names; whiteouts remove. For a regular
 * file *fd is open for writing its content, to be ended by tree_file_done; otherwise it is -1.
 */
int tree_add(struct tree *tree, struct entry *entry, int *fd, struct node **file, struct error *err);
int tree_file_done(struct tree *tree, struct node *file, int fd, uint64_t size, struct error *err);
/* Gives all folders their times, at the end. */
int tree_finish(struct tree *tree, struct error *err);

/* Finds a name in a folder, or NULL. */
struct name *tree_lookup(const struct tree *tree, const struct node *folder, const char *text, size_t size);
/* Puts a new name into a folder; the name counts as the node's. */
struct name *tree_link(struct tree *tree, struct node *folder, const char *text, size_t size,
                       struct node *node);
/* Takes a name out of its folder, frees it and, when it was the last one, its node (which has no children).
 */
void tree_unlink(struct tree *tree, struct name *name);
/* The path of what lies in a folder under a name, relative to the root; NULL name: of the folder. */
int tree_path(const struct node *folder, const char *text, size_t size, char *path, size_t room,
              struct error *err);

#endif
