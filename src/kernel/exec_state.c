/* SPDX-License-Identifier: MIT */
/*
 * A process's state across exec: written by the old program (exec_state_save), read by the fresh kernel
 * program before its first guest instruction (exec_state_restore, called from kernel/main.c). Both stand in
 * one file, so that they stay each other's mirror.
 */
#include "container/exec_state.h"
#include "container/spec.h"
#include "host/engine.h"
#include "host/process.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/boot.h"
#include "kernel/crash.h"
#include "kernel/cred.h"
#include "kernel/exec.h"
#include "kernel/fdtable.h"
#include "kernel/file_load.h"
#include "kernel/mm.h"
#include "kernel/seccomp.h"
#include "kernel/supervisor_client.h"
#include "kernel/trace.h"
#include "kernel/process_fs.h"

#define FILE_DATA_MAX 4096 /* what file_ops.save may write */
#define FS_DATA_MAX   16384

/* --- saving --- */

static void keep(int fd)
{
    if (fd >= 0)
        host_fcntl(fd, LINUX_F_SETFD, 0, NULL);
}

static void save_cred(struct exec_builder *b, const struct cred *c)
{
    struct exec_state *s = b->state;

    s->uid = c->uid, s->euid = c->euid, s->suid = c->suid, s->fsuid = c->fsuid;
    s->gid = c->gid, s->egid = c->egid, s->sgid = c->sgid, s->fsgid = c->fsgid;
    s->cap_permitted = c->cap_permitted;
    s->cap_effective = c->cap_effective;
    s->cap_inheritable = c->cap_inheritable;
    s->cap_bounding = c->cap_bounding;
    s->cap_ambient = c->cap_ambient;
    s->securebits = c->securebits;
    if (c->ngroups)
        exec_builder_section(b, &s->groups, c->groups, c->ngroups * sizeof c->groups[0]);
}

static void save_queue(struct exec_builder *b, const struct signal_queue *q, struct linux_siginfo *out,
                       size_t *n, size_t max)
{
    struct signal_queued *entry;

    b->state->pending |= q->set;
    list_for_each_entry (entry, &q->list, link)
        if (*n < max)
            out[(*n)++] = entry->info;
}

static void save_signals(struct task *task, struct exec_builder *b)
{
    struct signals *signals = task->process->signals;
    struct exec_state *s = b->state;
    size_t max = atomic_load(&signals->queued) + 8, n = 0;
    struct linux_siginfo *infos;

    signal_pending(task); /* drains what has arrived */
    infos = kmalloc(max * sizeof *infos);
    s->blocked = task->sig.blocked;
    for (int i = 0; i < 64; i++)
        if (signals->actions[i].sa_handler == 1)
            s->ignored |= SIGNAL_BIT(i + 1);
    if (!infos) {
        b->failed = true;
        return;
    }
    save_queue(b, &task->sig.own, infos, &n, max);
    save_queue(b, &signals->shared, infos, &n, max);
    if (n)
        exec_builder_section(b, &s->queued, infos, n * sizeof *infos);
    kfree(infos);
}

/* The number of an earlier descriptor that stays open, with the same file, + 1. */
static uint32_t find_same(struct fdtable *table, int fd, const struct file *file)
{
    bool cloexec;

    if (atomic_load(&file->refs) > 1)
        for (int i = fd_next(table, 0); i >= 0 && i < fd; i = fd_next(table, i + 1))
            if (fd_peek(table, i, &cloexec) == file && !cloexec)
                return (uint32_t)i + 1;
    return 0;
}

