/* SPDX-License-Identifier: MIT */
/* host: where memory lies (NUMA), and the memory of other processes. Numbers of processes are the host's.
 * Rules as in host.h. */
#ifndef CORACLE_HOST_MEMORY_H
#define CORACLE_HOST_MEMORY_H

#include "host/host.h"

/* As the system calls of these names; masks hold bits unsigned longs. */
long host_mbind(void *addr, size_t len, int mode, const void *nodes, uint64_t bits, unsigned flags);
long host_set_mempolicy(int mode, const void *nodes, uint64_t bits);
long host_get_mempolicy(void *mode, void *nodes, uint64_t bits, void *addr, uint64_t flags);
long host_migrate_pages(int pid, uint64_t bits, const void *from, const void *to);
long host_move_pages(int pid, uint64_t count, const void *pages, const void *nodes, void *status, int flags);

/* Copies between this process and another; local and remote are memory of ours. */
long host_process_vm_readv(int pid, const struct linux_iovec *local, int n, const struct linux_iovec *remote,
                           int m);
long host_process_vm_writev(int pid, const struct linux_iovec *local, int n, const struct linux_iovec *remote,
                            int m);
long host_process_madvise(int pidfd, const struct linux_iovec *remote, int n, int advice, unsigned flags);
long host_process_mrelease(int pidfd, unsigned flags);

#endif
