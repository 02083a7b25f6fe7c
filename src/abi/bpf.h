/* SPDX-License-Identifier: MIT */
/* Classic BPF as socket and seccomp filters have it, and what seccomp shows to a filter. */
#ifndef CORACLE_ABI_BPF_H
#define CORACLE_ABI_BPF_H

#include <stddef.h>
#include <stdint.h>

struct linux_sock_filter {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};
_Static_assert(sizeof(struct linux_sock_filter) == 8, "sock_filter");

struct linux_sock_fprog {
    uint16_t len, pad[3];
    uint64_t filter;
};
_Static_assert(sizeof(struct linux_sock_fprog) == 16, "sock_fprog");

struct linux_seccomp_data {
    int32_t nr;
    uint32_t arch;
    uint64_t instruction_pointer;
    uint64_t args[6];
};
_Static_assert(sizeof(struct linux_seccomp_data) == 64, "seccomp_data");
_Static_assert(offsetof(struct linux_seccomp_data, args) == 16, "seccomp_data");

#define LINUX_BPF_MAXINSNS 4096
#define LINUX_BPF_MEMWORDS 16

/* The class and, or'ed to it, the rest of an instruction's code. */
#define LINUX_BPF_LD             0x00
#define LINUX_BPF_LDX            0x01
#define LINUX_BPF_ST             0x02
#define LINUX_BPF_STX            0x03
#define LINUX_BPF_ALU            0x04
#define LINUX_BPF_JMP            0x05
#define LINUX_BPF_RET            0x06
#define LINUX_BPF_MISC           0x07

#define LINUX_BPF_W              0x00
#define LINUX_BPF_IMM            0x00
#define LINUX_BPF_ABS            0x20
#define LINUX_BPF_MEM            0x60
#define LINUX_BPF_LEN            0x80

#define LINUX_BPF_ADD            0x00
#define LINUX_BPF_SUB            0x10
#define LINUX_BPF_MUL            0x20
#define LINUX_BPF_DIV            0x30
#define LINUX_BPF_OR             0x40
#define LINUX_BPF_AND            0x50
#define LINUX_BPF_LSH            0x60
#define LINUX_BPF_RSH            0x70
#define LINUX_BPF_NEG            0x80
#define LINUX_BPF_XOR            0xa0

#define LINUX_BPF_JA             0x00
#define LINUX_BPF_JEQ            0x10
#define LINUX_BPF_JGT            0x20
#define LINUX_BPF_JGE            0x30
#define LINUX_BPF_JSET           0x40

#define LINUX_BPF_K              0x00
#define LINUX_BPF_X              0x08
#define LINUX_BPF_A              0x10
#define LINUX_BPF_TAX            0x00
#define LINUX_BPF_TXA            0x80

#define LINUX_AUDIT_ARCH_X86_64  0xc000003eu
#define LINUX_AUDIT_ARCH_AARCH64 0xc00000b7u

#endif
