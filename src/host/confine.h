/* SPDX-License-Identifier: MIT */
/* host: giving up, for this process and all that come from it, what they do not need. Cannot be undone. */
#ifndef CORACLE_HOST_CONFINE_H
#define CORACLE_HOST_CONFINE_H

#include "base/base.h"

enum host_confine_access {
    HOST_CONFINE_READ = 1,  /* files and folders are opened for reading */
    HOST_CONFINE_WRITE = 2, /* and for writing; names come and go */
    HOST_CONFINE_EXEC = 4,
};

/* What may be done with a file, or with a folder and all below it. */
struct host_confine_rule {
    const char *path; /* NULL: see fd. Not there: the rule says nothing */
    int fd;
    unsigned access;
};

/*
 * Files that no rule names cannot be opened, made or removed by name any more, processes that are not
 * confined together with this one cannot be signalled or looked into. 0, or a negative errno when the host
 * does not offer it; then nothing has changed.
 */
long host_confine_files(const struct host_confine_rule *rules, size_t n);
/* Calls of the host that nobody needs (of administrators, of debuggers, those with a history) are refused.
 * Rules as above. */
long host_confine_calls(void);

#endif
