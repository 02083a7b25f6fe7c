/* SPDX-License-Identifier: MIT */
/* One system call: from the guest's registers to its handler, past the tracer, and back. */
#include "kernel/seccomp.h"
#include "kernel/trace.h"
#include "sys/sys.h"

static bool is_restart(long result)
{
    return result == -LINUX_ERESTARTSYS || result == -LINUX_ERESTARTNOINTR ||
           result == -LINUX_ERESTARTNOHAND || result == -LINUX_ERESTART_RESTARTBLOCK;
}

void syscall_dispatch(struct task *task)
{
    struct cpu *cpu = &task->cpu;
    uint64_t *a = task->syscall_args;
    long result;

    cpu_syscall_args(cpu, a);
    if (unlikely(task->process->tracer))
        trace_enter(task);
    if (task->restart_code == -LINUX_ERESTART_RESTARTBLOCK && task->restart) {
        task->restart_code = 0;
        result = task->restart(task);
    } else {
        task->restart_code = 0;
        if (unlikely(task->seccomp) && seccomp_refuses(task, &result))
            goto refused;
        result = sys_handler(cpu->arch, cpu->syscall_nr)(task, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
refused:
    if (unlikely(task->process->tracer))
        trace_exit(task, result);
    if (unlikely(task->process->debug))
        crash_note_call(task, result);
    if (unlikely(task->registers_set)) {
        task->registers_set = false;
        return;
    }
    if (unlikely(is_restart(result))) {
        /* What becomes of it depends on whether a handler runs: signal_deliver and task_run decide. */
        task->restart_code = result;
        atomic_fetch_or(&cpu->work, WORK_SIGNAL);
        return;
    }
    cpu_set_result(cpu, result);
}
