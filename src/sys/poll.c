/* SPDX-License-Identifier: MIT */
/*
 * poll, select and their variants: guest numbers become host descriptors, the host waits.
 *
 * What a signal interrupts is EINTR whenever a handler runs; otherwise the wait goes on with what remains of
 * the timeout.
 */
#include "host/alloc.h"
#include "sys/io.h"

#define LOCAL 16

/* Descriptors handed to the host. */
struct poll_set {
    unsigned n;
    bool ready;               /* something is known to be ready without asking */
    struct linux_pollfd *fds; /* host descriptors */
    struct file **held;       /* references to give back; NULL where none was needed */
    struct linux_pollfd local_fds[LOCAL];
    struct file *local_held[LOCAL];
};

static bool set_init(struct poll_set *set, size_t capacity)
{
    set->n = 0;
    set->ready = false;
    set->fds = set->local_fds;
    set->held = set->local_held;
    if (capacity <= LOCAL)
        return true;
    char *block = kmalloc(capacity * (sizeof(*set->fds) + sizeof(*set->held)));
    if (!block)
        return false;
    set->held = (struct file **)block;
    set->fds = (struct linux_pollfd *)(block + capacity * sizeof(*set->held));
    return true;
}

static void set_free(struct poll_set *set)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->held[i])
            file_put(set->held[i]);
    if (set->held != set->local_held)
        kfree(set->held);
}

/* Adds a descriptor; false when it is not open (the entry is there, and ready with POLLNVAL). */
static bool set_add(struct task *task, struct poll_set *set, int fd, int16_t events)
{
    struct linux_pollfd *p = &set->fds[set->n];
    bool counted = false;
    struct file *file = fd >= 0 ? file_borrow(task, fd, &counted) : NULL;

    *p = (struct linux_pollfd){.fd = -1, .events = events};
    set->held[set->n++] = counted ? file : NULL;
    if (fd < 0)
        return true;
    if (!file || file->flags & LINUX_O_PATH) {
        p->revents = LINUX_POLLNVAL;
        set->ready = true;
        return false;
    }
    if (file->host_fd >= 0) {
        p->fd = file->host_fd;
        return true;
    }
    /* Content of ours is always there. */
    p->revents = events & (LINUX_POLLIN | LINUX_POLLOUT | LINUX_POLLRDNORM | LINUX_POLLWRNORM);
    if (p->revents)
        set->ready = true;
    return true;
}

/* Waits for one of the host descriptors, unless something is ready already. 0, or a negative errno. */
static long set_wait(struct task *task, struct poll_set *set, struct linux_timespec *timeout)
{
    struct linux_timespec zero = {0};
    long r = host_poll(set->fds, set->n, set->ready ? &zero : timeout, task_stop(task));

    return r > 0 || (r == -LINUX_EINTR && set->ready) ? 0 : r;
}

/* Guest pollfds at addr; timeout NULL: for ever. */
static long poll_guest(struct task *task, uint64_t addr, uint64_t n, struct linux_timespec *timeout)
{
    struct linux_pollfd local[LOCAL], *guest = local;
    struct poll_set set;
    long r = -LINUX_ENOMEM;

    if (n > fd_limit(task) || n > INT32_MAX)
        return -LINUX_EINVAL;
    if (n > LOCAL) {
        guest = kmalloc(n * sizeof(*guest));
        if (!guest)
            return -LINUX_ENOMEM;
    }
    if (!set_init(&set, n))
        goto out;
    r = -LINUX_EFAULT;
    if (n && user_read(task, guest, addr, n * sizeof(*guest)))
        goto out_set;
    for (uint64_t i = 0; i < n; i++) {
        set_add(task, &set, guest[i].fd, guest[i].events);
        guest[i].revents = set.fds[i].revents;
    }
    r = set_wait(task, &set, timeout);
    if (r < 0)
        goto out_set;
    for (uint64_t i = 0; i < n; i++) {
        if (set.fds[i].fd >= 0)
            guest[i].revents = set.fds[i].revents;
        r += guest[i].revents != 0;
    }
    if (n && user_write(task, addr, guest, n * sizeof(*guest)))
        r = -LINUX_EFAULT;
out_set:
    set_free(&set);
out:
    if (guest != local)
        kfree(guest);
    return r;
}

