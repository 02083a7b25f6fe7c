/* SPDX-License-Identifier: MIT */
/* What becomes of a signal: a handler's frame, or a default action. Runs in the kernel loop, before the guest
 * goes on. */
#include "host/signal.h"
#include "kernel/signal_queue.h"
#include "kernel/task.h"
#include "kernel/trace.h"

/*
 * The host stops us, by the same signal, so that whoever waits there sees the truth, and so that the host's
 * rule for orphaned groups applies. Comes back when the process is continued.
 */
static void stop(struct task *task, int sig)
{
    struct process *p = task->process;
    struct signals *s = p->signals;
    bool caught = s->host_caught & SIGNAL_BIT(sig);

    if (caught)
        host_signal_set(sig, HOST_SIGNAL_DEFAULT, 0);
    host_tgkill(p->host_pid, task->host_tid, sig);
    if (caught) {
        LOCK_SCOPE(&s->lock);

        if (s->host_caught & SIGNAL_BIT(sig))
            host_signal_set(sig, HOST_SIGNAL_CATCH, 0);
    }
}

static void act_by_default(struct task *task, const struct linux_siginfo *info)
{
    int sig = info->si_signo;
    uint64_t bit = SIGNAL_BIT(sig);
    bool fault = info->si_code > 0 && (bit & SIGNALS_SYNCHRONOUS);

    if ((bit & SIGNALS_DEFAULT_IGNORED) || (task->process->pid == 1 && !fault))
        return;
    if (bit & SIGNALS_STOP)
        stop(task, sig);
    else {
        if (task->process->debug && (bit & SIGNALS_CORE))
            crash_of_guest(task, info);
        process_exit(task, sig | (bit & SIGNALS_CORE ? 0x80 : 0));
    }
}

bool signal_on_altstack(const struct task *task, uint64_t sp)
{
    const struct linux_stack *s = &task->sig.altstack;

    return !((uint32_t)s->ss_flags & SS_AUTODISARM) && sp > s->ss_sp && sp - s->ss_sp <= s->ss_size;
}

struct linux_stack signal_get_altstack(const struct task *task)
{
    struct linux_stack s = task->sig.altstack;
    uint32_t kept = (uint32_t)s.ss_flags & SS_AUTODISARM;

    s.pad = 0;
    s.ss_flags = (int32_t)(kept | (!s.ss_size                                     ? LINUX_SS_DISABLE
                                   : signal_on_altstack(task, cpu_sp(&task->cpu)) ? LINUX_SS_ONSTACK
                                                                                  : 0));
    return s;
}

long signal_set_altstack(struct task *task, const struct linux_stack *stack)
{
    struct linux_stack *s = &task->sig.altstack;
    uint32_t mode = (uint32_t)stack->ss_flags & ~SS_AUTODISARM;

    if (signal_on_altstack(task, cpu_sp(&task->cpu)))
        return -LINUX_EPERM;
    if (mode != LINUX_SS_DISABLE && mode != LINUX_SS_ONSTACK && mode != 0)
        return -LINUX_EINVAL;
    if (mode == LINUX_SS_DISABLE)
        *s = (struct linux_stack){.ss_flags = stack->ss_flags};
    else if (stack->ss_size < LINUX_MINSIGSTKSZ)
        return -LINUX_ENOMEM;
    else
        *s = (struct linux_stack){
            .ss_sp = stack->ss_sp, .ss_flags = stack->ss_flags, .ss_size = stack->ss_size};
    return 0;
}

/* The next signal to act on, and its action; 0 when there is none. */
static int next_signal(struct task *task, struct linux_siginfo *info, struct linux_sigaction *action)
{
    struct signals *s = task->process->signals;
    uint64_t open = ~task->sig.blocked;
    int sig;

    if (!((task->sig.own.set | s->shared.set) & open))
        return 0;
    LOCK_SCOPE(&s->lock);
    sig = signal_dequeue(s, &task->sig.own, open, info);
    if (!sig)
        sig = signal_dequeue(s, &s->shared, open, info);
    if (!sig)
        return 0;
    *action = s->actions[sig - 1];
    /* The host keeps our handler: acting by default is something that we can do as well. */
    if (action->sa_handler > SIGNAL_IGNORE && (action->sa_flags & LINUX_SA_RESETHAND))
        s->actions[sig - 1].sa_handler = SIGNAL_DEFAULT;
    return sig;
}

/* Before the first handler's frame: what the interrupted call returns to the guest, or whether it is made
 * again afterwards. */
static void settle_restart(struct task *task, const struct linux_sigaction *action)
{
    long code = task->restart_code;

    task->restart_code = 0;
    if (!code)
        return;
    if (code == -LINUX_ERESTARTNOINTR ||
        (code == -LINUX_ERESTARTSYS && (action->sa_flags & LINUX_SA_RESTART)))
        cpu_rewind_syscall(&task->cpu);
    else
        cpu_set_result(&task->cpu, -LINUX_EINTR);
}

/* The stack is no place for a frame: that is a fault of its own, and fatal if it is the handling of one. */
static void frame_failed(struct task *task, int sig)
{
    struct linux_siginfo info = {.si_signo = LINUX_SIGSEGV, .si_code = LINUX_SI_KERNEL};

    if (sig == LINUX_SIGSEGV) {
        LOCK_SCOPE(&task->process->signals->lock);
        task->process->signals->actions[sig - 1].sa_handler = SIGNAL_DEFAULT;
    }
    signal_force(task, &info);
}

static void run_handler(struct task *task, const struct linux_sigaction *action,
                        const struct linux_siginfo *info)
{
    struct task_signals *ts = &task->sig;
    uint64_t old = ts->restore_saved_mask ? ts->saved_mask : ts->blocked, mask;

    settle_restart(task, action);
    if (signal_frame_push(task, action, info, old) < 0) {
        frame_failed(task, info->si_signo);
        return;
    }
    ts->restore_saved_mask = false;
    mask = ts->blocked | action->sa_mask;
    if (!(action->sa_flags & LINUX_SA_NODEFER))
        mask |= SIGNAL_BIT(info->si_signo);
    if (mask != ts->blocked)
        signal_set_mask(task, mask);
}

void signal_deliver(struct task *task)
{
    struct linux_siginfo info;
    struct linux_sigaction action;

    signal_drain(task);
    signal_catch_up(task, ~task->sig.blocked);
    while (next_signal(task, &info, &action)) {
        if (unlikely(task->process->tracer))
            trace_signal(task, info.si_signo, info.si_code);
        signal_watches_settle(task->process);
        if (action.sa_handler == SIGNAL_DEFAULT)
            act_by_default(task, &info);
        else if (action.sa_handler != SIGNAL_IGNORE)
            run_handler(task, &action, &info);
        signal_taken(task, info.si_signo);
        signal_drain(task);
    }
    signal_release_held(task);
    if (task->sig.restore_saved_mask) {
        task->sig.restore_saved_mask = false;
        signal_set_mask(task, task->sig.saved_mask);
    }
}
