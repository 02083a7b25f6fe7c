/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 also=filter */
/* Threads: ids, thread-local storage, joining, cancellation, many of them, and what they share. */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>

static _Thread_local int local = 42;
static _Thread_local char large_local[10000];
static atomic_int counter;
static pid_t tids[64];

static void *count(void *arg)
{
    intptr_t index = (intptr_t)arg;
    tids[index] = gettid();
    if (local == 42 && large_local[9999] == 0)
        atomic_fetch_add(&counter, 1);
    local = (int)index;
    memset(large_local, (int)index, sizeof large_local);
    sched_yield();
    if (local != index || large_local[5000] != (char)index)
        atomic_fetch_add(&counter, 1000);
    return (void *)(index * 3);
}

static void many(void)
{
    pthread_t threads[64];
    for (intptr_t i = 0; i < 64; i++)
        if (pthread_create(&threads[i], NULL, count, (void *)i))
            die("pthread_create");
    intptr_t sum = 0;
    for (int i = 0; i < 64; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (intptr_t)result;
    }
    bool distinct = true;
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < i; j++)
            distinct = distinct && tids[i] != tids[j];
    say("64 threads: sum %ld, right %d\n", (long)sum, counter);
    CHECK_THAT("tids differ", distinct);
    CHECK_THAT("ours is untouched", local == 42 && gettid() == getpid());
    for (int round = 0; round < 200; round++) {
        pthread_create(&threads[0], NULL, count, (void *)1);
        pthread_join(threads[0], NULL);
    }
    say("200 one after another: %d\n", counter);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long total;
static int turn;

static void *add(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(&mutex);
        total++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

static void *take_turns(void *arg)
{
    int mine = (int)(intptr_t)arg;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&mutex);
        while (turn % 4 != mine)
            pthread_cond_wait(&condition, &mutex);
        turn++;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void locks(void)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, add, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    say("mutex: %ld\n", total);
    for (intptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, take_turns, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    say("condition: %d\n", turn);
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 1);
    say("barrier of one: %s\n",
        pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD ? "serial" : "?");
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec = (until.tv_nsec + 20000000) % 1000000000;
    until.tv_sec += until.tv_nsec < 20000000;
    pthread_mutex_lock(&mutex);
    say("timed wait: %s\n", err_name(pthread_cond_timedwait(&condition, &mutex, &until)));
    say("timed lock: %s\n", err_name(pthread_mutex_timedlock(&mutex, &until)));
    pthread_mutex_unlock(&mutex);
}

static atomic_int cleaned;

static void cleanup(void *arg)
{
    atomic_fetch_add(&cleaned, (int)(intptr_t)arg);
}

static void *blocked_in_read(void *arg)
{
    char byte;
    pthread_cleanup_push(cleanup, (void *)1);
    if (read(*(int *)arg, &byte, 1) < 0)
        say("read returned\n");
    pthread_cleanup_pop(0);
    return NULL;
}

static void *busy(void *arg)
{
    (void)arg;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    pthread_cleanup_push(cleanup, (void *)10);
    for (;;)
        atomic_thread_fence(memory_order_seq_cst);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *in_pause(void *arg)
{
    pthread_cleanup_push(cleanup, (void *)100);
    for (;;)
        pause();
    pthread_cleanup_pop(0);
    return arg;
}

static void *immune(void *arg)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    sleep_ms(150);
    return arg;
}

static void cancellation(void)
{
    int pair[2];
    if (pipe(pair))
        die("pipe");
    void *(*const bodies[])(void *) = {blocked_in_read, busy, in_pause, immune};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, bodies[i], &pair[0]);
    settle();
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_cancel(threads[i]);
        pthread_join(threads[i], &result);
        say("cancelled %d: %s\n", i, result == PTHREAD_CANCELED ? "yes" : "no");
    }
    say("cleaned up: %d\n", cleaned);
}

static void *change_cwd(void *arg)
{
    umask(0111);
    if (chdir("/"))
        return NULL;
    return arg;
}

static void *own_cwd(void *arg)
{
    if (unshare(CLONE_FS))
        say("unshare: %s\n", err_name(errno));
    umask(0222);
    return arg;
}

static void sharing(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, change_cwd, NULL);
    pthread_join(thread, NULL);
    say("umask set by a thread: %04o\n", umask(0111));
    pthread_create(&thread, NULL, own_cwd, NULL);
    pthread_join(thread, NULL);
    say("umask set by a thread of its own: %04o\n", umask(022));
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    counter = 0;
    for (int i = 0; i < 10; i++)
        if (pthread_create(&thread, &attr, count, (void *)2))
            die("pthread_create");
    for (int i = 0; i < 5000 && counter < 10; i++)
        sleep_ms(1);
    say("detached: %d\n", counter);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    counter = 0;
    pthread_create(&thread, &attr, count, (void *)2);
    pthread_join(thread, NULL);
    say("small stack: %d\n", counter);
}

static pthread_key_t key;
static atomic_int destroyed;

static void destroy(void *arg)
{
    atomic_fetch_add(&destroyed, (int)(intptr_t)arg);
}

static void *use_key(void *arg)
{
    pthread_setspecific(key, arg);
    if ((intptr_t)arg % 2)
        pthread_exit(NULL);
    return NULL;
}

int main(void)
{
    many();
    locks();
    cancellation();
    sharing();
    pthread_key_create(&key, destroy);
    pthread_t threads[10];
    for (intptr_t i = 0; i < 10; i++)
        pthread_create(&threads[i], NULL, use_key, (void *)(i + 1));
    for (int i = 0; i < 10; i++)
        pthread_join(threads[i], NULL);
    say("destroyed: %d\n", destroyed);
    return 0;
}
