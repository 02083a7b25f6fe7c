/* SPDX-License-Identifier: MIT */
/*
 * Sending signals. The host delivers them; here the guest's numbers are translated, the guest's permissions checked, and the rules of a
 * pid namespace kept: nothing outside is reached, and its first process cannot be killed from inside.
 */
#include "sys/sys.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/cred.h"
#include "kernel/fdtable.h"
#include "kernel/pidfd.h"
#include "kernel/pids.h"
#include "kernel/user.h"
#include "supervisor/pid_table.h"

static bool unstoppable(struct task *task, int pid, int sig)
{
    return task->process->pids && pid == 1 && (sig == LINUX_SIGKILL || sig == LINUX_SIGSTOP);
}

static bool may_signal(struct task *task, const struct pid_slot *target)
{
    const struct cred *c = task->cred;

    return capable(task, LINUX_CAP_KILL) || c->euid == target->uid || c->euid == target->suid || c->uid == target->uid ||
           c->uid == target->suid;
}

/* Finds the host number of a process or thread that may be sent sig; 0: nothing is to be sent, with success. */
static int find_target(struct task *task, int pid, int sig)
{
    const struct pid_table *pids = task->process->pids;
    struct pid_slot slot;

    if (!pids || pid == task->process->pid)
        return unstoppable(task, pid, sig) ? 0 : pids_to_host(task->process, pid);
    if (!pid_table_get(pids, pid, &slot))
        return -LINUX_ESRCH;
    if (!may_signal(task, &slot))
        return -LINUX_EPERM;
    return unstoppable(task, pid, sig) ? 0 : slot.host;
}

/* kill(-1): all processes of the container but the first and the caller's. */
static long kill_all(struct task *task, int sig)
{
    const struct pid_table *pids = task->process->pids;
    struct pid_slot slot;
    long found = -LINUX_ESRCH;
    int last;

    if (!pids)
        return host_kill(-1, sig);
    last = atomic_load(&pids->last);
    for (int pid = 2; pid < PID_TABLE_SLOTS && (pid <= last || atomic_load(&pids->used) > (uint32_t)last); pid++) {
        if (!pid_table_get(pids, pid, &slot) || !(slot.flags & PID_LEADER) || pid == task->process->pid)
            continue;
        if (!may_signal(task, &slot)) {
            if (found < 0)
                found = -LINUX_EPERM;
            continue;
        }
        if (host_kill(slot.host, sig) == 0)
            found = 0;
    }
    return found;
}

long sys_kill(SYSCALL_PARAMS)
{
    int pid = (int)a0, sig = (int)a1, host;

    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (pid == -1)
        return kill_all(task, sig);
    if (pid == 0)
        return host_kill(0, sig);
    if (pid == INT32_MIN)
        return -LINUX_ESRCH;
    if (pid < 0) {
        host = pids_to_host(task->process, -pid);
        /* A group of one of our numbers; -1 on the host would mean everything. */
        return host <= 1 ? -LINUX_ESRCH : host_kill(-host, sig);
    }
    host = find_target(task, pid, sig);
    if (host <= 0)
        return host;
    return host_kill(host, sig);
}

/* The host number of a thread of this process; 0: not one of ours. */
static int own_thread(struct task *task, int tid)
{
    struct task *other;
    int host = 0;

    if (tid == task->tid)
        return task->host_tid;
    LOCK_SCOPE(&task->process->lock);
    list_for_each_entry(other, &task->process->tasks, in_process)
        if (other->tid == tid)
            host = MAX(other->host_tid, 0);
    return host;
}

