/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_IMAGE_LAYER_H
#define CORACLE_IMAGE_LAYER_H

#include "image/tree.h"

/* Applies one layer, a tar stream on a descriptor whose decompressed content must have the digest diff_id, to
 * the tree. */
int layer_apply(struct tree *tree, int fd, const char *diff_id, struct error *err);
/* Writes the index of the finished tree as a file in a folder. */
int index_write(struct tree *tree, int folder, const char *file, struct error *err);

#endif
