/* SPDX-License-Identifier: MIT */
/* Sockets: making, naming and connecting them, and their options. */
#include "fs/fs.h"
#include "host/socket.h"
#include "host/alloc.h"
#include "net/net.h"
#include "sys/io.h"
#include "sys/sockets.h"

#define TYPE_FLAGS         (LINUX_SOCK_CLOEXEC | LINUX_SOCK_NONBLOCK)
#define OPTION_MAX         65536
#define LINUX_SO_PEERPIDFD 77

struct file *socket_get(struct task *task, int fd, long *error)
{
    struct file *file = file_get(task, fd);

    *error = file && !(file->flags & LINUX_O_PATH) ? -LINUX_ENOTSOCK : -LINUX_EBADF;
    if (file && (file->flags & LINUX_O_PATH || file->host_fd < 0)) {
        file_put(file);
        return NULL;
    }
    return file;
}

long socket_restartable(struct file *file, int option, long r)
{
    struct linux_timeval timeout = {0};
    uint32_t len = sizeof(timeout);

    if (likely(r != -LINUX_EINTR))
        return r;
    /* With a timeout of its own, a call is not restarted behind a handler. */
    if (host_getsockopt(file->host_fd, LINUX_SOL_SOCKET, option, &timeout, &len) == 0 &&
        (timeout.tv_sec || timeout.tv_usec))
        return -LINUX_ERESTARTNOHAND;
    return -LINUX_ERESTARTSYS;
}

/* Families that hold no addresses or numbers of ours that would have to be translated. */
static bool family_allowed(int family)
{
    switch (family) {
    case LINUX_AF_UNIX:
    case LINUX_AF_INET:
    case LINUX_AF_INET6:
    case LINUX_AF_NETLINK:
    case LINUX_AF_PACKET:
    case LINUX_AF_ALG:
    case LINUX_AF_VSOCK:
        return true;
    }
    return false;
}

long sys_socket(SYSCALL_PARAMS)
{
    int family = (int)a0, type = (int)a1;

    if (type & ~(0xf | TYPE_FLAGS))
        return -LINUX_EINVAL;
    if (!family_allowed(family))
        return -LINUX_EAFNOSUPPORT;
    return fd_new(task, &file_socket_ops, host_socket(family, type, (int)a2), LINUX_O_RDWR,
                  type & LINUX_SOCK_CLOEXEC, NULL);
}

long sys_socketpair(SYSCALL_PARAMS)
{
    int host[2], fds[2], type = (int)a1;

    if (type & ~(0xf | TYPE_FLAGS))
        return -LINUX_EINVAL;
    if (!family_allowed((int)a0))
        return -LINUX_EAFNOSUPPORT;
    long r = host_socketpair((int)a0, type, (int)a2, host);
    if (r < 0)
        return r;
    r = fd_new(task, &file_socket_ops, host[0], LINUX_O_RDWR, type & LINUX_SOCK_CLOEXEC, NULL);
    if (r < 0) {
        host_close(host[1]);
        return r;
    }
    fds[0] = (int)r;
    r = fd_new(task, &file_socket_ops, host[1], LINUX_O_RDWR, type & LINUX_SOCK_CLOEXEC, NULL);
    if (r < 0) {
        fd_close(task, fds[0]);
        return r;
    }
    fds[1] = (int)r;
    if (user_write(task, a3, fds, sizeof(fds))) {
        fd_close(task, fds[0]);
        fd_close(task, fds[1]);
        return -LINUX_EFAULT;
    }
    return 0;
}

/* Remembers the guest's own name for a path that the host knows by another. */
static void name_keep(struct task *task, struct file *file, uint64_t addr, uint64_t len)
{
    struct socket_name *name;

    if (file->data || len > sizeof(name->addr))
        return;
    name = kzalloc(sizeof(*name));
    if (!name)
        return;
    if (user_read(task, &name->addr, addr, len)) {
        kfree(name);
        return;
    }
    /* The host ends a path with a NUL and counts it. */
    size_t path = strnlen(name->addr.sun_path, len - sizeof(uint16_t));
    name->len = (uint32_t)(sizeof(uint16_t) + path + 1);
    file->data = name;
}

