/* SPDX-License-Identifier: MIT */
/* The supervisor's life: see supervisor.h. It starts the first process, and serves events until that has
 * ended. */
#include "host/io.h"
#include "host/process.h"
#include "host/signal.h"
#include "host/socket.h"
#include "supervisor/supervisor.h"
#include "supervisor/loop.h"

#define EVENTS 64
/* Descriptors that we need for ourselves. */
#define OWN_FILES 40

struct first {
    int host;
    int line, lifeline; /* the guests' ends */
};

static int watch(struct supervisor *s, int fd, int64_t what)
{
    struct linux_epoll_event_x86_64 event = {.events = LINUX_EPOLLIN, .data = (uint64_t)what};

    return (int)host_epoll_control(s->epoll, LINUX_EPOLL_CTL_ADD, fd, &event);
}

/* Every process costs a descriptor of ours. */
static void raise_limit(struct supervisor *s)
{
    struct linux_rlimit64 limit;

    s->most = PID_TABLE_SLOTS;
    if (host_prlimit(0, LINUX_RLIMIT_NOFILE, NULL, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    host_prlimit(0, LINUX_RLIMIT_NOFILE, &limit, NULL);
    s->most = (uint32_t)MIN(MAX(limit.rlim_cur, OWN_FILES + 1) - OWN_FILES, (uint64_t)PID_TABLE_SLOTS);
}

static int open_all(struct supervisor *s, struct first *first)
{
    int line[2], lifeline[2], on = 1;
    long r = pids_open(&s->pids);

    if (r == 0)
        r = host_socketpair(LINUX_AF_UNIX, LINUX_SOCK_SEQPACKET, 0, line);
    if (r == 0)
        r = host_setsockopt(line[0], LINUX_SOL_SOCKET, LINUX_SO_PASSCRED, &on, sizeof(on));
    if (r == 0)
        r = host_pipe(lifeline, 0);
    if (r < 0)
        return (int)r;
    s->line = line[0];
    s->lifeline = lifeline[1];
    first->line = line[1];
    first->lifeline = lifeline[0];
    s->epoll = (int)host_epoll();
    return s->epoll < 0 ? s->epoll : 0;
}

static noreturn_fn void become_first(struct supervisor *s, const struct first *first,
                                     const struct linux_rlimit64 *limit)
{
    struct supervisor_birth birth = {.pid = 1, .line = first->line, .pids_fd = s->pids.fd};
    long lifeline;

    host_close(s->line);
    host_close(s->lifeline);
    host_close(s->epoll);
    lifeline = host_lifeline_new(first->lifeline);
    host_close(first->lifeline);
    if (lifeline < 0 || host_lifeline_bind((int)lifeline, host_getpid()) < 0)
        host_exit_group(125);
    birth.lifeline = (int)lifeline;
    /* Orphans come to the first process, not to us. */
    host_prctl(LINUX_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    host_prlimit(0, LINUX_RLIMIT_NOFILE, limit, NULL);
    if (s->config->confined)
        confine(s->config);
    s->config->start(s->config->arg, &birth);
    host_exit_group(125);
}

static void client_event(struct supervisor *s)
{
    struct supervisor_message message;
    long n = host_recvfrom(s->client, &message, sizeof(message), LINUX_MSG_DONTWAIT, NULL, NULL, NULL);

    if (n == -LINUX_EAGAIN || n == -LINUX_EINTR)
        return;
    if (n == sizeof(message)) {
        if (message.type == SUPERVISOR_SIGNAL)
            host_pidfd_send_signal(s->pids.entries[1].pidfd, message.value, NULL, 0);
        return;
    }
    host_epoll_control(s->epoll, LINUX_EPOLL_CTL_DEL, s->client, NULL);
    s->client = -1;
    if (s->config->die_with_client)
        s->ended = true;
}

static void loop(struct supervisor *s)
{
    while (!s->ended) {
        struct linux_epoll_event_x86_64 events[EVENTS];
        long n = host_epoll_wait(s->epoll, events, EVENTS, NULL, NULL);

        if (n < 0 && n != -LINUX_EINTR)
            return;
        for (long i = 0; i < n; i++) {
            int64_t what = (int64_t)events[i].data;

            if (what == EVENT_LINE)
                requests_serve(s);
            else if (what == EVENT_CLIENT)
                client_event(s);
            else if (what == EVENT_STOP)
                s->ended = true;
            else
                processes_event(s, (int)what, events[i].events);
        }
    }
}

static void begin(struct supervisor *s, int host)
{
    struct supervisor_message message = {SUPERVISOR_STARTED, host};

    pids_reserve_at(&s->pids, 0, 1);
    processes_add(s, 1, 0, host, true);
    if (s->client >= 0)
        host_sendto(s->client, &message, sizeof(message), LINUX_MSG_NOSIGNAL, NULL, 0, NULL);
}

/* The first process's status; it is killed if it still lives. */
static int end(struct supervisor *s, int host)
{
    int status = 0;

    if (host_wait4(host, &status, LINUX_WNOHANG, NULL, NULL) != host) {
        host_kill(host, LINUX_SIGKILL);
        while (host_wait4(host, &status, 0, NULL, NULL) == -LINUX_EINTR)
            ;
    }
    processes_kill(s);
    return status;
}

int supervisor_main(const struct supervisor_config *config)
{
    struct supervisor s = {.config = config, .client = config->client_fd, .epoll = -1};
    struct linux_rlimit64 limit = {0};
    struct first first = {0};
    int r = open_all(&s, &first);

    if (r < 0)
        return r;
    host_prctl(LINUX_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    host_prlimit(0, LINUX_RLIMIT_NOFILE, NULL, &limit);
    first.host = (int)host_clone(&(struct host_clone_args){.flags = LINUX_SIGCHLD});
    if (first.host < 0)
        return first.host;
    if (first.host == 0)
        become_first(&s, &first, &limit);
    raise_limit(&s);
    host_close(first.line);
    host_close(first.lifeline);
    if (config->started)
        config->started(config->arg);
    begin(&s, first.host);
    r = watch(&s, s.line, EVENT_LINE);
    if (r == 0 && config->stop_fd >= 0)
        r = watch(&s, config->stop_fd, EVENT_STOP);
    if (r == 0 && s.client >= 0)
        r = watch(&s, s.client, EVENT_CLIENT);
    if (r == 0)
        loop(&s);
    return end(&s, first.host);
}
