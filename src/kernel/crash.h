/* SPDX-License-Identifier: MIT */
/* Reports for the person who has to find out why something crashed. */
#ifndef CORACLE_CRASH_H
#define CORACLE_CRASH_H

#include "abi/abi.h"
#include "base/base.h"

struct task;
struct host_context;

/* Our own code faulted: says where, with a backtrace, and ends the process with SIGABRT's status. Runs on the
 * signal stack. */
noreturn_fn void crash_in_kernel(struct task *task, struct host_context *hc,
                                 const struct linux_siginfo *info);

/* A guest is about to die of a signal: says where it was (crash_guest.c). For processes with debug set. */
void crash_of_guest(struct task *task, const struct linux_siginfo *info);

/* The last system calls of a thread, for that report. */
#define CRASH_CALLS 16
struct crash_call {
    uint64_t nr, args[6];
    long result;
};
struct crash_calls {
    uint32_t n; /* how many there have been; the last of them are kept */
    struct crash_call calls[CRASH_CALLS];
};
void crash_note_call(struct task *task, long result);

/* The kernel program cannot go on: "coracle: what: why", exit status 125. */
noreturn_fn void kernel_fatal(const char *format, ...) printf_like(1, 2);
/* The same with another exit status. */
noreturn_fn void kernel_fatal_status(int status, const char *format, ...) printf_like(2, 3);

#endif
