/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=60 */
/* Blocking calls under signals: which fail with EINTR, which are restarted, and what of the time remains. */
#include "check.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

static int pipe_fd[2], full_fd[2], sockets[2];
static volatile int handled;
static unsigned word;

static void handler(int number)
{
    (void)number;
    handled++;
}

static long do_read(void)
{
    char byte;
    return read(pipe_fd[0], &byte, 1);
}

static long do_write(void)
{
    char byte = 0;
    return write(full_fd[1], &byte, 1);
}

static long do_poll(void)
{
    return poll(&(struct pollfd){.fd = pipe_fd[0], .events = POLLIN}, 1, 400);
}

static long do_ppoll(void)
{
    return ppoll(&(struct pollfd){.fd = pipe_fd[0], .events = POLLIN}, 1, &(struct timespec){0, 400000000},
                 NULL);
}

static long do_select(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipe_fd[0], &set);
    return select(pipe_fd[0] + 1, &set, NULL, NULL, &(struct timeval){0, 400000});
}

static long do_epoll(void)
{
    struct epoll_event event;
    int fd = epoll_create1(0);
    long got = epoll_wait(fd, &event, 1, 400);
    int error = errno;
    close(fd);
    errno = error;
    return got;
}

static long do_pause(void)
{
    return pause();
}

static long do_sigtimedwait(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    return sigtimedwait(&set, NULL, &(struct timespec){0, 400000000});
}

static long do_nanosleep(void)
{
    struct timespec left = {0, 0};
    long got = nanosleep(&(struct timespec){0, 400000000}, &left);
    int error = errno;
    if (got < 0)
        say("  (remaining %s) ", left.tv_nsec > 0 && left.tv_nsec < 390000000 ? "plausible" : "wrong");
    errno = error;
    return got;
}

static long do_absolute(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += 1;
    errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    return errno ? -1 : 0;
}

static long do_futex(void)
{
    return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &(struct timespec){0, 400000000}, NULL, 0);
}

static long do_futex_forever(void)
{
    return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long do_wait(void)
{
    return waitpid(-1, NULL, 0) > 0 ? 0 : -1;
}

static long do_recv(void)
{
    char byte;
    return recv(sockets[0], &byte, 1, 0);
}

static long do_recv_timeout(void)
{
    char byte;
    setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 400000}, sizeof(struct timeval));
    long got = recv(sockets[0], &byte, 1, 0);
    int error = errno;
    setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 0}, sizeof(struct timeval));
    errno = error;
    return got;
}

/* Signals the caller at 120 ms, and at 300 ms lets what has been restarted come to its end. */
static atomic_int finish_one;
static pthread_t main_thread;

static void *helper(void *arg)
{
    sleep_ms(120);
    pthread_kill(main_thread, SIGUSR1);
    for (int i = 0; i < 60 && !finish_one; i++)
        sleep_ms(10);
    if (!finish_one) {
        /* Only those that restart with nothing else to end them are still there. */
        if (arg == (void *)do_read && write(pipe_fd[1], "x", 1) != 1)
            say("write: %s\n", err_name(errno));
        char drain[4096];
        if (arg == (void *)do_write && read(full_fd[0], drain, sizeof drain) < 0)
            say("read: %s\n", err_name(errno));
        if (arg == (void *)do_recv && write(sockets[1], "x", 1) != 1)
            say("write: %s\n", err_name(errno));
        if (arg == (void *)do_futex_forever)
            syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    return NULL;
}

static void try(const char *label, long (*body)(void), int flags)
{
    pthread_t thread;
    pid_t child = 0;
    if (body == do_wait) {
        child = fork();
        if (child == 0) {
            sleep_ms(400);
            _exit(0);
        }
    }
    on_signal(SIGUSR1, handler, flags);
    handled = 0;
    finish_one = 0;
    pthread_create(&thread, NULL, helper, (void *)body);
    long got = body();
    int error = errno;
    finish_one = 1;
    pthread_join(thread, NULL);
    say("%s%s: %ld %s, handled %d\n", label, flags & SA_RESTART ? " (restart)" : "", got,
        got < 0 ? err_name(error) : "", handled);
    if (child)
        waitpid(child, NULL, 0);
}

int main(void)
{
    main_thread = pthread_self();
    if (pipe(pipe_fd) || pipe(full_fd) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        die("pipe");
    fcntl(full_fd[1], F_SETFL, O_NONBLOCK);
    static char block[65536];
    while (write(full_fd[1], block, sizeof block) > 0)
        ;
    fcntl(full_fd[1], F_SETFL, 0);
    static const struct {
        const char *label;
        long (*body)(void);
    } cases[] = {
        {"read", do_read},
        {"poll", do_poll},
        {"ppoll", do_ppoll},
        {"select", do_select},
        {"epoll_wait", do_epoll},
        {"pause", do_pause},
        {"sigtimedwait", do_sigtimedwait},
        {"nanosleep", do_nanosleep},
        {"clock_nanosleep", do_absolute},
        {"futex with a timeout", do_futex},
        {"futex", do_futex_forever},
        {"wait", do_wait},
        {"recv", do_recv},
        {"recv with a timeout", do_recv_timeout},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int restart = 0; restart < 2; restart++)
            try(cases[i].label, cases[i].body, restart ? SA_RESTART : 0);
    try("write", do_write, 0);
    try("write", do_write, SA_RESTART);
    return 0;
}
