/* SPDX-License-Identifier: MIT */
/*
 * host: what Coracle asks of the operating system below.
 *
 * Rules of the interface:
 * - Numbers, flags and structures are Linux's canonical ones (src/abi), whatever the host is.
 * - Functions return a value >= 0, or a negative LINUX_E* errno.
 * - Pointers may be guest memory: a bad one gives -LINUX_EFAULT, never a crash, where the host's kernel does
 * the copy.
 * - Descriptors are the host's. Every descriptor is made close-on-exec.
 * - A function that may block takes `stop`: when *stop is not 0 before the host is entered, or a signal of
 * the host arrives while it waits, it returns -LINUX_EINTR; nothing that arrives in between is lost. NULL:
 * not interruptible.
 */
#ifndef CORACLE_HOST_H
#define CORACLE_HOST_H

#include "abi/abi.h"
#include "base/base.h"

typedef const volatile uint32_t *host_stop;

/* The window of addresses that belongs to us: the kernel program's image, its heap and its stacks. */
#define HOST_WINDOW_START UINT64_C(0x7ea000000000)
#define HOST_WINDOW_HEAP  UINT64_C(0x7ea040000000)
#define HOST_WINDOW_END   UINT64_C(0x7eb000000000)

/* --- memory --- */

/* As mmap(2). Returns the address or a negative errno (compare with host_is_error). */
long host_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset);
long host_munmap(void *addr, size_t len);
long host_mprotect(void *addr, size_t len, int prot);
long host_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new_addr);
long host_madvise(void *addr, size_t len, int advice);
long host_msync(void *addr, size_t len, int flags);
long host_mincore(void *addr, size_t len, unsigned char *vec);
long host_mlock(const void *addr, size_t len, int flags);
long host_munlock(const void *addr, size_t len);
long host_mlockall(int flags);
long host_munlockall(void);
/* A file in memory; name shows in /proc/PID/maps of the host. flags: LINUX_MFD_*. */
long host_memfd(const char *name, unsigned flags);
size_t host_page_size(void);

static inline bool host_is_error(long r)
{
    return (unsigned long)r >= (unsigned long)-4095L;
}

/* --- descriptors and files --- */

long host_open(const char *path, int flags, unsigned mode);
long host_openat(int dirfd, const char *path, int flags, unsigned mode, host_stop stop);
long host_openat2(int dirfd, const char *path, const struct linux_open_how *how, size_t size);
long host_close(int fd);
long host_read(int fd, void *buf, size_t n, host_stop stop);
long host_write(int fd, const void *buf, size_t n, host_stop stop);
long host_pread(int fd, void *buf, size_t n, int64_t offset);
long host_pwrite(int fd, const void *buf, size_t n, int64_t offset);
long host_lseek(int fd, int64_t offset, int whence);
long host_fstat(int fd, struct linux_kstat *st);
long host_fstatat(int dirfd, const char *path, struct linux_kstat *st, int flags);
/* As fcntl(2) with an integer or pointer argument; locks (F_SETLKW, F_OFD_SETLKW) may block. */
long host_fcntl(int fd, int cmd, unsigned long arg, host_stop stop);
long host_ioctl(int fd, unsigned long request, unsigned long arg, host_stop stop);
long host_dup(int fd, int lowest);
/* Makes target a duplicate of fd, closing what it was. */
long host_dup_to(int fd, int target);
long host_ftruncate(int fd, int64_t size);
long host_readlinkat(int dirfd, const char *path, char *buf, size_t n);
long host_getdents(int fd, void *buf, size_t n);

/* --- waiting --- */

/* Sleeps while *word == value. timeout is relative, NULL: for ever. Returns 0, -EAGAIN, -ETIMEDOUT, -EINTR.
 */
long host_wait_word(_Atomic uint32_t *word, uint32_t value, const struct linux_timespec *timeout,
                    host_stop stop);
/* Wakes up to n sleepers of the word; returns how many. */
long host_wake_word(_Atomic uint32_t *word, int n);

/* --- time --- */

long host_clock_gettime(int clock, struct linux_timespec *ts);

/* --- this process and its threads --- */

int host_getpid(void);
int host_gettid(void);
noreturn_fn void host_exit_group(int status);
/* Writes a message for the developer or the user to standard error. */
void host_log(const char *text, size_t len);

#endif
