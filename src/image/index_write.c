/* SPDX-License-Identifier: MIT */
/* Writing the index of a finished tree: folders in the order of a walk by breadth, so that the names of one
 * stand together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "container/index.h"
#include "image/layer.h"

struct writer {
    struct index_header header;
    struct index_inode *inodes;
    const struct node **nodes; /* the same, in memory */
    struct index_name *names;
    uint32_t *buckets;
    char *data;
    size_t data_size, data_room;
    uint32_t inode_count, name_count;
};

static uint32_t add_data(struct writer *w, const void *bytes, size_t size, bool end)
{
    size_t at = w->data_size;

    if (at + size + 1 > w->data_room) {
        w->data_room = 2 * (at + size + 1);
        w->data = realloc(w->data, w->data_room);
        if (!w->data)
            abort();
    }
    memcpy(w->data + at, bytes, size);
    w->data_size += size;
    if (end)
        w->data[w->data_size++] = '\0';
    return (uint32_t)at;
}

/* Gives the node its number, the first time that it is met. */
static uint32_t add_inode(struct writer *w, struct node *node, uint32_t parent)
{
    struct index_inode *inode;

    if (node->number)
        return node->number - 1;
    inode = &w->inodes[w->inode_count];
    w->nodes[w->inode_count] = node;
    *inode = (struct index_inode){
        .ino = node->ino,
        .size = node->size,
        .mtime = node->mtime,
        .mtime_nsec = node->mtime_nsec,
        .mode = node->mode,
        .uid = node->uid,
        .gid = node->gid,
        .nlink = S_ISDIR(node->mode) ? 2 : node->names,
        .rdev_major = node->rdev_major,
        .rdev_minor = node->rdev_minor,
        .first_name = INDEX_NONE,
        .parent = parent,
        .xattrs_size = node->xattrs_size,
    };
    if (node->xattrs_size)
        inode->xattrs_at = add_data(w, node->xattrs, node->xattrs_size, false);
    if (node->target)
        inode->target_at = add_data(w, node->target, strlen(node->target), true);
    node->number = ++w->inode_count;
    return node->number - 1;
}

static int by_bytes(const void *a, const void *b)
{
    const struct name *x = *(const struct name *const *)a, *y = *(const struct name *const *)b;

    return strcmp(x->text, y->text);
}

/* The names of the folder that has this number. */
static void add_children(struct writer *w, uint32_t number)
{
    const struct node *folder = w->nodes[number];
    const struct name **sorted;
    uint32_t count = 0, i = 0;

    for (const struct name *child = folder->children; child; child = child->next)
        count++;
    sorted = must_alloc(count * sizeof(*sorted));
    for (const struct name *child = folder->children; child; child = child->next)
        sorted[i++] = child;
    qsort(sorted, count, sizeof(*sorted), by_bytes);
    w->inodes[number].first_child = w->name_count;
    w->inodes[number].child_count = count;
    for (i = 0; i < count; i++) {
        uint32_t inode = add_inode(w, sorted[i]->node, number), n = w->name_count++;
        struct index_name *name = &w->names[n];

        *name = (struct index_name){
            .hash = index_hash(number, sorted[i]->text, sorted[i]->size),
            .inode = inode,
            .folder = number,
            .next_link = n,
            .name_at = add_data(w, sorted[i]->text, sorted[i]->size, true),
            .name_size = sorted[i]->size,
        };
        if (S_ISDIR(sorted[i]->node->mode))
            w->inodes[number].nlink++;
        if (w->inodes[inode].first_name == INDEX_NONE) {
            w->inodes[inode].first_name = n;
        } else { /* into the circle, behind the first */
            struct index_name *first = &w->names[w->inodes[inode].first_name];

            name->next_link = first->next_link;
            first->next_link = n;
        }
    }
    free(sorted);
}

static void add_buckets(struct writer *w)
{
    uint32_t count = 16, mask;

    while (count < 2 * (uint64_t)w->name_count)
        count *= 2;
    mask = count - 1;
    w->buckets = must_alloc(count * sizeof(*w->buckets));
    w->header.bucket_count = count;
    for (uint32_t n = 0; n < w->name_count; n++) {
        uint32_t i = w->names[n].hash & mask;

        while (w->buckets[i])
            i = (i + 1) & mask;
        w->buckets[i] = n + 1;
    }
}

static bool put(FILE *f, const void *bytes, size_t size)
{
    static const char zeros[8];

    return fwrite(bytes, 1, size, f) == size &&
           fwrite(zeros, 1, ALIGN_UP(size, 8) - size, f) == ALIGN_UP(size, 8) - size;
}

static bool write_file(struct writer *w, FILE *f)
{
    struct index_header *h = &w->header;
    size_t inodes = w->inode_count * sizeof(*w->inodes), names = w->name_count * sizeof(*w->names);
    size_t buckets = h->bucket_count * sizeof(*w->buckets);

    memcpy(h->magic, INDEX_MAGIC, sizeof(h->magic));
    h->version = INDEX_VERSION;
    h->header_size = sizeof(*h);
    h->inode_count = w->inode_count;
    h->name_count = w->name_count;
    h->inodes_at = sizeof(*h);
    h->names_at = h->inodes_at + ALIGN_UP(inodes, 8);
    h->buckets_at = h->names_at + ALIGN_UP(names, 8);
    h->data_at = h->buckets_at + ALIGN_UP(buckets, 8);
    h->data_size = w->data_size;
    h->file_size = h->data_at + ALIGN_UP(w->data_size, 8);
    return put(f, h, sizeof(*h)) && put(f, w->inodes, inodes) && put(f, w->names, names) &&
           put(f, w->buckets, buckets) && put(f, w->data, w->data_size) && fflush(f) == 0 &&
           fsync(fileno(f)) == 0;
}

int index_write(struct tree *tree, int folder, const char *file, struct error *err)
{
    struct writer w = {0};
    int fd = openat(folder, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    bool written = false;

    if (f && tree->count < UINT32_MAX / 4) {
        w.inodes = must_alloc((tree->count + 1) * sizeof(*w.inodes));
        w.nodes = must_alloc((tree->count + 1) * sizeof(*w.nodes));
        w.names = must_alloc((tree->count + 1) * sizeof(*w.names));
        add_inode(&w, tree->root, 0);
        for (uint32_t n = 0; n < w.inode_count; n++)
            if (S_ISDIR(w.nodes[n]->mode))
                add_children(&w, n);
        add_data(&w, "", 0, true);
        add_buckets(&w);
        errno = EFBIG;
        written = w.data_size < UINT32_MAX && write_file(&w, f);
    }
    if (f && fclose(f) != 0)
        written = false;
    free(w.inodes);
    free(w.nodes);
    free(w.names);
    free(w.buckets);
    free(w.data);
    return written ? 0
                   : error_set(err, STATUS_OURS, "the image's index cannot be written: %s", strerror(errno));
}
