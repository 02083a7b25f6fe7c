/* SPDX-License-Identifier: MIT */
/* What the direct engine asks of the host: catching system calls, segment bases, and changing code that other
 * threads run. */
#ifndef CORACLE_HOST_ENGINE_H
#define CORACLE_HOST_ENGINE_H

#include "base/base.h"

/*
 * From now on a system call instruction of this thread outside the kernel program's text raises SIGSYS. Not
 * inherited by threads or processes where Syscall User Dispatch does it; where that is refused, a seccomp
 * filter, which is. Harmless to repeat.
 */
long host_syscall_dispatch_start(void);
/* Before the first start: take the filter without trying the other; inherited: it is in force since before
 * the exec. */
void host_syscall_dispatch_by_filter(bool inherited);
/* Whether the filter is in use: then it outlives exec. */
bool host_syscall_dispatch_is_filter(void);

long host_set_fs_base(uint64_t value);
uint64_t host_get_fs_base(void);
long host_set_gs_base(uint64_t value);
uint64_t host_get_gs_base(void);

/* The vector state of this CPU: features for XSAVE's mask (0: FXSAVE only) and the size of the
 * standard-format image. */
uint64_t host_xsave_features(void);
size_t host_xsave_size(void);

/* True when the memory at addr is mapped privately: what is written there is seen by nobody else. */
bool host_is_private(uint64_t addr);

/* Makes all threads of this process see code that was just written (sync-core membarrier). Negative errno
 * when it cannot. */
long host_sync_core(void);

#endif
