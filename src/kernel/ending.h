/* SPDX-License-Identifier: MIT */
/*
 * Ending another process for good (SIGKILL). The host's way leaves its robust locks unmarked, so a process
 * that may have some that others see (signals_end_here) is asked first to end itself, and has a moment for
 * that.
 */
#ifndef CORACLE_ENDING_H
#define CORACLE_ENDING_H

#include "base/base.h"

/* The number is the host's, and the caller may send signals to it. 0 or a negative errno. */
long process_end_other(int host_pid);

#endif
