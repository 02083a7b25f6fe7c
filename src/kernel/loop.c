/* SPDX-License-Identifier: MIT */
/* The kernel's loop: runs the guest until it traps, serves it, and looks at signals before it goes back. */
#include "kernel/task.h"
#include "kernel/exit.h"
#include "kernel/trace.h"
#include "sys/sys.h"

static bool is_restart(long result)
{
    return result == -LINUX_ERESTARTSYS || result == -LINUX_ERESTARTNOINTR || result == -LINUX_ERESTARTNOHAND ||
           result == -LINUX_ERESTART_RESTARTBLOCK;
}

void syscall_dispatch(struct task *task)
{
    struct cpu *cpu = &task->cpu;
    uint64_t *a = task->syscall_args;
    long result;

    for (int i = 0; i < 6; i++)
        a[i] = cpu_syscall_arg(cpu, i);
    if (unlikely(task->process->tracer))
        trace_enter(task);
    if (task->restart_code == -LINUX_ERESTART_RESTARTBLOCK && task->restart) {
        task->restart_code = 0;
        result = task->restart(task);
    } else {
        task->restart_code = 0;
        result = sys_handler(cpu->arch, cpu->syscall_nr)(task, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    if (unlikely(task->process->tracer))
        trace_exit(task, result);
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

/* Looks at everything that must be done before guest code runs. */
static void do_work(struct task *task)
{
    do {
        atomic_fetch_and(&task->cpu.work, 0);
        if (atomic_load(&task->process->exiting))
            task_exit_for_group(task);
        signal_deliver(task);
        /* No handler took the interrupted call: it goes on as if nothing had happened. */
        if (task->restart_code)
            syscall_dispatch(task);
    } while (atomic_load_explicit(&task->cpu.work, memory_order_acquire));
}

noreturn_fn void task_run(struct task *task)
{
    struct cpu *cpu = &task->cpu;

    for (;;) {
        if (unlikely(atomic_load_explicit(&cpu->work, memory_order_acquire)))
            do_work(task);
        switch (task->engine->run(cpu)) {
        case TRAP_SYSCALL:
            syscall_dispatch(task);
            break;
        case TRAP_FAULT:
            signal_force(task, &cpu->fault);
            break;
        case TRAP_INTERRUPT:
            break;
        }
    }
}