static long find_thread(struct task *task, int tgid, int tid, int sig, int *host_tgid, int *host_tid)
{
    struct process *p = task->process;
    struct pid_slot slot;

    if (tid <= 0 || tgid == 0 || tgid < -1 || sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (tgid == -1 || tgid == p->pid) {
        *host_tid = own_thread(task, tid);
        *host_tgid = p->host_pid;
        if (*host_tid)
            return 0;
    }
    if (!p->pids) {
        *host_tgid = tgid;
        *host_tid = tid;
        return 0;
    }
    if (!pid_table_get(p->pids, tid, &slot) || (tgid != -1 && slot.tgid != tgid))
        return -LINUX_ESRCH;
    if (!may_signal(task, &slot))
        return -LINUX_EPERM;
    *host_tid = slot.host;
    *host_tgid = pids_to_host(p, slot.tgid);
    return *host_tgid < 0 ? -LINUX_ESRCH : 0;
}

long sys_tgkill(SYSCALL_PARAMS)
{
    int tgid, tid, sig = (int)a2;
    long r = (int)a0 <= 0 ? -LINUX_EINVAL : find_thread(task, (int)a0, (int)a1, sig, &tgid, &tid);

    if (r < 0)
        return r;
    if (unstoppable(task, (int)a0, sig))
        return 0;
    return host_tgkill(tgid, tid, sig);
}

long sys_tkill(SYSCALL_PARAMS)
{
    int tgid, tid, sig = (int)a1;
    long r = find_thread(task, -1, (int)a0, sig, &tgid, &tid);

    if (r < 0)
        return r;
    if (unstoppable(task, (int)a0, sig))
        return 0;
    return host_tgkill(tgid, tid, sig);
}

/* Takes the guest's siginfo and makes it one for the host: its pid will be translated back where it arrives. */
static long read_info(struct task *task, uint64_t from, int sig, bool self, struct linux_siginfo *info)
{
    if (user_read(task, info, from, sizeof *info) < 0)
        return -LINUX_EFAULT;
    info->si_signo = sig;
    if (!self && (info->si_code >= 0 || info->si_code == LINUX_SI_TKILL))
        return -LINUX_EPERM;
    if (task->process->pids && info->si_code != LINUX_SI_TIMER && info->si_code != LINUX_SI_SIGIO) {
        int host = pids_to_host(task->process, info->si_pid);

        info->si_pid = host > 0 ? host : 0;
    }
    return 0;
}

long sys_rt_sigqueueinfo(SYSCALL_PARAMS)
{
    struct linux_siginfo info;
    int sig = (int)a1, host;
    long r = read_info(task, a2, sig, (int)a0 == task->process->pid, &info);

    if (r < 0)
        return r;
    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    host = find_target(task, (int)a0, sig);
    return host <= 0 ? host : host_sigqueue(host, &info);
}

long sys_rt_tgsigqueueinfo(SYSCALL_PARAMS)
{
    struct linux_siginfo info;
    int sig = (int)a2, tgid, tid;
    long r = read_info(task, a3, sig, (int)a0 == task->process->pid, &info);

    if (r == 0)
        r = (int)a0 <= 0 ? -LINUX_EINVAL : find_thread(task, (int)a0, (int)a1, sig, &tgid, &tid);
    if (r < 0)
        return r;
    return unstoppable(task, (int)a0, sig) ? 0 : host_tgsigqueue(tgid, tid, &info);
}

/* --- descriptors of processes --- */

long sys_pidfd_open(SYSCALL_PARAMS)
{
    struct pid_slot slot;
    struct file *file;
    int pid = (int)a0, host;
    long fd;

    if (pid <= 0 || (a1 & ~(uint64_t)LINUX_O_NONBLOCK))
        return -LINUX_EINVAL;
    host = pids_to_host(task->process, pid);
    if (host < 0)
        return host;
    if (task->process->pids && pid != task->process->pid && pid_table_get(task->process->pids, pid, &slot) &&
        !(slot.flags & PID_LEADER))
        return -LINUX_EINVAL;
    fd = host_pidfd_open(host, (unsigned)a1);
    if (fd < 0)
        return fd;
    file = file_new(&file_pidfd_ops, (int)fd, LINUX_O_RDWR | (uint32_t)a1, NULL);
    if (!file) {
        host_close((int)fd);
        return -LINUX_ENOMEM;
    }
    return fd_install(task, file, true, 0);
}

long sys_pidfd_send_signal(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);
    struct linux_siginfo info;
    int sig = (int)a1;

    if (a3 || sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (!file || file->ops->kind != FILE_PIDFD)
        return -LINUX_EBADF;
    if (a2) {
        long r;

        if (user_read(task, &info, a2, sizeof info) < 0)
            return -LINUX_EFAULT;
        if (info.si_signo != sig)
            return -LINUX_EINVAL;
        /* As to oneself: the host knows whom the descriptor means, and refuses what may not be forged. */
        r = read_info(task, a2, sig, true, &info);
        if (r < 0)
            return r;
    }
    return host_pidfd_send_signal(file->host_fd, sig, a2 ? &info : NULL, 0);
}
