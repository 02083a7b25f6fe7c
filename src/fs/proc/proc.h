/* SPDX-License-Identifier: MIT */
/*
 * /proc. What the host's /proc knows of a guest process is taken from there, with the numbers and paths
 * translated; what only the library knows (credentials, mounts, what is ours in a memory map) is put in its
 * place. Another process is never interrupted for it.
 *
 * An object is named by its number (struct vfs_node.id): an entry of one of the tables below, the guest's
 * process and thread number, and a descriptor's number. Files of the host that are shown as they are have
 * PROC_MIRROR and their path.
 */
#ifndef CORACLE_FS_PROC_H
#define CORACLE_FS_PROC_H

#include "fs/virtual.h"

/* The parts of an id, from the low end: entry (8 bits), pid (20), thread (20), descriptor (16). */
struct proc_id {
    unsigned entry, pid, tid, fd;
};

static inline uint64_t proc_id_pack(struct proc_id id)
{
    return id.entry | (uint64_t)id.pid << 8 | (uint64_t)id.tid << 28 | (uint64_t)id.fd << 48;
}

static inline struct proc_id proc_id_unpack(uint64_t id)
{
    return (struct proc_id){id & 0xff, id >> 8 & 0xfffff, id >> 28 & 0xfffff, (unsigned)(id >> 48)};
}

enum proc_entry {
    PROC_ROOT = 0,
    PROC_MIRROR, /* a file or folder of the host's /proc, by its path */
    PROC_SELF,
    PROC_THREAD_SELF,
    PROC_MOUNTS_LINK,
    PROC_NET_LINK,
    PROC_FILE, /* a file at the root, by its path */
    PROC_PID,
    PROC_TASK,
    PROC_FD,
    PROC_FD_LINK,
    PROC_FDINFO,
    PROC_FDINFO_FILE,
    PROC_EXE,
    PROC_CWD,
    PROC_ROOT_LINK,
    PROC_NS,
    PROC_NS_LINK,
    PROC_PID_FIRST, /* proc_pid_files[0] and so on */
};

enum proc_pid_file_only { PROC_OF_BOTH, PROC_OF_PROCESS, PROC_OF_THREAD };

/* Files of a process's folder. */
struct proc_pid_file {
    const char *name;
    uint32_t mode;
    /* Writes the content; host is the folder of the process or thread in the host's /proc. */
    long (*generate)(struct task *task, struct proc_id id, const char *host, struct text *out);
    long (*write)(struct task *task, struct proc_id id, const char *host, char *data, size_t n);
    /* Instead of generate and write: gives the host descriptor that the ops work on. */
    long (*open)(struct task *task, struct proc_id id, const char *host, unsigned flags);
    const struct file_ops *ops;
    enum proc_pid_file_only only;
};

extern const struct proc_pid_file proc_pid_files[];
extern const size_t proc_pid_file_count;

/* The inode number of an object; path: of one that is named by its path. */
uint64_t proc_ino(struct proc_id id, const char *path);

/* The folder of the process (or thread, when tid is not 0) in the host's /proc; -ESRCH when it is gone. */
#define PROC_HOST_SIZE 64
long proc_host_folder(struct task *task, struct proc_id id, char buf[PROC_HOST_SIZE]);
/* Whether the id means the process of the task itself. */
bool proc_is_self(const struct task *task, struct proc_id id);

/* Names of the namespaces, by number; NULL behind the last. */
const char *proc_ns_name(unsigned i);
/* proc/links.c: where the links of a process lead. */
long proc_link_text(struct task *task, struct proc_id id, char *buf, size_t size);
long proc_link_follow(struct task *task, struct proc_id id, struct vfs_node *out);
/* A magic link to what the host's link leads to, as a file without a guest name: 1, or a negative errno. */
long proc_follow_host(struct task *task, const char *path, int flags, struct vfs_node *out);

/* proc/fds.c: the guest's descriptors of a process. */
long proc_fd_list(struct task *task, struct proc_id id, struct text *out, uint32_t mode);
bool proc_fd_exists(struct task *task, struct proc_id id);
uint32_t proc_fd_mode(struct task *task, struct proc_id id);
long proc_fd_text(struct task *task, struct proc_id id, char *buf, size_t size);
long proc_fd_follow(struct task *task, struct proc_id id, struct vfs_node *out);
long proc_fdinfo(struct task *task, struct proc_id id, struct text *out);

/* proc/maps.c */
long proc_maps(struct task *task, struct proc_id id, const char *host, struct text *out);
long proc_smaps(struct task *task, struct proc_id id, const char *host, struct text *out);
long proc_smaps_rollup(struct task *task, struct proc_id id, const char *host, struct text *out);
/* The guest's name of what the host calls `path`; false (and the host's name) when it lies below no mount, as
 * "/memfd:x (deleted)". */
bool proc_guest_path(struct task *task, const char *path, size_t len, char *buf, size_t size);

long proc_numa_maps(struct task *task, struct proc_id id, const char *host, struct text *out);

/* proc/mem.c: mem and pagemap. */
long proc_mem_open(struct task *task, struct proc_id id, const char *host, unsigned flags);
long proc_pagemap_open(struct task *task, struct proc_id id, const char *host, unsigned flags);
extern const struct file_ops proc_mem_ops, proc_pagemap_ops;

/* proc/mounts.c */
long proc_mounts(struct task *task, struct proc_id id, const char *host, struct text *out);
long proc_mountinfo(struct task *task, struct proc_id id, const char *host, struct text *out);
long proc_mountstats(struct task *task, struct proc_id id, const char *host, struct text *out);

/* proc/stat.c */
long proc_stat(struct task *task, struct proc_id id, const char *host, struct text *out);
long proc_status(struct task *task, struct proc_id id, const char *host, struct text *out);

/* proc/root.c: files at the root and what is mirrored. */
bool proc_root_file(const char *name);
void proc_root_list(struct text *out);
long proc_root_generate(struct task *task, const char *name, struct text *out);
/* For a mirrored path below /proc ("sys/kernel/pid_max"): the host's type and mode, or -ENOENT. */
long proc_mirror_stat(const char *path, uint32_t *mode);
long proc_mirror_list(struct task *task, const char *path, struct text *out);
long proc_mirror_generate(struct task *task, const char *path, struct text *out);
/* For a program on the host's own files alone. */
long proc_mirror_write(const char *path, const char *data, size_t n);

/* proc/own.c: what a container has instead of the host's file, by its path below /proc; -ENOENT: nothing. */
long proc_own_generate(struct task *task, const char *path, struct text *out);

#endif