static void save_files(struct task *task, struct exec_builder *b)
{
    struct fdtable *table = task->files;
    char *data = kmalloc(FILE_DATA_MAX);

    if (!data) {
        b->failed = true;
        return;
    }
    for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
        bool cloexec;
        struct file *file = fd_peek(table, fd, &cloexec);
        struct exec_state_file record = {
            .fd = fd, .host_fd = file->host_fd, .kind = file->ops->kind, .flags = file->flags};
        long n = 0;

        if (cloexec)
            continue;
        record.same_as = find_same(table, fd, file);
        if (file->ops->save && !record.same_as)
            n = file->ops->save(task, file, data, FILE_DATA_MAX);
        if (n < 0)
            continue; /* of a kind that cannot go on: closed, as the host will */
        record.length = (uint32_t)n;
        exec_builder_file(b, &record, data);
    }
    kfree(data);
}

static void save_fs(struct task *task, struct exec_builder *b)
{
    char *data = kmalloc(FS_DATA_MAX);
    int fds[16], nfds = 0;
    long n = data ? fs_context_save(task->fs, data, FS_DATA_MAX, fds, &nfds) : -LINUX_ENOMEM;

    if (n < 0)
        b->failed = true;
    else
        exec_builder_section(b, &b->state->fs, data, (size_t)n);
    for (int i = 0; i < nfds; i++)
        keep(fds[i]);
    kfree(data);
}

static void save_process(struct task *task, const struct exec_plan *plan, struct exec_state *s)
{
    struct process *p = task->process;

    s->flags = (p->pids ? 0 : EXEC_STATE_IDENTITY_PIDS) | (p->no_new_privs ? EXEC_STATE_NO_NEW_PRIVS : 0) |
               (p->child_subreaper ? EXEC_STATE_SUBREAPER : 0) | (plan->secure ? EXEC_STATE_SECURE : 0) |
               (host_syscall_dispatch_is_filter() ? EXEC_STATE_FILTERED : 0) | EXEC_STATE_DUMPABLE;
    s->pid = p->pid;
    s->ppid = p->ppid;
    s->supervisor_fd = p->supervisor_fd;
    s->lifeline_fd = p->lifeline_fd;
    s->pids_fd = p->pids_fd;
    s->spec_fd = p->spec_fd;
    s->kernel_fd = p->kernel_fd;
    s->exe_fd = plan->exe->host_fd;
    s->personality = p->personality;
    s->umask = task->fs->umask;
    s->timer_slack = task->timer_slack;
    for (int i = 0; i < LINUX_RLIM_NLIMITS; i++) {
        s->rlimits[i][0] = p->rlimits[i].rlim_cur;
        s->rlimits[i][1] = p->rlimits[i].rlim_max;
    }
    memcpy(s->comm, plan->comm, sizeof s->comm);
}

static void save_filters(struct task *task, struct exec_builder *b)
{
    size_t len = seccomp_save(task->seccomp, NULL);
    void *section = len ? exec_builder_section(b, &b->state->seccomp, NULL, len) : NULL;

    if (section)
        seccomp_save(task->seccomp, section);
}

static size_t state_room(struct task *task)
{
    size_t room =
        sizeof(struct exec_state) + FS_DATA_MAX + 4 * 4096 + 65536 + seccomp_save(task->seccomp, NULL);

    room += (atomic_load(&task->process->signals->queued) + 8) * sizeof(struct linux_siginfo);
    for (int fd = fd_next(task->files, 0); fd >= 0; fd = fd_next(task->files, fd + 1)) {
        struct file *file = fd_peek(task->files, fd, NULL);
        room += sizeof(struct exec_state_file) + (file->ops->save ? FILE_DATA_MAX : 0);
    }
    return ALIGN_UP(room, (size_t)4096);
}

