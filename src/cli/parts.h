/* SPDX-License-Identifier: MIT */
/* Where Coracle's own parts and the user's data are. The tree may be moved: everything is found from where
 * this program lies. */
#ifndef CORACLE_PARTS_H
#define CORACLE_PARTS_H

#include "cli/cli.h"

/* A program of ours ("coracle-kernel") beside this one or in ../libexec/coracle; 0 or the error's status. */
int parts_program(const char *name, char *path, size_t size, struct error *err);
/* The folder of the images that come with Coracle: images/ beside us, or ../share/coracle/images. */
int parts_images(char *path, size_t size, struct error *err);
/* $XDG_DATA_HOME/coracle or ~/.local/share/coracle; not created. */
int parts_data(char *path, size_t size, struct error *err);
/* Makes a folder and its parents, mode 0700. */
int parts_mkdirs(const char *path, struct error *err);
/* A fresh scratch folder for a container's run, on disk. This process and its children hold a lock on it to
 * their ends. */
int parts_scratch(char *path, size_t size, struct error *err);
/* The same in memory, where the host offers that, for what is small and made anew each time. */
int parts_runtime(char *path, size_t size, struct error *err);
/* Removes the scratch folders of runs that were killed before they could. */
void parts_sweep(void);
/* Removes a folder and all that is in it, following nothing. */
void parts_remove_tree(const char *path);

#endif
