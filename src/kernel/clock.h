/* SPDX-License-Identifier: MIT */
/*
 * Clocks. Their numbers are the host's, except for the clocks of processes, threads and devices: those
 * numbers hold a guest's number of a process, a thread or a descriptor, complemented and shifted by 3; the
 * low bits say which clock of it.
 */
#ifndef CORACLE_CLOCK_H
#define CORACLE_CLOCK_H

#include "base/base.h"

struct task;

/* The host's number of a clock. 0, or -EINVAL when it names what is not there. */
must_check int clock_to_host(struct task *task, int clock, int *host);

#endif
