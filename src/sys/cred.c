/* SPDX-License-Identifier: MIT */
/*
 * Credentials: who the guest believes to be. The rules are Linux's (credentials(7), capabilities(7)), decided
 * here by the guest's own capabilities. With identity numbers the host's thread follows, because there the
 * host checks access to files.
 */
#include "sys/sys.h"
#include "fs/fs.h"
#include "host/process.h"
#include "kernel/cred.h"
#include "kernel/supervisor_client.h"
#include "kernel/user.h"

#define NGROUPS_MAX 65536
#define UNCHANGED   UINT32_MAX

/* What a change of user IDs does to capabilities; c holds the new IDs. */
static void fix_capabilities(struct cred *c, const struct cred *old)
{
    bool was_root = old->uid == 0 || old->euid == 0 || old->suid == 0;
    bool is_root = c->uid == 0 || c->euid == 0 || c->suid == 0;

    if (c->securebits & LINUX_SECBIT_NO_SETUID_FIXUP)
        return;
    if (was_root && !is_root) {
        if (!(c->securebits & LINUX_SECBIT_KEEP_CAPS))
            c->cap_permitted = c->cap_effective = 0;
        c->cap_ambient = 0;
    }
    if (old->euid == 0 && c->euid != 0)
        c->cap_effective = 0;
    if (old->euid != 0 && c->euid == 0)
        c->cap_effective = c->cap_permitted;
}

#define FS_CAPS                                                                                              \
    (CAP_BIT(LINUX_CAP_CHOWN) | CAP_BIT(LINUX_CAP_DAC_OVERRIDE) | CAP_BIT(LINUX_CAP_DAC_READ_SEARCH) |       \
     CAP_BIT(LINUX_CAP_FOWNER) | CAP_BIT(LINUX_CAP_FSETID) | CAP_BIT(LINUX_CAP_LINUX_IMMUTABLE) |            \
     CAP_BIT(LINUX_CAP_MAC_OVERRIDE) | CAP_BIT(LINUX_CAP_MKNOD))

/* Puts c in place, on the host too where the host decides. Takes c. */
static long install(struct task *task, struct cred *c)
{
    const struct cred *old = task->cred;
    bool ids = c->uid != old->uid || c->euid != old->euid || c->suid != old->suid || c->fsuid != old->fsuid ||
               c->gid != old->gid || c->egid != old->egid || c->sgid != old->sgid || c->fsgid != old->fsgid;

    if (ids && fs_is_identity(task->fs)) {
        long r = host_set_ids(c->uid, c->euid, c->suid, c->fsuid, c->gid, c->egid, c->sgid, c->fsgid);

        if (r < 0) {
            cred_put(c);
            return r;
        }
    }
    if (c->euid != old->euid || c->egid != old->egid)
        task->process->dumpable = false;
    cred_install(task, c);
    if (ids)
        supervisor_cred_changed(task);
    return 0;
}

static bool one_of(uint32_t id, uint32_t a, uint32_t b, uint32_t c)
{
    return id == a || id == b || id == c;
}

long sys_getuid(SYSCALL_PARAMS)
{
    return task->cred->uid;
}

long sys_geteuid(SYSCALL_PARAMS)
{
    return task->cred->euid;
}

long sys_getgid(SYSCALL_PARAMS)
{
    return task->cred->gid;
}

long sys_getegid(SYSCALL_PARAMS)
{
    return task->cred->egid;
}

long sys_setuid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t uid = (uint32_t)a0;
    struct cred *c;

    if (uid == UNCHANGED)
        return -LINUX_EINVAL;
    if (!capable(task, LINUX_CAP_SETUID) && uid != old->uid && uid != old->suid)
        return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (capable(task, LINUX_CAP_SETUID))
        c->uid = c->suid = uid;
    c->euid = c->fsuid = uid;
    fix_capabilities(c, old);
    return install(task, c);
}

long sys_setgid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t gid = (uint32_t)a0;
    struct cred *c;

    if (gid == UNCHANGED)
        return -LINUX_EINVAL;
    if (!capable(task, LINUX_CAP_SETGID) && gid != old->gid && gid != old->sgid)
        return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (capable(task, LINUX_CAP_SETGID))
        c->gid = c->sgid = gid;
    c->egid = c->fsgid = gid;
    return install(task, c);
}

long sys_setreuid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t uid = (uint32_t)a0, euid = (uint32_t)a1;
    bool may = capable(task, LINUX_CAP_SETUID);
    struct cred *c;

    if (uid != UNCHANGED && !may && uid != old->uid && uid != old->euid)
        return -LINUX_EPERM;
    if (euid != UNCHANGED && !may && !one_of(euid, old->uid, old->euid, old->suid))
        return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (uid != UNCHANGED)
        c->uid = uid;
    if (euid != UNCHANGED)
        c->euid = euid;
    if (uid != UNCHANGED || (euid != UNCHANGED && euid != old->uid))
        c->suid = c->euid;
    c->fsuid = c->euid;
    fix_capabilities(c, old);
    return install(task, c);
}

