/* SPDX-License-Identifier: MIT */
/* What the files of the direct engine share. */
#ifndef CORACLE_DIRECT_H
#define CORACLE_DIRECT_H

#include "engine/engine.h"

/* entry.S */
enum trap direct_run(struct cpu *cpu);
extern const char direct_window_begin[], direct_window_end[], direct_resume[];
extern const char direct_syscall_entry[], direct_syscall_entry_slow[];

/*
 * Rewriting of syscall sites (site.c). All of it runs in normal context.
 * direct_site_trapped: the system call instruction before `after` trapped, with number nr; rewrite it if it may be.
 */
void direct_site_trapped(uint64_t after, uint64_t nr);
void direct_code_changed(uint64_t start, uint64_t len, int prot, int map_flags);
bool direct_owns_address(uint64_t addr, uint64_t len);
/* A thread begins to run guest code in this address space: from the second on, rewriting takes care of other threads. */
void direct_thread_started(void);
/* From now on rewritten sites enter by direct_syscall_entry_slow: some thread's GS base is the guest's. */
void direct_use_slow_entry(void);
/* In a signal handler: true when pc is in a trampoline of ours. */
bool direct_in_trampoline(uint64_t pc);
/* In a signal handler: a breakpoint at pc that a rewriting in progress has put there. */
bool direct_is_rewriting(uint64_t pc);

/* For fork: no thread is changing code between the two. */
void direct_fork_lock(void);
void direct_fork_unlock(void);

#endif
