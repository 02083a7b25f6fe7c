/* SPDX-License-Identifier: MIT */
/* Memory, files, waiting and time of a Linux host: its system calls, nearly one to one. */
#include "host/host.h"
#include "host/linux/syscall.h"

long host_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
    return host_syscall6(HOST_NR(mmap), HOST_L(addr), HOST_L(len), prot, flags, fd, offset);
}

long host_munmap(void *addr, size_t len)
{
    return host_syscall2(HOST_NR(munmap), addr, len);
}

long host_mprotect(void *addr, size_t len, int prot)
{
    return host_syscall3(HOST_NR(mprotect), addr, len, prot);
}

long host_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new_addr)
{
    return host_syscall5(HOST_NR(mremap), old, old_len, new_len, flags, new_addr);
}

long host_madvise(void *addr, size_t len, int advice)
{
    return host_syscall3(HOST_NR(madvise), addr, len, advice);
}

long host_msync(void *addr, size_t len, int flags)
{
    return host_syscall3(HOST_NR(msync), addr, len, flags);
}

long host_mincore(void *addr, size_t len, unsigned char *vec)
{
    return host_syscall3(HOST_NR(mincore), addr, len, vec);
}

long host_mlock(const void *addr, size_t len, int flags)
{
    return host_syscall3(HOST_NR(mlock2), addr, len, flags);
}

long host_munlock(const void *addr, size_t len)
{
    return host_syscall2(HOST_NR(munlock), addr, len);
}

long host_mlockall(int flags)
{
    return host_syscall1(HOST_NR(mlockall), flags);
}

long host_munlockall(void)
{
    return host_syscall0(HOST_NR(munlockall));
}

long host_memfd(const char *name, unsigned flags)
{
    return host_syscall2(HOST_NR(memfd_create), name, flags | LINUX_MFD_CLOEXEC);
}

size_t host_page_size(void)
{
#if defined(__x86_64__)
    return 4096;
#else
    static size_t size;
    /* The smallest size that MAP_FIXED_NOREPLACE-free probing can tell: an mmap offset must be a multiple of
     * the page. */
    if (!size)
        size = host_syscall3(HOST_NR(mprotect), 4096, 0, 0) == 0    ? 4096
               : host_syscall3(HOST_NR(mprotect), 16384, 0, 0) == 0 ? 16384
                                                                    : 65536;
    return size;
#endif
}

long host_open(const char *path, int flags, unsigned mode)
{
    return host_syscall4(HOST_NR(openat), LINUX_AT_FDCWD, path, flags | LINUX_O_CLOEXEC, mode);
}

long host_openat(int dirfd, const char *path, int flags, unsigned mode, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(openat), dirfd, path, flags | LINUX_O_CLOEXEC, mode, 0, 0);
}

long host_openat2(int dirfd, const char *path, const struct linux_open_how *how, size_t size)
{
    struct linux_open_how copy = *how;

    copy.flags |= LINUX_O_CLOEXEC;
    return host_syscall4(HOST_NR(openat2), dirfd, path, &copy, size);
}

long host_close(int fd)
{
    return host_syscall1(HOST_NR(close), fd);
}

long host_read(int fd, void *buf, size_t n, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(read), fd, buf, n, 0, 0, 0);
}

long host_write(int fd, const void *buf, size_t n, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(write), fd, buf, n, 0, 0, 0);
}

long host_pread(int fd, void *buf, size_t n, int64_t offset)
{
    return host_syscall4(HOST_NR(pread64), fd, buf, n, offset);
}

long host_pwrite(int fd, const void *buf, size_t n, int64_t offset)
{
    return host_syscall4(HOST_NR(pwrite64), fd, buf, n, offset);
}

long host_lseek(int fd, int64_t offset, int whence)
{
    return host_syscall3(HOST_NR(lseek), fd, offset, whence);
}

long host_fcntl(int fd, int cmd, unsigned long arg, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(fcntl), fd, cmd, arg, 0, 0, 0);
}

long host_ioctl(int fd, unsigned long request, unsigned long arg, host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(ioctl), fd, request, arg, 0, 0, 0);
}

long host_dup(int fd, int lowest)
{
    return host_syscall3(HOST_NR(fcntl), fd, LINUX_F_DUPFD_CLOEXEC, lowest);
}

long host_dup_to(int fd, int target)
{
    return host_syscall3(HOST_NR(dup3), fd, target, LINUX_O_CLOEXEC);
}

long host_ftruncate(int fd, int64_t size)
{
    return host_syscall2(HOST_NR(ftruncate), fd, size);
}

long host_readlinkat(int dirfd, const char *path, char *buf, size_t n)
{
    return host_syscall4(HOST_NR(readlinkat), dirfd, path, buf, n);
}

long host_getdents(int fd, void *buf, size_t n)
{
    return host_syscall3(HOST_NR(getdents64), fd, buf, n);
}

long host_wait_word(_Atomic uint32_t *word, uint32_t value, const struct linux_timespec *timeout,
                    host_stop stop)
{
    return host_syscall_stop(stop, HOST_NR(futex), word, LINUX_FUTEX_WAIT | LINUX_FUTEX_PRIVATE_FLAG, value,
                             timeout, 0, 0);
}

long host_wake_word(_Atomic uint32_t *word, int n)
{
    return host_syscall3(HOST_NR(futex), word, LINUX_FUTEX_WAKE | LINUX_FUTEX_PRIVATE_FLAG, n);
}

long host_clock_gettime(int clock, struct linux_timespec *ts)
{
    return host_syscall2(HOST_NR(clock_gettime), clock, ts);
}

int host_getpid(void)
{
    return (int)host_syscall0(HOST_NR(getpid));
}

int host_gettid(void)
{
    return (int)host_syscall0(HOST_NR(gettid));
}

noreturn_fn void host_exit_group(int status)
{
    for (;;)
        host_syscall1(HOST_NR(exit_group), status);
}

void host_log(const char *text, size_t len)
{
    host_syscall3(HOST_NR(write), 2, text, len);
}
