/* SPDX-License-Identifier: MIT */
/*
 * The spec of a container: what all its processes have in common and none may change. Written once by the
 * command line into a sealed memory file, mapped read-only by every process. One position-independent blob:
 * strings and arrays are offsets from its start.
 *
 * What belongs to a process rather than to the container (arguments, environment, credentials, directory) is
 * in the exec state (container/exec_state.h).
 */
#ifndef CORACLE_SPEC_H
#define CORACLE_SPEC_H

#include "base/base.h"

#define SPEC_MAGIC   0x63707363u /* "cspc" */
#define SPEC_VERSION 1

enum spec_flag {
    SPEC_IDENTITY = 1, /* run-elf: pids, owners and files are the host's */
    SPEC_TTY = 2,      /* the first process has a terminal of its own */
    SPEC_DEBUG = 4,    /* a process that a fault kills says where (kernel/crash.h) */
    SPEC_FILTER = 8,   /* catch system calls as on a host without user dispatch: for tests */
};

enum spec_mount_kind {
    SPEC_MOUNT_HOST = 1, /* the host's files as they are (run-elf); source: the sysroot or "/" */
    SPEC_MOUNT_FOLDER,   /* a host folder with owners and devices kept as metadata: --rootfs */
    SPEC_MOUNT_OVERLAY,  /* lower (read-only, flattened, index beside it) and source (upper) */
    SPEC_MOUNT_BIND,     /* a volume; source may be a file */
    SPEC_MOUNT_TMPFS,    /* source: a scratch folder of the host that starts empty */
    SPEC_MOUNT_PROC,
    SPEC_MOUNT_SYS,
    SPEC_MOUNT_DEV,    /* source: the same; the first process fills it */
    SPEC_MOUNT_DEVPTS, /* source: the same */
    SPEC_MOUNT_KINDS,
};

enum spec_mount_flag {
    SPEC_MOUNT_RDONLY = 1,
    SPEC_MOUNT_NOSUID = 2,
    SPEC_MOUNT_NODEV = 4,
    SPEC_MOUNT_NOEXEC = 8,
};

struct spec_mount {
    uint32_t kind, flags;
    uint32_t point;                /* guest path */
    uint32_t source, lower, index; /* host paths; 0: none */
};

struct container_spec {
    uint32_t magic, version, size, flags;
    uint32_t id;                 /* a name for what must differ between containers */
    uint32_t hostname;           /* "" keeps the host's */
    uint32_t mounts, nmounts;    /* struct spec_mount; parents stand before what is mounted on them */
    uint32_t host_uid, host_gid; /* who runs the container: the guest sees these as 0 */
};

static inline const char *spec_string(const struct container_spec *spec, uint32_t offset)
{
    return offset ? (const char *)spec + offset : NULL;
}

static inline const struct spec_mount *spec_mounts(const struct container_spec *spec)
{
    return (const struct spec_mount *)((const char *)spec + spec->mounts);
}

uint64_t spec_hash(const char *text);
/* How the host's names of the container's message queues begin. */
#define SPEC_QUEUE_PREFIX 32
void spec_queue_prefix(const struct container_spec *spec, char prefix[SPEC_QUEUE_PREFIX]);

/* Everything that a reader relies on. 0 or -LINUX_EINVAL. */
int spec_check(const struct container_spec *spec, size_t size);

/* Writes a spec into a buffer of the caller, aligned to 8. */
struct spec_builder {
    struct container_spec *spec;
    uint32_t capacity;
    bool failed;
    uint32_t nmounts;
    struct spec_mount mounts[128];
};

void spec_builder_init(struct spec_builder *b, void *buf, size_t capacity);
/* The offset of a copy of s; 0 for NULL. */
uint32_t spec_builder_string(struct spec_builder *b, const char *s);
void spec_builder_mount(struct spec_builder *b, enum spec_mount_kind kind, uint32_t flags, const char *point,
                        const char *source, const char *lower, const char *index);
/* The size of the finished spec, or -LINUX_ENOSPC when something did not fit. */
long spec_builder_finish(struct spec_builder *b);

#endif
