/* SPDX-License-Identifier: MIT */
/*
 * Where an image comes from: an archive file, standard input, or the folder of an OCI layout. The members of
 * an archive are unpacked under numbers into a folder of ours, so that they can be read in any order whatever
 * their names are; links between members, which `docker save` once wrote for equal layers, are followed by
 * name within the archive.
 */
#ifndef CORACLE_IMAGE_SOURCE_H
#define CORACLE_IMAGE_SOURCE_H

#include "image/digest.h"

struct source {
    struct limits *limits;
    int folder; /* of the layout, or of the members under their numbers */
    bool is_layout;
    struct member {
        char *name;
        char *link; /* to another member */
        uint64_t number;
    } * members; /* sorted once all are there */
    size_t count, room;
};

/* Opens it; scratch is the folder of ours where members go. */
int source_open(struct source *source, const char *file, int scratch, struct limits *limits,
                struct error *err);
void source_close(struct source *source);
/* Opens a member for reading; -1: it is not there (no error is set) . */
int source_member(struct source *source, const char *name);
/*
 * Opens the blob of that digest, or the member of that name whose content must have that digest, after
 * reading all of it and comparing. A size that is not -1 must be right, too. Returns the descriptor at its
 * beginning, or -1 and the error.
 */
int source_blob(struct source *source, const char *member, const char *digest, int64_t size,
                struct error *err);
/* Reads an open file to its end, hashes it (by the algorithm that `like` has), and goes back to its
 * beginning. */
int source_hash(int fd, const char *like, char digest[DIGEST_SIZE], struct error *err);

#endif
