/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Resource limits: setting, inheriting, and what happens at NOFILE, FSIZE, AS, DATA, STACK, CPU, SIGPENDING.
 */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

static void show(const char *label, int which)
{
    struct rlimit limit = {1, 1};
    if (getrlimit(which, &limit) < 0)
        die("getrlimit");
    say("%s: soft %lld, hard %lld\n", label, (long long)limit.rlim_cur, (long long)limit.rlim_max);
}

static void set(int which, rlim_t soft, rlim_t hard)
{
    if (setrlimit(which, &(struct rlimit){soft, hard}) < 0)
        say("setrlimit: %s\n", err_name(errno));
}

static void nofile(void)
{
    set(RLIMIT_NOFILE, 20, 40);
    show("NOFILE", RLIMIT_NOFILE);
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    int count = 0, fd, last = -1;
    while ((fd = dup(0)) >= 0) {
        last = fd;
        count++;
    }
    say("%d descriptors up to %d, then %s\n", count, last, err_name(errno));
    report("dup2 at the limit", dup2(0, 20));
    report("fcntl at the limit", fcntl(0, F_DUPFD, 20));
    report("dup2 below it", dup2(0, 19));
    int pair[2];
    close(19);
    report("pipe with one left", pipe(pair));
    set(RLIMIT_NOFILE, 30, 40);
    report("dup2 under the raised limit", dup2(0, 25));
    set(RLIMIT_NOFILE, 10, 40);
    CHECK_THAT("descriptors above a lowered limit stay open", fcntl(25, F_GETFD) >= 0);
    report("closing one", close(25));
    close(5);
    report("below the lowered limit", dup(0));
    pid_t pid = fork();
    if (pid == 0) {
        show("inherited NOFILE", RLIMIT_NOFILE);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    char *argv[] = {"x", "show", NULL};
    execv("/proc/self/exe", argv);
}

static volatile int got;

static void count_signal(int number)
{
    (void)number;
    got++;
}

static void fsize(void)
{
    int fd = memfd_create("f", 0);
    char path[] = "/tmp/fsize.XXXXXX", data[100] = {0};
    close(fd);
    fd = mkstemp(path);
    unlink(path);
    on_signal(SIGXFSZ, count_signal, 0);
    set(RLIMIT_FSIZE, 150, RLIM_INFINITY);
    /* Standard output may be a file as well, so nothing is said while the limit holds. */
    long results[5] = {write(fd, data, 100), write(fd, data, 100), write(fd, data, 100)};
    int error = errno;
    results[3] = ftruncate(fd, 200);
    int truncate_error = errno;
    results[4] = ftruncate(fd, 10);
    set(RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY);
    report("write within", results[0]);
    report("write across", results[1]);
    errno = error;
    report("write beyond", results[2]);
    errno = truncate_error;
    report("ftruncate beyond", results[3]);
    report("ftruncate within", results[4]);
    say("XFSZ %d times\n", got);
    set(RLIMIT_FSIZE, 150, RLIM_INFINITY);
    signal(SIGXFSZ, SIG_DFL);
    if (pwrite(fd, data, 1, 160) != 0)
        _exit(2);
}

static void address_space(void)
{
    set(RLIMIT_AS, 64 << 20, RLIM_INFINITY);
    void *block = mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("mapping above AS", block == MAP_FAILED ? -1 : 0);
    block = mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("mapping within AS", block == MAP_FAILED ? -1 : 0);
    void *more = mremap(block, 16 << 20, 100 << 20, MREMAP_MAYMOVE);
    report("mremap above AS", more == MAP_FAILED ? -1 : 0);
    CHECK_THAT("malloc above AS", malloc(100 << 20) == NULL);
    char *end = sbrk(0);
    report("brk above AS", syscall(SYS_brk, end + (100 << 20)) == (long)end ? 1 : 0);
}

static void data_segment(void)
{
    set(RLIMIT_DATA, 16 << 20, RLIM_INFINITY);
    void *block = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("private writable mapping above DATA", block == MAP_FAILED ? -1 : 0);
    block = mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("read-only mapping above DATA", block == MAP_FAILED ? -1 : 0);
    block = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    report("shared mapping above DATA", block == MAP_FAILED ? -1 : 0);
    report("sbrk above DATA", sbrk(32 << 20) == (void *)-1 ? -1 : 0);
    report_ok("sbrk within DATA", sbrk(1 << 20) == (void *)-1 ? -1 : 0);
}

__attribute__((noinline)) static int deep(int level)
{
    volatile char space[4096];
    memset((char *)space, level, sizeof space);
    return level ? deep(level - 1) + space[0] : 0;
}

static void stack(void)
{
    set(RLIMIT_STACK, 1 << 20, RLIM_INFINITY);
    deep(150);
    say("600 KiB of stack are fine\n");
    deep(600);
    say("2.4 MiB are fine\n");
}

static void cpu(void)
{
    on_signal(SIGXCPU, count_signal, 0);
    set(RLIMIT_CPU, 1, 2);
    for (;;)
        if (got == 1) {
            got = 100;
            say("XCPU\n");
        }
}

static void sigpending_limit(void)
{
    set(RLIMIT_SIGPENDING, 5, 5);
    block_signal(SIG_BLOCK, SIGRTMIN);
    block_signal(SIG_BLOCK, SIGUSR1);
    int count = 0;
    while (count < 1000 && sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = count}) == 0)
        count++;
    CHECK_THAT("queueing ends", count < 1000); /* the limit counts what others of the user have queued, too */
    report("sigqueue beyond", sigqueue(getpid(), SIGRTMIN, (union sigval){0}));
    report("kill beyond", kill(getpid(), SIGUSR1));
}

static void rules(void)
{
    set(RLIMIT_CORE, 100, 200);
    show("CORE", RLIMIT_CORE);
    set(RLIMIT_CORE, 201, 200);
    set(RLIMIT_CORE, 50, 150);
    show("CORE", RLIMIT_CORE);
    struct rlimit limit;
    report("getrlimit of an unknown", getrlimit(16, &limit));
    report("setrlimit of an unknown", setrlimit(-1, &limit));
    report("getrlimit to a bad pointer", syscall(SYS_getrlimit, RLIMIT_CORE, 8));
    struct rlimit old = {0, 0}, new = {7, 9};
    report("prlimit", prlimit(0, RLIMIT_CORE, &new, &old));
    say("old %d %d\n", (int)old.rlim_cur, (int)old.rlim_max);
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    new.rlim_cur = 3;
    report("prlimit of a child", prlimit(pid, RLIMIT_CORE, &new, &old));
    say("old %d %d\n", (int)old.rlim_cur, (int)old.rlim_max);
    report("prlimit of a child", prlimit(pid, RLIMIT_CORE, NULL, &old));
    say("new %d %d\n", (int)old.rlim_cur, (int)old.rlim_max);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    report("prlimit of nobody", prlimit(999999, RLIMIT_CORE, NULL, &old));
    show("CORE of ours", RLIMIT_CORE);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        show("NOFILE after exec", RLIMIT_NOFILE);
        return 0;
    }
    report_status("rules", in_child(rules));
    report_status("NOFILE", in_child(nofile));
    report_status("FSIZE", in_child(fsize));
    report_status("AS", in_child(address_space));
    report_status("DATA", in_child(data_segment));
    report_status("STACK", in_child(stack));
    report_status("CPU", in_child(cpu));
    report_status("SIGPENDING", in_child(sigpending_limit));
    return 0;
}
