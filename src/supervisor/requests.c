/* SPDX-License-Identifier: MIT */
/* Requests of guests (supervisor/protocol.h). Whatever a guest says concerns its own container only; what
 * makes no sense is dropped. */
#include "container/spec.h"
#include "host/io.h"
#include "host/socket.h"
#include "host/process.h"
#include "host/signal.h"
#include "supervisor/loop.h"
#include "supervisor/protocol.h"

#define BATCH       64 /* requests served before the loop looks at other events */
#define RESERVE_MAX 64

static void answer(struct supervisor *s, int process, uint32_t serial, int64_t value)
{
    struct pid_slot *slot = &s->pids.table->slots[process];

    atomic_store_explicit(&slot->answer, value, memory_order_relaxed);
    atomic_store_explicit(&slot->answered, serial, memory_order_release);
    host_wake_word_shared(&slot->answered, INT32_MAX);
}

static int64_t reserve(struct supervisor *s, int process, int wanted)
{
    int got, first;

    if (wanted < 1 || wanted > RESERVE_MAX)
        return -LINUX_EINVAL;
    processes_look(s);
    if (s->pids.processes >= s->most)
        return -LINUX_EAGAIN;
    first = pids_reserve(&s->pids, process, wanted, &got);
    return first < 0 ? -LINUX_EAGAIN : (int64_t)first << 16 | got;
}

/*
 * A new process says who it is. Its parent may have spoken first, or may have died together with its
 * reservation before the child came to say so: numbers are not given again soon, so it is nobody else's then.
 */
static void hello(struct supervisor *s, int number, int host)
{
    if (number > 0 && number < PID_TABLE_SLOTS && s->pids.entries[number].state == PIDS_PROCESS) {
        if (s->pids.table->slots[number].host == host)
            s->pids.entries[number].confirmed = true;
        return;
    }
    pids_reserve_at(&s->pids, 0, number);
    processes_add(s, number, -1, host, true);
    if (pids_process_of(&s->pids, host) != number)
        host_kill(host, LINUX_SIGKILL); /* it would wait for answers for ever */
}

static void serve(struct supervisor *s, const struct request *r, int host)
{
    struct pids *pids = &s->pids;
    int process = pids_process_of(pids, host);
    int64_t result = 0;

    if (r->version != SUPERVISOR_PROTOCOL)
        return;
    if (r->type == REQUEST_HELLO) {
        if (!process)
            hello(s, r->number, host);
        else if (process == r->number)
            pids->entries[process].confirmed = true;
        return;
    }
    if (!process)
        return;
    switch (r->type) {
    case REQUEST_RESERVE:
        result = reserve(s, process, r->number);
        break;
    case REQUEST_CHILD:
        if (r->host > 0)
            processes_add(s, r->number, process, r->host, false);
        break;
    case REQUEST_THREAD:
        if (r->host > 0)
            pids_add_thread(pids, r->number, process, r->host);
        break;
    case REQUEST_RELEASE:
        pids_release(pids, r->number, process);
        break;
    case REQUEST_EXEC:
        pids_release_all(pids, process);
        break;
    case REQUEST_CRED:
        pids_set_cred(pids, process, r->a, r->b, r->c);
        break;
    case REQUEST_SYNC:
        break;
    default:
        result = -LINUX_ENOSYS;
    }
    if (r->serial)
        answer(s, process, r->serial, result);
}

/* What the host may put beside a message: its sender, and one descriptor; there is no room for a second,
 * which nobody would close. */
struct control {
    _Alignas(8) char bytes[32 + PROTOCOL_RIGHTS_LEN];
};

static const struct linux_cmsghdr *find_control(const struct linux_msghdr *message, const struct control *c,
                                                int type, size_t size)
{
    for (uint64_t at = 0; at + sizeof(struct linux_cmsghdr) <= message->msg_controllen;) {
        const struct linux_cmsghdr *header = (const struct linux_cmsghdr *)(c->bytes + at);

        if (header->cmsg_level == LINUX_SOL_SOCKET && header->cmsg_type == type &&
            header->cmsg_len >= sizeof(*header) + size)
            return header;
        if (header->cmsg_len < sizeof(*header))
            break;
        at += ALIGN_UP(header->cmsg_len, UINT64_C(8));
    }
    return NULL;
}

/* The host's number of who sent a message, from what the host wrote beside it; 0: it did not. */
static int sender_of(const struct linux_msghdr *message, const struct control *c)
{
    const struct linux_cmsghdr *header =
        find_control(message, c, LINUX_SCM_CREDENTIALS, sizeof(struct linux_ucred));

    return header ? ((const struct linux_ucred *)(header + 1))->pid : 0;
}

static int file_of(const struct linux_msghdr *message, const struct control *c)
{
    const struct linux_cmsghdr *header = find_control(message, c, LINUX_SCM_RIGHTS, sizeof(int));

    return header ? *(const int *)(header + 1) : -1;
}

/* Only queues of the container's own; the answer is small enough never to block, and if the socket is none,
 * that is the sender's loss. */
static void open_queue(struct supervisor *s, struct request_queue *r, int answer_fd)
{
    struct protocol_rights rights = {{PROTOCOL_RIGHTS_LEN, LINUX_SOL_SOCKET, LINUX_SCM_RIGHTS}, -1, 0};
    struct answer_file answer = {-LINUX_EACCES};
    struct linux_iovec iov = {(uint64_t)(uintptr_t)&answer, sizeof(answer)};
    struct linux_msghdr message = {.msg_iov = (uint64_t)(uintptr_t)&iov, .msg_iovlen = 1};
    char prefix[SPEC_QUEUE_PREFIX];
    long fd = -1;

    spec_queue_prefix(s->config->spec, prefix);
    r->name[sizeof(r->name) - 1] = '\0';
    if (str_starts(r->name, prefix)) {
        fd = host_mq_open(r->name, (int)r->head.a, r->head.b,
                          r->head.c ? (const struct linux_mq_attr *)r->attributes : NULL);
        answer.error = fd < 0 ? (int32_t)fd : 0;
    }
    if (fd >= 0) {
        rights.fd = (int32_t)fd;
        message.msg_control = (uint64_t)(uintptr_t)&rights;
        message.msg_controllen = sizeof(rights);
    }
    host_sendmsg(answer_fd, &message, LINUX_MSG_NOSIGNAL | LINUX_MSG_DONTWAIT, NULL);
    if (fd >= 0)
        host_close((int)fd);
}

void requests_serve(struct supervisor *s)
{
    for (int i = 0; i < BATCH; i++) {
        struct control control = {0};
        union {
            struct request plain;
            struct request_queue queue;
        } request;
        struct linux_iovec iov = {(uint64_t)(uintptr_t)&request, sizeof(request)};
        struct linux_msghdr message = {
            .msg_iov = (uint64_t)(uintptr_t)&iov,
            .msg_iovlen = 1,
            .msg_control = (uint64_t)(uintptr_t)&control,
            .msg_controllen = sizeof(control.bytes),
        };
        long n = host_recvmsg(s->line, &message, LINUX_MSG_DONTWAIT, NULL);

        if (n == -LINUX_EINTR)
            continue;
        if (n <= 0)
            return;
        int sender = sender_of(&message, &control), file = file_of(&message, &control);
        if (n == sizeof(request.plain))
            serve(s, &request.plain, sender);
        else if (n == sizeof(request.queue) && request.plain.type == REQUEST_QUEUE && file >= 0 && sender)
            open_queue(s, &request.queue, file);
        if (file >= 0)
            host_close(file);
    }
}
