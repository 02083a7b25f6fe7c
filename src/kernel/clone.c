/* SPDX-License-Identifier: MIT */
/* New tasks; the three ways are told in clone.h. */
#include "kernel/clone.h"
#include "host/process.h"
#include "host/signal.h"
#include "host/alloc.h"
#include "kernel/cred.h"
#include "kernel/fdtable.h"
#include "kernel/fork.h"
#include "kernel/mm.h"
#include "kernel/pidfd.h"
#include "kernel/pids.h"
#include "kernel/supervisor_client.h"
#include "kernel/task.h"
#include "kernel/trace.h"
#include "kernel/process_fs.h"
#include "kernel/user.h"

#define NAMESPACES                                                                                           \
    (LINUX_CLONE_NEWNS | LINUX_CLONE_NEWCGROUP | LINUX_CLONE_NEWUTS | LINUX_CLONE_NEWIPC |                   \
     LINUX_CLONE_NEWUSER | LINUX_CLONE_NEWPID | LINUX_CLONE_NEWNET | LINUX_CLONE_NEWTIME)

/* A start that the child must finish before it runs guest code; lies on the kernel stack of the parent or in
 * the child's task. */
struct start {
    struct task *task;
    uint64_t flags, tls, child_tid;
    struct reservation number;
    bool locked; /* fork_lock */
};

static uint64_t async_signals(void)
{
    return ~(SIGNAL_BIT(LINUX_SIGSYS) | SIGNAL_BIT(LINUX_SIGSEGV) | SIGNAL_BIT(LINUX_SIGBUS) |
             SIGNAL_BIT(LINUX_SIGFPE) | SIGNAL_BIT(LINUX_SIGILL) | SIGNAL_BIT(LINUX_SIGTRAP));
}

static long check(struct task *task, const struct clone_request *r)
{
    uint64_t f = r->flags;

    if ((f & LINUX_CLONE_SIGHAND) && !(f & LINUX_CLONE_VM))
        return -LINUX_EINVAL;
    if ((f & LINUX_CLONE_THREAD) && !(f & LINUX_CLONE_SIGHAND))
        return -LINUX_EINVAL;
    if ((f & LINUX_CLONE_FS) && (f & LINUX_CLONE_NEWNS))
        return -LINUX_EINVAL;
    if ((f & LINUX_CLONE_SIGHAND) && (f & LINUX_CLONE_CLEAR_SIGHAND))
        return -LINUX_EINVAL;
    if ((f & LINUX_CLONE_PIDFD) && (f & (LINUX_CLONE_DETACHED | LINUX_CLONE_THREAD)))
        return -LINUX_EINVAL;
    if (f & NAMESPACES)
        return capable(task, LINUX_CAP_SYS_ADMIN) || (f & LINUX_CLONE_NEWUSER) ? -LINUX_ENOSPC : -LINUX_EPERM;
    /* Descriptors and folders shared by processes with memories of their own: no struct of ours could hold
     * them. */
    if (!(f & LINUX_CLONE_VM) && (f & (LINUX_CLONE_FILES | LINUX_CLONE_FS)))
        return -LINUX_EINVAL;
    if (f & LINUX_CLONE_INTO_CGROUP)
        return -LINUX_EOPNOTSUPP;
    return 0;
}

/* The registers with which the child begins: the parent's, with result 0 and perhaps another stack. */
static void set_registers(struct task *child, const struct clone_request *r)
{
    cpu_set_result(&child->cpu, 0);
    if (r->stack)
        cpu_set_sp(&child->cpu, r->stack);
}

static struct fdtable *fdtable_share(struct fdtable *table)
{
    atomic_fetch_add_explicit(&table->refs, 1, memory_order_relaxed);
    return table;
}

/* The last steps of every child, on its own thread; the host's signals are blocked. */
static void child_begin(struct task *task, const struct start *s)
{
    uint64_t area = ALIGN_DOWN((uint64_t)(uintptr_t)task, TASK_AREA_SIZE);
    int error;

    host_signal_stack((void *)(uintptr_t)TASK_ALTSTACK_BASE(area), TASK_ALTSTACK);
    error = task->engine->thread_start(&task->cpu);

    if (error < 0)
        process_exit(task, LINUX_SIGKILL);
    if (s->flags & LINUX_CLONE_SETTLS)
        task->engine->set_thread_pointer(&task->cpu, s->tls);
    task->clear_child_tid = s->flags & LINUX_CLONE_CHILD_CLEARTID ? s->child_tid : 0;
    if ((s->flags & LINUX_CLONE_CHILD_SETTID) &&
        user_write(task, s->child_tid, &task->tid, sizeof task->tid) < 0)
        task->clear_child_tid = 0;
    host_signal_mask(LINUX_SIG_SETMASK, 0, NULL);
}

