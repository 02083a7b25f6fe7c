/* SPDX-License-Identifier: MIT */
/*
 * The command line: one file per verb. A verb gets its arguments (its own name first), fills the error and
 * returns the exit status.
 *
 * Exit statuses are docker's: the guest's own, 128 + n when it died of signal n; 125 for our errors, 126 when
 * the program cannot be run, 127 when it is not there.
 */
#ifndef CORACLE_CLI_H
#define CORACLE_CLI_H

#include "base/base.h"

enum {
    STATUS_OURS = 125,
    STATUS_NOT_RUNNABLE = 126,
    STATUS_NOT_FOUND = 127,
};

/* What went wrong, as a sentence for a person; set where it happens, printed by main alone. */
struct error {
    int status;
    char text[1024]; /* what failed, on what, why */
    char hint[512];  /* what to do; may be empty */
};

/* Fills the error and returns the status. */
int error_set(struct error *err, int status, const char *format, ...) printf_like(3, 4);
void error_hint(struct error *err, const char *format, ...) printf_like(2, 3);

struct verb {
    const char *name;
    const char *synopsis;
    const char *summary; /* one line */
    const char *help;    /* the options, ready to print */
    int (*run)(int argc, char **argv, struct error *err);
};

extern const struct verb verb_run, verb_run_elf, verb_load, verb_images, verb_rmi, verb_trace, verb_version;

/* All verbs, NULL at the end. */
extern const struct verb *const verbs[];

/* Prints the help of a verb to standard output; returns 0. */
int verb_help(const struct verb *verb);
/* True for --help, -h. */
bool is_help(const char *arg);

#endif
