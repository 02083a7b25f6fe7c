/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* Shared and private mappings of memory and of files, across fork, against read and write, past the end. */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>

#define PAGE 4096
static sigjmp_buf jump;
static volatile int fault_signal, fault_code;
static void *volatile fault_address;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_signal = number;
    fault_code = info->si_code;
    fault_address = info->si_addr;
    siglongjmp(jump, 1);
}

static void touch(const char *label, volatile char *at, bool write_it)
{
    if (sigsetjmp(jump, 1) == 0) {
        char byte = *at;
        if (write_it)
            *at = byte;
        say("%s: fine\n", label);
    } else
        say("%s: %s code %d, address %s\n", label, sig_name(fault_signal), fault_code,
            fault_address == at ? "right" : "wrong");
}

static void across_fork(void)
{
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    shared[0] = private[0] = 'p';
    pid_t pid = fork();
    if (pid == 0) {
        bool same = shared[0] == 'p' && private[0] == 'p';
        shared[0] = private[0] = 'c';
        shared[PAGE] = 'd';
        pid_t inner = fork();
        if (inner == 0) {
            shared[1] = shared[0];
            _exit(0);
        }
        waitpid(inner, NULL, 0);
        _exit(same ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("child saw both", status);
    say("shared %c%c%c private %c\n", shared[0], shared[1], shared[PAGE], private[0]);
    char *dontfork = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *wipe = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *dontfork = *wipe = 'x';
    report("MADV_DONTFORK", madvise(dontfork, PAGE, MADV_DONTFORK));
    report("MADV_WIPEONFORK", madvise(wipe, PAGE, MADV_WIPEONFORK));
    report("MADV_WIPEONFORK of shared memory", madvise(shared, PAGE, MADV_WIPEONFORK));
    pid = fork();
    if (pid == 0) {
        touch("not forked", dontfork, false);
        say("wiped: %d\n", *wipe);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    say("here still %c %c\n", *dontfork, *wipe);
}

static void of_file(void)
{
    char path[] = "/tmp/map.XXXXXX", text[16] = "";
    int fd = mkstemp(path), reader = open(path, O_RDONLY);
    unlink(path);
    if (ftruncate(fd, PAGE + 100) < 0 || pwrite(fd, "hello", 5, 0) != 5)
        die("write");
    char *shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, PAGE);
    say("mapped: %.5s %.5s\n", shared, private);
    shared[0] = 'J';
    pread(fd, text, 5, 0) == 5 ? say("file sees the shared write: %s\n", text) : 0;
    say("private mapping not yet copied: %.5s\n", private);
    private[1] = 'u';
    say("private write: %.5s, shared %.5s\n", private, shared);
    if (pwrite(fd, "BBBBB", 5, 0) != 5)
        die("pwrite");
    say("after pwrite: shared %.5s, private %.5s\n", shared, private);
    shared[PAGE] = 'Q';
    say("second page by another mapping: %c\n", second[0]);
    say("rest of the last page: %d\n", shared[PAGE + 100]);
    shared[PAGE + 200] = 'z';
    touch("last page", shared + PAGE, true);
    touch("past the end", shared + 2 * PAGE, false);
    touch("past the end, private", private + 2 * PAGE + 5, false);
    if (ftruncate(fd, 3 * PAGE) < 0)
        die("ftruncate");
    touch("after growing", shared + 2 * PAGE, true);
    /* The file system clears what was written beyond the old end. */
    say("byte beyond the old end: %d\n", shared[PAGE + 200]);
    if (ftruncate(fd, 10) < 0)
        die("ftruncate");
    touch("after shrinking", shared + PAGE, false);
    touch("first page", shared, false);
    touch("private copy after shrinking", private, false);
    say("private %.5s, shared byte 20: %d\n", private, shared[20]);
    report("read into the lost page", pread(reader, shared + PAGE, 5, 0));
    report("read into it by the kernel", read(open("/proc/self/exe", O_RDONLY), shared + PAGE, 5));
    char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    report("making a read-only file's mapping writable", mprotect(readonly, PAGE, PROT_READ | PROT_WRITE));
    readonly = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    report("of a writable file", mprotect(readonly, PAGE, PROT_READ | PROT_WRITE));
    report("msync", msync(shared, PAGE, MS_SYNC));
    report("msync async", msync(shared, PAGE, MS_ASYNC));
    report("msync both", msync(shared, PAGE, MS_ASYNC | MS_SYNC));
    report("msync invalidate", msync(shared, PAGE, MS_INVALIDATE));
    report("msync of an odd address", msync(shared + 1, PAGE, MS_SYNC));
    munmap(shared, 3 * PAGE);
    report("msync of nothing", msync(shared, PAGE, MS_SYNC));
    report("msync unknown flag", msync(private, PAGE, 64));
}

static void fork_of_file(void)
{
    char path[] = "/tmp/map.XXXXXX";
    int fd = mkstemp(path);
    if (ftruncate(fd, PAGE) < 0)
        die("ftruncate");
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    strcpy(private, "mine");
    pid_t pid = fork();
    if (pid == 0) {
        int again = open(path, O_RDWR);
        char *other = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0);
        strcpy(other, "from the child");
        strcpy(private, "theirs");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    unlink(path);
    say("shared <%s> private <%s>\n", shared, private);
}

int main(void)
{
    on_signal(SIGSEGV, on_fault, SA_SIGINFO);
    on_signal(SIGBUS, on_fault, SA_SIGINFO);
    across_fork();
    of_file();
    fork_of_file();
    return 0;
}
