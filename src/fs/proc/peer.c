/* SPDX-License-Identifier: MIT */
/* Reading the memory of other guest processes; see peer.h. */
#include "fs/proc/peer.h"
#include "kernel/pids.h"

#define ANCHOR_MAGIC UINT64_C(0x72656570656c6361)

/* The process of this memory, at an address that is the same in every process. A vfork child that lives in
 * its parent's memory is not found by it: it has hardly anything of its own. */
static struct anchor {
    uint64_t magic;
    struct process *process;
} anchor = {.magic = ANCHOR_MAGIC};

void fs_announce(struct process *process)
{
    /* Not written after most forks, so that the page stays shared. */
    if (anchor.process != process)
        anchor.process = process;
}

bool peer_read(const struct peer *peer, const void *at, void *to, size_t n)
{
    return at && host_pread(peer->mem, to, n, (int64_t)(uintptr_t)at) == (long)n;
}

void peer_close(struct peer **peer)
{
    if (!*peer)
        return;
    host_close((*peer)->mem);
    kfree(*peer);
    *peer = NULL;
}

/* Our own program is what the other must run: its file is the same. */
static bool runs_ours(int host_pid)
{
    char path[PROC_HOST_SIZE];
    struct linux_kstat a, b;

    fmt(path, sizeof path, "/proc/%d/exe", host_pid);
    return host_fstatat(LINUX_AT_FDCWD, path, &a, 0) == 0 &&
           host_fstatat(LINUX_AT_FDCWD, "/proc/self/exe", &b, 0) == 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

/* The task with that number, or the first one. */
static bool find_task(struct peer *peer, unsigned tid)
{
    const struct list *at = peer->process.tasks.next;

    for (int i = 0; i < 100000; i++) {
        const struct task *t = list_entry(at, struct task, in_process);

        if (!peer_read(peer, t, &peer->task, offsetof(struct task, sig.altstack)) || !peer->task.process)
            return false;
        if (!tid || (unsigned)peer->task.tid == tid)
            return true;
        at = peer->task.in_process.next;
    }
    return false;
}

static bool load(struct peer *peer, unsigned tid)
{
    const struct task *t = &peer->task;
    struct anchor there;

    if (!peer_read(peer, &anchor, &there, sizeof there) || there.magic != ANCHOR_MAGIC ||
        !peer_read(peer, there.process, &peer->process, sizeof peer->process) ||
        peer->process.host_pid != peer->host_pid || !find_task(peer, tid) ||
        !peer_read(peer, peer->process.mm, &peer->mm, sizeof peer->mm) ||
        !peer_read(peer, t->fs, &peer->fs, sizeof peer->fs) ||
        !peer_read(peer, t->cred, &peer->cred, sizeof peer->cred))
        return false;
    peer->cred.ngroups = MIN(peer->cred.ngroups, (uint32_t)PEER_GROUPS);
    return !peer->cred.ngroups || peer_read(peer, (const char *)t->cred + sizeof peer->cred,
                                            peer->cred.groups, peer->cred.ngroups * sizeof(uint32_t));
}

struct peer *peer_open(struct task *task, struct proc_id id)
{
    int host_pid = pids_to_host(task->process, (int)id.pid);
    struct peer *peer;
    char path[PROC_HOST_SIZE];
    long fd;

    if (host_pid <= 0 || !runs_ours(host_pid))
        return NULL;
    peer = kzalloc(sizeof *peer + PEER_GROUPS * sizeof(uint32_t));
    if (!peer)
        return NULL;
    fmt(path, sizeof path, "/proc/%d/mem", host_pid);
    fd = host_open(path, LINUX_O_RDONLY, 0);
    peer->mem = (int)fd;
    peer->host_pid = host_pid;
    if (fd >= 0 && load(peer, id.tid))
        return peer;
    if (fd >= 0)
        host_close((int)fd);
    kfree(peer);
    return NULL;
}

void fs_process_limit(struct task *task, int pid, int resource, struct linux_rlimit64 *limit)
{
    CLEANUP_PEER(peer) = peer_open(task, (struct proc_id){.pid = (unsigned)pid});

    if (peer)
        *limit = peer->process.rlimits[resource];
}

bool peer_text(const struct peer *peer, uint64_t start, uint64_t end, struct text *out)
{
    size_t before = out->len;

    while (start < end) {
        size_t n = MIN(end - start, 4096 - start % 4096);
        char *to = text_room(out, n);

        if (!to || !peer_read(peer, (const void *)(uintptr_t)start, to, n))
            break;
        out->len += n;
        start += n;
    }
    return out->len > before;
}

/* The slots of the table: false when there are none. */
static bool slots_of(const struct peer *peer, struct fdslots *head, const struct fdslots **at)
{
    struct fdtable table;

    if (!peer_read(peer, peer->task.files, &table, sizeof table))
        return false;
    *at = atomic_load(&table.slots);
    return peer_read(peer, *at, head, sizeof *head);
}

bool peer_fd(const struct peer *peer, int fd, struct file *file, bool *cloexec)
{
    const struct fdslots *at;
    struct fdslots head;
    const struct file *found;
    uint64_t bits;

    if (fd < 0 || !slots_of(peer, &head, &at) || fd >= head.size ||
        !peer_read(peer, (const char *)at + offsetof(struct fdslots, files) + (size_t)fd * sizeof found,
                   &found, sizeof found) ||
        !peer_read(peer, found, file, sizeof *file) ||
        !peer_read(peer, head.cloexec + fd / 64, &bits, sizeof bits))
        return false;
    *cloexec = bits >> (fd % 64) & 1;
    return true;
}

int peer_fd_next(const struct peer *peer, int fd, struct file *file, bool *cloexec)
{
    const struct fdslots *at;
    struct fdslots head;
    uint64_t bits;

    if (!slots_of(peer, &head, &at))
        return -1;
    for (; fd < head.size; fd++) {
        if (!peer_read(peer, head.used + fd / 64, &bits, sizeof bits))
            return -1;
        bits >>= fd % 64;
        if (!bits) {
            fd |= 63;
            continue;
        }
        fd += __builtin_ctzll(bits);
        if (peer_fd(peer, fd, file, cloexec))
            return fd;
    }
    return -1;
}

static bool read_path(const struct peer *peer, const char *at, uint32_t len, char *buf, size_t size)
{
    if (len >= size || !peer_read(peer, at, buf, len))
        return false;
    buf[len] = '\0';
    if (!len)
        str_copy(buf, "/", size);
    return true;
}

enum file_kind peer_file_kind(const struct peer *peer, const struct file *file)
{
    struct file_ops ops;

    return peer_read(peer, file->ops, &ops, sizeof ops) ? ops.kind : FILE_HOST;
}

bool peer_file_path(const struct peer *peer, const struct file *file, char *buf, size_t size, int *mount)
{
    struct file_ops ops;
    struct vfs_file data;
    struct mount mnt;

    if (!peer_read(peer, file->ops, &ops, sizeof ops) || ops.release != vfs_file_release ||
        !peer_read(peer, file->data, &data, sizeof data) ||
        !read_path(peer, (const char *)file->data + offsetof(struct vfs_file, path), data.path_len, buf,
                   size))
        return false;
    *mount = peer_read(peer, data.mnt, &mnt, sizeof mnt) ? mnt.id : 0;
    return true;
}

bool peer_dir_path(const struct peer *peer, const struct vfs_dir *dir, char *buf, size_t size)
{
    struct vfs_dir copy;

    return peer_read(peer, dir, &copy, sizeof copy) &&
           read_path(peer, (const char *)dir + offsetof(struct vfs_dir, path), copy.path_len, buf, size);
}
