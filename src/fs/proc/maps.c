/* SPDX-License-Identifier: MIT */
/*
 * maps and smaps: the host's, without what is ours, with the guest's names. Format: proc_pid_maps(5).
 */
#include "fs/proc/peer.h"
#include "kernel/cred.h"
#include "kernel/mm.h"

/* The host path of a mount's root (or lower root), remembered in the mount: it is asked for with every line.
 */
static const char *root_path(_Atomic(char *) *remembered, int fd)
{
    char link[HOST_FD_PATH_SIZE], *path, *none = NULL;
    long n;

    if (fd < 0)
        return NULL;
    if (*remembered)
        return *remembered;
    path = kmalloc(VFS_PATH_MAX);
    if (!path)
        return NULL;
    host_fd_path(fd, link);
    n = host_readlinkat(LINUX_AT_FDCWD, link, path, VFS_PATH_MAX - 1);
    if (n > 0) {
        path[n] = '\0';
        if (atomic_compare_exchange_strong(remembered, &none, path))
            return path;
    }
    kfree(path);
    return *remembered;
}

/* True when the path lies at or below the root; *root_len is its length, without a slash at its end. */
static bool lies_below(const char *path, size_t len, const char *root, size_t *root_len)
{
    if (!root)
        return false;
    *root_len = strlen(root);
    if (*root_len == 1)
        *root_len = 0;
    return *root_len <= len && memcmp(path, root, *root_len) == 0 &&
           (*root_len == len || path[*root_len] == '/');
}

/* A path of the host's that is nothing of the container's: what came in by an inherited descriptor. */
static bool is_foreign(struct task *task, const char *path, size_t len)
{
    static const char *const nameless[] = {"/memfd:", "/dev/", "/SYSV", "/anon_hugepage", "/[aio]"};

    if (process_is_identity(task->process) || !len || path[0] != '/')
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(nameless); i++)
        if (len >= strlen(nameless[i]) && memcmp(path, nameless[i], strlen(nameless[i])) == 0)
            return false;
    return true;
}

bool proc_guest_path(struct task *task, const char *path, size_t len, char *buf, size_t size)
{
    const struct mount_table *table = task->fs->mounts;
    const char *below = NULL, *point = "";
    size_t best = 0;

    for (uint32_t i = 0, n = atomic_load(&table->count); i < n; i++) {
        struct mount *m = table->mounts[i];
        const char *roots[] = {root_path(&m->host_path, m->root_fd), root_path(&m->lower_path, m->lower_fd)};

        for (size_t j = 0; j < ARRAY_SIZE(roots); j++) {
            size_t root_len;

            if (lies_below(path, len, roots[j], &root_len) && (!below || root_len > best)) {
                best = root_len;
                below = path + root_len;
                point = m->point;
            }
        }
    }
    if (below)
        fmt(buf, size, "%s%.*s", point, (int)(len - best), below);
    else if (is_foreign(task, path, len)) {
        const char *slash = memrchr(path, '/', len);

        fmt(buf, size, "(unreachable)%.*s", (int)(path + len - slash), slash);
    } else
        fmt(buf, size, "%.*s", (int)len, path);
    return below != NULL;
}

struct map_line {
    uint64_t start, end, offset;
    const char *perms;  /* from here on up to the name all but the offset must be equal for two to be one */
    const char *device; /* "major:minor inode" */
    const char *name;   /* what stands behind the inode */
    size_t device_len, name_len;
};

static uint64_t hex(const char **p)
{
    uint64_t v = 0;

    for (;; (*p)++) {
        char c = **p;

        if (c >= '0' && c <= '9')
            v = v << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else
            return v;
    }
}

static const char *skip(const char *p, const char *end, bool blanks)
{
    while (p < end && (*p == ' ') == blanks)
        p++;
    return p;
}

/* "start-end perms offset dev inode   name"; false for the lines of smaps that stand below one. */
static bool parse(const char *line, size_t n, struct map_line *m)
{
    const char *p = line, *end = line + n, *inode;

    m->start = hex(&p);
    if (p == line || *p != '-')
        return false;
    p++;
    m->end = hex(&p);
    m->perms = p = skip(p, end, true);
    p = skip(skip(p, end, false), end, true);
    m->offset = hex(&p);
    m->device = p = skip(p, end, true);
    inode = skip(skip(p, end, false), end, true);
    p = skip(inode, end, false);
    m->device_len = (size_t)(p - m->device);
    m->name = skip(p, end, true);
    m->name_len = (size_t)(end - m->name);
    return true;
}

static bool name_is(const struct map_line *m, const char *prefix)
{
    size_t n = strlen(prefix);

    return m->name_len >= n && memcmp(m->name, prefix, n) == 0;
}

static bool is_ours(const struct task *task, const struct map_line *m, bool self)
{
    if (m->start < HOST_WINDOW_END && m->end > HOST_WINDOW_START)
        return true;
    if (name_is(m, "/memfd:coracle-trampolines") || name_is(m, "[vvar"))
        return true;
    if (name_is(m, "[vdso]"))
        return true;
    return self && task->engine->owns_address(m->start, m->end - m->start);
}

