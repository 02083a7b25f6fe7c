/* SPDX-License-Identifier: MIT */
/* Sending and receiving. Data goes straight between the host and guest memory; names and control data are
 * copied and translated. */
#include "host/socket.h"
#include "host/alloc.h"
#include "net/net.h"
#include "sys/io.h"
#include "sys/sockets.h"

#define CONTROL_MAX   65536
#define CONTROL_LOCAL 256
#define MESSAGES_MAX  1024

long sys_sendto(SYSCALL_PARAMS)
{
    uint64_t n = MIN(a2, IO_MAX);
    struct host_address a = {.fd = -1};
    long error, r;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    void *buf = user_range(task, a1, n);
    if (!buf)
        return -LINUX_EFAULT;
    if (a4) {
        r = address_load(task, &a, a4, (uint32_t)a5, ADDRESS_PEER);
        if (r < 0)
            return r;
    }
    r = host_sendto(file->host_fd, buf, n, (int)a3, a4 ? &a.storage : NULL, a4 ? a.len : 0, task_stop(task));
    address_done(&a);
    return socket_restartable(file, LINUX_SO_SNDTIMEO, r);
}

long sys_recvfrom(SYSCALL_PARAMS)
{
    uint64_t n = MIN(a2, IO_MAX);
    struct linux_sockaddr_storage addr;
    uint32_t len = sizeof(addr);
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    if (!file)
        return error;
    void *buf = user_range(task, a1, n);
    if (!buf)
        return -LINUX_EFAULT;
    long r =
        host_recvfrom(file->host_fd, buf, n, (int)a3, a4 ? &addr : NULL, a4 ? &len : NULL, task_stop(task));
    if (r >= 0 && a4) {
        address_to_guest(task, &addr, &len);
        error = address_store(task, &addr, len, a4, a5);
        if (error < 0)
            return error;
    }
    return socket_restartable(file, LINUX_SO_RCVTIMEO, r);
}

/* Control data of one message in our memory. */
struct control {
    uint64_t len;
    void *data;
    uint64_t local[CONTROL_LOCAL / 8];
};

static long control_room(struct control *c, uint64_t len)
{
    c->len = len;
    c->data = len ? c->local : NULL;
    if (len > sizeof(c->local))
        c->data = kmalloc(len);
    return len && !c->data ? -LINUX_ENOMEM : 0;
}

static void control_free(struct control *c)
{
    if (c->data != c->local)
        kfree(c->data);
}

static long send_control(struct task *task, struct file *file, struct linux_msghdr *msg, struct control *c,
                         int flags)
{
    struct control_files held = {.n = 0};
    long r;

    msg->msg_control = (uint64_t)(uintptr_t)c->data;
    msg->msg_controllen = c->len;
    r = c->len ? control_to_host(task, c->data, c->len, &held) : 0;
    if (r == 0)
        r = host_sendmsg(file->host_fd, msg, flags, task_stop(task));
    control_done(&held);
    return r;
}

static long send_one(struct task *task, struct file *file, uint64_t addr, int flags)
{
    struct linux_msghdr guest, msg = {0};
    struct host_address a = {.fd = -1};
    struct control control;
    struct iov iov;
    long r;

    if (user_read(task, &guest, addr, sizeof(guest)))
        return -LINUX_EFAULT;
    if (guest.msg_iovlen > INT32_MAX)
        return -LINUX_EMSGSIZE;
    r = iov_load(task, &iov, guest.msg_iov, guest.msg_iovlen);
    if (r < 0)
        return r == -LINUX_EINVAL && guest.msg_iovlen > 1024 ? -LINUX_EMSGSIZE : r;
    msg.msg_iov = (uint64_t)(uintptr_t)iov.v;
    msg.msg_iovlen = (uint64_t)iov.n;
    r = -LINUX_ENOBUFS;
    if (guest.msg_controllen > CONTROL_MAX)
        goto out_iov;
    if (guest.msg_name && guest.msg_namelen) {
        r = address_load(task, &a, guest.msg_name, guest.msg_namelen, ADDRESS_PEER);
        if (r < 0)
            goto out_iov;
        msg.msg_name = (uint64_t)(uintptr_t)&a.storage;
        msg.msg_namelen = a.len;
    }
    r = control_room(&control, guest.msg_control ? guest.msg_controllen : 0);
    if (r < 0)
        goto out_name;
    if (control.len && user_read(task, control.data, guest.msg_control, control.len))
        r = -LINUX_EFAULT;
    else if (control.len)
        r = send_control(task, file, &msg, &control, flags);
    else
        r = host_sendmsg(file->host_fd, &msg, flags, task_stop(task));
    control_free(&control);
out_name:
    address_done(&a);
out_iov:
    iov_free(&iov);
    return r;
}

