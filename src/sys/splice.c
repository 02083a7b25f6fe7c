/* SPDX-License-Identifier: MIT */
/* Copies between descriptors that need not pass through the guest. Content of ours has no host descriptor to
 * copy from: EINVAL. */
#include "sys/io.h"

/* An offset in guest memory; addr 0: the file's own. */
struct offset {
    uint64_t addr;
    int64_t value;
};

static long offset_load(struct task *task, struct offset *o, uint64_t addr)
{
    o->addr = addr;
    return addr && user_read(task, &o->value, addr, sizeof(o->value)) ? -LINUX_EFAULT : 0;
}

static int64_t *offset_pointer(struct offset *o)
{
    return o->addr ? &o->value : NULL;
}

static long offset_store(struct task *task, const struct offset *o, long r)
{
    if (r >= 0 && o->addr && user_write(task, o->addr, &o->value, sizeof(o->value)))
        return -LINUX_EFAULT;
    return r;
}

static bool is_ours(const struct file *file)
{
    return file->host_fd < 0 || file->ops->read || file->ops->write;
}

long sys_sendfile(SYSCALL_PARAMS)
{
    struct offset offset;
    struct file *out cleanup_file = file_get(task, (int)a0);
    struct file *in cleanup_file = file_get(task, (int)a1);

    if (!in || !out)
        return -LINUX_EBADF;
    if (offset_load(task, &offset, a2))
        return -LINUX_EFAULT;
    if (is_ours(in) || is_ours(out))
        return -LINUX_EINVAL;
    long r =
        host_sendfile(out->host_fd, in->host_fd, offset_pointer(&offset), MIN(a3, IO_MAX), task_stop(task));
    return offset_store(task, &offset, restartable(r));
}

/* Source and destination with their offsets, for copy_file_range and splice. */
struct ends {
    struct file *in, *out;
    struct offset in_offset, out_offset;
};

static void ends_put(struct ends *e)
{
    file_put_cleanup(&e->in);
    file_put_cleanup(&e->out);
}

static long ends_get(struct task *task, struct ends *e)
{
    const uint64_t *a = task->syscall_args;

    e->in = file_get(task, (int)a[0]);
    e->out = file_get(task, (int)a[2]);
    if (!e->in || !e->out)
        return -LINUX_EBADF;
    if (offset_load(task, &e->in_offset, a[1]) || offset_load(task, &e->out_offset, a[3]))
        return -LINUX_EFAULT;
    return is_ours(e->in) || is_ours(e->out) ? -LINUX_EINVAL : 0;
}

static long ends_store(struct task *task, struct ends *e, long r)
{
    r = offset_store(task, &e->in_offset, r);
    return offset_store(task, &e->out_offset, r);
}

long sys_copy_file_range(SYSCALL_PARAMS)
{
    struct ends e cleanup(ends_put) = {0};
    long r = ends_get(task, &e);

    if (r < 0)
        return r;
    r = host_copy_file_range(e.in->host_fd, offset_pointer(&e.in_offset), e.out->host_fd,
                             offset_pointer(&e.out_offset), MIN(a4, IO_MAX), (unsigned)a5);
    return ends_store(task, &e, r);
}

long sys_splice(SYSCALL_PARAMS)
{
    struct ends e cleanup(ends_put) = {0};
    long r = ends_get(task, &e);

    if (r < 0)
        return r;
    r = host_splice(e.in->host_fd, offset_pointer(&e.in_offset), e.out->host_fd,
                    offset_pointer(&e.out_offset), MIN(a4, IO_MAX), (unsigned)a5, task_stop(task));
    return ends_store(task, &e, restartable(r));
}

long sys_tee(SYSCALL_PARAMS)
{
    struct file *in cleanup_file = file_get(task, (int)a0);
    struct file *out cleanup_file = file_get(task, (int)a1);

    if (!in || !out)
        return -LINUX_EBADF;
    return restartable(host_tee(in->host_fd, out->host_fd, MIN(a2, IO_MAX), (unsigned)a3, task_stop(task)));
}

long sys_vmsplice(SYSCALL_PARAMS)
{
    struct iov iov;
    struct file *file cleanup_file = file_get(task, (int)a0);

    if (!file)
        return -LINUX_EBADF;
    long r = iov_load(task, &iov, a1, a2);
    if (r < 0)
        return r;
    r = host_vmsplice(file->host_fd, iov.v, iov.n, (unsigned)a3, task_stop(task));
    iov_free(&iov);
    return restartable(r);
}
