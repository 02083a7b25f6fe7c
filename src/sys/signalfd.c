/* SPDX-License-Identifier: MIT */
/*
 * signalfd: our queues behind an event descriptor of the host, which is readable while a signal of the set
 * waits for some thread of the process. Reading takes from the queues. A child of a fork has signals of its
 * own, and so an event of its own under the same number; across exec the set travels, and the event is made
 * true again.
 */
#include "host/alloc.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "sys/io.h"

struct signalfd {
    struct signal_watch watch;
    struct signals *signals; /* whose queues are watched; a reference */
    int host_fd;
    bool raised; /* guarded by signals.lock */
};

static void event_lower(struct signalfd *s)
{
    struct linux_pollfd p = {.fd = s->host_fd, .events = LINUX_POLLIN};
    struct linux_timespec none = {0};
    uint64_t count;

    if (s->raised && host_poll(&p, 1, &none, NULL) == 1)
        host_read(s->host_fd, &count, sizeof count, NULL);
    s->raised = false;
}

/* Every arrival counts, for those who wait for edges. */
static void signalfd_notify(struct signal_watch *watch, bool pending)
{
    struct signalfd *s = container_of(watch, struct signalfd, watch);
    const uint64_t one = 1;

    if (!pending) {
        event_lower(s);
        return;
    }
    s->raised = true;
    host_write(s->host_fd, &one, sizeof one, NULL);
}

static void info_convert(const struct linux_siginfo *info, struct linux_signalfd_siginfo *out)
{
    *out = (struct linux_signalfd_siginfo){
        .ssi_signo = (uint32_t)info->si_signo, .ssi_errno = info->si_errno, .ssi_code = info->si_code};
    if (info->si_code == LINUX_SI_TIMER) {
        out->ssi_tid = (uint32_t)info->si_timerid;
        out->ssi_overrun = (uint32_t)info->si_overrun;
        out->ssi_ptr = info->si_value.sival_ptr;
        out->ssi_int = info->si_value.sival_int;
        return;
    }
    if (info->si_code > 0) {
        switch (info->si_signo) {
        case LINUX_SIGSEGV:
        case LINUX_SIGBUS:
        case LINUX_SIGILL:
        case LINUX_SIGFPE:
        case LINUX_SIGTRAP:
            out->ssi_addr = info->si_addr;
            return;
        case LINUX_SIGCHLD:
            out->ssi_pid = (uint32_t)info->si_pid;
            out->ssi_uid = info->si_uid;
            out->ssi_status = info->si_status;
            out->ssi_utime = (uint64_t)info->si_utime;
            out->ssi_stime = (uint64_t)info->si_stime;
            return;
        case LINUX_SIGPOLL:
            out->ssi_band = (uint32_t)info->si_band;
            out->ssi_fd = info->si_fd;
            return;
        }
    }
    out->ssi_pid = (uint32_t)info->si_pid;
    out->ssi_uid = info->si_uid;
    if (info->si_code < 0 && info->si_code != LINUX_SI_TKILL) {
        out->ssi_ptr = info->si_value.sival_ptr;
        out->ssi_int = info->si_value.sival_int;
    }
}

static long signalfd_read(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    struct signalfd *s = file->data;
    struct linux_signalfd_siginfo out;
    struct linux_siginfo info;
    uint64_t set = __atomic_load_n(&s->watch.set, __ATOMIC_RELAXED), done = 0;

    if (n < sizeof out)
        return -LINUX_EINVAL;
    while (n - done >= sizeof out) {
        long r = signal_take(task, set, &info);

        if (r == 0 && done > 0)
            break;
        if (r == 0) {
            long flags = host_fcntl(file->host_fd, LINUX_F_GETFL, 0, NULL);

            if (flags >= 0 && flags & LINUX_O_NONBLOCK)
                return -LINUX_EAGAIN;
            r = signal_wait(task, set, &info, NULL);
            if (r < 0)
                return r;
        }
        info_convert(&info, &out);
        if (user_write(task, buf + done, &out, sizeof out))
            return done ? (long)done : -LINUX_EFAULT;
        done += sizeof out;
    }
    return (long)done;
}

static long signalfd_write(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    (void)task, (void)file, (void)buf, (void)n;
    return -LINUX_EINVAL;
}

