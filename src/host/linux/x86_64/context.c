/* SPDX-License-Identifier: MIT */
/* The interrupted state of a thread in the signal frame of Linux on x86-64. */
#include "abi/abi.h"
#include "engine/engine.h"
#include "host/signal.h"

/* The host's frame is the one that abi describes. */
#define UC(hc)        ((struct linux_ucontext_x86_64 *)(hc))
#define CONST_REGS(hc) (&((const struct linux_ucontext_x86_64 *)(hc))->uc_mcontext)

uint64_t host_context_pc(const struct host_context *hc)
{
    return CONST_REGS(hc)->rip;
}

uint64_t host_context_sp(const struct host_context *hc)
{
    return CONST_REGS(hc)->rsp;
}

void host_context_set_pc(struct host_context *hc, uint64_t pc)
{
    UC(hc)->uc_mcontext.rip = pc;
}

void host_context_save(const struct host_context *hc, struct cpu *cpu)
{
    const struct linux_sigcontext_x86_64 *r = CONST_REGS(hc);

    cpu->gpr[RAX] = r->rax;
    cpu->gpr[RCX] = r->rcx;
    cpu->gpr[RDX] = r->rdx;
    cpu->gpr[RBX] = r->rbx;
    cpu->gpr[RSP] = r->rsp;
    cpu->gpr[RBP] = r->rbp;
    cpu->gpr[RSI] = r->rsi;
    cpu->gpr[RDI] = r->rdi;
    cpu->gpr[R8] = r->r8;
    cpu->gpr[R9] = r->r9;
    cpu->gpr[R10] = r->r10;
    cpu->gpr[R11] = r->r11;
    cpu->gpr[R12] = r->r12;
    cpu->gpr[R13] = r->r13;
    cpu->gpr[R14] = r->r14;
    cpu->gpr[R15] = r->r15;
    cpu->pc = r->rip;
    cpu->flags = r->eflags;
    cpu->fault_error = r->err;
    cpu->fault_trapno = r->trapno;
    cpu->fault_cr2 = r->cr2;
}

void host_context_redirect(struct host_context *hc, uint64_t pc, uint64_t sp, uint64_t value)
{
    struct linux_sigcontext_x86_64 *r = &UC(hc)->uc_mcontext;

    r->rip = pc;
    r->rsp = sp;
    r->rax = value;
    r->eflags &= ~UINT64_C(0x40500); /* DF, TF and AC would disturb our code */
}

void host_context_block(struct host_context *hc, int sig)
{
    UC(hc)->uc_sigmask |= UINT64_C(1) << (sig - 1);
}
