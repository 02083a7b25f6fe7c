/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* timer_create: clocks, kinds of notification, threads, overruns, numbers, fork and exec. */
#include "check.h"
#include <pthread.h>
#include <sys/time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static volatile int count, code, value, overrun, taker;
static const struct itimerspec never;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    code = info->si_code;
    value = info->si_value.sival_int;
    overrun = info->si_overrun;
    taker = gettid();
    count++;
}

static struct itimerspec in_ms(long first, long then)
{
    return (struct itimerspec){{then / 1000, then % 1000 * 1000000}, {first / 1000, first % 1000 * 1000000}};
}

static void wait_count(int wanted)
{
    for (long start = now_ms(); count < wanted && now_ms() - start < 5000;)
        sleep_ms(2);
}

/* The kernel's own numbers, not the C library's. */
static long create(clockid_t clock, struct sigevent *event, int *id)
{
    return syscall(SYS_timer_create, clock, event, id);
}

static long set(int id, int flags, struct itimerspec to, struct itimerspec *old)
{
    return syscall(SYS_timer_settime, id, flags, &to, old);
}

static struct sigevent with_signal(int number, int tag)
{
    return (struct sigevent){
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = number, .sigev_value.sival_int = tag};
}

static void numbers(void)
{
    int a, b, c;
    report("first", create(CLOCK_MONOTONIC, NULL, &a));
    report("second", create(CLOCK_REALTIME, NULL, &b));
    CHECK(a != b);
    report("delete", syscall(SYS_timer_delete, a));
    report("delete again", syscall(SYS_timer_delete, a));
    report("third", create(CLOCK_BOOTTIME, NULL, &c));
    say("another number %d\n", c != b);
    count = 0;
    on_signal(SIGALRM, handler, SA_SIGINFO);
    set(c, 0, in_ms(10, 0), NULL);
    wait_count(1);
    say("without event: count %d, code %d, value is its number %d\n", count, code == SI_TIMER, value == c);
    syscall(SYS_timer_delete, b);
    syscall(SYS_timer_delete, c);
}

static void clocks(void)
{
    static const clockid_t all[] = {CLOCK_REALTIME,          CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
                                    CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                    CLOCK_MONOTONIC_COARSE,  CLOCK_BOOTTIME,      CLOCK_TAI};
    struct sigevent event = with_signal(SIGRTMIN + 1, 5);
    on_signal(SIGRTMIN + 1, handler, SA_SIGINFO);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int id;
        if (create(all[i], &event, &id)) {
            say("clock %d: %s\n", all[i], err_name(errno));
            continue;
        }
        count = 0;
        set(id, 0, in_ms(10, 0), NULL);
        for (long start = now_ms(); !count && now_ms() - start < 5000;)
            ;
        say("clock %d: count %d, value %d\n", all[i], count, value);
        syscall(SYS_timer_delete, id);
    }
}

static int other_tid, release_pipe[2];

static void *other(void *arg)
{
    char byte;
    other_tid = gettid();
    pthread_barrier_wait(arg);
    while (read(release_pipe[0], &byte, 1) < 0 && errno == EINTR)
        ;
    return NULL;
}

static void to_thread(void)
{
    pthread_barrier_t barrier;
    pthread_t thread;
    struct sigevent event = with_signal(SIGRTMIN + 2, 6);
    int id;
    on_signal(SIGRTMIN + 2, handler, SA_SIGINFO);
    pthread_barrier_init(&barrier, NULL, 2);
    if (pipe(release_pipe))
        die("pipe");
    pthread_create(&thread, NULL, other, &barrier);
    pthread_barrier_wait(&barrier);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_notify_thread_id = other_tid;
    count = 0;
    report("for a thread", create(CLOCK_MONOTONIC, &event, &id));
    set(id, 0, in_ms(10, 10), NULL);
    wait_count(3);
    set(id, 0, never, NULL);
    CHECK_THAT("that thread took them", count >= 3 && taker == other_tid);
    syscall(SYS_timer_delete, id);
    event.sigev_notify_thread_id = 999999;
    report("for nobody", create(CLOCK_MONOTONIC, &event, &id));
    event.sigev_notify = 77;
    report("unknown notification", create(CLOCK_MONOTONIC, &event, &id));
    event = (struct sigevent){.sigev_notify = SIGEV_NONE};
    report("none", create(CLOCK_MONOTONIC, &event, &id));
    struct itimerspec left, old;
    set(id, 0, in_ms(100000, 3000), NULL);
    report("gettime", syscall(SYS_timer_gettime, id, &left));
    say("left %s, interval %ld\n", left.it_value.tv_sec == 99 ? "99.x s" : "wrong",
        (long)left.it_interval.tv_sec);
    report("settime", set(id, 0, never, &old));
    say("old %s, interval %ld\n", old.it_value.tv_sec == 99 ? "99.x s" : "wrong",
        (long)old.it_interval.tv_sec);
    syscall(SYS_timer_delete, id);
    (void)!write(release_pipe[1], "", 1);
    pthread_join(thread, NULL);
}

