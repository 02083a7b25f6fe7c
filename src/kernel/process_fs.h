/* SPDX-License-Identifier: MIT */
/* What process life needs of the file systems: fs/ provides it, and fs/fs.h says more about it. */
#ifndef CORACLE_PROCESS_FS_H
#define CORACLE_PROCESS_FS_H

#include "abi/abi.h"
#include "base/base.h"
#include "kernel/file.h"
#include "host/lock.h"

struct container_spec;
struct mount_table;
struct process;
struct task;
struct vfs_dir;

/* Root, working folder and umask of a process; processes may share it (CLONE_FS). */
struct fs_context {
    _Atomic uint32_t refs;
    struct lock lock;
    struct mount_table *mounts;
    struct vfs_dir *root, *cwd; /* guarded by lock */
    _Atomic uint32_t umask;
};

/* Root and cwd are the root of the table, which must have one; takes the reference of the table. */
struct fs_context *fs_context_new(struct task *task, struct mount_table *mounts);
/* For clone without CLONE_FS. */
struct fs_context *fs_context_copy(struct fs_context *old);
static inline struct fs_context *fs_context_get(struct fs_context *fs)
{
    atomic_fetch_add_explicit(&fs->refs, 1, memory_order_relaxed);
    return fs;
}
void fs_context_put(struct fs_context *fs);
/*
 * Of a process that has ended or replaced itself, in whose parent's host process this runs: host descriptors
 * of folders that only it used were its own, and are not closed here.
 */
void fs_context_abandon(struct fs_context *fs);
/* Around the host's fork: nobody else may be changing it. */
void fs_context_fork_lock(struct fs_context *fs);
void fs_context_fork_unlock(struct fs_context *fs);
/* As chdir(2). */
long vfs_chdir_path(struct task *task, const char *path);

/*
 * For exec: the context as bytes. The host descriptors that have to survive are listed in fds; returns the
 * length written, or -ENOSPC. Loading gives a context whose table was made anew by fs_mounts_make.
 */
long fs_context_save(struct fs_context *fs, void *buf, size_t size, int *fds, int *nfds);
struct fs_context *fs_context_load(struct task *task, struct mount_table *mounts, const void *buf,
                                   size_t size);

/* The table that the container's spec asks for; NULL spec: the host's own files as they are (run-elf), below
 * sysroot if that is not NULL. */
long fs_mounts_make(const struct container_spec *spec, const char *sysroot, struct mount_table **out);

/* Fills what a new container's mounts begin with (/dev); task is the first process, with its fs. */
long fs_first_process(struct task *task);
/* Makes a folder and those above it that are missing, as the guest's root; the working directory that an
 * image or a user names. */
long fs_make_folder(struct task *task, const char *path);

/*
 * For exec: opens a regular file for reading after checking that the task may execute it; its attributes (for
 * set-user-ID) come in *st, with set-ID bits cleared where the mount forbids them. dirfd and flags
 * (LINUX_AT_EMPTY_PATH, LINUX_AT_SYMLINK_NOFOLLOW) as for execveat.
 */
must_check long vfs_open_exec(struct task *task, int dirfd, const char *path, int flags, struct file **out,
                              struct linux_kstat *st);
/* Tells other processes of the container, by /proc, that this is the process whose memory it is: at its
 * start, and in the child of a fork. */
void fs_announce(struct process *process);
/* A resource limit as another process of the container holds it; unchanged when that process cannot be read.
 */
void fs_process_limit(struct task *task, int pid, int resource, struct linux_rlimit64 *limit);
/* The guest path of an open file, as /proc/self/fd shows it; its length. */
long vfs_path_of_file(struct task *task, struct file *file, char *buf, size_t size);

/* The host descriptor behind another process's descriptor: its number there, -EBADF, or -EPERM when its table
 * may not be read. */
long fs_peer_host_fd(struct task *task, int pid, int fd);

#endif
