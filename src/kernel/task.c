/* SPDX-License-Identifier: MIT */
/* The memory of tasks, and how tasks get each other's attention. */
#include "kernel/task.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "host/lock.h"

_Static_assert(sizeof(struct task) <= TASK_STRUCT_SPACE, "struct task outgrew its place in the task area");

/* Areas of ended threads, guard pages in place: making one anew costs more than all else that starts a
 * thread. */
#define CACHED_AREAS 16

static struct {
    struct lock lock;
    unsigned count;
    char *areas[CACHED_AREAS];
} cache;

void task_cache_lock(void)
{
    lock_acquire(&cache.lock);
}

void task_cache_unlock(void)
{
    lock_release(&cache.lock);
}

static char *area_take(void)
{
    LOCK_SCOPE(&cache.lock);

    return cache.count ? cache.areas[--cache.count] : NULL;
}

static bool area_keep(char *area)
{
    LOCK_SCOPE(&cache.lock);

    if (cache.count == CACHED_AREAS)
        return false;
    cache.areas[cache.count++] = area;
    return true;
}

static char *area_new(void)
{
    char *area = kpages(TASK_AREA_SIZE, TASK_AREA_SIZE);

    if (!area)
        return NULL;
    host_mprotect(area, 4096, LINUX_PROT_NONE);
    host_mprotect((char *)(uintptr_t)TASK_KSTACK_TOP((uint64_t)(uintptr_t)area), 4096, LINUX_PROT_NONE);
    return area;
}

struct task *task_alloc(void)
{
    char *area = area_take();
    bool used = area != NULL;

    if (!area && !(area = area_new()))
        return NULL;
    struct task *task = TASK_STRUCT((uint64_t)(uintptr_t)area);
    if (used)
        memset(task, 0, sizeof *task);
    task->cpu.self = &task->cpu;
    list_init(&task->in_process);
    list_init(&task->sig.own.list);
    return task;
}

void task_free(struct task *task)
{
    char *area = (char *)(uintptr_t)ALIGN_DOWN((uint64_t)(uintptr_t)task, TASK_AREA_SIZE);

    if (area_keep(area))
        return;
    host_mprotect(area, TASK_AREA_SIZE, LINUX_PROT_READ | LINUX_PROT_WRITE);
    kpages_free(area, TASK_AREA_SIZE);
}

void task_kick(struct task *task, uint32_t work)
{
    struct linux_siginfo info = {
        .si_signo = SIGNAL_KICK, .si_code = LINUX_SI_QUEUE, .si_value.sival_int = SIGNAL_KICK_VALUE};

    atomic_fetch_or(&task->cpu.work, work);
    if (task == task_current() || task->host_tid <= 0)
        return;
    if (host_tgsigqueue(task->process->host_pid, task->host_tid, &info) == -LINUX_EAGAIN) {
        /* The user's queue is full. This one needs no place in it. */
        info.si_signo = LINUX_SIGTRAP;
        host_tgsigqueue(task->process->host_pid, task->host_tid, &info);
    }
}

void process_kick_others(struct task *task, uint32_t work)
{
    struct task *other;
    LOCK_SCOPE(&task->process->lock);

    list_for_each_entry (other, &task->process->tasks, in_process)
        if (other != task)
            task_kick(other, work);
}
