/* SPDX-License-Identifier: MIT */
/*
 * The ends of tasks and processes.
 *
 * Death is the host's: a process that exits exits on the host with the same status, and one that a signal
 * ends is ended by that signal there. So the parent's wait, on the host, sees the truth without anybody being
 * asked. What the host does not know about (robust futexes, the word to clear: they hold the guest's numbers)
 * is settled here first.
 */
#include "kernel/exit.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/cred.h"
#include "kernel/fdtable.h"
#include "kernel/futex.h"
#include "kernel/supervisor_client.h"
#include "kernel/task.h"
#include "kernel/trace.h"
#include "kernel/process_fs.h"
#include "kernel/user.h"

/* Tells those who wait for this thread in the guest's way. */
static void clear_tid(struct task *task)
{
    uint64_t word = task->clear_child_tid;

    task->clear_child_tid = 0;
    if (word && user_write(task, word, &(uint32_t){0}, 4) == 0)
        host_wake_word_shared((void *)(uintptr_t)word, 1);
}

void task_release_user(struct task *task)
{
    futex_owner_died(task, task);
    task->robust_list = 0;
    clear_tid(task);
}

/* The end of this thread while the process goes on; never returns. */
static noreturn_fn void task_leave(struct task *task, int code)
{
    struct process *p = task->process;

    host_signal_mask(LINUX_SIG_BLOCK,
                     ~(SIGNAL_BIT(LINUX_SIGSEGV) | SIGNAL_BIT(LINUX_SIGBUS) | SIGNAL_BIT(LINUX_SIGSYS)),
                     NULL);
    /* The area may be gone before this thread is; the host would then end the process for it. */
    if (task->rseq)
        host_rseq((void *)(uintptr_t)task->rseq, task->rseq_len, LINUX_RSEQ_FLAG_UNREGISTER, task->rseq_sig);
    task_release_user(task);
    signal_task_leaves(task);
    supervisor_thread_ended(p, task->tid);
    if (task->host_tid == p->host_pid)
        host_set_tid_address(&task->host_tid);
    fdtable_put(task->files);
    fs_context_put(task->fs);
    lock_acquire(&p->lock);
    cred_put(task->cred);
    task->dead = true;
    list_remove(&task->in_process);
    list_push_back(&p->ended, &task->in_process);
    lock_release(&p->lock);
    atomic_fetch_sub(&p->ntasks, 1);
    host_wake_word(&p->ntasks, 1);
    host_exit_thread(code);
}

noreturn_fn void task_exit(struct task *task, int code)
{
    struct process *p = task->process;

    /* The status of a process whose last thread leaves like this is its leader's code: the host knows. */
    if (p->ntasks > 1)
        task_leave(task, code & 0xff);
    task_release_user(task);
    host_exit_thread(code & 0xff);
}

noreturn_fn void task_exit_for_group(struct task *task)
{
    task_leave(task, 0);
}

static noreturn_fn void die(struct task *task, int sig, bool core)
{
    if (sig != LINUX_SIGKILL)
        host_signal_set(sig, HOST_SIGNAL_DEFAULT, 0);
    if (!core || !task->process->dumpable) {
        struct linux_rlimit64 none = {0};

        host_prlimit(0, LINUX_RLIMIT_CORE, &none, NULL);
    }
    host_tgkill(host_getpid(), host_gettid(), sig);
    host_signal_mask(LINUX_SIG_UNBLOCK, SIGNAL_BIT(sig), NULL);
    /* Not reached: the signal was pending, and its default is to end the process. */
    host_exit_group(128 + sig);
}

noreturn_fn void process_exit(struct task *task, int wait_status)
{
    struct process *p = task->process;
    struct task *other;
    uint32_t none = 0;

    host_signal_mask(LINUX_SIG_BLOCK,
                     ~(SIGNAL_BIT(LINUX_SIGSEGV) | SIGNAL_BIT(LINUX_SIGBUS) | SIGNAL_BIT(LINUX_SIGSYS)),
                     NULL);
    if (!atomic_compare_exchange_strong(&p->exiting, &none, 1 + (uint32_t)wait_status))
        task_leave(task, 0);
    if (unlikely(p->tracer))
        trace_end(task, wait_status);
    /*
     * The host ends the other threads together with this one, wherever they are. Their locks are marked here,
     * while they may still run: one that lets a lock go meanwhile overwrites the mark, which is as it should
     * be.
     */
    lock_acquire(&p->lock);
    list_for_each_entry (other, &p->tasks, in_process)
        if (other != task)
            futex_owner_died(task, other);
    lock_release(&p->lock);
    task_release_user(task);
    if (wait_status & 0x7f)
        die(task, wait_status & 0x7f, wait_status & 0x80);
    host_exit_group(wait_status >> 8 & 0xff);
}

long process_end_others(struct task *task)
{
    struct process *p = task->process;
    uint32_t none = 0, n;

    /* With a status that nobody uses: every task that looks leaves; this one does not look. */
    if (!atomic_compare_exchange_strong(&p->exiting, &none, PROCESS_EXEC))
        return -LINUX_EAGAIN;
    if (p->ntasks > 1)
        process_kick_others(task, WORK_KICK);
    while ((n = atomic_load(&p->ntasks)) > 1)
        host_wait_word(&p->ntasks, n, NULL, NULL);
    return 0;
}
