/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* POSIX message queues: names, order, limits, waiting, notification. */
#include "check.h"
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>

static char name[32];

static void on_notify(int number, siginfo_t *info, void *context)
{
    say("SIG%s code %d value %d pid %s\n", sig_name(number), info->si_code, info->si_value.sival_int,
        info->si_pid == getpid() ? "own" : "other");
}

static void on_alarm(int number)
{
}

static void *take(void *arg)
{
    char buf[64];
    unsigned priority;

    return (void *)mq_receive(*(mqd_t *)arg, buf, sizeof buf, &priority);
}

static void in_thread(union sigval value)
{
    sleep_ms(100);
    say("thread with value %d\n", value.sival_int);
}

static void attributes(mqd_t q, const char *label)
{
    struct mq_attr a = {0};

    report(label, mq_getattr(q, &a));
    say("flags %#lx, %ld messages of %ld, %ld waiting\n", a.mq_flags, a.mq_maxmsg, a.mq_msgsize,
        a.mq_curmsgs);
}

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64};
    char buf[64];
    unsigned priority = 99;
    struct timespec past = {1, 0}, soon;

    snprintf(name, sizeof name, "/guest-%d", getpid());
    report("open of none", mq_open(name, O_RDWR));
    umask(027);
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0666, &attr);
    report_ok("create", q);
    CHECK(fcntl(q, F_GETFD) == FD_CLOEXEC);
    report("create again", mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0666, &attr));
    attributes(q, "attributes");
    struct stat st;
    report("fstat", fstat(q, &st));
    say("mode %o\n", (unsigned)st.st_mode);
    report("receive from an empty queue", mq_receive(q, buf, sizeof buf, NULL));
    report("send", mq_send(q, "low", 4, 1));
    report("send", mq_send(q, "high", 5, 7));
    report("send", mq_send(q, "high too", 9, 7));
    report("send", mq_send(q, "", 0, 0));
    report("send to a full queue", mq_send(q, "x", 1, 0));
    attributes(q, "full");
    struct pollfd p = {q, POLLIN | POLLOUT, 0};
    report("poll", poll(&p, 1, 0));
    say("events %#x\n", p.revents);
    for (int i = 0; i < 4; i++) {
        long n = mq_receive(q, buf, sizeof buf, &priority);
        say("%ld \"%s\" priority %u\n", n, n > 0 ? buf : "", priority);
    }
    report("poll", poll(&p, 1, 0));
    say("events %#x\n", p.revents);
    report("too long", mq_send(q, name, 65, 0));
    report("room too small", mq_receive(q, buf, 63, NULL));
    report("bad priority", mq_send(q, "x", 1, 40000));
    report("bad address", mq_send(q, (char *)16, 3, 0));

    attr.mq_flags = 0;
    struct mq_attr old;
    report("block from now on", mq_setattr(q, &attr, &old));
    say("before %#lx\n", old.mq_flags);
    report("deadline that has passed", mq_timedreceive(q, buf, sizeof buf, NULL, &past));
    past.tv_nsec = -1;
    report("bad deadline", mq_timedreceive(q, buf, sizeof buf, NULL, &past));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 50000000;
    if (soon.tv_nsec >= 1000000000)
        soon.tv_nsec -= 1000000000, soon.tv_sec++;
    report("deadline", mq_timedreceive(q, buf, sizeof buf, NULL, &soon));
    pthread_t thread;
    pthread_create(&thread, NULL, take, &q);
    settle();
    report("send", mq_send(q, "wake", 4, 3));
    void *received;
    pthread_join(thread, &received);
    report("a thread receives", (long)received);

    /* Another process, by name. */
    pid_t pid = fork();
    if (pid == 0) {
        mqd_t mine = mq_open(name, O_WRONLY);
        report("write only: receive", mq_receive(mine, buf, sizeof buf, NULL));
        report("send", mq_send(mine, "child", 6, 0));
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    report("from the child", mq_receive(q, buf, sizeof buf, NULL));
    pid = fork();
    if (pid == 0) {
        settle();
        kill(getppid(), SIGALRM);
        _exit(0);
    }
    on_signal(SIGALRM, on_alarm, 0);
    report("interrupted", mq_receive(q, buf, sizeof buf, NULL));
    waitpid(pid, NULL, 0);

    on_signal(SIGUSR1, on_notify, SA_SIGINFO);
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 17};
    report("notify", mq_notify(q, &event));
    report("notify again", mq_notify(q, &event));
    report("send", mq_send(q, "x", 1, 0));
    report("send", mq_send(q, "y", 1, 0));
    report("receive", mq_receive(q, buf, sizeof buf, NULL));
    report("receive", mq_receive(q, buf, sizeof buf, NULL));
    report("notify", mq_notify(q, &event));
    report("no notification", mq_notify(q, NULL));
    report("send", mq_send(q, "z", 1, 0));
    report("receive", mq_receive(q, buf, sizeof buf, NULL));
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_value.sival_int = 18;
    event.sigev_notify_function = in_thread;
    report("notify by a thread", mq_notify(q, &event));
    report("send", mq_send(q, "t", 1, 0));
    sleep_ms(400);
    event.sigev_notify = 77;
    report("bad notification", mq_notify(q, &event));

    report("unlink", mq_unlink(name));
    report("unlink again", mq_unlink(name));
    attributes(q, "it lives on");
    report("close", mq_close(q));
    report("close again", mq_close(q));
    report("send to none", mq_send(q, "x", 1, 0));
    report("send to a file", mq_send(1, "x", 1, 0));
    report("empty name", mq_open("/", O_RDWR | O_CREAT, 0600, NULL));
    report("two slashes", mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
    attr = (struct mq_attr){.mq_maxmsg = 0, .mq_msgsize = 8};
    report("no room", mq_open(name, O_RDWR | O_CREAT, 0600, &attr));
    report_ok("left behind", mq_open(name, O_RDWR | O_CREAT, 0600, NULL));
    report("unlink", mq_unlink(name));
    return 0;
}
