/* SPDX-License-Identifier: MIT */
/* host: vectors, pipes, copies between descriptors, events, and waiting for many descriptors. Rules as in
 * host/host.h. */
#ifndef CORACLE_HOST_IO_H
#define CORACLE_HOST_IO_H

#include "host/host.h"

long host_readv(int fd, const struct linux_iovec *iov, int n, host_stop stop);
long host_writev(int fd, const struct linux_iovec *iov, int n, host_stop stop);
/* offset -1: the file's own. flags: LINUX_RWF_*. */
long host_preadv2(int fd, const struct linux_iovec *iov, int n, int64_t offset, int flags, host_stop stop);
long host_pwritev2(int fd, const struct linux_iovec *iov, int n, int64_t offset, int flags, host_stop stop);
/* Offsets may be NULL: the file's own. */
long host_sendfile(int out, int in, int64_t *offset, size_t n, host_stop stop);
long host_copy_file_range(int in, int64_t *in_offset, int out, int64_t *out_offset, size_t n, unsigned flags);
long host_splice(int in, int64_t *in_offset, int out, int64_t *out_offset, size_t n, unsigned flags,
                 host_stop stop);
long host_tee(int in, int out, size_t n, unsigned flags, host_stop stop);
long host_vmsplice(int fd, const struct linux_iovec *iov, int n, unsigned flags, host_stop stop);

/* flags: LINUX_O_NONBLOCK, LINUX_O_DIRECT. */
long host_pipe(int fds[2], int flags);
long host_random(void *buf, size_t n, unsigned flags, host_stop stop);

long host_eventfd(unsigned value, int flags);
long host_timerfd(int clock, int flags);
long host_timerfd_set(int fd, int flags, const struct linux_itimerspec *value, struct linux_itimerspec *old);
long host_timerfd_get(int fd, struct linux_itimerspec *value);
long host_inotify(int flags);
long host_inotify_add(int fd, const char *path, uint32_t mask);
long host_inotify_remove(int fd, int watch);

/* timeout is relative and is updated to what remains where the host can tell; NULL: for ever. */
long host_poll(struct linux_pollfd *fds, unsigned n, struct linux_timespec *timeout, host_stop stop);
/* Events are in the packed form of x86-64 whatever the host. timeout NULL: for ever. */
long host_epoll(void);
long host_epoll_control(int epoll, int op, int fd, const struct linux_epoll_event_x86_64 *event);
long host_epoll_wait(int epoll, struct linux_epoll_event_x86_64 *events, int n,
                     const struct linux_timespec *timeout, host_stop stop);

/* Asynchronous input and output, as io_setup(2) and its like; -LINUX_ENOSYS where the host has none. Requests
 * and events are the guest's addresses. */
long host_aio_setup(unsigned n, uint64_t *context);
long host_aio_destroy(uint64_t context);
long host_aio_submit(uint64_t context, long n, uint64_t *requests);
long host_aio_cancel(uint64_t context, uint64_t request, void *event);
long host_aio_events(uint64_t context, long least, long most, void *events,
                     const struct linux_timespec *timeout, host_stop stop);

/* POSIX message queues. */
long host_mq_open(const char *name, int flags, unsigned mode, const struct linux_mq_attr *attr);
long host_mq_unlink(const char *name);
long host_mq_send(int fd, const void *buf, size_t n, unsigned priority, const struct linux_timespec *deadline,
                  host_stop stop);
long host_mq_receive(int fd, void *buf, size_t n, unsigned *priority, const struct linux_timespec *deadline,
                     host_stop stop);
/* sevp: struct sigevent as the host's kernel takes it, 64 bytes; NULL: unregister. */
long host_mq_notify(int fd, const void *sevp);
long host_mq_attributes(int fd, const struct linux_mq_attr *set, struct linux_mq_attr *old);

#endif
