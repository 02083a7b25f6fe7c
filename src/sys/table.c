/* SPDX-License-Identifier: MIT */
/* The dispatch tables, made from abi/syscalls.def. */
#include "sys/sys.h"
#include "abi/syscalls.h"

#define NONE               ABI_NR_NONE
#define HANDLER_FULL(n)    sys_##n
#define HANDLER_PARTIAL(n) sys_##n
#define HANDLER_IGNORED(n) sys_##n
#define HANDLER_MISSING(n) NULL

/* By number + 1: slot 0 collects the calls that the architecture does not have. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const syscall_fn handlers[2][ABI_NR_MAX + 1] = {
    {
#define SYSCALL(x86_64, aarch64, name, nargs, result, args, level, note) [x86_64 + 1] = HANDLER_##level(name),
#include "abi/syscalls.def"
#undef SYSCALL
    },
    {
#define SYSCALL(x86_64, aarch64, name, nargs, result, args, level, note)                                     \
    [aarch64 + 1] = HANDLER_##level(name),
#include "abi/syscalls.def"
#undef SYSCALL
    },
};
#pragma GCC diagnostic pop

long sys_enosys(SYSCALL_PARAMS)
{
    return -LINUX_ENOSYS;
}

syscall_fn sys_handler(enum abi_arch arch, uint64_t nr)
{
    uint32_t number = (uint32_t)nr; /* the upper half of the register does not count */
    syscall_fn fn = number < ABI_NR_MAX ? handlers[arch][number + 1] : NULL;

    return fn ? fn : sys_enosys;
}
