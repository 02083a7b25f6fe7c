/* SPDX-License-Identifier: MIT */
/* Control data of messages. Its layout is that of 64-bit hosts and guests alike; only contents are
 * translated, in place. */
#include "container/spec.h"
#include "host/host.h"
#include "kernel/task.h"
#include "net/net.h"
#include "kernel/pids.h"

#define CMSG_ALIGN(n) ALIGN_UP(n, (uint64_t)8)
#define CMSG_HEAD     sizeof(struct linux_cmsghdr)

/* The next record, or NULL. offset is that of the one after it. */
static struct linux_cmsghdr *next_record(void *control, uint64_t len, uint64_t *offset)
{
    if (*offset > len || len - *offset < CMSG_HEAD)
        return NULL;
    struct linux_cmsghdr *c = (struct linux_cmsghdr *)((char *)control + *offset);
    if (c->cmsg_len < CMSG_HEAD || c->cmsg_len > len - *offset)
        return NULL;
    *offset += CMSG_ALIGN(c->cmsg_len);
    return c;
}

static long rights_to_host(struct task *task, struct linux_cmsghdr *c, struct control_files *held)
{
    int *fds = (int *)(c + 1);
    size_t n = (c->cmsg_len - CMSG_HEAD) / sizeof(int);

    for (size_t i = 0; i < n; i++) {
        if (held->n == ARRAY_SIZE(held->files))
            return -LINUX_EINVAL;
        struct file *file = file_get(task, fds[i]);
        if (!file)
            return -LINUX_EBADF;
        held->files[held->n++] = file;
        if (file->host_fd < 0)
            return -LINUX_EBADF;
        fds[i] = file->host_fd;
    }
    return 0;
}

static long credentials_to_host(struct task *task, struct linux_cmsghdr *c)
{
    struct linux_ucred *u = (struct linux_ucred *)(c + 1);
    const struct container_spec *spec = task->process->spec;
    const struct cred *cred = task->cred;

    if (c->cmsg_len < CMSG_HEAD + sizeof(*u))
        return -LINUX_EINVAL;
    if (net_is_identity(task))
        return 0;
    bool super = cred->euid == 0;
    if (!super && ((u->uid != cred->uid && u->uid != cred->euid && u->uid != cred->suid) ||
                   (u->gid != cred->gid && u->gid != cred->egid && u->gid != cred->sgid) ||
                   u->pid != task->process->pid))
        return -LINUX_EPERM;
    int pid = pids_to_host(task->process, u->pid);
    if (pid < 0)
        return pid;
    u->pid = pid;
    u->uid = spec->host_uid;
    u->gid = spec->host_gid;
    return 0;
}

long control_to_host(struct task *task, void *control, uint64_t len, struct control_files *held)
{
    struct linux_cmsghdr *c;
    uint64_t offset = 0;
    long r;

    held->n = 0;
    while ((c = next_record(control, len, &offset))) {
        if (c->cmsg_level != LINUX_SOL_SOCKET)
            continue;
        switch (c->cmsg_type) {
        case LINUX_SCM_RIGHTS:
            r = rights_to_host(task, c, held);
            break;
        case LINUX_SCM_CREDENTIALS:
            r = credentials_to_host(task, c);
            break;
        default:
            r = 0;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

void control_done(struct control_files *held)
{
    while (held->n)
        file_put(held->files[--held->n]);
}

static void rights_to_guest(struct task *task, struct linux_cmsghdr *c, bool cloexec, uint32_t *flags)
{
    int *fds = (int *)(c + 1);
    size_t n = (c->cmsg_len - CMSG_HEAD) / sizeof(int), good = 0;

    for (size_t i = 0; i < n; i++) {
        int host_fd = fds[i];

        if (good < i) {
            host_close(host_fd);
            continue;
        }
        struct file *file = file_of_host_fd(task, host_fd);
        long fd = file ? fd_install(task, file, cloexec, 0) : -LINUX_ENOMEM;
        if (fd >= 0)
            fds[good++] = (int)fd;
    }
    if (good < n) {
        *flags |= LINUX_MSG_CTRUNC;
        c->cmsg_len = CMSG_HEAD + good * sizeof(int);
    }
}

void ucred_to_guest(struct task *task, struct linux_ucred *cred)
{
    const struct container_spec *spec = task->process->spec;

    if (cred->pid > 0)
        cred->pid = pids_to_guest(task->process, cred->pid);
    if (net_is_identity(task))
        return;
    /* All of a container's processes are one user of the host, who is root to the guest. */
    if (cred->uid == spec->host_uid)
        cred->uid = 0;
    if (cred->gid == spec->host_gid)
        cred->gid = 0;
}

void control_to_guest(struct task *task, void *control, uint64_t len, bool cloexec, uint32_t *flags)
{
    struct linux_cmsghdr *c;
    uint64_t offset = 0;

    while ((c = next_record(control, len, &offset))) {
        if (c->cmsg_level != LINUX_SOL_SOCKET)
            continue;
        if (c->cmsg_type == LINUX_SCM_RIGHTS)
            rights_to_guest(task, c, cloexec, flags);
        else if (c->cmsg_type == LINUX_SCM_CREDENTIALS &&
                 c->cmsg_len >= CMSG_HEAD + sizeof(struct linux_ucred))
            ucred_to_guest(task, (struct linux_ucred *)(c + 1));
    }
}
