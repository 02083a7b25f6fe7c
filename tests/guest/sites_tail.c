/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=15 also=filter */
/* System calls without room around them, made often: what stands behind them still works, for those who jump
 * there, too, and a signal's frame has the address that it should. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#define PAGE   4096
#define ROUNDS 300

/*
 *  0: syscall
 *  2: cmp $-4095, %rax
 *  8: jae 1f             (0x73 0x01)
 * 10: ret
 * 11: neg %rax; 1: ... ret
 */
static const unsigned char plain[] = {0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff,
                                      0x73, 0x01, 0xc3, 0x48, 0xf7, 0xd8, 0xc3};
/* A jump at 32 leads behind the call, to the comparison: rax is what the caller says. */
static const unsigned char jump[] = {0xeb, 0xe0}; /* from 32 to 2 */
/* mov %rax, %rdx behind it; test %rax, %rax; ret */
static const unsigned char moves[] = {0x0f, 0x05, 0x48, 0x89, 0xc2, 0x48, 0x85, 0xc0, 0x48, 0x89, 0xd0, 0xc3};

static unsigned char *code;

static long call(size_t offset, long number, long a, long b, long c)
{
    long result = number;
    __asm__ volatile("sub $128, %%rsp; call *%1; add $128, %%rsp"
                     : "+a"(result), "+&r"((unsigned char *){code + offset}), "+D"(a), "+S"(b), "+d"(c)
                     :
                     : "rcx", "r8", "r9", "r10", "r11", "memory", "cc");
    return result;
}

static volatile long signals, behind;

static void look(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    unsigned long pc = (unsigned long)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    unsigned long start = (unsigned long)code;
    signals++;
    if (pc >= start && pc < start + PAGE)
        behind += (pc - start) % 64 == 2;
}

static void many(size_t offset)
{
    long right = 0;
    for (int i = 0; i < ROUNDS; i++) {
        right += call(offset, SYS_getpid, 0, 0, 0) == getpid();
        right += call(offset, SYS_close, -1, 0, 0) == (offset ? -EBADF : EBADF);
    }
    say("at %ld: %ld of %d right\n", (long)offset, right, 2 * ROUNDS);
}

int main(void)
{
    code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(code, 0xf4, PAGE);
    memcpy(code, plain, sizeof plain);
    memcpy(code + 64, moves, sizeof moves);
    memcpy(code + 128, plain, sizeof plain);
    memcpy(code + 128 + 32, jump, sizeof jump);
    unsigned char copy[PAGE];
    memcpy(copy, code, PAGE);
    mprotect(code, PAGE, PROT_READ | PROT_EXEC);

    many(0);
    many(64);
    for (int i = 0; i < ROUNDS; i++)
        call(128, SYS_getppid, 0, 0, 0);
    CHECK_THAT("a jump behind the call", call(128 + 32, 77, 0, 0, 0) == 77);
    CHECK_THAT("with an error's number", call(128 + 32, -5, 0, 0, 0) == 5);

    /* Signals: asynchronous ones, and such that end a call. */
    struct sigaction act = {.sa_sigaction = look, .sa_flags = SA_SIGINFO};
    sigaction(SIGALRM, &act, NULL);
    sigaction(SIGUSR1, &act, NULL);
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    long wrong = 0;
    while (signals < 100)
        wrong += call(0, SYS_getppid, 0, 0, 0) != getppid() || call(64, SYS_getppid, 0, 0, 0) != getppid();
    setitimer(ITIMER_REAL, &never, NULL);
    say("under a timer: %ld wrong\n", wrong);
    behind = 0;
    call(0, SYS_kill, getpid(), SIGUSR1, 0);
    call(64, SYS_kill, getpid(), SIGUSR1, 0);
    say("after kill: %ld at the instruction behind the call\n", behind);
    struct itimerval once = {{0, 0}, {0, 20000}};
    behind = 0;
    setitimer(ITIMER_REAL, &once, NULL);
    CHECK_THAT("an interrupted call", call(0, SYS_pause, 0, 0, 0) == EINTR && behind == 1);

    pid_t pid = fork();
    if (pid == 0) {
        bool right = call(0, SYS_getpid, 0, 0, 0) == getpid() && call(64, SYS_getpid, 0, 0, 0) == getpid();
        _exit(right ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("a child", status);
    pid = (pid_t)call(64, SYS_fork, 0, 0, 0);
    if (pid == 0)
        _exit(5);
    waitpid(pid, &status, 0);
    report_status("forked from there", status);
    mprotect(code, PAGE, PROT_READ | PROT_WRITE);
    CHECK_THAT("reads as written", memcmp(code, copy, PAGE) == 0);
    return 0;
}
