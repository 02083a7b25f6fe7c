/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Many threads meet the same system call instructions for the first time at once, in static and in fresh
 * code. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define SITES   64
#define THREADS 8

/* Each site is `mov eax, SYS_getppid; syscall; ret`, in a row of 16-byte cells. */
__asm__(".text\n.balign 16\nsites:\n.rept 64\nmov $110, %eax\nsyscall\nret\n.balign 16\n.endr\n"
        /* Without the immediate: `syscall; ret`, the number comes from the caller. */
        "bare_sites:\n.rept 64\nsyscall\nret\n.balign 16, 0xcc\n.endr\n");
extern char sites[], bare_sites[];

static atomic_int started, wrong, right;
static pid_t parent;
static char *base;

static long call(void *at, long number)
{
    long result;
    __asm__ volatile("sub $128, %%rsp; call *%1; add $128, %%rsp"
                     : "=a"(result)
                     : "r"(at), "a"(number)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

static void *meet(void *arg)
{
    atomic_fetch_add(&started, 1);
    while (started < THREADS)
        ;
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < SITES; i++) {
            /* Odd threads enter at the second instruction, behind the mov. */
            bool skip = (intptr_t)arg % 2 && base == sites;
            long result = call(base + 16 * i + (skip ? 5 : 0), SYS_getppid);
            atomic_fetch_add(result == parent ? &right : &wrong, 1);
        }
    return NULL;
}

/* `syscall; ret` in each cell; not a copy of bare_sites, whose bytes an engine may have replaced by now. */
static void write_sites(char *page)
{
    memset(page, 0xcc, 16 * SITES);
    for (int i = 0; i < SITES; i++)
        memcpy(page + 16 * i, "\x0f\x05\xc3", 3);
}

static void race(const char *label)
{
    pthread_t threads[THREADS];
    started = wrong = right = 0;
    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, meet, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    say("%s: right %d, wrong %d\n", label, right, wrong);
}

static _Thread_local volatile int ticks;

static void tick(int number)
{
    (void)number;
    ticks++;
}

static void *tick_others(void *arg)
{
    pthread_t *threads = arg;
    for (int i = 0; i < 300; i++) {
        pthread_kill(threads[i % 2], SIGUSR1);
        sleep_ms(1);
    }
    return NULL;
}

static atomic_int finish;

static void *call_under_signals(void *arg)
{
    long calls = 0, bad = 0;
    while (!finish) {
        for (int i = 0; i < SITES; i++) {
            bad += call(sites + 16 * i, 0) != parent;
            bad += call(sites + 16 * i + 5, SYS_getppid) != parent;
            calls++;
        }
    }
    *(long *)arg = bad;
    return (void *)(intptr_t)(ticks > 0 && calls > 0);
}

int main(void)
{
    parent = getppid();
    base = sites;
    race("mov and syscall");
    base = bare_sites;
    race("syscall alone");
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    write_sites(page);
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    base = page;
    race("fresh code, read-only");
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    write_sites(page);
    base = page;
    race("fresh code, writable");
    CHECK_THAT("writable code is not changed", memcmp(page, "\x0f\x05\xc3", 3) == 0);

    on_signal(SIGUSR1, tick, SA_RESTART);
    pthread_t threads[2], ticker;
    long bad[2] = {0};
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, call_under_signals, &bad[i]);
    pthread_create(&ticker, NULL, tick_others, threads);
    pthread_join(ticker, NULL);
    finish = 1;
    for (int i = 0; i < 2; i++) {
        void *busy;
        pthread_join(threads[i], &busy);
        CHECK_THAT("signals came, and calls were made", busy != NULL);
    }
    say("under signals: %ld wrong\n", bad[0] + bad[1]);
    return 0;
}