/* --- a copy --- */

/* In the child of the host's fork: this thread is the only one, and nothing else of the parent goes on. */
static void copy_child(struct task *task, struct start *s)
{
    struct process *p = task->process;
    struct task *other, *next;

    fork_unlock_child(task, s->locked);
    p->host_pid = host_getpid();
    fs_announce(p);
    task->host_tid = p->host_pid;
    p->pid = s->number.pid ? s->number.pid : p->host_pid;
    task->tid = p->pid;
    p->in_place = false;
    p->child_subreaper = false;
    p->exiting = 0;
    if (p->tracer && !trace_follows(p->tracer))
        p->tracer = NULL;
    list_for_each_entry_safe (other, next, &p->tasks, in_process)
        if (other != task) {
            list_remove(&other->in_process);
            task_free(other);
        }
    list_for_each_entry_safe (other, next, &p->ended, in_process) {
        list_remove(&other->in_process);
        task_free(other);
    }
    p->ntasks = 1;
    signals_forget(task);
    atomic_store(&task->cpu.work, 0);
    task->robust_list = task->robust_list_len = 0;
    supervisor_adopt(p, &s->number, false);
    if (s->flags & LINUX_CLONE_CLEAR_SIGHAND)
        signals_clear_handlers(p, true);
    fork_child_hooks(task);
    child_begin(task, s);
}

static long clone_copy(struct task *task, const struct clone_request *r, struct start *s, int *pidfd)
{
    uint64_t passed =
        r->flags & (LINUX_CLONE_PIDFD | LINUX_CLONE_PARENT | LINUX_CLONE_VFORK | LINUX_CLONE_IO);
    struct host_clone_args args = {
        .flags = passed | (uint64_t)r->exit_signal,
        .parent_tid = pidfd,
    };
    long host;

    s->task = task;
    s->locked = fork_lock(task);
    host = host_clone(&args);
    if (host == 0) {
        copy_child(task, s);
        set_registers(task, r);
        return 0;
    }
    fork_unlock_parent(task, s->locked);
    return host;
}

/* --- on the same memory --- */

static void child_main(void *arg)
{
    struct start s = *(struct start *)arg;
    struct task *task = s.task;

    task->host_tid = host_gettid();
    task->tid = s.number.pid ? s.number.pid : task->host_tid;
    if (!(s.flags & LINUX_CLONE_THREAD)) {
        task->process->host_pid = task->host_tid;
        task->process->pid = task->tid;
        supervisor_adopt(task->process, &s.number, s.flags & LINUX_CLONE_FILES);
        if (s.flags & LINUX_CLONE_CLEAR_SIGHAND)
            signals_clear_handlers(task->process, true);
    }
    child_begin(task, &s);
    task_run(task);
}

/* A task that starts like this one; what it shares is settled by the caller. */
static struct task *task_copy(struct task *task)
{
    struct task *child = task_alloc();

    if (!child)
        return NULL;
    child->cpu = task->cpu;
    child->cpu.self = &child->cpu;
    child->cpu.host_sp = 0;
    atomic_store(&child->cpu.work, 0);
    child->engine = task->engine;
    child->sig.blocked = task->sig.blocked;
    memcpy(child->comm, task->comm, sizeof child->comm);
    child->timer_slack = task->timer_slack;
    child->seccomp = task->seccomp;
    child->cred = cred_ref(task->cred);
    child->host_tid = -1; /* the host writes it when the thread begins, and 0 when it has ended */
    return child;
}

/* The start record lies at the low end of the child's kernel stack's top, where child_main reads it first. */
static struct start *start_place(struct task *child)
{
    uint64_t area = ALIGN_DOWN((uint64_t)(uintptr_t)child, TASK_AREA_SIZE);

    return (struct start *)(uintptr_t)(TASK_KSTACK_TOP(area) - ALIGN_UP(sizeof(struct start), 64));
}

static long start_child(struct task *child, const struct clone_request *r, const struct start *s,
                        uint64_t flags, void *parent_tid)
{
    struct start *place = start_place(child);
    struct host_clone_args args = {
        .flags = flags | LINUX_CLONE_CHILD_SETTID | LINUX_CLONE_CHILD_CLEARTID,
        .stack_top = (uint64_t)(uintptr_t)place,
        .fn = child_main,
        .arg = place,
        .parent_tid = parent_tid,
        .child_tid = &child->host_tid,
    };

    *place = *s;
    place->task = child;
    set_registers(child, r);
    return host_clone(&args);
}

