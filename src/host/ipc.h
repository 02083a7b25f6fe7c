/* SPDX-License-Identifier: MIT */
/* host: SysV shared memory, semaphores and messages, by the host's keys and identifiers. Rules as in
 * host/host.h; -LINUX_ENOSYS where the host has none. */
#ifndef CORACLE_HOST_IPC_H
#define CORACLE_HOST_IPC_H

#include "host/host.h"

long host_shm_get(int32_t key, size_t size, int flags);
long host_shm_attach(int id, void *addr, int flags);
long host_shm_detach(const void *addr);
/* cmd is one of LINUX_IPC_* and LINUX_SHM_*; arg points to what it says. */
long host_shm_control(int id, int cmd, void *arg);

long host_sem_get(int32_t key, int n, int flags);
long host_sem_op(int id, void *ops, size_t n, const struct linux_timespec *timeout, host_stop stop);
/* arg: a value for LINUX_SETVAL, otherwise a pointer. LINUX_IPC_STAT and LINUX_IPC_SET speak of struct
 * linux_semid64_ds_x86_64. */
long host_sem_control(int id, int n, int cmd, uint64_t arg);

long host_msg_get(int32_t key, int flags);
/* message: the type (a long), then n bytes. */
long host_msg_send(int id, const void *message, size_t n, int flags, host_stop stop);
long host_msg_receive(int id, void *message, size_t n, int64_t type, int flags, host_stop stop);
long host_msg_control(int id, int cmd, void *arg);

#endif
