/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* memfd_create and seals. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096

static long map(int fd, int prot, int flags)
{
    void *at = mmap(NULL, PAGE, prot, flags, fd, 0);
    if (at == MAP_FAILED)
        return -1;
    munmap(at, PAGE);
    return 0;
}

static int sized(unsigned flags)
{
    int fd = memfd_create("sealed", flags);
    if (fd < 0 || ftruncate(fd, PAGE) < 0)
        die("memfd_create");
    return fd;
}

int main(void)
{
    char name[300], link[64], target[300] = "";
    struct stat st;
    memset(name, 'n', sizeof name);
    name[249] = 0;
    report_ok("name of 249", memfd_create(name, 0));
    name[249] = 'n';
    name[250] = 0;
    report_ok("name of 250", memfd_create(name, 0));
    report_ok("unknown flag", memfd_create("x", 0x8000));
    report_ok("bad name", memfd_create((char *)8, 0));
    int fd = memfd_create("a box", MFD_CLOEXEC);
    say("cloexec %d, writable %d\n", fcntl(fd, F_GETFD), (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    readlink(link, target, sizeof target - 1);
    say("link <%s>\n", target);
    fstat(fd, &st);
    say("mode %o, links %d, size %ld, uid %d\n", st.st_mode, (int)st.st_nlink, (long)st.st_size,
        st.st_uid == geteuid());
    report("seals without MFD_ALLOW_SEALING", fcntl(fd, F_GET_SEALS));
    report("adding one", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));

    fd = sized(MFD_ALLOW_SEALING);
    report("no seals", fcntl(fd, F_GET_SEALS));
    report("unknown seal", fcntl(fd, F_ADD_SEALS, 0x1000));
    report("SHRINK", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
    report("shrink", ftruncate(fd, 100));
    report("grow", ftruncate(fd, 2 * PAGE));
    report("GROW", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    report("grow", ftruncate(fd, 3 * PAGE));
    report("write at the end", pwrite(fd, "abc", 3, 2 * PAGE));
    report("write across the end", pwrite(fd, "abcdef", 6, 2 * PAGE - 3));
    report("fallocate beyond", fallocate(fd, 0, 0, 3 * PAGE));
    report("seals", fcntl(fd, F_GET_SEALS));

    void *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    report("WRITE with a writable mapping", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    report("FUTURE_WRITE", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    *(char *)shared = 'x';
    report("write", pwrite(fd, "abc", 3, 0));
    report("new writable mapping", map(fd, PROT_READ | PROT_WRITE, MAP_SHARED));
    report("new read-only mapping", map(fd, PROT_READ, MAP_SHARED));
    report("new private mapping", map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE));
    munmap(shared, PAGE);
    report("WRITE without one", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    report("punching a hole", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
    char byte = 0;
    report("read", pread(fd, &byte, 1, 0));
    say("byte %c\n", byte);
    report("SEAL", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    report("another seal", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int again = open(link, O_RDONLY);
    report("seals by another opening", fcntl(again, F_GET_SEALS));
    report("adding by a read-only one", fcntl(again, F_ADD_SEALS, F_SEAL_GROW));
    void *readonly = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    report("mprotect of a sealed mapping", mprotect(readonly, PAGE, PROT_READ | PROT_WRITE));

    fd = sized(MFD_ALLOW_SEALING);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
    pid_t pid = fork();
    if (pid == 0) {
        report("write in a child", write(fd, "x", 1));
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    int pair[2];
    report("seals of a pipe", pipe(pair) ? -2 : fcntl(pair[0], F_GET_SEALS));
    return 0;
}
