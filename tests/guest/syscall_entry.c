/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 also=filter */
/* Where system call instructions may stand: in generated, rewritten, shared and doubly mapped code, at page
 * ends. */
#include "check.h"
#include <asm/prctl.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/personality.h>

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

static unsigned char *make(int prot, int flags)
{
    unsigned char *at = mmap(NULL, 2 * PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        die("mmap");
    return at;
}

/* `mov eax, number; syscall; ret` */
static void emit(unsigned char *at, int number)
{
    at[0] = 0xb8;
    memcpy(at + 1, &number, 4);
    memcpy(at + 5, "\x0f\x05\xc3", 3);
}

static void generated(void)
{
    unsigned char *code = make(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE), copy[8];
    emit(code, SYS_getpid);
    memcpy(copy, code, 8);
    bool right = true;
    for (int i = 0; i < 5; i++)
        right = right && call(code, 0) == getpid();
    CHECK_THAT("writable code", right);
    CHECK_THAT("reads as written", memcmp(copy, code, 8) == 0);
    CHECK_THAT("entered at the second instruction", call(code + 5, SYS_getppid) == getppid());
    emit(code, SYS_getppid);
    CHECK_THAT("rewritten", call(code, 0) == getppid());
    memcpy(code, "\xb8\x2a\x00\x00\x00\x90\x90\xc3", 8);
    CHECK_THAT("no longer a system call", call(code, 0) == 42);
    mprotect(code, PAGE, PROT_READ | PROT_WRITE);
    emit(code, SYS_getuid);
    mprotect(code, PAGE, PROT_READ | PROT_EXEC);
    right = true;
    for (int i = 0; i < 5; i++)
        right = right && call(code, 0) == getuid() && call(code + 5, SYS_getpid) == getpid();
    CHECK_THAT("protected again", right);
    CHECK_THAT("a jump to the second still works", call(code + 5, SYS_getppid) == getppid());
    mprotect(code, PAGE, PROT_READ | PROT_WRITE);
    memcpy(copy, code, 8);
    say("after it was made writable it reads as %s\n",
        copy[5] == 0x0f && copy[6] == 0x05 ? "written" : "changed");
    emit(code + 16, SYS_getpid);
    mprotect(code, PAGE, PROT_READ | PROT_EXEC);
    CHECK_THAT("one more beside it", call(code + 16, 0) == getpid());
    munmap(code, PAGE);
    unsigned char *again =
        mmap(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    memcpy(again, "\xb8\x07\x00\x00\x00\x90\x90\xc3", 8);
    CHECK_THAT("other code at the same place", call(again, 0) == 7);

    code = make(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
    emit(code + PAGE - 6, SYS_getppid);
    CHECK_THAT("across a page's end", call(code + PAGE - 6, 0) == getppid());
    emit(code + PAGE - 7, SYS_getpid);
    mprotect(code + PAGE, PAGE, PROT_READ);
    mprotect(code, PAGE, PROT_READ | PROT_EXEC);
    code[0] == 0 ? say("at a page's end\n") : 0;
    code = make(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
    memcpy(code, "\x0f\x05\x0f\x05\xc3", 5);
    report("two in a row", call(code, 5000) == -ENOSYS ? 0 : 1);
    memcpy(code, "\x66\x0f\x05\xc3", 4);
    CHECK_THAT("with a prefix", call(code, SYS_getpid) == getpid());
    memcpy(code, "\x48\x0f\x05\xc3", 4);
    CHECK_THAT("with REX.W", call(code, SYS_getpid) == getpid());
}

static void two_views(void)
{
    int fd = memfd_create("code", 0);
    if (ftruncate(fd, PAGE) < 0)
        die("ftruncate");
    unsigned char *write_view = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *exec_view = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    emit(write_view, SYS_getpid);
    CHECK_THAT("a second view", call(exec_view, 0) == getpid() && call(exec_view, 0) == getpid());
    CHECK_THAT("reads as written", memcmp(write_view, exec_view, 8) == 0 && write_view[5] == 0x0f);
    emit(write_view, SYS_getppid);
    CHECK_THAT("changed through the other", call(exec_view, 0) == getppid());
    unsigned char *private = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    CHECK_THAT("a private view", call(private, 0) == getppid() && call(private, 0) == getppid());
    char byte = 0;
    CHECK_THAT("the file is unchanged", pread(fd, &byte, 1, 5) == 1 && byte == 0x0f);
    pid_t pid = fork();
    if (pid == 0)
        _exit(call(private, 0) == getppid() && call(exec_view + 5, SYS_getpid) == getpid() ? 0 : 1);
    int status;
    waitpid(pid, &status, 0);
    report_status("in a child", status);
}

static void numbers(void)
{
    static const long list[] = {-1, 1000, 0xffff, 0x7fffffff, 0x40000027, 0x80000000, 0x100000027L, 350, 400};
    unsigned char *code = make(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
    memcpy(code, "\x0f\x05\xc3", 3);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        long got = call(code, list[i]);
        if (got == getpid())
            say("number %lx is getpid\n", list[i]);
        else if (got == -ENOSYS || got == -EBADF || got == 0)
            say("number %lx: %s\n", list[i], err_name((int)-got));
        else
            say("number %lx: other\n", list[i]);
    }
}

static void segments(void)
{
    unsigned long fs = 0, gs = 1, back = 0;
    static unsigned long area[4] = {0x1122334455667788, 2, 3, 4};
    report("ARCH_GET_FS", syscall(SYS_arch_prctl, ARCH_GET_FS, &fs));
    CHECK_THAT("FS is the thread pointer", *(unsigned long *)fs == fs);
    report("ARCH_GET_GS", syscall(SYS_arch_prctl, ARCH_GET_GS, &gs));
    say("GS at first: %lx\n", gs);
    report("ARCH_SET_GS", syscall(SYS_arch_prctl, ARCH_SET_GS, area));
    syscall(SYS_arch_prctl, ARCH_GET_GS, &gs);
    CHECK(gs == (uintptr_t)area);
    for (int i = 0; i < 3; i++) {
        __asm__ volatile("mov %%gs:0, %0" : "=r"(back));
        say("through GS: %lx\n", back);
        sleep_ms(1);
    }
    raise(SIGUSR1);
    __asm__ volatile("mov %%gs:8, %0" : "=r"(back));
    say("after a signal: %lx\n", back);
    pid_t pid = fork();
    if (pid == 0) {
        __asm__ volatile("mov %%gs:16, %0" : "=r"(back));
        _exit((int)back);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("GS in a child", status);
    report("SET_GS outside", syscall(SYS_arch_prctl, ARCH_SET_GS, 0xffff800000000000));
    report("SET_FS outside", syscall(SYS_arch_prctl, ARCH_SET_FS, 0xffff800000000000));
    report("unknown code", syscall(SYS_arch_prctl, 0x9999, 0));
    report("bad pointer", syscall(SYS_arch_prctl, ARCH_GET_FS, 8));
    /* Another thread pointer for the length of a few calls: nothing below may need the old one. */
    static unsigned long other[16];
    other[8] = (uintptr_t)&other[8];
    long pid_now, got;
    __asm__ volatile("syscall"
                     : "=a"(got)
                     : "a"(SYS_arch_prctl), "D"(ARCH_SET_FS), "S"(&other[8])
                     : "rcx", "r11", "memory");
    __asm__ volatile("syscall" : "=a"(pid_now) : "a"(SYS_getpid) : "rcx", "r11", "memory");
    __asm__ volatile("mov %%fs:0, %0" : "=r"(back));
    __asm__ volatile("syscall"
                     : "=a"(got)
                     : "a"(SYS_arch_prctl), "D"(ARCH_SET_FS), "S"(fs)
                     : "rcx", "r11", "memory");
    CHECK(back == (uintptr_t)&other[8] && pid_now == getpid());
    report("personality", personality(0xffffffff));
    report("set ADDR_NO_RANDOMIZE", personality(ADDR_NO_RANDOMIZE));
    report("personality", personality(0xffffffff));
    personality(0);
}

static void handler(int number)
{
    (void)number;
}

int main(void)
{
    on_signal(SIGUSR1, handler, 0);
    generated();
    two_views();
    numbers();
    segments();
    return 0;
}
