/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* mmap and munmap: flags, fixed places, partial unmapping, and every error. */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>

#define PAGE 4096L
static sigjmp_buf jump;
static volatile int fault_code;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_code = number * 100 + info->si_code;
    siglongjmp(jump, 1);
}

/* Tries a byte: 'r' or 'w' or "rw" as it may be touched, or the fault. */
static const char *access_of(volatile char *at)
{
    static char text[4][32];
    static int next;
    char *slot = text[next++ & 3];
    *slot = 0;
    if (sigsetjmp(jump, 1) == 0) {
        (void)*at;
        strcat(slot, "r");
    } else
        snprintf(slot + strlen(slot), 16, "(%s %d)", sig_name(fault_code / 100), fault_code % 100);
    if (sigsetjmp(jump, 1) == 0) {
        *at = *at;
        strcat(slot, "w");
    } else if (*slot == 'r')
        snprintf(slot + strlen(slot), 16, "(%s %d)", sig_name(fault_code / 100), fault_code % 100);
    return slot;
}

static char *map(void *at, long size, int prot, int flags)
{
    return mmap(at, (size_t)size, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static void errors(int fd)
{
    struct {
        const char *label;
        size_t size;
        int prot, flags, fd;
        off_t offset;
    } cases[] = {
        {"size 0", 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0},
        {"neither shared nor private", PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0},
        {"huge", 1UL << 47, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0},
        {"size wraps", ~0UL, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0},
        {"bad descriptor", PAGE, PROT_READ, MAP_PRIVATE, 999, 0},
        {"odd offset", PAGE, PROT_READ, MAP_PRIVATE, fd, 100},
        {"descriptor ignored", PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 999, 0},
        {"unknown protection", PAGE, 0x40, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0},
        {"validated with unknown flag", PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x1000000, fd, 0},
        {"validated", PAGE, PROT_READ, MAP_SHARED_VALIDATE, fd, 0},
        {"shared and writable of read-only", PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0},
        {"private and writable of read-only", PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0},
        {"offset overflows", PAGE, PROT_READ, MAP_PRIVATE, fd, (off_t)0x7ffffffffffff000},
        {"no reserve", 1UL << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *at = mmap(NULL, cases[i].size, cases[i].prot, cases[i].flags, cases[i].fd, cases[i].offset);
        report_ok(cases[i].label, at == MAP_FAILED ? -1 : 0);
        if (at != MAP_FAILED)
            munmap(at, cases[i].size);
    }
    int writer = open("/tmp", O_WRONLY | O_TMPFILE, 0600);
    if (writer >= 0)
        report_ok("private of write-only",
                  mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writer, 0) == MAP_FAILED ? -1 : 0);
    int folder = open("/tmp", O_RDONLY | O_DIRECTORY), path = open("/proc/self/exe", O_PATH), pair[2];
    report_ok("a folder", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0) == MAP_FAILED ? -1 : 0);
    report_ok("a path descriptor", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, path, 0) == MAP_FAILED ? -1 : 0);
    if (pipe(pair))
        die("pipe");
    report_ok("a pipe", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pair[0], 0) == MAP_FAILED ? -1 : 0);
    report("munmap of size 0", munmap((void *)(1L << 30), 0));
    report("munmap of an odd address", munmap((void *)((1L << 30) + 1), PAGE));
    report("munmap of the kernel's half", munmap((void *)(1L << 62), PAGE));
    report("munmap of nothing", munmap((void *)(1L << 30), PAGE));
    report_ok("fixed at an odd address",
              map((void *)0x40000001, PAGE, 1, MAP_PRIVATE | MAP_FIXED) == MAP_FAILED ? -1 : 0);
    report_ok("fixed above the end",
              map((void *)0x7ffffffff000, PAGE, 1, MAP_PRIVATE | MAP_FIXED) == MAP_FAILED ? -1 : 0);
}

static void places(void)
{
    char *area = map(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    memset(area, 1, (size_t)(16 * PAGE));
    CHECK(((uintptr_t)area & (PAGE - 1)) == 0);
    CHECK(munmap(area + 4 * PAGE, 100) == 0);
    say("hole: %s %s %s\n", access_of(area + 3 * PAGE), access_of(area + 4 * PAGE),
        access_of(area + 5 * PAGE));
    CHECK_THAT("hint in the hole is taken",
               map(area + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE) == area + 4 * PAGE);
    char *other = map(area + 5 * PAGE, PAGE, PROT_READ, MAP_PRIVATE);
    CHECK_THAT("hint that is taken is not", other != MAP_FAILED && other != area + 5 * PAGE);
    report_ok("NOREPLACE over a mapping",
              map(area + 5 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE) == MAP_FAILED ? -1
                                                                                                     : 0);
    munmap(area + 8 * PAGE, (size_t)(2 * PAGE));
    CHECK_THAT("NOREPLACE in a hole",
               map(area + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE) == area + 8 * PAGE);
    report_ok("NOREPLACE across its end",
              map(area + 9 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE) == MAP_FAILED ? -1
                                                                                                         : 0);
    CHECK_THAT("FIXED replaces",
               map(area + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED) == area + PAGE);
    say("bytes: %d %d %d %d\n", area[0], area[PAGE], area[2 * PAGE], area[3 * PAGE]);
    char *odd = map(area + 4 * PAGE + 123, 5000, PROT_READ, MAP_PRIVATE);
    CHECK_THAT("an odd hint is rounded", odd != MAP_FAILED && ((uintptr_t)odd & (PAGE - 1)) == 0);
    CHECK_THAT("a size is rounded up", *access_of(odd + 5000) == 'r' && *access_of(odd + 8191) == 'r');
    char *low = map(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_32BIT);
    CHECK_THAT("MAP_32BIT is low", low != MAP_FAILED && (uintptr_t)low < 0x80000000u);
    CHECK_THAT("MAP_POPULATE", map(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_POPULATE) != MAP_FAILED);
    CHECK_THAT("MAP_STACK", map(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_STACK) != MAP_FAILED);
    CHECK_THAT("unmapping over holes", munmap(area, (size_t)(16 * PAGE)) == 0);
    say("gone: %s\n", access_of(area));
}

int main(void)
{
    on_signal(SIGSEGV, on_fault, SA_SIGINFO);
    on_signal(SIGBUS, on_fault, SA_SIGINFO);
    int fd = open("/proc/self/exe", O_RDONLY);
    errors(fd);
    places();
    for (int prot = 0; prot < 4; prot++) {
        char *page = map(NULL, PAGE, prot, MAP_PRIVATE);
        say("protection %d: %s\n", prot, access_of(page));
        munmap(page, (size_t)PAGE);
    }
    char *zero = map(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    long sum = 0;
    for (long i = 0; i < 64 * PAGE; i++)
        sum += zero[i];
    say("fresh memory sums to %ld\n", sum);
    char *text = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK_THAT("an ELF file starts with its magic", memcmp(text, "\177ELF", 4) == 0);
    close(fd);
    CHECK_THAT("a mapping outlives its descriptor", memcmp(text, "\177ELF", 4) == 0);
    return 0;
}
