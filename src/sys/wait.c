/* SPDX-License-Identifier: MIT */
/* Waiting for children: the host waits, numbers are translated. */
#include "kernel/cred.h"
#include "sys/sys.h"
#include "container/spec.h"
#include "host/process.h"
#include "kernel/fdtable.h"
#include "kernel/pids.h"
#include "kernel/user.h"

#define WAIT4_OPTIONS                                                                                        \
    (LINUX_WNOHANG | LINUX_WUNTRACED | LINUX_WCONTINUED | LINUX___WNOTHREAD | LINUX___WCLONE | LINUX___WALL)
#define WAITID_OPTIONS                                                                                       \
    (LINUX_WNOHANG | LINUX_WNOWAIT | LINUX_WEXITED | LINUX_WSTOPPED | LINUX_WCONTINUED | LINUX___WNOTHREAD | \
     LINUX___WCLONE | LINUX___WALL)

static long restartable(long result)
{
    return result == -LINUX_EINTR ? -LINUX_ERESTARTSYS : result;
}

long sys_wait4(SYSCALL_PARAMS)
{
    struct linux_rusage usage;
    int pid = (int)a0, options = (int)a2, status = 0;

    if (a2 & ~(uint64_t)(uint32_t)WAIT4_OPTIONS)
        if ((uint32_t)options & ~(uint32_t)WAIT4_OPTIONS)
            return -LINUX_EINVAL;
    if (pid == INT32_MIN)
        return -LINUX_ESRCH;
    if (pid > 0 || pid < -1) {
        int host = pids_to_host(task->process, pid > 0 ? pid : -pid);

        if (host < 0)
            return -LINUX_ECHILD;
        pid = pid > 0 ? host : -host;
    }
    long host = host_wait4(pid, &status, options, &usage, task_stop(task));
    if (host <= 0)
        return restartable(host);
    int guest = pids_to_guest(task->process, (int)host);
    if (a1 && user_write(task, a1, &status, sizeof status) < 0)
        return -LINUX_EFAULT;
    if (a3 && user_write(task, a3, &usage, sizeof usage) < 0)
        return -LINUX_EFAULT;
    return guest;
}

/* On the host all of a container is one user; a child is nearly always of its parent's. */
static uint32_t guest_uid(struct task *task, uint32_t uid)
{
    const struct process *p = task->process;

    return !process_is_identity(p) && uid == p->spec->host_uid ? task->cred->uid : uid;
}

long sys_waitid(SYSCALL_PARAMS)
{
    struct linux_siginfo info = {0};
    struct linux_rusage usage;
    int type = (int)a0, id = (int)a1, options = (int)a3;
    struct file *file cleanup_file = NULL;

    if (((uint32_t)options & ~(uint32_t)WAITID_OPTIONS) ||
        !(options & (LINUX_WEXITED | LINUX_WSTOPPED | LINUX_WCONTINUED)))
        return -LINUX_EINVAL;
    switch (type) {
    case LINUX_P_ALL:
        break;
    case LINUX_P_PID:
    case LINUX_P_PGID:
        if (id < 0 || (id == 0 && type == LINUX_P_PID))
            return -LINUX_EINVAL;
        if (id > 0) {
            id = pids_to_host(task->process, id);
            if (id < 0)
                return -LINUX_ECHILD;
        }
        break;
    case LINUX_P_PIDFD:
        if (id < 0)
            return -LINUX_EINVAL;
        file = file_get(task, id);
        if (!file)
            return -LINUX_EBADF;
        id = file->host_fd;
        break;
    default:
        return -LINUX_EINVAL;
    }
    long r = host_waitid(type, id, &info, options, &usage, task_stop(task));
    if (r < 0)
        return restartable(r);
    if (info.si_signo)
        info.pid = pids_to_guest(task->process, info.pid);
    if (a4 && info.si_signo && user_write(task, a4, &usage, sizeof usage) < 0)
        return -LINUX_EFAULT;
    /* The kernel writes these fields one by one, and leaves the rest of the structure alone. */
    if (a2) {
        struct linux_siginfo out;

        if (user_read(task, &out, a2, sizeof out) < 0)
            return -LINUX_EFAULT;
        out.si_signo = info.si_signo;
        out.si_errno = 0;
        out.si_code = info.si_code;
        out.pid = info.pid;
        out.uid = guest_uid(task, info.uid);
        out.si_status = info.si_status;
        if (user_write(task, a2, &out, 40) < 0)
            return -LINUX_EFAULT;
    }
    return 0;
}
