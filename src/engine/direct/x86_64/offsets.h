/* SPDX-License-Identifier: MIT */
/* Offsets into struct cpu that the assembly knows; direct.c asserts that they are right. */
#ifndef CORACLE_DIRECT_OFFSETS_H
#define CORACLE_DIRECT_OFFSETS_H

#define CPU_SELF       0
#define CPU_GPR(n)     (8 + 8 * (n))
#define CPU_PC         136
#define CPU_FLAGS      144
#define CPU_HOST_SP    152
#define CPU_WORK       160
#define CPU_TRAPPED    164
#define CPU_SYSCALL_NR 168
#define CPU_SYSCALL    176
#define CPU_OWN_GS     184

#endif