static long poll_until(struct task *task, bool timed, const struct linux_timespec *deadline);

static long poll_restart(struct task *task)
{
    struct linux_timespec deadline = {(int64_t)task->restart_data[1], (int64_t)task->restart_data[2]};

    return poll_until(task, task->restart_data[0], &deadline);
}

/* poll(2) with the arguments of the call being served. */
static long poll_until(struct task *task, bool timed, const struct linux_timespec *deadline)
{
    struct linux_timespec rest;

    if (timed)
        timespec_remaining(&rest, deadline);
    long r = poll_guest(task, task->syscall_args[0], (uint32_t)task->syscall_args[1], timed ? &rest : NULL);
    if (r != -LINUX_EINTR)
        return r;
    task->restart = poll_restart;
    task->restart_data[0] = timed;
    task->restart_data[1] = timed ? (uint64_t)deadline->tv_sec : 0;
    task->restart_data[2] = timed ? (uint64_t)deadline->tv_nsec : 0;
    return -LINUX_ERESTART_RESTARTBLOCK;
}

long sys_poll(SYSCALL_PARAMS)
{
    int ms = (int)a2;
    struct linux_timespec timeout = {ms / 1000, ms % 1000 * INT64_C(1000000)}, deadline;

    if (ms == 0) {
        long r = poll_guest(task, a0, (uint32_t)a1, &timeout);
        return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
    }
    if (ms > 0)
        timespec_after(&deadline, &timeout);
    return poll_until(task, ms > 0, &deadline);
}

/* What remains of a timeout goes back to the guest; a bad address is no error at this point. */
static void timeout_store(struct task *task, uint64_t addr, const struct linux_timespec *deadline, bool micro)
{
    struct linux_timespec rest;

    timespec_remaining(&rest, deadline);
    if (micro)
        rest.tv_nsec /= 1000;
    if (user_write(task, addr, &rest, sizeof(rest)))
        return;
}

