/* SPDX-License-Identifier: MIT */
/*
 * First light: the least that a static program needs, until the real calls come. This file goes when
 * nothing of it is used any more.
 */
#include "host/linux/syscall.h"
#include "host/signal.h"
#include "host/alloc.h"
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
    case 158:
        return a0 == LINUX_ARCH_SET_FS ? task->engine->set_thread_pointer(&task->cpu, a1) : -LINUX_EINVAL;
    case 35:  /* nanosleep */
    case 96:  /* gettimeofday */
    case 201: /* time */
    case 228: /* clock_gettime */
    case 229: /* clock_getres */
    case 230: /* clock_nanosleep */
        return host_syscall6((long)task->cpu.syscall_nr, (long)a0, (long)a1, (long)a2, (long)a3, (long)a4, (long)a5);
    }
    return -LINUX_ENOSYS;
}
