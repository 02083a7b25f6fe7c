/* SPDX-License-Identifier: MIT */
/*
 * The objects of a guest process: task (a thread), process (what its threads share), mm (its memory).
 *
 * One host process normally holds one guest process, but after a vfork the child lives in its parent's memory
 * until it execs: nothing may assume one process per address space. Everything is reached from the current
 * task, never from a global.
 *
 * Lock order, outermost first:
 *   process.lock > mm.lock > fdtable.lock > fs_context.lock > signals.lock > allocator
 * A lock is never held across a blocking host call, except as noted. Fork takes them all (kernel/fork.c).
 */
#ifndef CORACLE_TASK_H
#define CORACLE_TASK_H

#include "base/base.h"
#include "base/list.h"
#include "engine/engine.h"
#include "kernel/crash.h"
#include "host/lock.h"
#include "kernel/signal.h"

struct file;
struct fdtable;
struct fs_context;
struct container_spec;
struct tracer;
struct pid_table;
struct seccomp;

/* Credentials as the guest sees them. Immutable once published in a task: changed by replacing (cred_dup). */
struct cred {
    _Atomic uint32_t refs;
    uint32_t uid, euid, suid, fsuid;
    uint32_t gid, egid, sgid, fsgid;
    uint64_t cap_permitted, cap_effective, cap_inheritable, cap_bounding, cap_ambient;
    uint32_t securebits;
    uint32_t ngroups;
    uint32_t groups[];
};

/* The memory of a process. */
struct mm {
    _Atomic uint32_t refs;
    struct lock lock;        /* guards everything below, and every change of the mapping */
    uint64_t brk_start, brk; /* the heap that brk(2) moves */
    uint64_t stack_top;      /* the highest address of the initial stack */
    uint64_t arg_start, arg_end, env_start, env_end;
    uint64_t vdso; /* where our vDSO image is; 0: none */
    uint64_t vdso_len;
    uint64_t exe_start, exe_end; /* the program's image */
    uint64_t entry;
    uint64_t auxv[64]; /* what /proc/self/auxv shows, pairs, ends with AT_NULL */
};

/* What the threads of a guest process share. */
struct process {
    struct lock lock;        /* guards the fields of this group */
    struct list tasks;       /* task.in_process */
    _Atomic uint32_t ntasks; /* changed under lock; exec sleeps on it */
    struct list ended;       /* tasks whose host threads are ending or have ended (clone.c) */
    struct mm *mm;
    struct fdtable *files;   /* NULL in tasks with a table of their own: use task->files */
    struct signals *signals; /* dispositions and the shared queue */
    int pid;                 /* thread group id in the container's pid namespace */
    int host_pid;
    int ppid;                 /* at start; the present one is asked for (it may have died) */
    _Atomic uint32_t exiting; /* 1 + (status << 8 | signal) once exit_group or a fatal signal has begun */
    struct linux_rlimit64 rlimits[16]; /* guarded by lock */
    struct file *exe;                  /* the program's file */
    char exe_path[4096];               /* its guest path, for /proc/self/exe */
    char comm[16];
    uint32_t personality;
    bool dumpable, no_new_privs, child_subreaper;
    bool debug;                  /* crash reports are wanted */
    int supervisor_fd;           /* the container's line to the supervisor; -1: none */
    int lifeline_fd;             /* by which the supervisor's end is ours; -1: none */
    struct lock supervisor_lock; /* guards the next two lines; held while an answer is waited for */
    uint32_t supervisor_serial;
    int reserved_next, reserved_count, reserve_size; /* numbers for children and threads to be */
    const struct container_spec *spec;               /* mapped read-only, for the life of the container */
    struct tracer *tracer;                           /* NULL: system calls are not traced */
    const struct pid_table *pids; /* the container's numbers; NULL: guest numbers are the host's */
    char *sysroot; /* host path below which the guest's files lie, without a spec; NULL: the host's own */
    int kernel_fd, spec_fd, pids_fd; /* what exec hands on; -1: none */
    void *exec_scratch; /* memory of an exec under way; a process in place cannot free it itself */
    size_t exec_scratch_size;
    bool in_place; /* a vfork child that lives in its parent's memory */
    _Atomic uint32_t *vfork_done;
};

