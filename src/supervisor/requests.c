/* SPDX-License-Identifier: MIT */
/* Requests of guests (supervisor/protocol.h). Whatever a guest says concerns its own container only; what makes no sense is dropped. */
#include "host/socket.h"
#include "host/process.h" /* before what defines si_pid and its like as macros */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include "supervisor/loop.h"
#include "supervisor/protocol.h"

#define BATCH       64 /* requests served before the loop looks at other events */
#define RESERVE_MAX 64

static void answer(struct supervisor *s, int process, uint32_t serial, int64_t value)
{
    struct pid_slot *slot = &s->pids.table->slots[process];

    atomic_store_explicit(&slot->answer, value, memory_order_relaxed);
    atomic_store_explicit(&slot->answered, serial, memory_order_release);
    host_wake_word_shared(&slot->answered, INT_MAX);
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
 * A new process says who it is. Its parent may have spoken first, or may have died together with its reservation before the child came to say so:
 * numbers are not given again soon, so it is nobody else's then.
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
        kill(host, SIGKILL); /* it would wait for answers for ever */
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

struct control {
    struct linux_cmsghdr header;
    struct linux_ucred sender;
    uint32_t pad;
};

/* The host's number of who sent a message, from what the host wrote beside it; 0: it did not. */
static int sender_of(const struct linux_msghdr *message, const struct control *c)
{
    if (message->msg_controllen < offsetof(struct control, pad) || c->header.cmsg_level != LINUX_SOL_SOCKET ||
        c->header.cmsg_type != LINUX_SCM_CREDENTIALS)
        return 0;
    return c->sender.pid;
}

void requests_serve(struct supervisor *s)
{
    for (int i = 0; i < BATCH; i++) {
        struct control control = {0};
        struct request request;
        struct linux_iovec iov = {(uint64_t)(uintptr_t)&request, sizeof(request)};
        struct linux_msghdr message = {
            .msg_iov = (uint64_t)(uintptr_t)&iov,
            .msg_iovlen = 1,
            .msg_control = (uint64_t)(uintptr_t)&control,
            .msg_controllen = sizeof(control),
        };
        long n = host_recvmsg(s->line, &message, LINUX_MSG_DONTWAIT, NULL);

        if (n == -LINUX_EINTR)
            continue;
        if (n <= 0)
            return;
        if (n == sizeof(request))
            serve(s, &request, sender_of(&message, &control));
    }
}
