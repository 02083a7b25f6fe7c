/* SPDX-License-Identifier: MIT */
/* arch_prctl(2): what a thread of an x86-64 guest keeps in registers that only the system sets. */
#include "kernel/user.h"
#include "sys/sys.h"

long sys_arch_prctl(SYSCALL_PARAMS)
{
    uint64_t value;

    switch ((int)a0) {
    case LINUX_ARCH_SET_FS:
        if (!user_range(task, a1, 0))
            return -LINUX_EPERM;
        return task->engine->set_thread_pointer(&task->cpu, a1);
    case LINUX_ARCH_GET_FS:
        value = task->engine->thread_pointer(&task->cpu);
        return user_write(task, a1, &value, sizeof value);
    case LINUX_ARCH_SET_GS:
        return task->engine->set_gs_base ? task->engine->set_gs_base(&task->cpu, a1) : -LINUX_EINVAL;
    case LINUX_ARCH_GET_GS:
        return user_write(task, a1, &task->cpu.gs_base, sizeof task->cpu.gs_base);
    case LINUX_ARCH_GET_CPUID:
        return 1;
    case LINUX_ARCH_SET_CPUID:
        /* As on a processor that cannot make cpuid fault. */
        return -LINUX_ENODEV;
    }
    return -LINUX_EINVAL;
}
