/* SPDX-License-Identifier: MIT */
/*
 * What the file systems ask of the host beyond host.h: names, attributes, extended attributes, locks and
 * syncing. The rules are those of host.h. Names are given relative to a descriptor; `path` with descriptor
 * LINUX_AT_FDCWD is absolute.
 */
#ifndef CORACLE_HOST_FILES_H
#define CORACLE_HOST_FILES_H

#include "host/host.h"

/* The host's own limits on names. */
#define HOST_PATH_MAX 4096
#define HOST_NAME_MAX 255

/* Writes a name that leads to the object of an open descriptor, O_PATH or not ("/proc/self/fd/7"). */
#define HOST_FD_PATH_SIZE 32
void host_fd_path(int fd, char buf[HOST_FD_PATH_SIZE]);

/* As openat2(2); -LINUX_ENOSYS where the host has none. */
long host_openat2_stop(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve,
                       host_stop stop);
/* Opens the object of a descriptor anew; flags must not have LINUX_O_NOFOLLOW. */
long host_reopen(int fd, int flags, host_stop stop);

long host_statx(int dirfd, const char *path, int flags, unsigned mask, struct linux_statx *st);
long host_mkdirat(int dirfd, const char *path, unsigned mode);
long host_mknodat(int dirfd, const char *path, unsigned mode, uint64_t dev);
long host_unlinkat(int dirfd, const char *path, int flags);
long host_renameat2(int olddir, const char *old, int newdir, const char *new, unsigned flags);
long host_linkat(int olddir, const char *old, int newdir, const char *new, int flags);
long host_symlinkat(const char *target, int dirfd, const char *path);
long host_fchmodat(int dirfd, const char *path, unsigned mode);
long host_fchownat(int dirfd, const char *path, uint32_t uid, uint32_t gid, int flags);
/* times: access and modification, NULL for now. */
long host_utimensat(int dirfd, const char *path, const struct linux_timespec times[2], int flags);
long host_faccessat(int dirfd, const char *path, int mode, int flags);
long host_truncate(const char *path, int64_t size);
long host_fallocate(int fd, int mode, int64_t offset, int64_t len);
long host_fstatfs(int fd, struct linux_statfs *st);

/* By path (which is followed) or by a descriptor that is not O_PATH. size 0: the length that is needed. */
long host_getxattr(const char *path, const char *name, void *value, size_t size);
long host_setxattr(const char *path, const char *name, const void *value, size_t size, int flags);
long host_listxattr(const char *path, char *list, size_t size);
long host_removexattr(const char *path, const char *name);

long host_fsync(int fd);
long host_fdatasync(int fd);
long host_syncfs(int fd);
long host_sync(void);
long host_sync_file_range(int fd, int64_t offset, int64_t len, unsigned flags);
/* What will be read is announced; cachestat(2): range and result are the host kernel's structures. */
long host_fadvise(int fd, int64_t offset, int64_t len, int advice);
long host_readahead(int fd, int64_t offset, size_t n);
long host_cachestat(int fd, const void *range, void *result, unsigned flags);
/* flock(2): may block. */
long host_flock(int fd, int operation, host_stop stop);

/* Moves the process's working folder; the descriptor may be O_PATH. */
long host_fchdir(int fd);
/* Replaces the mask for modes of new files; returns the old one. */
unsigned host_umask(unsigned mask);
uint32_t host_uid(void);
uint32_t host_gid(void);

#endif
