/* SPDX-License-Identifier: MIT */
/* The system call tracer: one line a call, decoded by the table in abi/syscalls.def. */
#ifndef CORACLE_TRACE_H
#define CORACLE_TRACE_H

#include "base/base.h"

struct task;

void trace_enter(struct task *task);
void trace_exit(struct task *task, long result);

#endif
