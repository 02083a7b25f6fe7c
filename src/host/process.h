/* SPDX-License-Identifier: MIT */
/*
 * Processes and threads of the host: making, waiting for, replacing and ending them; and what belongs to them
 * (groups, limits, scheduling, usage). Numbers of processes are the host's. Rules as in host.h.
 */
#ifndef CORACLE_HOST_PROCESS_H
#define CORACLE_HOST_PROCESS_H

#include "host/host.h"

/*
 * A new thread or process. flags: LINUX_CLONE_* and the exit signal in the low byte, all as the host takes
 * them. Without stack_top (only without LINUX_CLONE_VM) the child returns 0 from here on a copy of the stack;
 * with it, fn(arg) runs there and must not return. parent_tid also receives the pidfd of LINUX_CLONE_PIDFD;
 * child_tid serves CHILD_SETTID and CHILD_CLEARTID. tls only with CLONE_SETTLS.
 */
struct host_clone_args {
    uint64_t flags;
    uint64_t stack_top;
    void (*fn)(void *);
    void *arg;
    uint64_t tls;
    void *parent_tid, *child_tid;
};
long host_clone(const struct host_clone_args *args);

/* Where the host writes 0 (and wakes) when this thread has ended and no longer uses its stack. */
void host_set_tid_address(void *word);
noreturn_fn void host_exit_thread(int status);
/* Runs the program behind a descriptor. Only returns on failure. */
long host_exec_fd(int fd, char *const *argv, char *const *envp);

/* As wait4(2) and waitid(2); info and rusage may be NULL. waitid's structure has the canonical layout. */
long host_wait4(int pid, int *status, int options, struct linux_rusage *usage, host_stop stop);
long host_waitid(int type, int id, struct linux_siginfo *info, int options, struct linux_rusage *usage,
                 host_stop stop);

int host_getppid(void);
long host_setpgid(int pid, int pgid);
long host_getpgid(int pid);
long host_setsid(void);
long host_getsid(int pid);

long host_pidfd_open(int pid, unsigned flags);
long host_pidfd_send_signal(int pidfd, int sig, const struct linux_siginfo *info, unsigned flags);
/* The process that a pidfd means; -LINUX_ESRCH when it is gone. */
long host_pidfd_pid(int pidfd);
long host_pidfd_getfd(int pidfd, int fd, unsigned flags);

long host_prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
long host_prlimit(int pid, int resource, const struct linux_rlimit64 *set, struct linux_rlimit64 *get);
long host_getrusage(int who, struct linux_rusage *usage);
long host_times(struct linux_tms *buf);
long host_sysinfo(struct linux_sysinfo *info);

long host_getpriority(int which, int who);
long host_setpriority(int which, int who, int value);
long host_sched_yield(void);
long host_sched_setscheduler(int pid, int policy, const struct linux_sched_param *param);
long host_sched_getscheduler(int pid);
long host_sched_setparam(int pid, const struct linux_sched_param *param);
long host_sched_getparam(int pid, struct linux_sched_param *param);
long host_sched_setattr(int pid, const void *attr, unsigned flags);
long host_sched_getattr(int pid, void *attr, unsigned size, unsigned flags);
long host_sched_rr_get_interval(int pid, struct linux_timespec *ts);
long host_sched_get_priority_max(int policy);
long host_sched_get_priority_min(int policy);
long host_sched_setaffinity(int pid, size_t size, const void *mask);
long host_sched_getaffinity(int pid, size_t size, void *mask);
long host_getcpu(void *cpu, void *node);
long host_ioprio_set(int which, int who, int prio);
long host_ioprio_get(int which, int who);
/* Restartable sequences of this thread, as rseq(2). */
long host_rseq(void *area, uint32_t len, int flags, uint32_t signature);
long host_membarrier(int command, unsigned flags, int cpu);

/* This thread's credentials: user IDs and group IDs, each real, effective, saved, for files. -EPERM leaves
 * all as they were. */
long host_set_ids(uint32_t uid, uint32_t euid, uint32_t suid, uint32_t fsuid, uint32_t gid, uint32_t egid,
                  uint32_t sgid, uint32_t fsgid);
long host_setgroups(size_t n, const uint32_t *groups);
/* Names of the machine, as uname(2). */
long host_uname(struct linux_utsname *name);
/* A file table of this thread's own, if it shared one. */
long host_unshare_files(void);

/* Sends a signal to the children of this process, all or as many as are found at once. */
void host_kill_children(int sig);

/* Wakes sleepers of a word that processes may share. */
long host_wake_word_shared(void *word, int n);
/* Sleeps while the word, which need not be writable, has that value; may return early. */
long host_wait_word_shared(const _Atomic uint32_t *word, uint32_t value);

/*
 * A lifeline: a descriptor for a pipe whose read end `pipe` is (or another lifeline), by which the host kills
 * the process to which it is bound, even a stopped one, when the last write end is closed. It survives exec.
 * A child needs one of its own, made before it is born, so that its parent can bind it. host_lifeline_bind
 * gives -EPIPE when the last write end is closed already.
 */
long host_lifeline_new(int pipe);
long host_lifeline_bind(int lifeline, int pid);

#endif
