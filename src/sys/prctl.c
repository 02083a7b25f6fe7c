/* SPDX-License-Identifier: MIT */
/* prctl(2). */
#include "sys/seccomp_calls.h"
#include "sys/sys.h"
#include "host/process.h"
#include "kernel/cred.h"
#include "kernel/user.h"

static long change_cred(struct task *task, void (*change)(struct cred *, uint64_t), uint64_t arg)
{
    struct cred *c = cred_dup(task->cred);

    if (!c)
        return -LINUX_ENOMEM;
    change(c, arg);
    cred_install(task, c);
    return 0;
}

static void drop_bounding(struct cred *c, uint64_t cap)
{
    c->cap_bounding &= ~CAP_BIT(cap);
}

static void set_securebits(struct cred *c, uint64_t bits)
{
    c->securebits = (uint32_t)bits;
}

static void raise_ambient(struct cred *c, uint64_t cap)
{
    c->cap_ambient |= CAP_BIT(cap);
}

static void lower_ambient(struct cred *c, uint64_t cap)
{
    c->cap_ambient &= ~CAP_BIT(cap);
}

static void clear_ambient(struct cred *c, uint64_t unused)
{
    (void)unused;
    c->cap_ambient = 0;
}

static long ambient(struct task *task, uint64_t op, uint64_t cap)
{
    const struct cred *c = task->cred;

    if (op == LINUX_PR_CAP_AMBIENT_CLEAR_ALL)
        return cap ? -LINUX_EINVAL : change_cred(task, clear_ambient, 0);
    if (cap > LINUX_CAP_LAST_CAP)
        return -LINUX_EINVAL;
    switch (op) {
    case LINUX_PR_CAP_AMBIENT_IS_SET:
        return !!(c->cap_ambient & CAP_BIT(cap));
    case LINUX_PR_CAP_AMBIENT_RAISE:
        if (!(c->cap_permitted & c->cap_inheritable & CAP_BIT(cap)) ||
            (c->securebits & LINUX_SECBIT_NO_CAP_AMBIENT_RAISE))
            return -LINUX_EPERM;
        return change_cred(task, raise_ambient, cap);
    case LINUX_PR_CAP_AMBIENT_LOWER:
        return change_cred(task, lower_ambient, cap);
    }
    return -LINUX_EINVAL;
}

/* Lock bits stay, and what they lock does not change. */
static long securebits(struct task *task, uint64_t bits)
{
    uint32_t old = task->cred->securebits, locked = (old & 0xaa) >> 1;

    if (!capable(task, LINUX_CAP_SETPCAP))
        return -LINUX_EPERM;
    if ((bits & ~UINT64_C(0xff)) || ((old ^ bits) & locked) || (old & 0xaa & ~bits))
        return -LINUX_EPERM;
    return change_cred(task, set_securebits, bits);
}

static long keep_caps(struct task *task, uint64_t on)
{
    uint32_t old = task->cred->securebits;

    if (on > 1)
        return -LINUX_EINVAL;
    if (old & LINUX_SECBIT_KEEP_CAPS_LOCKED)
        return -LINUX_EPERM;
    return change_cred(task, set_securebits,
                       on ? old | LINUX_SECBIT_KEEP_CAPS : old & ~(uint32_t)LINUX_SECBIT_KEEP_CAPS);
}

static long set_name(struct task *task, uint64_t from)
{
    char name[16];
    long n = user_string(task, name, from, sizeof name);

    if (n < 0 && n != -LINUX_ENAMETOOLONG)
        return n;
    name[15] = '\0';
    memset(task->comm, 0, sizeof task->comm);
    str_copy(task->comm, name, sizeof task->comm);
    if (task->tid == task->process->pid)
        memcpy(task->process->comm, task->comm, sizeof task->comm);
    return host_prctl(LINUX_PR_SET_NAME, (uint64_t)(uintptr_t)task->comm, 0, 0, 0);
}

/* The host writes an int. */
static long get_int(struct task *task, int option, uint64_t to)
{
    int value = 0;
    long r = host_prctl(option, (uint64_t)(uintptr_t)&value, 0, 0, 0);

    return r < 0 ? r : user_write(task, to, &value, sizeof value);
}

