/* SPDX-License-Identifier: MIT */
/*
 * execve: everything that can fail is checked first; then the other threads end, the state is written, and
 * the kernel program is executed again by the host with the guest's arguments (kernel/exec_state.c reads the
 * state there).
 */
#ifndef CORACLE_EXEC_H
#define CORACLE_EXEC_H

#include "base/base.h"

struct task;

/* argv and envp are guest addresses of arrays (0: empty). Returns only on failure. */
long task_exec(struct task *task, int dirfd, const char *path, uint64_t argv, uint64_t envp, int flags);

/* What exec decided about the new program; read by exec_state_save. */
struct exec_plan {
    struct file *exe;
    struct cred *cred; /* the new credentials */
    bool secure;
    bool readable;
    char comm[16];
    char execfn[4096];
    char exe_path[4096];
};

/*
 * The state of the process as it will be, in a memory file. All host descriptors that must survive have lost
 * their close-on-exec flag when this returns: only the host's exec or the end of the process may follow. The
 * descriptor, or a negative errno.
 */
long exec_state_save(struct task *task, const struct exec_plan *plan);

#endif
