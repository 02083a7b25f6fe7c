/* SPDX-License-Identifier: MIT */
/* stat and status of a process or thread: the host's, with the guest's numbers. Formats: proc_pid_stat(5),
 * proc_pid_status(5). */
#include "fs/proc/peer.h"
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

/* Addresses that the host knows for the kernel program only. 0: as the host has it. */
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
    CLEANUP_PEER(peer) = proc_is_self(task, id) ? NULL : peer_open(task, id);
    const struct mm *mm = peer ? &peer->mm : proc_is_self(task, id) ? task->process->mm : NULL;
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
        uint64_t address = mm ? address_field(mm, field) : 0;
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

/* Of a process that may not be read, what the supervisor's table tells. */
static void put_ids(const struct cred *c, const struct pid_slot *slot, struct text *out, bool gids)
{
    if (!c && gids)
        text_puts(out, "Gid:\t0\t0\t0\t0\n");
    else if (!c)
        text_fmt(out, "Uid:\t%u\t%u\t%u\t%u\n", slot->uid, slot->euid, slot->suid, slot->euid);
    else if (gids)
        text_fmt(out, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
    else
        text_fmt(out, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
}

static void put_groups(const struct cred *c, const uint32_t *groups, struct text *out)
{
    text_puts(out, "Groups:\t");
    for (uint32_t i = 0; c && i < c->ngroups; i++)
        text_fmt(out, "%s%u", i ? " " : "", groups[i]);
    text_puts(out, " \n");
}

static bool starts(const char *line, size_t n, const char *word)
{
    size_t len = strlen(word);

    return n > len && memcmp(line, word, len) == 0 && line[len] == ':';
}

/* What of a status the host does not know as the guest does. */
struct guest_status {
    const struct cred *cred; /* NULL: none of the following is known */
    const uint32_t *groups;
    uint32_t umask;
    bool no_new_privs;
    uint64_t blocked, pending, shared, ignored, caught;
};

static void dispositions(const struct linux_sigaction actions[64], struct guest_status *s)
{
    for (int i = 0; i < 64; i++) {
        if (actions[i].sa_handler == 1)
            s->ignored |= UINT64_C(1) << i;
        else if (actions[i].sa_handler)
            s->caught |= UINT64_C(1) << i;
    }
}

static void own_status(struct task *task, struct proc_id id, struct guest_status *s)
{
    struct process *p = task->process;
    struct task *t;

    s->cred = task->cred;
    s->groups = task->cred->groups;
    s->umask = atomic_load(&task->fs->umask);
    s->no_new_privs = p->no_new_privs;
    s->shared = p->signals->shared.set;
    dispositions(p->signals->actions, s);
    lock_acquire(&p->lock);
    list_for_each_entry (t, &p->tasks, in_process)
        if ((unsigned)t->tid == (id.tid ? id.tid : id.pid)) {
            s->blocked = t->sig.blocked;
            s->pending = t->sig.own.set;
        }
    lock_release(&p->lock);
}

static void peer_status(const struct peer *peer, struct guest_status *s)
{
    struct signals *signals cleanup_free = kmalloc(sizeof *signals);

    s->cred = &peer->cred;
    s->groups = peer->cred.groups;
    s->umask = atomic_load(&peer->fs.umask);
    s->no_new_privs = peer->process.no_new_privs;
    s->blocked = peer->task.sig.blocked;
    s->pending = peer->task.sig.own.set;
    if (signals && peer_read(peer, peer->process.signals, signals, sizeof *signals)) {
        s->shared = signals->shared.set;
        dispositions(signals->actions, s);
    }
}

static bool put_signals(const struct guest_status *s, const char *line, size_t n, struct text *out)
{
    const struct {
        const char *name;
        uint64_t set;
    } sets[] = {{"SigPnd", s->pending},
                {"ShdPnd", s->shared},
                {"SigBlk", s->blocked},
                {"SigIgn", s->ignored},
                {"SigCgt", s->caught}};

    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        if (starts(line, n, sets[i].name)) {
            text_fmt(out, "%s:\t%016lx\n", sets[i].name, (unsigned long)sets[i].set);
            return true;
        }
    return false;
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

static bool put_known(const struct guest_status *s, const char *line, size_t n, struct text *out)
{
    if (starts(line, n, "Umask"))
        text_fmt(out, "Umask:\t%04o\n", s->umask);
    else if (starts(line, n, "NoNewPrivs"))
        text_fmt(out, "NoNewPrivs:\t%d\n", s->no_new_privs);
    else
        return put_capability(s->cred, line, n, out) || put_signals(s, line, n, out);
    return true;
}

long proc_status(struct task *task, struct proc_id id, const char *host, struct text *out)
{
    bool self = proc_is_self(task, id);
    CLEANUP_PEER(peer) = self ? NULL : peer_open(task, id);
    struct guest_status known = {0};
    struct pid_slot slot = {0};
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = read_host(host, "status", &raw);
    bool ours = self || peer || task->process->pids;

    if (r < 0)
        return r;
    if (self)
        own_status(task, id, &known);
    else if (peer)
        peer_status(peer, &known);
    else if (ours)
        pid_table_get(task->process->pids, (int)id.pid, &slot);
    while (text_line(raw.data, raw.len, &at, &line, &n)) {
        if (put_number(task, id, line, n, out) || (known.cred && put_known(&known, line, n, out)))
            continue;
        if (ours && (starts(line, n, "Uid") || starts(line, n, "Gid")))
            put_ids(known.cred, &slot, out, line[0] == 'G');
        else if (ours && starts(line, n, "Groups"))
            put_groups(known.cred, known.groups, out);
        else if (starts(line, n, "TracerPid"))
            text_puts(out, "TracerPid:\t0\n");
        else if (ours && starts(line, n, "Seccomp"))
            text_puts(out, "Seccomp:\t0\n");
        else if (ours && starts(line, n, "Seccomp_filters"))
            text_puts(out, "Seccomp_filters:\t0\n");
        else {
            text_put(out, line, n);
            text_puts(out, "\n");
        }
    }
    return 0;
}