long exec_state_save(struct task *task, const struct exec_plan *plan)
{
    struct process *p = task->process;
    struct exec_builder b;
    struct exec_state *s;
    char trace[4096];
    size_t room = state_room(task);
    void *buf = kpages(room, 4096);
    long fd;

    if (!buf)
        return -LINUX_ENOMEM;
    exec_builder_init(&b, buf, room);
    s = b.state;
    save_process(task, plan, s);
    save_cred(&b, plan->cred);
    save_signals(task, &b);
    save_fs(task, &b);
    save_filters(task, &b);
    exec_builder_string(&b, &s->exe_path, plan->exe_path);
    exec_builder_string(&b, &s->execfn, plan->execfn);
    if (p->sysroot)
        exec_builder_string(&b, &s->sysroot, p->sysroot);
    if (p->tracer && trace_describe(p->tracer, trace, sizeof trace) < (int)sizeof trace) {
        exec_builder_string(&b, &s->trace, trace);
        keep(trace_out_fd(p->tracer));
        keep(trace_count_fd(p->tracer));
    }
    save_files(task, &b);
    fdtable_inherit(task->files, true);
    keep(s->supervisor_fd);
    keep(s->lifeline_fd);
    keep(s->pids_fd);
    keep(s->spec_fd);
    keep(s->kernel_fd);
    keep(s->exe_fd);
    fd = exec_builder_finish(&b);
    kpages_free(buf, room);
    return fd;
}

/* --- restoring --- */

static void protect(int fd)
{
    if (fd >= 0)
        host_fcntl(fd, LINUX_F_SETFD, LINUX_FD_CLOEXEC, NULL);
}

/* The whole state, in pages of our own; NULL and *error otherwise. */
static struct exec_state *state_read(int fd, size_t *room, int *error)
{
    struct exec_state head, *s;
    long r = host_pread(fd, &head, sizeof head, 0);

    *error = -LINUX_EINVAL;
    if (r != (long)sizeof head || head.magic != EXEC_STATE_MAGIC || head.size < sizeof head ||
        head.size > 0x10000000)
        return NULL;
    *room = ALIGN_UP((size_t)head.size, (size_t)4096);
    s = kpages(*room, 4096);
    *error = -LINUX_ENOMEM;
    if (!s)
        return NULL;
    r = host_pread(fd, s, head.size, 0);
    *error = exec_state_check(s, r < 0 ? 0 : (size_t)r);
    return *error ? NULL : s;
}

static struct cred *restore_cred(const struct exec_state *s)
{
    uint32_t n = s->groups.length / sizeof(uint32_t);
    struct cred *c = cred_new(n);

    if (!c)
        return NULL;
    c->uid = s->uid, c->euid = s->euid, c->suid = s->suid, c->fsuid = s->fsuid;
    c->gid = s->gid, c->egid = s->egid, c->sgid = s->sgid, c->fsgid = s->fsgid;
    c->cap_permitted = s->cap_permitted;
    c->cap_effective = s->cap_effective;
    c->cap_inheritable = s->cap_inheritable;
    c->cap_bounding = s->cap_bounding;
    c->cap_ambient = s->cap_ambient;
    c->securebits = s->securebits;
    if (n)
        memcpy(c->groups, exec_state_section(s, s->groups), n * sizeof(uint32_t));
    return c;
}

static int restore_files(struct task *task, const struct exec_state *s)
{
    const struct exec_state_file *record = NULL;

    while ((record = exec_state_next_file(s, record))) {
        struct file *file;

        if (record->same_as) {
            file = file_get(task, (int)record->same_as - 1);
            if (!file)
                return -LINUX_EINVAL;
        } else {
            protect(record->host_fd);
            file = file_load(task, record->kind, record->host_fd, record->flags, record + 1, record->length);
            if (!file)
                return -LINUX_ENOMEM;
        }
        long r = fd_install_at(task, record->fd, file, false);
        if (r < 0)
            return (int)r;
    }
    return 0;
}

