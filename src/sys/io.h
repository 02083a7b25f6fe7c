/* SPDX-License-Identifier: MIT */
/* What the handlers of descriptor calls share. */
#ifndef CORACLE_SYS_IO_H
#define CORACLE_SYS_IO_H

#include "host/io.h"
#include "kernel/fdtable.h"
#include "kernel/user.h"
#include "kernel/pids.h"
#include "sys/sys.h"

/* What one call transfers at most, as on Linux. */
#define IO_MAX UINT64_C(0x7ffff000)

/* A host call that a signal interrupted goes on after it, unless the guest asked otherwise. */
static inline long restartable(long r)
{
    return r == -LINUX_EINTR ? -LINUX_ERESTARTSYS : r;
}

/* The same for reading and writing: what can never be interrupted goes on in any case. */
long restartable_io(struct file *file, long r);

/* The slow half of the next two. */
uint64_t terminal_mask(struct task *task, struct file *file);
void terminal_unmask(uint64_t set);

/* Around a host call that the host may refuse to the background of a terminal: see sys/terminal.c. */
static inline uint64_t terminal_guard(struct task *task, struct file *file)
{
    return unlikely(task->sig.blocked & SIGNALS_OF_TERMINALS) ? terminal_mask(task, file) : 0;
}

static inline void terminal_unguard(uint64_t set)
{
    if (unlikely(set))
        terminal_unmask(set);
}

/* Guest I/O vector, checked: each range is the guest's. Freed by iov_free. */
struct iov {
    struct linux_iovec *v;
    int n;
    struct linux_iovec local[8];
};

/* 0, -EINVAL, -EFAULT or -ENOMEM. */
must_check long iov_load(struct task *task, struct iov *iov, uint64_t addr, uint64_t n);
void iov_free(struct iov *iov);

/* A new descriptor for a host descriptor; on failure the host descriptor is closed. host_fd < 0: returned as
 * it is. */
long fd_new(struct task *task, const struct file_ops *ops, long host_fd, uint32_t flags, bool cloexec,
            void *data);

/* An ioctl that no kind of file knows better: by the table of what may be passed on, else -ENOTTY. */
long ioctl_host(struct task *task, struct file *file, uint64_t request, uint64_t arg);

/* Timeouts. A negative or unnormalised one gives -EINVAL. addr 0: *present is false. */
must_check long timespec_load(struct task *task, uint64_t addr, struct linux_timespec *ts, bool *present);
void timespec_add(struct linux_timespec *time, const struct linux_timespec *timeout);
/* The deadline on the monotonic clock. */
void timespec_after(struct linux_timespec *deadline, const struct linux_timespec *timeout);
/* What remains until a deadline of the monotonic clock; 0 when it has passed. */
void timespec_remaining(struct linux_timespec *rest, const struct linux_timespec *deadline);

/* The mask of ppoll and its like: installed until the call returns, or until a handler has run. addr 0:
 * nothing. */
must_check long mask_install(struct task *task, uint64_t addr, uint64_t size);
/* After the call; interrupted: the signal's delivery restores the mask. */
void mask_restore(struct task *task, bool interrupted);

#endif
