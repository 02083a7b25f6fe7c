/* SPDX-License-Identifier: MIT */
/* Descriptors of processes (pidfd_open(2)). */
#ifndef CORACLE_PIDFD_H
#define CORACLE_PIDFD_H

#include "kernel/file.h"

extern const struct file_ops file_pidfd_ops;

#endif
