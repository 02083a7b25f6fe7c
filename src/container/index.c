/* SPDX-License-Identifier: MIT */
/* Reading an image's index; see index.h. */
#include "container/index.h"

/* True when count objects of that size lie at that offset, aligned, within the file. */
static bool fits(uint64_t at, uint64_t count, uint64_t each, uint64_t file_size)
{
    return at <= file_size && at % 8 == 0 && count <= (file_size - at) / each;
}

bool index_open(struct image_index *index, const void *map, size_t size)
{
    const struct index_header *h = map;
    const char *base = map;

    if (size < sizeof(*h) || memcmp(h->magic, INDEX_MAGIC, sizeof(h->magic)) != 0 ||
        h->version != INDEX_VERSION || h->header_size != sizeof(*h) || h->file_size != size)
        return false;
    if (!h->inode_count || h->bucket_count <= h->name_count || (h->bucket_count & (h->bucket_count - 1)) != 0)
        return false;
    if (!fits(h->inodes_at, h->inode_count, sizeof(struct index_inode), size) ||
        !fits(h->names_at, h->name_count, sizeof(struct index_name), size) ||
        !fits(h->buckets_at, h->bucket_count, sizeof(uint32_t), size) ||
        !fits(h->data_at, h->data_size, 1, size) || !h->data_size ||
        base[h->data_at + h->data_size - 1] != '\0')
        return false;
    *index = (struct image_index){
        .header = h,
        .inodes = (const struct index_inode *)(base + h->inodes_at),
        .names = (const struct index_name *)(base + h->names_at),
        .buckets = (const uint32_t *)(base + h->buckets_at),
        .data = base + h->data_at,
    };
    return true;
}

static bool data_fits(const struct image_index *index, uint64_t at, uint64_t size)
{
    return at <= index->header->data_size && size <= index->header->data_size - at;
}

uint32_t index_hash(uint32_t folder, const char *name, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ folder;

    hash *= UINT64_C(0x100000001b3);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

const struct index_name *index_lookup(const struct image_index *index, uint32_t folder, const char *name,
                                      size_t size)
{
    uint32_t mask = index->header->bucket_count - 1, hash = index_hash(folder, name, size);

    for (uint32_t i = hash & mask, n = 0; n <= mask && index->buckets[i]; i = (i + 1) & mask, n++) {
        const struct index_name *found = index_name(index, index->buckets[i] - 1);

        if (found && found->hash == hash && found->folder == folder && found->name_size == size &&
            memcmp(index->data + found->name_at, name, size) == 0)
            return found;
    }
    return NULL;
}

const struct index_inode *index_inode(const struct image_index *index, uint32_t inode)
{
    return inode < index->header->inode_count ? &index->inodes[inode] : NULL;
}

const struct index_name *index_name(const struct image_index *index, uint32_t name)
{
    const struct index_name *found = name < index->header->name_count ? &index->names[name] : NULL;

    if (!found || !data_fits(index, found->name_at, (uint64_t)found->name_size + 1) ||
        index->data[(uint64_t)found->name_at + found->name_size] != '\0')
        return NULL;
    return found;
}

const struct index_name *index_child(const struct image_index *index, const struct index_inode *folder,
                                     uint32_t n)
{
    if (n >= folder->child_count || folder->first_child > UINT32_MAX - n)
        return NULL;
    return index_name(index, folder->first_child + n);
}

const char *index_text(const struct image_index *index, uint32_t at, uint64_t size)
{
    if (size == UINT64_MAX || !data_fits(index, at, size + 1) || index->data[(uint64_t)at + size] != '\0')
        return "";
    return index->data + at;
}

bool index_xattr_next(const struct image_index *index, const struct index_inode *inode, uint32_t *at,
                      struct index_xattr *xattr)
{
    struct index_xattr_header head;
    uint32_t left;

    if (!data_fits(index, inode->xattrs_at, inode->xattrs_size) || *at >= inode->xattrs_size)
        return false;
    left = inode->xattrs_size - *at;
    if (left < sizeof(head))
        return false;
    memcpy(&head, index->data + inode->xattrs_at + *at, sizeof(head));
    left -= sizeof(head);
    if (head.name_size > left || head.value_size > left - head.name_size)
        return false;
    xattr->name = index->data + inode->xattrs_at + *at + sizeof(head);
    xattr->name_size = head.name_size;
    xattr->value = xattr->name + head.name_size;
    xattr->value_size = head.value_size;
    *at += (uint32_t)sizeof(head) + head.name_size + head.value_size;
    return true;
}
