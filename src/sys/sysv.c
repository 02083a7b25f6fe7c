/* SPDX-License-Identifier: MIT */
/* The records of sysv.h. */
#include "sys/sysv.h"
#include "container/spec.h"
#include "fs/fs.h"
#include "net/net.h"

#define NAME_SIZE 48

static uint64_t container_hash(struct task *task)
{
    const char *id = spec_string(task->process->spec, task->process->spec->id);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; id && *id; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
    return hash;
}

int32_t sysv_key_to_host(struct task *task, int32_t key)
{
    if (key == LINUX_IPC_PRIVATE || net_is_identity(task))
        return key;
    uint64_t hash = (container_hash(task) ^ (uint32_t)key) * UINT64_C(0x9e3779b97f4a7c15);
    int32_t host = (int32_t)(hash >> 33);
    return host ? host : 1;
}

static int record_place(struct task *task, enum sysv_kind kind, int id, char name[NAME_SIZE])
{
    struct mount *root = mount_at(task->fs->mounts, "", 0);

    fmt(name, NAME_SIZE, "i%c%d.%016llx", kind, id, (unsigned long long)container_hash(task));
    return root ? vfs_sidecar(root) : -1;
}

long sysv_made(struct task *task, enum sysv_kind kind, int32_t key, long id)
{
    char name[NAME_SIZE], text[16];

    if (id < 0 || net_is_identity(task))
        return id;
    int sidecar = record_place(task, kind, (int)id, name);
    fmt(text, sizeof text, "%08x", (unsigned)key);
    long r = sidecar < 0 ? -LINUX_ENOSPC : host_symlinkat(text, sidecar, name);
    return r < 0 && r != -LINUX_EEXIST ? -LINUX_ENOSPC : id;
}

bool sysv_knows(struct task *task, enum sysv_kind kind, int id, int32_t *key)
{
    char name[NAME_SIZE], text[16];
    uint32_t value = 0;

    if (net_is_identity(task))
        return true;
    int sidecar = record_place(task, kind, id, name);
    long n = sidecar < 0 ? -1 : host_readlinkat(sidecar, name, text, sizeof text);
    for (long i = 0; i < n; i++)
        value = value << 4 | (uint32_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    *key = (int32_t)value;
    return n > 0;
}

void sysv_removed(struct task *task, enum sysv_kind kind, int id)
{
    char name[NAME_SIZE];

    if (net_is_identity(task))
        return;
    int sidecar = record_place(task, kind, id, name);
    if (sidecar >= 0)
        host_unlinkat(sidecar, name, 0);
}
