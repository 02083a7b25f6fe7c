/* SPDX-License-Identifier: MIT */
/* Numbers of processes in descriptor and socket calls: translated where the kernel has a table of them, the
 * host's otherwise. */
#ifndef CORACLE_NET_PIDS_H
#define CORACLE_NET_PIDS_H

#include "kernel/task.h"

#if __has_include("kernel/pids.h")
#include "kernel/pids.h"
#else
static inline int pids_to_host(const struct process *process, int pid)
{
    (void)process;
    return pid > 0 ? pid : -LINUX_ESRCH;
}

static inline int pids_to_guest(const struct process *process, int host_pid)
{
    (void)process;
    return host_pid;
}

#endif

#endif
