/* SPDX-License-Identifier: MIT */
/* Processes of a Linux host: its system calls, nearly one to one. */
#include "host/process.h"
#include "host/signal.h"
#include "host/linux/syscall.h"

/* host/linux/ARCH/clone.S: takes fn and arg from the new stack. */
long host_clone_raw(uint64_t flags, uint64_t stack, void *parent_tid, void *child_tid, uint64_t tls);

long host_clone(const struct host_clone_args *a)
{
    uint64_t stack = a->stack_top;

    if (stack) {
        stack -= 16;
        ((uint64_t *)(uintptr_t)stack)[0] = (uint64_t)(uintptr_t)a->arg;
        ((uint64_t *)(uintptr_t)stack)[1] = (uint64_t)(uintptr_t)a->fn;
        return host_clone_raw(a->flags, stack, a->parent_tid, a->child_tid, a->tls);
    }
#if defined(__x86_64__)
    return host_syscall5(HOST_NR(clone), a->flags, 0, a->parent_tid, a->child_tid, a->tls);
#else
    return host_syscall5(HOST_NR(clone), a->flags, 0, a->parent_tid, a->tls, a->child_tid);
#endif
}

void host_set_tid_address(void *word)
{
    host_syscall1(HOST_NR(set_tid_address), word);
}

noreturn_fn void host_exit_thread(int status)
{
    for (;;)
        host_syscall1(HOST_NR(exit), status);
}

long host_exec_fd(int fd, char *const *argv, char *const *envp)
{
    return host_syscall5(HOST_NR(execveat), fd, "", argv, envp, LINUX_AT_EMPTY_PATH);
}

long host_wait4(int pid, int *status, int options, struct linux_rusage *usage, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(wait4), pid, status, options, usage, 0, 0);
}

long host_waitid(int type, int id, struct linux_siginfo *info, int options, struct linux_rusage *usage,
                 host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(waitid), type, id, info, options, usage, 0);
}

int host_getppid(void)
{
    return (int)host_syscall0(HOST_NR(getppid));
}

long host_setpgid(int pid, int pgid)
{
    return host_syscall2(HOST_NR(setpgid), pid, pgid);
}

long host_getpgid(int pid)
{
    return host_syscall1(HOST_NR(getpgid), pid);
}

long host_setsid(void)
{
    return host_syscall0(HOST_NR(setsid));
}

long host_getsid(int pid)
{
    return host_syscall1(HOST_NR(getsid), pid);
}

long host_pidfd_open(int pid, unsigned flags)
{
    return host_syscall2(HOST_NR(pidfd_open), pid, flags);
}

long host_pidfd_send_signal(int pidfd, int sig, const struct linux_siginfo *info, unsigned flags)
{
    return host_syscall4(HOST_NR(pidfd_send_signal), pidfd, sig, info, flags);
}

long host_pidfd_pid(int pidfd)
{
    static const char field[] = "\nPid:\t";
    char path[64], text[1024], *at;
    uint64_t pid;
    long fd, n;

    fmt(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    fd = host_open(path, LINUX_O_RDONLY, 0);
    if (fd < 0)
        return fd;
    n = host_read((int)fd, text, sizeof text - 1, NULL);
    host_close((int)fd);
    if (n < 0)
        return n;
    text[n] = '\0';
    for (at = strchr(text, '\n'); at && !str_starts(at, field); at = strchr(at + 1, '\n'))
        ;
    /* -1 stands for a process that has ended. */
    return at && str_to_u64(at + sizeof field - 1, &pid) && pid ? (long)pid : -LINUX_ESRCH;
}

long host_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
    return host_syscall3(HOST_NR(pidfd_getfd), pidfd, fd, flags);
}

long host_prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return host_syscall5(HOST_NR(prctl), option, a, b, c, d);
}

long host_prlimit(int pid, int resource, const struct linux_rlimit64 *set, struct linux_rlimit64 *get)
{
    return host_syscall4(HOST_NR(prlimit64), pid, resource, set, get);
}

long host_getrusage(int who, struct linux_rusage *usage)
{
    return host_syscall2(HOST_NR(getrusage), who, usage);
}

long host_times(struct linux_tms *buf)
{
    return host_syscall1(HOST_NR(times), buf);
}

long host_sysinfo(struct linux_sysinfo *info)
{
    return host_syscall1(HOST_NR(sysinfo), info);
}

long host_getpriority(int which, int who)
{
    return host_syscall2(HOST_NR(getpriority), which, who);
}

long host_setpriority(int which, int who, int value)
{
    return host_syscall3(HOST_NR(setpriority), which, who, value);
}

long host_sched_yield(void)
{
    return host_syscall0(HOST_NR(sched_yield));
}

long host_sched_setscheduler(int pid, int policy, const struct linux_sched_param *param)
{
    return host_syscall3(HOST_NR(sched_setscheduler), pid, policy, param);
}

long host_sched_getscheduler(int pid)
{
    return host_syscall1(HOST_NR(sched_getscheduler), pid);
}

