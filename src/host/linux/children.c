/* SPDX-License-Identifier: MIT */
/* The children of this process on a Linux host, as /proc lists them. */
#include "host/process.h"
#include "host/linux/syscall.h"

static long read_text(const char *path, char *buf, size_t size)
{
    long fd = host_open(path, LINUX_O_RDONLY, 0), n, total = 0;

    if (fd < 0)
        return fd;
    while ((size_t)total < size - 1 &&
           (n = host_read((int)fd, buf + total, size - 1 - (size_t)total, NULL)) > 0)
        total += n;
    host_close((int)fd);
    buf[total] = '\0';
    return total;
}

/* With CONFIG_PROC_CHILDREN the host has a list. What does not fit is left to the next call. */
static bool kill_listed(int sig)
{
    char path[64], text[4096], *p = text;
    uint64_t pid;
    size_t n;

    fmt(path, sizeof(path), "/proc/self/task/%d/children", host_gettid());
    if (read_text(path, text, sizeof(text)) < 0)
        return false;
    /* A number that the end of the buffer has cut is not followed by its blank. */
    while ((n = str_to_u64(p, &pid)) && p[n] == ' ') {
        host_syscall2(HOST_NR(kill), pid, sig);
        p += n + 1;
    }
    return true;
}

static int parent_of(const char *pid)
{
    char path[64], text[1024], *end;
    uint64_t parent;

    fmt(path, sizeof(path), "/proc/%s/stat", pid);
    if (read_text(path, text, sizeof(text)) < 0)
        return 0;
    /* The name in parentheses may hold anything; then come the state and the parent. */
    end = strrchr(text, ')');
    return end && strlen(end) > 4 && str_to_u64(end + 4, &parent) ? (int)parent : 0;
}

static void kill_found(int sig)
{
    _Alignas(8) char entries[8192];
    long fd = host_open("/proc", LINUX_O_RDONLY | LINUX_O_DIRECTORY, 0), n;

    while (fd >= 0 && (n = host_getdents((int)fd, entries, sizeof(entries))) > 0)
        for (long at = 0; at < n;) {
            const struct linux_dirent64 *e = (const struct linux_dirent64 *)(entries + at);
            uint64_t pid;

            if (str_to_u64(e->d_name, &pid) && parent_of(e->d_name) == host_getpid())
                host_syscall2(HOST_NR(kill), pid, sig);
            at += e->d_reclen;
        }
    if (fd >= 0)
        host_close((int)fd);
}

void host_kill_children(int sig)
{
    if (!kill_listed(sig))
        kill_found(sig);
}
