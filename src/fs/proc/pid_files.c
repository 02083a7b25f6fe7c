/* SPDX-License-Identifier: MIT */
/* The files of a process's folder. Those that need more than a few lines have a file of their own. */
#include "fs/proc/peer.h"
#include "kernel/pids.h"

static long as_host(const char *host, const char *name, struct text *out)
{
    char path[PROC_HOST_SIZE + 32];

    fmt(path, sizeof path, "%s/%s", host, name);
    return text_host_file(out, path);
}

#define AS_HOST(name)                                                                                        \
    static long host_##name(struct task *task, struct proc_id id, const char *host, struct text *out)        \
    {                                                                                                        \
        return as_host(host, #name, out);                                                                    \
    }

AS_HOST(autogroup)
AS_HOST(comm)
AS_HOST(coredump_filter)
AS_HOST(io)
AS_HOST(oom_adj)
AS_HOST(oom_score)
AS_HOST(oom_score_adj)
AS_HOST(sched)
AS_HOST(schedstat)
AS_HOST(statm)
AS_HOST(timerslack_ns)
AS_HOST(wchan)

static long text_is(struct text *out, const char *s)
{
    text_puts(out, s);
    return 0;
}

#define FIXED(name, s)                                                                                       \
    static long fixed_##name(struct task *task, struct proc_id id, const char *host, struct text *out)       \
    {                                                                                                        \
        return text_is(out, s);                                                                              \
    }

FIXED(cgroup, "0::/\n")
FIXED(cpuset, "/\n")
FIXED(id_map, "         0          0 4294967295\n")
FIXED(setgroups, "allow\n")
FIXED(no_audit, "4294967295")

/* A range of the guest's memory, of this process or another; false when nothing can be read. */
static bool put_memory(struct task *task, const struct peer *peer, uint64_t start, uint64_t end,
                       struct text *out)
{
    char *to;

    if (start >= end || end - start > 64 << 20)
        return false;
    if (peer)
        return peer_text(peer, start, end, out);
    to = text_room(out, end - start);
    if (!to || user_read(task, to, start, end - start) < 0)
        return false;
    out->len += end - start;
    return true;
}

static const struct mm *mm_of(struct task *task, const struct peer *peer)
{
    return peer ? &peer->mm : task->process->mm;
}

/* What lies in the program's memory now: programs write their state there. Text that goes on behind the
 * arguments ends with its first NUL. */
static long cmdline(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const struct mm *mm = mm_of(task, peer);

    if ((!peer && !proc_is_self(task, id)) || !put_memory(task, peer, mm->arg_start, mm->arg_end, out))
        return as_host(host, "cmdline", out);
    if (out->len && out->data[out->len - 1] != '\0' && mm->env_start == mm->arg_end &&
        put_memory(task, peer, mm->env_start, mm->env_end, out)) {
        const char *end = memchr(out->data, '\0', out->len);

        if (end)
            out->len = (size_t)(end - out->data);
    }
    return 0;
}

/* The first entry of what the host knows is our own, when an exec has left it there. */
static long environment(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    static const char ours[] = "CORACLE_STATE=";
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const struct mm *mm = mm_of(task, peer);
    long r;

    if ((peer || proc_is_self(task, id)) && put_memory(task, peer, mm->env_start, mm->env_end, out))
        return 0;
    r = as_host(host, "environ", out);
    if (r >= 0 && out->len > sizeof ours && memcmp(out->data, ours, sizeof ours - 1) == 0) {
        size_t n = strlen(out->data) + 1;

        out->len -= n;
        memmove(out->data, out->data + n, out->len);
    }
    return r;
}

static long auxv(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const uint64_t *v = mm_of(task, peer)->auxv;
    size_t n = 0;

    if (!peer && !proc_is_self(task, id))
        return -LINUX_EACCES;
    while (n + 4 <= ARRAY_SIZE(task->process->mm->auxv) && v[n])
        n += 2;
    text_put(out, v, (n + 2) * sizeof *v);
    return 0;
}

static long personality(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);

    if (!peer && !proc_is_self(task, id))
        return as_host(host, "personality", out);
    text_fmt(out, "%08x\n", peer ? peer->process.personality : task->process->personality);
    return 0;
}

static void put_limit(struct text *out, uint64_t value)
{
    if (value == LINUX_RLIM_INFINITY)
        text_fmt(out, "%-20s ", "unlimited");
    else
        text_fmt(out, "%-20lu ", (unsigned long)value);
}

/* Where another process may not be read, its limits are those that the host holds for it. */
static long limits(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    static const struct {
        const char *name, *unit;
    } rows[16] = {
        {"Max cpu time", "seconds"},    {"Max file size", "bytes"},      {"Max data size", "bytes"},
        {"Max stack size", "bytes"},    {"Max core file size", "bytes"}, {"Max resident set", "bytes"},
        {"Max processes", "processes"}, {"Max open files", "files"},     {"Max locked memory", "bytes"},
        {"Max address space", "bytes"}, {"Max file locks", "locks"},     {"Max pending signals", "signals"},
        {"Max msgqueue size", "bytes"}, {"Max nice priority", ""},       {"Max realtime priority", ""},
        {"Max realtime timeout", "us"},
    };
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    struct linux_rlimit64 values[16];

    if (peer) {
        memcpy(values, peer->process.rlimits, sizeof values);
    } else if (proc_is_self(task, id)) {
        lock_acquire(&task->process->lock);
        memcpy(values, task->process->rlimits, sizeof values);
        lock_release(&task->process->lock);
    } else {
        return as_host(host, "limits", out);
    }
    text_fmt(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        text_fmt(out, "%-25s ", rows[i].name);
        put_limit(out, values[i].rlim_cur);
        put_limit(out, values[i].rlim_max);
        if (*rows[i].unit)
            text_fmt(out, "%-10s", rows[i].unit);
        text_puts(out, "\n");
    }
    return 0;
}

