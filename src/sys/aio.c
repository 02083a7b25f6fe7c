/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous input and output: the host's, whose contexts lie in the process's memory. The C library's side
 * reads their rings without a call, so requests must be the guest's own structures: for the length of
 * io_submit they name the host's descriptors.
 */
#include "abi/aio.h"
#include "sys/io.h"

long sys_io_setup(SYSCALL_PARAMS)
{
    uint64_t context;

    if (user_read(task, &context, a1, sizeof context))
        return -LINUX_EFAULT;
    if (context)
        return -LINUX_EINVAL;
    long r = host_aio_setup((unsigned)a0, &context);
    if (r == 0 && user_write(task, a1, &context, sizeof context)) {
        host_aio_destroy(context);
        return -LINUX_EFAULT;
    }
    return r;
}

long sys_io_destroy(SYSCALL_PARAMS)
{
    return host_aio_destroy(a0);
}

static bool buffers_are_guests(struct task *task, const struct linux_iocb *cb)
{
    struct iov iov;

    switch (cb->aio_lio_opcode) {
    case LINUX_IOCB_CMD_PREAD:
    case LINUX_IOCB_CMD_PWRITE:
        return user_range(task, cb->aio_buf, cb->aio_nbytes);
    case LINUX_IOCB_CMD_PREADV:
    case LINUX_IOCB_CMD_PWRITEV:
        if (iov_load(task, &iov, cb->aio_buf, cb->aio_nbytes) < 0)
            return false;
        iov_free(&iov);
        return true;
    }
    return true;
}

static long submit_one(struct task *task, uint64_t context, uint64_t addr)
{
    struct linux_iocb guest, host;
    uint64_t *pointer = &addr;

    if (user_read(task, &guest, addr, sizeof guest))
        return -LINUX_EFAULT;
    struct file *file cleanup_file = file_get(task, (int)guest.aio_fildes);
    struct file *event cleanup_file = NULL;
    if (!file || file->flags & LINUX_O_PATH)
        return -LINUX_EBADF;
    if (file->host_fd < 0 || file->ops->read || file->ops->write || file->ops->pread || file->ops->pwrite)
        return -LINUX_EINVAL;
    if (!buffers_are_guests(task, &guest))
        return -LINUX_EFAULT;
    host = guest;
    host.aio_fildes = (uint32_t)file->host_fd;
    if (guest.aio_flags & LINUX_IOCB_FLAG_RESFD) {
        event = file_get(task, (int)guest.aio_resfd);
        if (!event)
            return -LINUX_EBADF;
        host.aio_resfd = (uint32_t)event->host_fd;
    }
    if (user_write(task, addr, &host, sizeof host))
        return -LINUX_EFAULT;
    long r = host_aio_submit(context, 1, pointer);
    /* The key, which the host has written, stays. */
    if (user_write(task, addr + offsetof(struct linux_iocb, aio_fildes), &guest.aio_fildes,
                   sizeof guest.aio_fildes) ||
        user_write(task, addr + offsetof(struct linux_iocb, aio_resfd), &guest.aio_resfd,
                   sizeof guest.aio_resfd))
        return -LINUX_EFAULT;
    return r;
}

long sys_io_submit(SYSCALL_PARAMS)
{
    int64_t n = (int64_t)a1;
    long r = 0;

    if (n < 0)
        return -LINUX_EINVAL;
    /* A context that is none is told before anything else, as by a call without requests. */
    if (n == 0)
        return host_aio_submit(a0, 0, NULL);
    for (int64_t i = 0; i < n; i++) {
        uint64_t addr;

        r = user_read(task, &addr, a2 + (uint64_t)i * sizeof addr, sizeof addr) ? -LINUX_EFAULT
                                                                                : submit_one(task, a0, addr);
        if (r < 0)
            return i ? (long)i : r;
    }
    return (long)n;
}

long sys_io_cancel(SYSCALL_PARAMS)
{
    struct linux_io_event result;

    if (!user_range(task, a1, sizeof(struct linux_iocb)))
        return -LINUX_EFAULT;
    long r = host_aio_cancel(a0, a1, &result);
    return r == 0 && user_write(task, a2, &result, sizeof result) ? -LINUX_EFAULT : r;
}

static long get_events(struct task *task, const uint64_t a[5])
{
    struct linux_timespec timeout;

    if (a[4] && user_read(task, &timeout, a[4], sizeof timeout))
        return -LINUX_EFAULT;
    if ((int64_t)a[2] > 0 && a[2] > INT32_MAX)
        return -LINUX_EINVAL;
    void *events = user_range(task, a[3], (int64_t)a[2] > 0 ? a[2] * sizeof(struct linux_io_event) : 0);
    if (!events)
        return -LINUX_EFAULT;
    return host_aio_events(a[0], (int64_t)a[1], (int64_t)a[2], events, a[4] ? &timeout : NULL,
                           task_stop(task));
}

long sys_io_getevents(SYSCALL_PARAMS)
{
    long r = get_events(task, (const uint64_t[]){a0, a1, a2, a3, a4});

    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}

long sys_io_pgetevents(SYSCALL_PARAMS)
{
    struct {
        uint64_t addr, size;
    } mask = {0};

    if (a5 && user_read(task, &mask, a5, sizeof mask))
        return -LINUX_EFAULT;
    long r = mask_install(task, mask.addr, mask.size);
    if (r < 0)
        return r;
    r = get_events(task, (const uint64_t[]){a0, a1, a2, a3, a4});
    mask_restore(task, r == -LINUX_EINTR);
    return r == -LINUX_EINTR ? -LINUX_ERESTARTNOHAND : r;
}
