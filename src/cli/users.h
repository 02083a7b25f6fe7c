/* SPDX-License-Identifier: MIT */
/* The user that a container's first process runs as, by the container's own /etc/passwd and /etc/group. */
#ifndef CORACLE_USERS_H
#define CORACLE_USERS_H

#include <limits.h>
#include "cli/cli.h"

struct user {
    uint32_t uid, gid;
    uint32_t groups[64];
    uint32_t ngroups;
    char home[PATH_MAX];
};

/*
 * text: NAME, UID, either with :GROUP or :GID; NULL is root. roots: host folders that hold the container's
 * files, the first that has the file wins; links in them are resolved inside them.
 */
int user_find(const char *text, const char *const roots[2], struct user *user, struct error *err);
/* Opens a file of the container for reading; never leaves the root. Negative: errno is set. */
int root_open(const char *const roots[2], const char *path);

#endif