/* The host's numbers, those that are the container's. */
static long children(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_TEXT(raw);
    long r = as_host(host, "children", &raw);
    uint64_t number;

    for (size_t at = 0; r >= 0 && at < raw.len;) {
        size_t n = str_to_u64(raw.data + at, &number);

        if (n && pids_to_guest(task->process, (int)number) > 0)
            text_fmt(out, "%d ", pids_to_guest(task->process, (int)number));
        at += n + 1;
    }
    return r < 0 ? r : 0;
}

/* Who reads it is in a system call that is ours; of another, the host's is none of the guest's. */
static long current_syscall(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    return text_is(out, "running\n");
}

static long write_host(const char *host, const char *name, const char *data, size_t n)
{
    char path[PROC_HOST_SIZE + 32];
    long fd, r;

    fmt(path, sizeof path, "%s/%s", host, name);
    fd = host_open(path, LINUX_O_WRONLY, 0);
    if (fd < 0)
        return fd;
    r = host_write((int)fd, data, n, NULL);
    host_close((int)fd);
    return r;
}

static long write_comm(struct task *task, struct proc_id id, const char *host, char *data, size_t n)
{
    long r = write_host(host, "comm", data, n);

    if (r >= 0 && proc_is_self(task, id) && (!id.tid || (int)id.tid == task->tid)) {
        if (n && data[n - 1] == '\n')
            data[n - 1] = '\0';
        str_copy(task->comm, data, sizeof task->comm);
    }
    return r;
}

static long write_oom_score_adj(struct task *task, struct proc_id id, const char *host, char *data, size_t n)
{
    return write_host(host, "oom_score_adj", data, n);
}

static long write_timerslack(struct task *task, struct proc_id id, const char *host, char *data, size_t n)
{
    return write_host(host, "timerslack_ns", data, n);
}

static long write_clear_refs(struct task *task, struct proc_id id, const char *host, char *data, size_t n)
{
    return write_host(host, "clear_refs", data, n);
}

static long unreadable(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    return -LINUX_EINVAL;
}

const struct proc_pid_file proc_pid_files[] = {
    {"auxv", 0400, auxv, NULL},
    {"autogroup", 0644, host_autogroup, NULL, .only = PROC_OF_PROCESS},
    {"cgroup", 0444, fixed_cgroup, NULL},
    {"children", 0444, children, NULL, .only = PROC_OF_THREAD},
    {"clear_refs", 0200, unreadable, write_clear_refs},
    {"cmdline", 0444, cmdline, NULL},
    {"comm", 0644, host_comm, write_comm},
    {"cpuset", 0444, fixed_cpuset, NULL},
    {"coredump_filter", 0644, host_coredump_filter, NULL, .only = PROC_OF_PROCESS},
    {"environ", 0400, environment, NULL},
    {"gid_map", 0644, fixed_id_map, NULL},
    {"io", 0400, host_io, NULL},
    {"limits", 0444, limits, NULL},
    {"loginuid", 0644, fixed_no_audit, NULL},
    {"maps", 0444, proc_maps, NULL},
    {"mem", 0600, NULL, NULL, .open = proc_mem_open, .ops = &proc_mem_ops},
    {"mountinfo", 0444, proc_mountinfo, NULL},
    {"mounts", 0444, proc_mounts, NULL},
    {"mountstats", 0400, proc_mountstats, NULL, .only = PROC_OF_PROCESS},
    {"numa_maps", 0444, proc_numa_maps, NULL},
    {"oom_adj", 0644, host_oom_adj, NULL},
    {"oom_score", 0444, host_oom_score, NULL},
    {"oom_score_adj", 0644, host_oom_score_adj, write_oom_score_adj},
    {"pagemap", 0400, NULL, NULL, .open = proc_pagemap_open, .ops = &proc_pagemap_ops},
    {"personality", 0400, personality, NULL},
    {"sched", 0644, host_sched, NULL},
    {"schedstat", 0444, host_schedstat, NULL},
    {"sessionid", 0444, fixed_no_audit, NULL},
    {"setgroups", 0644, fixed_setgroups, NULL},
    {"smaps", 0444, proc_smaps, NULL},
    {"smaps_rollup", 0444, proc_smaps_rollup, NULL},
    {"stat", 0444, proc_stat, NULL},
    {"statm", 0444, host_statm, NULL},
    {"status", 0444, proc_status, NULL},
    {"syscall", 0400, current_syscall, NULL},
    {"timerslack_ns", 0666, host_timerslack_ns, write_timerslack, .only = PROC_OF_PROCESS},
    {"uid_map", 0644, fixed_id_map, NULL},
    {"wchan", 0444, host_wchan, NULL},
};
const size_t proc_pid_file_count = ARRAY_SIZE(proc_pid_files);
