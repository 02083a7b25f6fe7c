/* SPDX-License-Identifier: MIT */
/* The guest's vDSO: a small shared object of ours (engine/direct/x86_64/vdso.S) whose functions lead to the
 * host's. */
#ifndef CORACLE_VDSO_H
#define CORACLE_VDSO_H

#include "base/base.h"

struct task;

/*
 * Maps the vDSO and fills in the host's functions, found in its own vDSO at host_ehdr (0: the host has none).
 * Returns its address, or a negative errno: the guest then gets none, which is allowed.
 */
long vdso_map(struct task *task, uint64_t host_ehdr);

#endif
