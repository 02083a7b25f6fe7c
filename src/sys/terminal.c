/* SPDX-License-Identifier: MIT */
/*
 * Terminals and the mask. Whoever reads, writes or changes a terminal from the background is sent SIGTTIN or
 * SIGTTOU, unless it blocks or ignores them. The host looks at its own mask, which does not have what the
 * guest blocks; for the length of such a call it gets it.
 */
#include "host/signal.h"
#include "sys/io.h"

enum { UNKNOWN, NO_TERMINAL, MAYBE_TERMINAL };

static bool may_be_terminal(struct file *file)
{
    uint8_t known = atomic_load_explicit(&file->terminal, memory_order_relaxed);
    struct linux_kstat st;

    if (known == UNKNOWN) {
        bool is_device = file->host_fd >= 0 && host_fstat(file->host_fd, &st) == 0 &&
                         (st.st_mode & LINUX_S_IFMT) == LINUX_S_IFCHR && linux_major(st.st_rdev) != 1;

        known = is_device ? MAYBE_TERMINAL : NO_TERMINAL;
        atomic_store_explicit(&file->terminal, known, memory_order_relaxed);
    }
    return known == MAYBE_TERMINAL;
}

uint64_t terminal_mask(struct task *task, struct file *file)
{
    uint64_t set = task->sig.blocked & SIGNALS_OF_TERMINALS;

    if (!may_be_terminal(file))
        return 0;
    host_signal_mask(LINUX_SIG_BLOCK, set, NULL);
    return set;
}

void terminal_unmask(uint64_t set)
{
    host_signal_mask(LINUX_SIG_UNBLOCK, set, NULL);
}
