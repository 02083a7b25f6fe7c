/* SPDX-License-Identifier: MIT */
/* Where memory lies, and the memory of other processes, on a Linux host. */
#include "host/memory.h"
#include "host/linux/syscall.h"

long host_mbind(void *addr, size_t len, int mode, const void *nodes, uint64_t bits, unsigned flags)
{
    return host_syscall6(HOST_NR(mbind), HOST_L(addr), HOST_L(len), mode, HOST_L(nodes), HOST_L(bits), flags);
}

long host_set_mempolicy(int mode, const void *nodes, uint64_t bits)
{
    return host_syscall3(HOST_NR(set_mempolicy), mode, nodes, bits);
}

long host_get_mempolicy(void *mode, void *nodes, uint64_t bits, void *addr, uint64_t flags)
{
    return host_syscall5(HOST_NR(get_mempolicy), mode, nodes, bits, addr, flags);
}

long host_migrate_pages(int pid, uint64_t bits, const void *from, const void *to)
{
    return host_syscall4(HOST_NR(migrate_pages), pid, bits, from, to);
}

long host_move_pages(int pid, uint64_t count, const void *pages, const void *nodes, void *status, int flags)
{
    return host_syscall6(HOST_NR(move_pages), pid, HOST_L(count), HOST_L(pages), HOST_L(nodes),
                         HOST_L(status), flags);
}

long host_process_vm_readv(int pid, const struct linux_iovec *local, int n, const struct linux_iovec *remote,
                           int m)
{
    return host_syscall6(HOST_NR(process_vm_readv), pid, HOST_L(local), n, HOST_L(remote), m, 0);
}

long host_process_vm_writev(int pid, const struct linux_iovec *local, int n, const struct linux_iovec *remote,
                            int m)
{
    return host_syscall6(HOST_NR(process_vm_writev), pid, HOST_L(local), n, HOST_L(remote), m, 0);
}

long host_process_madvise(int pidfd, const struct linux_iovec *remote, int n, int advice, unsigned flags)
{
    return host_syscall5(HOST_NR(process_madvise), pidfd, remote, n, advice, flags);
}

long host_process_mrelease(int pidfd, unsigned flags)
{
    return host_syscall2(HOST_NR(process_mrelease), pidfd, flags);
}
