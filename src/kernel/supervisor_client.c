/* SPDX-License-Identifier: MIT */
/* Requests to the supervisor; see supervisor_client.h. */
#include "kernel/supervisor_client.h"
#include "host/host.h"
#include "kernel/task.h"

long supervisor_reserve_process(struct process *process, struct reservation *r)
{
    *r = (struct reservation){.line = -1};
    if (!process->pids)
        return 0;
    return -LINUX_EAGAIN;
}

long supervisor_reserve_thread(struct process *process, struct reservation *r)
{
    *r = (struct reservation){.line = -1};
    if (!process->pids)
        return 0;
    return -LINUX_EAGAIN;
}

void supervisor_commit(struct process *process, struct reservation *r, bool thread, long host)
{
    if (!process->pids)
        return;
}

void supervisor_adopt(struct process *process, struct reservation *r)
{
    if (!process->pids)
        return;
}

void supervisor_reaped(struct process *process, int pid)
{
    if (!process->pids)
        return;
}

void supervisor_thread_ended(struct process *process, int tid)
{
    if (!process->pids)
        return;
}

long supervisor_line_start(struct process *process)
{
    if (process->supervisor_fd < 0)
        return 0;
    return 0;
}

void supervisor_cred_changed(struct task *task)
{
    if (!task->process->pids)
        return;
}