long sys_prctl(SYSCALL_PARAMS)
{
    struct process *p = task->process;
    int option = (int)a0;

    switch (option) {
    case LINUX_PR_SET_NAME:
        return set_name(task, a1);
    case LINUX_PR_GET_NAME:
        return user_write(task, a1, task->comm, sizeof task->comm);
    case LINUX_PR_GET_DUMPABLE:
        return p->dumpable;
    case LINUX_PR_SET_DUMPABLE:
        if (a1 > 1)
            return -LINUX_EINVAL;
        p->dumpable = a1;
        return 0;
    case LINUX_PR_GET_KEEPCAPS:
        return !!(task->cred->securebits & LINUX_SECBIT_KEEP_CAPS);
    case LINUX_PR_SET_KEEPCAPS:
        return keep_caps(task, a1);
    case LINUX_PR_GET_SECUREBITS:
        return task->cred->securebits;
    case LINUX_PR_SET_SECUREBITS:
        return securebits(task, a1);
    case LINUX_PR_CAPBSET_READ:
        return a1 > LINUX_CAP_LAST_CAP ? -LINUX_EINVAL : !!(task->cred->cap_bounding & CAP_BIT(a1));
    case LINUX_PR_CAPBSET_DROP:
        if (!capable(task, LINUX_CAP_SETPCAP))
            return -LINUX_EPERM;
        return a1 > LINUX_CAP_LAST_CAP ? -LINUX_EINVAL : change_cred(task, drop_bounding, a1);
    case LINUX_PR_CAP_AMBIENT:
        return a3 || a4 ? -LINUX_EINVAL : ambient(task, a1, a2);
    case LINUX_PR_SET_NO_NEW_PRIVS:
        if (a1 != 1 || a2 || a3 || a4)
            return -LINUX_EINVAL;
        p->no_new_privs = true;
        return 0;
    case LINUX_PR_GET_NO_NEW_PRIVS:
        return a1 || a2 || a3 || a4 ? -LINUX_EINVAL : p->no_new_privs;
    case LINUX_PR_SET_CHILD_SUBREAPER:
        p->child_subreaper = a1 != 0;
        /* Orphans come to a container's first process whatever it says. */
        return p->pids && p->pid == 1 ? 0 : host_prctl(option, a1, 0, 0, 0);
    case LINUX_PR_GET_CHILD_SUBREAPER: {
        int on = p->child_subreaper;
        return user_write(task, a1, &on, sizeof on);
    }
    case LINUX_PR_SET_PDEATHSIG:
        return host_prctl(option, a1, 0, 0, 0);
    case LINUX_PR_GET_PDEATHSIG:
        return get_int(task, option, a1);
    case LINUX_PR_SET_TIMERSLACK:
    case LINUX_PR_GET_TIMERSLACK:
    case LINUX_PR_SET_THP_DISABLE:
    case LINUX_PR_GET_THP_DISABLE:
    case LINUX_PR_GET_SPECULATION_CTRL:
    case LINUX_PR_SET_SPECULATION_CTRL:
    case LINUX_PR_MCE_KILL:
    case LINUX_PR_MCE_KILL_GET:
        return host_prctl(option, a1, a2, a3, a4);
    case LINUX_PR_GET_TSC:
        return get_int(task, option, a1);
    case LINUX_PR_SET_TSC:
        return host_prctl(option, a1, 0, 0, 0);
    case LINUX_PR_SET_VMA:
        if (a1 != LINUX_PR_SET_VMA_ANON_NAME)
            return -LINUX_EINVAL;
        if (!user_range(task, a2, a3) || (a4 && !user_range(task, a4, 80)))
            return -LINUX_EFAULT;
        return host_prctl(option, a1, a2, a3, a4);
    case LINUX_PR_GET_TID_ADDRESS:
        return user_write(task, a1, &task->clear_child_tid, sizeof task->clear_child_tid);
    case LINUX_PR_GET_SECCOMP:
        return task->seccomp ? LINUX_SECCOMP_MODE_FILTER : LINUX_SECCOMP_MODE_DISABLED;
    case LINUX_PR_SET_SECCOMP:
        return seccomp_prctl_set(task, a1, a2);
    case LINUX_PR_GET_TIMING:
        return 0;
    case LINUX_PR_SET_TIMING:
        return a1 ? -LINUX_EINVAL : 0;
    case LINUX_PR_SET_MM:
        return -LINUX_EPERM;
    }
    return -LINUX_EINVAL;
}
