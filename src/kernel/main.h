/* SPDX-License-Identifier: MIT */
/* The start of the kernel program. */
#ifndef CORACLE_KERNEL_MAIN_H
#define CORACLE_KERNEL_MAIN_H
#include "base/base.h"

/* Called by the first instruction with the initial stack as the host made it: argc, argv, NULL, envp, NULL,
 * auxv. */
noreturn_fn void kernel_start(uint64_t *sp);
/* Continues in fn(arg) on another stack. */
noreturn_fn void host_switch_stack(uint64_t sp, void (*fn)(void *), void *arg);

#endif
