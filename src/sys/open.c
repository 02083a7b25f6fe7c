/* SPDX-License-Identifier: MIT */
/* Opening by name. */
#include "fs/fs.h"
#include "kernel/user.h"
#include "sys/io.h"

static long open_path(struct task *task, int dirfd, uint64_t path, unsigned flags, uint32_t mode,
                      uint64_t resolve)
{
    char *name cleanup_free = kmalloc(VFS_PATH_MAX);

    /* As the kernel does for every 64-bit process; F_GETFL shows it. */
    if (!(flags & LINUX_O_PATH))
        flags |= LINUX_O_LARGEFILE;
    struct open_request rq = {.dirfd = dirfd, .path = name, .flags = flags, .mode = mode, .resolve = resolve};
    struct file *file;
    long r;

    if (!name)
        return -LINUX_ENOMEM;
    r = user_string(task, name, path, VFS_PATH_MAX);
    if (r >= 0)
        r = vfs_open(task, &rq, &file);
    return r < 0 ? restartable(r) : fd_install(task, file, flags & LINUX_O_CLOEXEC, 0);
}

static long open_legacy(struct task *task, int dirfd, uint64_t path, uint64_t guest_flags, uint64_t mode)
{
    unsigned flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)guest_flags);

    if (!(flags & (LINUX_O_CREAT | (LINUX_O_TMPFILE & ~LINUX_O_DIRECTORY))))
        mode = 0;
    return open_path(task, dirfd, path, flags, (uint32_t)mode, 0);
}

long sys_open(SYSCALL_PARAMS)
{
    return open_legacy(task, LINUX_AT_FDCWD, a0, a1, a2);
}

long sys_openat(SYSCALL_PARAMS)
{
    return open_legacy(task, (int)a0, a1, a2, a3);
}

long sys_creat(SYSCALL_PARAMS)
{
    return open_path(task, LINUX_AT_FDCWD, a0, LINUX_O_CREAT | LINUX_O_WRONLY | LINUX_O_TRUNC, (uint32_t)a1,
                     0);
}

#define OPEN_FLAGS                                                                                           \
    (LINUX_O_ACCMODE | LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_NOCTTY | LINUX_O_TRUNC | LINUX_O_APPEND |      \
     LINUX_O_NONBLOCK | LINUX_O_SYNC | LINUX_O_ASYNC | LINUX_O_DIRECT | LINUX_O_LARGEFILE |                  \
     LINUX_O_NOFOLLOW | LINUX_O_NOATIME | LINUX_O_CLOEXEC | LINUX_O_PATH | LINUX_O_TMPFILE)
#define PATH_FLAGS (LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC)
#define RESOLVE_FLAGS                                                                                        \
    (LINUX_RESOLVE_NO_XDEV | LINUX_RESOLVE_NO_MAGICLINKS | LINUX_RESOLVE_NO_SYMLINKS |                       \
     LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_IN_ROOT | LINUX_RESOLVE_CACHED)

long sys_openat2(SYSCALL_PARAMS)
{
    struct linux_open_how how = {0};
    unsigned flags;

    if (a3 < sizeof how)
        return -LINUX_EINVAL;
    if (a3 > 4096)
        return -LINUX_E2BIG;
    if (user_read(task, &how, a2, sizeof how) < 0)
        return -LINUX_EFAULT;
    for (uint64_t at = sizeof how; at < a3; at++) {
        uint8_t extra;

        if (user_read(task, &extra, a2 + at, 1) < 0)
            return -LINUX_EFAULT;
        if (extra)
            return -LINUX_E2BIG;
    }
    flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)how.flags);
    if (how.flags >> 32 || flags & ~(unsigned)OPEN_FLAGS || how.resolve & ~(uint64_t)RESOLVE_FLAGS)
        return -LINUX_EINVAL;
    if (flags & LINUX_O_PATH && flags & ~(unsigned)PATH_FLAGS)
        return -LINUX_EINVAL;
    if (how.mode & ~(uint64_t)07777 ||
        (how.mode && !(flags & (LINUX_O_CREAT | (LINUX_O_TMPFILE & ~LINUX_O_DIRECTORY)))))
        return -LINUX_EINVAL;
    if (how.resolve & LINUX_RESOLVE_BENEATH && how.resolve & LINUX_RESOLVE_IN_ROOT)
        return -LINUX_EINVAL;
    /* Nothing is cached, so what must come from a cache alone has to be asked for again without that wish. */
    if (how.resolve & LINUX_RESOLVE_CACHED)
        return -LINUX_EAGAIN;
    return open_path(task, (int)a0, a1, flags, (uint32_t)how.mode, how.resolve);
}