/* Receives one message; the guest's header at addr is updated. */
static long receive_one(struct task *task, struct file *file, uint64_t addr, int flags)
{
    struct linux_msghdr guest, msg = {0};
    struct linux_sockaddr_storage name;
    struct control control;
    struct iov iov;
    long r;

    if (user_read(task, &guest, addr, sizeof(guest)))
        return -LINUX_EFAULT;
    if (guest.msg_iovlen > INT32_MAX)
        return -LINUX_EMSGSIZE;
    r = iov_load(task, &iov, guest.msg_iov, guest.msg_iovlen);
    if (r < 0)
        return r == -LINUX_EINVAL && guest.msg_iovlen > 1024 ? -LINUX_EMSGSIZE : r;
    msg.msg_iov = (uint64_t)(uintptr_t)iov.v;
    msg.msg_iovlen = (uint64_t)iov.n;
    if (guest.msg_name) {
        msg.msg_name = (uint64_t)(uintptr_t)&name;
        msg.msg_namelen = sizeof(name);
    }
    r = control_room(&control, guest.msg_control ? MIN(guest.msg_controllen, CONTROL_MAX) : 0);
    if (r < 0)
        goto out;
    msg.msg_control = (uint64_t)(uintptr_t)control.data;
    msg.msg_controllen = control.len;
    r = host_recvmsg(file->host_fd, &msg, flags, task_stop(task));
    if (r < 0)
        goto out_control;
    if (!(flags & LINUX_MSG_CMSG_CLOEXEC))
        msg.msg_flags &= ~(uint32_t)LINUX_MSG_CMSG_CLOEXEC;
    if (msg.msg_controllen)
        control_to_guest(task, control.data, msg.msg_controllen, flags & LINUX_MSG_CMSG_CLOEXEC,
                         &msg.msg_flags);
    if (guest.msg_name) {
        uint32_t len = msg.msg_namelen;

        if (len)
            address_to_guest(task, &name, &len);
        if ((int32_t)guest.msg_namelen < 0)
            r = -LINUX_EINVAL;
        else if (len &&
                 user_write(task, guest.msg_name, &name, MIN(MIN(len, guest.msg_namelen), sizeof(name))))
            r = -LINUX_EFAULT;
        guest.msg_namelen = len;
    }
    if (msg.msg_controllen && user_write(task, guest.msg_control, control.data, msg.msg_controllen))
        r = -LINUX_EFAULT;
    guest.msg_controllen = msg.msg_controllen;
    guest.msg_flags = msg.msg_flags;
    if (user_write(task, addr, &guest, sizeof(guest)))
        r = -LINUX_EFAULT;
out_control:
    control_free(&control);
out:
    iov_free(&iov);
    return r;
}

long sys_sendmsg(SYSCALL_PARAMS)
{
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    return file ? socket_restartable(file, LINUX_SO_SNDTIMEO, send_one(task, file, a1, (int)a2)) : error;
}

long sys_recvmsg(SYSCALL_PARAMS)
{
    long error;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);

    return file ? socket_restartable(file, LINUX_SO_RCVTIMEO, receive_one(task, file, a1, (int)a2)) : error;
}

long sys_sendmmsg(SYSCALL_PARAMS)
{
    uint64_t n = MIN((uint32_t)a2, MESSAGES_MAX);
    long error, r = 0;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);
    uint64_t i;

    if (!file)
        return error;
    for (i = 0; i < n; i++) {
        uint64_t addr = a1 + i * sizeof(struct linux_mmsghdr);

        r = send_one(task, file, addr, (int)a3);
        if (r < 0)
            break;
        uint32_t sent = (uint32_t)r;
        if (user_write(task, addr + offsetof(struct linux_mmsghdr, msg_len), &sent, sizeof(sent))) {
            r = -LINUX_EFAULT;
            break;
        }
    }
    return i || r >= 0 ? (long)i : socket_restartable(file, LINUX_SO_SNDTIMEO, r);
}

long sys_recvmmsg(SYSCALL_PARAMS)
{
    uint64_t n = MIN((uint32_t)a2, MESSAGES_MAX);
    struct linux_timespec timeout, deadline = {0};
    int flags = (int)a3;
    bool timed;
    long error, r = 0;
    struct file *file cleanup_file = socket_get(task, (int)a0, &error);
    uint64_t i;

    if (!file)
        return error;
    r = timespec_load(task, a4, &timeout, &timed);
    if (r < 0)
        return r;
    if (timed)
        timespec_after(&deadline, &timeout);
    for (i = 0; i < n; i++) {
        uint64_t addr = a1 + i * sizeof(struct linux_mmsghdr);

        r = receive_one(task, file, addr, flags & ~LINUX_MSG_WAITFORONE);
        if (r < 0)
            break;
        uint32_t received = (uint32_t)r;
        if (user_write(task, addr + offsetof(struct linux_mmsghdr, msg_len), &received, sizeof(received))) {
            r = -LINUX_EFAULT;
            break;
        }
        if (flags & LINUX_MSG_WAITFORONE)
            flags |= LINUX_MSG_DONTWAIT;
        /* As on Linux, the timeout is looked at between messages only. */
        if (timed) {
            timespec_remaining(&timeout, &deadline);
            if (!timeout.tv_sec && !timeout.tv_nsec) {
                i++;
                break;
            }
        }
    }
    if (timed && user_write(task, a4, &timeout, sizeof(timeout)))
        return i ? (long)i : -LINUX_EFAULT;
    return i || r >= 0 ? (long)i : socket_restartable(file, LINUX_SO_RCVTIMEO, r);
}
