/* SPDX-License-Identifier: MIT */
/*
 * What an image says about running it, and where its files lie.
 *
 * The file has a line per value: env, entrypoint, cmd (one each for every word, in order), workdir, user,
 * arch, id (of its configuration), root (its flattened root filesystem), created, size. Behind the name and a
 * space stands the value, with \n for a newline and \\ for a backslash. Unknown lines are left for later
 * versions.
 */
#ifndef CORACLE_IMAGE_CONF_H
#define CORACLE_IMAGE_CONF_H

#include <limits.h>
#include "cli/cli.h"

struct image_conf {
    char rootfs[PATH_MAX];               /* the flattened lower folder */
    char index[PATH_MAX];                /* "" for none */
    char **env, **entrypoint, **command; /* NULL behind the last */
    size_t nenv, nentrypoint, ncommand;
    int hold_fd; /* keeps the files from being removed; -1: nothing to keep */
    char *workdir, *user, *arch, *id, *root, *created, *size; /* NULL: not said */
};

/*
 * Finds the image by its reference among those that were loaded, then among those that come with Coracle. The
 * files stay until image_release, or until this process and its children that keep its descriptors have
 * ended.
 */
int image_find(const char *reference, struct image_conf *conf, struct error *err);
/* Lets the image's files go. */
void image_release(struct image_conf *conf);

/* Reads a file of an image; false when it cannot be read. */
bool image_conf_read(const char *path, struct image_conf *conf);
void image_conf_free(struct image_conf *conf);
/* Appends a value to one of the three lists. */
void image_conf_add(char ***list, size_t *count, const char *value);

#endif
