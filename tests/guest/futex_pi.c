/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Locks with an owner: LOCK_PI, TRYLOCK_PI, UNLOCK_PI, requeueing to them, and futex_waitv. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static long futex(void *word, int op, unsigned value, const void *timeout, void *word2, unsigned value3)
{
    return syscall(SYS_futex, word, op, value, timeout, word2, value3);
}

static struct timespec *at_ms(clockid_t clock, long ms)
{
    static _Thread_local struct timespec time;
    clock_gettime(clock, &time);
    time.tv_nsec += ms * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return &time;
}

static const char *state(unsigned word)
{
    static char text[64];
    unsigned tid = word & FUTEX_TID_MASK;
    snprintf(text, sizeof text, "%s%s%s",
             tid == 0                    ? "free"
             : tid == (unsigned)gettid() ? "mine"
                                         : "another's",
             word & FUTEX_WAITERS ? " waiters" : "", word & FUTEX_OWNER_DIED ? " died" : "");
    return text;
}

static void alone(void)
{
    static unsigned word, other;
    report("lock", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    say("%s\n", state(word));
    report("lock again", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    report("trylock again", futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    report("unlock", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    say("%s\n", state(word));
    report("unlock again", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    report("trylock", futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    report("private unlock", futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    word = FUTEX_OWNER_DIED;
    report("lock of one whose owner died", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    say("%s\n", state(word));
    report("unlock", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    say("%s\n", state(word));
    word = 0x3ffffffe;
    report("lock of nobody's", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    word = 0;
    report("lock 2", futex(&word, FUTEX_LOCK_PI2, 0, at_ms(CLOCK_MONOTONIC, 1000), NULL, 0));
    report("unlock", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    report("lock with the clock's flag",
           futex(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
    report("trylock with the clock's flag",
           futex(&word, FUTEX_TRYLOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
    report("odd address", futex((char *)&word + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    report("bad address", futex((void *)8, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    report("bad address of unlock", futex((void *)8, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    report("bad timeout", futex(&word, FUTEX_LOCK_PI, 0, &(struct timespec){0, 1000000000}, NULL, 0));
    report("requeue to itself", futex(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &word, 0));
    report("requeue of two", futex(&word, FUTEX_CMP_REQUEUE_PI, 2, (void *)1, &other, 0));
    report("requeue of another value", futex(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &other, 5));
    report("requeue of nobody", futex(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &other, 0));
    say("%s\n", state(other));
    report("wait to itself", futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, 0));
    report("wait for another value", futex(&word, FUTEX_WAIT_REQUEUE_PI, 5, NULL, &other, 0));
}

struct locker {
    pthread_t thread;
    unsigned *word;
    int rounds, failures;
    long *sum;
};

static bool pi_lock(unsigned *word)
{
    unsigned none = 0;
    return atomic_compare_exchange_strong((_Atomic unsigned *)word, &none, (unsigned)gettid()) ||
           futex(word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0;
}

static bool pi_unlock(unsigned *word)
{
    unsigned mine = (unsigned)gettid();
    return atomic_compare_exchange_strong((_Atomic unsigned *)word, &mine, 0) ||
           futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0;
}

static void *lock_body(void *arg)
{
    struct locker *l = arg;
    for (int i = 0; i < l->rounds; i++) {
        l->failures += !pi_lock(l->word);
        ++*l->sum;
        if (i % 64 == 0)
            sched_yield();
        l->failures += !pi_unlock(l->word);
    }
    return NULL;
}

static void contended(void)
{
    static unsigned word;
    static long sum;
    struct locker l[6];
    int failures = 0;
    for (int i = 0; i < 6; i++) {
        l[i] = (struct locker){.word = &word, .rounds = 3000, .sum = &sum};
        pthread_create(&l[i].thread, NULL, lock_body, &l[i]);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(l[i].thread, NULL);
        failures += l[i].failures;
    }
    say("sum %ld, failures %d, %s\n", sum, failures, state(word));
}

static void *lock_once(void *arg)
{
    struct locker *l = arg;
    l->failures = !pi_lock(l->word);
    ++*l->sum;
    pi_unlock(l->word);
    return NULL;
}

static void handler(int number)
{
    (void)number;
}

static void waiting(void)
{
    static unsigned word;
    static long sum;
    struct locker l = {.word = &word, .sum = &sum};
    pi_lock(&word);
    pthread_create(&l.thread, NULL, lock_once, &l);
    settle();
    say("held: %s, sum %ld\n", state(word), sum);
    on_signal(SIGUSR1, handler, 0);
    pthread_kill(l.thread, SIGUSR1);
    settle();
    say("after a signal: %s, sum %ld\n", state(word), sum);
    pi_unlock(&word);
    pthread_join(l.thread, NULL);
    say("then: sum %ld, failures %d\n", sum, l.failures);
}

static void *hold(void *arg)
{
    pi_lock(arg);
    sleep_ms(400);
    pi_unlock(arg);
    return NULL;
}

static void timeouts(void)
{
    static unsigned word;
    pthread_t thread;
    pthread_create(&thread, NULL, hold, &word);
    settle();
    report("trylock of a held one", futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    report("unlock of another's", futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    report("realtime", futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, at_ms(CLOCK_REALTIME, 50), NULL, 0));
    report("monotonic",
           futex(&word, FUTEX_LOCK_PI2 | FUTEX_PRIVATE_FLAG, 0, at_ms(CLOCK_MONOTONIC, 50), NULL, 0));
    report("long past", futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, &(struct timespec){1, 0}, NULL, 0));
    report("in time", futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, at_ms(CLOCK_REALTIME, 5000), NULL, 0));
    CHECK_THAT("mine", (word & FUTEX_TID_MASK) == (unsigned)gettid());
    pi_unlock(&word);
    pthread_join(thread, NULL);
}

static unsigned queue, lock;
static atomic_int got, failed;

static void *wait_requeue(void *arg)
{
    long r = futex(&queue, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, arg, &lock, 0);
    if (r == 0 && (lock & FUTEX_TID_MASK) == (unsigned)gettid()) {
        got++;
        sleep_ms(5);
        pi_unlock(&lock);
    } else
        failed++;
    return NULL;
}

static void requeueing(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_requeue, NULL);
    settle();
    pi_lock(&lock);
    report("requeue", futex(&queue, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)2, &lock, 0));
    settle();
    say("while the lock is held: %d\n", got);
    pi_unlock(&lock);
    for (int i = 0; i < 500 && got < 3; i++)
        sleep_ms(5);
    settle();
    say("three were moved: %d\n", got);
    report("requeue of the last", futex(&queue, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)9, &lock, 0));
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    say("all: %d, failed %d, %s\n", got, failed, state(lock));
    report("timeout", futex(&queue, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, at_ms(CLOCK_MONOTONIC, 30), &lock, 0));
}

/* A lock of processes: each is another's waiter in turn. */
static void processes(void)
{
    struct {
        unsigned word;
        long sum;
    } *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[3];
    int failures = 0, status;
    for (int p = 0; p < 3; p++) {
        pids[p] = fork();
        if (pids[p])
            continue;
        for (int i = 0; i < 500; i++) {
            failures += futex(&shared->word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) != 0;
            shared->sum++;
            failures += futex(&shared->word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) != 0;
        }
        _exit(failures != 0);
    }
    for (int p = 0; p < 3; p++) {
        waitpid(pids[p], &status, 0);
        report_status("process", status);
    }
    say("sum %ld, %s\n", shared->sum, state(shared->word));
}

/* The C library's mutexes with this protocol, under a condition variable. */
static pthread_mutex_t mutex;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int stage;

static void *follow(void *arg)
{
    int turn = (int)(intptr_t)arg;
    pthread_mutex_lock(&mutex);
    while (stage != turn)
        pthread_cond_wait(&cond, &mutex);
    stage++;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void mutexes(void)
{
    pthread_mutexattr_t attr;
    pthread_t threads[8];
    struct timespec past = {1, 0};
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&mutex, &attr);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, follow, (void *)(intptr_t)(7 - i));
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    say("turns: %d\n", stage);
    pthread_mutex_lock(&mutex);
    say("own, timed: %s\n", err_name(pthread_mutex_timedlock(&mutex, &past)));
    pthread_mutex_unlock(&mutex);
    say("destroyed: %d\n", pthread_mutex_destroy(&mutex));
}

struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

static unsigned words[3];

static void *wake_second(void *arg)
{
    (void)arg;
    settle();
    words[1] = 1;
    futex(&words[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return NULL;
}

static void many_words(void)
{
    struct waitv w[3];
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        w[i] = (struct waitv){.val = 0, .uaddr = (uintptr_t)&words[i], .flags = 2 | FUTEX_PRIVATE_FLAG};
    report("waitv of none", syscall(449, w, 0, 0, NULL, 0));
    report("waitv of 129", syscall(449, w, 129, 0, NULL, 0));
    report("waitv with flags", syscall(449, w, 3, 1, NULL, 0));
    report("waitv, timeout", syscall(449, w, 3, 0, at_ms(CLOCK_MONOTONIC, 30), CLOCK_MONOTONIC));
    report("waitv, other clock", syscall(449, w, 3, 0, at_ms(CLOCK_MONOTONIC, 30), CLOCK_BOOTTIME));
    pthread_create(&thread, NULL, wake_second, NULL);
    report("waitv", syscall(449, w, 3, 0, at_ms(CLOCK_MONOTONIC, 5000), CLOCK_MONOTONIC));
    pthread_join(thread, NULL);
    report("waitv, other value", syscall(449, w, 3, 0, NULL, 0));
    w[2].flags = 0;
    report("waitv, no size", syscall(449, w, 3, 0, NULL, 0));
}

int main(void)
{
    alone();
    contended();
    waiting();
    timeouts();
    requeueing();
    processes();
    mutexes();
    many_words();
    return 0;
}