static long signalfd_path(struct task *task, struct file *file, char *buf, size_t size)
{
    (void)task, (void)file;
    return (long)str_copy(buf, "anon_inode:[signalfd]", size);
}

static long signalfd_save(struct task *task, struct file *file, void *buf, size_t size)
{
    struct signalfd *s = file->data;

    (void)task;
    if (size < sizeof s->watch.set)
        return -LINUX_ENOSPC;
    memcpy(buf, &s->watch.set, sizeof s->watch.set);
    return sizeof s->watch.set;
}

static void signalfd_release(struct file *file)
{
    struct signalfd *s = file->data;

    signal_watch_remove(s->signals, &s->watch);
    signals_put(s->signals);
    kfree(s);
}

static void signalfd_after_fork(struct task *task, struct file *file)
{
    struct signalfd *s = file->data;
    long flags = host_fcntl(file->host_fd, LINUX_F_GETFL, 0, NULL);
    long fd = host_eventfd(0, flags >= 0 && flags & LINUX_O_NONBLOCK ? LINUX_EFD_NONBLOCK : 0);

    (void)task;
    if (fd < 0)
        return;
    host_dup_to((int)fd, file->host_fd);
    host_close((int)fd);
    s->raised = false;
}

static const struct file_ops file_signalfd_ops = {
    .kind = FILE_SIGNALFD,
    .read = signalfd_read,
    .write = signalfd_write,
    .path = signalfd_path,
    .save = signalfd_save,
    .release = signalfd_release,
    .after_fork = signalfd_after_fork,
};

static struct signalfd *signalfd_new(struct task *task, int host_fd, uint64_t set)
{
    struct signalfd *s = kzalloc(sizeof *s);

    if (!s)
        return NULL;
    s->watch.set = set & ~SIGNALS_UNBLOCKABLE;
    s->watch.notify = signalfd_notify;
    s->host_fd = host_fd;
    s->signals = task->process->signals;
    atomic_fetch_add(&s->signals->refs, 1);
    return s;
}

struct file *file_signalfd_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len);
struct file *file_signalfd_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len)
{
    struct signalfd *s;
    uint64_t set;

    if (len != sizeof set)
        return NULL;
    memcpy(&set, data, sizeof set);
    s = signalfd_new(task, host_fd, set);
    if (!s)
        return NULL;
    struct file *file = file_new(&file_signalfd_ops, host_fd, flags, s);
    if (!file) {
        signals_put(s->signals);
        kfree(s);
        return NULL;
    }
    s->raised = true;
    signal_watch_add(task, &s->watch);
    return file;
}

static long signalfd_change(struct task *task, int fd, uint64_t set)
{
    struct file *file cleanup_file = file_get(task, fd);

    if (!file)
        return -LINUX_EBADF;
    if (file->ops != &file_signalfd_ops)
        return -LINUX_EINVAL;
    struct signalfd *s = file->data;
    signal_watch_change(task, &s->watch, set & ~SIGNALS_UNBLOCKABLE);
    return fd;
}

static long signalfd_make(struct task *task, int fd, uint64_t addr, uint64_t size, uint32_t flags)
{
    uint64_t set;

    if (flags & ~(uint32_t)(LINUX_SFD_CLOEXEC | LINUX_SFD_NONBLOCK))
        return -LINUX_EINVAL;
    if (size != sizeof set)
        return -LINUX_EINVAL;
    if (user_read(task, &set, addr, sizeof set))
        return -LINUX_EFAULT;
    if (fd != -1)
        return signalfd_change(task, fd, set);
    long host = host_eventfd(0, (int)(flags & LINUX_SFD_NONBLOCK));
    if (host < 0)
        return host;
    struct signalfd *s = signalfd_new(task, (int)host, set);
    struct file *file = s ? file_new(&file_signalfd_ops, (int)host, LINUX_O_RDWR, s) : NULL;
    if (!file) {
        if (s)
            signals_put(s->signals);
        kfree(s);
        host_close((int)host);
        return -LINUX_ENOMEM;
    }
    signal_watch_add(task, &s->watch);
    return fd_install(task, file, flags & LINUX_SFD_CLOEXEC, 0);
}

long sys_signalfd(SYSCALL_PARAMS)
{
    return signalfd_make(task, (int)a0, a1, a2, 0);
}

long sys_signalfd4(SYSCALL_PARAMS)
{
    return signalfd_make(task, (int)a0, a1, a2, (uint32_t)a3);
}
