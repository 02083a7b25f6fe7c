/* SPDX-License-Identifier: MIT */
/* The kernel's loop: runs the guest until it traps, serves it, and looks at signals before it goes back. */
#include "kernel/task.h"
#include "kernel/exit.h"

/* Looks at everything that must be done before guest code runs. */
static void do_work(struct task *task)
{
    do {
        if (atomic_fetch_and(&task->cpu.work, 0) & WORK_DIE)
            process_exit(task, LINUX_SIGKILL);
        if (atomic_load(&task->process->exiting))
            task_exit_for_group(task);
        signal_deliver(task);
        /* No handler took the interrupted call: it goes on as if nothing had happened. */
        if (task->restart_code)
            syscall_dispatch(task);
    } while (atomic_load_explicit(&task->cpu.work, memory_order_acquire));
}

/* The short way of an engine: what the loop does for TRAP_SYSCALL. */
static void serve(struct cpu *cpu)
{
    syscall_dispatch(container_of(cpu, struct task, cpu));
}

noreturn_fn void task_run(struct task *task)
{
    struct cpu *cpu = &task->cpu;

    cpu->syscall = serve;
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
