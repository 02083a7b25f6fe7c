/* SPDX-License-Identifier: MIT */
/*
 * epoll: the host's, on host descriptors; the guest's 64 bits of data pass through untouched.
 *
 * Linux tells registrations apart by description and number. Guest numbers that share a description share our
 * host descriptor, too, so the second of them is registered by a duplicate. An epoll that came from another
 * process knows no numbers, and takes the plain way.
 */
#include "host/alloc.h"
#include "sys/io.h"

/* What is registered for a guest descriptor. */
struct watch {
    int host;   /* the host descriptor, + 1; 0: nothing */
    int origin; /* that of the file; the same, or the one that host is a duplicate of */
};

struct epoll {
    struct lock lock;
    int size;
    struct watch *watches; /* by guest descriptor; guarded by lock */
};

static void epoll_release(struct file *file)
{
    struct epoll *ep = file->data;

    if (!ep)
        return;
    kfree(ep->watches);
    kfree(ep);
}

const struct file_ops file_epoll_ops = {.kind = FILE_EPOLL, .release = epoll_release};

static long epoll_new(struct task *task, bool cloexec)
{
    long fd = host_epoll();

    if (fd < 0)
        return fd;
    return fd_new(task, &file_epoll_ops, fd, LINUX_O_RDWR, cloexec, kzalloc(sizeof(struct epoll)));
}

long sys_epoll_create(SYSCALL_PARAMS)
{
    return (int)a0 <= 0 ? -LINUX_EINVAL : epoll_new(task, false);
}

long sys_epoll_create1(SYSCALL_PARAMS)
{
    return (uint32_t)a0 & ~(uint32_t)LINUX_EPOLL_CLOEXEC ? -LINUX_EINVAL
                                                         : epoll_new(task, a0 & LINUX_EPOLL_CLOEXEC);
}

/* The slot of a guest descriptor; NULL when memory is out. Called with the lock held. */
static struct watch *watch_of(struct epoll *ep, int fd)
{
    if (fd >= ep->size) {
        int size = MAX(64, ep->size);

        while (size <= fd)
            size *= 2;
        struct watch *bigger = krealloc(ep->watches, (size_t)size * sizeof(*bigger));
        if (!bigger)
            return NULL;
        memset(bigger + ep->size, 0, (size_t)(size - ep->size) * sizeof(*bigger));
        ep->watches = bigger;
        ep->size = size;
    }
    return &ep->watches[fd];
}

static long control(struct file *epoll, int op, int fd, struct file *target,
                    const struct linux_epoll_event_x86_64 *event)
{
    struct epoll *ep = epoll->data;
    int host_fd = target->host_fd;

    if (host_fd < 0)
        return -LINUX_EPERM;
    if (!ep)
        return host_epoll_control(epoll->host_fd, op, host_fd, event);
    LOCK_SCOPE(&ep->lock);
    struct watch *watch = watch_of(ep, fd);
    if (!watch)
        return -LINUX_ENOMEM;
    if (op == LINUX_EPOLL_CTL_ADD) {
        long r = host_epoll_control(epoll->host_fd, op, host_fd, event);

        if (r == -LINUX_EEXIST && !(watch->host && watch->origin == host_fd)) {
            host_fd = (int)host_dup(host_fd, 0);
            if (host_fd < 0)
                return host_fd;
            r = host_epoll_control(epoll->host_fd, op, host_fd, event);
            if (r < 0)
                host_close(host_fd);
        }
        if (r == 0)
            *watch = (struct watch){host_fd + 1, target->host_fd};
        return r;
    }
    bool is_duplicate = watch->host && watch->host - 1 != host_fd && watch->origin == host_fd;
    long r = host_epoll_control(epoll->host_fd, op, is_duplicate ? watch->host - 1 : host_fd, event);
    if (op == LINUX_EPOLL_CTL_DEL && r == 0) {
        if (is_duplicate)
            host_close(watch->host - 1);
        watch->host = 0;
    }
    return r;
}

