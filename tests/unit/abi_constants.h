/* SPDX-License-Identifier: MIT */
/*
 * Pairs of a constant of abi and the one of the host's headers. The headers of the C library and those of the
 * kernel exclude each other, so each kind has its own file, which includes abi before them: they define names
 * that ours have as fields.
 */
#ifndef ABI_CONSTANTS_H
#define ABI_CONSTANTS_H

#include "abi/abi.h"

struct abi_constant {
    const char *name;
    uint64_t ours, theirs;
};

extern const struct abi_constant abi_constants_libc[], abi_constants_kernel[];
extern const size_t abi_constants_libc_count, abi_constants_kernel_count;

#define CONSTANT(name) {#name, (uint64_t)(LINUX_##name), (uint64_t)(name)},

/* Names of base that the host's headers use otherwise. */
#undef MIN
#undef MAX
#undef cleanup

#endif
