/* SPDX-License-Identifier: MIT */
/*
 * The direct engine: guest code runs at native speed in our own process.
 *
 * A system call instruction outside our text raises SIGSYS (Syscall User Dispatch with our text as the
 * allowed range); the site is then rewritten to jump to direct_syscall_entry (site.c), so that later calls
 * from there cost a function call. Both ways end in run() returning TRAP_SYSCALL. Vector registers and FS are
 * never touched by our code: what the guest had in them stays there.
 */
#include "engine/direct/direct.h"
#include "engine/direct/x86_64/offsets.h"
#include "host/engine.h"
#include "host/host.h"
#include "host/signal.h"

_Static_assert(offsetof(struct cpu, self) == CPU_SELF, "offsets.h");
_Static_assert(offsetof(struct cpu, gpr) == CPU_GPR(0), "offsets.h");
_Static_assert(offsetof(struct cpu, pc) == CPU_PC, "offsets.h");
_Static_assert(offsetof(struct cpu, flags) == CPU_FLAGS, "offsets.h");
_Static_assert(offsetof(struct cpu, host_sp) == CPU_HOST_SP, "offsets.h");
_Static_assert(offsetof(struct cpu, work) == CPU_WORK, "offsets.h");
_Static_assert(offsetof(struct cpu, trapped) == CPU_TRAPPED, "offsets.h");
_Static_assert(offsetof(struct cpu, syscall_nr) == CPU_SYSCALL_NR, "offsets.h");
_Static_assert(offsetof(struct cpu, syscall) == CPU_SYSCALL, "offsets.h");
_Static_assert(offsetof(struct cpu, own_gs) == CPU_OWN_GS, "offsets.h");

#define SYSCALL_INSN_LEN  2
#define NO_SYSCALL        DIRECT_NO_NUMBER /* a number that no call has */
#define AUDIT_ARCH_X86_64 0xc000003eu
#define ADDRESS_LIMIT     UINT64_C(0x7ffffffff000)

static uint64_t address(const char *symbol)
{
    return (uint64_t)(uintptr_t)symbol;
}

static bool in_range(uint64_t pc, const char *begin, const char *end)
{
    return pc >= address(begin) && pc < address(end);
}

static enum trap run(struct cpu *cpu)
{
    enum trap trap;

    cpu->pc = direct_real_pc(cpu->pc);
    trap = direct_run(cpu);
    if (likely(trap == TRAP_SYSCALL && !cpu->trapped))
        return trap;
    if (trap == TRAP_SYSCALL) {
        direct_site_trapped(cpu->pc, cpu->syscall_nr);
        return trap;
    }
    if (trap == TRAP_FAULT && cpu->fault.si_signo == LINUX_SIGTRAP && cpu->fault.si_code == LINUX_SI_KERNEL &&
        direct_breakpoint_is_ours(cpu->pc - 1)) {
        cpu->pc -= 1;
        trap = TRAP_INTERRUPT;
    }
    cpu->pc = direct_guest_pc(cpu->pc);
    return trap;
}

static long load_gs_base(struct cpu *cpu)
{
    return host_set_gs_base(cpu->own_gs ? cpu->gs_base : (uint64_t)(uintptr_t)cpu);
}

static int thread_start(struct cpu *cpu)
{
    cpu->self = cpu;
    direct_thread_started();
    long r = load_gs_base(cpu);
    if (r < 0)
        return (int)r;
    return (int)host_syscall_dispatch_start();
}

static int set_thread_pointer(struct cpu *cpu, uint64_t value)
{
    (void)cpu;
    return (int)host_set_fs_base(value);
}

static uint64_t thread_pointer(struct cpu *cpu)
{
    (void)cpu;
    return host_get_fs_base();
}

static int set_gs_base(struct cpu *cpu, uint64_t value)
{
    if (value >= ADDRESS_LIMIT)
        return -LINUX_EPERM;
    /* 0 is what the guest begins with; then the base may stay ours. */
    cpu->gs_base = value;
    cpu->own_gs = value != 0;
    if (value)
        direct_use_slow_entry();
    return (int)load_gs_base(cpu);
}

/* Guest code is whatever is not ours. The host's vDSO, called through our vDSO, counts as guest code. */
static bool in_guest(uint64_t pc)
{
    return !(pc >= HOST_WINDOW_START && pc < HOST_WINDOW_END) && !direct_in_trampoline(pc);
}

static void save(const struct host_context *hc, struct cpu *cpu)
{
    struct host_registers r;

    host_context_registers(hc, &r);
    memcpy(cpu->gpr, r.gpr, sizeof(cpu->gpr));
    cpu->pc = r.pc;
    cpu->flags = r.flags;
    cpu->fault_error = r.fault_error;
    cpu->fault_trapno = r.fault_trap;
    cpu->fault_cr2 = r.fault_address;
}

