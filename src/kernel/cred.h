/* SPDX-License-Identifier: MIT */
/*
 * Credentials. A struct cred that a task points to never changes: who wants another one makes a copy, changes
 * it, and puts it in place. Only the task itself replaces its own; others may read it under process.lock.
 */
#ifndef CORACLE_CRED_H
#define CORACLE_CRED_H

#include "kernel/task.h"

/* Bits of securebits, capabilities(7); each has a lock bit above it. */
#ifndef LINUX_SECBIT_NOROOT
#define LINUX_SECBIT_NOROOT               0x01
#define LINUX_SECBIT_NO_SETUID_FIXUP      0x04
#define LINUX_SECBIT_KEEP_CAPS            0x10
#define LINUX_SECBIT_KEEP_CAPS_LOCKED     0x20
#define LINUX_SECBIT_NO_CAP_AMBIENT_RAISE 0x40
#endif

#define CAP_BIT(cap) (UINT64_C(1) << (cap))
/* All capabilities that this Linux knows. */
#define CAP_ALL (CAP_BIT(LINUX_CAP_LAST_CAP + 1) - 1)

/* What Docker gives a container's root. */
#define CAP_CONTAINER                                                                                        \
    (CAP_BIT(LINUX_CAP_CHOWN) | CAP_BIT(LINUX_CAP_DAC_OVERRIDE) | CAP_BIT(LINUX_CAP_FSETID) |                \
     CAP_BIT(LINUX_CAP_FOWNER) | CAP_BIT(LINUX_CAP_MKNOD) | CAP_BIT(LINUX_CAP_NET_RAW) |                     \
     CAP_BIT(LINUX_CAP_SETGID) | CAP_BIT(LINUX_CAP_SETUID) | CAP_BIT(LINUX_CAP_SETFCAP) |                    \
     CAP_BIT(LINUX_CAP_SETPCAP) | CAP_BIT(LINUX_CAP_NET_BIND_SERVICE) | CAP_BIT(LINUX_CAP_SYS_CHROOT) |      \
     CAP_BIT(LINUX_CAP_KILL) | CAP_BIT(LINUX_CAP_AUDIT_WRITE))

/* All zero, with room for that many groups; one reference. NULL when memory is out. */
struct cred *cred_new(uint32_t ngroups);
/* A copy to be changed. */
struct cred *cred_dup(const struct cred *old);
static inline struct cred *cred_ref(struct cred *cred)
{
    atomic_fetch_add_explicit(&cred->refs, 1, memory_order_relaxed);
    return cred;
}
void cred_put(struct cred *cred);
/* The task's credentials are these from now on (takes the reference). */
void cred_install(struct task *task, struct cred *cred);

/* True when the task has the capability in effect. */
/* True when users, owners and numbers are the host's own (run-elf), not those of a container. */
bool process_is_identity(const struct process *process);

static inline bool capable(struct task *task, int cap)
{
    return task->cred->cap_effective & CAP_BIT(cap);
}

/*
 * What exec makes of the credentials: the file's owner and mode (set-user-ID, set-group-ID) and file
 * capabilities permitted and inheritable (effective when file_effective). Returns new credentials; *secure
 * says whether rights were gained.
 */
struct cred_exec {
    uint32_t mode, uid, gid;
    bool has_caps, caps_effective;
    uint64_t caps_permitted, caps_inheritable;
    bool nosuid; /* by mount option or no_new_privs */
};
struct cred *cred_for_exec(const struct cred *old, const struct cred_exec *file, bool *secure);

#endif
