/* SPDX-License-Identifier: MIT */
/* Files that come from outside of this program: by exec, or by SCM_RIGHTS. */
#ifndef CORACLE_FILE_LOAD_H
#define CORACLE_FILE_LOAD_H

#include "base/base.h"

struct task;
struct file;

/*
 * A file of a kind (enum file_kind) over a host descriptor, which it takes over, from what file_ops.save of
 * that kind had written. Kinds without state of their own need no loader. NULL when memory is out or the data
 * makes no sense.
 */
struct file *file_load(struct task *task, uint32_t kind, int host_fd, uint32_t flags, const void *data,
                       size_t len);

/* The loaders; each stands with the ops of its kind. */
typedef struct file *(*file_loader)(struct task *task, int host_fd, uint32_t flags, const void *data,
                                    size_t len);

#endif