long host_sched_setparam(int pid, const struct linux_sched_param *param)
{
    return host_syscall2(HOST_NR(sched_setparam), pid, param);
}

long host_sched_getparam(int pid, struct linux_sched_param *param)
{
    return host_syscall2(HOST_NR(sched_getparam), pid, param);
}

long host_sched_setattr(int pid, const void *attr, unsigned flags)
{
    return host_syscall3(HOST_NR(sched_setattr), pid, attr, flags);
}

long host_sched_getattr(int pid, void *attr, unsigned size, unsigned flags)
{
    return host_syscall4(HOST_NR(sched_getattr), pid, attr, size, flags);
}

long host_sched_rr_get_interval(int pid, struct linux_timespec *ts)
{
    return host_syscall2(HOST_NR(sched_rr_get_interval), pid, ts);
}

long host_sched_get_priority_max(int policy)
{
    return host_syscall1(HOST_NR(sched_get_priority_max), policy);
}

long host_sched_get_priority_min(int policy)
{
    return host_syscall1(HOST_NR(sched_get_priority_min), policy);
}

long host_sched_setaffinity(int pid, size_t size, const void *mask)
{
    return host_syscall3(HOST_NR(sched_setaffinity), pid, size, mask);
}

long host_sched_getaffinity(int pid, size_t size, void *mask)
{
    return host_syscall3(HOST_NR(sched_getaffinity), pid, size, mask);
}

long host_getcpu(void *cpu, void *node)
{
    return host_syscall3(HOST_NR(getcpu), cpu, node, 0);
}

long host_ioprio_set(int which, int who, int prio)
{
    return host_syscall3(HOST_NR(ioprio_set), which, who, prio);
}

long host_ioprio_get(int which, int who)
{
    return host_syscall2(HOST_NR(ioprio_get), which, who);
}

long host_membarrier(int command, unsigned flags, int cpu)
{
    return host_syscall3(HOST_NR(membarrier), command, flags, cpu);
}

long host_rseq(void *area, uint32_t len, int flags, uint32_t signature)
{
    return host_syscall4(HOST_NR(rseq), area, len, flags, signature);
}

long host_wake_word_shared(void *word, int n)
{
    return host_syscall3(HOST_NR(futex), word, LINUX_FUTEX_WAKE, n);
}

long host_wait_word_shared(const _Atomic uint32_t *word, uint32_t value)
{
    return host_syscall4(HOST_NR(futex), word, LINUX_FUTEX_WAIT, value, 0);
}

long host_kill(int pid, int sig)
{
    return host_syscall2(HOST_NR(kill), pid, sig);
}

long host_lifeline_new(int pipe)
{
    char path[32];
    long fd;

    /* Whom a signal goes to belongs to the open file description: a new one is needed. */
    fmt(path, sizeof(path), "/proc/self/fd/%d", pipe);
    fd = host_open(path, LINUX_O_RDONLY | LINUX_O_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    host_syscall3(HOST_NR(fcntl), fd, LINUX_F_SETSIG, LINUX_SIGKILL);
    host_syscall3(HOST_NR(fcntl), fd, LINUX_F_SETFL, LINUX_O_NONBLOCK | LINUX_O_ASYNC);
    return fd;
}

long host_lifeline_bind(int lifeline, int pid)
{
    struct linux_pollfd poll = {.fd = lifeline, .events = LINUX_POLLIN};
    struct linux_timespec none = {0};
    long r = host_syscall3(HOST_NR(fcntl), lifeline, LINUX_F_SETOWN, pid);

    if (r < 0)
        return r;
    host_syscall5(HOST_NR(ppoll), &poll, 1, &none, 0, 8);
    return poll.revents ? -LINUX_EPIPE : 0;
}

long host_set_ids(uint32_t uid, uint32_t euid, uint32_t suid, uint32_t fsuid, uint32_t gid, uint32_t egid,
                  uint32_t sgid, uint32_t fsgid)
{
    /* Groups first: they may need the rights that the user's change gives up. */
    long r = host_syscall3(HOST_NR(setresgid), gid, egid, sgid);

    if (r < 0)
        return r;
    host_syscall1(HOST_NR(setfsgid), fsgid);
    r = host_syscall3(HOST_NR(setresuid), uid, euid, suid);
    if (r < 0)
        return r;
    host_syscall1(HOST_NR(setfsuid), fsuid);
    /* The host forgets both with the old identity; /proc/self must stay ours. */
    host_syscall5(HOST_NR(prctl), LINUX_PR_SET_DUMPABLE, 1, 0, 0, 0);
    return 0;
}

long host_setgroups(size_t n, const uint32_t *groups)
{
    return host_syscall2(HOST_NR(setgroups), n, groups);
}

long host_uname(struct linux_utsname *name)
{
    return host_syscall1(HOST_NR(uname), name);
}

long host_unshare_files(void)
{
    return host_syscall1(HOST_NR(unshare), LINUX_CLONE_FILES);
}
