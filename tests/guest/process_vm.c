/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* The memory of another process, advice about memory and files, memory policies, protection keys. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>

static char data[64] = "the parent's";

static void transfers(void)
{
    char a[8], b[8], text[64];
    struct iovec local[2] = {{a, sizeof a}, {b, sizeof b}}, remote = {data, 16}, bad = {(void *)8, 16};
    int ready[2], go[2];
    char byte = 0;
    if (pipe(ready) || pipe(go))
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        strcpy(data, "the child's own");
        (void)!write(ready[1], "", 1);
        (void)!read(go[0], &byte, 1);
        _exit(strcmp(data, "written by hand") ? 1 : 0);
    }
    (void)!read(ready[0], &byte, 1);
    report("read", process_vm_readv(pid, local, 2, &remote, 1, 0));
    say("%.8s|%.8s\n", a, b);
    report("read of own", process_vm_readv(getpid(), local, 2, &remote, 1, 0));
    say("%.8s|%.8s\n", a, b);
    struct iovec all = {strcpy(text, "written by hand"), 16};
    report("write", process_vm_writev(pid, &all, 1, &remote, 1, 0));
    report("read from nowhere", process_vm_readv(pid, local, 2, &bad, 1, 0));
    report("read to nowhere", process_vm_readv(pid, &bad, 1, &remote, 1, 0));
    report("flags", process_vm_readv(pid, local, 2, &remote, 1, 1));
    report("nothing", process_vm_readv(pid, local, 0, &remote, 1, 0));
    report("nobody", process_vm_readv(999999, local, 2, &remote, 1, 0));
    report("too many", process_vm_readv(pid, local, 2000, &remote, 1, 0));
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct iovec pages = {(void *)((uintptr_t)data & ~4095ul), 4096};
    report("process_madvise of a file", syscall(SYS_process_madvise, 1, &pages, 1, MADV_COLD, 0));
    report("process_madvise, flags", syscall(SYS_process_madvise, pidfd, &pages, 1, MADV_COLD, 1));
    report("process_mrelease of one that lives", syscall(SYS_process_mrelease, pidfd, 0));
    (void)!write(go[1], "", 1);
    int status;
    waitpid(pid, &status, 0);
    report_status("child", status);
    report("gone", process_vm_readv(pid, local, 2, &remote, 1, 0));
}

static void files(void)
{
    char name[] = "process_vm.XXXXXX";
    int fd = mkstemp(name), ends[2];
    if (fd < 0 || ftruncate(fd, 65536) || pipe(ends))
        die("mkstemp");
    unlink(name);
    for (int advice = 0; advice < 7; advice++)
        say("advice %d: %s\n", advice, err_name(posix_fadvise(fd, 0, 0, advice)));
    say("negative: %s\n", err_name(posix_fadvise(fd, 0, -1, 0)));
    say("pipe: %s\n", err_name(posix_fadvise(ends[0], 0, 0, 0)));
    say("closed: %s\n", err_name(posix_fadvise(99, 0, 0, 0)));
    report("readahead", readahead(fd, 0, 4096));
    report("readahead of a pipe", readahead(ends[0], 0, 4096));
    close(fd);
    fd = open(name, O_PATH);
    fd = open("/", O_PATH);
    say("O_PATH: %s\n", err_name(posix_fadvise(fd, 0, 0, 0)));
    report("readahead of O_PATH", readahead(fd, 0, 4096));
    fd = open("/proc/self/status", O_RDONLY);
    say("status: %s\n", err_name(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL)));
}

static void policies(void)
{
    unsigned long nodes[16] = {0};
    int mode = 77, node[1] = {-1}, status[1] = {77};
    void *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
         *pages[1] = {page};
    *(char *)page = 1;
    report("get_mempolicy", syscall(SYS_get_mempolicy, &mode, nodes, 1024, NULL, 0));
    say("mode %d\n", mode);
    nodes[0] = 1;
    report("set_mempolicy", syscall(SYS_set_mempolicy, 2, nodes, 64));
    report("get_mempolicy", syscall(SYS_get_mempolicy, &mode, nodes, 1024, NULL, 0));
    say("mode %d, nodes %lu\n", mode, nodes[0]);
    report("default", syscall(SYS_set_mempolicy, 0, NULL, 0));
    report("unknown", syscall(SYS_set_mempolicy, 99, NULL, 0));
    report("mbind", syscall(SYS_mbind, page, 8192, 1, nodes, 64, 0));
    report("mbind, odd", syscall(SYS_mbind, (char *)page + 1, 4096, 1, nodes, 64, 0));
    report("get_mempolicy of memory", syscall(SYS_get_mempolicy, &mode, nodes, 1024, page, 2));
    say("mode %d\n", mode);
    report("from nowhere", syscall(SYS_set_mempolicy, 2, 8, 64));
    report("move_pages", syscall(SYS_move_pages, 0, 1, pages, NULL, status, 0));
    say("on node %d\n", status[0]);
    node[0] = 0;
    report("move_pages to node 0", syscall(SYS_move_pages, 0, 1, pages, node, status, 2));
    report("move_pages of nobody", syscall(SYS_move_pages, 999999, 1, pages, NULL, status, 0));
}

int main(void)
{
    transfers();
    files();
    policies();
    return 0;
}
