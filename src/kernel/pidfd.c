/* SPDX-License-Identifier: MIT */
/* Descriptors of processes are the host's own: waiting for and polling them needs nothing of us. */
#include "kernel/pidfd.h"

const struct file_ops file_pidfd_ops = {.kind = FILE_PIDFD};
