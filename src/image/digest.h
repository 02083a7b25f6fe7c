/* SPDX-License-Identifier: MIT */
/* Digests as images write them: sha256:HEX (or sha512:HEX). */
#ifndef CORACLE_IMAGE_DIGEST_H
#define CORACLE_IMAGE_DIGEST_H

#include "image/image.h"

#define DIGEST_SIZE 136 /* of the longest text, with its NUL */

struct digest_state;

/* Starts one of the algorithm that `like` has. NULL: it is no digest that we know. To be ended. */
struct digest_state *digest_begin(const char *like);
void digest_add(struct digest_state *state, const void *bytes, size_t size);
/* Writes the digest as text and frees the state; text may be NULL. */
void digest_end(struct digest_state *state, char text[DIGEST_SIZE]);
/* True when text is a digest: a known algorithm, and the right number of lower-case hexadecimal digits. */
bool digest_is_valid(const char *text);

#endif
