/* SPDX-License-Identifier: MIT */
/* The rows of syscalls.def as a table, and an index by number for each architecture. */
#include "abi/syscalls.h"

#define NONE ABI_NR_NONE
#define EXPAND_ARGS(...)                                                                                     \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define ACCESS_MODE  ABI_ARG_ACCESS_MODE
#define AT_FLAGS     ABI_ARG_AT_FLAGS
#define BUF_IN       ABI_ARG_BUF_IN
#define BUF_OUT      ABI_ARG_BUF_OUT
#define CLOCK        ABI_ARG_CLOCK
#define CLONE_FLAGS  ABI_ARG_CLONE_FLAGS
#define DIRFD        ABI_ARG_DIRFD
#define EPOLL_OP     ABI_ARG_EPOLL_OP
#define FCNTL_CMD    ABI_ARG_FCNTL_CMD
#define FD           ABI_ARG_FD
#define FUTEX_OP     ABI_ARG_FUTEX_OP
#define HEX          ABI_ARG_HEX
#define INT          ABI_ARG_INT
#define IOCTL        ABI_ARG_IOCTL
#define IOVEC        ABI_ARG_IOVEC
#define LONG         ABI_ARG_LONG
#define MADVICE      ABI_ARG_MADVICE
#define MMAP_FLAGS   ABI_ARG_MMAP_FLAGS
#define MODE         ABI_ARG_MODE
#define NONE_ARG     ABI_ARG_NONE_ARG
#define OFFSET       ABI_ARG_OFFSET
#define OPEN_FLAGS   ABI_ARG_OPEN_FLAGS
#define PATH         ABI_ARG_PATH
#define PID          ABI_ARG_PID
#define POLLFD       ABI_ARG_POLLFD
#define PRCTL        ABI_ARG_PRCTL
#define PROT         ABI_ARG_PROT
#define PTR          ABI_ARG_PTR
#define RLIMIT       ABI_ARG_RLIMIT
#define SIGACTION    ABI_ARG_SIGACTION
#define SIGMASK_HOW  ABI_ARG_SIGMASK_HOW
#define SIGNAL       ABI_ARG_SIGNAL
#define SIGSET       ABI_ARG_SIGSET
#define SIZE         ABI_ARG_SIZE
#define SOCKADDR     ABI_ARG_SOCKADDR
#define SOCK_FAMILY  ABI_ARG_SOCK_FAMILY
#define SOCK_TYPE    ABI_ARG_SOCK_TYPE
#define STAT_OUT     ABI_ARG_STAT_OUT
#define STR          ABI_ARG_STR
#define STRV         ABI_ARG_STRV
#define TIMESPEC_IN  ABI_ARG_TIMESPEC_IN
#define TIMESPEC_OUT ABI_ARG_TIMESPEC_OUT
#define TIMEVAL      ABI_ARG_TIMEVAL
#define UINT         ABI_ARG_UINT
#define WAIT_OPTIONS ABI_ARG_WAIT_OPTIONS
#define WAIT_STATUS  ABI_ARG_WAIT_STATUS
#define WHENCE       ABI_ARG_WHENCE
const struct abi_syscall abi_syscalls[] = {
#define SYSCALL(x86_64, aarch64, name, nargs, result, args, level, note)                                     \
    {{x86_64, aarch64}, #name, nargs, result, EXPAND_ARGS args, ABI_##level, note},
#include "abi/syscalls.def"
#undef SYSCALL
};
const unsigned abi_syscall_count = ARRAY_SIZE(abi_syscalls);

enum row {
#define SYSCALL(x86_64, aarch64, name, ...) ROW_##name,
#include "abi/syscalls.def"
#undef SYSCALL
};

/* Row + 1 by number + 1, so that calls without a number on this architecture all fall on slot 0, which is
 * never looked at. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint16_t rows[2][ABI_NR_MAX + 1] = {
    {
#define SYSCALL(x86_64, aarch64, name, ...) [x86_64 + 1] = ROW_##name + 1,
#include "abi/syscalls.def"
#undef SYSCALL
    },
    {
#define SYSCALL(x86_64, aarch64, name, ...) [aarch64 + 1] = ROW_##name + 1,
#include "abi/syscalls.def"
#undef SYSCALL
    },
};
#pragma GCC diagnostic pop

const struct abi_syscall *abi_syscall_by_number(enum abi_arch arch, uint64_t nr)
{
    uint16_t row = nr < ABI_NR_MAX ? rows[arch][nr + 1] : 0;

    return row ? &abi_syscalls[row - 1] : NULL;
}
