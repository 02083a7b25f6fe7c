/* SPDX-License-Identifier: MIT */
/* Reading the entries of a layer's tar stream. */
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "container/index.h"
#include "image/layer.h"
#include "image/stream.h"

#define XATTR_NAME_MAX  255 /* as Linux has it */
#define XATTR_VALUE_MAX 65536
#define XATTRS_MAX      (1 << 20) /* of one file */

/* Attributes that are Coracle's own, or say something to overlayfs alone, have no place in an image. */
static bool is_foreign(const char *name)
{
    static const char *const prefixes[] = {"user.coracle.", "user.overlay.", "trusted.overlay."};

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (str_starts(name, prefixes[i]))
            return true;
    return false;
}

static int read_xattrs(struct archive_entry *entry, const char *path, struct node *node, struct error *err)
{
    const char *name;
    const void *value;
    size_t size;

    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        struct index_xattr_header head = {(uint32_t)strlen(name), (uint32_t)size};
        uint32_t at = node->xattrs_size;

        if (is_foreign(name))
            continue;
        if (head.name_size > XATTR_NAME_MAX || size > XATTR_VALUE_MAX ||
            at + head.name_size + size > XATTRS_MAX)
            return error_set(err, STATUS_OURS, "the image's '%s' has an extended attribute that is too large",
                             path);
        node->xattrs_size += (uint32_t)(sizeof(head) + head.name_size + size);
        node->xattrs = realloc(node->xattrs, node->xattrs_size);
        if (!node->xattrs)
            abort();
        memcpy(node->xattrs + at, &head, sizeof(head));
        memcpy(node->xattrs + at + sizeof(head), name, head.name_size);
        memcpy(node->xattrs + at + sizeof(head) + head.name_size, value, size);
    }
    return 0;
}

static int read_entry(struct archive_entry *from, struct entry *entry, struct error *err)
{
    struct node *a = &entry->attributes;
    int64_t uid = archive_entry_uid(from), gid = archive_entry_gid(from);

    *entry = (struct entry){.path = archive_entry_pathname(from)};
    if (!entry->path)
        return error_set(err, STATUS_OURS, "the image has a file whose name cannot be read");
    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        return error_set(err, STATUS_OURS, "the image's '%s' has an owner that is no number of a user",
                         entry->path);
    entry->target = archive_entry_hardlink(from);
    entry->is_hard_link = entry->target != NULL;
    if (!entry->target)
        entry->target = archive_entry_symlink(from);
    a->mode = (archive_entry_mode(from) & 07777) | archive_entry_filetype(from);
    a->uid = (uint32_t)uid;
    a->gid = (uint32_t)gid;
    a->mtime = archive_entry_mtime(from);
    a->mtime_nsec = (uint32_t)archive_entry_mtime_nsec(from) % 1000000000;
    switch (archive_entry_filetype(from)) {
    case AE_IFBLK:
    case AE_IFCHR:
        a->rdev_major = (uint32_t)archive_entry_rdevmajor(from);
        a->rdev_minor = (uint32_t)archive_entry_rdevminor(from);
        break;
    case AE_IFLNK:
        a->mode |= 0777; /* as Linux tells it of every link */
        break;
    case AE_IFREG:
    case AE_IFDIR:
    case AE_IFIFO:
    case AE_IFSOCK:
        break;
    default:
        if (!entry->is_hard_link)
            return error_set(err, STATUS_OURS, "the image's '%s' is of a kind that no file has", entry->path);
    }
    return read_xattrs(from, entry->path, a, err);
}

static int write_content(struct tree *tree, struct stream *stream, struct archive_entry *from,
                         const char *path, int fd, struct node *file, struct error *err)
{
    int64_t size = archive_entry_size(from), offset;
    const void *block;
    size_t n;
    int r;

    if (size < 0 || limit_bytes(tree->limits, (uint64_t)size, err)) {
        close(fd);
        return err->text[0] ? err->status : error_set(err, STATUS_OURS, "the image's '%s' has no size", path);
    }
    while ((r = archive_read_data_block(stream->tar, &block, &n, &offset)) == ARCHIVE_OK)
        for (size_t done = 0; done < n;) {
            ssize_t written = offset + (int64_t)n > size
                                  ? -1
                                  : pwrite(fd, (const char *)block + done, n - done, offset + (int64_t)done);

            if (written < 0) {
                error_set(err, STATUS_OURS, "the image's '%s' cannot be written: %s", path,
                          offset + (int64_t)n > size ? "it is longer than it says" : strerror(errno));
                close(fd);
                return err->status;
            }
            done += (size_t)written;
        }
    if (r != ARCHIVE_EOF) {
        close(fd);
        return stream_error(stream, err);
    }
    return tree_file_done(tree, file, fd, (uint64_t)size, err);
}

static int apply_entry(struct tree *tree, struct stream *stream, struct archive_entry *from,
                       struct error *err)
{
    struct entry entry;
    struct node *file = NULL;
    int fd = -1, r = read_entry(from, &entry, err);

    if (r == 0)
        r = tree_add(tree, &entry, &fd, &file, err);
    if (r == 0 && fd >= 0)
        r = write_content(tree, stream, from, entry.path, fd, file, err);
    node_free(&entry.attributes);
    return r;
}

int layer_apply(struct tree *tree, int fd, const char *diff_id, struct error *err)
{
    struct stream stream;
    struct archive_entry *entry;
    int r = stream_open(&stream, fd, diff_id, tree->limits, err), got;

    tree->layer++;
    while (r == 0 && (got = archive_read_next_header(stream.tar, &entry)) != ARCHIVE_EOF)
        r = got == ARCHIVE_OK || got == ARCHIVE_WARN ? apply_entry(tree, &stream, entry, err)
                                                     : stream_error(&stream, err);
    if (r == 0)
        r = stream_verify(&stream, diff_id, err);
    stream_close(&stream);
    return r;
}
