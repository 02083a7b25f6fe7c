/* SPDX-License-Identifier: MIT */
/*
 * The direct engine: guest code runs at native speed in our own process.
 *
 * A system call instruction outside our text raises SIGSYS (Syscall User Dispatch with our text as the allowed range); the site is then rewritten
 * to jump to direct_syscall_entry (site.c), so that later calls from there cost a function call. Both ways end in run() returning
 * TRAP_SYSCALL. Vector registers and FS are never touched by our code: what the guest had in them stays there.
 */
#include "engine/direct/direct.h"
#include "engine/direct/x86_64/offsets.h"
#include "host/engine.h"
#include "host/host.h"
#include "host/signal.h"
#include "kernel/user.h"

_Static_assert(offsetof(struct cpu, self) == CPU_SELF, "offsets.h");
_Static_assert(offsetof(struct cpu, gpr) == CPU_GPR(0), "offsets.h");
_Static_assert(offsetof(struct cpu, pc) == CPU_PC, "offsets.h");
_Static_assert(offsetof(struct cpu, flags) == CPU_FLAGS, "offsets.h");
_Static_assert(offsetof(struct cpu, host_sp) == CPU_HOST_SP, "offsets.h");
_Static_assert(offsetof(struct cpu, work) == CPU_WORK, "offsets.h");
_Static_assert(offsetof(struct cpu, trapped) == CPU_TRAPPED, "offsets.h");
_Static_assert(offsetof(struct cpu, syscall_nr) == CPU_SYSCALL_NR, "offsets.h");

#define SYSCALL_INSN_LEN 2

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
    enum trap trap = direct_run(cpu);

    if (unlikely(trap == TRAP_SYSCALL && cpu->trapped))
        direct_site_trapped(cpu->pc, cpu->syscall_nr);
    return trap;
}

static int thread_start(struct cpu *cpu)
{
    cpu->self = cpu;
    direct_thread_started();
    long r = host_set_gs_base((uint64_t)(uintptr_t)cpu);
    if (r < 0)
        return (int)r;
    return (int)host_syscall_dispatch_start();
}

static int set_thread_pointer(struct cpu *cpu, uint64_t value)
{
    cpu->fs_base = value;
    return (int)host_set_fs_base(value);
}

static uint64_t thread_pointer(struct cpu *cpu)
{
    (void)cpu;
    return host_get_fs_base();
}

/* Guest code is whatever is not ours. The host's vDSO, called through our vDSO, counts as guest code. */
static bool in_guest(uint64_t pc)
{
    return !(pc >= HOST_WINDOW_START && pc < HOST_WINDOW_END) && !direct_in_trampoline(pc);
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

static bool host_trap(struct cpu *cpu, struct host_context *hc, const struct linux_siginfo *info)
{
    uint64_t pc = host_context_pc(hc);

    if (info->si_code <= 0)
        return false;
    if (info->si_signo == LINUX_SIGSYS &&
        (info->si_code == LINUX_SYS_USER_DISPATCH || info->si_code == LINUX_SYS_SECCOMP)) {
        uint64_t nr = info->si_code == LINUX_SYS_SECCOMP ? (uint64_t)(uint32_t)info->si_syscall : 0;

        host_context_save(hc, cpu);
        if (info->si_code == LINUX_SYS_SECCOMP)
            cpu->gpr[RAX] = nr;
        cpu->trapped = 1;
        take_syscall(cpu, hc, pc);
        return true;
    }
    if (pc == address(direct_syscall_entry_slow)) {
        host_context_save(hc, cpu);
        cpu->trapped = 0;
        take_syscall(cpu, hc, cpu->gpr[RCX]);
        return true;
    }
    if (info->si_signo == LINUX_SIGTRAP && in_guest(pc) &&
        (direct_is_rewriting(pc - 1) || (info->si_code == LINUX_SI_KERNEL && *(const uint8_t *)(uintptr_t)(pc - 1) != 0xcc))) {
        host_context_save(hc, cpu);
        /* Another thread is replacing this instruction, or has just done so: the int3 that trapped is gone. */
        cpu->pc = pc - 1;
        leave_guest(cpu, hc, TRAP_INTERRUPT);
        return true;
    }
    if (in_range(pc, direct_window_begin, direct_window_end)) {
        /* The guest's pc is not canonical: cpu still holds its state. */
        cpu->fault = *info;
        leave_guest(cpu, hc, TRAP_FAULT);
        return true;
    }
    if (!in_guest(pc))
        return false;
    host_context_save(hc, cpu);
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
        host_context_save(hc, cpu);
        leave_guest(cpu, hc, TRAP_INTERRUPT);
    }
}

