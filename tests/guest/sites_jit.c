/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 also=filter */
/* Code that a program makes, runs, changes, moves and throws away, with system calls in it; other threads run
 * theirs meanwhile. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define PAGE 4096

static long call(const void *at, long number)
{
    long result;
    __asm__ volatile("sub $128, %%rsp; call *%1; add $128, %%rsp"
                     : "=a"(result)
                     : "r"(at), "a"(number), "D"(0L), "S"(0L), "d"(0L)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

/* `mov eax, number; syscall; ret`, at the start of a cell of 16 bytes, int3 up to its end. */
static void emit(unsigned char *at, int number)
{
    memset(at, 0xcc, 16);
    at[0] = 0xb8;
    memcpy(at + 1, &number, 4);
    memcpy(at + 5, "\x0f\x05\xc3", 3);
}

/* `syscall; ret` and padding. */
static void emit_bare(unsigned char *at)
{
    memset(at, 0xcc, 16);
    memcpy(at, "\x0f\x05\xc3", 3);
}

static unsigned char *make(size_t pages)
{
    unsigned char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        die("mmap");
    return at;
}

static void set(unsigned char *at, size_t pages, int prot)
{
    if (mprotect(at, pages * PAGE, prot) < 0)
        die("mprotect");
}

static atomic_int stop;
static atomic_long wrong, calls;
static unsigned char *steady;

static void *run_steady(void *arg)
{
    (void)arg;
    pid_t pid = getpid();
    while (!stop) {
        for (int i = 0; i < 32; i++) {
            wrong += call(steady + 32 * i, 0) != pid;
            wrong += call(steady + 32 * i + 16, SYS_getpid) != pid;
        }
        calls++;
    }
    return NULL;
}

/* Each thread writes a page of its own, runs it, and writes it anew. */
static void *write_and_run(void *arg)
{
    static const int numbers[] = {SYS_getpid, SYS_getppid, SYS_getuid};
    const long results[] = {getpid(), getppid(), getuid()};
    unsigned char *page = make(1);
    for (int round = 0; round < 200; round++) {
        set(page, 1, PROT_READ | PROT_WRITE);
        int which = (round + (int)(intptr_t)arg) % 3;
        emit(page, numbers[which]);
        emit_bare(page + 16);
        set(page, 1, PROT_READ | PROT_EXEC);
        for (int i = 0; i < 4; i++) {
            wrong += call(page, 0) != results[which];
            wrong += call(page + 16, numbers[which]) != results[which];
        }
        calls++;
    }
    munmap(page, PAGE);
    return NULL;
}

static void threads(void)
{
    pthread_t t[5];
    steady = make(1);
    for (int i = 0; i < 32; i++) {
        emit(steady + 32 * i, SYS_getpid);
        emit_bare(steady + 32 * i + 16);
    }
    set(steady, 1, PROT_READ | PROT_EXEC);
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, run_steady, NULL);
    for (int i = 2; i < 5; i++)
        pthread_create(&t[i], NULL, write_and_run, (void *)(intptr_t)i);
    for (int i = 2; i < 5; i++)
        pthread_join(t[i], NULL);
    stop = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    say("threads: wrong %ld\n", (long)wrong);
    CHECK(calls >= 600);
}

static bool works(const unsigned char *at)
{
    bool right = true;
    for (int i = 0; i < 4; i++)
        right = right && call(at, 0) == getpid() && call(at + 16, SYS_getpid) == getpid();
    return right;
}

static void moved(void)
{
    unsigned char *page = make(1), *to = make(4);
    emit(page, SYS_getpid);
    emit_bare(page + 16);
    set(page, 1, PROT_READ | PROT_EXEC);
    CHECK_THAT("before it moves", works(page));
    void *at = mremap(page, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE);
    CHECK_THAT("moved", at == to + PAGE && works(at));
    CHECK_THAT("reads as written",
               to[PAGE + 5] == 0x0f && to[PAGE + 16] == 0x0f && to[PAGE + 16 + 3] == 0xcc);
    munmap(to, 4 * PAGE);
}

/* A site at the end of a page, the padding that an engine may use in the next one. */
static void halves(void)
{
    for (int way = 0; way < 4; way++) {
        unsigned char *pages = make(2), *site = pages + PAGE - 3;
        memset(pages, 0xcc, 2 * PAGE);
        memcpy(site, "\x0f\x05\xc3", 3);
        set(pages, 2, PROT_READ | PROT_EXEC);
        bool right = true;
        for (int i = 0; i < 4; i++)
            right = right && call(site, SYS_getpid) == getpid();
        switch (way) {
        case 0:
            set(pages + PAGE, 1, PROT_READ | PROT_WRITE);
            right = right && pages[PAGE + 1] == 0xcc && pages[PAGE + 8] == 0xcc;
            break;
        case 1:
            munmap(pages + PAGE, PAGE);
            break;
        case 2:
            madvise(pages + PAGE, PAGE, MADV_DONTNEED);
            break;
        case 3:
            mmap(pages + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            break;
        }
        for (int i = 0; i < 4; i++)
            right = right && call(site, SYS_getpid) == getpid();
        say("padding goes, way %d: %s\n", way, right ? "ok" : "FAIL");
        munmap(pages, 2 * PAGE);
    }
}

int main(void)
{
    threads();
    moved();
    halves();
    return 0;
}
