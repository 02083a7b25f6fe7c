/* SPDX-License-Identifier: MIT */
/* Credentials: their life, and what exec makes of them (capabilities(7), "Transformation of capabilities
 * during execve"). */
#include "kernel/cred.h"
#include "container/spec.h"
#include "host/alloc.h"

static size_t cred_size(uint32_t ngroups)
{
    return sizeof(struct cred) + ngroups * sizeof(uint32_t);
}

struct cred *cred_new(uint32_t ngroups)
{
    struct cred *cred = kzalloc(cred_size(ngroups));

    if (cred) {
        cred->refs = 1;
        cred->ngroups = ngroups;
    }
    return cred;
}

struct cred *cred_dup(const struct cred *old)
{
    struct cred *cred = cred_new(old->ngroups);

    if (cred) {
        memcpy(cred, old, cred_size(old->ngroups));
        cred->refs = 1;
    }
    return cred;
}

void cred_put(struct cred *cred)
{
    if (cred && atomic_fetch_sub(&cred->refs, 1) == 1)
        kfree(cred);
}

void cred_install(struct task *task, struct cred *cred)
{
    struct cred *old;

    lock_acquire(&task->process->lock);
    old = task->cred;
    task->cred = cred;
    lock_release(&task->process->lock);
    cred_put(old);
}

static bool root_is_special(const struct cred *cred)
{
    return !(cred->securebits & LINUX_SECBIT_NOROOT);
}

struct cred *cred_for_exec(const struct cred *old, const struct cred_exec *file, bool *secure)
{
    struct cred *c = cred_dup(old);
    uint64_t permitted = 0, inheritable = 0;
    bool effective = false, gained = false;

    if (!c)
        return NULL;
    if (!file->nosuid) {
        if (file->mode & LINUX_S_ISUID)
            c->euid = file->uid;
        /* Without group execution the bit once meant mandatory locking. */
        if ((file->mode & (LINUX_S_ISGID | LINUX_S_IXGRP)) == (LINUX_S_ISGID | LINUX_S_IXGRP))
            c->egid = file->gid;
        if (file->has_caps) {
            permitted = file->caps_permitted;
            inheritable = file->caps_inheritable;
            effective = file->caps_effective;
        }
    }
    if (root_is_special(c) && !(file->has_caps && c->uid != 0 && c->euid == 0)) {
        if (c->uid == 0 || c->euid == 0)
            permitted = inheritable = CAP_ALL;
        if (c->euid == 0)
            effective = true;
    }
    gained = c->euid != old->euid || c->egid != old->egid || (file->has_caps && !file->nosuid);
    c->suid = c->fsuid = c->euid;
    c->sgid = c->fsgid = c->egid;
    if (gained)
        c->cap_ambient = 0;
    c->cap_permitted = (c->cap_inheritable & inheritable) | (permitted & c->cap_bounding) | c->cap_ambient;
    c->cap_effective = effective ? c->cap_permitted : c->cap_ambient;
    c->securebits &= ~(uint32_t)LINUX_SECBIT_KEEP_CAPS;
    *secure = c->euid != old->euid || c->egid != old->egid || c->uid != c->euid || c->gid != c->egid ||
              (c->uid != 0 && effective && (c->cap_permitted & ~c->cap_ambient));
    return c;
}

bool process_is_identity(const struct process *process)
{
    const struct container_spec *spec = process->spec;

    return !spec || spec->flags & SPEC_IDENTITY;
}
