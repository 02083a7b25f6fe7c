/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/*
 * System calls of other tables. A host may or may not know `int $0x80` and x32; either way the call must not
 * be mistaken for one of x86-64, and the registers must survive it.
 */
#include "check.h"

#define X32 0x40000000L

/* Number 39 is getpid on x86-64 and mkdir on i386; 20 is writev there and getpid here. */
static long int80(long number, long arg, unsigned long *lost)
{
    long rax = number, rbx = arg;
    unsigned long r12 = 12, r15 = 15;
    __asm__ volatile("mov $12, %%r12d; mov $15, %%r15d; mov $0, %%ecx; mov $0, %%edx; int $0x80;"
                     "mov %%r12, %2; mov %%r15, %3"
                     : "+a"(rax), "+b"(rbx), "=r"(r12), "=r"(r15)
                     :
                     : "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r15", "memory");
    *lost = (rbx != arg) | (r12 != 12) * 2 | (r15 != 15) * 4;
    return rax;
}

int main(void)
{
    unsigned long lost;
    long got;

    got = int80(20, 0, &lost);
    CHECK_THAT("int $0x80, 20 is getpid there or nothing", got == getpid() || got == -ENOSYS);
    CHECK(lost == 0);
    for (int i = 0; i < 3; i++)
        got = int80(39, 8, &lost);
    CHECK_THAT("int $0x80, 39 is mkdir there or nothing", got == -EFAULT || got == -ENOSYS);
    CHECK(lost == 0);
    got = int80(9999, 0, &lost);
    report_raw("int $0x80 of no call", got);

    CHECK_THAT("x32's getpid is that or nothing",
               (errno = 0, syscall(X32 | SYS_getpid)) == getpid() || errno == ENOSYS);
    report("x32, no such call", syscall(X32 | 5000));
    report("x32, beyond", syscall(X32 | 0x3fffffff));
    CHECK(syscall(SYS_getpid) == getpid());
    return 0;
}
