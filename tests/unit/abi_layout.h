/* SPDX-License-Identifier: MIT */
/* Sizes and offsets of abi's structures beside those of the host's headers, and the host's system calls. */
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include "abi/abi.h"

struct abi_layout {
    const char *what;
    size_t ours, theirs;
};

struct abi_host_syscall {
    const char *name;
    unsigned nr;
};

extern const struct abi_layout abi_layouts[];
extern const size_t abi_layouts_count;
extern const struct abi_host_syscall abi_host_syscalls[];
extern const size_t abi_host_syscalls_count;
extern const enum abi_arch abi_host_arch;

#endif