void process_reap_tasks(struct process *process)
{
    struct task *task, *next;
    LOCK_SCOPE(&process->lock);

    list_for_each_entry_safe (task, next, &process->ended, in_process)
        if (*(volatile int *)&task->host_tid == 0) {
            list_remove(&task->in_process);
            task_free(task);
        }
}

static void task_abandon(struct task *child)
{
    if (child->files)
        fdtable_put(child->files);
    if (child->fs)
        fs_context_put(child->fs);
    cred_put(child->cred);
    task_free(child);
}

static long clone_thread(struct task *task, const struct clone_request *r, struct start *s)
{
    struct process *p = task->process;
    uint64_t shared = LINUX_CLONE_VM | LINUX_CLONE_SIGHAND | LINUX_CLONE_THREAD | LINUX_CLONE_SYSVSEM |
                      (r->flags & (LINUX_CLONE_FILES | LINUX_CLONE_FS | LINUX_CLONE_IO));
    struct task *child;
    void *parent_tid = NULL;
    long host;

    process_reap_tasks(p);
    child = task_copy(task);
    if (!child)
        return -LINUX_EAGAIN;
    child->process = p;
    child->files = r->flags & LINUX_CLONE_FILES ? fdtable_share(task->files) : fdtable_copy(task->files);
    child->fs = r->flags & LINUX_CLONE_FS ? fs_context_get(task->fs) : fs_context_copy(task->fs);
    if (!child->files || !child->fs) {
        task_abandon(child);
        return -LINUX_EAGAIN;
    }
    /* The number must stand in the parent's word before either of the two goes on; nobody may write it later
     * than that. */
    if (r->flags & LINUX_CLONE_PARENT_SETTID) {
        if (s->number.pid)
            (void)!user_write(task, r->parent_tid, &s->number.pid, sizeof s->number.pid);
        else {
            parent_tid = user_range(task, r->parent_tid, sizeof(int));
            if (parent_tid)
                shared |= LINUX_CLONE_PARENT_SETTID;
        }
    }
    lock_acquire(&p->lock);
    if (atomic_load(&p->exiting)) {
        lock_release(&p->lock);
        task_abandon(child);
        return -LINUX_EAGAIN;
    }
    child->tid = s->number.pid;
    list_push_back(&p->tasks, &child->in_process);
    p->ntasks++;
    host = start_child(child, r, s, shared, parent_tid);
    if (host < 0) {
        list_remove(&child->in_process);
        p->ntasks--;
    } else {
        /* Known from now on, though the thread may not have begun to run; it may also have ended. */
        int none = -1;

        __atomic_compare_exchange_n(&child->host_tid, &none, (int)host, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
        if (!s->number.pid)
            child->tid = (int)host;
    }
    lock_release(&p->lock);
    if (host < 0)
        task_abandon(child);
    return host;
}

static void forget_files(struct fdtable *table)
{
    uint32_t refs = atomic_load(&table->refs);

    /* Shared (CLONE_FILES): only the count goes. */
    while (refs > 1)
        if (atomic_compare_exchange_weak(&table->refs, &refs, refs - 1))
            return;
    fdtable_abandon(table);
}

/* The memory of a process that lived on ours and has ended, or has replaced itself. Its host descriptors were
 * never ours. */
static void in_place_free(struct task *child)
{
    struct process *p = child->process;

    if (child->files)
        forget_files(child->files);
    if (child->fs)
        fs_context_abandon(child->fs);
    cred_put(child->cred);
    signals_discard_all(child);
    signals_put(p->signals);
    if (p->exe)
        file_put(p->exe);
    mm_put(p->mm);
    if (p->exec_scratch)
        kpages_free(p->exec_scratch, p->exec_scratch_size);
    kfree(p);
    task_free(child);
}

static struct task *in_place_new(struct task *task, const struct clone_request *r)
{
    struct process *old = task->process, *p = kmalloc(sizeof *p);
    struct task *child = task_copy(task);

    if (!p || !child)
        goto fail;
    lock_acquire(&old->lock);
    memcpy(p, old, sizeof *p);
    lock_release(&old->lock);
    p->lock = p->supervisor_lock = (struct lock){0};
    list_init(&p->tasks);
    list_init(&p->ended);
    p->ntasks = 1;
    p->exiting = 0;
    p->ppid = old->pid;
    p->in_place = true;
    if (p->tracer && !trace_follows(p->tracer))
        p->tracer = NULL;
    p->child_subreaper = false;
    p->exec_scratch = NULL;
    p->signals = r->flags & LINUX_CLONE_SIGHAND ? old->signals : signals_copy(old->signals);
    if (!p->signals)
        goto fail;
    if (r->flags & LINUX_CLONE_SIGHAND)
        atomic_fetch_add(&p->signals->refs, 1);
    child->process = p;
    child->sig.altstack = task->sig.altstack;
    list_push_back(&p->tasks, &child->in_process);
    atomic_fetch_add(&p->mm->refs, 1);
    if (p->exe)
        file_ref(p->exe);
    child->files = r->flags & LINUX_CLONE_FILES ? fdtable_share(task->files) : fdtable_copy(task->files);
    child->fs = r->flags & LINUX_CLONE_FS ? fs_context_get(task->fs) : fs_context_copy(task->fs);
    p->files = child->files;
    if (!child->files || !child->fs) {
        in_place_free(child);
        return NULL;
    }
    return child;

fail:
    kfree(p);
    if (child) {
        cred_put(child->cred);
        task_free(child);
    }
    return NULL;
}

static long clone_in_place(struct task *task, const struct clone_request *r, struct start *s, int *pidfd)
{
    uint64_t flags =
        LINUX_CLONE_VM | (uint64_t)r->exit_signal |
        (r->flags & (LINUX_CLONE_VFORK | LINUX_CLONE_FILES | LINUX_CLONE_FS | LINUX_CLONE_SIGHAND |
                     LINUX_CLONE_PIDFD | LINUX_CLONE_PARENT | LINUX_CLONE_IO | LINUX_CLONE_SYSVSEM));
    struct task *child = in_place_new(task, r);
    struct fdtable *files = fdtable_hold(task->files);
    struct fs_context *fs = fs_context_copy(task->fs);
    long host = -LINUX_EAGAIN;

    if (child && files && fs)
        host = start_child(child, r, s, flags, pidfd);
    /* With CLONE_VFORK the host lets us go on when the child has ended, or left this memory. */
    if (child && (host < 0 || (r->flags & LINUX_CLONE_VFORK)))
        in_place_free(child);
    if (files)
        fdtable_put(files);
    if (fs)
        fs_context_put(fs);
    return host;
}

/* --- what the three have in common --- */

static long install_pidfd(struct task *task, const struct clone_request *r, int host_fd)
{
    struct file *file = file_new(&file_pidfd_ops, host_fd, LINUX_O_RDWR, NULL);
    int fd;

    if (!file) {
        host_close(host_fd);
        return -LINUX_ENOMEM;
    }
    fd = (int)fd_install(task, file, true, 0);
    if (fd >= 0 && user_write(task, r->pidfd, &fd, sizeof fd) < 0)
        return -LINUX_EFAULT;
    return fd;
}

/* RLIMIT_NPROC: of the real user, who is not root and has no right to exceed it. */
static bool exceeds_nproc(struct task *task)
{
    uint64_t limit = task->process->rlimits[LINUX_RLIMIT_NPROC].rlim_cur;

    return task->cred->uid != 0 && pids_reach(task->process, task->cred->uid, limit) &&
           !capable(task, LINUX_CAP_SYS_RESOURCE) && !capable(task, LINUX_CAP_SYS_ADMIN);
}

long task_clone(struct task *task, const struct clone_request *r)
{
    struct start s = {.flags = r->flags, .tls = r->tls, .child_tid = r->child_tid};
    bool thread = r->flags & LINUX_CLONE_THREAD;
    int pidfd = -1;
    uint64_t mask;
    long result = check(task, r);

    if (result < 0)
        return result;
    if (exceeds_nproc(task))
        return -LINUX_EAGAIN;
    result = supervisor_reserve(task->process, &s.number, thread);
    if (result < 0)
        return result;
    host_signal_mask(LINUX_SIG_BLOCK, async_signals(), &mask);
    if (thread)
        result = clone_thread(task, r, &s);
    else if (r->flags & LINUX_CLONE_VM)
        result = clone_in_place(task, r, &s, &pidfd);
    else {
        result = clone_copy(task, r, &s, &pidfd);
        if (result == 0)
            return 0;
    }
    host_signal_mask(LINUX_SIG_SETMASK, mask, NULL);
    supervisor_commit(task->process, &s.number, thread, r->flags & LINUX_CLONE_FILES, result);
    if (result < 0)
        return result == -LINUX_ENOMEM ? -LINUX_ENOMEM : result;
    if (r->flags & LINUX_CLONE_PIDFD)
        install_pidfd(task, r, pidfd);
    if (s.number.pid)
        result = s.number.pid;
    if (!thread && (r->flags & LINUX_CLONE_PARENT_SETTID))
        (void)!user_write(task, r->parent_tid, &(int){(int)result}, sizeof(int));
    return result;
}
