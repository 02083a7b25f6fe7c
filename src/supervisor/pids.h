/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a container, on the supervisor's side: the table that guests read (supervisor/pid_table.h),
 * and what only the supervisor knows of each number.
 *
 * A number is free, reserved (by a process, for a child or thread to be), or in use by a process or thread. A
 * process's number is in use until its parent has waited for it and no process group bears it; a thread's
 * until its process says so or ends.
 */
#ifndef CORACLE_SUPERVISOR_PIDS_H
#define CORACLE_SUPERVISOR_PIDS_H

#include "supervisor/pid_table.h"

#define PIDS_FIRST 300 /* where numbers go on after the last one, as on Linux */

enum pids_state {
    PIDS_FREE,
    PIDS_RESERVED, /* for the owner */
    PIDS_PROCESS,
    PIDS_THREAD, /* of the owner */
    PIDS_GROUP,  /* the process is gone, its group is not */
};

struct pids_entry {
    uint8_t state;      /* enum pids_state */
    bool confirmed;     /* the process itself has spoken: it is one of ours, and may be killed */
    int32_t owner;      /* process that reserved it, or that the thread belongs to */
    int32_t next, prev; /* reserved numbers and threads of the same owner, or all groups; 0: none */
    int32_t first;      /* of a process: its numbers */
    int32_t remembered; /* the host's number that the hash leads from to here; 0: none */
    int pidfd;          /* of a process; -1 */
};

struct pids {
    struct pid_table *table;
    struct pids_entry *entries;
    int fd;             /* the table's memory file, not to be written by who gets it */
    int32_t last;       /* where the search for free numbers goes on */
    int32_t groups;     /* list of PIDS_GROUP numbers */
    uint32_t filled;    /* hash places that are not 0 */
    uint32_t processes; /* in use */
};

/* 0 or a negative errno. */
int pids_open(struct pids *p);
void pids_close(struct pids *p);

/* Up to `count` numbers in a row for the owner (0: the supervisor); *got tells how many. The first, or
 * -EAGAIN when none is free. */
int pids_reserve(struct pids *p, int owner, int count, int *got);
/* This number, if it is free. */
bool pids_reserve_at(struct pids *p, int owner, int number);
/*
 * A reserved number becomes a process. Its credentials are those of its owner. The pidfd is taken over. False
 * when the number is not reserved by the given owner (-1: by anyone), and then nothing has changed.
 */
bool pids_add_process(struct pids *p, int number, int owner, int host, int pidfd);
bool pids_add_thread(struct pids *p, int number, int owner, int host);
/* A reserved number or a thread of the owner is free again. */
void pids_release(struct pids *p, int number, int owner);
/* All threads and reserved numbers of a process. */
void pids_release_all(struct pids *p, int process);
/* The process has ended; its parent may still wait for it. */
void pids_set_dead(struct pids *p, int number);
/* The process has been waited for. group: a process group bears its number; it is kept until
 * pids_group_ended. Closes the pidfd. */
void pids_remove_process(struct pids *p, int number, bool group);
void pids_group_ended(struct pids *p, int number);
void pids_set_cred(struct pids *p, int number, uint32_t uid, uint32_t euid, uint32_t suid);

/* The process with this host number, in use; 0: none. */
int pids_process_of(const struct pids *p, int host);

#endif
