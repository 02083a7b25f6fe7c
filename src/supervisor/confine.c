/* SPDX-License-Identifier: MIT */
/*
 * What a container's processes keep of the host: its mounts, the safe devices, the host's /proc and /sys for
 * reading, and the kernel program, which is all that they may execute. Taken on once, by the first process,
 * before anything of the guest runs; all others come from it.
 */
#include "host/confine.h"
#include "host/host.h"
#include "container/spec.h"
#include "supervisor/loop.h"

enum { READ = HOST_CONFINE_READ, BOTH = HOST_CONFINE_READ | HOST_CONFINE_WRITE };

static const struct host_confine_rule always[] = {
    {"/proc", -1, BOTH}, /* a process of its own; of others, the host's rules of tracing hold */
    {"/sys", -1, READ},      {"/dev/null", -1, BOTH},   {"/dev/zero", -1, BOTH},
    {"/dev/full", -1, BOTH}, {"/dev/random", -1, BOTH}, {"/dev/urandom", -1, BOTH},
    {"/dev/tty", -1, BOTH},  {"/dev/ptmx", -1, BOTH},   {"/dev/pts", -1, BOTH},
};

struct rules {
    struct host_confine_rule list[ARRAY_SIZE(always) + 4 + 3 * 128];
    size_t n;
};

static void add(struct rules *rules, const char *path, int fd, unsigned access)
{
    if ((path && !path[0]) || (!path && fd < 0) || rules->n == ARRAY_SIZE(rules->list))
        return;
    rules->list[rules->n++] = (struct host_confine_rule){path, fd, access};
}

/* A standard descriptor that is a file can be opened again through /proc/self/fd, as it was opened. */
static void add_standard(struct rules *rules, int fd)
{
    static const unsigned access[] = {HOST_CONFINE_READ, HOST_CONFINE_WRITE, BOTH};
    struct linux_kstat st;
    long flags = host_fcntl(fd, LINUX_F_GETFL, 0, NULL);

    if (flags < 0 || host_fstat(fd, &st) < 0 || (flags & LINUX_O_ACCMODE) > LINUX_O_RDWR)
        return;
    if ((st.st_mode & LINUX_S_IFMT) == LINUX_S_IFREG || (st.st_mode & LINUX_S_IFMT) == LINUX_S_IFCHR)
        add(rules, NULL, fd, access[flags & LINUX_O_ACCMODE]);
}

static long confine_files(const struct supervisor_config *config)
{
    const struct container_spec *spec = config->spec;
    const struct spec_mount *mounts = spec_mounts(spec);
    static struct rules rules;

    for (size_t i = 0; i < ARRAY_SIZE(always); i++)
        add(&rules, always[i].path, -1, always[i].access);
    add(&rules, NULL, config->kernel_fd, HOST_CONFINE_READ | HOST_CONFINE_EXEC);
    for (int fd = 0; fd < 3; fd++)
        add_standard(&rules, fd);
    for (uint32_t i = 0; i < spec->nmounts; i++) {
        const char *source = spec_string(spec, mounts[i].source), *lower = spec_string(spec, mounts[i].lower);
        const char *index = spec_string(spec, mounts[i].index);

        if (source)
            add(&rules, source, -1, mounts[i].flags & SPEC_MOUNT_RDONLY ? READ : BOTH);
        if (lower)
            add(&rules, lower, -1, READ);
        if (index)
            add(&rules, index, -1, READ);
    }
    return rules.n == ARRAY_SIZE(rules.list) ? -LINUX_E2BIG : host_confine_files(rules.list, rules.n);
}

static void report(const struct supervisor_config *config, const char *what, long error)
{
    char text[160];

    if (error == 0 || !(config->spec->flags & SPEC_DEBUG))
        return;
    int n = fmt(text, sizeof(text), "coracle: the container's %s are not confined: the host refuses (%s)\n",
                what, abi_errno_name((int)-error));
    host_log(text, (size_t)n);
}

void confine(const struct supervisor_config *config)
{
    report(config, "files", confine_files(config));
    report(config, "calls", host_confine_calls());
}
