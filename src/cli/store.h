/* SPDX-License-Identifier: MIT */
/*
 * The store of images, below the user's data folder:
 *
 *   images/NAME/TAG    a small text file: what the image says about running it, and which root it has
 * (image_conf.h) roots/ID/rootfs    a flattened root filesystem, shared by all images and containers that
 * have these layers roots/ID/index     what the image means by it (container/index.h) tmp/XXXXXX         what
 * is being made images.lock
 *
 * Roots and files of images are made elsewhere and renamed, so they are whole or not there. Images appear and
 * disappear with images.lock held. A container holds a shared lock on the folder of its root; a root goes
 * when no image names it and that lock is free. Whoever makes something in tmp holds a lock on his folder:
 * one without a lock was left by someone who was killed, and is removed.
 */
#ifndef CORACLE_STORE_H
#define CORACLE_STORE_H

#include <limits.h>
#include "cli/image_conf.h"
#include "cli/reference.h"

#define STORE_ID_SIZE 65 /* of a root: 64 hexadecimal digits */

/* The path of something in the store; makes the folder when `make` is true. */
int store_folder(const char *name, bool make, char *path, size_t size, struct error *err);
/* Takes the store's lock; returns its descriptor, to be closed, or -1 and the error. */
int store_lock(struct error *err);
/* Makes a folder in tmp, locked as long as the descriptor is open. Returns that, or -1 and the error. */
int store_temporary(char *path, size_t size, struct error *err);
/* With the lock held: removes the roots that no image names and no container uses, and what killed ones left
 * in tmp. */
void store_clean(void);

/* Calls back for each image that was loaded, in the order of their names; conf goes away afterwards. */
int store_each(void (*each)(void *arg, const struct reference *ref, const struct image_conf *conf), void *arg,
               struct error *err);
/* Removes one image's name, with the lock held. */
int store_remove(const struct reference *ref, struct error *err);

#endif
