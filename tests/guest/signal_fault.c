/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* Faults: the right signal, code and address for each kind, and continuing after a handler has repaired it.
 */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096
static sigjmp_buf jump;
static volatile int number_, code_, trap_, error_;
static void *volatile addr_;
static volatile uintptr_t rip_;

static void on_fault(int number, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    number_ = number;
    code_ = info->si_code;
    addr_ = info->si_addr;
    trap_ = (int)u->uc_mcontext.gregs[REG_TRAPNO];
    error_ = (int)u->uc_mcontext.gregs[REG_ERR];
    rip_ = (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
    siglongjmp(jump, 1);
}

static void show(const char *label, const void *expected)
{
    say("%s: %s code %d, trap %d error %d, address %s, rip %s\n", label, sig_name(number_), code_, trap_,
        error_,
        addr_ == expected       ? "as expected"
        : addr_ == NULL         ? "none"
        : addr_ == (void *)rip_ ? "of the code"
                                : "other",
        rip_ == (uintptr_t)expected ? "there" : "elsewhere");
}

static void load(const char *label, volatile char *at)
{
    if (sigsetjmp(jump, 1) == 0) {
        (void)*at;
        say("%s: no fault\n", label);
    } else
        show(label, (void *)at);
}

static void store(const char *label, volatile char *at)
{
    if (sigsetjmp(jump, 1) == 0) {
        *at = 1;
        say("%s: no fault\n", label);
    } else
        show(label, (void *)at);
}

static void call(const char *label, void *at)
{
    if (sigsetjmp(jump, 1) == 0) {
        ((void (*)(void))at)();
        say("%s: returned\n", label);
    } else
        show(label, at);
}

static void *volatile repair_at;

static void repair(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    repair_at = info->si_addr;
    mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1)), PAGE, PROT_READ | PROT_WRITE);
}

static void step_over(int number, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    (void)info;
    number_ = number;
    u->uc_mcontext.gregs[REG_RAX] = 4242;
    u->uc_mcontext.gregs[REG_RIP] += 2;
}

static volatile int steps;

static void on_step(int number, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    (void)number;
    code_ = info->si_code;
    if (++steps == 5)
        u->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
}

int main(void)
{
    on_signal(SIGSEGV, on_fault, SA_SIGINFO);
    on_signal(SIGBUS, on_fault, SA_SIGINFO);
    on_signal(SIGFPE, on_fault, SA_SIGINFO);
    on_signal(SIGILL, on_fault, SA_SIGINFO);
    on_signal(SIGTRAP, on_fault, SA_SIGINFO);
    char *page = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + PAGE, PAGE, PROT_NONE);
    load("null", NULL);
    store("store to null", (char *)24);
    load("no access", page + PAGE + 17);
    store("read-only", page + 5);
    store("our own code", (char *)main);
    load("not canonical", (char *)0x8000000000000000);
    load("the kernel's half", (char *)0xffff800000000000);
    munmap(page + PAGE, PAGE);
    load("unmapped", page + PAGE + 100);
    call("call of the unmapped", page + PAGE);
    int fd = memfd_create("f", 0);
    char *empty = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    load("past the end of a file", empty + 8);
    store("store past the end of a file", empty + 9);
    call("call of data", page);
    call("call of null", NULL);

    unsigned char *code =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static const struct {
        const char *label, *bytes;
        int size;
    } codes[] = {
        {"ud2", "\x0f\x0b", 2},
        {"int3", "\xcc", 1},
        {"int 3 in two bytes", "\xcd\x03", 2},
        {"int1", "\xf1", 1},
        {"hlt", "\xf4", 1},
        {"cli", "\xfa", 1},
        {"in", "\xec", 1},
        {"int 0x81", "\xcd\x81", 2},
        {"int 4", "\xcd\x04", 2},
        {"mov cr0", "\x0f\x22\xc0", 3},
        {"rdmsr", "\x0f\x32", 2},
        {"unaligned movaps", "\x48\x8d\x44\x24\x01\x0f\x28\x00", 8},
        {"div by zero", "\x31\xc9\xf7\xf1", 4},
        {"idiv overflow", "\xb8\x00\x00\x00\x80\x99\xb9\xff\xff\xff\xff\xf7\xf9\xc3", 14},
        {"bad opcode", "\x06", 1},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        memcpy(code, codes[i].bytes, (size_t)codes[i].size);
        code[codes[i].size] = 0xc3;
        call(codes[i].label, code);
        say("  rip is %ld bytes in\n", (long)(rip_ - (uintptr_t)code));
    }

    on_signal(SIGSEGV, repair, SA_SIGINFO);
    volatile char *closed = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    closed[77] = 12;
    say("repaired: %d, at %ld\n", closed[77], (long)((volatile char *)repair_at - closed));
    on_signal(SIGILL, step_over, SA_SIGINFO);
    long value = 1;
    __asm__ volatile("ud2" : "+a"(value));
    say("rax set by the handler: %ld\n", value);
    on_signal(SIGTRAP, on_step, SA_SIGINFO);
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop; nop; nop" ::
                         : "memory", "cc");
    say("single steps: %d, code %d\n", steps, code_);
    return 0;
}
