/* SPDX-License-Identifier: MIT */
/*
 * sys: one thin handler per system call: copies in, calls the objects of the kernel, copies out.
 * A handler returns a value or a negative errno (LINUX_ERESTART* where a signal may restart it).
 */
#ifndef CORACLE_SYS_H
#define CORACLE_SYS_H

#include "kernel/task.h"

typedef long (*syscall_fn)(struct task *task, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                           uint64_t a5);

/* The parameters of every handler; those that a handler does not use carry no name in a warning. */
#define SYSCALL_PARAMS                                                                                       \
    struct task *task __attribute__((unused)), uint64_t a0 __attribute__((unused)),                          \
        uint64_t a1 __attribute__((unused)), uint64_t a2 __attribute__((unused)),                            \
        uint64_t a3 __attribute__((unused)), uint64_t a4 __attribute__((unused)),                            \
        uint64_t a5 __attribute__((unused))

/* The handler of a number on the task's architecture; unknown and missing ones give sys_enosys. */
syscall_fn sys_handler(enum abi_arch arch, uint64_t nr);

long sys_enosys(SYSCALL_PARAMS);

#define SYSCALL_FULL(name)    long sys_##name(SYSCALL_PARAMS);
#define SYSCALL_PARTIAL(name) long sys_##name(SYSCALL_PARAMS);
#define SYSCALL_IGNORED(name) long sys_##name(SYSCALL_PARAMS);
#define SYSCALL_MISSING(name)
#define SYSCALL(x86_64, aarch64, name, nargs, result, args, level, note) SYSCALL_##level(name)
#include "abi/syscalls.def"
#undef SYSCALL

#endif
