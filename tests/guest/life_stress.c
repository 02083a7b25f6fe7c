/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=60 links=static,dynamic */
/* Threads that make, replace, signal and end processes and threads all at once; every status must be the one
 * that was meant. */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>

#define ROUNDS 100

static volatile int stop;
static _Atomic int wrong;

static int ends_with(pid_t pid, int expected)
{
    int status;

    return pid > 0 && waitpid(pid, &status, 0) == pid && status == expected;
}

static void *forks(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            /* The child works with locks that other threads held at the fork. */
            free(malloc(10000));
            _exit(i);
        }
        wrong += !ends_with(pid, i << 8);
    }
    return unused;
}

static void *spawns(void *unused)
{
    char *argv[] = {"x", "exit", "9", NULL};

    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = -1;
        if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) != 0)
            wrong++;
        wrong += !ends_with(pid, 9 << 8);
    }
    return unused;
}

static void *vforks(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            close(0);
            if (i % 2)
                execl("/proc/self/exe", "x", "exit", "5", NULL);
            _exit(6);
        }
        wrong += !ends_with(pid, i % 2 ? 5 << 8 : 6 << 8);
    }
    return unused;
}

static void *thread_of_child(void *unused)
{
    for (;;)
        pause();
    return unused;
}

/* Children with threads of their own that are killed, exit or exec. */
static void *crowds(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            pthread_t thread;
            for (int n = 0; n < 4; n++)
                if (pthread_create(&thread, NULL, thread_of_child, NULL))
                    _exit(99);
            if (i % 3 == 0)
                kill(getpid(), SIGTERM);
            if (i % 3 == 1)
                execl("/proc/self/exe", "x", "exit", "7", NULL);
            exit(8);
        }
        wrong += !ends_with(pid, i % 3 == 0 ? SIGTERM : i % 3 == 1 ? 7 << 8 : 8 << 8);
    }
    return unused;
}

static void *nothing(void *unused)
{
    return unused;
}

static void *threads(void *unused)
{
    while (!stop) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, nothing, NULL) == 0)
            pthread_join(thread, NULL);
        int fd = memfd_create("f", 0);
        close(fd);
    }
    return unused;
}

static void *signals(void *main_thread)
{
    while (!stop) {
        pthread_kill(*(pthread_t *)main_thread, SIGUSR1);
        usleep(200);
    }
    return NULL;
}

static void handler(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    static void *(*const work[])(void *) = {forks, spawns, vforks, crowds};
    pthread_t workers[4], others[2], self = pthread_self();

    if (argc > 2)
        return atoi(argv[2]);
    signal(SIGUSR1, handler);
    pthread_create(&others[0], NULL, threads, NULL);
    pthread_create(&others[1], NULL, signals, &self);
    for (int i = 0; i < 4; i++)
        pthread_create(&workers[i], NULL, work[i], NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(workers[i], NULL);
    stop = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(others[i], NULL);
    say("wrong statuses: %d\n", wrong);
    report("children left", waitpid(-1, NULL, __WALL));
    return 0;
}
