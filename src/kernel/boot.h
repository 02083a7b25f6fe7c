/* SPDX-License-Identifier: MIT */
/*
 * How a fresh kernel program becomes a guest process: the first task is made, its state is restored
 * (kernel/exec.c) or, without one, invented for a bare run, the program is loaded, and the loop begins.
 */
#ifndef CORACLE_BOOT_H
#define CORACLE_BOOT_H

#include "kernel/task.h"

/* What the host left on the initial stack. */
struct boot {
    uint64_t *sp; /* where argc lies: everything below is free */
    int argc;
    char **argv, **envp;    /* as the guest shall see them */
    uint64_t host_auxv[64]; /* values by AT_* number; 0: not given */
    int state_fd;           /* the exec state; -1: a bare run of a program from the command line */
    bool first;             /* the state was written by hosted code: a container's first program */
    int exe_fd; /* the program (read-only host descriptor), set by the restoring; -1: known by name only
                   (argv[0]) */
    const char *exe_path; /* its guest path */
    bool secure;          /* AT_SECURE */
};

/*
 * kernel/exec.c: fills task and process from boot->state_fd, and sets exe_fd, exe_path, secure. 0 or negative
 * errno.
 */
int exec_state_restore(struct task *task, struct boot *boot);
/* Opens the ELF interpreter for loading: a host descriptor or negative errno. */
int exec_open_interpreter(struct task *task, const char *path);

/*
 * kernel/first.c, for a container's first program. exec: it is known by name only; ends in the program, or
 * with a message and docker's exit statuses 126 and 127. check: it was found already; makes sure that the
 * guest may execute it, and learns its true path.
 */
noreturn_fn void first_program_exec(struct task *task, const struct boot *boot);
void first_program_check(struct task *task, struct boot *boot);

#endif
