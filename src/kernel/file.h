/* SPDX-License-Identifier: MIT */
/*
 * Open files. A guest descriptor number leads, through the task's fdtable, to a struct file.
 *
 * A struct file is one process's handle on an open file description. What POSIX lets descriptors share
 * (offset, status flags, readiness) lives in exactly one host descriptor, file->host_fd, so that fork, exec,
 * dup and SCM_RIGHTS share it through the host.
 *
 * fdtable.lock guards changes; lookups (file_get) take no lock: memory of struct file is never given back to
 * other uses, so that a lookup may take a reference first and then check that the slot still holds the file.
 */
#ifndef CORACLE_FILE_H
#define CORACLE_FILE_H

#include "abi/abi.h"
#include "base/base.h"
#include "host/lock.h"

struct task;
struct file;
struct inode_id;

/* What a file is, for /proc, exec and SCM_RIGHTS. Stable numbers: they travel in the exec state. */
enum file_kind {
    FILE_HOST = 1, /* reads, writes and everything else go to host_fd as they are */
    FILE_VFS,      /* a file or folder of one of our file systems over host_fd (fs/) */
    FILE_VIRTUAL,  /* generated content: proc, sys (fs/proc) */
    FILE_SOCKET,
    FILE_EPOLL,
    FILE_SIGNALFD,
    FILE_TTY, /* a pty whose numbers are the container's */
    FILE_INOTIFY,
    FILE_PIDFD,
    FILE_MQUEUE,
    FILE_PATH, /* opened with O_PATH */
};

/*
 * NULL slots mean: do what the host does on host_fd. Arguments that are guest addresses are uint64_t.
 * All return a negative errno on failure.
 */
struct file_ops {
    enum file_kind kind;
    long (*read)(struct task *task, struct file *file, uint64_t buf, uint64_t n);
    long (*write)(struct task *task, struct file *file, uint64_t buf, uint64_t n);
    long (*pread)(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset);
    long (*pwrite)(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset);
    long (*lseek)(struct task *task, struct file *file, int64_t offset, int whence);
    long (*getdents)(struct task *task, struct file *file, uint64_t buf,
                     uint64_t n); /* struct linux_dirent64 records */
    long (*ioctl)(struct task *task, struct file *file, uint64_t request, uint64_t arg);
    long (*fstat)(struct task *task, struct file *file, struct linux_kstat *st);
    long (*statfs)(struct task *task, struct file *file, struct linux_statfs *st);
    /* The guest path that /proc/self/fd shows; returns its length. Required for FILE_VFS, FILE_VIRTUAL,
     * FILE_PATH. */
    long (*path)(struct task *task, struct file *file, char *buf, size_t size);
    /* The host descriptor to map, or -ENODEV. */
    long (*mmap)(struct task *task, struct file *file, int prot, int map_flags, int64_t offset);
    /* Changes of owner, mode, times, size, extended attributes of an open file: see fs/fs.h. */
    long (*ftruncate)(struct task *task, struct file *file, int64_t size);
    /* Writes what exec and SCM_RIGHTS must carry besides host_fd; returns its length. NULL: nothing. */
    long (*save)(struct task *task, struct file *file, void *buf, size_t size);
    /* The last reference of this process has gone; host_fd is closed by the caller. */
    void (*release)(struct file *file);
    /* In the child of a fork, where the host descriptor must not stay shared with the parent. NULL: it may.
     */
    void (*after_fork)(struct task *task, struct file *file);
};

struct file {
    const struct file_ops *ops;
    _Atomic uint32_t refs;
    int host_fd;
    uint32_t flags; /* LINUX_O_* as opened: access mode and creation flags that F_GETFL of the host would not
                       tell (O_PATH, O_LARGEFILE) */
    _Atomic uint8_t terminal; /* sys/terminal.c: whether it may be one; 0: not looked at yet */
    void *data;               /* belongs to the ops */
};

/* A new file with one reference, which takes ownership of host_fd; NULL when memory is out (host_fd is not
 * closed then). */
struct file *file_new(const struct file_ops *ops, int host_fd, uint32_t flags, void *data);
void file_put(struct file *file);
static inline void file_ref(struct file *file)
{
    atomic_fetch_add_explicit(&file->refs, 1, memory_order_relaxed);
}

/* The file behind a guest descriptor with a reference for the caller; NULL: -EBADF. */
struct file *file_get(struct task *task, int fd);
static inline void file_put_cleanup(struct file **f)
{
    if (*f)
        file_put(*f);
}
#define cleanup_file cleanup(file_put_cleanup)

struct fdtable *fdtable_new(void);
struct fdtable *
fdtable_copy(struct fdtable *old); /* for clone without CLONE_FILES within the same process: refs are taken */
void fdtable_put(struct fdtable *table);

/* The lowest free number >= lowest gets the file (takes its reference). -EMFILE: the reference is dropped. */
long fd_install(struct task *task, struct file *file, bool cloexec, int lowest);
/* Puts the file at fd (dup2), dropping what was there. Takes the reference. */
long fd_install_at(struct task *task, int fd, struct file *file, bool cloexec);
long fd_close(struct task *task, int fd);
long fd_close_range(struct task *task, unsigned first, unsigned last, bool set_cloexec_only);
long fd_get_cloexec(struct task *task, int fd);
long fd_set_cloexec(struct task *task, int fd, bool on);
/* The next used descriptor >= fd, or -1: for listing. */
int fd_next(struct fdtable *table, int fd);
/* For exec: how many slots there are; the file in a slot without a reference (no other thread runs). */
struct file *fd_peek(struct fdtable *table, int fd, bool *cloexec);

/* Ops of plain host descriptors. */
extern const struct file_ops file_host_ops;
/* Of epoll descriptors (sys/epoll.c); without data they are another process's. */
extern const struct file_ops file_epoll_ops;
extern const struct file_ops file_inotify_ops;

#endif
