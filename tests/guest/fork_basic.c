/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic timeout=10 also=filter */
/* fork, vfork, clone and clone3: who shares what, and what the parent sees. */
#include "check.h"
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int shared_word = 1;
static volatile int vfork_word = 1;

static void fork_is_private(void)
{
    int pipe_fd[2];
    pid_t parent = getpid();
    if (pipe(pipe_fd) < 0)
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        bool facts[3] = {getppid() == parent, getpid() != parent, getpid() == gettid()};
        shared_word = 2;
        if (write(pipe_fd[1], facts, sizeof facts) != sizeof facts)
            _exit(1);
        _exit(shared_word + 40);
    }
    bool facts[3] = {false};
    int status;
    CHECK(read(pipe_fd[0], facts, sizeof facts) == sizeof facts);
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("forked child", status);
    CHECK_THAT("child's parent is us", facts[0]);
    CHECK_THAT("child has a pid of its own", facts[1]);
    CHECK_THAT("child's tid is its pid", facts[2]);
    CHECK(shared_word == 1);
    report("wait again", waitpid(pid, &status, 0));
    close(pipe_fd[0]);
    close(pipe_fd[1]);
}

static void fork_shares_offset(void)
{
    int fd = memfd_create("offset", 0);
    if (ftruncate(fd, 100) < 0)
        die("ftruncate");
    pid_t pid = fork();
    if (pid == 0) {
        lseek(fd, 42, SEEK_SET);
        close(fd);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    report("offset moved by the child", lseek(fd, 0, SEEK_CUR));
    CHECK_THAT("closing in the child left it open here", fcntl(fd, F_GETFD) >= 0);
    close(fd);
}

static void vfork_shares_memory(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        vfork_word = 77;
        _exit(5);
    }
    say("word after vfork = %d\n", vfork_word);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("vfork child", status);
}

static int clone_body(void *arg)
{
    *(volatile int *)arg += 1;
    return 9;
}

static void clone_flags(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    volatile int word = 10;
    int status;
    pid_t pid = clone(clone_body, stack + sizeof stack, SIGCHLD, (void *)&word);
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("clone without CLONE_VM", status);
    say("word = %d\n", word);
    pid = clone(clone_body, stack + sizeof stack, CLONE_VM | SIGCHLD, (void *)&word);
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("clone with CLONE_VM", status);
    say("word = %d\n", word);
    pid = clone(clone_body, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)&word);
    say("word after CLONE_VFORK = %d\n", word);
    CHECK(waitpid(pid, &status, 0) == pid);

    /* A child without an exit signal is seen only by those who ask with __WCLONE or __WALL. */
    pid = clone(clone_body, stack + sizeof stack, 0, (void *)&word);
    report("plain wait for a clone child", waitpid(pid, &status, 0));
    CHECK(waitpid(pid, &status, __WALL) == pid);
    report_status("clone child by __WALL", status);
    pid = clone(clone_body, stack + sizeof stack, SIGUSR1 | CLONE_VM, (void *)&word);
    CHECK(waitpid(-1, &status, __WALL) == pid);
    report_status("child with exit signal USR1", status);
}

static pid_t settid_parent;

static void clone_tids(void)
{
    pid_t *child_tid = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL,
                               &settid_parent, child_tid, 0);
    if (pid == 0)
        _exit(*child_tid == getpid() ? 0 : 1);
    int status;
    waitpid(pid, &status, 0);
    report_status("CLONE_CHILD_SETTID", status);
    CHECK(settid_parent == pid);
    CHECK(*child_tid == pid);
    munmap(child_tid, 4096);
}

static void clone3_forms(void)
{
    int pidfd = -1;
    struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        _exit(21);
    CHECK(pid > 0 && pidfd >= 0);
    CHECK_THAT("pidfd is close-on-exec", fcntl(pidfd, F_GETFD) == FD_CLOEXEC);
    int status;
    waitpid((pid_t)pid, &status, 0);
    report_status("clone3 child", status);
    close(pidfd);

    report_ok("clone3 of size 0", syscall(SYS_clone3, &args, 0));
    args = (struct clone_args){.flags = CLONE_THREAD, .exit_signal = 0};
    report_ok("CLONE_THREAD without CLONE_SIGHAND", syscall(SYS_clone3, &args, sizeof args));
    args = (struct clone_args){.flags = CLONE_SIGHAND, .exit_signal = SIGCHLD};
    report_ok("CLONE_SIGHAND without CLONE_VM", syscall(SYS_clone3, &args, sizeof args));
    args = (struct clone_args){.exit_signal = SIGCHLD, .stack = 4096};
    report_ok("stack without a size", syscall(SYS_clone3, &args, sizeof args));
    args = (struct clone_args){.exit_signal = 65};
    report_ok("exit signal 65", syscall(SYS_clone3, &args, sizeof args));
    report_ok("clone3 of a bad pointer", syscall(SYS_clone3, 8, sizeof args));
    report_ok("CLONE_FS with CLONE_NEWNS", syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0));
}

int main(void)
{
    signal(SIGUSR1, SIG_IGN);
    fork_is_private();
    fork_shares_offset();
    vfork_shares_memory();
    clone_flags();
    int status;
    clone_tids();
    clone3_forms();
    report("no children left", waitpid(-1, &status, __WALL));
    return 0;
}
