/* SPDX-License-Identifier: MIT */
/*
 * The memory of a guest process. The host's kernel keeps the mappings; we keep the heap's end, where our own
 * things are, and what is executable (which the engine is told). Guest addresses never reach our window or
 * the engine's trampolines.
 */
#ifndef CORACLE_MM_H
#define CORACLE_MM_H

#include "abi/abi.h"
#include "base/base.h"

struct task;
struct mm;

struct mm *mm_new(void);
struct mm *mm_copy(struct mm *old);
void mm_put(struct mm *mm);

/* As mmap(2) on a host descriptor, canonical flags. Returns the address or a negative errno. */
long mm_map(struct task *task, uint64_t addr, uint64_t len, int prot, int flags, int host_fd, int64_t offset);
long mm_unmap(struct task *task, uint64_t addr, uint64_t len);
long mm_protect(struct task *task, uint64_t addr, uint64_t len, int prot);
long mm_remap(struct task *task, uint64_t old, uint64_t old_len, uint64_t new_len, int flags,
              uint64_t new_addr);
/* brk(2): moves the end of the heap if it can; returns where it is. */
uint64_t mm_brk(struct task *task, uint64_t brk);

/* True when the range lies in the guest's part of the address space and touches nothing of ours. */
bool mm_range_ok(struct task *task, uint64_t addr, uint64_t len);

/*
 * mm_limits.c: 0, or -ENOMEM when the change would go beyond RLIMIT_AS or RLIMIT_DATA. may_grow: the mapping
 * in the range grows by `more`. All lengths are whole pages.
 */
must_check long mm_may_map(struct task *task, uint64_t addr, uint64_t len, int prot, int flags);
must_check long mm_may_protect(struct task *task, uint64_t addr, uint64_t len, int prot);
must_check long mm_may_grow(struct task *task, uint64_t addr, uint64_t len, uint64_t more);

#endif
