/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* Processes with memories of their own that share descriptors and the working folder (CLONE_FILES, CLONE_FS
 * without CLONE_VM). */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int files_body(void *arg)
{
    close(*(int *)arg);
    if (chdir("/"))
        return 1;
    umask(0123);
    return 0;
}

static void clone_shares_files(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    int fd = memfd_create("x", 0);
    pid_t pid = clone(files_body, stack + sizeof stack, SIGCHLD | CLONE_FILES | CLONE_FS, &fd);
    int status;
    waitpid(pid, &status, 0);
    report_status("CLONE_FILES child", status);
    report("descriptor closed by it", fcntl(fd, F_GETFD));
    say("umask = %04o\n", umask(022));
}

int main(void)
{
    clone_shares_files();
    return 0;
}
