/* SPDX-License-Identifier: MIT */
/*
 * What guest processes say to the supervisor of their container.
 *
 * All of them share one end of a seqpacket socket, so that requests of different processes arrive in the
 * order in which they were sent: what somebody was told about by another process is known to the supervisor
 * before he asks for it. Who speaks is told by the host's credentials of the message, never by the message.
 * One message, one struct request.
 *
 * Answers come through the table of pids: the supervisor writes `answer` and then `answered` (the request's
 * serial) into the slot of the process that asked, and wakes who sleeps there. A process has one request with
 * an answer under way at a time. Requests marked "no answer" are sent and forgotten.
 *
 * A lifeline stands beside the socket: the read end of a pipe that is never written to, of which every
 * process opens a file description of its own with F_SETSIG SIGKILL. When the supervisor ends, however it
 * ends, the host kills them all, stopped ones too.
 */
#ifndef CORACLE_SUPERVISOR_PROTOCOL_H
#define CORACLE_SUPERVISOR_PROTOCOL_H

#include "base/base.h"

#define SUPERVISOR_PROTOCOL 1

enum request_type {
    /* numbers: how many are wanted. The answer is the first of them << 16 | how many there are (at least
       one), or a negative errno. */
    REQUEST_RESERVE = 1,
    /* From a new process, no answer: it is `number`, which its parent has reserved. */
    REQUEST_HELLO,
    /* From its parent, no answer: `number` is the host's `host`. Says HELLO for a child that was killed
       before it could speak. */
    REQUEST_CHILD,
    /* No answer: `number` is the thread `host` of the sender. */
    REQUEST_THREAD,
    /* No answer: `number` is not needed any more (a thread that has ended, a clone that failed). */
    REQUEST_RELEASE,
    /* No answer: the sender is about to exec; its threads and what it has reserved are no more. */
    REQUEST_EXEC,
    /* No answer: the user IDs of the sender are a, b, c (real, effective, saved). */
    REQUEST_CRED,
    /* Answered with 0, when all that was sent before is known. */
    REQUEST_SYNC,
    /*
     * A struct request_queue: opens a message queue of the container. A socket comes with it, over which the
     * answer goes: a struct answer_file, and the descriptor beside it.
     */
    REQUEST_QUEUE,
};

struct request {
    uint16_t version, type;
    uint32_t serial; /* 0: no answer */
    int32_t number, host;
    uint32_t a, b, c, pad;
};

struct request_queue {
    struct request head;   /* a: flags, b: mode, c: whether attributes are given */
    int64_t attributes[8]; /* struct linux_mq_attr */
    char name[256];        /* the host's */
};

struct answer_file {
    int32_t error; /* 0, or a negative errno */
};

/* Control data with one descriptor, as the host lays it out. */
struct protocol_rights {
    struct {
        uint64_t len;
        int32_t level, type;
    } header;
    int32_t fd;
    uint32_t pad;
};
#define PROTOCOL_RIGHTS_LEN 20

#endif