long sys_ppoll(SYSCALL_PARAMS)
{
    struct linux_timespec timeout, deadline;
    bool timed;
    long r = timespec_load(task, a2, &timeout, &timed);

    if (r < 0)
        return r;
    if (timed)
        timespec_after(&deadline, &timeout);
    r = mask_install(task, a3, a4);
    if (r < 0)
        return r;
    r = poll_guest(task, a0, (uint32_t)a1, timed ? &timeout : NULL);
    mask_restore(task, r == -LINUX_EINTR);
    if (timed)
        timeout_store(task, a2, &deadline, false);
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

/* --- select --- */

#define IN_SET  (LINUX_POLLRDNORM | LINUX_POLLRDBAND | LINUX_POLLIN | LINUX_POLLHUP | LINUX_POLLERR)
#define OUT_SET (LINUX_POLLWRBAND | LINUX_POLLWRNORM | LINUX_POLLOUT | LINUX_POLLERR)
#define EX_SET  LINUX_POLLPRI

static const int16_t select_events[3] = {
    LINUX_POLLIN | LINUX_POLLRDNORM | LINUX_POLLRDBAND,
    LINUX_POLLOUT | LINUX_POLLWRNORM | LINUX_POLLWRBAND,
    LINUX_POLLPRI,
};
static const int16_t select_ready[3] = {IN_SET, OUT_SET, EX_SET};

/* sets: guest addresses of the three sets, 0 where there is none. */
static long select_guest(struct task *task, int n, const uint64_t sets[3], struct linux_timespec *timeout)
{
    struct poll_set set;
    uint64_t local[3][4], *bits[3] = {local[0], local[1], local[2]};
    int size = atomic_load_explicit(&task->files->slots, memory_order_acquire)->size;
    uint64_t *block = NULL;
    unsigned count = 0;

    if (n < 0)
        return -LINUX_EINVAL;
    n = MIN(n, size);
    size_t words = ((size_t)n + 63) / 64;
    if (words > ARRAY_SIZE(local[0])) {
        block = kmalloc(3 * words * sizeof(uint64_t));
        if (!block)
            return -LINUX_ENOMEM;
        for (int s = 0; s < 3; s++)
            bits[s] = block + (size_t)s * words;
    }
    long r = -LINUX_EFAULT;
    for (int s = 0; s < 3; s++) {
        memset(bits[s], 0, words * sizeof(uint64_t));
        if (sets[s] && words && user_read(task, bits[s], sets[s], words * sizeof(uint64_t)))
            goto out;
    }
    for (size_t w = 0; w < words; w++) {
        uint64_t any = bits[0][w] | bits[1][w] | bits[2][w];

        if (w == words - 1 && n % 64)
            any &= (UINT64_C(1) << (n % 64)) - 1;
        for (; any; any &= any - 1)
            count++;
    }
    r = -LINUX_ENOMEM;
    if (!set_init(&set, count))
        goto out;
    for (int fd = 0; fd < n; fd++) {
        uint64_t bit = UINT64_C(1) << (fd % 64);
        int16_t events = 0;

        for (int s = 0; s < 3; s++)
            if (bits[s][fd / 64] & bit)
                events |= select_events[s];
        if (!events)
            continue;
        r = -LINUX_EBADF;
        if (!set_add(task, &set, fd, events))
            goto out_set;
    }
    r = set_wait(task, &set, timeout);
    if (r < 0)
        goto out_set;
    for (int fd = 0, i = 0; fd < n; fd++) {
        uint64_t bit = UINT64_C(1) << (fd % 64);
        int w = fd / 64;

        if (!((bits[0][w] | bits[1][w] | bits[2][w]) & bit))
            continue;
        /* The host clears revents of entries that it skips; those are ready for all that was asked. */
        const struct linux_pollfd *p = &set.fds[i++];
        int16_t revents = p->fd >= 0 ? p->revents : p->events;
        for (int s = 0; s < 3; s++) {
            if (!(bits[s][w] & bit))
                continue;
            if (revents & select_ready[s])
                r++;
            else
                bits[s][w] &= ~bit;
        }
    }
    for (int s = 0; s < 3; s++) {
        if (words && n % 64)
            bits[s][words - 1] &= (UINT64_C(1) << (n % 64)) - 1;
        if (sets[s] && words && user_write(task, sets[s], bits[s], words * sizeof(uint64_t)))
            r = -LINUX_EFAULT;
    }
out_set:
    set_free(&set);
out:
    kfree(block);
    return r;
}

long sys_select(SYSCALL_PARAMS)
{
    struct linux_timespec timeout, deadline;
    struct linux_timeval tv;

    if (a4) {
        if (user_read(task, &tv, a4, sizeof(tv)))
            return -LINUX_EFAULT;
        if (tv.tv_sec < 0 || tv.tv_usec < 0)
            return -LINUX_EINVAL;
        timeout = (struct linux_timespec){tv.tv_sec + tv.tv_usec / 1000000, tv.tv_usec % 1000000 * 1000};
        timespec_after(&deadline, &timeout);
    }
    long r = select_guest(task, (int)a0, (const uint64_t[]){a1, a2, a3}, a4 ? &timeout : NULL);
    if (a4)
        timeout_store(task, a4, &deadline, true);
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

long sys_pselect6(SYSCALL_PARAMS)
{
    struct linux_timespec timeout, deadline;
    struct {
        uint64_t addr, size;
    } mask = {0};
    bool timed;
    long r = timespec_load(task, a4, &timeout, &timed);

    if (r < 0)
        return r;
    if (timed)
        timespec_after(&deadline, &timeout);
    if (a5 && user_read(task, &mask, a5, sizeof(mask)))
        return -LINUX_EFAULT;
    r = mask_install(task, mask.addr, mask.size);
    if (r < 0)
        return r;
    r = select_guest(task, (int)a0, (const uint64_t[]){a1, a2, a3}, timed ? &timeout : NULL);
    mask_restore(task, r == -LINUX_EINTR);
    if (timed)
        timeout_store(task, a4, &deadline, false);
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}
