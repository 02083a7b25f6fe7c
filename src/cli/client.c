/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "cli/client.h"
#include "supervisor/supervisor.h"

static struct termios saved_terminal;
static bool terminal_is_raw;

static void restore_terminal(void)
{
    if (terminal_is_raw)
        tcsetattr(0, TCSADRAIN, &saved_terminal);
    terminal_is_raw = false;
}

static void make_terminal_raw(void)
{
    struct termios raw;

    if (!isatty(0) || tcgetattr(0, &saved_terminal) < 0)
        return;
    raw = saved_terminal;
    cfmakeraw(&raw);
    if (tcsetattr(0, TCSADRAIN, &raw) == 0) {
        terminal_is_raw = true;
        atexit(restore_terminal);
    }
}

static void copy_window_size(int to)
{
    struct winsize size;

    if (ioctl(0, TIOCGWINSZ, &size) == 0 || ioctl(1, TIOCGWINSZ, &size) == 0)
        ioctl(to, TIOCSWINSZ, &size);
}

int client_open_pty(int *master, int *slave, struct error *err)
{
    int number = 0, unlock = 0;
    char name[32];

    *master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master < 0 || ioctl(*master, TIOCSPTLCK, &unlock) < 0 || ioctl(*master, TIOCGPTN, &number) < 0)
        return error_set(err, STATUS_OURS, "no terminal can be made for the container: %s", strerror(errno));
    snprintf(name, sizeof(name), "/dev/pts/%d", number);
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0)
        return error_set(err, STATUS_OURS, "%s cannot be opened: %s", name, strerror(errno));
    copy_window_size(*master);
    return 0;
}

int client_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static void write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, data, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        data += done;
        n -= (size_t)done;
    }
}

/* Copies what is there; false at the end of the input. */
static bool copy(int from, int to)
{
    char data[65536];
    ssize_t n = read(from, data, sizeof(data));

    if (n > 0)
        write_all(to, data, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* What the user has typed and the container's terminal has not taken yet: it may be full while its output
 * waits for us. */
struct typed {
    char data[4096];
    size_t start, end;
};

/* The end of an input that is no terminal reaches the guest as the key that says so. */
static bool type_more(struct typed *t, char end_key)
{
    ssize_t n = read(0, t->data, sizeof(t->data));

    t->start = 0;
    t->end = n > 0 ? (size_t)n : 0;
    if (n == 0 && end_key)
        t->data[t->end++] = end_key;
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static char end_key_of(int master)
{
    struct termios settings;

    return isatty(0) || tcgetattr(master, &settings) < 0 ? 0 : (char)settings.c_cc[VEOF];
}

static bool pass_typed(struct typed *t, int master)
{
    ssize_t n = write(master, t->data + t->start, t->end - t->start);

    if (n > 0)
        t->start += (size_t)n;
    return n > 0 || errno == EINTR || errno == EAGAIN;
}

static void pass_signal(int signals, int control, int master)
{
    struct signalfd_siginfo info;

    if (read(signals, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGWINCH) {
        if (master >= 0)
            copy_window_size(master);
        return;
    }
    struct supervisor_message message = {SUPERVISOR_SIGNAL, (int32_t)info.ssi_signo};
    send(control, &message, sizeof(message), MSG_NOSIGNAL);
}

static int open_signals(void)
{
    static const int passed[] = {SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
                                 SIGUSR2, SIGWINCH, SIGALRM, SIGCONT};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
        sigaddset(&set, passed[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int client_relay(int control, int master, bool with_input, struct error *err)
{
    enum { CONTROL, SIGNALS, OUTPUT, INPUT, COUNT };
    struct pollfd fds[COUNT] = {
        [CONTROL] = {control, POLLIN, 0},
        [SIGNALS] = {open_signals(), POLLIN, 0},
        [OUTPUT] = {master, POLLIN, 0},
    };
    bool input = master >= 0 && with_input;
    struct supervisor_message message;
    struct typed typed = {.end = 0};
    bool ended = false;
    int status = STATUS_OURS;

    if (input) {
        make_terminal_raw();
        fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
    }
    while (!ended || fds[OUTPUT].fd >= 0) {
        bool waiting = typed.start < typed.end;

        fds[INPUT] = (struct pollfd){input && !waiting ? 0 : -1, POLLIN, 0};
        fds[OUTPUT].events = (short)(POLLIN | (waiting ? POLLOUT : 0));
        /* After the end, only what the terminal still holds is fetched. */
        int n = poll(fds, COUNT, ended ? 0 : -1);

        if (n < 0 && errno != EINTR)
            break;
        if (ended && !(fds[OUTPUT].revents & (POLLIN | POLLHUP)))
            break;
        if (fds[SIGNALS].revents)
            pass_signal(fds[SIGNALS].fd, control, master);
        if (fds[OUTPUT].revents & ~POLLOUT && !copy(master, 1))
            fds[OUTPUT].fd = -1;
        if (fds[OUTPUT].revents & POLLOUT && !pass_typed(&typed, master))
            input = false, typed.start = typed.end = 0;
        if (fds[INPUT].revents)
            input = type_more(&typed, end_key_of(master));
        if (!fds[CONTROL].revents)
            continue;
        ssize_t size = recv(control, &message, sizeof(message), 0);
        if (size == sizeof(message) && message.type == SUPERVISOR_STARTED)
            continue;
        ended = true;
        fds[CONTROL].fd = -1;
        if (size == sizeof(message) && message.type == SUPERVISOR_ENDED)
            status = client_status(message.value);
        else
            error_set(err, STATUS_OURS, "the container's supervisor ended before the container did");
    }
    restore_terminal();
    return status;
}