static void leave_guest(struct cpu *cpu, struct host_context *hc, enum trap trap)
{
    host_context_redirect(hc, address(direct_resume), cpu->host_sp, trap);
}

static void take_syscall(struct cpu *cpu, struct host_context *hc, uint64_t after)
{
    cpu->pc = after;
    cpu->gpr[RCX] = after;
    cpu->gpr[R11] = cpu->flags;
    cpu->syscall_nr = cpu->gpr[RAX];
    leave_guest(cpu, hc, TRAP_SYSCALL);
}

/* The system call that SIGSYS reports: int $0x80 and the like are no system calls of this guest. */
static void take_dispatched(struct cpu *cpu, struct host_context *hc, const struct linux_siginfo *info)
{
    save(hc, cpu);
    cpu->trapped = 1;
    if (info->si_arch == AUDIT_ARCH_X86_64) {
        take_syscall(cpu, hc, cpu->pc);
        return;
    }
    cpu->syscall_nr = NO_SYSCALL;
    leave_guest(cpu, hc, TRAP_SYSCALL);
}

/*
 * A trap inside our own way in: the slow entry; the usual one when the guest has loaded GS without asking;
 * the first instruction of a trampoline when the guest steps. All of them become the system call that was on
 * its way.
 */
static bool take_entry(struct cpu *cpu, struct host_context *hc, uint64_t pc)
{
    uint64_t nr, after;

    if (pc == address(direct_syscall_entry) || pc == address(direct_syscall_entry_slow)) {
        save(hc, cpu);
        load_gs_base(cpu);
        cpu->trapped = 0;
        take_syscall(cpu, hc, cpu->gpr[RCX]);
        return true;
    }
    if (!direct_trampoline_call(pc, &nr, &after))
        return false;
    save(hc, cpu);
    if (nr != NO_SYSCALL)
        cpu->gpr[RAX] = nr;
    cpu->trapped = 0;
    take_syscall(cpu, hc, after);
    return true;
}

static bool host_trap(struct cpu *cpu, struct host_context *hc, const struct linux_siginfo *info)
{
    uint64_t pc = host_context_pc(hc);

    if (info->si_code <= 0)
        return false;
    if (info->si_signo == LINUX_SIGSYS) {
        take_dispatched(cpu, hc, info);
        return true;
    }
    if (take_entry(cpu, hc, pc))
        return true;
    if (in_range(pc, direct_window_begin, direct_window_end)) {
        /* The way out faults when GS was loaded by the guest, or at a pc that is not canonical. cpu still
         * holds the guest's state. */
        load_gs_base(cpu);
        if (info->si_signo == LINUX_SIGSEGV && cpu->pc < ADDRESS_LIMIT) {
            leave_guest(cpu, hc, TRAP_INTERRUPT);
            return true;
        }
        cpu->fault = *info;
        leave_guest(cpu, hc, TRAP_FAULT);
        return true;
    }
    if (!in_guest(pc))
        return false;
    save(hc, cpu);
    cpu->fault = *info;
    leave_guest(cpu, hc, TRAP_FAULT);
    return true;
}

static void host_interrupt(struct cpu *cpu, struct host_context *hc)
{
    uint64_t pc = host_context_pc(hc);

    if (in_range(pc, direct_window_begin, direct_window_end)) {
        leave_guest(cpu, hc, TRAP_INTERRUPT);
    } else if (in_guest(pc)) {
        save(hc, cpu);
        leave_guest(cpu, hc, TRAP_INTERRUPT);
    }
}

void cpu_rewind_syscall(struct cpu *cpu)
{
    /* Every rewritten site can be entered at the old instruction's address with the number in rax. */
    cpu->pc -= SYSCALL_INSN_LEN;
    cpu->gpr[RAX] = cpu->syscall_nr;
}

const struct engine engine_direct = {
    .name = "direct",
    .arch = ABI_X86_64,
    .run = run,
    .thread_start = thread_start,
    .set_thread_pointer = set_thread_pointer,
    .thread_pointer = thread_pointer,
    .set_gs_base = set_gs_base,
    .code_changed = direct_code_changed,
    .fork_lock = direct_fork_lock,
    .fork_unlock = direct_fork_unlock,
    .vector_size = direct_vector_size,
    .vector_save = direct_vector_save,
    .vector_load = direct_vector_load,
    .vector_reset = direct_vector_reset,
    .host_trap = host_trap,
    .host_interrupt = host_interrupt,
    .owns_address = direct_owns_address,
    .host_sequences = true,
};
