/* SPDX-License-Identifier: MIT */
/*
 * Limits and usage. The guest's limits are kept here; those that the host can enforce for exactly this
 * process are set there as well. NOFILE is the descriptor table's; NPROC would count other processes of the
 * host's user than the container's; DATA and AS would count our memory.
 */
#include "sys/sys.h"
#include "host/process.h"
#include "kernel/cred.h"
#include "kernel/pids.h"
#include "kernel/process_fs.h"
#include "kernel/user.h"

#define NR_OPEN 1048576 /* what /proc/sys/fs/nr_open says */

static bool host_enforces(const struct process *p, int resource)
{
    switch (resource) {
    case LINUX_RLIMIT_NPROC:
        return process_is_identity(p);
    case LINUX_RLIMIT_CPU:
    case LINUX_RLIMIT_FSIZE:
    case LINUX_RLIMIT_STACK:
    case LINUX_RLIMIT_CORE:
    case LINUX_RLIMIT_MEMLOCK:
    case LINUX_RLIMIT_NICE:
    case LINUX_RLIMIT_RTPRIO:
    case LINUX_RLIMIT_RTTIME:
        return true;
    }
    return false;
}

static long limit_set(struct task *task, int resource, const struct linux_rlimit64 *set)
{
    struct process *p = task->process;
    struct linux_rlimit64 *limit = &p->rlimits[resource];
    long r = 0;

    if (set->rlim_cur > set->rlim_max)
        return -LINUX_EINVAL;
    if (resource == LINUX_RLIMIT_NOFILE && set->rlim_max > NR_OPEN)
        return -LINUX_EPERM;
    LOCK_SCOPE(&p->lock);
    if (set->rlim_max > limit->rlim_max && !capable(task, LINUX_CAP_SYS_RESOURCE))
        return -LINUX_EPERM;
    if (host_enforces(p, resource))
        r = host_prlimit(0, resource, set, NULL);
    if (r == 0)
        *limit = *set;
    return r;
}

static void limit_get(struct task *task, int resource, struct linux_rlimit64 *get)
{
    LOCK_SCOPE(&task->process->lock);
    *get = task->process->rlimits[resource];
}

long sys_getrlimit(SYSCALL_PARAMS)
{
    struct linux_rlimit64 limit;

    if (a0 >= LINUX_RLIM_NLIMITS)
        return -LINUX_EINVAL;
    limit_get(task, (int)a0, &limit);
    return user_write(task, a1, &limit, sizeof limit);
}

long sys_setrlimit(SYSCALL_PARAMS)
{
    struct linux_rlimit64 limit;

    if (user_read(task, &limit, a1, sizeof limit) < 0)
        return -LINUX_EFAULT;
    if (a0 >= LINUX_RLIM_NLIMITS)
        return -LINUX_EINVAL;
    return limit_set(task, (int)a0, &limit);
}

long sys_prlimit64(SYSCALL_PARAMS)
{
    struct linux_rlimit64 set, get;
    int pid = (int)a0;
    bool self = pid == 0 || pid == task->process->pid || pid == task->tid;
    long r;

    if (a1 >= LINUX_RLIM_NLIMITS)
        return -LINUX_EINVAL;
    if (a2 && user_read(task, &set, a2, sizeof set) < 0)
        return -LINUX_EFAULT;
    if (!self) {
        int host = pids_to_host(task->process, pid);

        if (host < 0)
            return -LINUX_ESRCH;
        /* Another process keeps its own limits; what the host enforces can be asked and set there. */
        if (!host_enforces(task->process, (int)a1) && a2)
            return -LINUX_EPERM;
        r = host_prlimit(host, (int)a1, a2 ? &set : NULL, &get);
        if (r < 0)
            return r;
        if (!host_enforces(task->process, (int)a1))
            fs_process_limit(task, pid, (int)a1, &get);
        return a3 ? user_write(task, a3, &get, sizeof get) : 0;
    }
    limit_get(task, (int)a1, &get);
    if (a2) {
        r = limit_set(task, (int)a1, &set);
        if (r < 0)
            return r;
    }
    return a3 ? user_write(task, a3, &get, sizeof get) : 0;
}

long sys_getrusage(SYSCALL_PARAMS)
{
    struct linux_rusage usage;
    long r = host_getrusage((int)a0, &usage);

    return r < 0 ? r : user_write(task, a1, &usage, sizeof usage);
}

long sys_times(SYSCALL_PARAMS)
{
    struct linux_tms tms;
    long r = host_times(&tms);

    if (a0 && user_write(task, a0, &tms, sizeof tms) < 0)
        return -LINUX_EFAULT;
    return r;
}
