/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_RUN_ELF_H
#define CORACLE_RUN_ELF_H

#include "cli/cli.h"

/* Becomes the program argv[0] on the host's own files; returns only when that fails. trace may be NULL. */
int run_elf(const char *sysroot, char **argv, const char *trace, const int trace_fds[2], struct error *err);

#endif