void cpu_rewind_syscall(struct cpu *cpu)
{
    /* Every rewritten site can be entered at the old instruction's address with the number in rax. */
    cpu->pc -= SYSCALL_INSN_LEN;
    cpu->gpr[RAX] = cpu->syscall_nr;
}

long user_xsave_raw(void *area, uint64_t features);
long user_xrstor_raw(const void *area, uint64_t features);
long user_fxsave_raw(void *area);
long user_fxrstor_raw(const void *area);

#define FXSAVE_SIZE      512
#define XSAVE_HEADER     64
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define SW_RESERVED      464 /* offset of Linux's software bytes in the FXSAVE image */

struct sw_reserved {
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};

static size_t xsave_size(void)
{
    static size_t size;

    if (!size)
        size = host_xsave_features() ? host_xsave_size() : FXSAVE_SIZE;
    return size;
}

static size_t vector_size(void)
{
    return xsave_size() + (host_xsave_features() ? 4 : 0);
}

static int vector_save(struct cpu *cpu, uint64_t addr)
{
    char *area = (char *)(uintptr_t)addr;
    uint64_t features = host_xsave_features();
    long r;

    (void)cpu;
    if (!features)
        return (int)user_fxsave_raw(area);
    /* XSAVE only sets bits of the header's XSTATE_BV; the rest of the header must be zero. */
    r = user_write(NULL, addr + FXSAVE_SIZE, (const char[XSAVE_HEADER]){0}, XSAVE_HEADER);
    if (r == 0)
        r = user_xsave_raw(area, features);
    if (r < 0)
        return (int)r;
    struct sw_reserved sw = {.magic1 = FP_XSTATE_MAGIC1,
                             .extended_size = (uint32_t)vector_size(),
                             .xfeatures = features,
                             .xstate_size = (uint32_t)xsave_size()};
    uint32_t magic2 = FP_XSTATE_MAGIC2;
    r = user_write(NULL, addr + SW_RESERVED, &sw, sizeof(sw));
    return r < 0 ? (int)r : user_write(NULL, addr + xsave_size(), &magic2, sizeof(magic2));
}

static int vector_load(struct cpu *cpu, uint64_t addr, size_t size)
{
    const char *area = (const char *)(uintptr_t)addr;
    struct sw_reserved sw;
    int r = user_read(NULL, &sw, addr + SW_RESERVED, sizeof(sw));

    (void)cpu;
    (void)size;
    if (r < 0)
        return r;
    if (addr & 15)
        return -LINUX_EINVAL;
    if (host_xsave_features() && sw.magic1 == FP_XSTATE_MAGIC1 && sw.xstate_size <= xsave_size() && !(addr & 63))
        return (int)user_xrstor_raw(area, host_xsave_features() & sw.xfeatures);
    return (int)user_fxrstor_raw(area);
}

#define MXCSR_OFFSET  24
#define MXCSR_DEFAULT 0x1f80u
#define FCW_DEFAULT   0x37f
#define FEATURE_PKRU  (UINT64_C(1) << 9)

static void vector_reset(struct cpu *cpu)
{
    static uint8_t image[FXSAVE_SIZE + XSAVE_HEADER] __attribute__((aligned(64)));
    uint32_t mxcsr = MXCSR_DEFAULT;
    uint16_t fcw = FCW_DEFAULT;

    (void)cpu;
    memcpy(image, &fcw, sizeof(fcw));
    memcpy(image + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
    /* A header without components gives all of them their first state. The protection keys are the thread's to keep. */
    if (host_xsave_features())
        user_xrstor_raw(image, host_xsave_features() & ~FEATURE_PKRU);
    else
        user_fxrstor_raw(image);
}

const struct engine engine_direct = {
    .name = "direct",
    .arch = ABI_X86_64,
    .run = run,
    .thread_start = thread_start,
    .set_thread_pointer = set_thread_pointer,
    .thread_pointer = thread_pointer,
    .code_changed = direct_code_changed,
    .fork_lock = direct_fork_lock,
    .fork_unlock = direct_fork_unlock,
    .vector_size = vector_size,
    .vector_save = vector_save,
    .vector_load = vector_load,
    .vector_reset = vector_reset,
    .host_trap = host_trap,
    .host_interrupt = host_interrupt,
    .owns_address = direct_owns_address,
};
