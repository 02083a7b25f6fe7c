/* SPDX-License-Identifier: MIT */
/*
 * coracle-image: takes in images from archives. What stands in an archive is an attacker's until it is proven
 * otherwise: every name is resolved in a tree of our own in memory (tree.h), never by the host; every length
 * is held against the limits before anything is made; every blob is held against its digest before it is
 * read.
 *
 * Functions return 0, or the error's status with the error filled in.
 */
#ifndef CORACLE_IMAGE_H
#define CORACLE_IMAGE_H

#include "cli/cli.h"

/* What one load may use up; counted down to zero over all that it reads. */
struct limits {
    uint64_t bytes_max, files_max; /* as given, for the messages */
    uint64_t bytes;                /* of the files that are made */
    uint64_t stream;               /* that come out of decompression */
    uint64_t files;                /* names in archives */
    uint64_t notes;                /* bytes of names, links and attributes, which are kept in memory */
};

struct load_options {
    const char *file;
    const char *tag;
    const char *platform; /* architecture as images name it: amd64 */
    bool quiet;
    struct limits limits;
};

int image_load(struct load_options *options, struct error *err);

/* Takes from one of the limits; the error tells which option raises it. */
int limit_bytes(struct limits *limits, uint64_t bytes, struct error *err);
int limit_stream(struct limits *limits, uint64_t bytes, struct error *err);
int limit_file(struct limits *limits, struct error *err);
int limit_notes(struct limits *limits, uint64_t bytes, struct error *err);

/* From now on signals that stop us are noted only. */
void interrupt_catch(void);
/* True when the user or the system asked us to stop; then the error is set. */
bool is_interrupted(struct error *err);

/* Memory or the end: what is asked for here is bounded by the limits. */
void *must_alloc(size_t size);
char *must_copy(const char *text, size_t size);

#endif
