/* SPDX-License-Identifier: MIT */
/*
 * mem and pagemap: the host's own, on a descriptor of the host's file. Offsets that mean memory of ours (the
 * kernel's window, trampolines) are not there for the guest, in any process.
 */
#include "fs/proc/proc.h"

/* How many bytes of the file tell of how many bytes of memory. */
struct scale {
    uint64_t file, memory;
};

static const struct scale of_mem = {1, 1}, of_pagemap = {8, 4096};

/* How much of [offset, offset + n) is the guest's, from its beginning. */
static uint64_t part_of_guest(const struct task *task, const struct scale *scale, int64_t offset, uint64_t n)
{
    uint64_t start = (uint64_t)offset / scale->file * scale->memory;
    uint64_t ours = HOST_WINDOW_START / scale->memory * scale->file;

    if (start >= HOST_WINDOW_END)
        return n;
    if (start >= HOST_WINDOW_START)
        return 0;
    n = MIN(n, ours - (uint64_t)offset);
    if (scale->file == scale->memory) {
        /* By pages: what is ours among the guest's memory is whole pages. */
        for (uint64_t at = ALIGN_DOWN(start, 4096); at < start + n; at += 4096)
            if (task->engine->owns_address(at, 4096))
                return at > start ? at - start : 0;
    }
    return n;
}

static long transfer(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset,
                     bool write, const struct scale *scale)
{
    void *memory;
    uint64_t part;

    if ((file->flags & LINUX_O_ACCMODE) == (write ? LINUX_O_RDONLY : LINUX_O_WRONLY))
        return -LINUX_EBADF;
    if (offset < 0)
        return -LINUX_EIO;
    n = MIN(n, UINT64_C(1) << 24);
    part = part_of_guest(task, scale, offset, n);
    if (n && !part)
        return -LINUX_EIO;
    memory = user_range(task, buf, part);
    if (!memory)
        return -LINUX_EFAULT;
    return write ? host_pwrite(file->host_fd, memory, part, offset)
                 : host_pread(file->host_fd, memory, part, offset);
}

/* The offset is the host descriptor's, because processes share it. */
static long advance(struct task *task, struct file *file, uint64_t buf, uint64_t n, bool write,
                    const struct scale *scale)
{
    long at = host_lseek(file->host_fd, 0, LINUX_SEEK_CUR), r;

    r = transfer(task, file, buf, n, at, write, scale);
    if (r > 0)
        host_lseek(file->host_fd, at + r, LINUX_SEEK_SET);
    return r;
}

static long mem_read(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    return advance(task, file, buf, n, false, &of_mem);
}

static long mem_write(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    return advance(task, file, buf, n, true, &of_mem);
}

static long mem_pread(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    return transfer(task, file, buf, n, offset, false, &of_mem);
}

static long mem_pwrite(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    return transfer(task, file, buf, n, offset, true, &of_mem);
}

static long pagemap_read(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    return advance(task, file, buf, n, false, &of_pagemap);
}

static long pagemap_pread(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    return transfer(task, file, buf, n, offset, false, &of_pagemap);
}

static long pagemap_write(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    return -LINUX_EINVAL;
}

static long seek(struct task *task, struct file *file, int64_t offset, int whence)
{
    if (whence != LINUX_SEEK_SET && whence != LINUX_SEEK_CUR)
        return -LINUX_EINVAL;
    return host_lseek(file->host_fd, offset, whence);
}

static long no_ioctl(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    return -LINUX_ENOTTY;
}

static long no_mmap(struct task *task, struct file *file, int prot, int map_flags, int64_t offset)
{
    return -LINUX_ENODEV;
}

#define COMMON                                                                                               \
    .kind = FILE_VIRTUAL, .lseek = seek, .ioctl = no_ioctl, .mmap = no_mmap, .fstat = vfs_file_fstat,        \
    .statfs = vfs_file_statfs, .path = vfs_file_path, .save = vfs_file_save, .release = vfs_file_release

const struct file_ops proc_mem_ops = {
    COMMON, .read = mem_read, .write = mem_write, .pread = mem_pread, .pwrite = mem_pwrite,
};

const struct file_ops proc_pagemap_ops = {
    COMMON,
    .read = pagemap_read,
    .write = pagemap_write,
    .pread = pagemap_pread,
};

long proc_mem_open(struct task *task, struct proc_id id, const char *host, unsigned flags)
{
    char path[PROC_HOST_SIZE + 16];

    fmt(path, sizeof path, "%s/mem", host);
    return host_open(path, (int)(flags & LINUX_O_ACCMODE), 0);
}

long proc_pagemap_open(struct task *task, struct proc_id id, const char *host, unsigned flags)
{
    char path[PROC_HOST_SIZE + 16];

    if ((flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY)
        return -LINUX_EACCES;
    fmt(path, sizeof path, "%s/pagemap", host);
    return host_open(path, LINUX_O_RDONLY, 0);
}
