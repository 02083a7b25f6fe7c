/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic timeout=10 */
/* posix_spawn and vfork followed by exec: file actions, attributes, and errors that come back to the parent.
 */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>

static char *self = "/proc/self/exe";

static int wait_for(pid_t pid)
{
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid);
    return status;
}

static int child_main(int argc, char **argv)
{
    if (strcmp(argv[1], "exit") == 0)
        return atoi(argv[2]);
    if (strcmp(argv[1], "fds") == 0) {
        say("child: fd 50 %s, fd 51 %s, fd 52 %s\n", fcntl(50, F_GETFD) >= 0 ? "open" : "closed",
            fcntl(51, F_GETFD) >= 0 ? "open" : "closed", fcntl(52, F_GETFD) >= 0 ? "open" : "closed");
        char text[16] = "";
        lseek(52, 0, SEEK_SET);
        say("child: fd 52 reads %zd bytes\n", read(52, text, sizeof text));
        return 0;
    }
    if (strcmp(argv[1], "signals") == 0) {
        sigset_t mask;
        struct sigaction action;
        sigprocmask(SIG_BLOCK, NULL, &mask);
        say("child: USR1 %s, USR2 %s, HUP %s\n", sigismember(&mask, SIGUSR1) ? "blocked" : "open",
            sigismember(&mask, SIGUSR2) ? "blocked" : "open",
            sigismember(&mask, SIGHUP) ? "blocked" : "open");
        for (int i = SIGINT; i <= SIGQUIT; i++) {
            sigaction(i, NULL, &action);
            say("child: %s %s\n", sig_name(i), action.sa_handler == SIG_IGN ? "ignored" : "default");
        }
        return 0;
    }
    if (strcmp(argv[1], "group") == 0) {
        say("child: %s group, %s session\n", getpgrp() == getpid() ? "own" : "other",
            getsid(0) == getpid() ? "own" : "other");
        return 0;
    }
    return argc;
}

static void handler(int number)
{
    (void)number;
}

static void file_actions(void)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int fd = memfd_create("data", 0);
    if (write(fd, "hello", 5) != 5 || dup2(fd, 50) != 50)
        die("dup2");
    fcntl(50, F_SETFD, FD_CLOEXEC);
    if (dup3(fd, 51, O_CLOEXEC) != 51)
        die("dup3");
    posix_spawn_file_actions_adddup2(&actions, fd, 52);
    posix_spawn_file_actions_adddup2(&actions, 51, 51);
    char *argv[] = {"x", "fds", NULL};
    pid_t pid;
    int error;
    error = posix_spawn(&pid, self, &actions, NULL, argv, environ);
    report_status("fds child", wait_for(pid));
    report("spawn", error);
    say("parent: fd 52 %s\n", fcntl(52, F_GETFD) >= 0 ? "open" : "closed");
    close(50);
    close(51);
    close(fd);

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 9, "/no/such/file", O_RDONLY, 0);
    say("spawn with a failing open: %s\n", err_name(posix_spawn(&pid, self, &actions, NULL, argv, environ)));
}

static void attributes(void)
{
    posix_spawnattr_t attr;
    pid_t pid;
    int error;
    sigset_t mask, defaults;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGQUIT);
    on_signal(SIGINT, SIG_IGN, 0);
    on_signal(SIGQUIT, SIG_IGN, 0);
    on_signal(SIGHUP, handler, 0);
    block_signal(SIG_BLOCK, SIGUSR1);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &mask);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char *argv[] = {"x", "signals", NULL};
    error = posix_spawn(&pid, self, NULL, &attr, argv, environ);
    report_status("signals child", wait_for(pid));
    report("spawn", error);
    posix_spawnattr_setflags(&attr, 0);
    error = posix_spawn(&pid, self, NULL, &attr, argv, environ);
    report_status("signals child", wait_for(pid));
    report("spawn plain", error);

    argv[1] = "group";
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    error = posix_spawn(&pid, self, NULL, &attr, argv, environ);
    report_status("group child", wait_for(pid));
    report("spawn in a new group", error);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
    error = posix_spawn(&pid, self, NULL, &attr, argv, environ);
    report_status("group child", wait_for(pid));
    report("spawn in a new session", error);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child_main(argc, argv);
    pid_t pid;
    int error;
    char *args[] = {"x", "exit", "7", NULL};
    error = posix_spawn(&pid, self, NULL, NULL, args, environ);
    report_status("exit child", wait_for(pid));
    report("spawn", error);
    say("spawn of nothing: %s\n", err_name(posix_spawn(&pid, "/no/such", NULL, NULL, args, environ)));
    say("spawn of a folder: %s\n", err_name(posix_spawn(&pid, "/tmp", NULL, NULL, args, environ)));
    report("failed spawns leave no child", waitpid(-1, NULL, 0));
    file_actions();
    attributes();

    for (int i = 0; i < 3; i++) {
        volatile int exec_error = 0;
        pid = vfork();
        if (pid == 0) {
            execv(i == 1 ? "/no/such" : self, args);
            exec_error = errno;
            _exit(111);
        }
        say("vfork %d: %s\n", i, exec_error ? err_name(exec_error) : "executed");
        report_status("vfork child", wait_for(pid));
    }
    return 0;
}
