/* SPDX-License-Identifier: MIT */
/* The files of a process's folder. Those that need more than a few lines have a file of their own. */
#include "fs/proc/proc.h"
#include "kernel/fdtable.h"

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

AS_HOST(cmdline)
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
FIXED(id_map, "         0          0 4294967295\n")
FIXED(setgroups, "allow\n")
FIXED(no_audit, "4294967295")

/* The first entry is our own, when an exec has left it there. */
static long environment(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    static const char ours[] = "CORACLE_STATE=";
    long r = as_host(host, "environ", out);

    if (r >= 0 && out->len > sizeof ours && memcmp(out->data, ours, sizeof ours - 1) == 0) {
        size_t n = strlen(out->data) + 1;

        out->len -= n;
        memmove(out->data, out->data + n, out->len);
    }
    return r;
}

static long auxv(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    const uint64_t *v = task->process->mm->auxv;
    size_t n = 0;

    if (!proc_is_self(task, id))
        return -LINUX_EACCES;
    while (v[n])
        n += 2;
    text_put(out, v, (n + 2) * sizeof *v);
    return 0;
}

static long personality(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    text_fmt(out, "%08x\n", proc_is_self(task, id) ? task->process->personality : 0);
    return 0;
}

static void put_limit(struct text *out, uint64_t value)
{
    if (value == LINUX_RLIM_INFINITY)
        text_fmt(out, "%-20s ", "unlimited");
    else
        text_fmt(out, "%-20lu ", (unsigned long)value);
}

/* Another process's limits are those that the host holds for it. */
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
    struct linux_rlimit64 values[16];

    if (!proc_is_self(task, id))
        return as_host(host, "limits", out);
    lock_acquire(&task->process->lock);
    memcpy(values, task->process->rlimits, sizeof values);
    lock_release(&task->process->lock);
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

const struct proc_pid_file proc_pid_files[] = {
    {"auxv", 0400, auxv, NULL},
    {"cgroup", 0444, fixed_cgroup, NULL},
    {"cmdline", 0444, host_cmdline, NULL},
    {"comm", 0644, host_comm, write_comm},
    {"coredump_filter", 0644, host_coredump_filter, NULL},
    {"environ", 0400, environment, NULL},
    {"gid_map", 0644, fixed_id_map, NULL},
    {"io", 0400, host_io, NULL},
    {"limits", 0644, limits, NULL},
    {"loginuid", 0644, fixed_no_audit, NULL},
    {"maps", 0444, proc_maps, NULL},
    {"mountinfo", 0444, proc_mountinfo, NULL},
    {"mounts", 0444, proc_mounts, NULL},
    {"mountstats", 0400, proc_mountstats, NULL},
    {"oom_adj", 0644, host_oom_adj, NULL},
    {"oom_score", 0444, host_oom_score, NULL},
    {"oom_score_adj", 0644, host_oom_score_adj, write_oom_score_adj},
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
    {"timerslack_ns", 0666, host_timerslack_ns, write_timerslack},
    {"uid_map", 0644, fixed_id_map, NULL},
    {"wchan", 0444, host_wchan, NULL},
};
const size_t proc_pid_file_count = ARRAY_SIZE(proc_pid_files);
