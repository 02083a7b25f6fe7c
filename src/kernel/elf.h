/* SPDX-License-Identifier: MIT */
/* The ELF loader: checks a file, maps it and its interpreter, and says where to start. */
#ifndef CORACLE_ELF_H
#define CORACLE_ELF_H

#include "abi/abi.h"
#include "base/base.h"

struct task;

/* What elf_probe learnt of a file. */
struct elf_info {
    struct linux_elf64_ehdr header;
    struct linux_elf64_phdr phdrs[64];
    enum abi_arch arch;
    bool dynamic; /* ET_DYN: position independent */
    bool exec_stack;
    uint64_t low, high;     /* the span of its PT_LOAD segments, page aligned */
    char interpreter[4096]; /* "" for none */
};

/*
 * Reads and validates the headers of the ELF file behind a host descriptor. 0; -ENOEXEC when it is no ELF
 * program of Linux; -ELIBBAD when it is one but broken; -EINVAL when its architecture is not one of ours.
 */
must_check int elf_probe(int host_fd, struct elf_info *info);

/* Where a loaded image went. */
struct elf_image {
    uint64_t base; /* what was added to its addresses */
    uint64_t start, end, entry, phdrs;
};

/*
 * Maps the segments. near: a hint where a position-independent image goes (0: anywhere). On failure the
 * mapping is half made: only to be used in a fresh process. Negative errno.
 */
must_check int elf_map(struct task *task, int host_fd, const struct elf_info *info, uint64_t hint,
                       struct elf_image *image);

#endif
