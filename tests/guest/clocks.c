/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Clocks of processes and threads, sleeping through signals, reading how the clock is kept. */
#include "check.h"
#include <pthread.h>
#include <sys/time.h>
#include <sys/timex.h>

static long ns(struct timespec t)
{
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

static void burn(long ms)
{
    struct timespec t;
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    while (ns(t) < ms * 1000000);
}

static pthread_barrier_t barrier;

static void *burner(void *arg)
{
    (void)arg;
    burn(60);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static clockid_t clock_of(pid_t pid, int kind)
{
    return (clockid_t)(~(unsigned)pid << 3 | (unsigned)kind);
}

static void cpu_clocks(void)
{
    struct timespec t, process;
    pthread_t thread;
    clockid_t clock;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, burner, NULL);
    pthread_barrier_wait(&barrier);
    say("thread's clock: %s\n", pthread_getcpuclockid(thread, &clock) ? "none" : "ok");
    report("clock_gettime", clock_gettime(clock, &t));
    CHECK_THAT("the thread has worked", ns(t) >= 60000000 && ns(t) < 5000000000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &process);
    CHECK_THAT("the process as well", ns(process) >= ns(t));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    CHECK_THAT("this thread has not", ns(t) < ns(process));
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    for (int kind = 0; kind < 8; kind++) {
        say("kind %d:", kind);
        say(" own %s", clock_gettime(clock_of(0, kind), &t) ? err_name(errno) : "ok");
        say(" own by number %s", clock_gettime(clock_of(getpid(), kind), &t) ? err_name(errno) : "ok");
        say(" own resolution %s\n", clock_getres(clock_of(getpid(), kind), &t) ? err_name(errno) : "ok");
    }
    report("nobody's", clock_gettime(clock_of(999999, 2), &t));
    say("sleep on the own clock: %s\n",
        err_name(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &(struct timespec){0, 0}, NULL)));
}

static void other_process(void)
{
    struct timespec t;
    clockid_t clock;
    int ready[2], go[2];
    char byte;
    if (pipe(ready) || pipe(go))
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        burn(50);
        (void)!write(ready[1], "", 1);
        (void)!read(go[0], &byte, 1);
        _exit(0);
    }
    (void)!read(ready[0], &byte, 1);
    say("child's clock: %d\n", clock_getcpuclockid(pid, &clock));
    report("clock_gettime", clock_gettime(clock, &t));
    CHECK_THAT("the child has worked", ns(t) >= 50000000 && ns(t) < 5000000000);
    report("resolution", clock_getres(clock, &t));
    report("the child's thread", clock_gettime(clock_of(pid, 6), &t));
    (void)!write(go[1], "", 1);
    waitpid(pid, NULL, 0);
    report("gone", clock_gettime(clock, &t));
    say("gone: %s\n", err_name(clock_getcpuclockid(pid, &clock)));
}

static volatile int handled;

static void handler(int number)
{
    (void)number;
    handled++;
}

static void *poke(void *arg)
{
    settle();
    pthread_kill(*(pthread_t *)arg, SIGUSR1);
    return NULL;
}

static void interrupted(int flags, const char *label)
{
    pthread_t self = pthread_self(), thread;
    struct timespec left = {77, 77}, at;
    on_signal(SIGUSR1, handler, flags);
    handled = 0;
    pthread_create(&thread, NULL, poke, &self);
    say("%s: nanosleep: %s", label, nanosleep(&(struct timespec){5, 0}, &left) ? err_name(errno) : "ok");
    pthread_join(thread, NULL);
    say(", left %s, handled %d\n", left.tv_sec == 4 ? "4.x s" : "wrong", handled);
    pthread_create(&thread, NULL, poke, &self);
    left = (struct timespec){77, 77};
    say("%s: clock_nanosleep: %s", label,
        err_name(clock_nanosleep(CLOCK_BOOTTIME, 0, &(struct timespec){5, 0}, &left)));
    pthread_join(thread, NULL);
    say(", left %s\n", left.tv_sec == 4 ? "4.x s" : "wrong");
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += 5;
    left = (struct timespec){77, 77};
    pthread_create(&thread, NULL, poke, &self);
    say("%s: absolute: %s", label, err_name(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, &left)));
    pthread_join(thread, NULL);
    say(", left %s\n", left.tv_sec == 77 ? "untouched" : "wrong");
}

/* A stop and a continue handle nothing: the sleep goes on, and ends when it should. */
static void stopped(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        long start = now_ms();
        int failed = nanosleep(&(struct timespec){0, 600000000}, NULL);
        long took = now_ms() - start;
        _exit(failed ? 1 : took < 600 ? 2 : took > 3000 ? 3 : 0);
    }
    settle();
    kill(pid, SIGSTOP);
    int status;
    waitpid(pid, &status, WUNTRACED);
    report_status("child", status);
    settle();
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    report_status("child", status);
}

static void setting(void)
{
    struct timex timex = {0};
    struct timespec t = {1, 0};
    CHECK(adjtimex(&timex) >= 0 && timex.tick > 8000 && timex.time.tv_sec > 1000000000);
    timex.modes = 0;
    CHECK(clock_adjtime(CLOCK_REALTIME, &timex) >= 0);
    report("adjtimex of nothing", syscall(SYS_adjtimex, 8));
    report("clock_adjtime of another clock", syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &timex));
    report("setting the monotonic clock", clock_settime(CLOCK_MONOTONIC, &t));
    report("setting a clock from nowhere", syscall(SYS_clock_settime, CLOCK_REALTIME, 8));
    report("gettimeofday to nowhere", syscall(SYS_gettimeofday, 8, NULL));
    report("time to nowhere", syscall(SYS_time, 8));
    report("clock_nanosleep from nowhere", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, 8, NULL));
    struct timezone zone = {77, 77};
    report("time zone", syscall(SYS_gettimeofday, NULL, &zone));
    CHECK(zone.tz_minuteswest != 77 && zone.tz_dsttime != 77);
}

int main(void)
{
    cpu_clocks();
    other_process();
    interrupted(0, "plain");
    interrupted(SA_RESTART, "restart");
    stopped();
    setting();
    return 0;
}
