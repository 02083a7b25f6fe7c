/* SPDX-License-Identifier: MIT */
/* What one operation costs: `calls NAME` prints nanoseconds for each, the median of several rounds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int zero_fd, pipes[2];

static void getpid_once(void)
{
    syscall(SYS_getpid);
}

static void gettid_once(void)
{
    syscall(SYS_gettid);
}

static void sigprocmask_once(void)
{
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
}

static void clock_once(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
}

static void read_once(void)
{
    char c;
    if (read(zero_fd, &c, 1) != 1)
        _exit(1);
}

static void pipe_once(void)
{
    char c = 0;
    if (write(pipes[1], &c, 1) != 1 || read(pipes[0], &c, 1) != 1)
        _exit(1);
}

static void fstat_once(void)
{
    struct stat st;
    fstat(zero_fd, &st);
}

static void stat_once(void)
{
    struct stat st;
    stat("/proc/self/../../etc/passwd", &st);
}

static void open_once(void)
{
    int fd = open("/etc/passwd", O_RDONLY);
    close(fd);
}

static void mmap_once(void)
{
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *p = 1;
    munmap(p, 4096);
}

static void fork_once(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
}

static void exec_once(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/proc/self/exe", "calls", "true", (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
}

/* Integer arithmetic and memory: what an engine must not slow down. */
static void compute_once(void)
{
    static unsigned char sieve[1 << 20];
    static volatile unsigned found;
    unsigned count = 0;
    memset(sieve, 1, sizeof sieve);
    for (size_t i = 2; i < sizeof sieve; i++)
        if (sieve[i]) {
            count++;
            for (size_t j = 2 * i; j < sizeof sieve; j += i)
                sieve[j] = 0;
        }
    found = count;
}

static const struct {
    const char *name;
    void (*once)(void);
    int batch;
} operations[] = {
    {"getpid", getpid_once, 1000}, {"gettid", gettid_once, 1000}, {"sigprocmask", sigprocmask_once, 1000},
    {"clock", clock_once, 1000},   {"read", read_once, 1000},     {"pipe", pipe_once, 1000},
    {"fstat", fstat_once, 1000},   {"stat", stat_once, 1000},     {"open", open_once, 1000},
    {"mmap", mmap_once, 1000},     {"fork", fork_once, 5},        {"exec", exec_once, 5},
    {"compute", compute_once, 1},
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "true") == 0)
        return 0;
    zero_fd = open("/dev/zero", O_RDONLY);
    if (zero_fd < 0 || pipe(pipes) != 0)
        return 1;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(argv[1], operations[i].name) != 0)
            continue;
        double rounds[5];
        for (int round = 0; round < 5; round++) {
            /* Batches until the round is long enough, so that a slow subject is not measured for minutes. */
            double start = now_ns(), passed;
            long count = 0;
            do {
                for (int n = 0; n < operations[i].batch; n++)
                    operations[i].once();
                count += operations[i].batch;
                passed = now_ns() - start;
            } while (passed < 2e7);
            rounds[round] = passed / (double)count;
        }
        qsort(rounds, 5, sizeof rounds[0], compare);
        printf("%.1f\n", rounds[2]);
        return 0;
    }
    return 1;
}
