/* SPDX-License-Identifier: MIT */
/*
 * First light: the least that a static program needs, until the real calls come. This file goes when
 * nothing of it is used any more.
 */
#include "host/signal.h"
#include "kernel/alloc.h"
#include "kernel/boot.h"
#include "kernel/crash.h"
#include "kernel/exit.h"
#include "kernel/file.h"
#include "kernel/mm.h"
#include "kernel/trace.h"
#include "kernel/user.h"
#include "sys/sys.h"

long bringup_syscall(SYSCALL_PARAMS);
long bringup_syscall(SYSCALL_PARAMS)
{
    switch (task->cpu.syscall_nr) {
    case 0:
        return host_read((int)a0, (void *)(uintptr_t)a1, a2, NULL);
    case 1:
        return host_write((int)a0, (const void *)(uintptr_t)a1, a2, NULL);
    case 3:
        return host_close((int)a0);
    case 17:
        return host_pread((int)a0, (void *)(uintptr_t)a1, a2, (int64_t)a3);
    case 39:
        return host_getpid();
    case 186:
        return host_gettid();
    case 158:
        return a0 == LINUX_ARCH_SET_FS ? task->engine->set_thread_pointer(&task->cpu, a1) : -LINUX_EINVAL;
    case 228:
        return host_clock_gettime((int)a0, (struct linux_timespec *)(uintptr_t)a1);
    case 231:
        host_exit_group((int)a0);
    case 257:
        return host_openat((int)a0, (const char *)(uintptr_t)a1, (int)a2, (unsigned)a3, NULL);
    }
    return -LINUX_ENOSYS;
}
