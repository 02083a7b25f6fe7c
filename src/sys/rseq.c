/* SPDX-License-Identifier: MIT */
/*
 * Restartable sequences. Where guest code is the host's own code on the host's own threads, the host can do
 * all of it: write the number of the processor, and restart a sequence that a signal or another thread
 * interrupted. Our own code lies outside of every sequence. Elsewhere, ENOSYS is what programs expect of an
 * older kernel.
 */
#include "host/process.h"
#include "kernel/user.h"
#include "sys/sys.h"

long sys_rseq(SYSCALL_PARAMS)
{
    void *area = user_range(task, a0, (uint32_t)a1);
    long r;

    if (!task->engine->host_sequences)
        return -LINUX_ENOSYS;
    if (!area)
        return -LINUX_EFAULT;
    r = host_rseq((void *)(uintptr_t)a0, (uint32_t)a1, (int)a2, (uint32_t)a3);
    if (r == 0) {
        bool on = !(a2 & LINUX_RSEQ_FLAG_UNREGISTER);

        task->rseq = on ? a0 : 0;
        task->rseq_len = (uint32_t)a1;
        task->rseq_sig = (uint32_t)a3;
    }
    return r;
}
