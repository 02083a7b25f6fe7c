/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* madvise, mincore, mlock, brk and growing stacks: what each really does to memory. */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096L

static char *map(long pages, int flags)
{
    char *at = mmap(NULL, (size_t)(pages * PAGE), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (at == MAP_FAILED)
        die("mmap");
    memset(at, 'm', (size_t)(pages * PAGE));
    return at;
}

static void dont_need(void)
{
    char *private = map(4, MAP_PRIVATE | MAP_ANONYMOUS), *shared = map(4, MAP_SHARED | MAP_ANONYMOUS);
    report("DONTNEED private", madvise(private + PAGE, (size_t)(2 * PAGE), MADV_DONTNEED));
    say("%d %d %d %d\n", private[0], private[PAGE], private[3 * PAGE - 1], private[3 * PAGE]);
    report("DONTNEED shared", madvise(shared, (size_t)PAGE, MADV_DONTNEED));
    say("%d\n", shared[0]);
    report("REMOVE shared", madvise(shared + PAGE, (size_t)PAGE, MADV_REMOVE));
    say("%d %d %d\n", shared[0], shared[PAGE], shared[2 * PAGE]);
    report("REMOVE private", madvise(private, (size_t)PAGE, MADV_REMOVE));
    report("FREE private", madvise(private, (size_t)PAGE, MADV_FREE));
    CHECK_THAT("freed memory is the old or zero", private[0] == 'm' || private[0] == 0);
    private[0] = 'n';
    CHECK(private[0] == 'n');
    report("FREE shared", madvise(shared, (size_t)PAGE, MADV_FREE));
    int fd = memfd_create("f", 0);
    if (ftruncate(fd, 2 * PAGE) < 0 || pwrite(fd, "file", 4, 0) != 4)
        die("write");
    char *copy = mmap(NULL, (size_t)(2 * PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    copy[0] = 'F';
    report("DONTNEED of a private copy", madvise(copy, (size_t)PAGE, MADV_DONTNEED));
    say("%.4s\n", copy);
    report("odd address", madvise(private + 1, (size_t)PAGE, MADV_DONTNEED));
    report("size 0", madvise(private, 0, MADV_DONTNEED));
    report("unknown advice", madvise(private, (size_t)PAGE, 12345));
    munmap(private + PAGE, (size_t)PAGE);
    private[2 * PAGE] = 'k';
    report("over a hole", madvise(private, (size_t)(4 * PAGE), MADV_DONTNEED));
    say("after the hole: %d\n", private[2 * PAGE]);
    static const int advice[] = {MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL,
                                 MADV_WILLNEED, MADV_DONTDUMP, MADV_DODUMP};
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
        report("advice", madvise(shared, (size_t)PAGE, advice[i]));
    report("POPULATE_WRITE", madvise(shared, (size_t)PAGE, 23));
    mprotect(shared, (size_t)PAGE, PROT_READ);
    report("POPULATE_WRITE of read-only", madvise(shared, (size_t)PAGE, 23));
    report("POPULATE_READ", madvise(shared, (size_t)PAGE, 22));
}

static void residency(void)
{
    unsigned char vec[8];
    char *area = mmap(NULL, (size_t)(4 * PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(area, (size_t)(4 * PAGE), MADV_NOHUGEPAGE);
    area[2 * PAGE] = 1;
    report("mincore", mincore(area, (size_t)(4 * PAGE), vec));
    say("resident: %d%d%d%d\n", vec[0] & 1, vec[1] & 1, vec[2] & 1, vec[3] & 1);
    report("odd address", mincore(area + 1, (size_t)PAGE, vec));
    report("bad vector", mincore(area, (size_t)PAGE, (unsigned char *)8));
    report("mlock", mlock(area + 100, 10));
    report("munlock", munlock(area, (size_t)PAGE));
    report("mlock2 on fault", mlock2(area, (size_t)PAGE, MLOCK_ONFAULT));
    report("mlock2 unknown flag", mlock2(area, (size_t)PAGE, 8));
    report("mlockall of nothing", mlockall(0));
    report("munlockall", munlockall());
    munmap(area + PAGE, (size_t)PAGE);
    report("mincore over a hole", mincore(area, (size_t)(4 * PAGE), vec));
    report("mlock over a hole", mlock(area, (size_t)(4 * PAGE)));
}

static void program_break(void)
{
    char *start = sbrk(0), *now = (char *)syscall(SYS_brk, 0);
    CHECK(start == now);
    CHECK(sbrk(10 * PAGE) == start && sbrk(0) == start + 10 * PAGE);
    CHECK(start[10 * PAGE - 1] == 0);
    memset(start, 7, (size_t)(10 * PAGE));
    CHECK(sbrk(-5 * PAGE) == start + 10 * PAGE);
    CHECK(sbrk(5 * PAGE) == start + 5 * PAGE);
    say("kept %d, given back %d\n", start[4 * PAGE], start[6 * PAGE + PAGE / 2]);
    CHECK((char *)syscall(SYS_brk, 1) == start + 10 * PAGE);
    CHECK((char *)syscall(SYS_brk, start + 10 * PAGE + 5) == start + 10 * PAGE + 5);
    mmap((void *)(((uintptr_t)start + 20 * PAGE) & ~(uintptr_t)4095), (size_t)PAGE, PROT_READ,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    report("break into a mapping", sbrk(20 * PAGE) == (void *)-1 ? -1 : 0);
    pid_t pid = fork();
    if (pid == 0) {
        char *mine = sbrk(PAGE);
        _exit(mine == start + 10 * PAGE + 5 && sbrk(0) == mine + PAGE ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("the break after fork", status);
    CHECK(sbrk(0) == start + 10 * PAGE + 5);
}

static sigjmp_buf jump;

static void on_fault(int number)
{
    siglongjmp(jump, number);
}

static void grows_down(void)
{
    /* Room of our own below, so that growth is not stopped by a neighbour's guard gap. */
    long room = 4096 * PAGE;
    char *area = mmap(NULL, (size_t)room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(area, (size_t)room);
    char *stack = mmap(area + room - 2 * PAGE, (size_t)(2 * PAGE), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    CHECK(stack == area + room - 2 * PAGE);
    static char alternate[65536];
    sigaltstack(&(stack_t){.ss_sp = alternate, .ss_size = sizeof alternate}, NULL);
    on_signal(SIGSEGV, on_fault, SA_ONSTACK);
    int got = sigsetjmp(jump, 1);
    if (!got) {
        for (long i = 1; i <= 100; i++)
            stack[-i * PAGE] = (char)i;
        say("grown by 100 pages, byte %d\n", stack[-100 * PAGE]);
    } else
        say("growing: %s\n", sig_name(got));
}

int main(void)
{
    dont_need();
    residency();
    program_break();
    grows_down();
    return 0;
}
