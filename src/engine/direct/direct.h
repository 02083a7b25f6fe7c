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
 * direct_site_trapped: the system call instruction before `after` trapped, with number nr; rewrite it if it
 * may be.
 */
void direct_site_trapped(uint64_t after, uint64_t nr);
void direct_code_changed(uint64_t start, uint64_t len, int prot, int map_flags);
bool direct_owns_address(uint64_t addr, uint64_t len);
/* A thread begins to run guest code in this address space: from the second on, rewriting takes care of other
 * threads. */
void direct_thread_started(void);
/* From now on rewritten sites enter by direct_syscall_entry_slow: some thread's GS base is the guest's. */
void direct_use_slow_entry(void);
/* A breakpoint trapped at pc: true when it was part of a rewriting, which is complete now. */
bool direct_breakpoint_is_ours(uint64_t pc);
/* A pc in code that we have put into the guest's padding, or in a tail, as the guest may see it. */
uint64_t direct_guest_pc(uint64_t pc);

/* The way back: where a thread must go that shall continue at pc, as the guest sees it. */
uint64_t direct_real_pc(uint64_t pc);

/*
 * trampoline.c. Where rewritten sites go; 0: there is no room near them. nr DIRECT_NO_NUMBER: it is in rax.
 * With a tail: after the call go on with a copy of the len bytes of code (at most 16, that work anywhere),
 * then at after + len. *tail is where the copy lies.
 */
#define DIRECT_NO_NUMBER UINT64_MAX
uint64_t direct_trampoline(uint64_t after, uint64_t nr);
uint64_t direct_trampoline_with_tail(uint64_t after, const uint8_t *code, size_t len, uint64_t *tail);
/* Makes all trampolines go to another entry. */
void direct_trampolines_enter(const char *where);
/* In a signal handler: true when pc is in a trampoline of ours; a tail is the guest's code. */
bool direct_in_trampoline(uint64_t pc);
/* In a signal handler: the call that the trampoline at pc makes; *nr is DIRECT_NO_NUMBER when the number is
 * in rax already. */
bool direct_trampoline_call(uint64_t pc, uint64_t *nr, uint64_t *after);
/* Makes code writable beside executable, and read-only again. */
long direct_make_writable(uint64_t addr, size_t len, bool on);

/* vector.c: of struct engine. */
size_t direct_vector_size(void);
int direct_vector_save(struct cpu *cpu, uint64_t addr);
int direct_vector_load(struct cpu *cpu, uint64_t addr, size_t size);
void direct_vector_reset(struct cpu *cpu);

/* For fork: no thread is changing code between the two. */
void direct_fork_lock(void);
void direct_fork_unlock(void);

#endif
