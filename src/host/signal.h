/* SPDX-License-Identifier: MIT */
/*
 * Signals of the host, as the kernel and the engines see them.
 *
 * Each thread that runs guest code has a signal stack inside its task area. All caught signals arrive in one
 * function, host_signal_upcall (kernel/host_event.c), on that stack, with all signals masked. There, only
 * recording and redirecting is allowed.
 */
#ifndef CORACLE_HOST_SIGNAL_H
#define CORACLE_HOST_SIGNAL_H

#include "abi/abi.h"
#include "base/base.h"

/* General registers in the order in which the host's instructions encode them, and what a fault leaves beside
 * them. */
struct host_registers {
    uint64_t gpr[32];
    uint64_t pc, flags;
    uint64_t fault_error, fault_trap, fault_address; /* x86: error code, exception number, CR2 */
};

/* The interrupted state of the thread; opaque above the host layer. */
struct host_context;

enum host_disposition {
    HOST_SIGNAL_DEFAULT,
    HOST_SIGNAL_IGNORE,
    HOST_SIGNAL_CATCH,
};

/* flags: LINUX_SA_NOCLDSTOP, LINUX_SA_NOCLDWAIT; others are ours to choose. Caught signals interrupt blocking
 * calls. */
long host_signal_set(int sig, enum host_disposition disposition, uint64_t flags);
/* True when the signal is ignored at present (as inherited from whoever started this process). */
bool host_signal_is_ignored(int sig);
/* The signal stack of this thread. size 0: none any more. */
long host_signal_stack(void *base, size_t size);
/* This thread's mask on the host: LINUX_SIG_BLOCK and so on; old may be NULL. */
long host_signal_mask(int how, uint64_t set, uint64_t *old);

/* Sends to a process (pid > 0), a group (< 0), or one thread; host numbers. */
long host_kill(int pid, int sig);
long host_tgkill(int pid, int tid, int sig);
long host_tkill(int tid, int sig);
long host_sigqueue(int pid, const struct linux_siginfo *info);
long host_tgsigqueue(int pid, int tid, const struct linux_siginfo *info);

/* Where the thread was interrupted. */
uint64_t host_context_pc(const struct host_context *hc);
uint64_t host_context_sp(const struct host_context *hc);
/* Continues at pc when the handler returns, everything else unchanged. */
void host_context_set_pc(struct host_context *hc, uint64_t pc);
void host_context_registers(const struct host_context *hc, struct host_registers *registers);
/* Continues at pc with stack sp, the first result register holding value; other general registers are
 * undefined. */
void host_context_redirect(struct host_context *hc, uint64_t pc, uint64_t sp, uint64_t value);
/* Keeps a signal masked after the handler returns. */
void host_context_block(struct host_context *hc, int sig);

/* Implemented by the kernel; see above. */
void host_signal_upcall(struct host_context *hc, const struct linux_siginfo *info);

#endif
