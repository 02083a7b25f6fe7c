/* SPDX-License-Identifier: MIT */
/* The mount table. */
#include "fs/internal.h"

struct mount vfs_anonymous = {
    .ops = &folder_ops,
    .flags = MOUNT_IDENTITY,
    .point = "",
    .type = "anon_inodefs",
    .source = "none",
    .root_fd = -1,
    .lower_fd = -1,
    .sidecar_fd = -2,
};

struct mount_table *mount_table_new(void)
{
    struct mount_table *table = kzalloc(sizeof *table);

    if (table)
        table->refs = 1;
    return table;
}

/* The mount that covers the parent of a point. */
static struct mount *mount_above(const struct mount_table *table, const char *point, size_t len)
{
    struct mount *best = NULL;

    for (uint32_t i = 0; i < table->count; i++) {
        struct mount *m = table->mounts[i];

        if (m->point_len < len && memcmp(m->point, point, m->point_len) == 0 && point[m->point_len] == '/' &&
            (!best || m->point_len >= best->point_len))
            best = m;
    }
    return best;
}

struct mount *mount_add(struct mount_table *table, const struct fs_ops *ops, const char *point,
                        const char *type, const char *source, uint32_t flags, int root_fd, int lower_fd,
                        void *data)
{
    size_t len = strlen(point);
    struct mount *mnt = kzalloc(sizeof *mnt);
    char *copy = kstrdup(point);

    if (!mnt || !copy)
        goto fail;
    while (len > 0 && copy[len - 1] == '/')
        copy[--len] = '\0';
    *mnt = (struct mount){
        .ops = ops,
        .flags = flags,
        .point = copy,
        .point_len = (uint32_t)len,
        .type = kstrdup(type),
        .source = kstrdup(source),
        .root_fd = root_fd,
        .lower_fd = lower_fd,
        .sidecar_fd = flags & MOUNT_IDENTITY ? -2 : -1,
        .data = data,
    };
    if (!mnt->type || !mnt->source)
        goto fail;
    {
        LOCK_SCOPE(&table->lock);

        if (table->count == MOUNTS_MAX)
            goto fail;
        mnt->id = 21 + (int)table->count;
        mnt->dev = linux_makedev(0, 40 + table->count);
        mnt->parent = mount_above(table, copy, len);
        for (struct mount *m = mnt->parent; m; m = m->parent)
            m->below++;
        table->mounts[table->count] = mnt;
        atomic_fetch_add_explicit(&table->count, 1, memory_order_release);
    }
    return mnt;
fail:
    kfree(mnt);
    kfree(copy);
    return NULL;
}

struct mount *mount_at(const struct mount_table *table, const char *path, size_t len)
{
    for (uint32_t i = atomic_load_explicit(&table->count, memory_order_acquire); i-- > 0;) {
        struct mount *m = table->mounts[i];

        if (m->point_len == len && memcmp(m->point, path, len) == 0)
            return m;
    }
    return NULL;
}
