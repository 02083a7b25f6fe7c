/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* setitimer and alarm: the three timers, their signals, what fork and exec do to them. */
#include "check.h"
#include <pthread.h>
#include <sys/time.h>

static volatile int count[65], code;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    count[number]++;
    code = info->si_code;
}

static struct itimerval in_ms(long first, long then)
{
    return (struct itimerval){{then / 1000, then % 1000 * 1000}, {first / 1000, first % 1000 * 1000}};
}

static void burn_until(int number, int wanted)
{
    for (long start = now_ms(); count[number] < wanted && now_ms() - start < 8000;)
        ;
}

static void each(int which, int number, const char *name)
{
    struct itimerval often = in_ms(20, 10), old, never = in_ms(0, 0);
    on_signal(number, handler, SA_SIGINFO);
    count[number] = 0;
    say("%s: set %d\n", name, setitimer(which, &often, &old));
    say("%s: old %ld %ld\n", name, (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
    burn_until(number, 3);
    CHECK_THAT("three came", count[number] >= 3);
    say("%s: code %d\n", name, code == SI_KERNEL);
    say("%s: get %d", name, getitimer(which, &old));
    say(", interval %ld\n", (long)old.it_interval.tv_usec);
    say("%s: stop %d\n", name, setitimer(which, &never, NULL));
    getitimer(which, &old);
    CHECK_THAT("stopped", !old.it_value.tv_sec && !old.it_value.tv_usec);
}

static void *sleeper(void *arg)
{
    (void)arg;
    for (int i = 0; i < 50 && !count[SIGALRM]; i++)
        sleep_ms(20);
    return NULL;
}

static void alarms(void)
{
    on_signal(SIGALRM, handler, SA_SIGINFO);
    count[SIGALRM] = 0;
    say("alarm(0) = %u\n", alarm(0));
    say("alarm(10) = %u\n", alarm(10));
    say("alarm(4) = %u\n", alarm(4));
    sleep_ms(100);
    say("4 s less 0.1 = %u\n", alarm(1));
    sleep_ms(700);
    say("1 s less 0.7 = %u\n", alarm(1));
    long start = now_ms();
    pause();
    CHECK_THAT("a second", now_ms() - start >= 900);
    say("came: %d\n", count[SIGALRM]);
    /* Blocked here: another thread takes it. */
    count[SIGALRM] = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    block_signal(SIG_BLOCK, SIGALRM);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 50000}}, NULL);
    pthread_join(thread, NULL);
    say("another thread took it: %d\n", count[SIGALRM]);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 5000}, {0, 5000}}, NULL);
    sleep_ms(60);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    count[SIGALRM] = 0;
    block_signal(SIG_UNBLOCK, SIGALRM);
    say("many while blocked are one: %d\n", count[SIGALRM]);
}

static void by_default(void)
{
    signal(SIGALRM, SIG_DFL);
    alarm(1);
    for (;;)
        pause();
}

static void ignored(void)
{
    signal(SIGALRM, SIG_IGN);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 10000}, {0, 10000}}, NULL);
    sleep_ms(100);
    struct itimerval left;
    getitimer(ITIMER_REAL, &left);
    _exit(left.it_interval.tv_usec == 10000 ? 7 : 8);
}

static void after_fork(void)
{
    struct itimerval left;
    getitimer(ITIMER_REAL, &left);
    _exit(left.it_value.tv_sec || left.it_value.tv_usec);
}

/* The timer survives exec; the new program is ended by its signal, or tells what is left. */
static void into_exec(void)
{
    signal(SIGALRM, SIG_DFL);
    alarm(50);
    execl("/proc/self/exe", "itimers", "left", NULL);
    _exit(99);
}

static void into_exec_and_die(void)
{
    signal(SIGALRM, SIG_DFL);
    alarm(1);
    execl("/proc/self/exe", "itimers", "die", NULL);
    _exit(99);
}

static void errors(void)
{
    struct itimerval bad = {{0, 0}, {0, 1000000}};
    report("1000000 us", setitimer(ITIMER_REAL, &bad, NULL));
    bad = (struct itimerval){{0, -1}, {0, 0}};
    report("-1 us", setitimer(ITIMER_REAL, &bad, NULL));
    report("unknown", setitimer((enum __itimer_which)3, &bad, NULL));
    report("get unknown", getitimer((enum __itimer_which) - 1, &bad));
    report("from nowhere", syscall(SYS_setitimer, ITIMER_REAL, 8, NULL));
    report("get to nowhere", syscall(SYS_getitimer, ITIMER_REAL, 8));
    alarm(100);
    report("set from NULL", syscall(SYS_setitimer, ITIMER_REAL, NULL, &bad));
    say("was %s\n", bad.it_value.tv_sec >= 98 ? "nearly 100 s" : "wrong");
    say("now %u\n", alarm(0));
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "left")) {
        unsigned left = alarm(0);
        return left > 45 && left <= 50 ? 11 : 12;
    }
    if (argc > 1)
        for (;;)
            pause();
    errors();
    each(ITIMER_REAL, SIGALRM, "real");
    each(ITIMER_VIRTUAL, SIGVTALRM, "virtual");
    each(ITIMER_PROF, SIGPROF, "prof");
    alarms();
    report_status("by default", in_child(by_default));
    report_status("ignored", in_child(ignored));
    alarm(100);
    report_status("after fork", in_child(after_fork));
    alarm(0);
    report_status("exec", in_child(into_exec));
    report_status("exec and signal", in_child(into_exec_and_die));
    return 0;
}
