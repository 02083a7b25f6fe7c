/* SPDX-License-Identifier: MIT */
/*
 * An engine runs guest instructions until they ask the kernel for something. The kernel owns the loop; an
 * engine knows no system calls, and the kernel knows no engines beyond this table.
 *
 *     for (;;)
 *         switch (engine->run(cpu)) {
 *         case TRAP_SYSCALL:   ... the arguments are in the registers
 *         case TRAP_FAULT:     ... cpu->fault says what the guest did
 *         case TRAP_INTERRUPT: ... cpu->work became non-zero
 *         }
 */
#ifndef CORACLE_ENGINE_H
#define CORACLE_ENGINE_H

#include "abi/abi.h"
#include "base/base.h"

enum trap {
    TRAP_SYSCALL,
    TRAP_FAULT,
    TRAP_INTERRUPT,
};

struct host_context;

/* The order in which x86 encodes its registers. */
enum x86_64_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* Bits of cpu->work: why the guest must not be (re-)entered before the kernel has looked. */
enum cpu_work {
    WORK_SIGNAL = 1, /* a signal may be deliverable, or the inbox holds some */
    WORK_KICK = 2,   /* look again at the process: exit, stop */
    WORK_DIE = 4,    /* the process is to end as by SIGKILL */
};

/*
 * The registers of one guest thread, as they are while it is not running guest code. The first part is known
 * to the assembly of the engines by its offsets (engine/direct/x86_64/offsets.h).
 */
struct cpu {
    struct cpu *self; /* GS:0 in the direct engine */
    uint64_t gpr[16]; /* x86-64; aarch64 uses x[] */
    uint64_t pc;
    uint64_t flags;
    uint64_t host_sp;      /* where run() left the host's stack */
    _Atomic uint32_t work; /* enum cpu_work; set by any thread and by host signal handlers */
    uint32_t trapped;      /* the last syscall came by a host signal, not by a rewritten site */
    uint64_t syscall_nr;   /* the number that the last TRAP_SYSCALL asked for */
    /*
     * Serves a system call without the way through run's caller; registers and cpu->work tell the rest.
     * Called on the stack of run. NULL: every call is a TRAP_SYSCALL. An engine need not use it.
     */
    void (*syscall)(struct cpu *cpu);
    uint32_t own_gs; /* the guest uses GS base itself: it is gs_base while guest code runs */
    uint64_t gs_base;
    struct linux_siginfo fault;                    /* of the last TRAP_FAULT; si_signo, si_code, si_addr */
    uint64_t fault_error, fault_trapno, fault_cr2; /* what the signal frame reports on x86-64 */
    enum abi_arch arch;
    uint64_t x[31]; /* aarch64 */
    uint64_t sp, tpidr;
};

/* The arguments of the system call that the guest asks for, and where its result goes. */
static inline void cpu_syscall_args(const struct cpu *cpu, uint64_t args[6])
{
    const uint64_t *gpr = cpu->gpr;

    if (cpu->arch == ABI_X86_64) {
        args[0] = gpr[RDI];
        args[1] = gpr[RSI];
        args[2] = gpr[RDX];
        args[3] = gpr[R10];
        args[4] = gpr[R8];
        args[5] = gpr[R9];
    } else {
        memcpy(args, cpu->x, 6 * sizeof(args[0]));
    }
}

static inline void cpu_set_result(struct cpu *cpu, long result)
{
    if (cpu->arch == ABI_X86_64)
        cpu->gpr[RAX] = (uint64_t)result;
    else
        cpu->x[0] = (uint64_t)result;
}

static inline uint64_t cpu_sp(const struct cpu *cpu)
{
    return cpu->arch == ABI_X86_64 ? cpu->gpr[RSP] : cpu->sp;
}

static inline void cpu_set_sp(struct cpu *cpu, uint64_t sp)
{
    if (cpu->arch == ABI_X86_64)
        cpu->gpr[RSP] = sp;
    else
        cpu->sp = sp;
}

/* Lets the guest ask for the same system call again when it runs next. */
void cpu_rewind_syscall(struct cpu *cpu);

#define CODE_SHARING_UNKNOWN LINUX_MAP_TYPE
#define CODE_DROPPED         INT32_MIN

struct engine {
    const char *name;
    enum abi_arch arch;
    /* Runs guest code; returns at the next trap. */
    enum trap (*run)(struct cpu *cpu);
    /* On a new host thread (also after exec and in the child of a fork), before its first run. */
    int (*thread_start)(struct cpu *cpu);
    /* The guest sets its thread pointer (x86-64: FS base; aarch64: TPIDR_EL0). */
    int (*set_thread_pointer)(struct cpu *cpu, uint64_t value);
    uint64_t (*thread_pointer)(struct cpu *cpu);
    /* x86-64 alone: the guest sets the base of GS (cpu->gs_base shows it). */
    int (*set_gs_base)(struct cpu *cpu, uint64_t value);
    /*
     * The kernel tells of every change to executable memory: mapped (or made executable) at [start, start +
     * len) with canonical LINUX_PROT_* and LINUX_MAP_* bits (CODE_SHARING_UNKNOWN: by mprotect, nobody
     * remembers how it was mapped), no longer executable or writable again (map_flags not 0), or about to go
     * (map_flags 0), or about to be what its file says once more (CODE_DROPPED). Called before the guest can
     * see the change.
     */
    void (*code_changed)(uint64_t start, uint64_t len, int prot, int map_flags);
    /* Around the host's fork: no other thread stands inside the engine's own structures between the two. */
    void (*fork_lock)(void);
    void (*fork_unlock)(void);
    /*
     * The vector state as the signal frame holds it (x86-64: FXSAVE or XSAVE image with Linux's software
     * bytes). Size for this CPU; save to and load from guest memory at an address aligned to 64. load returns
     * -EFAULT or -EINVAL for a bad image.
     */
    size_t (*vector_size)(void);
    int (*vector_save)(struct cpu *cpu, uint64_t addr);
    int (*vector_load)(struct cpu *cpu, uint64_t addr, size_t size);
    /* The state with which programs and signal handlers begin. */
    void (*vector_reset)(struct cpu *cpu);
    /*
     * On the signal stack (host/signal.h): true when the host signal is a trap of guest code (a caught system
     * call, a fault), which run() then returns. Otherwise, host_interrupt makes run() return TRAP_INTERRUPT
     * if the thread is in guest code; cpu->work is set before.
     */
    bool (*host_trap)(struct cpu *cpu, struct host_context *hc, const struct linux_siginfo *info);
    void (*host_interrupt)(struct cpu *cpu, struct host_context *hc);
    /* True for addresses (trampolines and the like) that the guest must not see or touch. */
    bool (*owns_address)(uint64_t addr, uint64_t len);
    /* Guest code runs as it is on the host's threads: the host may restart sequences of it (rseq). */
    bool host_sequences;
};

extern const struct engine engine_direct;

#endif
