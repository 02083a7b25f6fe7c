/* SPDX-License-Identifier: MIT */
/* The container's terminals; see devpts.c. */
#ifndef CORACLE_FS_DEVPTS_H
#define CORACLE_FS_DEVPTS_H

#include "container/spec.h"
#include "fs/folder.h"

extern const struct fs_ops devpts_ops;

/* What the mount begins with: ptmx, and the terminal that the container was started on. */
long devpts_fill(struct task *task, struct mount *mnt);
/* Shows the guest the terminal that either end's host descriptor belongs to. */
long devpts_add(struct task *task, struct mount *mnt, int fd);

#endif
