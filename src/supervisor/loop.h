/* SPDX-License-Identifier: MIT */
/* What the files of the supervisor share: one event loop, one thread, no locks; nothing that it calls may
 * block. */
#ifndef CORACLE_SUPERVISOR_LOOP_H
#define CORACLE_SUPERVISOR_LOOP_H

#include "supervisor/pids.h"
#include "supervisor/supervisor.h"

struct supervisor {
    const struct supervisor_config *config;
    struct pids pids;
    int epoll;
    int line;            /* our end of the guests' socket */
    int lifeline;        /* the write end that nobody else has */
    int client;          /* -1: gone */
    bool reaped_is_told; /* the host's pidfds tell when a process has been waited for */
    uint32_t most;       /* processes that we have descriptors for */
    bool ended;          /* the container is to end now */
};

/* What an event is about: a number of a process, or one of these. */
enum { EVENT_LINE = -1, EVENT_CLIENT = -2, EVENT_STOP = -3 };

/* Takes requests of guests, and answers them. (requests.c) */
void requests_serve(struct supervisor *s);
/* A process has been seen: its number is in use from now on. host belongs to it. (processes.c) */
void processes_add(struct supervisor *s, int number, int owner, int host, bool confirmed);
/* Something has happened to a process. */
void processes_event(struct supervisor *s, int number, uint32_t events);
/* For hosts that do not tell: looks which of the dead have been waited for. */
void processes_look(struct supervisor *s);
/* Kills all that is left of the container and waits for it. Blocks until that is done. (reap.c) */
void processes_kill(struct supervisor *s);

/* In the first process: gives up what the container was not given. What the host does not offer is told with
 * --debug. (confine.c) */
void confine(const struct supervisor_config *config);

#endif
