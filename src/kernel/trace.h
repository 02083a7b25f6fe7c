/* SPDX-License-Identifier: MIT */
/*
 * The system call tracer of `coracle trace`: one line a call, decoded by the table in abi/syscalls.def, and
 * counters.
 *
 * A traced process has a struct tracer; its children inherit it (unless only one process is to be followed),
 * exec passes it on as the string of trace_describe. Lines are written whole to one host descriptor, counters
 * live in a shared mapping that the command reads at the end.
 */
#ifndef CORACLE_TRACE_H
#define CORACLE_TRACE_H

#include "base/base.h"
#include "container/trace.h"

struct task;
struct tracer;

/*
 * Makes a tracer from "OUT_FD COUNT_FD FLAGS [name,name,...]" (decimal numbers, -1: none; a list that begins
 * with '!' means all but these). NULL when the text makes no sense or memory is out.
 */
struct tracer *trace_new(const char *description);
/* The same text for the process's successor; returns its length. */
int trace_describe(const struct tracer *tracer, char *buf, size_t size);
/* The host descriptors that must survive exec; -1: none. */
int trace_out_fd(const struct tracer *tracer);
int trace_count_fd(const struct tracer *tracer);
/* Whether children are followed. */
bool trace_follows(const struct tracer *tracer);

/* Around each system call of a traced process. */
void trace_enter(struct task *task);
void trace_exit(struct task *task, long result);
/* Events that are no calls: a signal is delivered, the process ends. */
void trace_signal(struct task *task, int sig, int code);
void trace_end(struct task *task, int wait_status);

#endif
