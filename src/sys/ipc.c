/* SPDX-License-Identifier: MIT */
/* SysV shared memory, semaphores and messages: the host's, as far as they are the container's (sysv.h). */
#include "host/ipc.h"
#include "container/spec.h"
#include "kernel/mm.h"
#include "net/net.h"
#include "sys/io.h"
#include "sys/sysv.h"

#define COMMAND(arg) ((int)(arg) & ~LINUX_IPC_64)

/* What the host tells of an object becomes the guest's view of it. */
static void permissions_to_guest(struct task *task, struct linux_ipc64_perm *perm, int32_t key)
{
    const struct container_spec *spec = task->process->spec;

    if (net_is_identity(task))
        return;
    perm->key = key;
    perm->uid = perm->uid == spec->host_uid ? 0 : perm->uid;
    perm->cuid = perm->cuid == spec->host_uid ? 0 : perm->cuid;
    perm->gid = perm->gid == spec->host_gid ? 0 : perm->gid;
    perm->cgid = perm->cgid == spec->host_gid ? 0 : perm->cgid;
}

/* In a container all belongs to one user of the host; the mode alone changes. */
static void permissions_to_host(struct task *task, struct linux_ipc64_perm *host,
                                const struct linux_ipc64_perm *guest)
{
    host->mode = guest->mode;
    if (!net_is_identity(task))
        return;
    host->uid = guest->uid;
    host->gid = guest->gid;
}

static int pid_to_guest(struct task *task, int pid)
{
    return pid ? pids_to_guest(task->process, pid) : 0;
}

/* Limits: the host's. How many objects there are is the host's own business. */
static long limits(struct task *task, long (*control)(int, int, void *), int cmd, uint64_t out, size_t size)
{
    uint64_t buf[16] = {0};
    long r = control(0, cmd, buf);

    if (r < 0)
        return r;
    if (user_write(task, out, buf, size))
        return -LINUX_EFAULT;
    return net_is_identity(task) ? r : 0;
}

/* --- shared memory --- */

long sys_shmget(SYSCALL_PARAMS)
{
    return sysv_made(task, SYSV_SHM, (int32_t)a0,
                     host_shm_get(sysv_key_to_host(task, (int32_t)a0), a1, (int)a2));
}

long sys_shmat(SYSCALL_PARAMS)
{
    struct linux_shmid64_ds ds;
    int32_t key;

    if (!sysv_knows(task, SYSV_SHM, (int)a0, &key))
        return -LINUX_EINVAL;
    if (a1) {
        long r = host_shm_control((int)a0, LINUX_IPC_STAT, &ds);
        if (r < 0)
            return r;
        if (!user_range(task, a1, ds.shm_segsz))
            return -LINUX_EINVAL;
    }
    LOCK_SCOPE(&task->process->mm->lock);
    return host_shm_attach((int)a0, (void *)(uintptr_t)a1, (int)a2);
}

long sys_shmdt(SYSCALL_PARAMS)
{
    if (!user_range(task, a0, 1))
        return -LINUX_EINVAL;
    LOCK_SCOPE(&task->process->mm->lock);
    return host_shm_detach((const void *)(uintptr_t)a0);
}

long sys_shmctl(SYSCALL_PARAMS)
{
    struct linux_shmid64_ds ds, guest;
    int id = (int)a0, cmd = COMMAND(a1);
    int32_t key = 0;
    long r;

    if (cmd == LINUX_IPC_INFO)
        return limits(task, host_shm_control, cmd, a2, 72);
    if (cmd == LINUX_SHM_INFO)
        return limits(task, host_shm_control, cmd, a2, 48);
    if (!sysv_knows(task, SYSV_SHM, id, &key))
        return -LINUX_EINVAL;
    switch (cmd) {
    case LINUX_IPC_RMID:
        r = host_shm_control(id, cmd, NULL);
        if (r == 0)
            sysv_removed(task, SYSV_SHM, id);
        return r;
    case LINUX_IPC_SET:
        if (user_read(task, &guest, a2, sizeof guest))
            return -LINUX_EFAULT;
        r = host_shm_control(id, LINUX_IPC_STAT, &ds);
        if (r < 0)
            return r;
        permissions_to_host(task, &ds.shm_perm, &guest.shm_perm);
        return host_shm_control(id, cmd, &ds);
    case LINUX_IPC_STAT:
        r = host_shm_control(id, cmd, &ds);
        if (r < 0)
            return r;
        permissions_to_guest(task, &ds.shm_perm, key);
        ds.shm_cpid = pid_to_guest(task, ds.shm_cpid);
        ds.shm_lpid = pid_to_guest(task, ds.shm_lpid);
        return user_write(task, a2, &ds, sizeof ds);
    case LINUX_SHM_LOCK:
    case LINUX_SHM_UNLOCK:
        return host_shm_control(id, cmd, NULL);
    }
    return -LINUX_EINVAL;
}

