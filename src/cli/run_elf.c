/* SPDX-License-Identifier: MIT */
/* `coracle run-elf`: one program on the host's own files. It takes this process's place: no supervisor, the
 * host's own process numbers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/launch.h"
#include "cli/run_elf.h"

extern char **environ;

/* Opens the program: a path, or a name that is looked for in PATH as a shell does. */
static int open_program(const char *name, char *path, size_t size)
{
    const char *dirs = getenv("PATH");
    int fd = -1, why = ENOENT;

    if (strchr(name, '/')) {
        snprintf(path, size, "%s", name);
        return open(path, O_RDONLY | O_CLOEXEC);
    }
    for (const char *p = dirs ? dirs : "/usr/bin:/bin"; fd < 0 && p;) {
        const char *colon = strchr(p, ':');
        size_t n = colon ? (size_t)(colon - p) : strlen(p);

        snprintf(path, size, "%.*s/%s", (int)n, n ? p : ".", name);
        if (access(path, X_OK) == 0)
            fd = open(path, O_RDONLY | O_CLOEXEC);
        else if (errno != ENOENT)
            why = errno;
        p = colon ? colon + 1 : NULL;
    }
    if (fd < 0)
        errno = why;
    return fd;
}

static bool is_script(int fd)
{
    char head[2];

    return pread(fd, head, 2, 0) == 2 && memcmp(head, "#!", 2) == 0;
}

int run_elf(const char *sysroot, char **argv, const char *trace, const int trace_fds[2], struct error *err)
{
    static struct launch l;
    char path[PATH_MAX], full[PATH_MAX], cwd[PATH_MAX];

    launch_init(&l);
    l.identity = true;
    l.argv = argv;
    l.envp = environ;
    l.uid = getuid();
    l.gid = getgid();
    int n = getgroups(ARRAY_SIZE(l.groups), (gid_t *)l.groups);
    l.ngroups = n > 0 ? (uint32_t)n : 0;
    l.trace = trace;
    l.trace_fds[0] = trace_fds[0];
    l.trace_fds[1] = trace_fds[1];
    l.exe_fd = open_program(argv[0], path, sizeof(path));
    if (l.exe_fd < 0 || access(path, X_OK) < 0) {
        int why = errno;

        return error_set(err, why == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE, "%s cannot be run: %s",
                         argv[0], strerror(why));
    }
    if (is_script(l.exe_fd)) {
        /* The kernel program starts what its first line names. */
        close(l.exe_fd);
        l.exe_fd = -1;
    } else {
        l.execfn = path;
        l.exe_path = realpath(path, full) ? full : path;
    }
    l.cwd = getcwd(cwd, sizeof(cwd)) ? cwd : "/";
    l.spec.spec->id = spec_builder_string(&l.spec, "run-elf");
    l.spec.spec->hostname = spec_builder_string(&l.spec, "");
    spec_builder_mount(&l.spec, SPEC_MOUNT_HOST, 0, "/", sysroot ? sysroot : "/", NULL, NULL);
    spec_builder_mount(&l.spec, SPEC_MOUNT_PROC, 0, "/proc", NULL, NULL, NULL);
    int r = launch_prepare(&l, err);
    return r ? r : launch_exec(&l, err);
}

static int run(int argc, char **argv, struct error *err)
{
    const char *sysroot = NULL;
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--sysroot") == 0 && i + 1 < argc)
            sysroot = argv[++i];
        else if (strncmp(argv[i], "--sysroot=", 10) == 0)
            sysroot = argv[i] + 10;
        else if (is_help(argv[i]))
            return verb_help(&verb_run_elf);
        else
            return error_set(err, STATUS_OURS, "run-elf: there is no option %s", argv[i]);
    }
    if (i == argc) {
        error_set(err, STATUS_OURS, "run-elf: which program?");
        error_hint(err, "coracle run-elf [--sysroot DIR] PROGRAM [ARGUMENTS]");
        return err->status;
    }
    return run_elf(sysroot, argv + i, NULL, (const int[]){-1, -1}, err);
}

const struct verb verb_run_elf = {
    .name = "run-elf",
    .synopsis = "[--sysroot DIR] PROGRAM [ARGUMENTS...]",
    .summary = "Run one Linux program on the host's own files",
    .help = "Options:\n"
            "  --sysroot DIR   where absolute names of the program's files (its ELF interpreter, libraries) "
            "begin\n",
    .run = run,
};
