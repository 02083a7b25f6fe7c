/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Clocks, sleeping, alarm, setitimer, timer_create and timerfd. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>

static volatile int count, value, code, overrun;
static timer_t timer;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    count++;
    value = info->si_value.sival_int;
    code = info->si_code;
    overrun += info->si_overrun;
}

static void wait_count(int wanted)
{
    for (int i = 0; i < 2000 && count < wanted; i++)
        sleep_ms(2);
}

static void clocks(void)
{
    struct timespec now, later, resolution;
    for (clockid_t clock = 0; clock <= 12; clock++) {
        long got = clock_gettime(clock, &now);
        say("clock %d: %s, resolution %s\n", clock, got ? err_name(errno) : "ok",
            clock_getres(clock, &resolution) ? err_name(errno)
            : resolution.tv_nsec == 1        ? "1 ns"
            : resolution.tv_nsec             ? "coarse"
                                             : "none");
    }
    bool forward = true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (int i = 0; i < 10000; i++, now = later) {
        clock_gettime(CLOCK_MONOTONIC, &later);
        forward = forward &&
                  (later.tv_sec > now.tv_sec || (later.tv_sec == now.tv_sec && later.tv_nsec >= now.tv_nsec));
    }
    CHECK_THAT("monotonic", forward);
    struct timespec raw;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &raw);
    clock_gettime(CLOCK_REALTIME, &now);
    CHECK_THAT("the library's clock is the kernel's",
               now.tv_sec - raw.tv_sec <= 2 && now.tv_sec >= raw.tv_sec);
    struct timeval day;
    gettimeofday(&day, NULL);
    CHECK_THAT("time agrees", time(NULL) - day.tv_sec <= 2 && day.tv_sec - now.tv_sec <= 2);
    clockid_t own;
    CHECK(clock_getcpuclockid(getpid(), &own) == 0 && clock_gettime(own, &now) == 0 && now.tv_sec < 10);
    report("bad pointer", syscall(SYS_clock_gettime, CLOCK_REALTIME, 8));
    report("clock -1", clock_gettime(-1, &now));
    report("setting the monotonic clock", clock_settime(CLOCK_MONOTONIC, &now));
}

static void sleeping(void)
{
    long start = now_ms();
    report("nanosleep", nanosleep(&(struct timespec){0, 30000000}, NULL));
    CHECK(now_ms() - start >= 30);
    report("nanosleep of 10^9 ns", nanosleep(&(struct timespec){0, 1000000000}, NULL));
    report("negative", nanosleep(&(struct timespec){-1, 0}, NULL));
    report("zero", nanosleep(&(struct timespec){0, 0}, NULL));
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec -= 5;
    report("absolute and past", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL));
    say("thread's clock: %s\n", err_name(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &at, NULL)));
    say("unknown clock: %s\n", err_name(clock_nanosleep(77, 0, &at, NULL)));
}

static void alarms(void)
{
    on_signal(SIGALRM, handler, SA_SIGINFO);
    report("alarm", alarm(100));
    report("alarm again", alarm(0));
    struct itimerval often = {{0, 10000}, {0, 10000}}, left, never = {{0, 0}, {0, 0}};
    report("setitimer", setitimer(ITIMER_REAL, &often, NULL));
    wait_count(5);
    report("setitimer", setitimer(ITIMER_REAL, &never, &left));
    CHECK_THAT("five came", count >= 5);
    say("code %s, interval %ld\n", code == SI_KERNEL ? "KERNEL" : "other", (long)left.it_interval.tv_usec);
    often.it_value.tv_usec = 1000000;
    report("1000000 us", setitimer(ITIMER_REAL, &often, NULL));
    report("unknown timer", setitimer((enum __itimer_which)7, &never, NULL));
    count = 0;
    on_signal(SIGVTALRM, handler, SA_SIGINFO);
    setitimer(ITIMER_VIRTUAL, &(struct itimerval){{0, 0}, {0, 20000}}, NULL);
    for (long start = now_ms(); !count && now_ms() - start < 5000;)
        ;
    say("virtual: %d\n", count);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {100, 0}}, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        getitimer(ITIMER_REAL, &left);
        _exit((int)left.it_value.tv_sec);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("not inherited", status);
    alarm(0);
}

