/* SPDX-License-Identifier: MIT */
/* What a traced program and the command that traces it share. */
#ifndef CORACLE_CONTAINER_TRACE_H
#define CORACLE_CONTAINER_TRACE_H

#include "base/base.h"

/* Counters of one system call, by row of abi_syscalls; updated atomically by all processes. */
struct trace_count {
    _Atomic uint64_t calls, errors, trapped, nanoseconds;
};

enum trace_flag {
    TRACE_FOLLOW = 1, /* children, too */
    TRACE_JSON = 2,
    TRACE_LINES = 4, /* write a line for each call */
    TRACE_COUNT = 8, /* keep counters */
};

#endif
