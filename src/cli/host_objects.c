/* SPDX-License-Identifier: MIT */
/* What a container leaves on the host besides files. It is written down in its root's sidecar: see
 * sys/mqueue.c and sys/sysv.h for the names there. */
#include "cli/host_objects.h"
#include "container/spec.h"
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; text && *text; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* A symbolic link "q..." to the queue's name, which begins with the container's. */
static bool remove_queue(int folder, const char *entry, unsigned long long container)
{
    char name[260] = "/", prefix[32];
    ssize_t n = readlinkat(folder, entry, name + 1, sizeof name - 2);

    if (n <= 0)
        return false;
    name[1 + n] = '\0';
    int size = snprintf(prefix, sizeof prefix, "/coracle-%016llx-", container);
    if (strncmp(name, prefix, (size_t)size) != 0)
        return false;
    mq_unlink(name);
    return true;
}

/* A link "i", then kind and identifier, then the container. */
static bool remove_ipc(const char *entry, unsigned long long container)
{
    unsigned long long owner;
    char kind;
    int id;

    if (sscanf(entry, "i%c%d.%llx", &kind, &id, &owner) != 3 || owner != container)
        return false;
    if (kind == 'm')
        shmctl(id, IPC_RMID, NULL);
    else if (kind == 's')
        semctl(id, 0, IPC_RMID);
    else if (kind == 'q')
        msgctl(id, IPC_RMID, NULL);
    return true;
}

void host_objects_remove(const struct container_spec *spec)
{
    const struct spec_mount *root = spec_mounts(spec);
    unsigned long long container = hash_of(spec_string(spec, spec->id));
    char path[4096];
    struct dirent *entry;
    DIR *folder;

    if (spec->nmounts == 0 || spec->flags & SPEC_IDENTITY || !root->source)
        return;
    if (snprintf(path, sizeof path, "%s/.coracle/meta", spec_string(spec, root->source)) >= (int)sizeof path)
        return;
    folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        const char *name = entry->d_name;

        if ((name[0] == 'q' && remove_queue(dirfd(folder), name, container)) ||
            (name[0] == 'i' && remove_ipc(name, container)))
            unlinkat(dirfd(folder), name, 0);
    }
    if (folder)
        closedir(folder);
}
