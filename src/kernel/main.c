/* SPDX-License-Identifier: MIT */
/* The start of the kernel program: from the host's initial stack to the guest's first instruction. */
#include "kernel/main.h"
#include "host/engine.h"
#include "host/host.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/boot.h"
#include "kernel/crash.h"
#include "kernel/cred.h"
#include "kernel/elf.h"
#include "kernel/mm.h"
#include "kernel/user.h"
#include "kernel/vdso.h"

#define PIE_BASE        UINT64_C(0x555555554000)
#define HWCAP2_FSGSBASE UINT64_C(2)

static struct boot boot;

static void read_initial_stack(uint64_t *sp)
{
    uint64_t *p = sp + 1;

    boot.sp = sp;
    boot.argc = (int)sp[0];
    boot.argv = (char **)p;
    p += boot.argc + 1;
    boot.envp = (char **)p;
    boot.state_fd = -1;
    if (boot.envp[0] && str_starts(boot.envp[0], "CORACLE_STATE=")) {
        uint64_t fd;

        if (str_to_u64(boot.envp[0] + strlen("CORACLE_STATE="), &fd) && fd < INT32_MAX)
            boot.state_fd = (int)fd;
        boot.envp++;
    }
    while (*p)
        p++;
    for (p++; p[0] != LINUX_AT_NULL; p += 2)
        if (p[0] < ARRAY_SIZE(boot.host_auxv))
            boot.host_auxv[p[0]] = p[1];
}

/* Pushes a string below *sp. */
static uint64_t push_string(uint64_t *sp, const char *s)
{
    size_t n = strlen(s) + 1;

    *sp -= n;
    memcpy((void *)(uintptr_t)*sp, s, n);
    return *sp;
}

static void auxv_add(struct mm *mm, size_t *n, uint64_t type, uint64_t value)
{
    mm->auxv[(*n)++] = type;
    mm->auxv[(*n)++] = value;
}

static void make_auxv(struct task *task, const struct elf_info *info, const struct elf_image *program,
                      const struct elf_image *interpreter, uint64_t execfn, uint64_t platform)
{
    struct mm *mm = task->process->mm;
    const struct cred *cred = task->cred;
    const uint64_t *host = boot.host_auxv;
    size_t n = 0;

    if (mm->vdso)
        auxv_add(mm, &n, LINUX_AT_SYSINFO_EHDR, mm->vdso);
    if (host[LINUX_AT_MINSIGSTKSZ])
        auxv_add(mm, &n, LINUX_AT_MINSIGSTKSZ, host[LINUX_AT_MINSIGSTKSZ]);
    auxv_add(mm, &n, LINUX_AT_HWCAP, host[LINUX_AT_HWCAP]);
    auxv_add(mm, &n, LINUX_AT_PAGESZ, 4096);
    auxv_add(mm, &n, LINUX_AT_CLKTCK, 100);
    auxv_add(mm, &n, LINUX_AT_PHDR, program->phdrs);
    auxv_add(mm, &n, LINUX_AT_PHENT, sizeof(struct linux_elf64_phdr));
    auxv_add(mm, &n, LINUX_AT_PHNUM, info->header.e_phnum);
    auxv_add(mm, &n, LINUX_AT_BASE, interpreter->start);
    auxv_add(mm, &n, LINUX_AT_FLAGS, 0);
    auxv_add(mm, &n, LINUX_AT_ENTRY, program->entry);
    auxv_add(mm, &n, LINUX_AT_UID, cred->uid);
    auxv_add(mm, &n, LINUX_AT_EUID, cred->euid);
    auxv_add(mm, &n, LINUX_AT_GID, cred->gid);
    auxv_add(mm, &n, LINUX_AT_EGID, cred->egid);
    auxv_add(mm, &n, LINUX_AT_SECURE, boot.secure);
    auxv_add(mm, &n, LINUX_AT_RANDOM, host[LINUX_AT_RANDOM]);
    /* GS base is ours: programs must not believe that they may set it without asking. */
    auxv_add(mm, &n, LINUX_AT_HWCAP2, host[LINUX_AT_HWCAP2] & ~HWCAP2_FSGSBASE);
    auxv_add(mm, &n, LINUX_AT_EXECFN, execfn);
    auxv_add(mm, &n, LINUX_AT_PLATFORM, platform);
    auxv_add(mm, &n, LINUX_AT_NULL, 0);
}

/* The guest's initial stack lies below what the host made: the strings of argv and envp stay where they are.
 */
static uint64_t make_stack(struct task *task, const struct elf_info *info, const struct elf_image *program,
                           const struct elf_image *interpreter)
{
    struct mm *mm = task->process->mm;
    uint64_t sp = (uint64_t)(uintptr_t)boot.sp;
    uint64_t execfn = push_string(&sp, boot.exe_path), platform = push_string(&sp, abi_arch_name(info->arch));
    size_t envc = 0, auxc = 0;

    while (boot.envp[envc])
        envc++;
    make_auxv(task, info, program, interpreter, execfn, platform);
    while (mm->auxv[auxc])
        auxc += 2;
    auxc += 2;
    size_t words = 1 + (size_t)boot.argc + 1 + envc + 1 + auxc;
    sp = ALIGN_DOWN(sp - words * 8, UINT64_C(16));
    uint64_t *p = (uint64_t *)(uintptr_t)sp;
    *p++ = (uint64_t)boot.argc;
    for (int i = 0; i < boot.argc; i++)
        *p++ = (uint64_t)(uintptr_t)boot.argv[i];
    *p++ = 0;
    for (size_t i = 0; i < envc; i++)
        *p++ = (uint64_t)(uintptr_t)boot.envp[i];
    *p++ = 0;
    memcpy(p, mm->auxv, auxc * 8);
    if (boot.argc > 0) {
        mm->arg_start = (uint64_t)(uintptr_t)boot.argv[0];
        mm->arg_end = (uint64_t)(uintptr_t)boot.argv[boot.argc - 1] + strlen(boot.argv[boot.argc - 1]) + 1;
    }
    if (envc) {
        mm->env_start = (uint64_t)(uintptr_t)boot.envp[0];
        mm->env_end = (uint64_t)(uintptr_t)boot.envp[envc - 1] + strlen(boot.envp[envc - 1]) + 1;
    }
    mm->stack_top = (uint64_t)(uintptr_t)boot.sp;
    return sp;
}

