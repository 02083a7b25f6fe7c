/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* pidfd_getfd: a descriptor of another process. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>

static int pidfd_open_(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int main(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        int file = memfd_create("theirs", 0);
        if (write(file, "abc", 3) != 3 || dup2(file, 77) != 77)
            _exit(1);
        raise(SIGSTOP);
        _exit(0);
    }
    CHECK(waitpid(pid, NULL, WUNTRACED) == pid);
    int fd = pidfd_open_(pid), copy = (int)syscall(SYS_pidfd_getfd, fd, 77, 0);
    CHECK(copy >= 0);
    report("offset of the copied descriptor", lseek(copy, 0, SEEK_CUR));
    report("a descriptor that is not there", syscall(SYS_pidfd_getfd, fd, 78, 0));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    report("of the gone", syscall(SYS_pidfd_getfd, fd, 77, 0));
    return 0;
}
