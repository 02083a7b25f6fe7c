/* SPDX-License-Identifier: MIT */
/* Names, attributes, locks and syncing of a Linux host. */
#include "host/files.h"
#include "host/linux/syscall.h"

#if defined(__x86_64__)
typedef struct linux_stat_x86_64 host_stat;
#else
typedef struct linux_stat_aarch64 host_stat;
#endif

void host_fd_path(int fd, char buf[HOST_FD_PATH_SIZE])
{
    char digits[12];
    int n = 0;

    do
        digits[n++] = (char)('0' + fd % 10);
    while ((fd /= 10) > 0);
    memcpy(buf, "/proc/self/fd/", 14);
    for (buf += 14; n > 0;)
        *buf++ = digits[--n];
    *buf = '\0';
}

static void stat_convert(const host_stat *from, struct linux_kstat *to)
{
    *to = (struct linux_kstat){
        .st_dev = from->st_dev,
        .st_ino = from->st_ino,
        .st_nlink = from->st_nlink,
        .st_mode = from->st_mode,
        .st_uid = from->st_uid,
        .st_gid = from->st_gid,
        .st_rdev = from->st_rdev,
        .st_size = (uint64_t)from->st_size,
        .st_blksize = (uint64_t)from->st_blksize,
        .st_blocks = (uint64_t)from->st_blocks,
        .st_atime_sec = (int64_t)from->st_atime_sec,
        .st_atime_nsec = (int64_t)from->st_atime_nsec,
        .st_mtime_sec = (int64_t)from->st_mtime_sec,
        .st_mtime_nsec = (int64_t)from->st_mtime_nsec,
        .st_ctime_sec = (int64_t)from->st_ctime_sec,
        .st_ctime_nsec = (int64_t)from->st_ctime_nsec,
    };
}

long host_fstat(int fd, struct linux_kstat *st)
{
    host_stat s;
    long r = host_syscall2(HOST_NR(fstat), fd, &s);

    if (r == 0)
        stat_convert(&s, st);
    return r;
}

long host_fstatat(int dirfd, const char *path, struct linux_kstat *st, int flags)
{
    host_stat s;
    long r = host_syscall4(HOST_NR(newfstatat), dirfd, path, &s, flags);

    if (r == 0)
        stat_convert(&s, st);
    return r;
}

long host_openat2_stop(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve,
                       host_stop stop)
{
    struct linux_open_how how = {flags | LINUX_O_CLOEXEC, mode, resolve};

    return host_syscall_stop(stop, HOST_NR(openat2), dirfd, path, &how, sizeof how, 0, 0);
}

long host_reopen(int fd, int flags, host_stop stop)
{
    char path[HOST_FD_PATH_SIZE];

    host_fd_path(fd, path);
    return host_openat(LINUX_AT_FDCWD, path, flags, 0, stop);
}

long host_statx(int dirfd, const char *path, int flags, unsigned mask, struct linux_statx *st)
{
    return host_syscall5(HOST_NR(statx), dirfd, path, flags, mask, st);
}

long host_mkdirat(int dirfd, const char *path, unsigned mode)
{
    return host_syscall3(HOST_NR(mkdirat), dirfd, path, mode);
}

long host_mknodat(int dirfd, const char *path, unsigned mode, uint64_t dev)
{
    return host_syscall4(HOST_NR(mknodat), dirfd, path, mode, dev);
}

long host_unlinkat(int dirfd, const char *path, int flags)
{
    return host_syscall3(HOST_NR(unlinkat), dirfd, path, flags);
}

long host_renameat2(int olddir, const char *old, int newdir, const char *new, unsigned flags)
{
    return host_syscall5(HOST_NR(renameat2), olddir, old, newdir, new, flags);
}

long host_linkat(int olddir, const char *old, int newdir, const char *new, int flags)
{
    return host_syscall5(HOST_NR(linkat), olddir, old, newdir, new, flags);
}

long host_symlinkat(const char *target, int dirfd, const char *path)
{
    return host_syscall3(HOST_NR(symlinkat), target, dirfd, path);
}

long host_fchmodat(int dirfd, const char *path, unsigned mode)
{
    return host_syscall3(HOST_NR(fchmodat), dirfd, path, mode);
}

long host_fchownat(int dirfd, const char *path, uint32_t uid, uint32_t gid, int flags)
{
    return host_syscall5(HOST_NR(fchownat), dirfd, path, uid, gid, flags);
}

long host_utimensat(int dirfd, const char *path, const struct linux_timespec times[2], int flags)
{
    return host_syscall4(HOST_NR(utimensat), dirfd, path, times, flags);
}

long host_faccessat(int dirfd, const char *path, int mode, int flags)
{
    return flags ? host_syscall4(HOST_NR(faccessat2), dirfd, path, mode, flags)
                 : host_syscall3(HOST_NR(faccessat), dirfd, path, mode);
}

long host_truncate(const char *path, int64_t size)
{
    return host_syscall2(HOST_NR(truncate), path, size);
}

long host_fallocate(int fd, int mode, int64_t offset, int64_t len)
{
    return host_syscall4(HOST_NR(fallocate), fd, mode, offset, len);
}

long host_fstatfs(int fd, struct linux_statfs *st)
{
    return host_syscall2(HOST_NR(fstatfs), fd, st);
}

long host_getxattr(const char *path, const char *name, void *value, size_t size)
{
    return host_syscall4(HOST_NR(getxattr), path, name, value, size);
}

long host_setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
    return host_syscall5(HOST_NR(setxattr), path, name, value, size, flags);
}

long host_listxattr(const char *path, char *list, size_t size)
{
    return host_syscall3(HOST_NR(listxattr), path, list, size);
}

long host_removexattr(const char *path, const char *name)
{
    return host_syscall2(HOST_NR(removexattr), path, name);
}

long host_fsync(int fd)
{
    return host_syscall1(HOST_NR(fsync), fd);
}

long host_fdatasync(int fd)
{
    return host_syscall1(HOST_NR(fdatasync), fd);
}

long host_syncfs(int fd)
{
    return host_syscall1(HOST_NR(syncfs), fd);
}

long host_sync(void)
{
    return host_syscall0(HOST_NR(sync));
}

long host_sync_file_range(int fd, int64_t offset, int64_t len, unsigned flags)
{
    return host_syscall4(HOST_NR(sync_file_range), fd, offset, len, flags);
}

long host_fadvise(int fd, int64_t offset, int64_t len, int advice)
{
    return host_syscall4(HOST_NR(fadvise64), fd, offset, len, advice);
}

long host_readahead(int fd, int64_t offset, size_t n)
{
    return host_syscall3(HOST_NR(readahead), fd, offset, n);
}

/* Younger (6.5) than the headers that we build with; the same number on all architectures. */
#define NR_CACHESTAT 451

long host_cachestat(int fd, const void *range, void *result, unsigned flags)
{
    return host_syscall4(NR_CACHESTAT, fd, range, result, flags);
}

long host_flock(int fd, int operation, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(flock), fd, operation, 0, 0, 0, 0);
}

long host_fchdir(int fd)
{
    return host_syscall1(HOST_NR(fchdir), fd);
}

unsigned host_umask(unsigned mask)
{
    return (unsigned)host_syscall1(HOST_NR(umask), mask);
}

uint32_t host_uid(void)
{
    return (uint32_t)host_syscall0(HOST_NR(geteuid));
}

uint32_t host_gid(void)
{
    return (uint32_t)host_syscall0(HOST_NR(getegid));
}