/* What the host would find out only after the name was made. */
static long bind_to_path(struct task *task, struct file *file, const char *path)
{
    int family = 0;
    uint32_t len = sizeof(family);
    long r = host_getsockopt(file->host_fd, LINUX_SOL_SOCKET, LINUX_SO_DOMAIN, &family, &len);

    if (r < 0)
        return r;
    if (family != LINUX_AF_UNIX)
        return family == LINUX_AF_INET || family == LINUX_AF_INET6 ? -LINUX_EAFNOSUPPORT : -LINUX_EINVAL;
    return vfs_socket_bind(task, file->host_fd, path);
}

static long bind_automatically(struct file *file, struct task *task, struct host_address *a)
{
    struct linux_sockaddr_un name;
    uint32_t len = sizeof(name), short_len = a->len;
    long r = host_getsockname(file->host_fd, &name, &len);

    if (r < 0 || len > sizeof(uint16_t))
        return r;
    do {
        a->len = short_len;
        r = address_automatic(task, a) ? host_bind(file->host_fd, &a->storage, a->len) : -LINUX_EINVAL;
    } while (r == -LINUX_EADDRINUSE);
    return r;
}

long sys_bind(SYSCALL_PARAMS)
{
    struct host_address a;
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    long r = address_load(task, &a, a1, (uint32_t)a2, ADDRESS_BIND);
    if (r < 0)
        return r;
    if (a.path[0]) {
        r = bind_to_path(task, file, a.path);
        if (r == 0)
            name_keep(task, file, a1, (uint32_t)a2);
    } else if (a.len == sizeof(uint16_t) && a.any.sa_family == LINUX_AF_UNIX && !net_is_identity(task)) {
        r = bind_automatically(file, task, &a);
    } else {
        r = host_bind(file->host_fd, &a.storage, a.len);
    }
    address_done(&a);
    return r;
}

long sys_connect(SYSCALL_PARAMS)
{
    struct host_address a;
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    long r = address_load(task, &a, a1, (uint32_t)a2, ADDRESS_PEER);
    if (r < 0)
        return r;
    r = host_connect(file->host_fd, &a.storage, a.len, task_stop(task));
    address_done(&a);
    return socket_restartable(file, LINUX_SO_SNDTIMEO, r);
}

long sys_listen(SYSCALL_PARAMS)
{
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    return file ? host_listen(file->host_fd, (int)a1) : error;
}

/* An accepted socket has the name of the one that listened. */
static void *name_copy(const struct file *listener)
{
    struct socket_name *copy;

    if (!listener->data || listener->ops != &file_socket_ops)
        return NULL;
    copy = kmalloc(sizeof(*copy));
    if (copy)
        memcpy(copy, listener->data, sizeof(*copy));
    return copy;
}

static long accept_new(struct task *task, int fd, uint64_t addr, uint64_t len_addr, uint32_t flags)
{
    struct linux_sockaddr_storage peer;
    uint32_t len = sizeof(peer);
    long error;

    if (flags & ~(uint32_t)TYPE_FLAGS)
        return -LINUX_EINVAL;
    struct file *file cleanup_file = socket_get(task, fd, &error);
    if (!file)
        return error;
    long host =
        host_accept(file->host_fd, addr ? &peer : NULL, addr ? &len : NULL, (int)flags, task_stop(task));
    if (host < 0)
        return socket_restartable(file, LINUX_SO_RCVTIMEO, host);
    if (addr) {
        address_to_guest(task, &peer, &len);
        long r = address_store(task, &peer, len, addr, len_addr);
        if (r < 0) {
            host_close((int)host);
            return r;
        }
    }
    return fd_new(task, &file_socket_ops, host, LINUX_O_RDWR, flags & LINUX_SOCK_CLOEXEC, name_copy(file));
}

long sys_accept(SYSCALL_PARAMS)
{
    return accept_new(task, (int)a0, a1, a2, 0);
}

long sys_accept4(SYSCALL_PARAMS)
{
    return accept_new(task, (int)a0, a1, a2, (uint32_t)a3);
}

long sys_getsockname(SYSCALL_PARAMS)
{
    struct linux_sockaddr_storage addr;
    uint32_t len = sizeof(addr);
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    const struct socket_name *name = file->ops == &file_socket_ops ? file->data : NULL;
    if (name)
        return address_store(task, &name->addr, name->len, a1, a2);
    long r = host_getsockname(file->host_fd, &addr, &len);
    if (r < 0)
        return r;
    address_to_guest(task, &addr, &len);
    return address_store(task, &addr, len, a1, a2);
}

