/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* getrusage and times; pidfd_open, pidfd_send_signal, readiness and waiting by pidfd. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/times.h>

static double user_seconds(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static void burn(void)
{
    double start = user_seconds(RUSAGE_SELF);
    while (user_seconds(RUSAGE_SELF) < start + 0.15)
        ;
}

static void usage(void)
{
    struct rusage r;
    struct tms before, after;
    times(&before);
    /* What ran before us under our pid may have left some time of its children. */
    double earlier = user_seconds(RUSAGE_CHILDREN);
    pid_t pid = fork();
    if (pid == 0) {
        CHECK_THAT("a child starts from nothing", user_seconds(RUSAGE_SELF) < 0.1);
        burn();
        _exit(0);
    }
    siginfo_t info;
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    CHECK_THAT("a zombie not waited for counts nothing", user_seconds(RUSAGE_CHILDREN) == earlier);
    int status;
    CHECK(wait4(pid, &status, 0, &r) == pid);
    double own = (double)r.ru_utime.tv_sec + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
    CHECK_THAT("wait4 tells the time", own > 0.14 && own < 5);
    CHECK_THAT("it is added to the children's", user_seconds(RUSAGE_CHILDREN) > earlier + 0.14);
    CHECK_THAT("and not to ours", user_seconds(RUSAGE_SELF) < 0.14);
    times(&after);
    CHECK_THAT("times agrees",
               after.tms_cutime + after.tms_cstime - before.tms_cutime - before.tms_cstime >= 13);
    getrusage(RUSAGE_SELF, &r);
    long faults = r.ru_minflt;
    volatile char *block = mmap(NULL, 400 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise((void *)block, 400 * 4096, MADV_NOHUGEPAGE);
    for (int i = 0; i < 400; i++)
        block[i * 4096] = 1;
    getrusage(RUSAGE_SELF, &r);
    CHECK_THAT("minor faults are counted", r.ru_minflt >= faults + 400);
    CHECK_THAT("peak memory includes it", r.ru_maxrss > 1600);
    long switches = r.ru_nvcsw;
    for (int i = 0; i < 5; i++)
        sleep_ms(2);
    getrusage(RUSAGE_SELF, &r);
    CHECK_THAT("voluntary switches are counted", r.ru_nvcsw >= switches + 5);
    report("RUSAGE_THREAD", getrusage(RUSAGE_THREAD, &r));
    report("unknown kind", getrusage((enum __rusage_who)7, &r));
    report("bad pointer", syscall(SYS_getrusage, RUSAGE_SELF, 8));
}

static int pidfd_open_(pid_t pid, unsigned flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

static long send_(int fd, int number, siginfo_t *info, unsigned flags)
{
    return syscall(SYS_pidfd_send_signal, fd, number, info, flags);
}

static void *tid_of(void *arg)
{
    *(pid_t *)arg = gettid();
    pause();
    return NULL;
}

static void pidfds(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    int fd = pidfd_open_(pid, 0);
    CHECK(fd >= 0);
    CHECK_THAT("close-on-exec", fcntl(fd, F_GETFD) == FD_CLOEXEC);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    report("poll of the living", poll(&p, 1, 0));
    siginfo_t info;
    report("waitid WNOHANG", waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG));
    report("signal 0", send_(fd, 0, NULL, 0));
    report("unknown flags", send_(fd, 0, NULL, 0x100));
    report("signal 65", send_(fd, 65, NULL, 0));
    report("STOP", send_(fd, SIGSTOP, NULL, 0));
    CHECK(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WSTOPPED) == 0);
    say("code %d status %d\n", info.si_code, info.si_status);
    report("poll of the stopped", poll(&p, 1, 0));
    siginfo_t sent = {.si_signo = SIGTERM, .si_code = SI_QUEUE};
    report("another number in siginfo", send_(fd, SIGUSR1, &sent, 0));
    report("TERM with siginfo", send_(fd, SIGTERM, &sent, 0));
    report("CONT", send_(fd, SIGCONT, NULL, 0));
    report("poll until death", poll(&p, 1, 5000));
    CHECK_THAT("readable", p.revents & POLLIN);
    report("signal to a zombie", send_(fd, SIGTERM, NULL, 0));
    report("poll again", poll(&p, 1, 0));
    CHECK(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED) == 0);
    say("code %d status %d, %s\n", info.si_code, info.si_status, info.si_pid == pid ? "the child" : "other");
    report("signal to the gone", send_(fd, SIGTERM, NULL, 0));
    report("waitid of the gone", waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED));
    report("poll of the gone", poll(&p, 1, 0));
    char byte;
    report("read", read(fd, &byte, 1));
    close(fd);

    report("open nobody", pidfd_open_(999999, 0));
    report("open pid 0", pidfd_open_(0, 0));
    report("open pid -1", pidfd_open_(-1, 0));
    report("open with unknown flags", pidfd_open_(getpid(), 0x100));
    report("signal by another descriptor", send_(1, 0, NULL, 0));
    volatile pid_t tid = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, tid_of, (void *)&tid);
    while (!tid)
        sleep_ms(1);
    report("open a thread that leads no group", pidfd_open_(tid, 0));

    pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    fd = pidfd_open_(pid, O_NONBLOCK);
    report("waitid of a non-blocking pidfd", waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    usage();
    pidfds();
    return 0;
}
