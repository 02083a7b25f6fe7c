/* SPDX-License-Identifier: MIT */
/* host: sockets. Rules as in host/host.h; addresses and messages are Linux's canonical structures. */
#ifndef CORACLE_HOST_SOCKET_H
#define CORACLE_HOST_SOCKET_H

#include "host/host.h"

long host_socket(int domain, int type, int protocol);
long host_socketpair(int domain, int type, int protocol, int fds[2]);
long host_bind(int fd, const void *addr, uint32_t len);
long host_connect(int fd, const void *addr, uint32_t len, host_stop stop);
long host_listen(int fd, int backlog);
/* flags: LINUX_SOCK_NONBLOCK. */
long host_accept(int fd, void *addr, uint32_t *len, int flags, host_stop stop);
long host_getsockname(int fd, void *addr, uint32_t *len);
long host_getpeername(int fd, void *addr, uint32_t *len);
long host_shutdown(int fd, int how);
long host_setsockopt(int fd, int level, int name, const void *value, uint32_t len);
long host_getsockopt(int fd, int level, int name, void *value, uint32_t *len);
long host_sendto(int fd, const void *buf, size_t n, int flags, const void *addr, uint32_t len,
                 host_stop stop);
long host_recvfrom(int fd, void *buf, size_t n, int flags, void *addr, uint32_t *len, host_stop stop);
/* Descriptors in control data are the host's; received ones are close-on-exec. */
long host_sendmsg(int fd, const struct linux_msghdr *msg, int flags, host_stop stop);
long host_recvmsg(int fd, struct linux_msghdr *msg, int flags, host_stop stop);

#endif
