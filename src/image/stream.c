/* SPDX-License-Identifier: MIT */
#include <archive_entry.h>
#include <errno.h>
#include "image/digest.h"
#include "image/stream.h"

/* One block of the decompressed stream: its size, 0 at the end, -1 and the error. */
static ssize_t next_block(struct stream *stream, const void **block)
{
    size_t size;
    int64_t offset;
    int r;

    do
        r = archive_read_data_block(stream->raw, block, &size, &offset);
    while (r == ARCHIVE_OK && size == 0);
    if (r == ARCHIVE_EOF)
        return 0;
    if (r != ARCHIVE_OK) {
        error_set(stream->err, STATUS_OURS, "a layer is damaged or cut off: %s",
                  archive_error_string(stream->raw));
        return -1;
    }
    if (is_interrupted(stream->err) || limit_stream(stream->limits, size, stream->err))
        return -1;
    digest_add(stream->digest, *block, size);
    return (ssize_t)size;
}

static ssize_t give_block(struct archive *archive, void *arg, const void **block)
{
    ssize_t n = next_block(arg, block);

    if (n < 0)
        archive_set_error(archive, EIO, "the layer cannot be read");
    return n;
}

int stream_error(struct stream *stream, struct error *err)
{
    const char *why = archive_error_string(stream->tar);

    if (!err->text[0])
        error_set(err, STATUS_OURS, "a layer is damaged, or not a tar archive (plain, gzip or zstd): %s",
                  why ? why : "no reason known");
    return err->status;
}

int stream_open(struct stream *stream, int fd, const char *diff_id, struct limits *limits, struct error *err)
{
    struct archive_entry *entry;

    *stream = (struct stream){.limits = limits, .err = err};
    stream->digest = digest_begin(diff_id);
    if (!stream->digest)
        return error_set(err, STATUS_OURS, "'%.100s' is not a digest that can be checked (sha256 or sha512)",
                         diff_id);
    stream->raw = archive_read_new();
    stream->tar = archive_read_new();
    if (!stream->raw || !stream->tar)
        return error_set(err, STATUS_OURS, "out of memory");
    archive_read_support_format_raw(stream->raw);
    archive_read_support_filter_gzip(stream->raw);
    archive_read_support_filter_zstd(stream->raw);
    if (archive_read_open_fd(stream->raw, fd, 1 << 17) != ARCHIVE_OK ||
        archive_read_next_header(stream->raw, &entry) != ARCHIVE_OK)
        return error_set(err, STATUS_OURS, "a layer is not an archive that can be read: %s",
                         archive_error_string(stream->raw));
    archive_read_support_format_tar(stream->tar);
    if (archive_read_open(stream->tar, stream, NULL, give_block, NULL) != ARCHIVE_OK)
        return stream_error(stream, err);
    return 0;
}

int stream_verify(struct stream *stream, const char *diff_id, struct error *err)
{
    char found[DIGEST_SIZE];
    const void *block;
    ssize_t n;

    while ((n = next_block(stream, &block)) > 0)
        ;
    if (n < 0)
        return err->status;
    digest_end(stream->digest, found);
    stream->digest = NULL;
    if (strcmp(found, diff_id) != 0)
        return error_set(err, STATUS_OURS,
                         "a layer is damaged: its content has the digest %s and should have %s", found,
                         diff_id);
    return 0;
}

void stream_close(struct stream *stream)
{
    if (stream->digest)
        digest_end(stream->digest, NULL);
    if (stream->tar)
        archive_read_free(stream->tar);
    if (stream->raw)
        archive_read_free(stream->raw);
}
