/* SPDX-License-Identifier: MIT */
/* The supervisor's life: see supervisor.h. It starts the first process, and serves events until that has ended. */
#include "host/process.h" /* before what defines si_pid and its like as macros */
#include "supervisor/supervisor.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "supervisor/loop.h"

#define EVENTS 64

struct first {
    pid_t host;
    int line, lifeline; /* the guests' ends */
};

static int watch(struct supervisor *s, int fd, int64_t what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)what};

    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Every process costs a descriptor of ours. */
static void raise_limit(struct supervisor *s)
{
    struct rlimit limit;

    s->most = PID_TABLE_SLOTS;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        s->most = (uint32_t)MIN(limit.rlim_cur > 40 ? limit.rlim_cur - 40 : 1, (rlim_t)PID_TABLE_SLOTS);
    }
}

static int open_all(struct supervisor *s, struct first *first)
{
    int line[2], lifeline[2], on = 1, r = pids_open(&s->pids);

    if (r < 0)
        return r;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0 ||
        setsockopt(line[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 || pipe2(lifeline, O_CLOEXEC) < 0)
        return -errno;
    s->line = line[0];
    s->lifeline = lifeline[1];
    first->line = line[1];
    first->lifeline = lifeline[0];
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    return s->epoll < 0 ? -errno : 0;
}

static noreturn_fn void become_first(struct supervisor *s, const struct first *first, const sigset_t *mask, const struct rlimit *limit)
{
    struct supervisor_birth birth = {.pid = 1, .line = first->line};
    char path[32];
    long lifeline;

    close(s->line);
    close(s->lifeline);
    close(s->epoll);
    lifeline = host_lifeline(first->lifeline);
    close(first->lifeline);
    if (lifeline < 0)
        _exit(125);
    birth.lifeline = (int)lifeline;
    /* A description that cannot be written through, nor be made to: the memory file is sealed against it. */
    fmt(path, sizeof(path), "/proc/self/fd/%d", s->pids.fd);
    birth.pids_fd = open(path, O_RDONLY | O_CLOEXEC);
    close(s->pids.fd);
    /* Orphans come to the first process, not to us. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setrlimit(RLIMIT_NOFILE, limit);
    sigprocmask(SIG_SETMASK, mask, NULL);
    s->config->start(s->config->arg, &birth);
    _exit(125);
}

/* What the first process was given is not ours to hold: readers of its pipes would not see their ends. */
static void let_go(struct supervisor *s, const struct first *first)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (null >= 3)
        close(null);
    close(first->line);
    close(first->lifeline);
    if (s->config->started)
        s->config->started(s->config->arg);
}

static void client_event(struct supervisor *s)
{
    struct supervisor_message message;
    ssize_t n = recv(s->client, &message, sizeof(message), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == sizeof(message)) {
        int pidfd = s->pids.entries[1].pidfd;

        if (message.type == SUPERVISOR_SIGNAL)
            syscall(SYS_pidfd_send_signal, pidfd, message.value, NULL, 0);
        return;
    }
    epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->client, NULL);
    s->client = -1;
    if (s->config->die_with_client)
        s->ended = true;
}

static void loop(struct supervisor *s)
{
    while (!s->ended) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(s->epoll, events, EVENTS, -1);

        if (n < 0 && errno != EINTR)
            return;
        for (int i = 0; i < n; i++) {
            int64_t what = (int64_t)events[i].data.u64;

            if (what == EVENT_LINE)
                requests_serve(s);
            else if (what == EVENT_CLIENT)
                client_event(s);
            else if (what == EVENT_SIGNAL)
                s->ended = true;
            else
                processes_event(s, (int)what, events[i].events);
        }
    }
}

static void start_of(struct supervisor *s, pid_t host)
{
    struct supervisor_message message = {SUPERVISOR_STARTED, host};

    pids_reserve_at(&s->pids, 0, 1);
    processes_add(s, 1, 0, host, true);
    s->pids.last = 1;
    if (s->client >= 0)
        send(s->client, &message, sizeof(message), MSG_NOSIGNAL);
}

/* The first process's status; it is killed if it still lives. */
static int end(struct supervisor *s, pid_t host)
{
    int status = 0;

    if (waitpid(host, &status, WNOHANG | __WALL) != host) {
        kill(host, SIGKILL);
        while (waitpid(host, &status, __WALL) < 0 && errno == EINTR)
            ;
    }
    processes_kill(s);
    return status;
}

int supervisor_main(const struct supervisor_config *config)
{
    static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    struct supervisor s = {.config = config, .client = config->client_fd, .epoll = -1};
    struct rlimit limit = {0};
    struct first first = {0};
    sigset_t ours, before;
    int r = open_all(&s, &first), signals;

    if (r < 0)
        return r;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    getrlimit(RLIMIT_NOFILE, &limit);
    raise_limit(&s);
    sigemptyset(&ours);
    for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
        sigaddset(&ours, deadly[i]);
    sigprocmask(SIG_BLOCK, &ours, &before);
    first.host = fork();
    if (first.host < 0)
        return -errno;
    if (first.host == 0)
        become_first(&s, &first, &before, &limit);
    let_go(&s, &first);
    signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    start_of(&s, first.host);
    r = watch(&s, s.line, EVENT_LINE);
    if (r == 0 && signals >= 0)
        r = watch(&s, signals, EVENT_SIGNAL);
    if (r == 0 && s.client >= 0)
        r = watch(&s, s.client, EVENT_CLIENT);
    if (r == 0)
        loop(&s);
    return end(&s, first.host);
}
