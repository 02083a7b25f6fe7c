/* SPDX-License-Identifier: MIT */
/* The constants that the C library's headers define. */
#include "abi_constants.h"

#include <arpa/inet.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* What the numbers of the ioctls around termios2 are made of; the C library does not have it. */
struct termios2 {
    char bytes[44];
};

/* The C library's own ideas of these are not the kernel's. */
#undef MINSIGSTKSZ
#undef SIGSTKSZ
#undef SIGRTMIN
#undef SIGRTMAX
#undef EI_PAD
#undef O_LARGEFILE

const struct abi_constant abi_constants_libc[] = {
#include "abi_constants.inc"
};
const size_t abi_constants_libc_count = sizeof(abi_constants_libc) / sizeof(abi_constants_libc[0]);
