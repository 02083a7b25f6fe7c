/* SPDX-License-Identifier: MIT */
/* Requests to the supervisor; see supervisor_client.h. */
#include "kernel/supervisor_client.h"
#include "host/process.h"
#include "host/signal.h"
#include "host/socket.h"
#include "kernel/task.h"
#include "supervisor/pid_table.h"
#include "supervisor/protocol.h"

#define BLOCK_MAX 16

/* Without a supervisor there is no container any more. */
static noreturn_fn void die(void)
{
    host_kill(host_getpid(), LINUX_SIGKILL);
    host_exit_group(128 + LINUX_SIGKILL);
}

static void tell(struct process *p, struct request *r)
{
    long n;

    r->version = SUPERVISOR_PROTOCOL;
    do
        n = host_sendto(p->supervisor_fd, r, sizeof *r, LINUX_MSG_NOSIGNAL, NULL, 0, NULL);
    while (n == -LINUX_EINTR);
    if (n < 0)
        die();
}

/* process.supervisor_lock is held: one answer is waited for at a time. */
static int64_t ask(struct process *p, struct request *r)
{
    const struct pid_slot *slot = &p->pids->slots[p->pid];
    uint32_t seen;

    if (++p->supervisor_serial == 0)
        p->supervisor_serial = 1;
    r->serial = p->supervisor_serial;
    tell(p, r);
    while ((seen = atomic_load_explicit(&slot->answered, memory_order_acquire)) != r->serial)
        host_wait_word_shared(&slot->answered, seen);
    return atomic_load_explicit(&slot->answer, memory_order_relaxed);
}

long supervisor_reserve(struct process *p, struct reservation *r, bool thread)
{
    *r = (struct reservation){.lifeline = -1};
    if (!p->pids)
        return 0;
    if (!thread) {
        r->lifeline = (int)host_lifeline_new(p->lifeline_fd);
        if (r->lifeline < 0)
            return -LINUX_EAGAIN;
    }
    LOCK_SCOPE(&p->supervisor_lock);
    if (p->reserved_count == 0) {
        struct request request = {.type = REQUEST_RESERVE, .number = p->reserve_size ? p->reserve_size : 1};
        int64_t answer = ask(p, &request);

        if (answer < 0) {
            if (r->lifeline >= 0)
                host_close(r->lifeline);
            return (long)answer;
        }
        p->reserved_next = (int)(answer >> 16);
        p->reserved_count = (int)(answer & 0xffff);
        p->reserve_size = MIN(request.number * 4, BLOCK_MAX);
    }
    r->pid = p->reserved_next++;
    p->reserved_count--;
    return 0;
}

void supervisor_commit(struct process *p, struct reservation *r, bool thread, bool shares_files, long host)
{
    struct request request = {.type = REQUEST_RELEASE, .number = r->pid, .host = (int)host};

    if (!p->pids)
        return;
    if (host > 0)
        request.type = thread ? REQUEST_THREAD : REQUEST_CHILD;
    /* The child does it, too, but may be stopped before it comes to that; stopped or not, it shall not
     * outlive the supervisor. */
    if (r->lifeline >= 0 && host > 0)
        (void)!host_lifeline_bind(r->lifeline, (int)host);
    if (r->lifeline >= 0 && !(shares_files && host > 0))
        host_close(r->lifeline);
    tell(p, &request);
}

void supervisor_adopt(struct process *p, struct reservation *r, bool shares_files)
{
    struct request request = {.type = REQUEST_HELLO, .number = r->pid};

    if (!p->pids)
        return;
    p->reserved_count = p->reserve_size = 0;
    p->supervisor_serial = 0;
    if (host_lifeline_bind(r->lifeline, p->host_pid) < 0)
        die();
    if (!shares_files)
        host_close(p->lifeline_fd);
    p->lifeline_fd = r->lifeline;
    tell(p, &request);
}

void supervisor_exec(struct process *p)
{
    struct request request = {.type = REQUEST_EXEC};

    if (!p->pids || !p->reserve_size)
        return;
    tell(p, &request);
    p->reserved_count = p->reserve_size = 0;
}

void supervisor_restore(struct process *p)
{
    if (p->pids)
        p->supervisor_serial = atomic_load(&p->pids->slots[p->pid].answered);
}

void supervisor_thread_ended(struct process *p, int tid)
{
    struct request request = {.type = REQUEST_RELEASE, .number = tid};

    /* The process's own number is not the first thread's to give up. */
    if (p->pids && tid != p->pid)
        tell(p, &request);
}

void supervisor_cred_changed(struct task *task)
{
    const struct cred *c = task->cred;
    struct request request = {.type = REQUEST_CRED, .a = c->uid, .b = c->euid, .c = c->suid};

    if (task->process->pids)
        tell(task->process, &request);
}

void supervisor_sync(struct process *p)
{
    struct request request = {.type = REQUEST_SYNC};

    if (!p->pids)
        return;
    LOCK_SCOPE(&p->supervisor_lock);
    ask(p, &request);
}

/* Sends a request with one end of a socket pair, and waits for a descriptor at the other. */
static long ask_for_file(struct process *p, const void *request, size_t size)
{
    struct protocol_rights rights = {{PROTOCOL_RIGHTS_LEN, LINUX_SOL_SOCKET, LINUX_SCM_RIGHTS}, -1, 0};
    struct answer_file answer;
    struct linux_iovec iov = {(uint64_t)(uintptr_t)request, size};
    struct linux_msghdr message = {.msg_iov = (uint64_t)(uintptr_t)&iov,
                                   .msg_iovlen = 1,
                                   .msg_control = (uint64_t)(uintptr_t)&rights,
                                   .msg_controllen = sizeof rights};
    int pair[2];
    long r = host_socketpair(LINUX_AF_UNIX, LINUX_SOCK_SEQPACKET, 0, pair);

    if (r < 0)
        return r;
    rights.fd = pair[1];
    do
        r = host_sendmsg(p->supervisor_fd, &message, LINUX_MSG_NOSIGNAL, NULL);
    while (r == -LINUX_EINTR);
    host_close(pair[1]);
    iov = (struct linux_iovec){(uint64_t)(uintptr_t)&answer, sizeof answer};
    rights.fd = -1;
    while (r >= 0) {
        message.msg_controllen = sizeof rights;
        r = host_recvmsg(pair[0], &message, 0, NULL);
        if (r != -LINUX_EINTR)
            break;
        r = 0;
    }
    host_close(pair[0]);
    if (r != (long)sizeof answer)
        return r < 0 ? r : -LINUX_EIO;
    if (answer.error == 0 && (message.msg_controllen < PROTOCOL_RIGHTS_LEN || rights.fd < 0))
        return -LINUX_EMFILE;
    return answer.error ? answer.error : rights.fd;
}

long supervisor_open_queue(struct process *p, const char *name, uint32_t flags, uint32_t mode,
                           const struct linux_mq_attr *attributes)
{
    struct request_queue request = {
        .head = {.version = SUPERVISOR_PROTOCOL, .type = REQUEST_QUEUE, .a = flags, .b = mode}};

    _Static_assert(sizeof *attributes == sizeof request.attributes, "mq_attr");
    if (str_copy(request.name, name, sizeof request.name) >= sizeof request.name)
        return -LINUX_ENAMETOOLONG;
    if (attributes) {
        request.head.c = 1;
        memcpy(request.attributes, attributes, sizeof request.attributes);
    }
    return ask_for_file(p, &request, sizeof request);
}
