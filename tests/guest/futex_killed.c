/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Robust locks in shared memory, whose owners are ended from outside, wherever they are. */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

static struct {
    pthread_mutex_t mutex;
    volatile int held;
} * shared;

static void busy(void)
{
    for (;;)
        ;
}

static void asleep(void)
{
    for (;;)
        pause();
}

static void in_read(void)
{
    int ends[2];
    char byte;
    if (pipe(ends) == 0)
        (void)!read(ends[0], &byte, 1);
}

static void *other(void *arg)
{
    (void)arg;
    busy();
    return NULL;
}

static void with_threads(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, other, NULL);
    pthread_create(&thread, NULL, other, NULL);
    asleep();
}

static void by_alarm(void)
{
    ualarm(200000, 0);
    asleep();
}

static void dies(const char *label, void (*where)(void), int number)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attr);
    shared->held = 0;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(&shared->mutex);
        shared->held = 1;
        where();
        _exit(77);
    }
    while (!shared->held)
        sleep_ms(1);
    pid_t killer = fork();
    if (killer == 0) {
        settle(); /* The parent waits for the lock by now. */
        if (number)
            kill(pid, number);
        _exit(0);
    }
    int error = pthread_mutex_lock(&shared->mutex), status;
    say("%s: %s, ", label, error ? err_name(error) : "locked");
    pthread_mutex_consistent(&shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
    waitpid(killer, NULL, 0);
    waitpid(pid, &status, 0);
    report_status("owner", status);
}

int main(void)
{
    int fd = memfd_create("locks", 0);
    if (fd < 0 || ftruncate(fd, 4096))
        die("memfd_create");
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    dies("SIGTERM", asleep, SIGTERM);
    dies("SIGTERM, busy", busy, SIGTERM);
    dies("SIGTERM, reading", in_read, SIGTERM);
    dies("SIGTERM, threads", with_threads, SIGTERM);
    dies("SIGQUIT", asleep, SIGQUIT);
    dies("SIGRTMIN", busy, SIGRTMIN);
    dies("SIGALRM", by_alarm, 0);
    dies("SIGKILL", asleep, SIGKILL);
    dies("SIGKILL, busy", busy, SIGKILL);
    dies("SIGKILL, reading", in_read, SIGKILL);
    dies("SIGKILL, threads", with_threads, SIGKILL);
    return 0;
}