long sys_setregid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t gid = (uint32_t)a0, egid = (uint32_t)a1;
    bool may = capable(task, LINUX_CAP_SETGID);
    struct cred *c;

    if (gid != UNCHANGED && !may && gid != old->gid && gid != old->egid)
        return -LINUX_EPERM;
    if (egid != UNCHANGED && !may && !one_of(egid, old->gid, old->egid, old->sgid))
        return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (gid != UNCHANGED)
        c->gid = gid;
    if (egid != UNCHANGED)
        c->egid = egid;
    if (gid != UNCHANGED || (egid != UNCHANGED && egid != old->gid))
        c->sgid = c->egid;
    c->fsgid = c->egid;
    return install(task, c);
}

long sys_setresuid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t id[3] = {(uint32_t)a0, (uint32_t)a1, (uint32_t)a2};
    struct cred *c;

    for (int i = 0; i < 3; i++)
        if (id[i] != UNCHANGED && !capable(task, LINUX_CAP_SETUID) &&
            !one_of(id[i], old->uid, old->euid, old->suid))
            return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (id[0] != UNCHANGED)
        c->uid = id[0];
    if (id[1] != UNCHANGED)
        c->euid = id[1];
    if (id[2] != UNCHANGED)
        c->suid = id[2];
    c->fsuid = c->euid;
    fix_capabilities(c, old);
    return install(task, c);
}

long sys_setresgid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t id[3] = {(uint32_t)a0, (uint32_t)a1, (uint32_t)a2};
    struct cred *c;

    for (int i = 0; i < 3; i++)
        if (id[i] != UNCHANGED && !capable(task, LINUX_CAP_SETGID) &&
            !one_of(id[i], old->gid, old->egid, old->sgid))
            return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    if (id[0] != UNCHANGED)
        c->gid = id[0];
    if (id[1] != UNCHANGED)
        c->egid = id[1];
    if (id[2] != UNCHANGED)
        c->sgid = id[2];
    c->fsgid = c->egid;
    return install(task, c);
}

static long write_three(struct task *task, const uint64_t *to, uint32_t a, uint32_t b, uint32_t c)
{
    if (user_write(task, to[0], &a, 4) < 0 || user_write(task, to[1], &b, 4) < 0 ||
        user_write(task, to[2], &c, 4) < 0)
        return -LINUX_EFAULT;
    return 0;
}

long sys_getresuid(SYSCALL_PARAMS)
{
    const struct cred *c = task->cred;

    return write_three(task, (uint64_t[]){a0, a1, a2}, c->uid, c->euid, c->suid);
}

long sys_getresgid(SYSCALL_PARAMS)
{
    const struct cred *c = task->cred;

    return write_three(task, (uint64_t[]){a0, a1, a2}, c->gid, c->egid, c->sgid);
}

/* These two return the old value, whether they changed it or not. */
long sys_setfsuid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t uid = (uint32_t)a0, before = old->fsuid;
    struct cred *c;

    if (uid == UNCHANGED || (!capable(task, LINUX_CAP_SETUID) && uid != old->fsuid &&
                             !one_of(uid, old->uid, old->euid, old->suid)))
        return before;
    if (!(c = cred_dup(old)))
        return before;
    c->fsuid = uid;
    if (before == 0 && uid != 0)
        c->cap_effective &= ~FS_CAPS;
    if (before != 0 && uid == 0)
        c->cap_effective |= c->cap_permitted & FS_CAPS;
    install(task, c);
    return before;
}

long sys_setfsgid(SYSCALL_PARAMS)
{
    const struct cred *old = task->cred;
    uint32_t gid = (uint32_t)a0, before = old->fsgid;
    struct cred *c;

    if (gid == UNCHANGED || (!capable(task, LINUX_CAP_SETGID) && gid != old->fsgid &&
                             !one_of(gid, old->gid, old->egid, old->sgid)))
        return before;
    if (!(c = cred_dup(old)))
        return before;
    c->fsgid = gid;
    install(task, c);
    return before;
}

long sys_getgroups(SYSCALL_PARAMS)
{
    const struct cred *c = task->cred;
    int size = (int)a0;

    if (size < 0)
        return -LINUX_EINVAL;
    if (size == 0)
        return c->ngroups;
    if ((uint32_t)size < c->ngroups)
        return -LINUX_EINVAL;
    if (user_write(task, a1, c->groups, c->ngroups * sizeof c->groups[0]) < 0)
        return -LINUX_EFAULT;
    return c->ngroups;
}

