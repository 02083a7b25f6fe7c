/* SPDX-License-Identifier: MIT */
/* What `coracle run` was asked for. */
#ifndef CORACLE_RUN_OPTIONS_H
#define CORACLE_RUN_OPTIONS_H

#include "cli/cli.h"

struct volume {
    char *source, *target;
    bool readonly;
};

struct run_options {
    bool interactive, tty, remove, detach;
    const char *rootfs, *image; /* one of them */
    bool rootfs_overlay;        /* --rootfs DIR:O: the folder stays as it is */
    const char *workdir, *user, *hostname, *entrypoint, *name, *engine, *platform, *isolation;
    char **env; /* K=V, in order; later ones win */
    size_t nenv;
    struct volume *volumes;
    size_t nvolumes;
    char **command; /* NULL-terminated, may be empty */
    /* Set by `coracle trace -- run ...`. */
    const char *trace;
    int trace_fds[2];
};

/* Parses argv[1...]. 0, the error's status, or -1 when help was asked for. The strings stay argv's or live
 * for ever. */
int run_options_parse(int argc, char **argv, struct run_options *o, struct error *err);

/* Runs the container; the exit status of the command. */
int container_run(struct run_options *o, struct error *err);

#endif
