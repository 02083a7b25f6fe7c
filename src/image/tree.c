/* SPDX-License-Identifier: MIT */
/* The tree in memory: names, nodes and the table by which names are found; see tree.h. */
#include <limits.h>
#include <stdlib.h>
#include "container/index.h"
#include "image/tree.h"

void tree_init(struct tree *tree, int fd, struct limits *limits)
{
    *tree = (struct tree){.limits = limits, .fd = fd, .buckets = 1024};
    tree->table = must_alloc(tree->buckets * sizeof(*tree->table));
    tree->root = must_alloc(sizeof(*tree->root));
    tree->root->mode = S_IFDIR | 0755;
    tree->root->names = 1;
}

void node_free(struct node *node)
{
    free(node->target);
    free(node->xattrs);
    node->target = node->xattrs = NULL;
}

static uint32_t hash_of(const struct node *folder, const char *text, size_t size)
{
    return index_hash((uint32_t)((uintptr_t)folder >> 4), text, size);
}

void tree_free(struct tree *tree)
{
    for (size_t i = 0; i < tree->buckets; i++)
        for (struct name *name = tree->table[i], *next; name; name = next) {
            next = name->chain;
            if (--name->node->names == 0) {
                node_free(name->node);
                free(name->node);
            }
            free(name);
        }
    free(tree->table);
    if (tree->root)
        node_free(tree->root);
    free(tree->root);
    memset(tree, 0, sizeof(*tree));
}

struct name *tree_lookup(const struct tree *tree, const struct node *folder, const char *text, size_t size)
{
    uint32_t hash = hash_of(folder, text, size);
    struct name *name = tree->table[hash & (tree->buckets - 1)];

    while (name && !(name->hash == hash && name->folder == folder && name->size == size &&
                     memcmp(name->text, text, size) == 0))
        name = name->chain;
    return name;
}

static void grow(struct tree *tree)
{
    size_t buckets = 2 * tree->buckets;
    struct name **table = must_alloc(buckets * sizeof(*table));

    for (size_t i = 0; i < tree->buckets; i++)
        for (struct name *name = tree->table[i], *next; name; name = next) {
            struct name **bucket = &table[name->hash & (buckets - 1)];

            next = name->chain;
            name->chain = *bucket;
            *bucket = name;
        }
    free(tree->table);
    tree->table = table;
    tree->buckets = buckets;
}

struct name *tree_link(struct tree *tree, struct node *folder, const char *text, size_t size,
                       struct node *node)
{
    struct name *name = must_alloc(sizeof(*name) + size + 1);
    struct name **bucket;

    if (tree->count >= tree->buckets)
        grow(tree);
    name->node = node;
    name->folder = folder;
    name->layer = tree->layer;
    name->size = (uint32_t)size;
    memcpy(name->text, text, size);
    name->hash = hash_of(folder, text, size);
    bucket = &tree->table[name->hash & (tree->buckets - 1)];
    name->chain = *bucket;
    *bucket = name;
    name->next = folder->children;
    name->link = &folder->children;
    if (name->next)
        name->next->link = &name->next;
    folder->children = name;
    node->names++;
    if (S_ISDIR(node->mode))
        node->self = name;
    tree->count++;
    return name;
}

void tree_unlink(struct tree *tree, struct name *name)
{
    struct name **p = &tree->table[name->hash & (tree->buckets - 1)];

    while (*p != name)
        p = &(*p)->chain;
    *p = name->chain;
    *name->link = name->next;
    if (name->next)
        name->next->link = name->link;
    if (--name->node->names == 0) {
        node_free(name->node);
        free(name->node);
    }
    free(name);
    tree->count--;
}

int tree_path(const struct node *folder, const char *text, size_t size, char *path, size_t room,
              struct error *err)
{
    size_t need = text ? size + 1 : 1, at;

    for (const struct node *n = folder; n->self; n = n->self->folder)
        need += n->self->size + 1;
    if (need > room)
        return error_set(err, STATUS_OURS, "the image has a path longer than %zu bytes", room - 1);
    at = need - 1;
    path[at] = '\0';
    if (text) {
        at -= size;
        memcpy(path + at, text, size);
    }
    for (const struct node *n = folder; n->self; n = n->self->folder) {
        if (at != need - 1)
            path[--at] = '/';
        at -= n->self->size;
        memcpy(path + at, n->self->text, n->self->size);
    }
    memmove(path, path + at, need - at);
    if (!path[0])
        str_copy(path, ".", room);
    return 0;
}
