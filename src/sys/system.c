/* SPDX-License-Identifier: MIT */
/* The machine as the guest sees it, and what only its administrator may do: a container's root lacks those
 * capabilities, as with Docker. */
#include "sys/sys.h"
#include "container/spec.h"
#include "host/process.h"
#include "kernel/cred.h"
#include "kernel/fdtable.h"
#include "kernel/process_fs.h"
#include "kernel/user.h"

long sys_uname(SYSCALL_PARAMS)
{
    struct linux_utsname name = {0};
    const struct container_spec *spec = task->process->spec;
    const char *hostname = spec ? spec_string(spec, spec->hostname) : NULL;
    long r = host_uname(&name);

    if (r < 0)
        return r;
    str_copy(name.machine, abi_arch_name(task->cpu.arch), sizeof name.machine);
    if (hostname && *hostname) {
        memset(name.nodename, 0, sizeof name.nodename);
        str_copy(name.nodename, hostname, sizeof name.nodename);
    }
    return user_write(task, a0, &name, sizeof name);
}

long sys_sysinfo(SYSCALL_PARAMS)
{
    struct linux_sysinfo info;
    long r = host_sysinfo(&info);

    return r < 0 ? r : user_write(task, a0, &info, sizeof info);
}

long sys_personality(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    uint32_t old, persona = (uint32_t)a0;

    lock_acquire(&p->lock);
    old = p->personality;
    if (persona != 0xffffffff)
        p->personality = persona;
    lock_release(&p->lock);
    return old;
}

#define NAMESPACES                                                                                           \
    (LINUX_CLONE_NEWNS | LINUX_CLONE_NEWCGROUP | LINUX_CLONE_NEWUTS | LINUX_CLONE_NEWIPC |                   \
     LINUX_CLONE_NEWUSER | LINUX_CLONE_NEWPID | LINUX_CLONE_NEWNET | LINUX_CLONE_NEWTIME)

long sys_unshare(SYSCALL_PARAMS)
{
    if (a0 & ~(uint64_t)(NAMESPACES | LINUX_CLONE_FS | LINUX_CLONE_FILES | LINUX_CLONE_SYSVSEM |
                         LINUX_CLONE_THREAD | LINUX_CLONE_SIGHAND | LINUX_CLONE_VM))
        return -LINUX_EINVAL;
    if (a0 & NAMESPACES)
        return -LINUX_EPERM;
    if ((a0 & (LINUX_CLONE_THREAD | LINUX_CLONE_SIGHAND | LINUX_CLONE_VM)) && task->process->ntasks > 1)
        return -LINUX_EINVAL;
    if ((a0 & LINUX_CLONE_FS) && atomic_load(&task->fs->refs) > 1) {
        struct fs_context *own = fs_context_copy(task->fs), *old = task->fs;

        if (!own)
            return -LINUX_ENOMEM;
        task->fs = own;
        fs_context_put(old);
    }
    if ((a0 & LINUX_CLONE_FILES) && atomic_load(&task->files->refs) > 1) {
        struct fdtable *own = fdtable_copy(task->files), *old = task->files;
        long r;

        if (!own)
            return -LINUX_ENOMEM;
        r = host_unshare_files();
        if (r < 0) {
            fdtable_abandon(own);
            return r;
        }
        task->files = own;
        atomic_fetch_sub(&old->refs, 1);
    }
    return 0;
}

#define FORBIDDEN(name)                                                                                      \
    long sys_##name(SYSCALL_PARAMS)                                                                          \
    {                                                                                                        \
        return -LINUX_EPERM;                                                                                 \
    }

FORBIDDEN(setns)
FORBIDDEN(sethostname)
FORBIDDEN(setdomainname)
FORBIDDEN(reboot)
FORBIDDEN(swapon)
FORBIDDEN(swapoff)
FORBIDDEN(acct)
FORBIDDEN(vhangup)
FORBIDDEN(iopl)
FORBIDDEN(ioperm)
FORBIDDEN(init_module)
FORBIDDEN(finit_module)
FORBIDDEN(delete_module)
FORBIDDEN(kexec_load)
FORBIDDEN(kexec_file_load)
FORBIDDEN(quotactl)
FORBIDDEN(bpf)
FORBIDDEN(perf_event_open)
FORBIDDEN(syslog)
FORBIDDEN(kcmp)
FORBIDDEN(lookup_dcookie)
FORBIDDEN(fanotify_init)
FORBIDDEN(open_by_handle_at)
FORBIDDEN(mount)
FORBIDDEN(umount2)
FORBIDDEN(pivot_root)
FORBIDDEN(open_tree)
FORBIDDEN(move_mount)
FORBIDDEN(fsopen)
FORBIDDEN(fsconfig)
FORBIDDEN(fsmount)
FORBIDDEN(fspick)
FORBIDDEN(mount_setattr)
FORBIDDEN(quotactl_fd)
FORBIDDEN(userfaultfd)
FORBIDDEN(add_key)
FORBIDDEN(request_key)
FORBIDDEN(keyctl)

/* Nobody has a descriptor of fanotify_init's. */
long sys_fanotify_mark(SYSCALL_PARAMS)
{
    struct file *file cleanup_file = file_get(task, (int)a0);

    return file ? -LINUX_EINVAL : -LINUX_EBADF;
}
