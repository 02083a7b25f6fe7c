/* SPDX-License-Identifier: MIT */
/* Reports for the person who has to find out why something crashed. */
#ifndef CORACLE_CRASH_H
#define CORACLE_CRASH_H

#include "abi/abi.h"
#include "base/base.h"

struct task;
struct host_context;

/* Our own code faulted: says where, with a backtrace, and ends the process with SIGABRT's status. Runs on the signal stack. */
noreturn_fn void crash_in_kernel(struct task *task, struct host_context *hc, const struct linux_siginfo *info);

/* The kernel program cannot go on: "coracle: what: why", exit status 125. */
noreturn_fn void kernel_fatal(const char *format, ...) printf_like(1, 2);

#endif