/* mm: what the library knows of the memory; NULL: nothing. */
static void put_line(struct task *task, struct text *out, const struct map_line *m, const struct mm *mm)
{
    char *name cleanup_free = NULL;
    const char *shown = NULL;

    if (mm && mm->vdso && m->start >= mm->vdso && m->end <= ALIGN_UP(mm->vdso + mm->vdso_len, 4096))
        shown = "[vdso]";
    else if (mm && m->name_len == 0 && m->start < mm->brk && m->end > mm->brk_start &&
             mm->brk > mm->brk_start)
        shown = "[heap]";
    else if (m->name_len && m->name[0] == '/' && (name = kmalloc(VFS_PATH_MAX + 64))) {
        proc_guest_path(task, m->name, m->name_len, name, VFS_PATH_MAX + 64);
        shown = name;
    }
    text_fmt(out, "%08lx-%08lx %.4s %08lx %.*s ", (unsigned long)m->start, (unsigned long)m->end, m->perms,
             (unsigned long)m->offset, (int)m->device_len, m->device);
    if (shown || m->name_len) {
        while (text_column(out) < 73)
            text_puts(out, " ");
        if (shown)
            text_puts(out, shown);
        else
            text_put(out, m->name, m->name_len);
    }
    text_puts(out, "\n");
}

/* Pages of code with rewritten sites are mappings of their own on the host: the guest sees what it mapped. */
static bool joins(const struct map_line *a, const struct map_line *b)
{
    bool file = a->name_len && a->name[0] == '/';

    return a->end == b->start && a->perms[2] == 'x' && memcmp(a->perms, b->perms, 4) == 0 &&
           a->device_len == b->device_len && memcmp(a->device, b->device, a->device_len) == 0 &&
           a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0 &&
           (!file || a->offset + (a->end - a->start) == b->offset);
}

static long read_host(const char *host, const char *file, struct text *raw)
{
    char path[PROC_HOST_SIZE + 16];

    fmt(path, sizeof path, "%s/%s", host, file);
    return text_host_file(raw, path);
}

long proc_maps(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const struct mm *mm = peer ? &peer->mm : proc_is_self(task, id) ? task->process->mm : NULL;
    bool self = proc_is_self(task, id), held = false;
    struct map_line m, last;
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = read_host(host, "maps", &raw);

    if (r < 0)
        return r;
    while (text_line(raw.data, raw.len, &at, &line, &n)) {
        if (!parse(line, n, &m) || is_ours(task, &m, self))
            continue;
        if (held && joins(&last, &m)) {
            last.end = m.end;
            continue;
        }
        if (held)
            put_line(task, out, &last, mm);
        last = m;
        held = true;
    }
    if (held)
        put_line(task, out, &last, mm);
    return 0;
}

long proc_smaps(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const struct mm *mm = peer ? &peer->mm : proc_is_self(task, id) ? task->process->mm : NULL;
    bool self = proc_is_self(task, id), keep = true;
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = read_host(host, "smaps", &raw);

    if (r < 0)
        return r;
    while (text_line(raw.data, raw.len, &at, &line, &n)) {
        struct map_line m;

        if (parse(line, n, &m)) {
            keep = !is_ours(task, &m, self);
            if (keep)
                put_line(task, out, &m, mm);
        } else if (keep) {
            text_put(out, line, n);
            text_puts(out, "\n");
        }
    }
    return 0;
}

/* "start policy file=... and so on" */
long proc_numa_maps(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    char *name cleanup_free = kmalloc(VFS_PATH_MAX);
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = read_host(host, "numa_maps", &raw);

    if (r < 0 || !name)
        return r < 0 ? r : -LINUX_ENOMEM;
    while (text_line(raw.data, raw.len, &at, &line, &n)) {
        const char *p = line, *end = line + n, *file = line, *stop;
        uint64_t start = hex(&p);

        if ((start >= HOST_WINDOW_START && start < HOST_WINDOW_END) ||
            (proc_is_self(task, id) && task->engine->owns_address(start, 1)))
            continue;
        while (file + 6 < end && memcmp(file, " file=", 6) != 0)
            file++;
        if (file + 6 < end) {
            file += 6;
            stop = memchr(file, ' ', (size_t)(end - file));
            stop = stop ? stop : end;
            proc_guest_path(task, file, (size_t)(stop - file), name, VFS_PATH_MAX);
            text_fmt(out, "%.*s%s%.*s\n", (int)(file - line), line, name, (int)(end - stop), stop);
        } else {
            text_put(out, line, n);
            text_puts(out, "\n");
        }
    }
    return 0;
}

/* Sums up what proc_smaps shows; the first line spans it all. */
long proc_smaps_rollup(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    static const char *const names[] = {
        "Rss",
        "Pss",
        "Pss_Dirty",
        "Pss_Anon",
        "Pss_File",
        "Pss_Shmem",
        "Shared_Clean",
        "Shared_Dirty",
        "Private_Clean",
        "Private_Dirty",
        "Referenced",
        "Anonymous",
        "LazyFree",
        "AnonHugePages",
        "ShmemPmdMapped",
        "FilePmdMapped",
        "Shared_Hugetlb",
        "Private_Hugetlb",
        "Swap",
        "SwapPss",
        "Locked",
    };
    uint64_t sums[ARRAY_SIZE(names)] = {0}, first = 0, last = 0;
    CLEANUP_TEXT(all);
    const char *line;
    size_t at = 0, n;
    long r = proc_smaps(task, id, host, &all);

    if (r < 0)
        return r;
    while (text_line(all.data, all.len, &at, &line, &n)) {
        struct map_line m;

        if (parse(line, n, &m)) {
            first = first ? first : m.start;
            last = m.end;
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
            size_t len = strlen(names[i]);
            uint64_t value;

            if (n <= len || memcmp(line, names[i], len) != 0 || line[len] != ':')
                continue;
            for (len++; line[len] == ' '; len++)
                ;
            if (str_to_u64(line + len, &value))
                sums[i] += value;
        }
    }
    text_fmt(out, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n",
             (unsigned long)first, (unsigned long)last);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        text_fmt(out, "%s:", names[i]);
        while (text_column(out) < 16)
            text_puts(out, " ");
        text_fmt(out, "%8lu kB\n", (unsigned long)sums[i]);
    }
    return 0;
}
