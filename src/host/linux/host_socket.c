/* SPDX-License-Identifier: MIT */
/* Sockets of a Linux host. */
#include "host/socket.h"
#include "host/linux/syscall.h"

long host_socket(int domain, int type, int protocol)
{
    return host_syscall3(HOST_NR(socket), domain, type | LINUX_SOCK_CLOEXEC, protocol);
}

long host_socketpair(int domain, int type, int protocol, int fds[2])
{
    return host_syscall4(HOST_NR(socketpair), domain, type | LINUX_SOCK_CLOEXEC, protocol, fds);
}

long host_bind(int fd, const void *addr, uint32_t len)
{
    return host_syscall3(HOST_NR(bind), fd, addr, len);
}

long host_connect(int fd, const void *addr, uint32_t len, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(connect), fd, addr, len, 0, 0, 0);
}

long host_listen(int fd, int backlog)
{
    return host_syscall2(HOST_NR(listen), fd, backlog);
}

long host_accept(int fd, void *addr, uint32_t *len, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(accept4), fd, addr, len, flags | LINUX_SOCK_CLOEXEC, 0, 0);
}

long host_getsockname(int fd, void *addr, uint32_t *len)
{
    return host_syscall3(HOST_NR(getsockname), fd, addr, len);
}

long host_getpeername(int fd, void *addr, uint32_t *len)
{
    return host_syscall3(HOST_NR(getpeername), fd, addr, len);
}

long host_shutdown(int fd, int how)
{
    return host_syscall2(HOST_NR(shutdown), fd, how);
}

long host_setsockopt(int fd, int level, int name, const void *value, uint32_t len)
{
    return host_syscall5(HOST_NR(setsockopt), fd, level, name, value, len);
}

long host_getsockopt(int fd, int level, int name, void *value, uint32_t *len)
{
    return host_syscall5(HOST_NR(getsockopt), fd, level, name, value, len);
}

long host_sendto(int fd, const void *buf, size_t n, int flags, const void *addr, uint32_t len, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(sendto), fd, buf, n, flags, addr, len);
}

long host_recvfrom(int fd, void *buf, size_t n, int flags, void *addr, uint32_t *len, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(recvfrom), fd, buf, n, flags, addr, len);
}

long host_sendmsg(int fd, const struct linux_msghdr *msg, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(sendmsg), fd, msg, flags, 0, 0, 0);
}

long host_recvmsg(int fd, struct linux_msghdr *msg, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(recvmsg), fd, msg, flags | LINUX_MSG_CMSG_CLOEXEC, 0, 0, 0);
}
