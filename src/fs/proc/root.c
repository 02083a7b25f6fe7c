/* SPDX-License-Identifier: MIT */
/* Files at the root of /proc, and the parts that are the host's as they are: sys, net. */
#include "fs/proc/proc.h"
#include "kernel/cred.h"

/* What the host says is true for the guest, too; a file that the host does not have is not shown. */
static const char *const root_files[] = {
    "buddyinfo",    "cgroups",     "cmdline",   "consoles",    "cpuinfo",    "crypto", "devices",
    "diskstats",    "execdomains", "fb",        "filesystems", "interrupts", "iomem",  "ioports",
    "kallsyms",     "key-users",   "loadavg",   "locks",       "meminfo",    "misc",   "modules",
    "pagetypeinfo", "partitions",  "schedstat", "softirqs",    "stat",       "swaps",  "uptime",
    "version",      "vmstat",      "zoneinfo",
};

bool proc_root_file(const char *name)
{
    char path[64];
    struct linux_kstat st;

    for (size_t i = 0; i < ARRAY_SIZE(root_files); i++)
        if (strcmp(name, root_files[i]) == 0) {
            fmt(path, sizeof path, "/proc/%s", name);
            return host_fstatat(LINUX_AT_FDCWD, path, &st, 0) == 0;
        }
    return false;
}

long proc_root_generate(struct task *task, const char *name, struct text *out)
{
    char path[64];
    long r;

    r = process_is_identity(task->process) ? -LINUX_ENOENT : proc_own_generate(task, name, out);
    if (r != -LINUX_ENOENT)
        return r;
    fmt(path, sizeof path, "/proc/%s", name);
    r = text_host_file(out, path);
    return r == -LINUX_EACCES ? 0 : r;
}

/* The parts of the host's /proc that are mirrored, by the beginning of their path. */
static const char *const mirrored[] = {"sys", "net", "sysvipc", "pressure", "driver",
                                       "fs",  "irq", "tty",     "bus"};

static bool is_mirrored(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(mirrored); i++) {
        size_t n = strlen(mirrored[i]);

        if (strncmp(path, mirrored[i], n) == 0 && (path[n] == '\0' || path[n] == '/'))
            return true;
    }
    return false;
}

static void host_path_of(const char *path, char *buf, size_t size)
{
    fmt(buf, size, strncmp(path, "net", 3) == 0 ? "/proc/self/%s" : "/proc/%s", path);
}

long proc_mirror_stat(const char *path, uint32_t *mode)
{
    char host[512];
    struct linux_kstat st;
    long r;

    if (!is_mirrored(path) || strncmp(path, "sys/fs/binfmt_misc/", 19) == 0 ||
        strlen(path) > sizeof host - 16)
        return -LINUX_ENOENT;
    host_path_of(path, host, sizeof host);
    r = host_fstatat(LINUX_AT_FDCWD, host, &st, LINUX_AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    if ((st.st_mode & LINUX_S_IFMT) == LINUX_S_IFLNK)
        return -LINUX_ENOENT;
    *mode = st.st_mode;
    return 0;
}

void proc_root_list(struct text *out)
{
    uint32_t mode;

    for (size_t i = 0; i < ARRAY_SIZE(root_files); i++)
        if (proc_root_file(root_files[i]))
            virtual_list_add(out, root_files[i],
                             proc_ino((struct proc_id){.entry = PROC_FILE}, root_files[i]), LINUX_S_IFREG);
    for (size_t i = 0; i < ARRAY_SIZE(mirrored); i++)
        if (strcmp(mirrored[i], "net") != 0 && proc_mirror_stat(mirrored[i], &mode) == 0)
            virtual_list_add(out, mirrored[i], proc_ino((struct proc_id){.entry = PROC_MIRROR}, mirrored[i]),
                             mode);
}

long proc_mirror_list(struct task *task, const char *path, struct text *out)
{
    char host[512], below[512], buf[2048];
    long fd, n;

    (void)task;
    host_path_of(path, host, sizeof host);
    fd = host_openat(LINUX_AT_FDCWD, host, LINUX_O_RDONLY | LINUX_O_DIRECTORY, 0, NULL);
    if (fd < 0)
        return fd;
    while ((n = host_getdents((int)fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n;) {
            const struct linux_dirent64 *d = (const void *)(buf + at);

            at += d->d_reclen;
            if (d->d_name[0] == '.' || d->d_type == LINUX_DT_LNK)
                continue;
            fmt(below, sizeof below, "%s/%s", path, d->d_name);
            virtual_list_add(out, d->d_name, proc_ino((struct proc_id){.entry = PROC_MIRROR}, below),
                             (uint32_t)d->d_type << 12);
        }
    host_close((int)fd);
    return n;
}

long proc_mirror_generate(struct task *task, const char *path, struct text *out)
{
    char host[512];
    long r = process_is_identity(task->process) ? -LINUX_ENOENT : proc_own_generate(task, path, out);

    if (r != -LINUX_ENOENT)
        return r;
    host_path_of(path, host, sizeof host);
    return text_host_file(out, host);
}

long proc_mirror_write(const char *path, const char *data, size_t n)
{
    char host[512];
    long fd, r;

    host_path_of(path, host, sizeof host);
    fd = host_open(host, LINUX_O_WRONLY, 0);
    if (fd < 0)
        return fd;
    r = host_write((int)fd, data, n, NULL);
    host_close((int)fd);
    return r;
}