/* --- semaphores --- */

long sys_semget(SYSCALL_PARAMS)
{
    return sysv_made(task, SYSV_SEM, (int32_t)a0,
                     host_sem_get(sysv_key_to_host(task, (int32_t)a0), (int)a1, (int)a2));
}

static long sem_operate(struct task *task, int id, uint64_t addr, uint64_t n, uint64_t timeout_addr)
{
    struct linux_timespec timeout;
    int32_t key;

    if (timeout_addr && user_read(task, &timeout, timeout_addr, sizeof timeout))
        return -LINUX_EFAULT;
    if (n == 0 || !sysv_knows(task, SYSV_SEM, id, &key))
        return -LINUX_EINVAL;
    if (n > LINUX_SEMOPM)
        return -LINUX_E2BIG;
    void *ops = user_range(task, addr, n * sizeof(struct linux_sembuf));
    if (!ops)
        return -LINUX_EFAULT;
    long r = host_sem_op(id, ops, n, timeout_addr ? &timeout : NULL, task_stop(task));
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

long sys_semop(SYSCALL_PARAMS)
{
    return sem_operate(task, (int)a0, a1, (uint32_t)a2, 0);
}

long sys_semtimedop(SYSCALL_PARAMS)
{
    return sem_operate(task, (int)a0, a1, (uint32_t)a2, a3);
}

static long sem_limits(int id, int cmd, void *arg)
{
    return host_sem_control(id, 0, cmd, (uint64_t)(uintptr_t)arg);
}

static long sem_stat(struct task *task, int id, struct linux_semid64_ds_x86_64 *ds)
{
    return host_sem_control(id, 0, LINUX_IPC_STAT, (uint64_t)(uintptr_t)ds);
}

static long sem_set(struct task *task, int id, uint64_t addr)
{
    struct linux_semid64_ds_x86_64 ds;
    struct linux_ipc64_perm guest;
    long r = user_read(task, &guest, addr, sizeof guest) ? -LINUX_EFAULT : sem_stat(task, id, &ds);

    if (r < 0)
        return r;
    permissions_to_host(task, &ds.sem_perm, &guest);
    return host_sem_control(id, 0, LINUX_IPC_SET, (uint64_t)(uintptr_t)&ds);
}

static long sem_tell(struct task *task, int id, int32_t key, uint64_t addr)
{
    struct linux_semid64_ds_x86_64 ds;
    long r = sem_stat(task, id, &ds);

    if (r < 0)
        return r;
    permissions_to_guest(task, &ds.sem_perm, key);
    if (task->cpu.arch == ABI_X86_64)
        return user_write(task, addr, &ds, sizeof ds);
    struct linux_semid64_ds_aarch64 other = {.sem_perm = ds.sem_perm,
                                             .sem_otime = ds.sem_otime,
                                             .sem_ctime = ds.sem_ctime,
                                             .sem_nsems = ds.sem_nsems};
    return user_write(task, addr, &other, sizeof other);
}

long sys_semctl(SYSCALL_PARAMS)
{
    struct linux_semid64_ds_x86_64 ds;
    int id = (int)a0, cmd = COMMAND(a2);
    int32_t key = 0;
    long r;

    if (cmd == LINUX_IPC_INFO || cmd == LINUX_SEM_INFO)
        return limits(task, sem_limits, cmd, a3, 40);
    if (!sysv_knows(task, SYSV_SEM, id, &key))
        return -LINUX_EINVAL;
    switch (cmd) {
    case LINUX_IPC_RMID:
        r = host_sem_control(id, 0, cmd, 0);
        if (r == 0)
            sysv_removed(task, SYSV_SEM, id);
        return r;
    case LINUX_IPC_SET:
        return sem_set(task, id, a3);
    case LINUX_IPC_STAT:
        return sem_tell(task, id, key, a3);
    case LINUX_GETALL:
    case LINUX_SETALL:
        r = sem_stat(task, id, &ds);
        if (r < 0)
            return r;
        if (!user_range(task, a3, ds.sem_nsems * sizeof(uint16_t)))
            return -LINUX_EFAULT;
        return host_sem_control(id, 0, cmd, a3);
    case LINUX_GETPID:
        r = host_sem_control(id, (int)a1, cmd, 0);
        return r < 0 ? r : pid_to_guest(task, (int)r);
    case LINUX_GETVAL:
    case LINUX_GETNCNT:
    case LINUX_GETZCNT:
    case LINUX_SETVAL:
        return host_sem_control(id, (int)a1, cmd, a3);
    }
    return -LINUX_EINVAL;
}

/* --- messages --- */

long sys_msgget(SYSCALL_PARAMS)
{
    return sysv_made(task, SYSV_MSG, (int32_t)a0, host_msg_get(sysv_key_to_host(task, (int32_t)a0), (int)a1));
}

long sys_msgsnd(SYSCALL_PARAMS)
{
    int32_t key;

    if ((int64_t)a2 < 0 || (int)a0 < 0 || !sysv_knows(task, SYSV_MSG, (int)a0, &key))
        return -LINUX_EINVAL;
    void *message = user_range(task, a1, sizeof(int64_t) + MIN(a2, IO_MAX));
    if (!message)
        return -LINUX_EFAULT;
    long r = host_msg_send((int)a0, message, a2, (int)a3, task_stop(task));
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

long sys_msgrcv(SYSCALL_PARAMS)
{
    int32_t key;

    if ((int64_t)a2 < 0 || (int)a0 < 0 || !sysv_knows(task, SYSV_MSG, (int)a0, &key))
        return -LINUX_EINVAL;
    void *message = user_range(task, a1, sizeof(int64_t) + MIN(a2, IO_MAX));
    if (!message)
        return -LINUX_EFAULT;
    long r = host_msg_receive((int)a0, message, a2, (int64_t)a3, (int)a4, task_stop(task));
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

long sys_msgctl(SYSCALL_PARAMS)
{
    struct linux_msqid64_ds ds, guest;
    int id = (int)a0, cmd = COMMAND(a1);
    int32_t key = 0;
    long r;

    if (cmd == LINUX_IPC_INFO || cmd == 12 /* MSG_INFO */)
        return limits(task, host_msg_control, cmd, a2, 32);
    if (!sysv_knows(task, SYSV_MSG, id, &key))
        return -LINUX_EINVAL;
    switch (cmd) {
    case LINUX_IPC_RMID:
        r = host_msg_control(id, cmd, NULL);
        if (r == 0)
            sysv_removed(task, SYSV_MSG, id);
        return r;
    case LINUX_IPC_SET:
        if (user_read(task, &guest, a2, sizeof guest))
            return -LINUX_EFAULT;
        r = host_msg_control(id, LINUX_IPC_STAT, &ds);
        if (r < 0)
            return r;
        permissions_to_host(task, &ds.msg_perm, &guest.msg_perm);
        ds.msg_qbytes = guest.msg_qbytes;
        return host_msg_control(id, cmd, &ds);
    case LINUX_IPC_STAT:
        r = host_msg_control(id, cmd, &ds);
        if (r < 0)
            return r;
        permissions_to_guest(task, &ds.msg_perm, key);
        ds.msg_lspid = pid_to_guest(task, ds.msg_lspid);
        ds.msg_lrpid = pid_to_guest(task, ds.msg_lrpid);
        return user_write(task, a2, &ds, sizeof ds);
    }
    return -LINUX_EINVAL;
}
