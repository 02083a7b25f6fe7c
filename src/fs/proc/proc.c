/* SPDX-License-Identifier: MIT */
/* Looking up, listing and reading /proc; see proc.h. */
#include "fs/proc/proc.h"
#include "kernel/cred.h"
#include "host/signal.h"
#include "kernel/pids.h"
#include "kernel/supervisor_client.h"
#include "supervisor/pid_table.h"

bool proc_is_self(const struct task *task, struct proc_id id)
{
    return (int)id.pid == task->process->pid;
}

long proc_host_folder(struct task *task, struct proc_id id, char buf[PROC_HOST_SIZE])
{
    int pid = pids_to_host(task->process, (int)id.pid), tid = 0;

    if (pid <= 0)
        return -LINUX_ESRCH;
    if (id.tid) {
        tid = (int)id.tid == task->tid ? task->host_tid : pids_to_host(task->process, (int)id.tid);
        if (tid <= 0)
            return -LINUX_ESRCH;
        fmt(buf, PROC_HOST_SIZE, "/proc/%d/task/%d", pid, tid);
    } else {
        fmt(buf, PROC_HOST_SIZE, "/proc/%d", pid);
    }
    return 0;
}

static bool process_exists(struct task *task, struct proc_id id)
{
    char host[PROC_HOST_SIZE];
    struct linux_kstat st;
    struct pid_slot slot;

    if (task->process->pids && (!pids_get(task->process, (int)(id.tid ? id.tid : id.pid), &slot) ||
                                slot.flags & PID_GROUP || (id.tid && slot.tgid != (int)id.pid)))
        return false;
    return proc_host_folder(task, id, host) == 0 && host_fstatat(LINUX_AT_FDCWD, host, &st, 0) == 0;
}

/* The path below /proc of a node, without a slash at its beginning. */
static const char *path_below(const struct vfs_node *node)
{
    const char *p = node->path + MIN(node->mnt->point_len, node->path_len);

    return *p == '/' ? p + 1 : p;
}

uint64_t proc_ino(struct proc_id id, const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ proc_id_pack(id);

    for (; *path; path++)
        hash = (hash ^ (uint8_t)*path) * UINT64_C(0x100000001b3);
    return hash >> 8;
}

/* The mode of an object; 0: there is none. */
static uint32_t mode_of(struct task *task, struct proc_id id, const char *path)
{
    uint32_t mode;

    switch (id.entry) {
    case PROC_ROOT:
    case PROC_PID:
    case PROC_TASK:
    case PROC_FDINFO:
        return LINUX_S_IFDIR | 0555;
    case PROC_FD:
        return LINUX_S_IFDIR | 0500;
    case PROC_NS:
        return LINUX_S_IFDIR | 0511;
    case PROC_MIRROR:
        return proc_mirror_stat(path, &mode) == 0 ? mode : 0;
    case PROC_FILE:
    case PROC_FDINFO_FILE:
        return LINUX_S_IFREG | 0444;
    case PROC_FD_LINK:
        return proc_fd_mode(task, id);
    }
    if (id.entry >= PROC_PID_FIRST)
        return LINUX_S_IFREG | proc_pid_files[id.entry - PROC_PID_FIRST].mode;
    return LINUX_S_IFLNK | 0777;
}

/* Who owns the files of a process: its effective user and group. */
static void owner_of(struct task *task, struct proc_id id, uint32_t *uid, uint32_t *gid)
{
    char host[PROC_HOST_SIZE];
    struct linux_kstat st;
    struct pid_slot slot;

    *uid = *gid = 0;
    if (!id.pid)
        return;
    if (proc_is_self(task, id)) {
        *uid = task->cred->euid;
        *gid = task->cred->egid;
    } else if (task->process->pids) {
        if (pid_table_get(task->process->pids, (int)id.pid, &slot))
            *uid = slot.euid;
    } else if (process_is_identity(task->process) &&
               proc_host_folder(task, (struct proc_id){.pid = id.pid}, host) == 0 &&
               host_fstatat(LINUX_AT_FDCWD, host, &st, 0) == 0) {
        *uid = st.st_uid;
        *gid = st.st_gid;
    }
}

static void fill(struct task *task, struct vfs_node *node, struct proc_id id, uint32_t mode, const char *path)
{
    uint32_t uid, gid;

    owner_of(task, id, &uid, &gid);
    node->id = proc_id_pack(id);
    virtual_stat(node, proc_ino(id, path), mode, uid, gid);
    node->host_mode = mode;
}

static long proc_root(struct task *task, struct mount *mnt, struct vfs_node *root)
{
    fill(task, root, (struct proc_id){.entry = PROC_ROOT}, LINUX_S_IFDIR | 0555, "");
    return 0;
}

