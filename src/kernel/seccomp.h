/* SPDX-License-Identifier: MIT */
/*
 * The guest's own filters of system calls (seccomp(2)): interpreted here, never installed on the host, whose
 * filters would judge the library's calls as well.
 *
 * A task's filters are a chain of immutable programs, the newest first; children inherit the chain. Programs
 * live as long as the process.
 */
#ifndef CORACLE_SECCOMP_H
#define CORACLE_SECCOMP_H

#include "abi/bpf.h"
#include "base/base.h"

struct task;

struct seccomp {
    const struct seccomp *older;
    bool strict; /* the mode without a program: read, write, exit, rt_sigreturn */
    uint32_t n;
    struct linux_sock_filter code[];
};

/* 0, or -EINVAL for what a filter must not contain. */
long seccomp_check(const struct linux_sock_filter *code, uint32_t n);
/* What the chain says to a call: the strictest of all results. */
uint32_t seccomp_judge(const struct seccomp *chain, const struct linux_seccomp_data *data);
/* Puts a program (checked) before the task's chain; all: the chain becomes that of every task of the process.
 * 0, -ENOMEM, or, when another task has filters that are not this one's, its number. */
long seccomp_add(struct task *task, const struct linux_sock_filter *code, uint32_t n, bool all);
long seccomp_set_strict(struct task *task);

/* Before a system call: true when it must not be made; *result is what the guest gets then. May end the task.
 */
bool seccomp_refuses(struct task *task, long *result);

/* For exec: the chain as bytes, the oldest first; the length. buf NULL asks for the length alone. */
size_t seccomp_save(const struct seccomp *chain, void *buf);
/* False when the bytes make no sense. */
bool seccomp_load(struct task *task, const void *buf, size_t len);

#endif