/* One guest thread. The cpu stands first: the engines find the task by it. */
struct task {
    struct cpu cpu;
    const struct engine *engine;
    struct process *process;
    struct list in_process; /* process.tasks */
    struct fdtable *files;
    struct fs_context *fs; /* root, cwd, umask */
    struct cred *cred;
    int tid; /* in the container's pid namespace */
    int host_tid;
    uint64_t clear_child_tid; /* guest address; 0: none */
    uint64_t robust_list, robust_list_len;
    uint64_t rseq; /* the area that the host writes to (sys/rseq.c); 0: none */
    uint32_t rseq_len, rseq_sig;
    char comm[16];
    long restart_code; /* -LINUX_ERESTART* of the call being served, until it is decided what becomes of it;
                          else 0 */
    long (*restart)(struct task *); /* for restart_syscall after -ERESTART_RESTARTBLOCK */
    uint64_t restart_data[6];
    uint64_t syscall_args[6]; /* of the system call that is being served */
    uint64_t trace_start;
    int timer_slack;
    const struct seccomp *seccomp; /* the guest's own filters; NULL: none */
    bool registers_set;            /* the system call has set all registers itself: there is no result */
    bool dead;
    /* What a fork copies should lie on one page: the large parts come last. */
    struct task_signals sig;
    struct crash_calls recent; /* kept when process.debug */
};

/*
 * The memory of a task: one block, aligned to its size, so that a signal handler finds the task from its
 * stack pointer. From low to high: guard page, kernel stack, guard page, signal stack, struct task.
 */
#define TASK_AREA_SIZE           UINT64_C(0x20000)
#define TASK_STRUCT_SPACE        UINT64_C(0x2000)
#define TASK_ALTSTACK            UINT64_C(0xc000)
#define TASK_KSTACK_TOP(area)    ((area) + TASK_AREA_SIZE - TASK_STRUCT_SPACE - TASK_ALTSTACK - 0x1000)
#define TASK_ALTSTACK_BASE(area) ((area) + TASK_AREA_SIZE - TASK_STRUCT_SPACE - TASK_ALTSTACK)
#define TASK_STRUCT(area)        ((struct task *)((area) + TASK_AREA_SIZE - TASK_STRUCT_SPACE))

/* The task whose kernel or signal stack holds the address. */
static inline struct task *task_of_stack(const void *sp)
{
    return TASK_STRUCT(ALIGN_DOWN((uint64_t)(uintptr_t)sp, TASK_AREA_SIZE));
}

/* The current task, when on its kernel or signal stack. */
static inline struct task *task_current(void)
{
    return task_of_stack(__builtin_frame_address(0));
}

/* What a host function that may block watches, so that a signal interrupts it. */
static inline host_stop task_stop(struct task *task)
{
    return (host_stop)&task->cpu.work;
}

/* A new task area with a zeroed struct task; NULL when memory is out. */
struct task *task_alloc(void);
/* Gives the area back; the host thread must no longer run on it. */
void task_free(struct task *task);
/* Around the host's fork. */
void task_cache_lock(void);
void task_cache_unlock(void);

/* The kernel's loop: runs the guest until the task exits. */
noreturn_fn void task_run(struct task *task);

/* Asks every other task of the process to come to the kernel and look (work bits are added to theirs). */
void process_kick_others(struct task *task, uint32_t work);
/* Adds work bits to a task, and interrupts it if it runs guest code or waits. */
void task_kick(struct task *task, uint32_t work);

/* Ends the whole process: status as for wait(2) (code << 8, or a signal number, | 0x80 for a core). */
noreturn_fn void process_exit(struct task *task, int wait_status);

/* Serves one system call (table lookup, tracing, restart rules); the result is in the registers afterwards.
 */
void syscall_dispatch(struct task *task);

#endif