static bool parse_number(const char *s, unsigned max, unsigned *value)
{
    uint64_t v;
    size_t n = str_to_u64(s, &v);

    if (n == 0 || s[n] || v > max || (s[0] == '0' && s[1]))
        return false;
    *value = (unsigned)v;
    return true;
}

static const struct {
    const char *name;
    unsigned entry;
} root_names[] = {{"self", PROC_SELF},
                  {"thread-self", PROC_THREAD_SELF},
                  {"mounts", PROC_MOUNTS_LINK},
                  {"net", PROC_NET_LINK}},
  pid_names[] = {{"task", PROC_TASK}, {"fd", PROC_FD},          {"fdinfo", PROC_FDINFO}, {"exe", PROC_EXE},
                 {"cwd", PROC_CWD},   {"root", PROC_ROOT_LINK}, {"ns", PROC_NS}};

static bool has_file(struct proc_id folder, size_t i)
{
    enum proc_pid_file_only only = proc_pid_files[i].only;

    return only == PROC_OF_BOTH || (folder.tid != 0) == (only == PROC_OF_THREAD);
}

/* Finds the id behind a name in a folder; false when there is none. */
static bool find(struct task *task, struct proc_id dir, const char *name, struct proc_id *id)
{
    *id = dir;
    switch (dir.entry) {
    case PROC_ROOT:
        for (size_t i = 0; i < ARRAY_SIZE(root_names); i++)
            if (strcmp(name, root_names[i].name) == 0) {
                id->entry = root_names[i].entry;
                return true;
            }
        id->entry = PROC_PID;
        if (parse_number(name, 0xfffff, &id->pid))
            return id->pid && process_exists(task, *id);
        id->entry = proc_root_file(name) ? PROC_FILE : PROC_MIRROR;
        return true;
    case PROC_MIRROR:
        return true;
    case PROC_PID:
        for (size_t i = 0; i < ARRAY_SIZE(pid_names); i++)
            if (strcmp(name, pid_names[i].name) == 0) {
                id->entry = pid_names[i].entry;
                return !(dir.tid && id->entry == PROC_TASK);
            }
        if (strcmp(name, "net") == 0) {
            *id = (struct proc_id){.entry = PROC_MIRROR}; /* the same for all */
            return true;
        }
        for (size_t i = 0; i < proc_pid_file_count; i++)
            if (strcmp(name, proc_pid_files[i].name) == 0 && has_file(dir, i)) {
                id->entry = PROC_PID_FIRST + (unsigned)i;
                return true;
            }
        return false;
    case PROC_TASK:
        id->entry = PROC_PID;
        return parse_number(name, 0xfffff, &id->tid) && id->tid && process_exists(task, *id);
    case PROC_FD:
    case PROC_FDINFO:
        id->entry = dir.entry == PROC_FD ? PROC_FD_LINK : PROC_FDINFO_FILE;
        return parse_number(name, 0xffff, &id->fd) && proc_fd_exists(task, *id);
    case PROC_NS:
        id->entry = PROC_NS_LINK;
        for (id->fd = 0; proc_ns_name(id->fd); id->fd++)
            if (strcmp(name, proc_ns_name(id->fd)) == 0)
                return true;
        return false;
    }
    return false;
}

/* Where a mirrored path lies below the host's /proc: that of a process's net is the same for all. */
static void mirror_path(const char *path, char *buf, size_t size)
{
    const char *net = strchr(path, '/');

    if (path[0] >= '0' && path[0] <= '9')
        net = net && strncmp(net, "/task/", 6) == 0 ? strchr(net + 6, '/') : net;
    fmt(buf, size, "%s", path[0] >= '0' && path[0] <= '9' && net ? net + 1 : path);
}

static long proc_lookup(struct task *task, struct vfs_node *dir, const char *name, struct vfs_node *out)
{
    struct proc_id id;
    char path[512] = "", below[512];
    uint32_t mode;

    if (!find(task, proc_id_unpack(dir->id), name, &id))
        return -LINUX_ENOENT;
    if (id.entry == PROC_MIRROR || id.entry == PROC_FILE) {
        const char *folder = path_below(dir);

        if ((size_t)fmt(below, sizeof below, "%s%s%s", folder, *folder ? "/" : "", name) >= sizeof below)
            return -LINUX_ENOENT;
        mirror_path(below, path, sizeof path);
    }
    mode = mode_of(task, id, path);
    if (!mode)
        return -LINUX_ENOENT;
    fill(task, out, id, mode, path);
    return 0;
}

static long proc_getattr(struct task *task, struct vfs_node *node)
{
    struct proc_id id = proc_id_unpack(node->id);
    char path[512];
    uint32_t mode;

    if (node->st_known)
        return 0;
    mirror_path(path_below(node), path, sizeof path);
    mode = mode_of(task, id, path);
    if (!mode || (id.pid && !process_exists(task, (struct proc_id){.pid = id.pid})))
        return -LINUX_ENOENT;
    fill(task, node, id, mode, id.entry == PROC_MIRROR || id.entry == PROC_FILE ? path : "");
    return 0;
}