static int restore_fs(struct task *task, const struct exec_state *s)
{
    struct process *p = task->process;
    const char *cwd = exec_state_section(s, s->cwd);
    struct mount_table *mounts;
    long r = fs_mounts_make(p->spec, p->sysroot, &mounts);

    if (r < 0)
        return (int)r;
    task->fs = s->fs.length ? fs_context_load(task, mounts, exec_state_section(s, s->fs), s->fs.length)
                            : fs_context_new(task, mounts);
    if (!task->fs)
        return -LINUX_ENOMEM;
    task->fs->umask = s->umask;
    if (p->spec && s->flags & EXEC_STATE_FIRST)
        r = fs_first_process(task);
    if (r < 0)
        return (int)r;
    if (cwd && (r = vfs_chdir_path(task, cwd)) == -LINUX_ENOENT && s->flags & EXEC_STATE_FIRST &&
        !process_is_identity(p) && fs_make_folder(task, cwd) == 0)
        r = vfs_chdir_path(task, cwd);
    /* The host's folder may lie outside of a sysroot: then the program begins at its root. */
    if (cwd && r < 0 && !process_is_identity(p))
        kernel_fatal_status(126, "the working directory \"%s\" cannot be entered: %s", cwd,
                            abi_errno_name((int)-r));
    return 0;
}

/* Signals that wait: those with details first, the others with none. */
static void restore_signals(struct task *task, const struct exec_state *s)
{
    const struct linux_siginfo *infos = exec_state_section(s, s->queued);
    uint64_t rest = s->pending;

    for (int i = 0; i < 64; i++)
        if (s->ignored & SIGNAL_BIT(i + 1))
            task->process->signals->actions[i].sa_handler = 1;
    task->sig.blocked = s->blocked;
    for (uint32_t i = 0; i < s->queued.length / sizeof *infos; i++) {
        if (infos[i].si_signo < 1 || infos[i].si_signo > 64)
            continue;
        signal_queue_process(task->process, &infos[i]);
        rest &= ~SIGNAL_BIT(infos[i].si_signo);
    }
    for (int sig = 1; sig <= 64; sig++)
        if (rest & SIGNAL_BIT(sig))
            signal_queue_process(task->process,
                                 &(struct linux_siginfo){.si_signo = sig, .si_code = LINUX_SI_USER});
    if (rest || s->queued.length)
        atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
}

static struct process *process_new(struct task *task)
{
    struct process *p = kzalloc(sizeof *p);

    if (!p)
        return NULL;
    list_init(&p->tasks);
    list_init(&p->ended);
    list_push_back(&p->tasks, &task->in_process);
    p->ntasks = 1;
    p->host_pid = host_getpid();
    p->pid = p->host_pid;
    fs_announce(p);
    p->supervisor_fd = p->lifeline_fd = p->kernel_fd = p->spec_fd = p->pids_fd = -1;
    p->dumpable = true;
    p->rlimits[LINUX_RLIMIT_NOFILE].rlim_cur = UINT64_MAX;
    p->mm = mm_new();
    p->signals = signals_new();
    p->files = fdtable_new();
    if (!p->mm || !p->signals || !p->files)
        return NULL;
    task->process = p;
    task->files = p->files;
    task->host_tid = p->host_pid;
    task->tid = p->pid;
    return p;
}

/* What the kernel itself always catches on the host. */
static void catch_faults(void)
{
    static const int8_t signals[] = {LINUX_SIGILL, LINUX_SIGTRAP, LINUX_SIGBUS,
                                     LINUX_SIGFPE, LINUX_SIGSEGV, LINUX_SIGSYS};

    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        host_signal_set(signals[i], HOST_SIGNAL_CATCH, 0);
}

static long map_shared(int fd, const void **out)
{
    long r;

    *out = NULL;
    if (fd < 0)
        return 0;
    protect(fd);
    r = host_lseek(fd, 0, LINUX_SEEK_END);
    if (r <= 0)
        return r < 0 ? r : -LINUX_EINVAL;
    /* In our window: pages of ours give way to it. */
    size_t size = ALIGN_UP((size_t)r, host_page_size());
    void *place = kpages(size, host_page_size());
    if (!place)
        return -LINUX_ENOMEM;
    r = host_mmap(place, size, LINUX_PROT_READ, LINUX_MAP_SHARED | LINUX_MAP_FIXED, fd, 0);
    if (host_is_error(r))
        return r;
    *out = place;
    return 0;
}

