/* SPDX-License-Identifier: MIT */
/* Scheduling: guest threads are host threads, so the host schedules them; numbers are translated. */
#include "sys/sys.h"
#include "host/process.h"
#include "kernel/pids.h"
#include "kernel/user.h"

#define AFFINITY_MAX 8192

/* The host's number for calls where 0 means the calling thread. */
static int target(struct task *task, uint64_t pid)
{
    return (int)pid == 0 ? 0 : pids_to_host(task->process, (int)pid);
}

long sys_sched_yield(SYSCALL_PARAMS)
{
    return host_sched_yield();
}

long sys_sched_setscheduler(SYSCALL_PARAMS)
{
    struct linux_sched_param param;
    int pid = target(task, a0);

    if ((int)a0 < 0)
        return -LINUX_EINVAL;
    if (user_read(task, &param, a2, sizeof param) < 0)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_setscheduler(pid, (int)a1, &param);
}

long sys_sched_getscheduler(SYSCALL_PARAMS)
{
    int pid = target(task, a0);

    if ((int)a0 < 0)
        return -LINUX_EINVAL;
    return pid < 0 ? pid : host_sched_getscheduler(pid);
}

long sys_sched_setparam(SYSCALL_PARAMS)
{
    struct linux_sched_param param;
    int pid = target(task, a0);

    if (!a1 || (int)a0 < 0)
        return -LINUX_EINVAL;
    if (user_read(task, &param, a1, sizeof param) < 0)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_setparam(pid, &param);
}

long sys_sched_getparam(SYSCALL_PARAMS)
{
    struct linux_sched_param param;
    int pid = target(task, a0);
    long r;

    if (!a1 || (int)a0 < 0)
        return -LINUX_EINVAL;
    r = pid < 0 ? pid : host_sched_getparam(pid, &param);
    return r < 0 ? r : user_write(task, a1, &param, sizeof param);
}

long sys_sched_setattr(SYSCALL_PARAMS)
{
    int pid = target(task, a0);
    void *attr = user_range(task, a1, 4096);

    if (!a1 || (int)a0 < 0)
        return -LINUX_EINVAL;
    if (!attr)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_setattr(pid, attr, (unsigned)a2);
}

long sys_sched_getattr(SYSCALL_PARAMS)
{
    int pid = target(task, a0);
    void *attr = user_range(task, a1, (uint32_t)a2);

    if (!a1 || (int)a0 < 0)
        return -LINUX_EINVAL;
    if (!attr)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_getattr(pid, attr, (unsigned)a2, (unsigned)a3);
}

long sys_sched_get_priority_max(SYSCALL_PARAMS)
{
    return host_sched_get_priority_max((int)a0);
}

long sys_sched_get_priority_min(SYSCALL_PARAMS)
{
    return host_sched_get_priority_min((int)a0);
}

long sys_sched_rr_get_interval(SYSCALL_PARAMS)
{
    struct linux_timespec ts;
    int pid = target(task, a0);
    long r = (int)a0 < 0 ? -LINUX_EINVAL : pid < 0 ? pid : host_sched_rr_get_interval(pid, &ts);

    return r < 0 ? r : user_write(task, a1, &ts, sizeof ts);
}

long sys_sched_setaffinity(SYSCALL_PARAMS)
{
    int pid = target(task, a0);
    size_t size = MIN((uint32_t)a1, (uint32_t)AFFINITY_MAX);
    void *mask = user_range(task, a2, size);

    if (!mask)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_setaffinity(pid, size, mask);
}

long sys_sched_getaffinity(SYSCALL_PARAMS)
{
    int pid = target(task, a0);
    void *mask = user_range(task, a2, (uint32_t)a1);

    if (!mask)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_sched_getaffinity(pid, (uint32_t)a1, mask);
}

long sys_getcpu(SYSCALL_PARAMS)
{
    void *cpu = user_range(task, a0, 4), *node = user_range(task, a1, 4);

    if (!cpu || !node)
        return -LINUX_EFAULT;
    return host_getcpu(a0 ? cpu : NULL, a1 ? node : NULL);
}

/* who of getpriority and ioprio: a process, a group or a user. */
static long who_to_host(struct task *task, int which, int who, int user)
{
    if (who == 0 || which == user)
        return who;
    return pids_to_host(task->process, who);
}

long sys_getpriority(SYSCALL_PARAMS)
{
    long who = who_to_host(task, (int)a0, (int)a1, LINUX_PRIO_USER);

    return who < 0 ? who : host_getpriority((int)a0, (int)who);
}

long sys_setpriority(SYSCALL_PARAMS)
{
    long who = who_to_host(task, (int)a0, (int)a1, LINUX_PRIO_USER);

    return who < 0 ? who : host_setpriority((int)a0, (int)who, (int)a2);
}

#define IOPRIO_WHO_USER 3

long sys_ioprio_get(SYSCALL_PARAMS)
{
    long who = who_to_host(task, (int)a0, (int)a1, IOPRIO_WHO_USER);

    return who < 0 ? who : host_ioprio_get((int)a0, (int)who);
}

long sys_ioprio_set(SYSCALL_PARAMS)
{
    long who = who_to_host(task, (int)a0, (int)a1, IOPRIO_WHO_USER);

    return who < 0 ? who : host_ioprio_set((int)a0, (int)who, (int)a2);
}

long sys_membarrier(SYSCALL_PARAMS)
{
    return host_membarrier((int)a0, (unsigned)a1, (int)a2);
}