static long proc_readlink(struct task *task, struct vfs_node *node, char *buf, size_t size)
{
    char *text cleanup_free = kmalloc(VFS_PATH_MAX);
    long n;

    if (!text)
        return -LINUX_ENOMEM;
    n = proc_link_text(task, proc_id_unpack(node->id), text, VFS_PATH_MAX);
    if (n < 0)
        return n;
    n = MIN(n, (long)size);
    memcpy(buf, text, (size_t)n);
    return n;
}

static long proc_follow(struct task *task, struct vfs_node *node, struct vfs_node *out)
{
    return proc_link_follow(task, proc_id_unpack(node->id), out);
}

static void list_number(struct text *out, struct proc_id id)
{
    char name[16];

    fmt(name, sizeof name, "%u", id.tid ? id.tid : id.pid);
    virtual_list_add(out, name, proc_ino(id, ""), LINUX_S_IFDIR);
}

/* The numbers that the host has a folder for, those outside of the container left out. */
static long list_host_numbers(struct task *task, const char *folder, struct proc_id id, struct text *out)
{
    char buf[4096];
    long fd = host_open(folder, LINUX_O_RDONLY | LINUX_O_DIRECTORY, 0), n;

    if (fd < 0)
        return fd;
    while ((n = host_getdents((int)fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n;) {
            const struct linux_dirent64 *d = (const void *)(buf + at);
            unsigned host;
            int guest;

            at += d->d_reclen;
            if (!parse_number(d->d_name, INT32_MAX, &host) ||
                (guest = pids_to_guest(task->process, (int)host)) <= 0)
                continue;
            if (id.entry == PROC_TASK)
                list_number(out, (struct proc_id){.entry = PROC_PID, .pid = id.pid, .tid = (unsigned)guest});
            else
                list_number(out, (struct proc_id){.entry = PROC_PID, .pid = (unsigned)guest});
        }
    host_close((int)fd);
    return n;
}

/* In the order of the numbers, as the table has them. */
static long list_processes(struct task *task, struct text *out)
{
    const struct pid_table *pids = task->process->pids;
    struct pid_slot slot;

    if (!pids)
        return list_host_numbers(task, "/proc", (struct proc_id){0}, out);
    supervisor_sync(task->process); /* so that whoever forks, and who was forked, is there */
    for (int pid = 1, last = atomic_load(&pids->last); pid <= last; pid++)
        if (atomic_load_explicit(&pids->slots[pid].host, memory_order_relaxed) &&
            pid_table_get(pids, pid, &slot) && slot.flags & PID_LEADER && !(slot.flags & PID_GROUP) &&
            host_kill(slot.host, 0) != -LINUX_ESRCH) /* the supervisor may not have heard yet */
            list_number(out, (struct proc_id){.entry = PROC_PID, .pid = (unsigned)pid});
    return 0;
}

static long proc_list(struct task *task, struct vfs_node *dir, struct text *out)
{
    struct proc_id id = proc_id_unpack(dir->id);
    char host[PROC_HOST_SIZE], path[512];
    long r;

    switch (id.entry) {
    case PROC_ROOT:
        for (size_t i = 0; i < ARRAY_SIZE(root_names); i++)
            virtual_list_add(out, root_names[i].name,
                             proc_ino((struct proc_id){.entry = root_names[i].entry}, ""), LINUX_S_IFLNK);
        proc_root_list(out);
        return list_processes(task, out);
    case PROC_MIRROR:
        mirror_path(path_below(dir), path, sizeof path);
        return proc_mirror_list(task, path, out);
    case PROC_PID:
        for (size_t i = 0; i < ARRAY_SIZE(pid_names); i++) {
            struct proc_id entry = {.entry = pid_names[i].entry, .pid = id.pid, .tid = id.tid};

            if (!(id.tid && entry.entry == PROC_TASK))
                virtual_list_add(out, pid_names[i].name, proc_ino(entry, ""), mode_of(task, entry, ""));
        }
        virtual_list_add(out, "net", proc_ino((struct proc_id){.entry = PROC_MIRROR}, "net"), LINUX_S_IFDIR);
        for (size_t i = 0; i < proc_pid_file_count; i++) {
            struct proc_id entry = {.entry = PROC_PID_FIRST + (unsigned)i, .pid = id.pid, .tid = id.tid};

            if (has_file(id, i))
                virtual_list_add(out, proc_pid_files[i].name, proc_ino(entry, ""), LINUX_S_IFREG);
        }
        return 0;
    case PROC_TASK:
        r = proc_host_folder(task, (struct proc_id){.pid = id.pid}, host);
        if (r < 0)
            return -LINUX_ENOENT;
        fmt(path, sizeof path, "%s/task", host);
        return list_host_numbers(task, path, id, out);
    case PROC_FD:
    case PROC_FDINFO:
        return proc_fd_list(task, id, out, id.entry == PROC_FD ? LINUX_S_IFLNK : LINUX_S_IFREG);
    case PROC_NS:
        for (unsigned i = 0; proc_ns_name(i); i++)
            virtual_list_add(out, proc_ns_name(i),
                             proc_ino((struct proc_id){PROC_NS_LINK, id.pid, id.tid, i}, ""), LINUX_S_IFLNK);
        return 0;
    }
    return -LINUX_ENOTDIR;
}

static long proc_generate(struct task *task, struct vfs_node *node, struct text *out)
{
    struct proc_id id = proc_id_unpack(node->id);
    char host[PROC_HOST_SIZE], path[512];
    long r;

    if (id.entry == PROC_FILE)
        return proc_root_generate(task, path_below(node), out);
    if (id.entry == PROC_MIRROR) {
        mirror_path(path_below(node), path, sizeof path);
        return proc_mirror_generate(task, path, out);
    }
    if (id.entry == PROC_FDINFO_FILE)
        return proc_fdinfo(task, id, out);
    if (id.entry < PROC_PID_FIRST)
        return -LINUX_EINVAL;
    if (!proc_pid_files[id.entry - PROC_PID_FIRST].generate)
        return -LINUX_EINVAL;
    r = proc_host_folder(task, id, host);
    if (r == 0)
        r = proc_pid_files[id.entry - PROC_PID_FIRST].generate(task, id, host, out);
    return r == -LINUX_ENOENT ? -LINUX_ESRCH : r;
}

static long proc_write(struct task *task, struct vfs_node *node, char *data, size_t n)
{
    struct proc_id id = proc_id_unpack(node->id);
    char host[PROC_HOST_SIZE];
    long r;

    if (id.entry == PROC_MIRROR && process_is_identity(task->process))
        return proc_mirror_write(path_below(node), data, n);
    if (id.entry < PROC_PID_FIRST || !proc_pid_files[id.entry - PROC_PID_FIRST].write)
        return -LINUX_EINVAL;
    r = proc_host_folder(task, id, host);
    return r < 0 ? r : proc_pid_files[id.entry - PROC_PID_FIRST].write(task, id, host, data, n);
}

static long proc_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    struct proc_id id = proc_id_unpack(node->id);
    char host[PROC_HOST_SIZE];

    if (id.entry == PROC_MIRROR && (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY && !(flags & LINUX_O_PATH) &&
        !process_is_identity(task->process))
        return -LINUX_EROFS;
    if (id.entry >= PROC_PID_FIRST && proc_pid_files[id.entry - PROC_PID_FIRST].open &&
        !(flags & LINUX_O_PATH)) {
        const struct proc_pid_file *file = &proc_pid_files[id.entry - PROC_PID_FIRST];
        long r = proc_host_folder(task, id, host);

        if (r == 0)
            r = file->open(task, id, host, flags);
        if (r < 0)
            return r;
        node->host_mode = node->st.st_mode;
        return vfs_file_new_ops(node, (int)r, flags, file->ops, out);
    }
    return virtual_open(task, node, flags, out);
}

/* A name that is not there cannot be made, which proc says by its absence. */
static long proc_mkdir(struct task *task, struct vfs_node *dir, const char *name, uint32_t mode)
{
    return -LINUX_ENOENT;
}

static long proc_create(struct task *task, struct vfs_node *dir, const char *name, unsigned flags,
                        uint32_t mode, struct file **out)
{
    return -LINUX_ENOENT;
}

static long proc_statfs(struct task *task, struct vfs_node *node, struct linux_statfs *st)
{
    *st = (struct linux_statfs){
        .f_type = LINUX_PROC_SUPER_MAGIC, .f_bsize = 4096, .f_frsize = 4096, .f_namelen = 255};
    return 0;
}

static const struct file_ops *proc_file_ops(uint64_t packed)
{
    unsigned entry = proc_id_unpack(packed).entry;

    return entry >= PROC_PID_FIRST && entry - PROC_PID_FIRST < proc_pid_file_count
               ? proc_pid_files[entry - PROC_PID_FIRST].ops
               : NULL;
}

const struct virtual_fs proc_fs = {
    .ops =
        {
            .name = "proc",
            .root = proc_root,
            .lookup = proc_lookup,
            .getattr = proc_getattr,
            .open = proc_open,
            .readlink = proc_readlink,
            .follow = proc_follow,
            .mkdir = proc_mkdir,
            .create = proc_create,
            .statfs = proc_statfs,
        },
    .generate = proc_generate,
    .list = proc_list,
    .write = proc_write,
    .file_ops = proc_file_ops,
};
