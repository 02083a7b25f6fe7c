/* SPDX-License-Identifier: MIT */
/* Writing and checking the state that survives exec; the format is told in exec_state.h. */
#include "container/exec_state.h"
#include "host/host.h"

void exec_builder_init(struct exec_builder *b, void *buf, size_t capacity)
{
    struct exec_state *s = buf;

    *b = (struct exec_builder){.state = s, .capacity = (uint32_t)MIN(capacity, UINT64_C(0x10000000))};
    memset(s, 0, sizeof *s);
    s->magic = EXEC_STATE_MAGIC;
    s->version = EXEC_STATE_VERSION;
    s->size = ALIGN_UP((uint32_t)sizeof *s, 8u);
    s->supervisor_fd = s->lifeline_fd = s->pids_fd = s->spec_fd = s->kernel_fd = s->exe_fd = -1;
}

void *exec_builder_section(struct exec_builder *b, struct exec_state_range *range, const void *data,
                           size_t len)
{
    struct exec_state *s = b->state;
    char *at = (char *)s + s->size;
    size_t padded = ALIGN_UP(len, (size_t)8);

    if (b->failed || padded < len || padded > b->capacity - s->size) {
        b->failed = true;
        return NULL;
    }
    if (data)
        memcpy(at, data, len);
    memset(at + len, 0, padded - len);
    *range = (struct exec_state_range){s->size, (uint32_t)len};
    s->size += (uint32_t)padded;
    return at;
}

void exec_builder_string(struct exec_builder *b, struct exec_state_range *range, const char *s)
{
    exec_builder_section(b, range, s, strlen(s) + 1);
}

void exec_builder_file(struct exec_builder *b, const struct exec_state_file *file, const void *data)
{
    struct exec_state *s = b->state;
    struct exec_state_range head, tail;
    uint32_t begin = s->files.length ? s->files.offset : s->size;

    exec_builder_section(b, &head, file, sizeof *file);
    if (file->length)
        exec_builder_section(b, &tail, data, file->length);
    s->files = (struct exec_state_range){begin, s->size - begin};
}

long exec_builder_finish(struct exec_builder *b)
{
    struct exec_state *s = b->state;
    uint32_t done = 0;
    long fd;

    if (b->failed)
        return -LINUX_ENOMEM;
    fd = host_memfd("coracle-state", LINUX_MFD_CLOEXEC);
    if (fd < 0)
        return fd;
    while (done < s->size) {
        long r = host_pwrite((int)fd, (char *)s + done, s->size - done, done);
        if (r <= 0) {
            host_close((int)fd);
            return r < 0 ? r : -LINUX_EIO;
        }
        done += (uint32_t)r;
    }
    return fd;
}

static bool range_ok(const struct exec_state *s, struct exec_state_range r, size_t unit)
{
    return r.length == 0 || (r.offset >= sizeof *s && r.offset % 8 == 0 && r.offset <= s->size &&
                             r.length <= s->size - r.offset && r.length % unit == 0);
}

static bool string_ok(const struct exec_state *s, struct exec_state_range r)
{
    return range_ok(s, r, 1) && (r.length == 0 || ((const char *)s)[r.offset + r.length - 1] == '\0');
}

int exec_state_check(const struct exec_state *s, size_t size)
{
    if (size < sizeof *s || s->magic != EXEC_STATE_MAGIC || s->version != EXEC_STATE_VERSION ||
        s->size != size)
        return -LINUX_EINVAL;
    if (!string_ok(s, s->exe_path) || !string_ok(s, s->cwd) || !string_ok(s, s->trace) ||
        !string_ok(s, s->execfn) || !string_ok(s, s->sysroot) || !range_ok(s, s->fs, 1) ||
        !range_ok(s, s->groups, sizeof(uint32_t)) || !range_ok(s, s->queued, sizeof(struct linux_siginfo)) ||
        !range_ok(s, s->files, 8) || !range_ok(s, s->seccomp, 8))
        return -LINUX_EINVAL;
    if (strnlen(s->comm, sizeof s->comm) == sizeof s->comm)
        return -LINUX_EINVAL;
    return 0;
}

const void *exec_state_section(const struct exec_state *s, struct exec_state_range range)
{
    return range.length ? (const char *)s + range.offset : NULL;
}

const struct exec_state_file *exec_state_next_file(const struct exec_state *s,
                                                   const struct exec_state_file *file)
{
    const char *begin = exec_state_section(s, s->files);
    const char *at, *end;

    if (!begin)
        return NULL;
    end = begin + s->files.length;
    at = file ? (const char *)(file + 1) + ALIGN_UP((size_t)file->length, (size_t)8) : begin;
    if ((size_t)(end - at) < sizeof *file || at > end)
        return NULL;
    file = (const struct exec_state_file *)at;
    return file->length <= (size_t)(end - at) - sizeof *file ? file : NULL;
}
