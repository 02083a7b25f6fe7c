/* SPDX-License-Identifier: MIT */
/* Reading and writing by descriptor. */
#include "host/alloc.h"
#include "sys/io.h"

#define IOV_MAX 1024

long sys_read(SYSCALL_PARAMS)
{
    bool counted;
    struct file *file = file_borrow(task, (int)a0, &counted);
    uint64_t n = MIN(a2, IO_MAX);
    long r;

    if (unlikely(!file))
        return -LINUX_EBADF;
    if (file->ops->read) {
        r = file->ops->read(task, file, a1, n);
    } else {
        void *buf = user_range(task, a1, n);
        uint64_t guard = terminal_guard(task, file);
        r = buf ? restartable_io(file, host_read(file->host_fd, buf, n, task_stop(task))) : -LINUX_EFAULT;
        terminal_unguard(guard);
    }
    file_return(file, counted);
    return r;
}

long sys_write(SYSCALL_PARAMS)
{
    bool counted;
    struct file *file = file_borrow(task, (int)a0, &counted);
    uint64_t n = MIN(a2, IO_MAX);
    long r;

    if (unlikely(!file))
        return -LINUX_EBADF;
    if (file->ops->write) {
        r = file->ops->write(task, file, a1, n);
    } else {
        void *buf = user_range(task, a1, n);
        uint64_t guard = terminal_guard(task, file);
        r = buf ? restartable_io(file, host_write(file->host_fd, buf, n, task_stop(task))) : -LINUX_EFAULT;
        terminal_unguard(guard);
    }
    file_return(file, counted);
    return r;
}

long sys_pread64(SYSCALL_PARAMS)
{
    bool counted;
    struct file *file = file_borrow(task, (int)a0, &counted);
    uint64_t n = MIN(a2, IO_MAX);
    long r;

    if (unlikely(!file))
        return -LINUX_EBADF;
    if (file->ops->pread) {
        r = (int64_t)a3 < 0 ? -LINUX_EINVAL : file->ops->pread(task, file, a1, n, (int64_t)a3);
    } else {
        void *buf = user_range(task, a1, n);
        r = buf ? host_pread(file->host_fd, buf, n, (int64_t)a3) : -LINUX_EFAULT;
    }
    file_return(file, counted);
    return r;
}

long sys_pwrite64(SYSCALL_PARAMS)
{
    bool counted;
    struct file *file = file_borrow(task, (int)a0, &counted);
    uint64_t n = MIN(a2, IO_MAX);
    long r;

    if (unlikely(!file))
        return -LINUX_EBADF;
    if (file->ops->pwrite) {
        r = (int64_t)a3 < 0 ? -LINUX_EINVAL : file->ops->pwrite(task, file, a1, n, (int64_t)a3);
    } else {
        void *buf = user_range(task, a1, n);
        r = buf ? host_pwrite(file->host_fd, buf, n, (int64_t)a3) : -LINUX_EFAULT;
    }
    file_return(file, counted);
    return r;
}

long sys_lseek(SYSCALL_PARAMS)
{
    bool counted;
    struct file *file = file_borrow(task, (int)a0, &counted);
    long r;

    if (unlikely(!file))
        return -LINUX_EBADF;
    r = file->ops->lseek ? file->ops->lseek(task, file, (int64_t)a1, (int)a2)
                         : host_lseek(file->host_fd, (int64_t)a1, (int)a2);
    file_return(file, counted);
    return r;
}

long iov_load(struct task *task, struct iov *iov, uint64_t addr, uint64_t n)
{
    uint64_t total = 0;
    long error = -LINUX_EFAULT;

    iov->v = iov->local;
    if (n > IOV_MAX)
        return -LINUX_EINVAL;
    iov->n = (int)n;
    if (n > ARRAY_SIZE(iov->local)) {
        iov->v = kmalloc(n * sizeof(*iov->v));
        if (!iov->v)
            return -LINUX_ENOMEM;
    }
    if (n && user_read(task, iov->v, addr, n * sizeof(*iov->v)))
        goto fail;
    for (uint64_t i = 0; i < n; i++) {
        struct linux_iovec *v = &iov->v[i];

        if ((int64_t)v->iov_len < 0) {
            error = -LINUX_EINVAL;
            goto fail;
        }
        v->iov_len = MIN(v->iov_len, IO_MAX - total);
        if (!user_range(task, v->iov_base, v->iov_len))
            goto fail;
        total += v->iov_len;
    }
    return 0;
fail:
    iov_free(iov);
    return error;
}

