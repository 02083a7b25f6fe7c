/* SPDX-License-Identifier: MIT */
/* seccomp(2), and what prctl(2) says of it. */
#include "kernel/seccomp.h"
#include "fs/fs.h"
#include "host/alloc.h"
#include "kernel/user.h"
#include "sys/seccomp_calls.h"
#include "sys/sys.h"

#define FILTER_FLAGS                                                                                         \
    (LINUX_SECCOMP_FILTER_FLAG_TSYNC | LINUX_SECCOMP_FILTER_FLAG_LOG |                                       \
     LINUX_SECCOMP_FILTER_FLAG_SPEC_ALLOW | LINUX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH)

static long set_filter(struct task *task, uint64_t flags, uint64_t addr)
{
    struct linux_sock_fprog program;

    /* Listeners do not exist here, as on kernels older than 5.0. */
    if (flags & ~(uint64_t)FILTER_FLAGS)
        return -LINUX_EINVAL;
    if (user_read(task, &program, addr, sizeof program))
        return -LINUX_EFAULT;
    if (program.len == 0 || program.len > LINUX_BPF_MAXINSNS)
        return -LINUX_EINVAL;
    if (!task->process->no_new_privs && !task_has_cap(task, LINUX_CAP_SYS_ADMIN))
        return -LINUX_EACCES;
    struct linux_sock_filter *code cleanup_free = kmalloc(program.len * sizeof *code);
    if (!code)
        return -LINUX_ENOMEM;
    if (user_read(task, code, program.filter, program.len * sizeof *code))
        return -LINUX_EFAULT;
    long r = seccomp_check(code, program.len);
    if (r < 0)
        return r;
    r = seccomp_add(task, code, program.len, flags & LINUX_SECCOMP_FILTER_FLAG_TSYNC);
    return r > 0 && flags & LINUX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -LINUX_ESRCH : r;
}

static long action_available(struct task *task, uint64_t addr)
{
    uint32_t action;

    if (user_read(task, &action, addr, sizeof action))
        return -LINUX_EFAULT;
    switch (action) {
    case LINUX_SECCOMP_RET_KILL_PROCESS:
    case LINUX_SECCOMP_RET_KILL_THREAD:
    case LINUX_SECCOMP_RET_TRAP:
    case LINUX_SECCOMP_RET_ERRNO:
    case LINUX_SECCOMP_RET_TRACE:
    case LINUX_SECCOMP_RET_LOG:
    case LINUX_SECCOMP_RET_ALLOW:
        return 0;
    }
    return -LINUX_EOPNOTSUPP;
}

long sys_seccomp(SYSCALL_PARAMS)
{
    uint32_t flags = (uint32_t)a1;

    switch ((uint32_t)a0) {
    case LINUX_SECCOMP_SET_MODE_STRICT:
        if (flags || a2 || task->seccomp)
            return -LINUX_EINVAL;
        return seccomp_set_strict(task);
    case LINUX_SECCOMP_SET_MODE_FILTER:
        return set_filter(task, flags, a2);
    case LINUX_SECCOMP_GET_ACTION_AVAIL:
        return flags ? -LINUX_EINVAL : action_available(task, a2);
    }
    return -LINUX_EINVAL;
}

long seccomp_prctl_set(struct task *task, uint64_t mode, uint64_t filter)
{
    switch (mode) {
    case LINUX_SECCOMP_MODE_STRICT:
        return sys_seccomp(task, LINUX_SECCOMP_SET_MODE_STRICT, 0, 0, 0, 0, 0);
    case LINUX_SECCOMP_MODE_FILTER:
        return sys_seccomp(task, LINUX_SECCOMP_SET_MODE_FILTER, 0, filter, 0, 0, 0);
    }
    return -LINUX_EINVAL;
}
