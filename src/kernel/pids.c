/* SPDX-License-Identifier: MIT */
/* Translation of process numbers; see pids.h. */
#include "kernel/pids.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/supervisor_client.h"
#include "kernel/task.h"
#include "supervisor/pid_table.h"

/* What is not in the table may be on its way there: whoever was told of a new process finds it once the
 * supervisor has heard of it, too. */

bool pids_get(struct process *process, int pid, struct pid_slot *slot)
{
    if (pid_table_get(process->pids, pid, slot))
        return true;
    if (pid <= 0 || pid >= PID_TABLE_SLOTS)
        return false;
    supervisor_sync(process);
    return pid_table_get(process->pids, pid, slot);
}

int pids_to_host(struct process *process, int pid)
{
    struct pid_slot slot;

    if (pid <= 0)
        return -LINUX_ESRCH;
    if (!process->pids)
        return pid;
    if (pid == process->pid)
        return process->host_pid;
    if (!pids_get(process, pid, &slot))
        return -LINUX_ESRCH;
    return slot.host;
}

int pids_to_guest(struct process *process, int host_pid)
{
    int pid;

    if (!process->pids)
        return host_pid;
    if (host_pid == process->host_pid)
        return process->pid;
    if (host_pid <= 0)
        return 0;
    pid = pid_table_to_guest(process->pids, host_pid);
    if (pid)
        return pid;
    supervisor_sync(process);
    return pid_table_to_guest(process->pids, host_pid);
}

bool pids_exist(struct process *process, int pid)
{
    int host = pids_to_host(process, pid);

    return host > 0 && host_tkill(host, 0) != -LINUX_ESRCH;
}

bool pids_reach(struct process *process, uint32_t uid, uint64_t limit)
{
    const struct pid_table *t = process->pids;
    struct pid_slot slot;
    uint64_t n = 0;

    /* Nearly always the limit is far beyond all tasks of the container together. */
    if (!t || atomic_load_explicit(&t->used, memory_order_relaxed) < limit)
        return false;
    supervisor_sync(process);
    for (int pid = 1; pid < PID_TABLE_SLOTS; pid++)
        if (pid_table_get(t, pid, &slot) && slot.uid == uid)
            n++;
    return n >= limit;
}

int pids_parent(struct process *process)
{
    /* The first process's parent is outside. */
    if (process->pids && process->pid == 1)
        return 0;
    return pids_to_guest(process, host_getppid());
}
