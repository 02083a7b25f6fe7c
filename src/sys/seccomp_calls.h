/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_SYS_SECCOMP_CALLS_H
#define CORACLE_SYS_SECCOMP_CALLS_H

#include "kernel/task.h"

/* prctl(PR_SET_SECCOMP). */
long seccomp_prctl_set(struct task *task, uint64_t mode, uint64_t filter);

#endif
