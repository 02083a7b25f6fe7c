/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "abi/abi.h"
#include "cli/launch.h"
#include "cli/parts.h"
#include "container/exec_state.h"

/* What docker gives a container's root: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP
 * NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP. */
#define DEFAULT_CAPABILITIES UINT64_C(0xa80425fb)

void launch_init(struct launch *l)
{
    memset(l, 0, sizeof(*l));
    spec_builder_init(&l->spec, l->spec_buffer, sizeof(l->spec_buffer));
    l->exe_fd = l->supervisor_fd = l->lifeline_fd = l->pids_fd = l->spec_fd = l->kernel_fd = -1;
    l->trace_fds[0] = l->trace_fds[1] = -1;
    l->cwd = "/";
}

int launch_prepare(struct launch *l, struct error *err)
{
    char path[PATH_MAX];
    int r = parts_program("coracle-kernel", path, sizeof(path), err);

    if (r)
        return r;
    l->kernel_fd = open(path, O_PATH | O_CLOEXEC);
    if (l->kernel_fd < 0)
        return error_set(err, STATUS_OURS, "%s cannot be opened: %s", path, strerror(errno));
    l->spec.spec->host_uid = geteuid();
    l->spec.spec->host_gid = getegid();
    if (l->identity)
        l->spec.spec->flags |= SPEC_IDENTITY;
    if (getenv("CORACLE_DEBUG"))
        l->spec.spec->flags |= SPEC_DEBUG;
    if (getenv("CORACLE_DISPATCH") && strcmp(getenv("CORACLE_DISPATCH"), "filter") == 0)
        l->spec.spec->flags |= SPEC_FILTER;
    long size = spec_builder_finish(&l->spec);
    if (size < 0)
        return error_set(err, STATUS_OURS,
                         "the container has too many mounts or too long names for its spec");
    l->spec_fd = memfd_create("coracle-spec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (l->spec_fd < 0 || write(l->spec_fd, l->spec.spec, (size_t)size) != size ||
        fcntl(l->spec_fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return error_set(err, STATUS_OURS, "no memory file can be made for the container's spec: %s",
                         strerror(errno));
    return 0;
}

static void keep_over_exec(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_SETFD, 0);
}

static void put_limits(struct exec_state *state)
{
    for (int i = 0; i < 16; i++) {
        struct rlimit limit;

        state->rlimits[i][0] = state->rlimits[i][1] = UINT64_MAX;
        if (getrlimit((__rlimit_resource_t)i, &limit) == 0) {
            state->rlimits[i][0] = limit.rlim_cur;
            state->rlimits[i][1] = limit.rlim_max;
        }
    }
    /* The guest's limit is kept by its descriptor table; what we need beside it must not run into the host's.
     */
    struct rlimit files = {state->rlimits[RLIMIT_NOFILE][1], state->rlimits[RLIMIT_NOFILE][1]};
    setrlimit(RLIMIT_NOFILE, &files);
}

static void put_file(struct exec_builder *b, int fd)
{
    int flags = fcntl(fd, F_GETFD);

    if (flags < 0 || (flags & FD_CLOEXEC))
        return;
    struct exec_state_file file = {.fd = fd,
                                   .host_fd = fd,
                                   .kind = 1 /* FILE_HOST */,
                                   .flags = (uint32_t)fcntl(fd, F_GETFL) & O_ACCMODE};
    exec_builder_file(b, &file, NULL);
}

/* Descriptors that the guest inherits: 0, 1, 2, and for run-elf all others that are not close-on-exec. */
static void put_files(struct launch *l, struct exec_builder *b)
{
    DIR *list = l->identity ? opendir("/proc/self/fd") : NULL;

    for (int fd = 0; fd < 3; fd++)
        put_file(b, fd);
    for (struct dirent *d; list && (d = readdir(list));)
        if (d->d_name[0] != '.' && atoi(d->d_name) > 2 && atoi(d->d_name) != dirfd(list))
            put_file(b, atoi(d->d_name));
    if (list)
        closedir(list);
}

/* A program on the host's own files keeps what this process may do. */
static void put_own_rights(struct exec_state *s)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2];

    if (syscall(SYS_capget, &head, caps) == 0) {
        s->cap_permitted = caps[0].permitted | (uint64_t)caps[1].permitted << 32;
        s->cap_effective = caps[0].effective | (uint64_t)caps[1].effective << 32;
        s->cap_inheritable = caps[0].inheritable | (uint64_t)caps[1].inheritable << 32;
    }
    s->cap_bounding = 0;
    for (int cap = 0, is; cap < 64 && (is = prctl(PR_CAPBSET_READ, cap, 0, 0, 0)) >= 0; cap++) {
        if (is)
            s->cap_bounding |= UINT64_C(1) << cap;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1)
            s->cap_ambient |= UINT64_C(1) << cap;
    }
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    s->securebits = bits > 0 ? (uint32_t)bits : 0;
    if (dumpable == 0)
        s->flags &= ~(uint32_t)EXEC_STATE_DUMPABLE;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        s->flags |= EXEC_STATE_NO_NEW_PRIVS;
}

