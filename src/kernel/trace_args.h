/* SPDX-License-Identifier: MIT */
/* Printing the arguments and results of system calls; private to the tracer. */
#ifndef CORACLE_TRACE_ARGS_H
#define CORACLE_TRACE_ARGS_H

#include "abi/syscalls.h"

struct task;

/* A line being made; what does not fit is cut. */
struct trace_line {
    size_t len;
    char text[2048];
};

void trace_put(struct trace_line *line, const char *format, ...) printf_like(2, 3);
/* One argument; all: the six values; result: what the call returned (buffers that it filled are shown that
 * far). */
void trace_put_arg(struct task *task, struct trace_line *line, enum abi_arg type, uint64_t value,
                   const uint64_t *all, long result);
void trace_put_result(struct trace_line *line, enum abi_arg type, long result);

#endif
