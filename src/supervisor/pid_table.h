/* SPDX-License-Identifier: MIT */
/*
 * The table of a container's process and thread numbers. Written by the supervisor alone, mapped read-only by
 * every guest process.
 *
 * Two arrays in one memory file: slots, indexed by guest number, and an open-addressed hash from host number
 * to guest number. The file is sparse: its size is fixed, memory is used as numbers are. A reader sees a slot
 * as a whole or retries: seq is odd while the supervisor changes it. A number is taken by a task for as long
 * as `host` is not 0.
 *
 * The hash remembers more than the slots: the host's number of a process that is gone leads to its old guest
 * number until that is given to somebody else. So whoever waited for a process, or received a signal of one
 * that has ended, still learns its number.
 *
 * The slot of a process holds the answer to its last request, too (supervisor/protocol.h).
 */
#ifndef CORACLE_PID_TABLE_H
#define CORACLE_PID_TABLE_H

#include "base/base.h"

#define PID_TABLE_MAGIC UINT64_C(0x3264697065726f63)
#define PID_TABLE_SLOTS 32768 /* guest numbers are below; what /proc/sys/kernel/pid_max says */
#define PID_TABLE_HASH  65536

enum pid_flag {
    PID_LEADER = 1, /* a process; otherwise a thread */
    PID_DEAD = 2,   /* has ended, and is waited for */
    PID_GROUP = 4,  /* has ended and was waited for, but a process group still has its number */
};

struct pid_slot {
    _Atomic uint32_t seq;
    _Atomic int32_t host;     /* host number; 0: free */
    int32_t tgid;             /* guest number of its process */
    uint32_t flags;           /* enum pid_flag */
    uint32_t uid, suid, euid; /* for permission checks of kill(2) */
    uint32_t pad;
    uint64_t start_time; /* ns of the monotonic clock */
    /* Outside of seq: the serial of the request that was answered last, and the answer. The process sleeps on
     * the word. */
    _Atomic uint32_t answered;
    uint32_t pad2;
    _Atomic int64_t answer;
};

struct pid_table {
    uint64_t magic;
    _Atomic uint32_t used;
    _Atomic int32_t last; /* the most recent number */
    _Atomic int32_t foreground_session;
    _Atomic uint32_t hash_seq; /* odd while the hash is made anew */
    uint32_t pad[10];
    struct pid_slot slots[PID_TABLE_SLOTS];
    /* host number << 32 | guest number; 0: never used; guest 0: was used. Linear probing. */
    _Atomic uint64_t hash[PID_TABLE_HASH];
};

static inline uint32_t pid_hash(int host)
{
    return ((uint32_t)host * 2654435761u) >> 16 & (PID_TABLE_HASH - 1);
}

/* The guest's number of a host process or thread; 0: not in the container. */
static inline int pid_table_to_guest(const struct pid_table *t, int host)
{
    for (;;) {
        uint32_t seq = atomic_load_explicit(&t->hash_seq, memory_order_acquire);
        int found = 0;

        for (uint32_t i = pid_hash(host), n = 0; n < PID_TABLE_HASH;
             i = (i + 1) & (PID_TABLE_HASH - 1), n++) {
            uint64_t e = atomic_load_explicit(&t->hash[i], memory_order_acquire);
            if (e == 0)
                break;
            if ((int)(e >> 32) == host && (uint32_t)e != 0) {
                found = (int)(uint32_t)e;
                break;
            }
        }
        atomic_thread_fence(memory_order_acquire);
        if (!(seq & 1) && atomic_load_explicit(&t->hash_seq, memory_order_relaxed) == seq)
            return found;
    }
}

/* A consistent copy of a slot; false when the number is free. */
static inline bool pid_table_get(const struct pid_table *t, int pid, struct pid_slot *copy)
{
    const struct pid_slot *s;

    if (pid <= 0 || pid >= PID_TABLE_SLOTS)
        return false;
    s = &t->slots[pid];
    for (;;) {
        uint32_t seq = atomic_load_explicit(&s->seq, memory_order_acquire);
        *copy = (struct pid_slot){.host = atomic_load_explicit(&s->host, memory_order_relaxed),
                                  .tgid = s->tgid,
                                  .flags = s->flags,
                                  .uid = s->uid,
                                  .suid = s->suid,
                                  .euid = s->euid,
                                  .start_time = s->start_time};
        atomic_thread_fence(memory_order_acquire);
        if (!(seq & 1) && atomic_load_explicit(&s->seq, memory_order_relaxed) == seq)
            return copy->host != 0;
    }
}

#endif