static int make_state(struct launch *l, struct error *err)
{
    static uint64_t buffer[16384];
    struct exec_builder b;
    uint64_t caps = l->uid == 0 ? DEFAULT_CAPABILITIES : 0;

    exec_builder_init(&b, buffer, sizeof(buffer));
    struct exec_state *s = b.state;
    s->flags = EXEC_STATE_FIRST | EXEC_STATE_DUMPABLE | (l->pids_fd < 0 ? EXEC_STATE_IDENTITY_PIDS : 0);
    s->pid = l->pid;
    s->supervisor_fd = l->supervisor_fd;
    s->lifeline_fd = l->lifeline_fd;
    s->pids_fd = l->pids_fd;
    s->spec_fd = l->spec_fd;
    s->kernel_fd = l->kernel_fd;
    s->exe_fd = l->exe_fd;
    s->umask = 022;
    if (l->identity) {
        mode_t mask = umask(0);

        umask(mask);
        s->umask = mask;
    }
    s->uid = s->euid = s->suid = s->fsuid = l->uid;
    s->gid = s->egid = s->sgid = s->fsgid = l->gid;
    s->cap_permitted = s->cap_effective = caps;
    s->cap_bounding = DEFAULT_CAPABILITIES;
    if (l->identity)
        put_own_rights(s);
    s->timer_slack = 50000;
    put_limits(s);
    const char *slash = strrchr(l->argv[0], '/');
    snprintf(s->comm, sizeof(s->comm), "%s", slash ? slash + 1 : l->argv[0]);
    if (l->exe_path)
        exec_builder_string(&b, &s->exe_path, l->exe_path);
    if (l->execfn)
        exec_builder_string(&b, &s->execfn, l->execfn);
    exec_builder_string(&b, &s->cwd, l->cwd);
    if (l->ngroups)
        exec_builder_section(&b, &s->groups, l->groups, l->ngroups * sizeof(l->groups[0]));
    if (l->trace)
        exec_builder_string(&b, &s->trace, l->trace);
    put_files(l, &b);
    long fd = exec_builder_finish(&b);
    if (fd < 0)
        return error_set(err, STATUS_OURS, "the state of the first process cannot be written: %s",
                         strerror((int)-fd));
    return (int)fd;
}

int launch_exec(struct launch *l, struct error *err)
{
    char variable[64];
    char **envp;
    size_t n = 0;
    int state = make_state(l, err);

    if (err->text[0])
        return err->status;
    while (l->envp[n])
        n++;
    envp = calloc(n + 2, sizeof(*envp));
    if (!envp)
        return error_set(err, STATUS_OURS, "out of memory");
    snprintf(variable, sizeof(variable), EXEC_STATE_ENV "%d", state);
    envp[0] = variable;
    memcpy(envp + 1, l->envp, n * sizeof(*envp));
    int keep[] = {state,          l->spec_fd, l->kernel_fd,    l->exe_fd,      l->supervisor_fd,
                  l->lifeline_fd, l->pids_fd, l->trace_fds[0], l->trace_fds[1]};
    for (size_t i = 0; i < ARRAY_SIZE(keep); i++)
        keep_over_exec(keep[i]);
    syscall(SYS_execveat, l->kernel_fd, "", l->argv, envp, AT_EMPTY_PATH);
    error_set(err, STATUS_OURS, "the kernel program cannot be started: %s", strerror(errno));
    if (errno == E2BIG)
        error_hint(err, "the arguments and the environment are too long together");
    free(envp);
    return err->status;
}
