/* SPDX-License-Identifier: MIT */
/*
 * The signal frame of Linux on x86-64, from low to high addresses: the address that the handler returns to
 * (SA_RESTORER), the ucontext, the siginfo; above them, aligned to 64, the vector state; then the red zone of
 * the interrupted code, or the top of the alternate stack.
 */
#include "kernel/signal_queue.h"
#include "kernel/task.h"
#include "kernel/user.h"

#define RED_ZONE 128
#define USER_CS  0x33
#define USER_DS  0x2b

enum {
    FLAG_CF = 1 << 0,
    FLAG_PF = 1 << 2,
    FLAG_AF = 1 << 4,
    FLAG_ZF = 1 << 6,
    FLAG_SF = 1 << 7,
    FLAG_TF = 1 << 8,
    FLAG_DF = 1 << 10,
    FLAG_OF = 1 << 11,
    FLAG_RF = 1 << 16,
    FLAG_AC = 1 << 18,
};
/* The flags that sigreturn takes from the frame. */
#define FLAGS_RESTORED                                                                                       \
    ((uint64_t)(FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_TF | FLAG_DF | FLAG_OF | FLAG_RF |    \
                FLAG_AC))

struct rt_frame {
    uint64_t pretcode;
    struct linux_ucontext_x86_64 uc;
    struct linux_siginfo info;
};
_Static_assert(sizeof(struct rt_frame) == 440, "rt_sigframe");

static void save_registers(const struct cpu *cpu, struct linux_sigcontext_x86_64 *r)
{
    r->r8 = cpu->gpr[R8];
    r->r9 = cpu->gpr[R9];
    r->r10 = cpu->gpr[R10];
    r->r11 = cpu->gpr[R11];
    r->r12 = cpu->gpr[R12];
    r->r13 = cpu->gpr[R13];
    r->r14 = cpu->gpr[R14];
    r->r15 = cpu->gpr[R15];
    r->rdi = cpu->gpr[RDI];
    r->rsi = cpu->gpr[RSI];
    r->rbp = cpu->gpr[RBP];
    r->rbx = cpu->gpr[RBX];
    r->rdx = cpu->gpr[RDX];
    r->rax = cpu->gpr[RAX];
    r->rcx = cpu->gpr[RCX];
    r->rsp = cpu->gpr[RSP];
    r->rip = cpu->pc;
    r->eflags = cpu->flags;
    r->cs = USER_CS;
    r->ss = USER_DS;
    r->err = cpu->fault_error;
    r->trapno = cpu->fault_trapno;
    r->cr2 = cpu->fault_cr2;
}

static void load_registers(struct cpu *cpu, const struct linux_sigcontext_x86_64 *r)
{
    cpu->gpr[R8] = r->r8;
    cpu->gpr[R9] = r->r9;
    cpu->gpr[R10] = r->r10;
    cpu->gpr[R11] = r->r11;
    cpu->gpr[R12] = r->r12;
    cpu->gpr[R13] = r->r13;
    cpu->gpr[R14] = r->r14;
    cpu->gpr[R15] = r->r15;
    cpu->gpr[RDI] = r->rdi;
    cpu->gpr[RSI] = r->rsi;
    cpu->gpr[RBP] = r->rbp;
    cpu->gpr[RBX] = r->rbx;
    cpu->gpr[RDX] = r->rdx;
    cpu->gpr[RAX] = r->rax;
    cpu->gpr[RCX] = r->rcx;
    cpu->gpr[RSP] = r->rsp;
    cpu->pc = r->rip;
    cpu->flags = (cpu->flags & ~FLAGS_RESTORED) | (r->eflags & FLAGS_RESTORED);
}

/* Where the frame goes: its address, that of the vector state, or false when it would leave the alternate
 * stack. */
static bool place(struct task *task, const struct linux_sigaction *action, uint64_t *frame, uint64_t *vector)
{
    struct linux_stack *alt = &task->sig.altstack;
    uint64_t sp = task->cpu.gpr[RSP];
    bool inside = signal_on_altstack(task, sp), enters = false;

    sp -= RED_ZONE;
    if ((action->sa_flags & LINUX_SA_ONSTACK) && alt->ss_size && !inside) {
        sp = alt->ss_sp + alt->ss_size;
        enters = true;
    }
    *vector = ALIGN_DOWN(sp - task->engine->vector_size(), UINT64_C(64));
    /* As if the handler had been called: the stack is aligned before the return address is pushed. */
    *frame = ALIGN_DOWN(*vector - sizeof(struct rt_frame), UINT64_C(16)) - 8;
    return !(enters || inside) || (*frame > alt->ss_sp && *frame - alt->ss_sp <= alt->ss_size);
}

int signal_frame_push(struct task *task, const struct linux_sigaction *action,
                      const struct linux_siginfo *info, uint64_t mask_to_restore)
{
    struct cpu *cpu = &task->cpu;
    struct linux_stack *alt = &task->sig.altstack;
    struct rt_frame f = {.pretcode = action->sa_restorer};
    bool with_info = action->sa_flags & LINUX_SA_SIGINFO;
    uint64_t at, vector;

    if (!place(task, action, &at, &vector) || !(action->sa_flags & LINUX_SA_RESTORER))
        return -LINUX_EFAULT;
    f.uc.uc_flags = LINUX_UC_FP_XSTATE | LINUX_UC_SIGCONTEXT_SS | LINUX_UC_STRICT_RESTORE_SS;
    f.uc.uc_stack = *alt;
    save_registers(cpu, &f.uc.uc_mcontext);
    f.uc.uc_mcontext.oldmask = mask_to_restore;
    f.uc.uc_mcontext.fpstate = vector;
    f.uc.uc_sigmask = mask_to_restore;
    if (with_info)
        f.info = *info;
    if (task->engine->vector_save(cpu, vector) < 0 ||
        user_write(task, at, &f, with_info ? sizeof(f) : offsetof(struct rt_frame, info)) < 0)
        return -LINUX_EFAULT;
    if ((uint32_t)alt->ss_flags & SS_AUTODISARM)
        *alt = (struct linux_stack){.ss_flags = LINUX_SS_DISABLE};
    task->engine->vector_reset(cpu);
    cpu->gpr[RDI] = (uint64_t)info->si_signo;
    cpu->gpr[RSI] = at + offsetof(struct rt_frame, info);
    cpu->gpr[RDX] = at + offsetof(struct rt_frame, uc);
    cpu->gpr[RAX] = 0;
    cpu->gpr[RSP] = at;
    cpu->pc = action->sa_handler;
    cpu->flags &= ~(uint64_t)(FLAG_DF | FLAG_RF | FLAG_TF);
    return 0;
}

int signal_frame_pop(struct task *task)
{
    struct cpu *cpu = &task->cpu;
    struct rt_frame f;
    int r;

    /* The handler's return has taken pretcode off the stack; the siginfo is of no interest. */
    r = user_read(task, &f, cpu->gpr[RSP] - 8, offsetof(struct rt_frame, info));
    if (r < 0)
        return r;
    signal_set_mask(task, f.uc.uc_sigmask);
    load_registers(cpu, &f.uc.uc_mcontext);
    if (!f.uc.uc_mcontext.fpstate)
        task->engine->vector_reset(cpu);
    else if (task->engine->vector_load(cpu, f.uc.uc_mcontext.fpstate, task->engine->vector_size()) < 0)
        return -LINUX_EFAULT;
    /* Back to the alternate stack of that time, as far as it is a valid one. */
    signal_set_altstack(task, &f.uc.uc_stack);
    return 0;
}
