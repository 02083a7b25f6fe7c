/* SPDX-License-Identifier: MIT */
#include "container/spec.h"
#include "abi/errno.h"

static bool string_ok(const struct container_spec *spec, uint32_t offset, bool required)
{
    if (!offset)
        return !required;
    return offset >= sizeof(*spec) && offset < spec->size &&
           memchr((const char *)spec + offset, '\0', spec->size - offset) != NULL;
}

static bool mount_ok(const struct container_spec *spec, const struct spec_mount *m)
{
    bool needs_source = m->kind == SPEC_MOUNT_HOST || m->kind == SPEC_MOUNT_FOLDER ||
                        m->kind == SPEC_MOUNT_OVERLAY || m->kind == SPEC_MOUNT_BIND ||
                        m->kind == SPEC_MOUNT_TMPFS || m->kind == SPEC_MOUNT_DEV ||
                        m->kind == SPEC_MOUNT_DEVPTS;

    return m->kind > 0 && m->kind < SPEC_MOUNT_KINDS && string_ok(spec, m->point, true) &&
           *spec_string(spec, m->point) == '/' && string_ok(spec, m->source, needs_source) &&
           string_ok(spec, m->lower, m->kind == SPEC_MOUNT_OVERLAY) && string_ok(spec, m->index, false);
}

int spec_check(const struct container_spec *spec, size_t size)
{
    uint64_t end;

    if (size < sizeof(*spec) || spec->magic != SPEC_MAGIC || spec->version != SPEC_VERSION ||
        spec->size > size || spec->size < sizeof(*spec))
        return -LINUX_EINVAL;
    end = spec->mounts + (uint64_t)spec->nmounts * sizeof(struct spec_mount);
    if (spec->mounts % 4 || spec->mounts < sizeof(*spec) || end > spec->size || spec->nmounts == 0 ||
        spec->nmounts > ARRAY_SIZE(((struct spec_builder *)0)->mounts) || !string_ok(spec, spec->id, true) ||
        !string_ok(spec, spec->hostname, true))
        return -LINUX_EINVAL;
    for (uint32_t i = 0; i < spec->nmounts; i++)
        if (!mount_ok(spec, &spec_mounts(spec)[i]))
            return -LINUX_EINVAL;
    return strcmp(spec_string(spec, spec_mounts(spec)[0].point), "/") == 0 ? 0 : -LINUX_EINVAL;
}

void spec_builder_init(struct spec_builder *b, void *buf, size_t capacity)
{
    memset(b, 0, sizeof(*b));
    memset(buf, 0, sizeof(struct container_spec));
    b->spec = buf;
    b->capacity = (uint32_t)capacity;
    b->spec->magic = SPEC_MAGIC;
    b->spec->version = SPEC_VERSION;
    b->spec->size = sizeof(struct container_spec);
}

static uint32_t append(struct spec_builder *b, const void *data, size_t n)
{
    uint32_t at = ALIGN_UP(b->spec->size, 4u);

    if (n > b->capacity || at > b->capacity - n) {
        b->failed = true;
        return 0;
    }
    memset((char *)b->spec + b->spec->size, 0, at - b->spec->size);
    memcpy((char *)b->spec + at, data, n);
    b->spec->size = at + (uint32_t)n;
    return at;
}

uint32_t spec_builder_string(struct spec_builder *b, const char *s)
{
    return s ? append(b, s, strlen(s) + 1) : 0;
}

void spec_builder_mount(struct spec_builder *b, enum spec_mount_kind kind, uint32_t flags, const char *point,
                        const char *source, const char *lower, const char *index)
{
    if (b->nmounts == ARRAY_SIZE(b->mounts)) {
        b->failed = true;
        return;
    }
    b->mounts[b->nmounts++] = (struct spec_mount){
        .kind = kind,
        .flags = flags,
        .point = spec_builder_string(b, point),
        .source = spec_builder_string(b, source),
        .lower = spec_builder_string(b, lower),
        .index = spec_builder_string(b, index),
    };
}

long spec_builder_finish(struct spec_builder *b)
{
    b->spec->mounts = append(b, b->mounts, b->nmounts * sizeof(b->mounts[0]));
    b->spec->nmounts = b->nmounts;
    return b->failed ? -LINUX_ENOSPC : (long)b->spec->size;
}

uint64_t spec_hash(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

void spec_queue_prefix(const struct container_spec *spec, char prefix[SPEC_QUEUE_PREFIX])
{
    const char *id = spec_string(spec, spec->id);

    fmt(prefix, SPEC_QUEUE_PREFIX, "coracle-%016llx-", (unsigned long long)spec_hash(id ? id : ""));
}