static void sort_groups(uint32_t *g, uint32_t n)
{
    /* Heap sort: the guest chooses n. */
    for (uint32_t end = n, start = n / 2; end > 1;) {
        uint32_t root, child, value;

        if (start) {
            start--;
        } else {
            end--;
            value = g[end];
            g[end] = g[0];
            g[0] = value;
        }
        for (root = start; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && g[child] < g[child + 1])
                child++;
            if (g[root] >= g[child])
                break;
            value = g[root];
            g[root] = g[child];
            g[child] = value;
        }
    }
}

long sys_setgroups(SYSCALL_PARAMS)
{
    uint32_t n = (uint32_t)a0;
    struct cred *c;

    if (!capable(task, LINUX_CAP_SETGID))
        return -LINUX_EPERM;
    if (n > NGROUPS_MAX)
        return -LINUX_EINVAL;
    if (!(c = cred_new(n)))
        return -LINUX_ENOMEM;
    memcpy(c, task->cred, sizeof *c);
    c->refs = 1;
    c->ngroups = n;
    if (n && user_read(task, c->groups, a1, n * sizeof c->groups[0]) < 0) {
        cred_put(c);
        return -LINUX_EFAULT;
    }
    sort_groups(c->groups, n);
    if (fs_is_identity(task->fs)) {
        long r = host_setgroups(n, c->groups);

        if (r < 0) {
            cred_put(c);
            return r;
        }
    }
    cred_install(task, c);
    return 0;
}

/* --- capabilities --- */

/* How many 32-bit words a version has; 0 for an unknown one, in which case the header is told the right one.
 */
static long cap_words(struct task *task, uint64_t header_at, struct linux_cap_header *header, int *words)
{
    if (user_read(task, header, header_at, sizeof *header) < 0)
        return -LINUX_EFAULT;
    switch (header->version) {
    case LINUX__LINUX_CAPABILITY_VERSION_1:
        *words = 1;
        return 0;
    case LINUX__LINUX_CAPABILITY_VERSION_2:
    case LINUX__LINUX_CAPABILITY_VERSION_3:
        *words = 2;
        return 0;
    }
    header->version = LINUX__LINUX_CAPABILITY_VERSION_3;
    if (user_write(task, header_at, header, sizeof header->version) < 0)
        return -LINUX_EFAULT;
    *words = 0;
    return -LINUX_EINVAL;
}

static struct task *find_task(struct process *p, int tid)
{
    struct task *t;

    list_for_each_entry (t, &p->tasks, in_process)
        if (t->tid == tid)
            return t;
    return NULL;
}

long sys_capget(SYSCALL_PARAMS)
{
    struct linux_cap_header header;
    struct linux_cap_data data[2];
    struct task *other = task;
    uint64_t e, p, i;
    int words;
    long r = cap_words(task, a0, &header, &words);

    if (r < 0)
        return r == -LINUX_EINVAL && !a1 ? 0 : r;
    if (header.pid < 0)
        return -LINUX_EINVAL;
    lock_acquire(&task->process->lock);
    if (header.pid)
        other = find_task(task->process, header.pid);
    if (other) {
        e = other->cred->cap_effective;
        p = other->cred->cap_permitted;
        i = other->cred->cap_inheritable;
    }
    lock_release(&task->process->lock);
    if (!other)
        return -LINUX_ESRCH;
    for (int w = 0; w < 2; w++)
        data[w] = (struct linux_cap_data){(uint32_t)(e >> 32 * w), (uint32_t)(p >> 32 * w),
                                          (uint32_t)(i >> 32 * w)};
    if (!a1)
        return 0;
    return user_write(task, a1, data, (size_t)words * sizeof data[0]);
}

long sys_capset(SYSCALL_PARAMS)
{
    struct linux_cap_header header;
    struct linux_cap_data data[2] = {0};
    const struct cred *old = task->cred;
    uint64_t e, p, i;
    struct cred *c;
    int words;
    long r = cap_words(task, a0, &header, &words);

    if (r < 0)
        return r;
    if (header.pid && header.pid != task->tid)
        return -LINUX_EPERM;
    if (user_read(task, data, a1, (size_t)words * sizeof data[0]) < 0)
        return -LINUX_EFAULT;
    e = (data[0].effective | (uint64_t)data[1].effective << 32) & CAP_ALL;
    p = (data[0].permitted | (uint64_t)data[1].permitted << 32) & CAP_ALL;
    i = (data[0].inheritable | (uint64_t)data[1].inheritable << 32) & CAP_ALL;
    if (!capable(task, LINUX_CAP_SETPCAP) && (i & ~(old->cap_inheritable | old->cap_permitted)))
        return -LINUX_EPERM;
    if (i & ~(old->cap_inheritable | old->cap_bounding))
        return -LINUX_EPERM;
    if ((p & ~old->cap_permitted) || (e & ~p))
        return -LINUX_EPERM;
    if (!(c = cred_dup(old)))
        return -LINUX_ENOMEM;
    c->cap_effective = e;
    c->cap_permitted = p;
    c->cap_inheritable = i;
    c->cap_ambient &= p & i;
    return install(task, c);
}
