/* SPDX-License-Identifier: MIT */
/*
 * Guest memory. Only these functions touch it: they check that the range lies in the guest's part of the
 * address space and survive a page that is not there. Everything returns 0 (or a length) or -LINUX_EFAULT.
 */
#ifndef CORACLE_USER_H
#define CORACLE_USER_H

#include "base/base.h"

struct task;

must_check int user_read(struct task *task, void *dst, uint64_t src, size_t n);
must_check int user_write(struct task *task, uint64_t dst, const void *src, size_t n);
must_check int user_zero(struct task *task, uint64_t dst, size_t n);
/* Copies a string of at most size - 1 bytes; returns its length, -EFAULT, or -ENAMETOOLONG when it does not
 * fit. */
must_check long user_string(struct task *task, char *dst, uint64_t src, size_t size);

/*
 * A guest range as a host pointer, to be handed to a host call that checks pages itself. NULL (the call must
 * then return -EFAULT) when the range leaves the guest's address space. A range of length 0 and address 0
 * gives a pointer that is not NULL.
 */
must_check void *user_range(struct task *task, uint64_t addr, uint64_t len);

/* Atomic operations on an aligned guest word. 0 or -EFAULT. */
must_check int user_load32(struct task *task, uint64_t addr, uint32_t *value);
/* *old is what was there; stored when *old == expected. */
must_check int user_cmpxchg32(struct task *task, uint64_t addr, uint32_t expected, uint32_t desired,
                              uint32_t *old);

#endif
