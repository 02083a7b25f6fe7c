/* SPDX-License-Identifier: MIT */
/* Readiness of the Linux ABI. Values are those of x86-64 where architectures differ. */
#ifndef CORACLE_ABI_POLL_H
#define CORACLE_ABI_POLL_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_EFD_SEMAPHORE    1
#define LINUX_EFD_NONBLOCK     2048
#define LINUX_EFD_CLOEXEC      524288
#define LINUX_EPOLLIN          1
#define LINUX_EPOLLPRI         2
#define LINUX_EPOLLOUT         4
#define LINUX_EPOLLERR         8
#define LINUX_EPOLLHUP         0x10
#define LINUX_EPOLLNVAL        0x20
#define LINUX_EPOLLRDNORM      0x40
#define LINUX_EPOLLRDBAND      0x80
#define LINUX_EPOLLWRNORM      0x100
#define LINUX_EPOLLWRBAND      0x200
#define LINUX_EPOLLMSG         0x400
#define LINUX_EPOLLRDHUP       0x2000
#define LINUX_EPOLLEXCLUSIVE   0x10000000
#define LINUX_EPOLLWAKEUP      0x20000000
#define LINUX_EPOLLONESHOT     0x40000000
#define LINUX_EPOLLET          0x80000000u
#define LINUX_EPOLL_CTL_ADD    1
#define LINUX_EPOLL_CTL_DEL    2
#define LINUX_EPOLL_CTL_MOD    3
#define LINUX_EPOLL_CLOEXEC    0x80000
#define LINUX_EPOLL_URING_WAKE 0x8000000
#define LINUX_IN_CLASSE_NSHIFT 0
#define LINUX_IN_ACCESS        1
#define LINUX_IN_MODIFY        2
#define LINUX_IN_ATTRIB        4
#define LINUX_IN_CLASSC_NSHIFT 8
#define LINUX_IN_CLOSE_WRITE   8
#define LINUX_IN_CLASSB_NSHIFT 0x10
#define LINUX_IN_CLOSE_NOWRITE 0x10
#define LINUX_IN_CLASSA_NSHIFT 0x18
#define LINUX_IN_CLOSE         0x18
#define LINUX_IN_OPEN          0x20
#define LINUX_IN_MOVED_FROM    0x40
#define LINUX_IN_LOOPBACKNET   0x7f
#define LINUX_IN_CLASSA_MAX    0x80
#define LINUX_IN_MOVED_TO      0x80
#define LINUX_IN_MOVE          0xc0
#define LINUX_IN_CLASSC_HOST   0xff
#define LINUX_IN_CREATE        0x100
#define LINUX_IN_DELETE        0x200
#define LINUX_IN_DELETE_SELF   0x400
#define LINUX_IN_MOVE_SELF     0x800
#define LINUX_IN_NONBLOCK      0x800
#define LINUX_IN_ALL_EVENTS    0xfff
#define LINUX_IN_UNMOUNT       0x2000
#define LINUX_IN_Q_OVERFLOW    0x4000
#define LINUX_IN_IGNORED       0x8000
#define LINUX_IN_CLASSB_HOST   0xffff
#define LINUX_IN_CLASSB_MAX    0x10000
#define LINUX_IN_CLOEXEC       0x80000
#define LINUX_IN_CLASSA_HOST   0xffffff
#define LINUX_IN_ONLYDIR       0x1000000
#define LINUX_IN_DONT_FOLLOW   0x2000000
#define LINUX_IN_EXCL_UNLINK   0x4000000
#define LINUX_IN_MASK_CREATE   0x10000000
#define LINUX_IN_MASK_ADD      0x20000000
#define LINUX_IN_ISDIR         0x40000000
#define LINUX_IN_ONESHOT       0x80000000u
#define LINUX_IN_MULTICAST_NET 0xe0000000u
#define LINUX_IN_CLASSA_NET    0xff000000u
#define LINUX_IN_CLASSB_NET    0xffff0000u
#define LINUX_IN_CLASSC_NET    0xffffff00u
#define LINUX_IN_CLASSE_NET    0xffffffffu
#define LINUX_POLLIN           1
#define LINUX_POLLPRI          2
#define LINUX_POLLOUT          4
#define LINUX_POLLERR          8
#define LINUX_POLLHUP          16
#define LINUX_POLLNVAL         32
#define LINUX_POLLRDNORM       64
#define LINUX_POLLRDBAND       128
#define LINUX_POLLWRNORM       256
#define LINUX_POLLWRBAND       512
#define LINUX_POLLMSG          1024
#define LINUX_POLLREMOVE       4096
#define LINUX_POLLRDHUP        8192
#define LINUX_POLLFREE         16384

struct linux_pollfd {
    int32_t fd;
    int16_t events, revents;
};
/* Packed on x86-64, naturally aligned (16 bytes) elsewhere. */
struct linux_epoll_event_x86_64 {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct linux_epoll_event_x86_64) == 12, "epoll_event");
struct linux_epoll_event_aarch64 {
    uint32_t events, pad;
    uint64_t data;
};
_Static_assert(sizeof(struct linux_epoll_event_aarch64) == 16, "epoll_event");
struct linux_inotify_event {
    int32_t wd;
    uint32_t mask, cookie, len;
    char name[];
};

#endif
