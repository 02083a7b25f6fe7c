/* SPDX-License-Identifier: MIT */
/* A layer's tar stream: what comes out of decompression, hashed on its way to the reader of its entries. */
#ifndef CORACLE_IMAGE_STREAM_H
#define CORACLE_IMAGE_STREAM_H

#include <archive.h>
#include "image/image.h"

struct stream {
    struct archive *raw; /* decompresses */
    struct archive *tar; /* reads entries of it */
    struct digest_state *digest;
    struct limits *limits;
    struct error *err; /* set when a callback failed */
};

/* Begins reading a layer (tar; plain, gzip or zstd) from a descriptor; diff_id names the algorithm. */
int stream_open(struct stream *stream, int fd, const char *diff_id, struct limits *limits, struct error *err);
/* Reads what is left and compares the digest of it all with the diff_id. */
int stream_verify(struct stream *stream, const char *diff_id, struct error *err);
/* Fills the error after a failed call on stream->tar, unless a callback has filled it already. */
int stream_error(struct stream *stream, struct error *err);
void stream_close(struct stream *stream);

#endif
