/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=15 */
/* System calls in memory that others share: what runs them must not change the bytes that the others see. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096

static long call(const void *at, long number)
{
    long result;
    __asm__ volatile("sub $128, %%rsp; call *%1; add $128, %%rsp"
                     : "=a"(result)
                     : "r"(at), "a"(number)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

/* A cell with a number, one without. */
static void emit(unsigned char *at)
{
    memset(at, 0xcc, 32);
    memcpy(at, "\xb8\x27\x00\x00\x00\x0f\x05\xc3", 8);
    memcpy(at + 16, "\x0f\x05\xc3", 3);
}

static bool is_unchanged(const unsigned char *at)
{
    unsigned char fresh[32];
    emit(fresh);
    return memcmp(at, fresh, 32) == 0;
}

static bool works(const unsigned char *at)
{
    bool right = true;
    for (int i = 0; i < 5; i++)
        right = right && call(at, 0) == getpid() && call(at + 16, SYS_getpid) == getpid();
    return right;
}

static int in_other_process(unsigned char *at)
{
    pid_t pid = fork();
    int status = -1;
    if (pid == 0)
        _exit(works(at) ? 0 : 1);
    waitpid(pid, &status, 0);
    return status;
}

static void check_views(const char *label, unsigned char *run, const unsigned char *look)
{
    CHECK_THAT(label, works(run));
    CHECK_THAT("  in another process", in_other_process(run) == 0);
    CHECK_THAT("  others see what was written", is_unchanged(look));
}

int main(void)
{
    int fd = memfd_create("code", 0);
    if (fd < 0 || ftruncate(fd, 4 * PAGE) < 0)
        die("memfd");
    unsigned char *look = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *run;
    for (int i = 0; i < 4; i++)
        emit(look + i * PAGE);

    run = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    check_views("shared, executable from the start", run, look);
    run = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
    mprotect(run, PAGE, PROT_READ | PROT_EXEC);
    check_views("shared, executable by mprotect", run, look + PAGE);
    run = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
    mprotect(run, PAGE, PROT_READ | PROT_EXEC);
    check_views("private, executable by mprotect", run, look + 2 * PAGE);
    run = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 3 * PAGE);
    check_views("shared, writable", run, look + 3 * PAGE);
    unsigned char back[32];
    for (int i = 0; i < 4; i++)
        CHECK_THAT("the file", pread(fd, back, 32, i * PAGE) == 32 && is_unchanged(back));

    run = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mprotect(run, PAGE, PROT_READ | PROT_WRITE);
    emit(run);
    mprotect(run, PAGE, PROT_READ | PROT_EXEC);
    check_views("shared without a file", run, run);

    /* Parent and child have copies of private code, and each rewrites its own. */
    run = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    emit(run);
    mprotect(run, PAGE, PROT_READ | PROT_EXEC);
    CHECK(call(run, 0) == getpid());
    CHECK(in_other_process(run) == 0);
    CHECK(works(run));
    CHECK(in_other_process(run) == 0);
    mprotect(run, PAGE, PROT_READ | PROT_WRITE);
    CHECK(is_unchanged(run));
    return 0;
}