static int restore_process(struct task *task, const struct exec_state *s)
{
    struct process *p = task->process;
    const char *sysroot = exec_state_section(s, s->sysroot), *trace = exec_state_section(s, s->trace);
    long r;

    p->supervisor_fd = s->supervisor_fd;
    p->lifeline_fd = s->lifeline_fd;
    p->pids_fd = s->pids_fd;
    p->spec_fd = s->spec_fd;
    p->kernel_fd = s->kernel_fd;
    protect(p->supervisor_fd);
    protect(p->lifeline_fd);
    protect(p->kernel_fd);
    protect(s->exe_fd);
    r = map_shared(p->pids_fd, (const void **)&p->pids);
    if (r >= 0)
        r = map_shared(p->spec_fd, (const void **)&p->spec);
    if (r < 0)
        return (int)r;
    if (!(s->flags & EXEC_STATE_IDENTITY_PIDS))
        p->pid = task->tid = s->pid;
    p->ppid = s->ppid;
    p->personality = s->personality;
    if (s->flags & EXEC_STATE_FILTERED || (p->spec && p->spec->flags & SPEC_FILTER))
        host_syscall_dispatch_by_filter(s->flags & EXEC_STATE_FILTERED);
    p->debug = p->spec && (p->spec->flags & SPEC_DEBUG);
    p->dumpable = s->flags & EXEC_STATE_DUMPABLE;
    p->no_new_privs = s->flags & EXEC_STATE_NO_NEW_PRIVS;
    p->child_subreaper = s->flags & EXEC_STATE_SUBREAPER;
    str_copy(p->exe_path, s->exe_path.length ? exec_state_section(s, s->exe_path) : "", sizeof p->exe_path);
    memcpy(p->comm, s->comm, sizeof p->comm);
    memcpy(task->comm, s->comm, sizeof task->comm);
    task->timer_slack = s->timer_slack;
    if (!seccomp_load(task, exec_state_section(s, s->seccomp), s->seccomp.length))
        return -LINUX_EINVAL;
    if (sysroot && !(p->sysroot = kstrdup(sysroot)))
        return -LINUX_ENOMEM;
    if (trace)
        p->tracer = trace_new(trace);
    host_prctl(LINUX_PR_SET_NAME, (uint64_t)(uintptr_t)task->comm, 0, 0, 0);
    return 0;
}

/* Without a state (a program straight from the host's command line): the host's credentials, limits, and
 * descriptors 0 to 2. */
static int invent_state(struct task *task, struct boot *boot, struct exec_state *s)
{
    struct process *p = task->process;
    struct linux_rlimit64 limit;

    if (boot->argc < 2)
        return -LINUX_EINVAL;
    boot->argc--;
    boot->argv++;
    s->flags = EXEC_STATE_IDENTITY_PIDS | EXEC_STATE_FIRST | EXEC_STATE_DUMPABLE;
    s->supervisor_fd = s->lifeline_fd = s->pids_fd = s->spec_fd = -1;
    s->kernel_fd = (int)host_open("/proc/self/exe", LINUX_O_PATH, 0);
    s->uid = s->suid = s->euid = s->fsuid = (uint32_t)boot->host_auxv[LINUX_AT_UID];
    s->gid = s->sgid = s->egid = s->fsgid = (uint32_t)boot->host_auxv[LINUX_AT_GID];
    s->cap_bounding = CAP_ALL;
    if (s->uid == 0)
        s->cap_permitted = s->cap_effective = CAP_ALL;
    s->umask = 022;
    for (int i = 0; i < LINUX_RLIM_NLIMITS; i++) {
        host_prlimit(0, i, NULL, &limit);
        s->rlimits[i][0] = limit.rlim_cur;
        s->rlimits[i][1] = limit.rlim_max;
    }
    host_prlimit(0, LINUX_RLIMIT_NOFILE, NULL, &limit);
    limit.rlim_cur = limit.rlim_max;
    host_prlimit(0, LINUX_RLIMIT_NOFILE, &limit, NULL);
    const char *slash = strrchr(boot->argv[0], '/');
    str_copy(s->comm, slash ? slash + 1 : boot->argv[0], sizeof s->comm);
    (void)p;
    s->exe_fd = -1;
    return 0;
}

