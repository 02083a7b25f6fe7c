/* SPDX-License-Identifier: MIT */
/* Message queues that a container leaves behind: see sys/mqueue.c for where they are written down. */
#include "cli/queues.h"
#include "container/spec.h"
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void queues_remove(const struct container_spec *spec)
{
    const struct spec_mount *root = spec_mounts(spec);
    char path[4096], name[260] = "/";
    struct dirent *entry;
    DIR *folder;

    if (spec->nmounts == 0 || spec->flags & SPEC_IDENTITY || !root->source)
        return;
    if (snprintf(path, sizeof path, "%s/.coracle/meta", spec_string(spec, root->source)) >= (int)sizeof path)
        return;
    folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] != 'q')
            continue;
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, name + 1, sizeof name - 2);
        /* Nothing but what a container may have named. */
        if (n > 0 && strncmp(name + 1, "coracle-", 8) == 0) {
            name[1 + n] = '\0';
            mq_unlink(name);
        }
        unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder)
        closedir(folder);
}
