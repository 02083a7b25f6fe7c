/* SPDX-License-Identifier: MIT */
/* execve; see exec.h. */
#include "kernel/exec.h"
#include "container/exec_state.h"
#include "host/process.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/cred.h"
#include "kernel/elf.h"
#include "kernel/exit.h"
#include "kernel/fdtable.h"
#include "kernel/supervisor_client.h"
#include "kernel/task.h"
#include "kernel/user.h"
#include "kernel/process_fs.h"

#define SCRIPT_HEAD  256    /* how much of a file decides what it is */
#define SCRIPT_DEPTH 5      /* interpreters that are scripts themselves */
#define STRING_MAX   131072 /* one argument, with its NUL */
#define ARGS_MIN     131072
#define ARGS_MAX     (6 * 1024 * 1024)
#define ARGS_COUNT   0x7fffffff / 8

/* Arguments that stand before the guest's own: what "#!" lines add. Each string is allocated. */
struct prefix {
    char *words[2 * SCRIPT_DEPTH + 2];
    int count;
};

static void prefix_free(struct prefix *p)
{
    for (int i = 0; i < p->count; i++)
        kfree(p->words[i]);
    p->count = 0;
}

static long prefix_insert(struct prefix *p, const char *word)
{
    char *copy = kstrdup(word);

    if (!copy)
        return -LINUX_ENOMEM;
    if (p->count == (int)ARRAY_SIZE(p->words)) {
        kfree(copy);
        return -LINUX_ELOOP;
    }
    memmove(&p->words[1], &p->words[0], (size_t)p->count * sizeof p->words[0]);
    p->words[0] = copy;
    p->count++;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * Takes "#! interpreter [argument]" apart, in place; the argument is everything to the end of the line,
 * without blanks around it. False when there is no interpreter, or its name does not end within the head.
 */
static bool script_parse(char *head, size_t n, char **interpreter, char **argument)
{
    char *p = head + 2, *end = memchr(head, '\n', n);

    if (!end) {
        /* Without the line's end, the interpreter's name at least must be whole. The last byte of a full head
         * counts as such an end. */
        end = head + MIN(n, (size_t)SCRIPT_HEAD - 1);
        while (p < end && is_blank(*p))
            p++;
        while (p < end && !is_blank(*p) && *p)
            p++;
        if (p == end && n >= SCRIPT_HEAD - 1)
            return false;
        p = head + 2;
    }
    *end = '\0';
    end = head + strlen(head);
    while (end > p && is_blank(end[-1]))
        *--end = '\0';
    while (is_blank(*p))
        p++;
    if (!*p)
        return false;
    *interpreter = p;
    *argument = NULL;
    while (*p && !is_blank(*p))
        p++;
    if (*p) {
        *p++ = '\0';
        while (is_blank(*p))
            p++;
        if (*p)
            *argument = p;
    }
    return true;
}

struct args {
    uint64_t argc, envc, bytes;
};

/* Length of a guest string with its NUL. */
static long string_size(struct task *task, uint64_t at)
{
    char chunk[1024];
    long total = 0;

    for (;;) {
        long n = user_string(task, chunk, at + (uint64_t)total, sizeof chunk);

        if (n >= 0)
            return total + n + 1;
        if (n != -LINUX_ENAMETOOLONG)
            return n;
        /* The whole chunk holds no NUL, but its last byte is not known to be without. */
        total += (long)sizeof chunk - 1;
        if (total > STRING_MAX)
            return -LINUX_E2BIG;
    }
}

static long count_strings(struct task *task, uint64_t array, uint64_t *count, uint64_t *bytes)
{
    *count = 0;
    if (!array)
        return 0;
    for (uint64_t p;; (*count)++) {
        long n;

        if (user_read(task, &p, array + *count * 8, 8) < 0)
            return -LINUX_EFAULT;
        if (!p)
            return 0;
        n = string_size(task, p);
        if (n < 0)
            return n;
        if (n > STRING_MAX || *count > ARGS_COUNT)
            return -LINUX_E2BIG;
        *bytes += (uint64_t)n + 8;
        if (*bytes > ARGS_MAX)
            return -LINUX_E2BIG;
    }
}

static long count_args(struct task *task, uint64_t argv, uint64_t envp, const struct prefix *prefix,
                       struct args *args)
{
    struct linux_rlimit64 host;
    uint64_t limit = task->process->rlimits[LINUX_RLIMIT_STACK].rlim_cur / 4;
    long r;

    *args = (struct args){0};
    r = count_strings(task, argv, &args->argc, &args->bytes);
    if (r == 0)
        r = count_strings(task, envp, &args->envc, &args->bytes);
    if (r < 0)
        return r;
    for (int i = 0; i < prefix->count; i++)
        args->bytes += strlen(prefix->words[i]) + 1 + 8;
    /* The host applies the same rule, by its own limit, to one string more. */
    if (host_prlimit(0, LINUX_RLIMIT_STACK, NULL, &host) == 0)
        limit = MIN(limit, host.rlim_cur / 4);
    limit = MAX(MIN(limit, (uint64_t)ARGS_MAX), (uint64_t)ARGS_MIN);
    return args->bytes + 4096 + 64 > limit ? -LINUX_E2BIG : 0;
}

/*
 * The arrays for the host: argv with the prefix in place of argv[0], our own entry, then envp. Guest strings
 * are passed where they lie; they were all seen to lie in guest memory, and the host checks them again as it
 * copies.
 */
static long make_arrays(struct task *task, uint64_t argv, uint64_t envp, const struct prefix *prefix,
                        const struct args *args, char ***out_argv, char ***out_envp, char **out_entry)
{
    struct process *p = task->process;
    uint64_t skip = prefix->count && args->argc ? 1 : 0, n = 0;
    size_t strings = 64, words = (size_t)prefix->count + args->argc + args->envc + 5;
    char **array, *text;

    for (int i = 0; i < prefix->count; i++)
        strings += strlen(prefix->words[i]) + 1;
    p->exec_scratch_size = ALIGN_UP(words * 8 + strings, (size_t)4096);
    p->exec_scratch = kpages(p->exec_scratch_size, 4096);
    if (!p->exec_scratch)
        return -LINUX_ENOMEM;
    array = p->exec_scratch;
    text = (char *)(array + words);
    *out_entry = text;
    text += 64;
    *out_argv = array;
    for (int i = 0; i < prefix->count; i++) {
        array[n++] = text;
        text += str_copy(text, prefix->words[i], SIZE_MAX) + 1;
    }
    if (args->argc > skip && user_read(task, &array[n], argv + skip * 8, (args->argc - skip) * 8) < 0)
        return -LINUX_EFAULT;
    n += args->argc - skip;
    if (n == 0)
        array[n++] = "";
    array[n++] = NULL;
    *out_envp = &array[n];
    array[n++] = *out_entry;
    if (args->envc && user_read(task, &array[n], envp, args->envc * 8) < 0)
        return -LINUX_EFAULT;
    for (uint64_t i = 0; i < args->envc; i++)
        if (!user_range(task, (uint64_t)(uintptr_t)array[n + i], 1))
            return -LINUX_EFAULT;
    array[n + args->envc] = NULL;
    return 0;
}

static void scratch_free(struct process *p)
{
    if (p->exec_scratch)
        kpages_free(p->exec_scratch, p->exec_scratch_size);
    p->exec_scratch = NULL;
}

static long check_interpreter(struct task *task, const char *path, struct elf_info *info)
{
    struct file *file cleanup_file = NULL;
    struct linux_kstat st;
    long r = vfs_open_exec(task, LINUX_AT_FDCWD, path, 0, &file, &st);

    if (r < 0)
        return r;
    r = elf_probe(file->host_fd, info);
    return r == -LINUX_ENOEXEC || r == -LINUX_EINVAL ? -LINUX_ELIBBAD : r;
}

/*
 * A program that somebody may still write to is not started (ETXTBSY). The host tells by refusing a read
 * lease, which is given back at once; whoever opens the file for writing in between waits that long, and the
 * signal that tells us so is one that is ignored by default. A host that gives no leases on the file (not
 * ours, or no such file system) says nothing.
 */
static bool is_open_for_write(int host_fd)
{
    long r;

    host_fcntl(host_fd, LINUX_F_SETSIG, LINUX_SIGURG, NULL);
    r = host_fcntl(host_fd, LINUX_F_SETLEASE, LINUX_F_RDLCK, NULL);
    if (r == 0)
        host_fcntl(host_fd, LINUX_F_SETLEASE, LINUX_F_UNLCK, NULL);
    return r == -LINUX_EAGAIN;
}

/* True when the name leads through a descriptor that the new program will not have. */
static bool name_is_closing(struct task *task, int dirfd, const char *path)
{
    return path[0] != '/' && dirfd != LINUX_AT_FDCWD && fd_get_cloexec(task, dirfd) == 1;
}

/* Follows "#!" lines to a program that can be loaded; plan->exe is it. */
static long find_program(struct task *task, int dirfd, const char *path, int flags, struct prefix *prefix,
                         struct exec_plan *plan, struct linux_kstat *st)
{
    struct elf_info *info cleanup_free = kmalloc(sizeof *info);
    char head[SCRIPT_HEAD + 1], *interpreter, *argument;
    long r;

    if (!info)
        return -LINUX_ENOMEM;
    for (int depth = 0;; depth++) {
        r = depth == 0 ? vfs_open_exec(task, dirfd, path, flags, &plan->exe, st)
                       : vfs_open_exec(task, LINUX_AT_FDCWD, interpreter, 0, &plan->exe, st);
        if (r < 0)
            return r;
        if (is_open_for_write(plan->exe->host_fd))
            return -LINUX_ETXTBSY;
        long n = host_pread(plan->exe->host_fd, head, SCRIPT_HEAD, 0);
        if (n < 0)
            return n;
        if (n < 2 || head[0] != '#' || head[1] != '!')
            break;
        head[n] = '\0';
        if (!script_parse(head, (size_t)n, &interpreter, &argument))
            return -LINUX_ENOEXEC;
        if (depth == SCRIPT_DEPTH)
            return -LINUX_ELOOP;
        if (depth == 0 && name_is_closing(task, dirfd, path))
            return -LINUX_ENOENT;
        /* The interpreter sees its own name, its argument, the script. An interpreter that is a script stands
         * there already. */
        if (depth == 0 && (r = prefix_insert(prefix, plan->execfn)) < 0)
            return r;
        if (argument && (r = prefix_insert(prefix, argument)) < 0)
            return r;
        if ((r = prefix_insert(prefix, interpreter)) < 0)
            return r;
        interpreter = prefix->words[0];
        file_put(plan->exe);
        plan->exe = NULL;
    }
    r = elf_probe(plan->exe->host_fd, info);
    if (r < 0)
        return r == -LINUX_EINVAL ? -LINUX_ENOEXEC : r;
    if (info->arch != task->engine->arch)
        return -LINUX_ENOEXEC;
    /* Its fixed addresses are ours: to say so now leaves the caller alive. */
    if (!info->dynamic && info->low < HOST_WINDOW_END && info->high > HOST_WINDOW_START)
        return -LINUX_ENOMEM;
    if (info->interpreter[0]) {
        char name[sizeof info->interpreter];

        str_copy(name, info->interpreter, sizeof name);
        return check_interpreter(task, name, info);
    }
    return 0;
}

/* The name by which the program is known to scripts and AT_EXECFN. */
static void make_execfn(struct exec_plan *plan, int dirfd, const char *path)
{
    if (path[0] == '/' || dirfd == LINUX_AT_FDCWD)
        str_copy(plan->execfn, path, sizeof plan->execfn);
    else if (!path[0])
        fmt(plan->execfn, sizeof plan->execfn, "/dev/fd/%d", dirfd);
    else
        fmt(plan->execfn, sizeof plan->execfn, "/dev/fd/%d/%s", dirfd, path);
    const char *slash = strrchr(plan->execfn, '/');
    str_copy(plan->comm, slash ? slash + 1 : plan->execfn, sizeof plan->comm);
}

static long make_cred(struct task *task, struct exec_plan *plan, const struct linux_kstat *st)
{
    struct cred_exec file = {
        .mode = st->st_mode, .uid = st->st_uid, .gid = st->st_gid, .nosuid = task->process->no_new_privs};

    plan->cred = cred_for_exec(task->cred, &file, &plan->secure);
    return plan->cred ? 0 : -LINUX_ENOMEM;
}

static void plan_free(struct exec_plan *plan)
{
    if (plan->exe)
        file_put(plan->exe);
    cred_put(plan->cred);
    kfree(plan);
}

long task_exec(struct task *task, int dirfd, const char *path, uint64_t argv, uint64_t envp, int flags)
{
    struct process *p = task->process;
    struct exec_plan *plan = kzalloc(sizeof *plan);
    struct prefix prefix = {0};
    struct linux_kstat st;
    struct args args;
    char **host_argv = NULL, **host_envp = NULL, *entry = NULL;
    long r;

    if (!plan)
        return -LINUX_ENOMEM;
    make_execfn(plan, dirfd, path);
    r = find_program(task, dirfd, path, flags, &prefix, plan, &st);
    if (r == 0)
        r = count_args(task, argv, envp, &prefix, &args);
    if (r == 0)
        r = make_cred(task, plan, &st);
    if (r == 0) {
        if (vfs_path_of_file(task, plan->exe, plan->exe_path, sizeof plan->exe_path) < 0)
            str_copy(plan->exe_path, plan->execfn, sizeof plan->exe_path);
        r = make_arrays(task, argv, envp, &prefix, &args, &host_argv, &host_envp, &entry);
    }
    prefix_free(&prefix);
    if (r == 0)
        r = process_end_others(task);
    if (r < 0) {
        scratch_free(p);
        plan_free(plan);
        return r;
    }
    /* From here on there is no way back: the old program is going. */
    host_signal_mask(LINUX_SIG_BLOCK, ~UINT64_C(0), NULL);
    task_release_user(task);
    supervisor_exec(p);
    r = exec_state_save(task, plan);
    if (r >= 0) {
        fmt(entry, 64, EXEC_STATE_ENV "%d", (int)r);
        host_fcntl((int)r, LINUX_F_SETFD, 0, NULL);
        r = host_exec_fd(p->kernel_fd, host_argv, host_envp);
    }
    atomic_store(&p->exiting, 0);
    process_exit(task, LINUX_SIGKILL);
}
