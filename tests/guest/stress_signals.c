/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=60 also=filter */
/* Threads, forks, execs and signals at random, all at once: nothing is lost, nobody hangs, nobody sees a
 * wrong register. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define ROUNDS  200
#define THREADS 3

static atomic_int stop;
static atomic_long wrong, handled, calls;
static pthread_t threads[THREADS];
static _Thread_local unsigned long seed;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(seed >> 33) % n;
}

static void on_any(int number, siginfo_t *info, void *context)
{
    (void)context;
    int saved = errno;
    if (info->si_signo != number)
        wrong++;
    handled++;
    if (getpid() != info->si_pid && info->si_code == SI_TKILL)
        wrong++;
    errno = saved;
}

/* Values in call-saved registers survive the calls and the handlers between. */
static long call_with_state(long number)
{
    long result = number;
    unsigned long a = 0x1111, b = 0x2222, c = 0x3333;
    __asm__ volatile("mov %1, %%r12; mov %2, %%r13; mov %3, %%rbx; syscall; sub %1, %%r12; sub %2, %%r13;"
                     "sub %3, %%rbx; or %%r12, %%r13; or %%rbx, %%r13; jz 1f; mov $-1000, %0; 1:"
                     : "+a"(result)
                     : "r"(a), "r"(b), "r"(c)
                     : "rbx", "rcx", "r11", "r12", "r13", "memory", "cc");
    return result;
}

static void *work(void *arg)
{
    pid_t self = getpid();
    int fd[2];
    seed = (unsigned long)(intptr_t)arg * 77 + 5;
    if (pipe(fd) < 0)
        die("pipe");
    while (!stop) {
        char byte = 'x', back = 0;
        sigset_t set, old;
        struct timespec short_time = {0, 20000};
        switch (pick(6)) {
        case 0:
            wrong += call_with_state(SYS_getpid) != self;
            break;
        case 1:
            wrong += write(fd[1], &byte, 1) != 1 || read(fd[0], &back, 1) != 1 || back != 'x';
            break;
        case 2: {
            char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            page[4096] = 1;
            wrong += munmap(page, 8192) != 0;
            break;
        }
        case 3:
            sigfillset(&set);
            pthread_sigmask(SIG_BLOCK, &set, &old);
            wrong += call_with_state(SYS_getpid) != self;
            pthread_sigmask(SIG_SETMASK, &old, NULL);
            break;
        case 4:
            nanosleep(&short_time, NULL);
            break;
        case 5:
            sched_yield();
            break;
        }
        calls++;
    }
    close(fd[0]);
    close(fd[1]);
    return NULL;
}

static void *thread_of_child(void *arg)
{
    raise(SIGUSR2);
    return arg;
}

static const char *self_path;

static void child(int round)
{
    pthread_t t;
    void *result = NULL;
    switch (round % 6) {
    case 0:
        _exit(round % 50);
    case 1:
        pthread_create(&t, NULL, thread_of_child, (void *)7L);
        raise(SIGUSR1);
        pthread_join(t, &result);
        _exit(result == (void *)7L ? round % 50 : 99);
    case 2:
        signal(SIGTERM, SIG_DFL);
        kill(getpid(), SIGTERM);
        break;
    case 3:
        execl(self_path, self_path, "exit", NULL);
        break;
    case 4:
        for (;;)
            pause();
    case 5:
        for (;;)
            call_with_state(SYS_getppid);
    }
    _exit(98);
}

static int expected(int round, int killer)
{
    switch (round % 6) {
    case 0:
    case 1:
        return (round % 50) << 8;
    case 2:
        return SIGTERM;
    case 3:
        return 33 << 8;
    }
    return killer;
}

int main(int argc, char **argv)
{
    self_path = argv[0];
    if (argc > 1)
        _exit(33);
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGWINCH};
    struct sigaction act = {.sa_sigaction = on_any, .sa_flags = SA_SIGINFO | SA_RESTART};
    seed = 1;
    for (size_t i = 0; i < 4; i++)
        sigaction(numbers[i], &act, NULL);
    sigaction(SIGRTMIN + 3, &act, NULL);

    int bad_status = 0;
    for (int round = 0; round < ROUNDS; round++) {
        stop = 0;
        for (intptr_t i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, work, (void *)(round * 10 + i));
        pid_t pid = fork();
        if (pid == 0)
            child(round);
        for (int i = 0; i < 15; i++) {
            unsigned which = pick(6);
            if (which < THREADS)
                pthread_kill(threads[which], pick(2) ? numbers[pick(4)] : SIGRTMIN + 3);
            else if (which == 3)
                kill(getpid(), numbers[pick(4)]);
            else
                raise(numbers[pick(4)]);
        }
        int killer = pick(2) ? SIGKILL : SIGALRM, status = -1;
        if (round % 6 >= 4)
            kill(pid, killer);
        if (waitpid(pid, &status, 0) != pid || status != expected(round, killer))
            bad_status++, say("round %d: status %x\n", round, status);
        stop = 1;
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    say("wrong %ld, bad statuses %d\n", (long)wrong, bad_status);
    CHECK(handled > ROUNDS);
    CHECK(calls > ROUNDS);
    return 0;
}
