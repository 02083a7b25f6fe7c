/* SPDX-License-Identifier: MIT */
/* stat and status of a process or thread: the host's, with the guest's numbers. Formats: proc_pid_stat(5),
 * proc_pid_status(5). */
#include "fs/proc/proc.h"
#include "kernel/pids.h"
#include "supervisor/pid_table.h"

static long read_host(const char *host, const char *name, struct text *out)
{
    char path[PROC_HOST_SIZE + 16];

    fmt(path, sizeof path, "%s/%s", host, name);
    return text_host_file(out, path);
}

static long number(const char **p)
{
    bool minus = **p == '-';
    uint64_t v = 0;

    *p += minus;
    *p += str_to_u64(*p, &v);
    return minus ? -(long)v : (long)v;
}

/* A group or session whose leader is outside is 0, as in a pid namespace. */
static int guest_number(struct task *task, long host)
{
    return host > 0 ? pids_to_guest(task->process, (int)host) : (int)host;
}

/* The fields behind the name that are numbers of processes, counted from 3 (the state). */
enum {
    FIELD_PPID = 4,
    FIELD_PGRP = 5,
    FIELD_SESSION = 6,
    FIELD_TPGID = 8,
    FIELD_STARTCODE = 26,
    FIELD_KSTKEIP = 30,
    FIELD_START_DATA = 45,
    FIELD_ENV_END = 51
};

/* Addresses of this process that the host knows for the kernel program only. 0: as the host has it. */
static uint64_t address_field(const struct mm *mm, int field)
{
    switch (field) {
    case FIELD_STARTCODE:
        return mm->exe_start;
    case FIELD_STARTCODE + 1:
        return mm->exe_end;
    case FIELD_START_DATA + 2:
        return mm->brk_start;
    case FIELD_ENV_END - 3:
        return mm->arg_start;
    case FIELD_ENV_END - 2:
        return mm->arg_end;
    case FIELD_ENV_END - 1:
        return mm->env_start;
    case FIELD_ENV_END:
        return mm->env_end;
    }
    return 0;
}

long proc_stat(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    CLEANUP_TEXT(raw);
    const char *p, *open, *close;
    bool self = proc_is_self(task, id);
    long r = read_host(host, "stat", &raw);

    if (r < 0)
        return r;
    open = strchr(raw.data ? raw.data : "", '(');
    close = open ? memrchr(raw.data, ')', raw.len) : NULL;
    if (!close || close[1] != ' ')
        return -LINUX_EIO;
    text_fmt(out, "%u ", id.tid ? id.tid : id.pid);
    text_put(out, open, (size_t)(close + 1 - open));
    p = close + 1;
    for (int field = 3; *p == ' '; field++) {
        const char *word = ++p;

        while (*p && *p != ' ' && *p != '\n')
            p++;
        text_puts(out, " ");
        uint64_t address = self ? address_field(task->process->mm, field) : 0;
        if (field == FIELD_PPID && id.pid == 1 && task->process->pids)
            text_puts(out, "0");
        else if (field == FIELD_PPID || field == FIELD_PGRP || field == FIELD_SESSION || field == FIELD_TPGID)
            text_fmt(out, "%d", guest_number(task, number(&word)));
        else if (address)
            text_fmt(out, "%lu", (unsigned long)address);
        else
            text_put(out, word, (size_t)(p - word));
    }
    text_puts(out, "\n");
    return 0;
}

