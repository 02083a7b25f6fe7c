/* SPDX-License-Identifier: MIT */
/*
 * The index of a flattened image: what the image says about each name, for the files that lie in the folder
 * `rootfs` beside it.
 *
 * An ordinary user cannot make files with foreign owners, set-ID bits, devices and most extended attributes.
 * So rootfs holds plain files, folders and symbolic links that belong to him (hard links are real; devices,
 * FIFOs and sockets are empty placeholders), and the index says what they mean. It is written once, by
 * coracle-image, and never changed; guests map it read-only and answer lookups (misses, too), attributes and
 * listings of the lower from it without a system call.
 *
 * The file: header, inodes, names, buckets, data; all numbers little-endian and aligned. Inode 0 is the root
 * folder. The names in one folder stand together, in the order of their bytes. `buckets` is an open hash
 * table over (folder, name). Hard links are several names of one inode; next_link leads around them in a
 * circle. Everything that comes from the file is checked against its bounds, so that a damaged index gives
 * wrong answers but no wild pointers.
 */
#ifndef CORACLE_CONTAINER_INDEX_H
#define CORACLE_CONTAINER_INDEX_H

#include "base/base.h"

#define INDEX_MAGIC   "CoraclIx"
#define INDEX_VERSION 1

struct index_header {
    char magic[8];
    uint32_t version;
    uint32_t header_size;
    uint64_t file_size;
    uint32_t inode_count;
    uint32_t name_count;
    uint32_t bucket_count; /* a power of two, more than name_count */
    uint32_t reserved;
    uint64_t inodes_at; /* offsets from the beginning of the file */
    uint64_t names_at;
    uint64_t buckets_at; /* uint32_t each: number of a name + 1, 0 for none */
    uint64_t data_at;
    uint64_t data_size;
};
_Static_assert(sizeof(struct index_header) == 80, "the header has no holes");

struct index_inode {
    uint64_t ino;  /* the number that it has in rootfs on the host */
    uint64_t size; /* of a regular file or a link's target */
    int64_t mtime;
    uint32_t mtime_nsec;
    uint32_t mode; /* with its type */
    uint32_t uid, gid;
    uint32_t nlink; /* as stat tells it, so 2 + sub-folders for a folder */
    uint32_t rdev_major, rdev_minor;
    uint32_t first_name;  /* one of its names; the root folder has none: INDEX_NONE */
    uint32_t first_child; /* of a folder: its names are first_child ... first_child + child_count - 1 */
    uint32_t child_count;
    uint32_t parent; /* of a folder: the inode of the folder that it is in; the root's is itself */
    uint32_t xattrs_size;
    uint32_t xattrs_at; /* in the data: see index_xattr_next */
    uint32_t target_at; /* in the data: a symbolic link's target, size bytes and a NUL */
};
_Static_assert(sizeof(struct index_inode) == 80, "an inode has no holes");

struct index_name {
    uint32_t hash; /* index_hash(folder, name) */
    uint32_t inode;
    uint32_t folder;    /* inode of the folder that it is in */
    uint32_t next_link; /* the next name of the same inode; itself when it is the only one */
    uint32_t name_at;   /* in the data: name_size bytes and a NUL */
    uint32_t name_size;
};
_Static_assert(sizeof(struct index_name) == 24, "a name has no holes");

#define INDEX_NONE UINT32_MAX

/* In the data, without alignment: this, the name, the value. */
struct index_xattr_header {
    uint32_t name_size;
    uint32_t value_size;
};

struct image_index {
    const struct index_header *header;
    const struct index_inode *inodes;
    const struct index_name *names;
    const uint32_t *buckets;
    const char *data;
};

struct index_xattr {
    const char *name; /* no NUL behind it */
    const void *value;
    uint32_t name_size, value_size;
};

/* Checks the head of a mapped index file; false: it is none, or a damaged one. The mapping must stay. */
bool index_open(struct image_index *index, const void *map, size_t size);
/* The name in a folder (given by its inode), or NULL when it is not there. */
const struct index_name *index_lookup(const struct image_index *index, uint32_t folder, const char *name,
                                      size_t size);
/* The inode of that number, or NULL when there is none. */
const struct index_inode *index_inode(const struct image_index *index, uint32_t inode);
/* The name of that number, or NULL when there is none, or its text is out of bounds. */
const struct index_name *index_name(const struct image_index *index, uint32_t name);
/* The n-th name in a folder, in the order of their bytes; NULL behind the last. */
const struct index_name *index_child(const struct image_index *index, const struct index_inode *folder,
                                     uint32_t n);
/* Text with a NUL behind it; "" when it is out of bounds, so measure what you get. */
const char *index_text(const struct image_index *index, uint32_t at, uint64_t size);
/* The next extended attribute of an inode; *at is 0 at first. False behind the last. */
bool index_xattr_next(const struct image_index *index, const struct index_inode *inode, uint32_t *at,
                      struct index_xattr *xattr);
/* The hash under which a name is found. */
uint32_t index_hash(uint32_t folder, const char *name, size_t size);

#endif