static void posix_timers(void)
{
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 99};
    struct itimerspec spec = {{0, 10000000}, {0, 10000000}}, now;
    on_signal(SIGRTMIN, handler, SA_SIGINFO);
    count = 0;
    report("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer));
    report("timer_settime", timer_settime(timer, 0, &spec, NULL));
    wait_count(3);
    CHECK_THAT("three came", count >= 3);
    say("value %d, code %s\n", value, code == SI_TIMER ? "TIMER" : "other");
    report("timer_gettime", timer_gettime(timer, &now));
    say("interval %ld\n", now.it_interval.tv_nsec);
    block_signal(SIG_BLOCK, SIGRTMIN);
    sleep_ms(100);
    overrun = 0;
    count = 0;
    spec = (struct itimerspec){{0, 0}, {0, 0}};
    block_signal(SIG_UNBLOCK, SIGRTMIN);
    timer_settime(timer, 0, &spec, NULL);
    CHECK_THAT("one signal and its overruns", count >= 1 && count <= 3 && overrun >= 5);
    spec.it_value.tv_sec = 1;
    count = 0;
    report("absolute and past", timer_settime(timer, TIMER_ABSTIME, &spec, NULL));
    wait_count(1);
    say("came at once: %d\n", count);
    spec.it_value.tv_nsec = 1000000000;
    report("10^9 ns", timer_settime(timer, 0, &spec, NULL));
    report("timer_getoverrun", timer_getoverrun(timer));
    report("timer_delete", timer_delete(timer));
    report("deleted", syscall(SYS_timer_gettime, 12345, &now));
    event.sigev_signo = 99;
    report("signal 99", timer_create(CLOCK_MONOTONIC, &event, &timer));
    report("unknown clock", timer_create(77, NULL, &timer));
    event = (struct sigevent){.sigev_notify = SIGEV_NONE};
    report("no notification", timer_create(CLOCK_REALTIME, &event, &timer));
    timer_settime(timer, 0, &(struct itimerspec){{0, 0}, {100, 0}}, NULL);
    timer_gettime(timer, &now);
    say("left %s\n", now.it_value.tv_sec >= 98 && now.it_value.tv_sec <= 100 ? "plausible" : "wrong");
}

static void timerfds(void)
{
    uint64_t ticks = 0;
    struct itimerspec spec = {{0, 10000000}, {0, 10000000}}, old;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    report("nothing set", read(fd, &ticks, 8));
    report("timerfd_settime", timerfd_settime(fd, 0, &spec, NULL));
    struct pollfd p = {.fd = fd, .events = POLLIN};
    report("poll", poll(&p, 1, 5000));
    sleep_ms(50);
    report("read", read(fd, &ticks, 8));
    CHECK_THAT("several ticks", ticks >= 5 && ticks < 500);
    report("short read", read(fd, &ticks, 4));
    report("disarm", timerfd_settime(fd, 0, &(struct itimerspec){0}, &old));
    say("interval %ld\n", old.it_interval.tv_nsec);
    report("write", write(fd, &ticks, 8));
    spec = (struct itimerspec){{0, 0}, {1, 0}};
    report("absolute and past", timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL));
    report("poll", poll(&p, 1, 5000));
    report("read", read(fd, &ticks, 8));
    say("ticks %d\n", (int)ticks);
    report("gettime of another file", timerfd_gettime(1, &old));
    report("unknown clock", timerfd_create(5, 0));
    report("unknown flags", timerfd_create(1, 1));
}

int main(void)
{
    clocks();
    sleeping();
    alarms();
    posix_timers();
    timerfds();
    return 0;
}
