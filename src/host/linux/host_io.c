/* SPDX-License-Identifier: MIT */
/* Vectors, pipes, copies between descriptors, event descriptors and message queues of a Linux host. */
#include "host/io.h"
#include "host/linux/syscall.h"

/* Loads of a 64-bit offset come in two halves, of which a 64-bit kernel uses the first alone. */
#define NO_HIGH_HALF 0

long host_readv(int fd, const struct linux_iovec *iov, int n, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(readv), fd, iov, n, 0, 0, 0);
}

long host_writev(int fd, const struct linux_iovec *iov, int n, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(writev), fd, iov, n, 0, 0, 0);
}

long host_preadv2(int fd, const struct linux_iovec *iov, int n, int64_t offset, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(preadv2), fd, iov, n, offset, NO_HIGH_HALF, flags);
}

long host_pwritev2(int fd, const struct linux_iovec *iov, int n, int64_t offset, int flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(pwritev2), fd, iov, n, offset, NO_HIGH_HALF, flags);
}

long host_sendfile(int out, int in, int64_t *offset, size_t n, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(sendfile), out, in, offset, n, 0, 0);
}

long host_copy_file_range(int in, int64_t *in_offset, int out, int64_t *out_offset, size_t n, unsigned flags)
{
    return host_syscall6(HOST_NR(copy_file_range), in, HOST_L(in_offset), out, HOST_L(out_offset), HOST_L(n),
                         flags);
}

long host_splice(int in, int64_t *in_offset, int out, int64_t *out_offset, size_t n, unsigned flags,
                 host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(splice), in, in_offset, out, out_offset, n, flags);
}

long host_tee(int in, int out, size_t n, unsigned flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(tee), in, out, n, flags, 0, 0);
}

long host_vmsplice(int fd, const struct linux_iovec *iov, int n, unsigned flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(vmsplice), fd, iov, n, flags, 0, 0);
}

long host_pipe(int fds[2], int flags)
{
    return host_syscall2(HOST_NR(pipe2), fds, flags | LINUX_O_CLOEXEC);
}

long host_random(void *buf, size_t n, unsigned flags, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(getrandom), buf, n, flags, 0, 0, 0);
}

long host_eventfd(unsigned value, int flags)
{
    return host_syscall2(HOST_NR(eventfd2), value, flags | LINUX_EFD_CLOEXEC);
}

long host_timerfd(int clock, int flags)
{
    return host_syscall2(HOST_NR(timerfd_create), clock, flags | LINUX_TFD_CLOEXEC);
}

long host_timerfd_set(int fd, int flags, const struct linux_itimerspec *value, struct linux_itimerspec *old)
{
    return host_syscall4(HOST_NR(timerfd_settime), fd, flags, value, old);
}

long host_timerfd_get(int fd, struct linux_itimerspec *value)
{
    return host_syscall2(HOST_NR(timerfd_gettime), fd, value);
}

long host_inotify(int flags)
{
    return host_syscall1(HOST_NR(inotify_init1), flags | LINUX_IN_CLOEXEC);
}

long host_inotify_add(int fd, const char *path, uint32_t mask)
{
    return host_syscall3(HOST_NR(inotify_add_watch), fd, path, mask);
}

long host_inotify_remove(int fd, int watch)
{
    return host_syscall2(HOST_NR(inotify_rm_watch), fd, watch);
}

long host_mq_open(const char *name, int flags, unsigned mode, const struct linux_mq_attr *attr)
{
    return host_syscall4(HOST_NR(mq_open), name, flags | LINUX_O_CLOEXEC, mode, attr);
}

long host_mq_unlink(const char *name)
{
    return host_syscall1(HOST_NR(mq_unlink), name);
}

long host_mq_send(int fd, const void *buf, size_t n, unsigned priority, const struct linux_timespec *deadline,
                  host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(mq_timedsend), fd, buf, n, priority, deadline, 0);
}

long host_mq_receive(int fd, void *buf, size_t n, unsigned *priority, const struct linux_timespec *deadline,
                     host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(mq_timedreceive), fd, buf, n, priority, deadline, 0);
}

long host_mq_notify(int fd, const void *sevp)
{
    return host_syscall2(HOST_NR(mq_notify), fd, sevp);
}

long host_mq_attributes(int fd, const struct linux_mq_attr *set, struct linux_mq_attr *old)
{
    return host_syscall3(HOST_NR(mq_getsetattr), fd, set, old);
}

long host_aio_setup(unsigned n, uint64_t *context)
{
    return host_syscall2(HOST_NR(io_setup), n, context);
}

long host_aio_destroy(uint64_t context)
{
    return host_syscall1(HOST_NR(io_destroy), context);
}

long host_aio_submit(uint64_t context, long n, uint64_t *requests)
{
    return host_syscall3(HOST_NR(io_submit), context, n, requests);
}

long host_aio_cancel(uint64_t context, uint64_t request, void *event)
{
    return host_syscall3(HOST_NR(io_cancel), context, request, event);
}

long host_aio_events(uint64_t context, long least, long most, void *events,
                     const struct linux_timespec *timeout, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(io_getevents), context, least, most, events, timeout, 0);
}
