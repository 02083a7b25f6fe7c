/* SPDX-License-Identifier: MIT */
/* The names of images: docker.io/library/NAME:TAG is NAME:TAG, and without a tag it is latest. */
#ifndef CORACLE_REFERENCE_H
#define CORACLE_REFERENCE_H

#include "cli/cli.h"

struct reference {
    char name[241]; /* as it is shown: may have slashes, and a colon before a port */
    char tag[129];
};

/* Takes a reference apart; anything that could be mistaken for a path (an empty or dotted component, a
 * strange byte) is refused. */
int reference_parse(const char *text, struct reference *ref, struct error *err);
/* The file name of an image's name: a slash becomes '%', which no name has. buf has room for
 * sizeof(ref->name) bytes. */
void reference_to_file(const char *name, char *buf);
void reference_from_file(const char *file, char *buf, size_t size);

#endif
