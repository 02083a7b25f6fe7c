/* SPDX-License-Identifier: MIT */
/*
 * Raw system calls of a Linux host. Private to src/host/linux.
 *
 * The names of numbers come from the host's own header (HOST_NR(read)); results are a value or a negative
 * errno, which on Linux is the canonical one already.
 */
#ifndef CORACLE_HOST_LINUX_SYSCALL_H
#define CORACLE_HOST_LINUX_SYSCALL_H

#include <asm/unistd.h>
#include "host/host.h"

#define HOST_NR(name) __NR_##name

#if defined(__x86_64__)
static inline long host_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}
#elif defined(__aarch64__)
static inline long host_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
#endif

/*
 * The same, entered only while *stop is 0, and left with -EINTR by any signal
 * (host/linux/ARCH/syscall_stop.S): the signal handler moves a thread that stands between the check and the
 * system call to host_syscall_stop_abort.
 */
long host_syscall_stop6(host_stop stop, long nr, long a, long b, long c, long d, long e, long f);
extern const char host_syscall_stop_begin[], host_syscall_stop_end[], host_syscall_stop_abort[];

#define HOST_L(x)                     ((long)(x))

#define host_syscall0(nr)             host_syscall6(nr, 0, 0, 0, 0, 0, 0)
#define host_syscall1(nr, a)          host_syscall6(nr, HOST_L(a), 0, 0, 0, 0, 0)
#define host_syscall2(nr, a, b)       host_syscall6(nr, HOST_L(a), HOST_L(b), 0, 0, 0, 0)
#define host_syscall3(nr, a, b, c)    host_syscall6(nr, HOST_L(a), HOST_L(b), HOST_L(c), 0, 0, 0)
#define host_syscall4(nr, a, b, c, d) host_syscall6(nr, HOST_L(a), HOST_L(b), HOST_L(c), HOST_L(d), 0, 0)
#define host_syscall5(nr, a, b, c, d, e)                                                                     \
    host_syscall6(nr, HOST_L(a), HOST_L(b), HOST_L(c), HOST_L(d), HOST_L(e), 0)

/* An interruptible call when stop is given, a plain one otherwise. Up to six arguments of any scalar type,
 * all named. */
#define host_syscall_stop(stop, nr, a, b, c, d, e, f)                                                        \
    ((stop) ? host_syscall_stop6(stop, nr, HOST_L(a), HOST_L(b), HOST_L(c), HOST_L(d), HOST_L(e), HOST_L(f)) \
            : host_syscall6(nr, HOST_L(a), HOST_L(b), HOST_L(c), HOST_L(d), HOST_L(e), HOST_L(f)))

#endif