static void overruns(void)
{
    struct sigevent event = with_signal(SIGRTMIN + 3, 7);
    struct timespec zero = {0, 0};
    siginfo_t info;
    sigset_t one;
    int id;
    sigemptyset(&one);
    sigaddset(&one, SIGRTMIN + 3);
    block_signal(SIG_BLOCK, SIGRTMIN + 3);
    create(CLOCK_MONOTONIC, &event, &id);
    set(id, 0, in_ms(5, 5), NULL);
    sleep_ms(200);
    say("taken %s\n", sigtimedwait(&one, &info, &zero) == SIGRTMIN + 3 ? "the signal" : "nothing");
    long told = syscall(SYS_timer_getoverrun, id);
    CHECK_THAT("overruns", told >= 20 && told == info.si_overrun && info.si_value.sival_int == 7);
    set(id, 0, never, NULL);
    while (sigtimedwait(&one, &info, &zero) > 0)
        ;
    set(id, 0, in_ms(5, 0), NULL);
    say("taken %s\n", sigwaitinfo(&one, &info) == SIGRTMIN + 3 ? "the signal" : "nothing");
    say("overrun %d %ld\n", info.si_overrun, syscall(SYS_timer_getoverrun, id));
    syscall(SYS_timer_delete, id);
    report("getoverrun of none", syscall(SYS_timer_getoverrun, id));
    block_signal(SIG_UNBLOCK, SIGRTMIN + 3);
}

static void two_at_once(void)
{
    struct sigevent a = with_signal(SIGUSR1, 1), b = with_signal(SIGRTMIN + 4, 2);
    int ids[2], got[3] = {0};
    siginfo_t info;
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGRTMIN + 4);
    sigprocmask(SIG_BLOCK, &both, NULL);
    create(CLOCK_MONOTONIC, &a, &ids[0]);
    create(CLOCK_REALTIME, &b, &ids[1]);
    set(ids[0], 0, in_ms(10, 0), NULL);
    set(ids[1], 0, in_ms(10, 0), NULL);
    for (int i = 0; i < 2; i++)
        if (sigwaitinfo(&both, &info) > 0)
            got[info.si_value.sival_int]++;
    say("each once: %d %d\n", got[1], got[2]);
    sigprocmask(SIG_UNBLOCK, &both, NULL);
    syscall(SYS_timer_delete, ids[0]);
    syscall(SYS_timer_delete, ids[1]);
}

static int inherited;

static void after_fork(void)
{
    struct itimerspec left;
    _exit(syscall(SYS_timer_gettime, inherited, &left) == 0 ? 1 : errno == EINVAL ? 2 : 3);
}

static void into_exec(void)
{
    char number[16];
    struct sigevent event = with_signal(SIGUSR2, 1);
    int id;
    create(CLOCK_MONOTONIC, &event, &id);
    set(id, 0, in_ms(150, 0), NULL);
    snprintf(number, sizeof number, "%d", id);
    execl("/proc/self/exe", "posix_timers", number, NULL);
    _exit(99);
}

static void by_default(void)
{
    struct sigevent event = with_signal(SIGUSR2, 1);
    int id;
    signal(SIGUSR2, SIG_DFL);
    create(CLOCK_MONOTONIC, &event, &id);
    set(id, 0, in_ms(30, 0), NULL);
    for (;;)
        pause();
}

static volatile int notified;

static void notify(union sigval v)
{
    notified += v.sival_int;
}

static void library(void)
{
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD, .sigev_notify_function = notify, .sigev_value.sival_int = 1};
    struct itimerspec often = in_ms(5, 5);
    timer_t timer;
    report("SIGEV_THREAD", timer_create(CLOCK_MONOTONIC, &event, &timer));
    timer_settime(timer, 0, &often, NULL);
    for (int i = 0; i < 1000 && notified < 5; i++)
        sleep_ms(5);
    CHECK_THAT("five notices", notified >= 5);
    report("timer_delete", timer_delete(timer));
}

static void errors(void)
{
    struct sigevent event = with_signal(0, 0);
    int id = 0;
    report("signal 0", create(CLOCK_MONOTONIC, &event, &id));
    report("event from nowhere", syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &id));
    report("number to nowhere", syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, 8));
    report("settime of none", set(1234, 0, never, NULL));
    report("settime from nowhere", syscall(SYS_timer_settime, 1234, 0, 8, NULL));
    report("settime from NULL", syscall(SYS_timer_settime, 1234, 0, NULL, NULL));
    report("gettime of none", syscall(SYS_timer_gettime, 1234, &event));
    report("clock 12", create(12, NULL, &id));
    report("another process's clock", create((clockid_t)(~999999u << 3 | 2), NULL, &id));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct itimerspec left;
        long r = syscall(SYS_timer_gettime, atoi(argv[1]), &left);
        sleep_ms(300);
        return r < 0 && errno == EINVAL ? 21 : 22;
    }
    errors();
    numbers();
    clocks();
    to_thread();
    overruns();
    two_at_once();
    create(CLOCK_MONOTONIC, NULL, &inherited);
    set(inherited, 0, in_ms(100000, 0), NULL);
    report_status("after fork", in_child(after_fork));
    syscall(SYS_timer_delete, inherited);
    report_status("exec", in_child(into_exec));
    report_status("by default", in_child(by_default));
    library();
    return 0;
}
