/* SPDX-License-Identifier: MIT */
/* SysV IPC of a Linux host. */
#include "host/ipc.h"
#include "host/linux/syscall.h"

long host_shm_get(int32_t key, size_t size, int flags)
{
    return host_syscall3(HOST_NR(shmget), key, size, flags);
}

long host_shm_attach(int id, void *addr, int flags)
{
    return host_syscall3(HOST_NR(shmat), id, addr, flags);
}

long host_shm_detach(const void *addr)
{
    return host_syscall1(HOST_NR(shmdt), addr);
}

long host_shm_control(int id, int cmd, void *arg)
{
    return host_syscall3(HOST_NR(shmctl), id, cmd, arg);
}

long host_sem_get(int32_t key, int n, int flags)
{
    return host_syscall3(HOST_NR(semget), key, n, flags);
}

long host_sem_op(int id, void *ops, size_t n, const struct linux_timespec *timeout, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(semtimedop), id, ops, n, timeout, 0, 0);
}

#if defined(__x86_64__)
long host_sem_control(int id, int n, int cmd, uint64_t arg)
{
    return host_syscall4(HOST_NR(semctl), id, n, cmd, arg);
}
#else
long host_sem_control(int id, int n, int cmd, uint64_t arg)
{
    struct linux_semid64_ds_x86_64 *canonical = (struct linux_semid64_ds_x86_64 *)(uintptr_t)arg;
    struct linux_semid64_ds_aarch64 own = {0};

    if (cmd != LINUX_IPC_STAT && cmd != LINUX_IPC_SET)
        return host_syscall4(HOST_NR(semctl), id, n, cmd, arg);
    if (cmd == LINUX_IPC_SET)
        own.sem_perm = canonical->sem_perm;
    long r = host_syscall4(HOST_NR(semctl), id, n, cmd, &own);
    if (r >= 0 && cmd == LINUX_IPC_STAT)
        *canonical = (struct linux_semid64_ds_x86_64){.sem_perm = own.sem_perm,
                                                      .sem_otime = own.sem_otime,
                                                      .sem_ctime = own.sem_ctime,
                                                      .sem_nsems = own.sem_nsems};
    return r;
}
#endif

long host_msg_get(int32_t key, int flags)
{
    return host_syscall2(HOST_NR(msgget), key, flags);
}

long host_msg_send(int id, const void *message, size_t n, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(msgsnd), id, message, n, flags, 0, 0);
}

long host_msg_receive(int id, void *message, size_t n, int64_t type, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(msgrcv), id, message, n, type, flags, 0);
}

long host_msg_control(int id, int cmd, void *arg)
{
    return host_syscall3(HOST_NR(msgctl), id, cmd, arg);
}
