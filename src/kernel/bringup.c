/* SPDX-License-Identifier: MIT */
/*
 * First light: the least that a static program needs, each function weak, so that the real one takes its place as it comes. This file goes when
 * nothing of it is used any more.
 */
#include "host/signal.h"
#include "kernel/alloc.h"
#include "kernel/boot.h"
#include "kernel/crash.h"
#include "kernel/exit.h"
#include "kernel/file.h"
#include "kernel/mm.h"
#include "kernel/trace.h"
#include "kernel/user.h"
#include "sys/sys.h"

#define weak __attribute__((weak))

weak void trace_enter(struct task *task)
{
}

weak void trace_exit(struct task *task, long result)
{
}

weak void signal_deliver(struct task *task)
{
}

weak void signal_force(struct task *task, const struct linux_siginfo *info)
{
    kernel_fatal("guest fault: signal %d code %d address %#lx pc %#lx", info->si_signo, info->si_code,
                 (unsigned long)info->si_addr, (unsigned long)task->cpu.pc);
}

weak void signal_host_arrived(struct task *task, const struct linux_siginfo *info)
{
}

weak bool signal_pending(struct task *task)
{
    return false;
}

weak void signal_set_mask(struct task *task, uint64_t blocked)
{
    task->sig.blocked = blocked;
}

weak long signal_queue_process(struct process *process, const struct linux_siginfo *info)
{
    return 0;
}

weak noreturn_fn void task_exit_for_group(struct task *task)
{
    host_exit_group(0);
}

weak int exec_state_restore(struct task *task, struct boot *boot)
{
    static const int faults[] = {LINUX_SIGILL, LINUX_SIGTRAP, LINUX_SIGBUS, LINUX_SIGFPE, LINUX_SIGSEGV, LINUX_SIGSYS};
    struct process *process = kzalloc(sizeof(*process));

    list_init(&process->tasks);
    list_push_back(&process->tasks, &task->in_process);
    task->process = process;
    process->mm = mm_new();
    process->ntasks = 1;
    task->files = fdtable_new();
    task->cred = kzalloc(sizeof(struct cred));
    for (size_t i = 0; i < ARRAY_SIZE(process->rlimits); i++)
        process->rlimits[i].rlim_cur = process->rlimits[i].rlim_max = UINT64_MAX;
    for (int fd = 0; fd < 3; fd++)
        fd_install(task, file_new(&file_host_ops, fd, LINUX_O_RDWR, NULL), false, 0);
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        host_signal_set(faults[i], HOST_SIGNAL_CATCH, 0);
    boot->argc--;
    boot->argv++;
    boot->exe_path = boot->argv[0];
    boot->exe_fd = (int)host_open(boot->exe_path, LINUX_O_RDONLY, 0);
    return boot->exe_fd < 0 ? boot->exe_fd : 0;
}

weak int exec_open_interpreter(struct task *task, const char *path)
{
    return (int)host_open(path, LINUX_O_RDONLY, 0);
}

long bringup_syscall(SYSCALL_PARAMS);
long bringup_syscall(SYSCALL_PARAMS)
{
    switch (task->cpu.syscall_nr) {
    case 0:
        return host_read((int)a0, (void *)(uintptr_t)a1, a2, NULL);
    case 1:
        return host_write((int)a0, (const void *)(uintptr_t)a1, a2, NULL);
    case 3:
        return host_close((int)a0);
    case 17:
        return host_pread((int)a0, (void *)(uintptr_t)a1, a2, (int64_t)a3);
    case 39:
        return host_getpid();
    case 158:
        return a0 == LINUX_ARCH_SET_FS ? task->engine->set_thread_pointer(&task->cpu, a1) : -LINUX_EINVAL;
    case 228:
        return host_clock_gettime((int)a0, (struct linux_timespec *)(uintptr_t)a1);
    case 231:
        host_exit_group((int)a0);
    case 257:
        return host_openat((int)a0, (const char *)(uintptr_t)a1, (int)a2, (unsigned)a3, NULL);
    }
    return -LINUX_ENOSYS;
}