void iov_free(struct iov *iov)
{
    if (iov->v != iov->local)
        kfree(iov->v);
    iov->v = iov->local;
}

/* Files with content of ours know single buffers only: the vector is served piece by piece, as long as the
 * pieces are full. */
static long each_piece(struct task *task, struct file *file, const struct iov *iov, int64_t offset,
                       bool write)
{
    long total = 0;

    for (int i = 0; i < iov->n; i++) {
        uint64_t base = iov->v[i].iov_base, len = iov->v[i].iov_len;
        const struct file_ops *ops = file->ops;
        long r;

        if (!len)
            continue;
        if (offset >= 0)
            r = write ? ops->pwrite(task, file, base, len, offset + total)
                      : ops->pread(task, file, base, len, offset + total);
        else
            r = write ? ops->write(task, file, base, len) : ops->read(task, file, base, len);
        if (r < 0)
            return total ? total : r;
        total += r;
        if ((uint64_t)r < len)
            break;
    }
    return total;
}

/* offset -1: the file's own. */
static long vector_io(struct task *task, int fd, uint64_t addr, uint64_t n, int64_t offset, int flags,
                      bool write)
{
    bool counted;
    struct file *file = file_borrow(task, fd, &counted);
    struct iov iov;

    if (!file)
        return -LINUX_EBADF;
    long r = iov_load(task, &iov, addr, n);
    if (r == 0) {
        const struct file_ops *ops = file->ops;
        bool ours = offset >= 0 ? (write ? ops->pwrite != NULL : ops->pread != NULL)
                                : (write ? ops->write != NULL : ops->read != NULL);

        if (ours)
            r = flags & ~LINUX_RWF_HIPRI ? -LINUX_EOPNOTSUPP : each_piece(task, file, &iov, offset, write);
        else if (offset < 0 && !flags) {
            uint64_t guard = terminal_guard(task, file);

            r = write ? host_writev(file->host_fd, iov.v, iov.n, task_stop(task))
                      : host_readv(file->host_fd, iov.v, iov.n, task_stop(task));
            terminal_unguard(guard);
        } else
            r = write ? host_pwritev2(file->host_fd, iov.v, iov.n, offset, flags, task_stop(task))
                      : host_preadv2(file->host_fd, iov.v, iov.n, offset, flags, task_stop(task));
        iov_free(&iov);
    }
    r = restartable_io(file, r);
    file_return(file, counted);
    return r;
}

long sys_readv(SYSCALL_PARAMS)
{
    return vector_io(task, (int)a0, a1, a2, -1, 0, false);
}

long sys_writev(SYSCALL_PARAMS)
{
    return vector_io(task, (int)a0, a1, a2, -1, 0, true);
}

long sys_preadv(SYSCALL_PARAMS)
{
    return (int64_t)a3 < 0 ? -LINUX_EINVAL : vector_io(task, (int)a0, a1, a2, (int64_t)a3, 0, false);
}

long sys_pwritev(SYSCALL_PARAMS)
{
    return (int64_t)a3 < 0 ? -LINUX_EINVAL : vector_io(task, (int)a0, a1, a2, (int64_t)a3, 0, true);
}

long sys_preadv2(SYSCALL_PARAMS)
{
    return (int64_t)a3 < -1 ? -LINUX_EINVAL : vector_io(task, (int)a0, a1, a2, (int64_t)a3, (int)a5, false);
}

long sys_pwritev2(SYSCALL_PARAMS)
{
    return (int64_t)a3 < -1 ? -LINUX_EINVAL : vector_io(task, (int)a0, a1, a2, (int64_t)a3, (int)a5, true);
}
