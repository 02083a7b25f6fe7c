/* SPDX-License-Identifier: MIT */
/*
 * Starting a container's first process: the spec, the first exec state, and the kernel program.
 */
#ifndef CORACLE_LAUNCH_H
#define CORACLE_LAUNCH_H

#include "cli/cli.h"
#include "container/spec.h"

/* Everything that is known before the first process; strings belong to the caller. */
struct launch {
    struct spec_builder spec;
    uint64_t spec_buffer[8192];
    char **argv, **envp;  /* of the guest */
    const char *cwd;      /* guest path */
    const char *exe_path; /* guest path of the program; NULL: argv[0] is looked for by the kernel program, in
                             the guest's PATH */
    const char *execfn;   /* the name that it was started by, for AT_EXECFN; NULL: exe_path */
    int exe_fd;           /* the program's file, -1 with exe_path NULL */
    uint32_t uid, gid;
    uint32_t groups[64];
    uint32_t ngroups;
    bool identity;     /* run-elf */
    const char *trace; /* description of the tracer (kernel/trace.h); NULL: none */
    int trace_fds[2];  /* that must survive the exec; -1: none */
    /* Set by the supervisor; run-elf has none. */
    int pid, supervisor_fd, lifeline_fd, pids_fd;
    /* Made by launch_prepare. */
    int spec_fd, kernel_fd;
};

void launch_init(struct launch *l);
/* Finishes the spec and opens the kernel program. */
int launch_prepare(struct launch *l, struct error *err);
/* Becomes the first process; returns only when that fails. Descriptors 0, 1 and 2 are the guest's. */
int launch_exec(struct launch *l, struct error *err);

#endif
