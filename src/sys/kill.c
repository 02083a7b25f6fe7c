/* SPDX-License-Identifier: MIT */
/*
 * Sending signals. The host delivers them; here the guest's numbers are translated, the guest's permissions
 * checked, and the rules of a pid namespace kept: nothing outside is reached, and its first process cannot be
 * killed from inside.
 */
#include "sys/sys.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/cred.h"
#include "kernel/ending.h"
#include "kernel/fdtable.h"
#include "kernel/pidfd.h"
#include "kernel/exit.h"
#include "kernel/pids.h"
#include "kernel/signal.h"
#include "kernel/user.h"
#include "supervisor/pid_table.h"

static bool unstoppable(struct task *task, int pid, int sig)
{
    return task->process->pids && pid == 1 && (sig == LINUX_SIGKILL || sig == LINUX_SIGSTOP);
}

static bool may_signal(struct task *task, const struct pid_slot *target)
{
    const struct cred *c = task->cred;

    return capable(task, LINUX_CAP_KILL) || c->euid == target->uid || c->euid == target->suid ||
           c->uid == target->uid || c->uid == target->suid;
}

static struct linux_siginfo info_of_sender(struct task *task, int sig, int code)
{
    return (struct linux_siginfo){
        .si_signo = sig, .si_code = code, .si_pid = task->process->pid, .si_uid = task->cred->uid};
}

/* To the process itself (tid 0) or to one of its threads, without a call of the host. */
static long send_to_self(struct task *task, int tid, const struct linux_siginfo *info)
{
    struct process *p = task->process;
    struct task *target;

    if (tid) {
        lock_acquire(&p->lock);
        target = process_find_task(p, tid);
        lock_release(&p->lock);
        if (!target)
            return -LINUX_ESRCH;
    } else {
        target = NULL;
    }
    if (info->si_signo == 0)
        return 0;
    /* These two wait for nothing and nobody handles them. */
    if (info->si_signo == LINUX_SIGKILL && p->pid != 1)
        process_exit(task, LINUX_SIGKILL);
    if (info->si_signo == LINUX_SIGKILL)
        return 0;
    return target ? signal_queue_task(target, info) : signal_queue_process(p, info);
}

/* Finds the host number of a process or thread that may be sent sig; 0: nothing is to be sent, with success.
 */
