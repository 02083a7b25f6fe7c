/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Restartable sequences: registration, threads, fork, and a counter per processor that needs no atomic
 * operations. */
#include "check.h"
#include <linux/rseq.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/rseq.h>

#define CPUS 1024

static struct rseq *own(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static struct {
    long count;
    char pad[56];
} counters[CPUS];

#if defined(__x86_64__)
/* Adds one to this processor's counter, or fails when the thread was interrupted on its way. */
static bool increment(struct rseq *area)
{
    unsigned cpu = ((volatile struct rseq *)area)->cpu_id_start;
    __asm__ goto(".pushsection __rseq_cs, \"aw\"\n\t"
                 ".balign 32\n\t"
                 "3:\n\t"
                 ".long 0, 0\n\t"
                 ".quad 1f, 2f - 1f, 4f\n\t"
                 ".popsection\n\t"
                 "leaq 3b(%%rip), %%rax\n\t"
                 "movq %%rax, %[cs]\n\t"
                 "1:\n\t"
                 "cmpl %[cpu], %[now]\n\t"
                 "jne 4f\n\t"
                 "movq %[counter], %%rax\n\t"
                 "addq $1, %%rax\n\t"
                 "movq %%rax, %[counter]\n\t"
                 "2:\n\t"
                 ".pushsection __rseq_failure, \"ax\"\n\t"
                 ".byte 0x0f, 0xb9, 0x3d\n\t"
                 ".long 0x53053053\n\t"
                 "4: jmp %l[interrupted]\n\t"
                 ".popsection"
                 :
                 : [cs] "m"(area->rseq_cs), [now] "m"(area->cpu_id), [cpu] "r"(cpu),
                   [counter] "m"(counters[cpu % CPUS].count)
                 : "memory", "cc", "rax"
                 : interrupted);
    return true;
interrupted:
    return false;
}
#else
static bool increment(struct rseq *area)
{
    __atomic_add_fetch(&counters[area->cpu_id_start % CPUS].count, 1, __ATOMIC_RELAXED);
    return true;
}
#endif

static volatile int stop, handled;

static void handler(int number)
{
    (void)number;
    handled++;
}

#define ROUNDS 2000000

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++)
        while (!increment(own()))
            ;
    return NULL;
}

static void counting(void)
{
    pthread_t threads[4];
    long sum = 0;
    on_signal(SIGUSR1, handler, SA_RESTART);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count, NULL);
    for (int i = 0; i < 40; i++) {
        pthread_kill(threads[i % 4], SIGUSR1);
        sleep_ms(1);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < CPUS; i++)
        sum += counters[i].count;
    say("sum %ld of %d\n", sum, 4 * ROUNDS);
}

static void *registered(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)(own()->cpu_id < CPUS);
}

/* The area lies in memory that is gone before the thread is. */
static void *leave(void *arg)
{
    (void)arg;
    return NULL;
}

static long rseq_call(void *area, unsigned size, int flags, unsigned signature)
{
    return syscall(SYS_rseq, area, size, flags, signature);
}

static void registration(void)
{
    static struct rseq other __attribute__((aligned(32)));
    struct rseq *area = own();
    unsigned size = __rseq_size < 32 ? 32 : __rseq_size;
    say("registered by the C library: %d\n", __rseq_size > 0);
    CHECK(area->cpu_id < CPUS && area->cpu_id_start < CPUS);
    CHECK(sched_getcpu() >= 0);
    report("another", rseq_call(&other, 32, 0, 0x53053053));
    report("the same", rseq_call(area, size, 0, 0x53053053));
    report("the same, another signature", rseq_call(area, size, 0, 1));
    report("unregister another", rseq_call(&other, size, RSEQ_FLAG_UNREGISTER, 0x53053053));
    report("unregister, another signature", rseq_call(area, size, RSEQ_FLAG_UNREGISTER, 1));
    report("unregister", rseq_call(area, size, RSEQ_FLAG_UNREGISTER, 0x53053053));
    CHECK(area->cpu_id == (unsigned)RSEQ_CPU_ID_UNINITIALIZED);
    report("unregister again", rseq_call(area, size, RSEQ_FLAG_UNREGISTER, 0x53053053));
    report("odd address", rseq_call((char *)&other + 4, 32, 0, 0x53053053));
    report("too short", rseq_call(&other, 16, 0, 0x53053053));
    report("nowhere", rseq_call((void *)-4096, 32, 0, 0x53053053));
    report("register", rseq_call(area, size, 0, 0x53053053));
    sched_yield();
    CHECK(area->cpu_id < CPUS);
}

static void in_fork(void)
{
    _exit(own()->cpu_id < CPUS && rseq_call(own(), 32, 0, 0x53053053) < 0 && errno == EBUSY ? 5 : 6);
}

int main(void)
{
    pthread_t thread;
    void *result;
    cpu_set_t one;
    if (!__rseq_size) {
        say("registered by the C library: 0\n");
        return 0;
    }
    registration();
    pthread_create(&thread, NULL, registered, NULL);
    pthread_join(thread, &result);
    say("thread: %d\n", (int)(intptr_t)result);
    report_status("fork", in_child(in_fork));
    CPU_ZERO(&one);
    for (int i = 0; i < 200; i++) {
        pthread_create(&thread, NULL, leave, NULL);
        pthread_join(thread, NULL);
    }
    counting();
    sched_getaffinity(0, sizeof one, &one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &one)) {
            cpu_set_t target;
            CPU_ZERO(&target);
            CPU_SET(cpu, &target);
            sched_setaffinity(0, sizeof target, &target);
            if (own()->cpu_id != (unsigned)cpu || sched_getcpu() != cpu)
                say("on processor %d: FAIL\n", cpu);
        }
    return 0;
}