long sys_getpeername(SYSCALL_PARAMS)
{
    struct linux_sockaddr_storage addr;
    uint32_t len = sizeof(addr);
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    long r = host_getpeername(file->host_fd, &addr, &len);
    if (r < 0)
        return r;
    address_to_guest(task, &addr, &len);
    return address_store(task, &addr, len, a1, a2);
}

long sys_shutdown(SYSCALL_PARAMS)
{
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    return file ? host_shutdown(file->host_fd, (int)a1) : error;
}

/* Options whose value holds an address or a descriptor. */
static long option_check(struct task *task, int level, int name, uint64_t value, uint64_t len)
{
    struct {
        uint16_t len, pad[3];
        uint64_t filter;
    } program;

    if (level == LINUX_IPPROTO_TCP && name == LINUX_TCP_ZEROCOPY_RECEIVE)
        return -LINUX_ENOPROTOOPT;
    if (level != LINUX_SOL_SOCKET)
        return 0;
    switch (name) {
    case LINUX_SO_ATTACH_FILTER:
    case LINUX_SO_ATTACH_REUSEPORT_CBPF:
        if (len != sizeof(program))
            return -LINUX_EINVAL;
        if (user_read(task, &program, value, sizeof(program)))
            return -LINUX_EFAULT;
        return user_range(task, program.filter, (uint64_t)program.len * 8) ? 0 : -LINUX_EFAULT;
    case LINUX_SO_ATTACH_BPF:
    case LINUX_SO_ATTACH_REUSEPORT_EBPF:
        return -LINUX_ENOPROTOOPT;
    }
    return 0;
}

long sys_setsockopt(SYSCALL_PARAMS)
{
    int level = (int)a1, name = (int)a2, len = (int)a4;
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    if (len < 0 || len > OPTION_MAX)
        return -LINUX_EINVAL;
    void *value = user_range(task, a3, (uint64_t)len);
    if (!value)
        return -LINUX_EFAULT;
    long r = option_check(task, level, name, a3, (uint64_t)len);
    return r < 0 ? r : host_setsockopt(file->host_fd, level, name, a3 ? value : NULL, (uint32_t)len);
}

static long peer_credentials(struct task *task, struct file *file, uint64_t value, uint32_t room,
                             uint64_t len_addr)
{
    struct linux_ucred cred;
    uint32_t len = sizeof(cred);
    long r = host_getsockopt(file->host_fd, LINUX_SOL_SOCKET, LINUX_SO_PEERCRED, &cred, &len);

    if (r < 0)
        return r;
    ucred_to_guest(task, &cred);
    len = MIN(len, room);
    if (user_write(task, value, &cred, len) || user_write(task, len_addr, &len, sizeof(len)))
        return -LINUX_EFAULT;
    return 0;
}

long sys_getsockopt(SYSCALL_PARAMS)
{
    int level = (int)a1, name = (int)a2, room;
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    if (user_read(task, &room, a4, sizeof(room)))
        return -LINUX_EFAULT;
    if (room < 0)
        return -LINUX_EINVAL;
    uint32_t len = (uint32_t)MIN(room, OPTION_MAX);
    void *value = user_range(task, a3, len);
    if (!value)
        return -LINUX_EFAULT;
    if (level == LINUX_SOL_SOCKET && name == LINUX_SO_PEERCRED)
        return peer_credentials(task, file, a3, len, a4);
    if ((level == LINUX_SOL_SOCKET && (name == LINUX_SO_PEERPIDFD || name == LINUX_SO_GET_FILTER)) ||
        (level == LINUX_IPPROTO_TCP && name == LINUX_TCP_ZEROCOPY_RECEIVE))
        return -LINUX_ENOPROTOOPT;
    if (level == LINUX_SOL_SOCKET && name == LINUX_SO_PEERGROUPS && !net_is_identity(task))
        return -LINUX_ENOPROTOOPT;
    long r = host_getsockopt(file->host_fd, level, name, value, &len);
    return r < 0 ? r : user_write(task, a4, &len, sizeof(len));
}