static int find_target(struct task *task, int pid, int sig)
{
    const struct pid_table *pids = task->process->pids;
    struct pid_slot slot;

    if (!pids || pid == task->process->pid)
        return unstoppable(task, pid, sig) ? 0 : pids_to_host(task->process, pid);
    if (!pids_get(task->process, pid, &slot) || (slot.flags & PID_GROUP))
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
    for (int pid = 2; pid < PID_TABLE_SLOTS && (pid <= last || atomic_load(&pids->used) > (uint32_t)last);
         pid++) {
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
    struct linux_siginfo info = info_of_sender(task, sig, LINUX_SI_USER);

    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (pid == task->process->pid)
        return send_to_self(task, 0, &info);
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
    return sig == LINUX_SIGKILL ? process_end_other(host) : host_kill(host, sig);
}

/* A thread of another process: its host numbers. 0: nothing is to be sent, with success; 1: send. */
static long find_thread(struct task *task, int tgid, int tid, int sig, int *host_tgid, int *host_tid)
{
    struct process *p = task->process;
    struct pid_slot slot;

    if (!p->pids) {
        *host_tgid = tgid;
        *host_tid = tid;
        return 1;
    }
    if (!pids_get(p, tid, &slot) || (tgid && slot.tgid != tgid))
        return -LINUX_ESRCH;
    if (!may_signal(task, &slot))
        return -LINUX_EPERM;
    *host_tid = slot.host;
    *host_tgid = pids_to_host(p, slot.tgid);
    if (*host_tgid < 0)
        return -LINUX_ESRCH;
    return !unstoppable(task, slot.tgid, sig);
}

static long thread_kill(struct task *task, int tgid, int tid, int sig)
{
    struct process *p = task->process;
    struct linux_siginfo info = info_of_sender(task, sig, LINUX_SI_TKILL);
    long r = -LINUX_ESRCH;
    int host_tgid, host_tid;

    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (tgid == 0 || tgid == p->pid)
        r = send_to_self(task, tid, &info);
    if (r != -LINUX_ESRCH || tgid == p->pid)
        return r;
    r = find_thread(task, tgid, tid, sig, &host_tgid, &host_tid);
    if (r <= 0)
        return r;
    return host_tgid ? host_tgkill(host_tgid, host_tid, sig) : host_tkill(host_tid, sig);
}

long sys_tkill(SYSCALL_PARAMS)
{
    if ((int)a0 <= 0)
        return -LINUX_EINVAL;
    return thread_kill(task, 0, (int)a0, (int)a1);
}

long sys_tgkill(SYSCALL_PARAMS)
{
    if ((int)a0 <= 0 || (int)a1 <= 0)
        return -LINUX_EINVAL;
    return thread_kill(task, (int)a0, (int)a1, (int)a2);
}

/* What others are told may not look as if the kernel, or kill(2), had sent it. */
static bool may_claim(const struct linux_siginfo *info)
{
    return info->si_code < 0 && info->si_code != LINUX_SI_TKILL;
}

/* The sender's number in what goes over the host is the host's: it is translated back where it arrives. */
static void info_to_host(struct task *task, struct linux_siginfo *info)
{
    int host;

    if (!task->process->pids || info->si_code == LINUX_SI_TIMER || info->si_code == LINUX_SI_SIGIO)
        return;
    host = pids_to_host(task->process, info->si_pid);
    info->si_pid = host > 0 ? host : 0;
}

long sys_rt_sigqueueinfo(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    struct linux_siginfo info;
    int pid = (int)a0, sig = (int)a1, host;

    if (user_read(task, &info, a2, sizeof(info)) < 0)
        return -LINUX_EFAULT;
    info.si_signo = sig;
    if (pid != p->pid && !may_claim(&info))
        return -LINUX_EPERM;
    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (pid == p->pid)
        return send_to_self(task, 0, &info);
    host = find_target(task, pid, sig);
    if (host <= 0)
        return host;
    info.bytes[16] = 0;
    info_to_host(task, &info);
    return host_sigqueue(host, &info);
}

long sys_rt_tgsigqueueinfo(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    struct linux_siginfo info;
    int tgid = (int)a0, tid = (int)a1, sig = (int)a2, host_tgid, host_tid;
    long r;

    if (user_read(task, &info, a3, sizeof(info)) < 0)
        return -LINUX_EFAULT;
    if (tgid <= 0 || tid <= 0)
        return -LINUX_EINVAL;
    info.si_signo = sig;
    if (tid != task->tid && !may_claim(&info))
        return -LINUX_EPERM;
    if (sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (tgid == p->pid)
        return send_to_self(task, tid, &info);
    r = find_thread(task, tgid, tid, sig, &host_tgid, &host_tid);
    if (r <= 0)
        return r;
    info.bytes[16] = SIGNAL_TO_THREAD;
    info_to_host(task, &info);
    return host_tgsigqueue(host_tgid, host_tid, &info);
}

/* --- descriptors of processes --- */

long sys_pidfd_open(SYSCALL_PARAMS)
{
    struct file *file;
    int pid = (int)a0, host;
    long fd;

    if (pid <= 0 || (a1 & ~(uint64_t)LINUX_O_NONBLOCK))
        return -LINUX_EINVAL;
    host = pids_to_host(task->process, pid);
    if (host < 0)
        return host;
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

/* An open folder /proc/PID names a process, too. Returns a pidfd of the host, or -EBADF for other files. */
static long pidfd_of_folder(struct task *task, struct file *file)
{
    static const char proc[] = "/proc/";
    char path[64];
    uint64_t pid;
    long n = file->ops->kind == FILE_VIRTUAL && file->ops->path
                 ? file->ops->path(task, file, path, sizeof path)
                 : -1;
    int host;

    if (n <= 0 || n >= (long)sizeof path || !str_starts(path, proc))
        return -LINUX_EBADF;
    n = (long)str_to_u64(path + sizeof proc - 1, &pid);
    if (n == 0 || path[sizeof proc - 1 + (size_t)n] || pid > INT32_MAX)
        return -LINUX_EBADF;
    host = pids_to_host(task->process, (int)pid);
    return host < 0 ? host : host_pidfd_open(host, 0);
}

long sys_pidfd_send_signal(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);
    struct linux_siginfo info;
    int sig = (int)a1;
    long fd, r;

    if (a3 || sig < 0 || sig > 64)
        return -LINUX_EINVAL;
    if (!file)
        return -LINUX_EBADF;
    if (a2 && user_read(task, &info, a2, sizeof info) < 0)
        return -LINUX_EFAULT;
    fd = file->ops->kind == FILE_PIDFD ? file->host_fd : pidfd_of_folder(task, file);
    if (fd < 0)
        return fd;
    if (a2 && info.si_signo != sig) {
        r = -LINUX_EINVAL;
    } else {
        /* The host knows whom the descriptor means, and refuses what may not be forged. */
        if (a2)
            info_to_host(task, &info);
        r = host_pidfd_send_signal((int)fd, sig, a2 ? &info : NULL, 0);
    }
    if (fd != file->host_fd)
        host_close((int)fd);
    return r;
}