/* Credentials: of this process the task's, of others what the supervisor's table tells. */
static void put_ids(struct task *task, struct proc_id id, struct text *out, bool gids)
{
    const struct cred *c = task->cred;
    struct pid_slot slot;

    if (proc_is_self(task, id)) {
        if (gids)
            text_fmt(out, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
        else
            text_fmt(out, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
        return;
    }
    if (!task->process->pids || !pid_table_get(task->process->pids, (int)id.pid, &slot))
        slot = (struct pid_slot){0};
    if (gids)
        text_puts(out, "Gid:\t0\t0\t0\t0\n");
    else
        text_fmt(out, "Uid:\t%u\t%u\t%u\t%u\n", slot.uid, slot.euid, slot.suid, slot.euid);
}

static void put_groups(const struct cred *c, struct text *out)
{
    text_puts(out, "Groups:\t");
    for (uint32_t i = 0; i < c->ngroups; i++)
        text_fmt(out, "%u ", c->groups[i]);
    text_puts(out, "\n");
}

static bool starts(const char *line, size_t n, const char *word)
{
    size_t len = strlen(word);

    return n > len && memcmp(line, word, len) == 0 && line[len] == ':';
}

/* A line of signals of the task itself, which the host does not know. */
static bool put_signals(struct task *task, const char *line, size_t n, struct text *out)
{
    const struct signals *signals = task->process->signals;
    uint64_t ignored = 0, caught = 0;

    if (starts(line, n, "SigBlk")) {
        text_fmt(out, "SigBlk:\t%016lx\n", (unsigned long)task->sig.blocked);
        return true;
    }
    if (!starts(line, n, "SigIgn") && !starts(line, n, "SigCgt"))
        return false;
    for (int i = 0; i < 64; i++) {
        if (signals->actions[i].sa_handler == 1)
            ignored |= UINT64_C(1) << i;
        else if (signals->actions[i].sa_handler)
            caught |= UINT64_C(1) << i;
    }
    text_fmt(out, "%.6s:\t%016lx\n", line, (unsigned long)(line[3] == 'I' ? ignored : caught));
    return true;
}

static bool put_capability(const struct cred *c, const char *line, size_t n, struct text *out)
{
    static const char *const names[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
    const uint64_t sets[] = {c->cap_inheritable, c->cap_permitted, c->cap_effective, c->cap_bounding,
                             c->cap_ambient};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (starts(line, n, names[i])) {
            text_fmt(out, "%s:\t%016lx\n", names[i], (unsigned long)sets[i]);
            return true;
        }
    return false;
}

static bool put_number(struct task *task, struct proc_id id, const char *line, size_t n, struct text *out)
{
    static const char *const translated[] = {"Tgid", "Pid", "PPid", "NStgid", "NSpid", "NSpgid", "NSsid"};

    for (size_t i = 0; i < ARRAY_SIZE(translated); i++) {
        const char *p = line + strlen(translated[i]) + 1;
        long value;

        if (!starts(line, n, translated[i]))
            continue;
        while (*p == '\t' || *p == ' ')
            p++;
        value = guest_number(task, number(&p));
        if (i == 2 && id.pid == 1 && task->process->pids)
            value = 0;
        text_fmt(out, "%s:\t%ld\n", translated[i], value);
        return true;
    }
    return false;
}

long proc_status(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    bool self = proc_is_self(task, id), me = self && (!id.tid || (int)id.tid == task->tid);
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = read_host(host, "status", &raw);

    if (r < 0)
        return r;
    while (text_line(raw.data, raw.len, &at, &line, &n)) {
        if (starts(line, n, "Umask") && self)
            text_fmt(out, "Umask:\t%04o\n", atomic_load(&task->fs->umask));
        else if (starts(line, n, "Uid") || starts(line, n, "Gid"))
            put_ids(task, id, out, line[0] == 'G');
        else if (starts(line, n, "Groups"))
            put_groups(task->cred, out);
        else if (starts(line, n, "TracerPid"))
            text_puts(out, "TracerPid:\t0\n");
        else if (starts(line, n, "NoNewPrivs"))
            text_fmt(out, "NoNewPrivs:\t%d\n", self && task->process->no_new_privs);
        else if (starts(line, n, "Seccomp"))
            text_puts(out, "Seccomp:\t0\n");
        else if (starts(line, n, "Seccomp_filters"))
            text_puts(out, "Seccomp_filters:\t0\n");
        else if (!put_number(task, id, line, n, out) && !put_capability(task->cred, line, n, out) &&
                 !(me && put_signals(task, line, n, out))) {
            text_put(out, line, n);
            text_puts(out, "\n");
        }
    }
    return 0;
}
