/* SPDX-License-Identifier: MIT */
/* The interrupted state of a thread in the signal frame of Linux on x86-64. */
#include "abi/abi.h"
#include "host/signal.h"

/* The host's frame is the one that abi describes. */
#define UC(hc)         ((struct linux_ucontext_x86_64 *)(hc))
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

void host_context_registers(const struct host_context *hc, struct host_registers *to)
{
    const struct linux_sigcontext_x86_64 *r = CONST_REGS(hc);

    *to = (struct host_registers){
        .gpr = {r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi, r->r8, r->r9, r->r10, r->r11,
                r->r12, r->r13, r->r14, r->r15},
        .pc = r->rip,
        .flags = r->eflags,
        .fault_error = r->err,
        .fault_trap = r->trapno,
        .fault_address = r->cr2,
    };
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