long sys_epoll_ctl(SYSCALL_PARAMS)
{
    struct linux_epoll_event_x86_64 event = {0};
    int op = (int)a1;

    if (op != LINUX_EPOLL_CTL_DEL) {
        enum abi_arch arch = task->cpu.arch;
        uint32_t events;
        uint64_t data;
        char raw[16];

        if (user_read(task, raw, a3, abi_epoll_event_size(arch)))
            return -LINUX_EFAULT;
        abi_epoll_event_load(arch, raw, &events, &data);
        event.events = events;
        event.data = data;
    }
    struct file *epoll cleanup_file = file_get(task, (int)a0);
    struct file *target cleanup_file = file_get(task, (int)a2);
    if (!epoll || !target || target->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    if (epoll == target || epoll->ops->kind != FILE_EPOLL)
        return -LINUX_EINVAL;
    if (op != LINUX_EPOLL_CTL_ADD && op != LINUX_EPOLL_CTL_DEL && op != LINUX_EPOLL_CTL_MOD)
        return -LINUX_EINVAL;
    return control(epoll, op, (int)a2, target, &event);
}

#define BOUNCE 64

/* Events to guest memory: directly where the layout is the canonical one. */
static long wait_events(struct task *task, int host_fd, uint64_t addr, int max,
                        const struct linux_timespec *timeout)
{
    enum abi_arch arch = task->cpu.arch;
    size_t size = abi_epoll_event_size(arch);

    if (max <= 0 || (uint64_t)max > INT32_MAX / size)
        return -LINUX_EINVAL;
    void *guest = user_range(task, addr, (uint64_t)max * size);
    if (!guest)
        return -LINUX_EFAULT;
    if (arch == ABI_X86_64)
        return host_epoll_wait(host_fd, guest, max, timeout, task_stop(task));
    struct linux_epoll_event_x86_64 events[BOUNCE];
    long n = host_epoll_wait(host_fd, events, MIN(max, BOUNCE), timeout, task_stop(task));
    for (long i = 0; i < n; i++) {
        char raw[16];

        abi_epoll_event_store(arch, raw, events[i].events, events[i].data);
        if (user_write(task, addr + (uint64_t)i * size, raw, size))
            return -LINUX_EFAULT;
    }
    return n;
}

static long epoll_until(struct task *task, uint64_t mask, bool timed, const struct linux_timespec *deadline);

static long epoll_restart(struct task *task)
{
    struct linux_timespec deadline = {(int64_t)task->restart_data[1], (int64_t)task->restart_data[2]};

    return epoll_until(task, task->restart_data[3], task->restart_data[0], &deadline);
}

/* Waits with the arguments of the call being served. mask: guest address, 0: none. */
static long epoll_until(struct task *task, uint64_t mask, bool timed, const struct linux_timespec *deadline)
{
    const uint64_t *a = task->syscall_args;
    struct linux_timespec rest;
    bool counted;
    struct file *epoll = file_borrow(task, (int)a[0], &counted);
    long r;

    if (!epoll)
        return -LINUX_EBADF;
    if (epoll->ops->kind != FILE_EPOLL) {
        file_return(epoll, counted);
        return -LINUX_EINVAL;
    }
    r = mask_install(task, mask, mask ? a[5] : 0);
    if (r == 0) {
        if (timed)
            timespec_remaining(&rest, deadline);
        r = wait_events(task, epoll->host_fd, a[1], (int)a[2], timed ? &rest : NULL);
        mask_restore(task, r == -LINUX_EINTR);
    }
    file_return(epoll, counted);
    if (r != -LINUX_EINTR)
        return r;
    task->restart = epoll_restart;
    task->restart_data[0] = timed;
    task->restart_data[1] = timed ? (uint64_t)deadline->tv_sec : 0;
    task->restart_data[2] = timed ? (uint64_t)deadline->tv_nsec : 0;
    task->restart_data[3] = mask;
    return -LINUX_ERESTART_RESTARTBLOCK;
}

static long epoll_milliseconds(struct task *task, uint64_t mask, int ms)
{
    struct linux_timespec timeout = {ms / 1000, ms % 1000 * INT64_C(1000000)}, deadline = {0};

    /* A wait of 0 has a deadline that has passed. */
    if (ms > 0)
        timespec_after(&deadline, &timeout);
    return epoll_until(task, mask, ms >= 0, &deadline);
}

long sys_epoll_wait(SYSCALL_PARAMS)
{
    return epoll_milliseconds(task, 0, (int)a3);
}

long sys_epoll_pwait(SYSCALL_PARAMS)
{
    return epoll_milliseconds(task, a4, (int)a3);
}

long sys_epoll_pwait2(SYSCALL_PARAMS)
{
    struct linux_timespec timeout, deadline = {0};
    bool timed;
    long r = timespec_load(task, a3, &timeout, &timed);

    if (r < 0)
        return r;
    if (timed)
        timespec_after(&deadline, &timeout);
    return epoll_until(task, a4, timed, &deadline);
}
