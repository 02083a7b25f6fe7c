/* SPDX-License-Identifier: MIT */
/*
 * The supervisor of a container, as the command line starts it: in a process forked for it, in a session of
 * its own. It starts the first process, keeps the tables that the processes share, and lives exactly as long
 * as the container.
 *
 * It talks to its client (the command that the user sees) in messages over a seqpacket socket, struct
 * supervisor_message.
 */
#ifndef CORACLE_SUPERVISOR_H
#define CORACLE_SUPERVISOR_H

#include "base/base.h"

struct container_spec;

enum supervisor_message_type {
    SUPERVISOR_STARTED = 1, /* to the client: value is the host's number of the first process */
    SUPERVISOR_ENDED,       /* to the client, the last one: value is the first process's wait status */
    SUPERVISOR_SIGNAL,      /* from the client: send signal `value` to the first process */
};

struct supervisor_message {
    uint32_t type;
    int32_t value;
};

/* What the first process is born with, to be handed on to the kernel program (container/exec_state.h). */
struct supervisor_birth {
    int pid;      /* in the container */
    int line;     /* for requests (supervisor/protocol.h) */
    int lifeline; /* armed already: the supervisor's end is the end of this process */
    int pids_fd;  /* the table of pids, to be mapped read-only */
};

struct supervisor_config {
    const struct container_spec *spec;
    bool confined;        /* by the host to what the spec gives; see supervisor/confine.c */
    int kernel_fd;        /* the kernel program */
    int client_fd;        /* -1: nobody listens */
    int stop_fd;          /* readable: the container shall end; -1: none */
    bool die_with_client; /* when the client goes, the container is killed */
    /*
     * Called in the child that becomes the first process; signals are as they were.
     * Does not return: ends with _exit when it fails.
     */
    void (*start)(void *arg, const struct supervisor_birth *birth);
    /* Called in the supervisor after that: lets go what only the first process shall hold, standard
     * descriptors, too. May be NULL. */
    void (*started)(void *arg);
    void *arg;
};

/*
 * Runs the container to its end: when the first process ends, all others are killed and waited for. Returns
 * the first process's wait status, or a negative errno when it could not be started.
 */
int supervisor_main(const struct supervisor_config *config);

#endif