static uint64_t random_word(int i)
{
    uint64_t w;

    memcpy(&w, (const char *)(uintptr_t)boot.host_auxv[LINUX_AT_RANDOM] + 8 * i, sizeof(w));
    return w * UINT64_C(0x9e3779b97f4a7c15) >> 13;
}

static void load_program(struct task *task)
{
    static struct elf_info info, interpreter_info;
    struct elf_image program, interpreter = {0};
    struct mm *mm = task->process->mm;
    bool randomize = !(task->process->personality & LINUX_ADDR_NO_RANDOMIZE);
    int r = elf_probe(boot.exe_fd, &info), status = boot.first ? 126 : 125;

    if (r < 0)
        kernel_fatal_status(status, "%s: this is not a program that Coracle can run (%s)", boot.exe_path,
                            abi_errno_name(-r));
    if (info.arch != task->engine->arch)
        kernel_fatal_status(status, "%s: a program for %s, for which there is no engine on this machine",
                            boot.exe_path, abi_arch_name(info.arch));
    task->cpu.arch = info.arch;
    uint64_t hint = PIE_BASE + (randomize ? (random_word(0) & 0xfffffff) << 12 & UINT64_C(0xffffffffff) : 0);
    /* A position-independent file without an interpreter is one itself (ld.so run by hand): it goes with the
     * libraries. */
    r = elf_map(task, boot.exe_fd, &info, info.interpreter[0] ? hint : info.dynamic ? hint : 0, &program);
    if (r < 0)
        kernel_fatal_status(status, "%s: cannot be loaded (%s)", boot.exe_path, abi_errno_name(-r));
    mm->exe_start = program.start;
    mm->exe_end = program.end;
    mm->entry = program.entry;
    mm->brk_start = mm->brk = program.end + (randomize ? (random_word(1) & 0x1fff) << 12 : 0);
    task->cpu.pc = program.entry;
    if (info.interpreter[0]) {
        int fd = exec_open_interpreter(task, info.interpreter);

        if (fd < 0)
            kernel_fatal_status(boot.first && fd == -LINUX_ENOENT ? 127 : status,
                                "%s: its interpreter %s cannot be opened (%s)", boot.exe_path,
                                info.interpreter, abi_errno_name(-fd));
        r = elf_probe(fd, &interpreter_info);
        if (r == 0)
            r = elf_map(task, fd, &interpreter_info, 0, &interpreter);
        if (r < 0)
            kernel_fatal_status(status, "%s: its interpreter %s cannot be loaded (%s)", boot.exe_path,
                                info.interpreter, abi_errno_name(-r));
        host_close(fd);
        task->cpu.pc = interpreter.entry;
    }
    vdso_map(task, boot.host_auxv[LINUX_AT_SYSINFO_EHDR]);
    cpu_set_sp(&task->cpu, make_stack(task, &info, &program, &interpreter));
    task->cpu.flags = 0x202;
}

static void kernel_main(void *arg)
{
    struct task *task = arg;
    uint64_t area = ALIGN_DOWN((uint64_t)(uintptr_t)task, TASK_AREA_SIZE);

    host_signal_stack((void *)(uintptr_t)TASK_ALTSTACK_BASE(area), TASK_ALTSTACK);
    int r = exec_state_restore(task, &boot);
    if (r < 0)
        kernel_fatal("the state of the process cannot be restored: %s", abi_errno_name(-r));
    task->engine = &engine_direct;
    r = task->engine->thread_start(&task->cpu);
    if (r < 0)
        kernel_fatal("this host offers no way to catch system calls (neither user dispatch nor seccomp): %s",
                     abi_errno_name(-r));
    if (boot.exe_fd < 0)
        first_program_exec(task, &boot);
    /* On the host's own files it was found by the host's names, which a sysroot does not know. */
    if (boot.first && !process_is_identity(task->process))
        first_program_check(task, &boot);
    load_program(task);
    /* Only now: nothing interrupts the loading, and what has waited since before the exec is looked at first.
     */
    signals_start(task, boot.state_fd < 0);
    atomic_fetch_or(&task->cpu.work, WORK_SIGNAL);
    task_run(task);
}

noreturn_fn void kernel_start(uint64_t *sp)
{
    struct task *task;

    read_initial_stack(sp);
    task = task_alloc();
    if (!task)
        kernel_fatal("no memory for the first task");
    uint64_t area = ALIGN_DOWN((uint64_t)(uintptr_t)task, TASK_AREA_SIZE);
    host_switch_stack(TASK_KSTACK_TOP(area), kernel_main, task);
}
