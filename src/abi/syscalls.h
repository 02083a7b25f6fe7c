/* SPDX-License-Identifier: MIT */
/* The table of system calls (syscalls.def) as data: for the dispatcher, the tracer and the compatibility
 * report. */
#ifndef CORACLE_ABI_SYSCALLS_H
#define CORACLE_ABI_SYSCALLS_H

#include "abi/abi.h"

enum abi_arg {
    ABI_ARG_ACCESS_MODE,
    ABI_ARG_AT_FLAGS,
    ABI_ARG_BUF_IN,
    ABI_ARG_BUF_OUT,
    ABI_ARG_CLOCK,
    ABI_ARG_CLONE_FLAGS,
    ABI_ARG_DIRFD,
    ABI_ARG_EPOLL_OP,
    ABI_ARG_FCNTL_CMD,
    ABI_ARG_FD,
    ABI_ARG_FUTEX_OP,
    ABI_ARG_HEX,
    ABI_ARG_INT,
    ABI_ARG_IOCTL,
    ABI_ARG_IOVEC,
    ABI_ARG_LONG,
    ABI_ARG_MADVICE,
    ABI_ARG_MMAP_FLAGS,
    ABI_ARG_MODE,
    ABI_ARG_NONE_ARG,
    ABI_ARG_OFFSET,
    ABI_ARG_OPEN_FLAGS,
    ABI_ARG_PATH,
    ABI_ARG_PID,
    ABI_ARG_POLLFD,
    ABI_ARG_PRCTL,
    ABI_ARG_PROT,
    ABI_ARG_PTR,
    ABI_ARG_RLIMIT,
    ABI_ARG_SIGACTION,
    ABI_ARG_SIGMASK_HOW,
    ABI_ARG_SIGNAL,
    ABI_ARG_SIGSET,
    ABI_ARG_SIZE,
    ABI_ARG_SOCKADDR,
    ABI_ARG_SOCK_FAMILY,
    ABI_ARG_SOCK_TYPE,
    ABI_ARG_STAT_OUT,
    ABI_ARG_STR,
    ABI_ARG_STRV,
    ABI_ARG_TIMESPEC_IN,
    ABI_ARG_TIMESPEC_OUT,
    ABI_ARG_TIMEVAL,
    ABI_ARG_UINT,
    ABI_ARG_WAIT_OPTIONS,
    ABI_ARG_WAIT_STATUS,
    ABI_ARG_WHENCE,
};

enum abi_level {
    ABI_MISSING,
    ABI_IGNORED,
    ABI_PARTIAL,
    ABI_FULL,
};

#define ABI_NR_NONE (-1)

struct abi_syscall {
    int nr[2]; /* by enum abi_arch; ABI_NR_NONE where it does not exist */
    const char *name;
    uint8_t nargs, result, args[6];
    enum abi_level level;
    const char *note;
};

/* All rows in the order of the file. */
extern const struct abi_syscall abi_syscalls[];
extern const unsigned abi_syscall_count;

/* The row of a number, or NULL when there is no such call. */
const struct abi_syscall *abi_syscall_by_number(enum abi_arch arch, uint64_t nr);

/* One more than the highest number of either table. */
#define ABI_NR_MAX 512

#endif
