/* SPDX-License-Identifier: MIT */
/*
 * abi: Linux as data. Numbers, structures and flags of the system call interface, without behaviour.
 *
 * Constants keep Linux's name after LINUX_, structures after linux_. Where architectures differ, the constant
 * has x86-64's value ("canonical"), and the functions below translate at the border, so that nothing above
 * needs to know the guest's architecture.
 */
#ifndef CORACLE_ABI_H
#define CORACLE_ABI_H

#include "base/base.h"
#include "abi/elf.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "abi/ipc.h"
#include "abi/mman.h"
#include "abi/poll.h"
#include "abi/resource.h"
#include "abi/sched.h"
#include "abi/signal.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "abi/time.h"

enum abi_arch {
    ABI_X86_64,
    ABI_AARCH64,
};

/* Open flags of the guest's architecture to canonical ones, and back. */
uint32_t abi_open_flags_to_canonical(enum abi_arch arch, uint32_t flags);
uint32_t abi_open_flags_from_canonical(enum abi_arch arch, uint32_t flags);

/* The structure of stat(2) on that architecture; returns its size. buf has room for 144 bytes. */
size_t abi_stat_pack(enum abi_arch arch, const struct linux_kstat *st, void *buf);

/* Size of one struct epoll_event on that architecture, and its fields in raw memory. */
size_t abi_epoll_event_size(enum abi_arch arch);
void abi_epoll_event_load(enum abi_arch arch, const void *raw, uint32_t *events, uint64_t *data);
void abi_epoll_event_store(enum abi_arch arch, void *raw, uint32_t events, uint64_t data);

/* "EINVAL" for 22; NULL when unknown. */
const char *abi_errno_name(int error);
/* "SIGINT" for 2; NULL when unknown (real-time signals have no name). */
const char *abi_signal_name(int signal);
/* "x86_64", as uname(2) says it. */
const char *abi_arch_name(enum abi_arch arch);

#endif
