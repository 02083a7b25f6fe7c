/* SPDX-License-Identifier: MIT */
/* Translation of process numbers; see pids.h. */
#include "kernel/pids.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/task.h"
#include "supervisor/pid_table.h"

int pids_to_host(const struct process *process, int pid)
{
    struct pid_slot slot;

    if (pid <= 0)
        return -LINUX_ESRCH;
    if (!process->pids)
        return pid;
    if (pid == process->pid)
        return process->host_pid;
    if (!pid_table_get(process->pids, pid, &slot))
        return -LINUX_ESRCH;
    return slot.host;
}

int pids_to_guest(const struct process *process, int host_pid)
{
    if (!process->pids)
        return host_pid;
    if (host_pid == process->host_pid)
        return process->pid;
    return host_pid > 0 ? pid_table_to_guest(process->pids, host_pid) : 0;
}

bool pids_exist(const struct process *process, int pid)
{
    int host = pids_to_host(process, pid);

    return host > 0 && host_tkill(host, 0) != -LINUX_ESRCH;
}

int pids_parent(const struct process *process)
{
    return pids_to_guest(process, host_getppid());
}
