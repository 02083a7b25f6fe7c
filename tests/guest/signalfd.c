/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* signalfd: reading, readiness, sets, threads, fork and exec. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

static void set_of(sigset_t *set, int a, int b, int c)
{
    sigemptyset(set);
    sigaddset(set, a);
    if (b)
        sigaddset(set, b);
    if (c)
        sigaddset(set, c);
}

static int ready(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, 0);
}

static void next(int fd)
{
    struct signalfd_siginfo info;
    long n = read(fd, &info, sizeof info);

    if (n != sizeof info) {
        report("read", n);
        return;
    }
    say("SIG%s code %d errno %d int %d status %d uid %s pid %s\n", sig_name(info.ssi_signo), info.ssi_code,
        info.ssi_errno, info.ssi_int, info.ssi_status, info.ssi_uid == getuid() ? "own" : "other",
        (pid_t)info.ssi_pid == getpid() ? "own"
        : info.ssi_pid                  ? "other"
                                        : "none");
}

static void basic(void)
{
    sigset_t set, more;
    char small[10];

    set_of(&set, SIGUSR1, SIGUSR2, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    report_ok("signalfd", fd);
    CHECK(fcntl(fd, F_GETFL) == (O_RDWR | O_NONBLOCK) && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    char big[256];
    report("nothing", read(fd, big, sizeof big));
    report("too small", read(fd, small, sizeof small));
    report("write", write(fd, big, 128));
    report("lseek", lseek(fd, 0, SEEK_SET));
    CHECK(ready(fd) == 0);
    kill(getpid(), SIGUSR1);
    CHECK(ready(fd) == 1);
    raise(SIGUSR2);
    union sigval value = {.sival_int = 41};
    sigqueue(getpid(), SIGRTMIN + 1, value);
    value.sival_int = 42;
    sigqueue(getpid(), SIGRTMIN + 1, value);
    next(fd);
    next(fd);
    CHECK(ready(fd) == 1);
    struct signalfd_siginfo many[4];
    report("several at once", read(fd, many, sizeof many));
    say("%d %d\n", many[0].ssi_int, many[1].ssi_int);
    CHECK(ready(fd) == 0);

    /* What is taken in another way is not there any more. */
    kill(getpid(), SIGUSR1);
    siginfo_t info;
    report("sigwaitinfo", sigwaitinfo(&set, &info));
    CHECK(ready(fd) == 0);
    next(fd);
    on_signal(SIGUSR1, SIG_IGN, 0);
    kill(getpid(), SIGUSR1);
    next(fd);
    kill(getpid(), SIGUSR1);
    on_signal(SIGUSR1, SIG_IGN, 0);
    CHECK(ready(fd) == 0);
    on_signal(SIGUSR1, SIG_DFL, 0);

    /* Another set for the same descriptor. */
    set_of(&more, SIGHUP, 0, 0);
    sigprocmask(SIG_BLOCK, &more, NULL);
    kill(getpid(), SIGHUP);
    CHECK(ready(fd) == 0);
    CHECK(signalfd(fd, &more, 0) == fd);
    CHECK(ready(fd) == 1);
    next(fd);
    kill(getpid(), SIGUSR2);
    CHECK(ready(fd) == 0);
    CHECK(signalfd(fd, &set, 0) == fd);
    next(fd);
    report("not such a descriptor", signalfd(0, &set, 0));
    report("no descriptor", signalfd(99, &set, 0));
    report("bad flags", signalfd(-1, &set, 1));
    report("bad size", syscall(SYS_signalfd4, -1, &set, 4, 0));
    report("bad address", syscall(SYS_signalfd4, -1, 16, 8, 0));
    sigset_t kills;
    set_of(&kills, SIGKILL, SIGSTOP, 0);
    report_ok("unblockable signals", signalfd(-1, &kills, 0));
    close(fd);
}

static void *sender(void *arg)
{
    pid_t pid = getpid();

    sleep_ms(100);
    kill(pid, arg ? SIGALRM : SIGUSR1);
    return NULL;
}

static void on_usr2(int number)
{
}

static void waiting(void)
{
    sigset_t set;
    pthread_t thread;

    set_of(&set, SIGUSR1, SIGCHLD, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, 0);
    pthread_create(&thread, NULL, sender, NULL);
    next(fd);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, sender, &thread);
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 5};
    report("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
    report("epoll_wait", epoll_wait(ep, &ev, 1, 5000));
    next(fd);
    pthread_join(thread, NULL);
    report("epoll_wait of nothing", epoll_wait(ep, &ev, 1, 0));
    ev.events = EPOLLIN | EPOLLET;
    epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev);
    kill(getpid(), SIGUSR1);
    report("edge", epoll_wait(ep, &ev, 1, 1000));
    report("no edge", epoll_wait(ep, &ev, 1, 0));
    kill(getpid(), SIGALRM);
    report("next edge", epoll_wait(ep, &ev, 1, 1000));
    next(fd);
    next(fd);
    pid_t pid = fork();
    if (pid == 0)
        _exit(3);
    struct pollfd p = {fd, POLLIN, 0};
    report("poll for the child", poll(&p, 1, 5000));
    next(fd);
    int status;
    waitpid(pid, &status, 0);
    close(ep);
    /* A reader that a handler interrupts. */
    on_signal(SIGUSR2, on_usr2, 0);
    set_of(&set, SIGUSR2, 0, 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    pid = fork();
    if (pid == 0) {
        sleep_ms(100);
        kill(getppid(), SIGUSR2);
        sleep_ms(150);
        _exit(0);
    }
    next(fd);
    next(fd);
    waitpid(pid, &status, 0);
    close(fd);
}

static void children(char *self)
{
    sigset_t set;

    set_of(&set, SIGUSR1, SIGRTMIN, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    while (sigtimedwait(&set, NULL, &(struct timespec){0, 0}) > 0)
        ;
    int fd = signalfd(-1, &set, SFD_NONBLOCK);
    kill(getpid(), SIGUSR1);
    pid_t pid = fork();
    if (pid == 0) {
        CHECK(ready(fd) == 0);
        next(fd);
        kill(getpid(), SIGRTMIN);
        CHECK(ready(fd) == 1);
        next(fd);
        CHECK(ready(fd) == 0);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("child", status);
    CHECK(ready(fd) == 1);
    next(fd);
    next(fd);
    CHECK(ready(fd) == 0);
    pid = fork();
    if (pid == 0) {
        char number[16];
        kill(getpid(), SIGUSR1);
        snprintf(number, sizeof number, "%d", fd);
        execl(self, self, number, NULL);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    report_status("program", status);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        int fd = atoi(argv[1]);
        CHECK(ready(fd) == 1);
        next(fd);
        CHECK(ready(fd) == 0);
        kill(getpid(), SIGRTMIN);
        CHECK(ready(fd) == 1);
        next(fd);
        next(fd);
        return 0;
    }
    basic();
    waiting();
    children(argv[0]);
    return 0;
}
