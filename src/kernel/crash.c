/* SPDX-License-Identifier: MIT */
/* Crash reports of our own code. Nothing here allocates or locks. */
#include "kernel/crash.h"
#include "host/host.h"
#include "host/signal.h"
#include "kernel/task.h"

static void say(const char *format, ...) printf_like(1, 2);
static void say(const char *format, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, format);
    int n = fmt_v(line, sizeof(line), format, ap);
    va_end(ap);
    host_log(line, MIN((size_t)n, sizeof(line) - 1));
}

static noreturn_fn void fatal(int status, const char *format, va_list ap)
{
    char line[512];
    int n = fmt_v(line, sizeof(line) - 1, format, ap);

    n = (int)MIN((size_t)n, sizeof(line) - 2);
    line[n++] = '\n';
    host_log("coracle: ", 9);
    host_log(line, (size_t)n);
    host_exit_group(status);
}

noreturn_fn void kernel_fatal(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fatal(125, format, ap);
}

noreturn_fn void kernel_fatal_status(int status, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fatal(status, format, ap);
}

/* Frame pointers are kept in the kernel program, and a kernel stack has fixed bounds. */
static void say_backtrace(struct task *task, uint64_t fp)
{
    uint64_t area = ALIGN_DOWN((uint64_t)(uintptr_t)task, TASK_AREA_SIZE);

    for (int depth = 0; depth < 32 && fp > area && fp + 16 <= area + TASK_AREA_SIZE && !(fp & 7); depth++) {
        const uint64_t *frame = (const uint64_t *)(uintptr_t)fp;

        say("  called from %#lx\n", (unsigned long)frame[1]);
        if (frame[0] <= fp)
            break;
        fp = frame[0];
    }
}

noreturn_fn void crash_in_kernel(struct task *task, struct host_context *hc, const struct linux_siginfo *info)
{
    struct host_registers at;
    const struct cpu *cpu = &task->cpu;

    host_context_registers(hc, &at);
    say("coracle: a fault inside the kernel library: signal %d, code %d, address %#lx, pc %#lx, sp %#lx, "
        "task %d\n",
        info->si_signo, info->si_code, (unsigned long)info->si_addr, (unsigned long)at.pc,
        (unsigned long)at.gpr[RSP], task->tid);
    for (int i = 0; i < 16; i += 4)
        say("  r%-2d %016lx %016lx %016lx %016lx\n", i, (unsigned long)at.gpr[i],
            (unsigned long)at.gpr[i + 1], (unsigned long)at.gpr[i + 2], (unsigned long)at.gpr[i + 3]);
    say("  guest: pc %#lx, sp %#lx, last system call %lu\n", (unsigned long)cpu->pc,
        (unsigned long)cpu_sp(cpu), (unsigned long)cpu->syscall_nr);
    say_backtrace(task, at.gpr[RBP]);
    host_signal_set(LINUX_SIGABRT, HOST_SIGNAL_DEFAULT, 0);
    host_signal_mask(LINUX_SIG_UNBLOCK, ~UINT64_C(0), NULL);
    host_kill(host_getpid(), LINUX_SIGABRT);
    host_exit_group(125);
}
