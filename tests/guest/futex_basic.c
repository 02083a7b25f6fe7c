/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* futex: wait, wake, bitset, requeue, wake_op, timeouts and errors; private and shared across fork. */
#include "check.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

static long futex(void *word, int op, unsigned value, const void *timeout, void *word2, unsigned value3)
{
    return syscall(SYS_futex, word, op, value, timeout, word2, value3);
}

static struct timespec *after_ms(long ms)
{
    static struct timespec time;
    time = (struct timespec){ms / 1000, ms % 1000 * 1000000};
    return &time;
}

static struct timespec *at_ms(clockid_t clock, long ms)
{
    static struct timespec time;
    clock_gettime(clock, &time);
    time.tv_nsec += ms * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return &time;
}

static void errors(void)
{
    static unsigned words[4];
    report("wait for another value", futex(words, FUTEX_WAIT, 1, NULL, NULL, 0));
    report("wake of nobody", futex(words, FUTEX_WAKE, 1, NULL, NULL, 0));
    report("odd address", futex((char *)words + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
    report("odd address of wake", futex((char *)words + 1, FUTEX_WAKE, 1, NULL, NULL, 0));
    report("bad address", futex((void *)8, FUTEX_WAIT, 0, NULL, NULL, 0));
    report("bad private address", futex((void *)8, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0));
    report("wake of a bad address", futex((void *)8, FUTEX_WAKE, 1, NULL, NULL, 0));
    report("private wake of a bad address", futex((void *)8, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
    report("bad timeout", futex(words, FUTEX_WAIT, 0, (void *)8, NULL, 0));
    report("timeout of 10^9 ns", futex(words, FUTEX_WAIT, 0, &(struct timespec){0, 1000000000}, NULL, 0));
    report("negative timeout", futex(words, FUTEX_WAIT, 0, &(struct timespec){-1, 0}, NULL, 0));
    report("bitset of 0", futex(words, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
    report("wake bitset of 0", futex(words, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
    report("unknown operation", futex(words, 99, 0, NULL, NULL, 0));
    report("realtime clock with wake", futex(words, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
    report("cmp_requeue of another value", futex(words, FUTEX_CMP_REQUEUE, 1, (void *)1, words + 1, 7));
    report("requeue of negative counts", futex(words, FUTEX_REQUEUE, -1u, (void *)1, words + 1, 0));
    report("wake of 0", futex(words, FUTEX_WAKE, 0, NULL, NULL, 0));
    void *readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("wait on read-only memory", futex(readonly, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0));
    report("wait on shared read-only", futex(readonly, FUTEX_WAIT, 1, NULL, NULL, 0));
    report("wake_op on read-only memory",
           futex(words, FUTEX_WAKE_OP, 1, (void *)1, readonly, FUTEX_OP(FUTEX_OP_SET, 1, 0, 0)));
}

static void timeouts(void)
{
    static unsigned word;
    long start = now_ms();
    report("relative", futex(&word, FUTEX_WAIT, 0, after_ms(50), NULL, 0));
    CHECK_THAT("took its time", now_ms() - start >= 49);
    report("absolute, monotonic", futex(&word, FUTEX_WAIT_BITSET, 0, at_ms(CLOCK_MONOTONIC, 50), NULL, ~0u));
    report("absolute, realtime",
           futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, at_ms(CLOCK_REALTIME, 50), NULL, ~0u));
    CHECK_THAT("took their time", now_ms() - start >= 148);
    report("long past", futex(&word, FUTEX_WAIT_BITSET, 0, after_ms(1000), NULL, ~0u));
    report("zero", futex(&word, FUTEX_WAIT, 0, after_ms(0), NULL, 0));
    report("past, other value", futex(&word, FUTEX_WAIT, 5, after_ms(0), NULL, 0));
}

struct waiter {
    pthread_t thread;
    unsigned *word, bits;
    atomic_int result; /* 1000 while it waits */
};

static void *wait_body(void *arg)
{
    struct waiter *w = arg;
    long got = futex(w->word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, w->bits);
    w->result = got < 0 ? -errno : (int)got;
    return NULL;
}

static void start(struct waiter *w, int count, unsigned *word)
{
    for (int i = 0; i < count; i++) {
        w[i] = (struct waiter){.word = word, .bits = 1u << i, .result = 1000};
        pthread_create(&w[i].thread, NULL, wait_body, &w[i]);
    }
    settle();
}

/* How many still wait, once that has come down to what is expected, or has not after a while. */
static int waiting(struct waiter *w, int count, int expected)
{
    int left = count;
    for (int tries = 0; tries < 500 && left != expected; tries++, sleep_ms(10)) {
        left = 0;
        for (int i = 0; i < count; i++)
            left += w[i].result == 1000;
    }
    return left;
}

static void wakes(void)
{
    static unsigned a, b;
    struct waiter w[6];
    start(w, 6, &a);
    report("wake two", futex(&a, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0));
    say("still waiting: %d\n", waiting(w, 6, 4));
    report("wake of another word", futex(&b, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0));
    report("wake all", futex(&a, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0));
    say("still waiting: %d\n", waiting(w, 6, 0));
    say("results %d %d\n", w[0].result, w[5].result);
    for (int i = 0; i < 6; i++)
        pthread_join(w[i].thread, NULL);

    start(w, 6, &a);
    report("wake by bits 2 and 4", futex(&a, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 0x14));
    waiting(w, 6, 4);
    say("awake: %d%d%d%d%d%d\n", w[0].result == 0, w[1].result == 0, w[2].result == 0, w[3].result == 0,
        w[4].result == 0, w[5].result == 0);
    report("requeue", futex(&a, FUTEX_REQUEUE_PRIVATE, 1, (void *)2, &b, 0));
    say("still waiting: %d\n", waiting(w, 6, 3));
    report("left on the first", futex(&a, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0));
    report("moved to the second", futex(&b, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0));
    for (int i = 0; i < 6; i++)
        pthread_join(w[i].thread, NULL);

    start(w, 4, &a);
    report("cmp_requeue", futex(&a, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)9, &b, 0));
    report("wake the moved", futex(&b, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0));
    for (int i = 0; i < 4; i++)
        pthread_join(w[i].thread, NULL);

    start(w, 2, &a);
    struct waiter v[2];
    start(v, 2, &b);
    b = 0;
    report("wake_op, comparison false",
           futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &b, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 3)));
    say("word %u\n", b);
    report("wake_op, comparison true",
           futex(&a, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &b, FUTEX_OP(FUTEX_OP_OR, 8, FUTEX_OP_CMP_GE, 5)));
    say("word %u\n", b);
    futex(&b, FUTEX_WAKE_OP_PRIVATE, 1, (void *)0, &b,
          FUTEX_OP((FUTEX_OP_ANDN | FUTEX_OP_OPARG_SHIFT), 0, FUTEX_OP_CMP_GE, 5));
    say("word %u\n", b);
    futex(&a, FUTEX_WAKE_OP_PRIVATE, 0, (void *)0, &b, FUTEX_OP(FUTEX_OP_XOR, 0xff, FUTEX_OP_CMP_LT, 5));
    say("word %u\n", b);
    futex(&b, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(w[i].thread, NULL);
        pthread_join(v[i].thread, NULL);
    }
}

static void across_fork(const char *label, unsigned *here, unsigned *there)
{
    pid_t pid = fork();
    if (pid == 0) {
        long got = futex(there, FUTEX_WAIT, 0, after_ms(5000), NULL, 0);
        _exit(got == 0 ? 0 : errno);
    }
    settle();
    long woken = 0;
    for (int i = 0; i < 50 && !woken; i++, sleep_ms(20))
        woken = futex(here, FUTEX_WAKE, 1, NULL, NULL, 0);
    int status;
    waitpid(pid, &status, 0);
    say("%s: woken %ld, ", label, woken);
    report_status("child", status);
}

int main(void)
{
    errors();
    timeouts();
    wakes();
    unsigned *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    across_fork("shared memory", shared + 1024, shared + 1024);
    char path[] = "/tmp/futex.XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    if (ftruncate(fd, 8192) < 0)
        die("ftruncate");
    unsigned *one = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned *two = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    across_fork("a file at two addresses", one + 1026, two + 2);
    return 0;
}
