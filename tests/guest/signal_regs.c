/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* What a program holds in registers and in the red zone survives system calls and signal handlers. */
#include "check.h"
#include <cpuid.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile int ticks;

static bool has_avx(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_AVX) && (c & bit_OSXSAVE);
}

/* A handler that spoils everything that a handler may. */
static void spoil(int number)
{
    (void)number;
    char stack[512];
    memset(stack, 0xee, sizeof stack);
    __asm__ volatile(
        "pcmpeqd %%xmm0, %%xmm0; movaps %%xmm0, %%xmm1; movaps %%xmm0, %%xmm7; movaps %%xmm0, %%xmm15;"
        "fninit; fld1; stc; std; cld" ::"r"(stack)
        : "memory", "cc", "xmm0", "xmm1", "xmm7", "xmm15");
    if (has_avx())
        __asm__ volatile("vzeroall" ::
                             : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                               "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    ticks++;
}

/* Fills general registers, calls the kernel, and gives back a bit for each that was lost. */
static long syscall_registers(long number, long a, long b, long c)
{
    unsigned long lost;
    register long r10 __asm__("r10") = 0x1010, r8 __asm__("r8") = 0x0808, r9 __asm__("r9") = 0x0909;
    long rax = number, rdi = a, rsi = b, rdx = c;
    __asm__ volatile(
        "mov $0x1212, %%r12; mov $0x1313, %%r13; mov $0x1414, %%r14; mov $0x1515, %%r15;"
        "mov $0xcccc, %%ecx; mov $0xbbbb, %%r11d; mov $0x3b3b, %%ebx;"
        "stc; syscall; 1: setnc %%r11b; movzx %%r11b, %%r11d;"
        "lea 1b(%%rip), %%rbx; cmp %%rbx, %%rcx; je 2f; or $2, %%r11;"
        "2: cmp $0x1212, %%r12; je 3f; or $4, %%r11; 3: cmp $0x1313, %%r13; je 4f; or $8, %%r11;"
        "4: cmp $0x1414, %%r14; je 5f; or $16, %%r11; 5: cmp $0x1515, %%r15; je 6f; or $32, %%r11; 6:"
        "mov %%r11, %%rbx"
        : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), "=&b"(lost)
        :
        : "rcx", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    lost |= (rdi != a) * 64 | (rsi != b) * 128 | (rdx != c) * 256 | (r10 != 0x1010) * 512 |
            (r8 != 0x0808) * 1024 | (r9 != 0x0909) * 2048;
    return (long)lost;
}

static long syscall_vectors(long number, long a, long b, long c)
{
    static const char in[16][32]
        __attribute__((aligned(32))) = {"xmm0 and more than sixteen", "one", "two", "three"};
    static char out[16][32] __attribute__((aligned(32)));
    memset(out, 0, sizeof out);
    if (has_avx())
        __asm__ volatile(
            "vmovaps (%1), %%ymm0; vmovaps 32(%1), %%ymm1; vmovaps (%1), %%ymm15; vmovaps 64(%1), %%ymm8;"
            "syscall;"
            "vmovaps %%ymm0, (%2); vmovaps %%ymm1, 32(%2); vmovaps %%ymm15, 96(%2); vmovaps %%ymm8, 64(%2);"
            "vzeroupper"
            : "+a"(number)
            : "r"(in), "r"(out), "D"(a), "S"(b), "d"(c)
            : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm8", "xmm15");
    else
        memcpy(out, in, 96), memcpy(out[3], in[0], 32);
    return !!memcmp(out[0], in[0], 32) + !!memcmp(out[1], in[1], 32) + !!memcmp(out[2], in[2], 32) +
           !!memcmp(out[3], in[0], 32);
}

/* Loops with known values in registers, flags and below the stack pointer until ticks came; 0 if all
 * survived. */
static long spin_with_state(int until)
{
    unsigned long lost = 0;
    const unsigned long pattern[4]
        __attribute__((aligned(16))) = {0x1111222233334444, 0x5555666677778888, 3, 4};
    unsigned long seen[4] __attribute__((aligned(16)));
    while (ticks < until && !lost) {
        __asm__ volatile(
            "mov %%rsp, %%r15; sub $256, %%rsp; movaps (%2), %%xmm3; movaps 16(%2), %%xmm15;"
            "movq $0x7777, -8(%%rsp); movq $0x8888, -128(%%rsp);"
            "fninit; fldpi; fld1;"
            "mov $200000, %%ecx; mov $0x5a5a, %%r12; mov $0x5b5b, %%r13; mov $0x5c5c, %%r8; stc;"
            "1: .rept 4; jnc 2f; inc %%r13; dec %%r13; .endr; dec %%ecx; jnz 1b; jmp 3f;"
            "2: or $1, %0; 3:"
            "cmpq $0x7777, -8(%%rsp); je 4f; or $2, %0; 4: cmpq $0x8888, -128(%%rsp); je 5f; or $4, %0; 5:"
            "cmp $0x5a5a, %%r12; je 6f; or $8, %0; 6: cmp $0x5b5b, %%r13; je 7f; or $16, %0; 7:"
            "cmp $0x5c5c, %%r8; je 8f; or $32, %0; 8:"
            "fldpi; fcomip %%st(2), %%st; je 9f; or $64, %0; 9: fninit;"
            "movaps %%xmm3, (%1); movaps %%xmm15, 16(%1); mov %%r15, %%rsp"
            : "+b"(lost)
            : "D"(seen), "S"(pattern)
            : "rcx", "r8", "r12", "r13", "r15", "memory", "cc", "xmm3", "xmm15", "st", "st(1)", "st(2)",
              "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
        if (memcmp(seen, pattern, sizeof seen))
            lost |= 128;
    }
    return (long)lost;
}

static void change_registers(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    ucontext_t *u = context;
    u->uc_mcontext.gregs[REG_R12] = 0x1234;
    u->uc_mcontext.gregs[REG_RBX] += 1;
    u->uc_mcontext.gregs[REG_EFL] |= 1;
    u->uc_mcontext.fpregs->_xmm[5].element[0] = 0xabcd;
    sigaddset(&u->uc_sigmask, SIGUSR2);
}

static atomic_int stop;

static void *interrupt(void *arg)
{
    pthread_t main_thread = *(pthread_t *)arg;
    while (!stop) {
        pthread_kill(main_thread, SIGUSR1);
        sleep_ms(1);
    }
    return NULL;
}

int main(void)
{
    char buffer[16];
    report("getpid", syscall_registers(SYS_getpid, 1, 2, 3));
    report("getppid again", syscall_registers(SYS_getppid, 1, 2, 3));
    report("a number out of range", syscall_registers(5000, 1, 2, 3));
    report("read of nothing", syscall_registers(SYS_read, 999, (long)buffer, 16));
    for (int i = 0; i < 3; i++)
        report("clock_gettime", syscall_registers(SYS_clock_gettime, 1, (long)buffer, 3));
    report("vectors over getpid", syscall_vectors(SYS_getpid, 0, 0, 0));
    for (int i = 0; i < 3; i++)
        report("vectors over clock_gettime", syscall_vectors(SYS_clock_gettime, 1, (long)buffer, 0));
    report("vectors over a fault in the kernel", syscall_vectors(SYS_clock_gettime, 1, 8, 0));
    int fd[2];
    if (pipe(fd) || write(fd[1], "0123456789", 10) != 10)
        die("pipe");
    report("vectors over read", syscall_vectors(SYS_read, fd[0], (long)buffer, 10));
    on_signal(SIGUSR1, spoil, 0);
    report("vectors over a signal", syscall_vectors(SYS_tgkill, getpid(), gettid(), SIGUSR1));
    report("registers over a signal", syscall_registers(SYS_tgkill, getpid(), gettid(), SIGUSR1));

    ticks = 0;
    on_signal(SIGALRM, spoil, SA_RESTART);
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    report("tight loop under a timer", spin_with_state(100));
    setitimer(ITIMER_REAL, &never, NULL);
    pthread_t self = pthread_self(), thread;
    ticks = 0;
    pthread_create(&thread, NULL, interrupt, &self);
    report("tight loop under another thread's signals", spin_with_state(100));
    stop = 1;
    pthread_join(thread, NULL);

    on_signal(SIGUSR1, change_registers, SA_SIGINFO);
    long rbx = 10, carry = 0, xmm = 0;
    __asm__ volatile("mov $1, %%r12; pxor %%xmm5, %%xmm5; clc; syscall; setc %%cl; movzx %%cl, %%ecx;"
                     "movq %%xmm5, %%rdx"
                     : "+b"(rbx), "=c"(carry), "=d"(xmm)
                     : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
                     : "r11", "r12", "memory", "xmm5", "cc");
    say("changed by the handler: rbx %ld, carry %ld, xmm5 %lx\n", rbx, carry, xmm);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    say("mask changed by the handler: %d\n", sigismember(&mask, SIGUSR2));
    return 0;
}
