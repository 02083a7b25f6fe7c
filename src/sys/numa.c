/* SPDX-License-Identifier: MIT */
/* On which nodes memory lies: the host's business, since guest memory is the host's at the same address. */
#include "host/memory.h"
#include "kernel/mm.h"
#include "kernel/pids.h"
#include "kernel/user.h"
#include "sys/sys.h"

/* No host has more nodes; Linux refuses masks of more than a page. */
#define BITS_MAX (4096 * 8)

/* A mask of nodes in guest memory for the host to read or write; *host is NULL for address 0. */
static long mask_range(struct task *task, uint64_t addr, uint64_t bits, void **host)
{
    *host = NULL;
    if (!addr)
        return 0;
    if (bits > BITS_MAX)
        return -LINUX_EINVAL;
    *host = user_range(task, addr, (bits + 63) / 64 * 8);
    return *host ? 0 : -LINUX_EFAULT;
}

long sys_mbind(SYSCALL_PARAMS)
{
    void *nodes;
    long r = mask_range(task, a3, a4, &nodes);

    if (r < 0)
        return r;
    if (a1 && !mm_range_ok(task, a0, a1))
        return -LINUX_EFAULT;
    return host_mbind((void *)(uintptr_t)a0, a1, (int)a2, nodes, a4, (unsigned)a5);
}

long sys_set_mempolicy(SYSCALL_PARAMS)
{
    void *nodes;
    long r = mask_range(task, a1, a2, &nodes);

    return r < 0 ? r : host_set_mempolicy((int)a0, nodes, a2);
}

long sys_get_mempolicy(SYSCALL_PARAMS)
{
    void *mode = user_range(task, a0, sizeof(int32_t)), *nodes;
    long r = mask_range(task, a1, a2, &nodes);

    if (r < 0)
        return r;
    if (!mode || !user_range(task, a3, 1))
        return -LINUX_EFAULT;
    return host_get_mempolicy(a0 ? mode : NULL, nodes, a2, (void *)(uintptr_t)a3, a4);
}

/* 0 is the caller. */
static int target(struct task *task, int pid)
{
    return pid ? pids_to_host(task->process, pid) : 0;
}

long sys_migrate_pages(SYSCALL_PARAMS)
{
    int pid = target(task, (int)a0);
    void *from, *to;
    long r = mask_range(task, a2, a1, &from);

    if (r == 0)
        r = mask_range(task, a3, a1, &to);
    if (r < 0)
        return r;
    return pid < 0 ? pid : host_migrate_pages(pid, a1, from, to);
}

long sys_move_pages(SYSCALL_PARAMS)
{
    int pid = target(task, (int)a0);
    uint64_t n = MIN(a1, UINT64_C(1) << 40);
    void *pages = user_range(task, a2, n * 8), *nodes = user_range(task, a3, a3 ? n * 4 : 0),
         *status = user_range(task, a4, n * 4);

    if (!pages || !nodes || !status)
        return -LINUX_EFAULT;
    return pid < 0 ? pid : host_move_pages(pid, a1, pages, a3 ? nodes : NULL, status, (int)a5);
}
