/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include "image/image.h"

static bool take(uint64_t *left, uint64_t n)
{
    if (n > *left)
        return false;
    *left -= n;
    return true;
}

static int too_large(const struct limits *limits, struct error *err)
{
    error_set(err, STATUS_OURS, "the image unpacks to more than %llu bytes",
              (unsigned long long)limits->bytes_max);
    error_hint(err, "if that is what it should be, --max-size allows more");
    return err->status;
}

int limit_bytes(struct limits *limits, uint64_t bytes, struct error *err)
{
    return take(&limits->bytes, bytes) ? 0 : too_large(limits, err);
}

int limit_stream(struct limits *limits, uint64_t bytes, struct error *err)
{
    return take(&limits->stream, bytes) ? 0 : too_large(limits, err);
}

int limit_file(struct limits *limits, struct error *err)
{
    if (take(&limits->files, 1))
        return 0;
    error_set(err, STATUS_OURS, "the image has more than %llu files", (unsigned long long)limits->files_max);
    error_hint(err, "if that is what it should be, --max-files allows more");
    return err->status;
}

int limit_notes(struct limits *limits, uint64_t bytes, struct error *err)
{
    if (take(&limits->notes, bytes))
        return 0;
    error_set(err, STATUS_OURS, "the names, links and attributes of the image's files need too much memory");
    error_hint(err, "--max-files allows more of them, too");
    return err->status;
}

void *must_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p) {
        fputs("coracle: out of memory\n", stderr);
        exit(STATUS_OURS);
    }
    return p;
}

char *must_copy(const char *text, size_t size)
{
    char *copy = must_alloc(size + 1);

    memcpy(copy, text, size);
    return copy;
}
