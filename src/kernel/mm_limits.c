/* SPDX-License-Identifier: MIT */
/*
 * RLIMIT_AS and RLIMIT_DATA. The host would count our own memory, too, so both are ours; what the guest has
 * is read from the host's list of mappings, which costs something, but only those who have set a limit pay.
 */
#include "host/host.h"
#include "kernel/mm.h"
#include "kernel/task.h"

#define PAGE UINT64_C(4096)

struct usage {
    uint64_t total, data;           /* of the guest */
    uint64_t overlap, overlap_data; /* what of that lies in the range that was asked for */
};

/* The lines of a file, from a buffer. */
struct reader {
    int fd;
    size_t at, n;
    char buf[1024];
};

static int next_char(struct reader *r)
{
    if (r->at == r->n) {
        long n = host_read(r->fd, r->buf, sizeof r->buf, NULL);

        if (n <= 0)
            return -1;
        r->at = 0;
        r->n = (size_t)n;
    }
    return (unsigned char)r->buf[r->at++];
}

/* Reads a number in hexadecimal digits and the character behind it. */
static uint64_t read_hex(struct reader *r, int *behind)
{
    uint64_t v = 0;

    for (;;) {
        int c = next_char(r);

        if (c >= '0' && c <= '9')
            v = v << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else {
            *behind = c;
            return v;
        }
    }
}

static uint64_t common(uint64_t start, uint64_t end, uint64_t addr, uint64_t len)
{
    uint64_t low = MAX(start, addr), high = MIN(end, addr + len);

    return low < high ? high - low : 0;
}

/* One line: "start-end perms offset device inode   name". False at the end of the file. */
static bool read_line(struct reader *r, uint64_t *start, uint64_t *end, bool *data)
{
    static const char stack_name[] = "[stack]\n";
    char perms[5] = {0};
    size_t matched = 0;
    int c;

    *start = read_hex(r, &c);
    if (c != '-')
        return false;
    *end = read_hex(r, &c);
    for (int i = 0; i < 4; i++)
        perms[i] = (char)next_char(r);
    do {
        c = next_char(r);
        matched = c == stack_name[matched] ? matched + 1 : c == stack_name[0];
    } while (c >= 0 && c != '\n');
    *data = perms[1] == 'w' && perms[3] == 'p' && !stack_name[matched];
    return c == '\n';
}

static long usage_read(struct task *task, uint64_t addr, uint64_t len, struct usage *u)
{
    struct reader r;
    uint64_t start, end;
    bool data;
    long fd = host_open("/proc/self/maps", LINUX_O_RDONLY, 0);

    if (fd < 0)
        return fd;
    r.fd = (int)fd;
    r.at = r.n = 0;
    *u = (struct usage){0};
    while (read_line(&r, &start, &end, &data)) {
        uint64_t both = common(start, end, addr, len);

        if (!mm_range_ok(task, start, end - start))
            continue;
        u->total += end - start;
        u->overlap += both;
        if (data) {
            u->data += end - start;
            u->overlap_data += both;
        }
    }
    host_close(r.fd);
    return 0;
}

static uint64_t limit(struct task *task, int resource)
{
    return task->process->rlimits[resource].rlim_cur;
}

static bool is_limited(struct task *task)
{
    return unlikely(limit(task, LINUX_RLIMIT_AS) != UINT64_MAX ||
                    limit(task, LINUX_RLIMIT_DATA) != UINT64_MAX);
}

static bool exceeds(uint64_t used, uint64_t more, uint64_t max)
{
    uint64_t sum;

    return more && max != UINT64_MAX && (__builtin_add_overflow(used, more, &sum) || sum > max);
}

static long check(struct task *task, const struct usage *u, uint64_t more, uint64_t more_data)
{
    return exceeds(u->total, more, limit(task, LINUX_RLIMIT_AS)) ||
                   exceeds(u->data, more_data, limit(task, LINUX_RLIMIT_DATA))
               ? -LINUX_ENOMEM
               : 0;
}

long mm_may_map(struct task *task, uint64_t addr, uint64_t len, int prot, int flags)
{
    bool data = (prot & LINUX_PROT_WRITE) && (flags & LINUX_MAP_TYPE) == LINUX_MAP_PRIVATE &&
                !(flags & LINUX_MAP_GROWSDOWN);
    struct usage u;
    uint64_t more;

    if (!is_limited(task) || usage_read(task, addr, len, &u) < 0)
        return 0;
    /* What a fixed mapping replaces is not counted twice. */
    more = flags & LINUX_MAP_FIXED ? len - u.overlap : len;
    return check(task, &u, more, data ? more : 0);
}

long mm_may_protect(struct task *task, uint64_t addr, uint64_t len, int prot)
{
    struct usage u;

    if (!(prot & LINUX_PROT_WRITE) || !is_limited(task) || usage_read(task, addr, len, &u) < 0)
        return 0;
    return check(task, &u, 0, u.overlap - u.overlap_data);
}

long mm_may_grow(struct task *task, uint64_t addr, uint64_t len, uint64_t more)
{
    struct usage u;

    if (!is_limited(task) || usage_read(task, addr, len, &u) < 0)
        return 0;
    return check(task, &u, more, u.overlap_data ? more : 0);
}
