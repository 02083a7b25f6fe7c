/* SPDX-License-Identifier: MIT */
/*
 * What another guest process holds in its memory: its descriptors, folders, credentials and addresses, read
 * without stopping it.
 *
 * All processes of a container run the same kernel program at the same addresses, so that pointers found in
 * another's memory can be read there. A copy may be torn by what the other does meanwhile: whoever follows a
 * pointer gets false when it leads nowhere. The host decides who may read: where it forbids it, the other
 * process shows only what the host's /proc tells of it.
 */
#ifndef CORACLE_PROC_PEER_H
#define CORACLE_PROC_PEER_H

#include "fs/proc/proc.h"
#include "kernel/fdtable.h"

#define PEER_GROUPS 64

struct peer {
    int host_pid;
    int mem; /* of the host's /proc/PID */
    struct process process;
    struct task task; /* only up to its pending signals */
    struct mm mm;
    struct fs_context fs;
    struct cred cred; /* with the first PEER_GROUPS of its groups */
};

/* The process (or thread, when id.tid is not 0); NULL when it is no process of ours, may not be read, or has
 * ended. */
struct peer *peer_open(struct task *task, struct proc_id id);
void peer_close(struct peer **peer);
#define CLEANUP_PEER(name) struct peer *name cleanup(peer_close)

/* Copies from the other's memory: false when not all of it is there. */
bool peer_read(const struct peer *peer, const void *at, void *to, size_t n);
/* As much as there is of a range of the guest's memory; false when nothing is there. */
bool peer_text(const struct peer *peer, uint64_t start, uint64_t end, struct text *out);
/* The first used descriptor >= fd, or -1; a copy of its file. */
int peer_fd_next(const struct peer *peer, int fd, struct file *file, bool *cloexec);
bool peer_fd(const struct peer *peer, int fd, struct file *file, bool *cloexec);
enum file_kind peer_file_kind(const struct peer *peer, const struct file *file);
/* The guest path that a file was opened by; false: it was opened without one. mount: its number. */
bool peer_file_path(const struct peer *peer, const struct file *file, char *buf, size_t size, int *mount);
/* The guest path of its root or working folder. */
bool peer_dir_path(const struct peer *peer, const struct vfs_dir *dir, char *buf, size_t size);

#endif
