/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_PLACE_H
#define CORACLE_PLACE_H

#include "cli/cli.h"

/*
 * Where a path of the container leads: its symbolic links resolved as the container would, within the host
 * folder `root`; what does not exist stays as it is. Mounts are found by such a path: a volume at /var/run/x
 * may really be at /run/x.
 */
void place_resolve(const char *root, const char *path, char *out, size_t size);

#endif
