/* SPDX-License-Identifier: MIT */
/*
 * The first program of a container, when it is only known by name: looked for along PATH as a shell does,
 * then started by an ordinary exec, so that "#!" lines, set-ID bits and permissions count as they always do.
 * Exit statuses are those of docker: 127 for what is not there, 126 for what cannot be executed.
 */
#include "kernel/boot.h"
#include "host/alloc.h"
#include "kernel/crash.h"
#include "kernel/exec.h"
#include "kernel/process_fs.h"

#define DEFAULT_PATH        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define STATUS_NOT_RUNNABLE 126
#define STATUS_NOT_FOUND    127

static const char *search_path(const struct boot *boot)
{
    for (char **e = boot->envp; *e; e++)
        if (str_starts(*e, "PATH="))
            return *e + strlen("PATH=");
    return DEFAULT_PATH;
}

/* argv and envp lie on the initial stack, which is the guest's memory. */
static long try_exec(struct task *task, const struct boot *boot, const char *path)
{
    return task_exec(task, LINUX_AT_FDCWD, path, (uint64_t)(uintptr_t)boot->argv,
                     (uint64_t)(uintptr_t)boot->envp, 0);
}

static bool is_elsewhere(long r)
{
    return r == -LINUX_ENOENT || r == -LINUX_ENOTDIR || r == -LINUX_ENAMETOOLONG || r == -LINUX_EACCES;
}

/* The errno of the attempt that says most. */
static long search(struct task *task, const struct boot *boot, const char *name)
{
    char *path cleanup_free = kmalloc(4096);
    long result = -LINUX_ENOENT;

    if (!path)
        return -LINUX_ENOMEM;
    for (const char *p = search_path(boot); p;) {
        const char *colon = strchr(p, ':');
        size_t n = colon ? (size_t)(colon - p) : strlen(p), length = strlen(name);

        if (n + length + 2 <= 4096) {
            memcpy(path, p, n);
            path[n] = '/';
            str_copy(n ? path + n + 1 : path, name, length + 1);
            long r = try_exec(task, boot, path);
            if (!is_elsewhere(r))
                return r;
            if (r == -LINUX_EACCES)
                result = r;
        }
        p = colon ? colon + 1 : NULL;
    }
    return result;
}

static const char *reason(long r)
{
    switch (-r) {
    case LINUX_ENOENT:
        return "no such file or directory";
    case LINUX_EACCES:
    case LINUX_EPERM:
        return "permission denied";
    case LINUX_ENOEXEC:
        return "exec format error";
    case LINUX_ENOTDIR:
        return "not a directory";
    case LINUX_ELOOP:
        return "too many levels of links or of interpreters";
    case LINUX_ETXTBSY:
        return "text file busy";
    case LINUX_E2BIG:
        return "argument list too long";
    case LINUX_ELIBBAD:
        return "its interpreter is not a program";
    }
    return abi_errno_name((int)-r);
}

noreturn_fn void first_program_exec(struct task *task, const struct boot *boot)
{
    const char *name = boot->argc > 0 ? boot->argv[0] : "";
    bool by_path = strchr(name, '/') != NULL;
    long r = !*name ? -LINUX_ENOENT : by_path ? try_exec(task, boot, name) : search(task, boot, name);

    if (r == -LINUX_ENOENT && !by_path)
        kernel_fatal_status(STATUS_NOT_FOUND, "exec: \"%s\": executable file not found in $PATH", name);
    kernel_fatal_status(r == -LINUX_ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE, "exec: \"%s\": %s", name,
                        reason(r));
}

void first_program_check(struct task *task, struct boot *boot)
{
    struct process *p = task->process;
    struct file *file = NULL;
    struct linux_kstat st;
    long r = vfs_open_exec(task, LINUX_AT_FDCWD, boot->exe_path, 0, &file, &st);

    if (r < 0)
        kernel_fatal_status(STATUS_NOT_RUNNABLE, "exec: \"%s\": %s", boot->argv[0], reason(r));
    if (st.st_mode & (LINUX_S_ISUID | LINUX_S_ISGID)) {
        r = try_exec(task, boot, boot->exe_path);
        kernel_fatal_status(STATUS_NOT_RUNNABLE, "exec: \"%s\": %s", boot->argv[0], reason(r));
    }
    if (vfs_path_of_file(task, file, p->exe_path, sizeof p->exe_path) < 0)
        str_copy(p->exe_path, boot->exe_path, sizeof p->exe_path);
    if (p->exe)
        file_put(p->exe);
    p->exe = file;
    boot->exe_fd = file->host_fd;
}
