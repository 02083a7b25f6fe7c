/* SPDX-License-Identifier: MIT */
/* Where an image lies and what it says about running it (image.conf, written by coracle-image). */
#ifndef CORACLE_IMAGE_CONF_H
#define CORACLE_IMAGE_CONF_H

#include <limits.h>
#include "cli/cli.h"

struct image_conf {
    char rootfs[PATH_MAX]; /* the flattened lower folder */
    char index[PATH_MAX];  /* "" for none */
    char **env, **entrypoint, **command;
    size_t nenv, nentrypoint, ncommand;
    char *workdir, *user, *arch;
};

/* Finds the image by its reference among those that were loaded, then among those that come with Coracle. */
int image_find(const char *reference, struct image_conf *conf, struct error *err);

#endif