/* After the files: the table may hold descriptors above a limit that was lowered. */
static void restore_limits(struct process *p, const struct exec_state *s)
{
    for (int i = 0; i < LINUX_RLIM_NLIMITS; i++)
        p->rlimits[i] = (struct linux_rlimit64){s->rlimits[i][0], s->rlimits[i][1]};
}

static int restore_all(struct task *task, struct boot *boot, const struct exec_state *s)
{
    int r = restore_process(task, s);

    if (r == 0 && !(task->cred = restore_cred(s)))
        r = -LINUX_ENOMEM;
    if (r == 0)
        r = restore_fs(task, s);
    if (r == 0)
        r = restore_files(task, s);
    restore_limits(task->process, s);
    if (r == 0)
        restore_signals(task, s);
    boot->exe_fd = s->exe_fd;
    boot->secure = s->flags & EXEC_STATE_SECURE;
    return r;
}

/* A bare run: standard descriptors, and the program by its name. */
static int finish_bare(struct task *task, struct boot *boot)
{
    struct file *exe = NULL;
    struct linux_kstat st;
    long r;

    for (int fd = 0; fd < 3; fd++) {
        struct file *file;

        if (host_fcntl(fd, LINUX_F_GETFD, 0, NULL) < 0)
            continue;
        file = file_new(&file_host_ops, (int)host_dup(fd, 10), 0, NULL);
        if (!file || fd_install_at(task, fd, file, false) < 0)
            return -LINUX_ENOMEM;
    }
    r = vfs_open_exec(task, LINUX_AT_FDCWD, boot->argv[0], 0, &exe, &st);
    if (r < 0)
        return (int)r;
    boot->exe_fd = exe->host_fd;
    task->process->exe = exe;
    vfs_path_of_file(task, exe, task->process->exe_path, sizeof task->process->exe_path);
    boot->exe_path = boot->argv[0];
    return 0;
}

int exec_state_restore(struct task *task, struct boot *boot)
{
    struct exec_state *s, invented = {0};
    struct process *p = process_new(task);
    size_t room = 0;
    int error = 0;

    if (!p)
        return -LINUX_ENOMEM;
    catch_faults();
    if (boot->state_fd < 0) {
        error = invent_state(task, boot, &invented);
        if (error == 0)
            error = restore_all(task, boot, &invented);
        if (error == 0)
            error = finish_bare(task, boot);
    } else {
        s = state_read(boot->state_fd, &room, &error);
        if (s) {
            error = restore_all(task, boot, s);
            supervisor_restore(p);
            if (s->flags & (EXEC_STATE_FIRST | EXEC_STATE_SECURE))
                supervisor_cred_changed(task);
            if (error == 0) {
                if (s->exe_fd >= 0)
                    p->exe = file_new(&file_host_ops, s->exe_fd, LINUX_O_RDONLY, NULL);
                boot->first = s->flags & EXEC_STATE_FIRST;
                boot->exe_path = kstrdup(s->execfn.length ? exec_state_section(s, s->execfn) : p->exe_path);
                if ((!p->exe && s->exe_fd >= 0) || !boot->exe_path)
                    error = -LINUX_ENOMEM;
            }
            kpages_free(s, room);
        }
        host_close(boot->state_fd);
    }
    return error;
}

int exec_open_interpreter(struct task *task, const char *path)
{
    struct file *file;
    struct linux_kstat st;
    long r = vfs_open_exec(task, LINUX_AT_FDCWD, path, 0, &file, &st);

    if (r < 0)
        return (int)r;
    r = host_dup(file->host_fd, 0);
    file_put(file);
    return (int)r;
}
