/* SPDX-License-Identifier: MIT */
/* Files at the root of /proc and below sys, net and sysvipc that a container has of its own, in place of the
 * host's. */
#include "container/spec.h"
#include "fs/proc/proc.h"
#include "net/net.h"
#include "supervisor/pid_table.h"

static long hostname(struct task *task, struct text *out)
{
    const struct container_spec *spec = task->process->spec;
    const char *name = spec_string(spec, spec->hostname);

    if (!*name)
        return -LINUX_ENOENT;
    text_fmt(out, "%s\n", name);
    return 0;
}

static long domainname(struct task *task, struct text *out)
{
    text_puts(out, "(none)\n");
    return 0;
}

static long pid_max(struct task *task, struct text *out)
{
    if (!task->process->pids)
        return -LINUX_ENOENT;
    text_fmt(out, "%d\n", PID_TABLE_SLOTS);
    return 0;
}

static long last_pid(struct task *task, struct text *out)
{
    if (!task->process->pids)
        return -LINUX_ENOENT;
    text_fmt(out, "%d\n", atomic_load(&task->process->pids->last));
    return 0;
}

/* The load is the machine's; the last number is the container's. */
static long loadavg(struct task *task, struct text *out)
{
    CLEANUP_TEXT(raw);
    const char *blank;
    long r = text_host_file(&raw, "/proc/loadavg");

    if (r < 0)
        return r;
    blank = memrchr(raw.data, ' ', raw.len);
    if (!task->process->pids || !blank)
        return -LINUX_ENOENT;
    text_put(out, raw.data, (size_t)(blank + 1 - raw.data));
    return last_pid(task, out);
}

/* What can be mounted, as the container's mounts are shown. */
static long filesystems(struct task *task, struct text *out)
{
    static const char *const types[] = {"sysfs",  "tmpfs",  "proc",   "devtmpfs", "pipefs",
                                        "sockfs", "devpts", "mqueue", "overlay"};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        text_fmt(out, "nodev\t%s\n", types[i]);
    return 0;
}

/* Of the host's other users, and of nobody's business. */
static long nothing(struct task *task, struct text *out)
{
    return 0;
}

static long sysv_shm(struct task *task, struct text *out)
{
    text_puts(out, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  "
                   "cgid      atime      "
                   "dtime      ctime                   rss                  swap\n");
    return 0;
}

static long sysv_sem(struct task *task, struct text *out)
{
    text_puts(out, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
    return 0;
}

static long sysv_msg(struct task *task, struct text *out)
{
    text_puts(out, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid   "
                   "   stime      "
                   "rtime      ctime\n");
    return 0;
}

/*
 * The sockets of the network that the container shares with the host: those with a name of the container's,
 * and those without any. A name begins in the eighth column of a line: a path, or '@' and an abstract name,
 * in which the host writes '@' for NULs.
 */
static long net_unix(struct task *task, struct text *out)
{
    struct linux_sockaddr_storage addr;
    struct linux_sockaddr_un *un = (void *)&addr;
    CLEANUP_TEXT(raw);
    const char *line;
    size_t at = 0, n;
    long r = text_host_file(&raw, "/proc/self/net/unix");

    while (r >= 0 && text_line(raw.data, raw.len, &at, &line, &n)) {
        const char *name = line, *end = line + n;
        uint32_t len, before;

        for (int i = 0; i < 7; i++) {
            while (name < end && *name == ' ')
                name++;
            while (name < end && *name != ' ')
                name++;
        }
        if (name < end)
            name++;
        if (name >= end || raw.data == line) {
            text_put(out, line, n);
            text_puts(out, "\n");
            continue;
        }
        memset(&addr, 0, sizeof addr);
        un->sun_family = LINUX_AF_UNIX;
        len = (uint32_t)MIN((size_t)(end - name), sizeof un->sun_path - 1);
        memcpy(un->sun_path, name, len);
        if (name[0] == '@')
            un->sun_path[0] = '\0';
        before = len += sizeof un->sun_family;
        address_to_guest(task, &addr, &len);
        if (memcmp(un->sun_path, name, before - sizeof un->sun_family) == 0 ||
            (name[0] == '@' && len == before))
            continue; /* not the container's */
        len -= sizeof un->sun_family;
        text_put(out, line, (size_t)(name - line));
        text_fmt(out, "%s%.*s\n", name[0] == '@' ? "@" : "",
                 (int)(name[0] == '@' ? len - 1 : strnlen(un->sun_path, len)),
                 name[0] == '@' ? un->sun_path + 1 : un->sun_path);
    }
    return r < 0 ? r : 0;
}

static const struct {
    const char *path;
    long (*generate)(struct task *task, struct text *out);
} own[] = {
    {"sys/kernel/hostname", hostname},
    {"sys/kernel/domainname", domainname},
    {"sys/kernel/pid_max", pid_max},
    {"sys/kernel/ns_last_pid", last_pid},
    {"loadavg", loadavg},
    {"filesystems", filesystems},
    {"locks", nothing},
    {"kallsyms", nothing},
    {"iomem", nothing},
    {"ioports", nothing},
    {"sysvipc/shm", sysv_shm},
    {"sysvipc/sem", sysv_sem},
    {"sysvipc/msg", sysv_msg},
    {"net/unix", net_unix},
};

long proc_own_generate(struct task *task, const char *path, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        if (strcmp(path, own[i].path) == 0)
            return own[i].generate(task, out);
    return -LINUX_ENOENT;
}
