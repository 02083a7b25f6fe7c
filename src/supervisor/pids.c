/* SPDX-License-Identifier: MIT */
/* Numbers of a container; see pids.h. */
#include "supervisor/pids.h"
#include "host/host.h"

/* More places than this in use (or once used), and looking for what is not there becomes slow: the hash is
 * made anew. */
#define HASH_LIMIT   (PID_TABLE_HASH - PID_TABLE_HASH / 4)

#define ENTRIES_SIZE ALIGN_UP(PID_TABLE_SLOTS * sizeof(struct pids_entry), (size_t)65536)

/* Both arrays are sparse: memory is used as numbers are. */
static void *map(size_t size, int flags, int fd)
{
    long r = host_mmap(NULL, size, LINUX_PROT_READ | LINUX_PROT_WRITE, flags, fd, 0);

    return host_is_error(r) ? NULL : (void *)(uintptr_t)r;
}

int pids_open(struct pids *p)
{
    long r;

    *p = (struct pids){.fd = (int)host_memfd("coracle-pids", LINUX_MFD_ALLOW_SEALING), .last = 1};
    if (p->fd < 0)
        return p->fd;
    r = host_ftruncate(p->fd, sizeof(struct pid_table));
    if (r == 0) {
        p->entries = map(ENTRIES_SIZE, LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS, -1);
        p->table = map(sizeof(struct pid_table), LINUX_MAP_SHARED, p->fd);
        r = p->entries && p->table ? 0 : -LINUX_ENOMEM;
    }
    /* Our own mapping stays writable; nobody makes another such. */
    if (r == 0)
        r = host_fcntl(
            p->fd, LINUX_F_ADD_SEALS,
            LINUX_F_SEAL_SEAL | LINUX_F_SEAL_SHRINK | LINUX_F_SEAL_GROW | LINUX_F_SEAL_FUTURE_WRITE, NULL);
    if (r < 0) {
        pids_close(p);
        return (int)r;
    }
    p->table->magic = PID_TABLE_MAGIC;
    return 0;
}

void pids_close(struct pids *p)
{
    if (p->entries)
        host_munmap(p->entries, ENTRIES_SIZE);
    if (p->table)
        host_munmap(p->table, sizeof(*p->table));
    if (p->fd >= 0)
        host_close(p->fd);
    *p = (struct pids){.fd = -1};
}

/* --- the hash --- */

static uint64_t entry_of(int host, int number)
{
    return (uint64_t)(uint32_t)host << 32 | (uint32_t)number;
}

static _Atomic uint64_t *hash_place(struct pids *p, uint64_t wanted)
{
    for (uint32_t i = pid_hash((int)(wanted >> 32)), n = 0; n < PID_TABLE_HASH;
         i = (i + 1) & (PID_TABLE_HASH - 1), n++) {
        uint64_t e = atomic_load_explicit(&p->table->hash[i], memory_order_relaxed);

        if (e == wanted)
            return &p->table->hash[i];
        if (e == 0)
            break;
    }
    return NULL;
}

static void hash_put(struct pids *p, int host, int number)
{
    uint32_t i = pid_hash(host);

    /* A place that was used may be used again: readers go by the host's number in it. */
    while ((uint32_t)p->table->hash[i] != 0)
        i = (i + 1) & (PID_TABLE_HASH - 1);
    if (p->table->hash[i] == 0)
        p->filled++;
    atomic_store_explicit(&p->table->hash[i], entry_of(host, number), memory_order_release);
}

static void hash_rebuild(struct pids *p)
{
    struct pid_table *t = p->table;

    atomic_store_explicit(&t->hash_seq, t->hash_seq + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t i = 0; i < PID_TABLE_HASH; i++)
        atomic_store_explicit(&t->hash[i], 0, memory_order_relaxed);
    p->filled = 0;
    for (int number = 1; number < PID_TABLE_SLOTS; number++)
        if (p->entries[number].remembered)
            hash_put(p, p->entries[number].remembered, number);
    atomic_store_explicit(&t->hash_seq, t->hash_seq + 1, memory_order_release);
}

static void forget(struct pids *p, int number)
{
    struct pids_entry *e = &p->entries[number];
    _Atomic uint64_t *place = e->remembered ? hash_place(p, entry_of(e->remembered, number)) : NULL;

    if (place)
        atomic_store_explicit(place, entry_of(e->remembered, 0), memory_order_release);
    e->remembered = 0;
}

static void remember(struct pids *p, int number, int host)
{
    int old = pid_table_to_guest(p->table, host);

    /* The host has given a number once more: whoever had it is gone. */
    if (old)
        forget(p, old);
    forget(p, number);
    if (p->filled >= HASH_LIMIT)
        hash_rebuild(p);
    p->entries[number].remembered = host;
    hash_put(p, host, number);
}

/* --- slots --- */

static uint64_t now(void)
{
    struct linux_timespec ts = {0};

    host_clock_gettime(LINUX_CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static struct pid_slot *slot_change(struct pids *p, int number)
{
    struct pid_slot *s = &p->table->slots[number];

    atomic_store_explicit(&s->seq, s->seq + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    return s;
}

static void slot_done(struct pid_slot *s)
{
    atomic_store_explicit(&s->seq, s->seq + 1, memory_order_release);
}

static void slot_set(struct pids *p, int number, int host, int tgid, uint32_t flags)
{
    const struct pid_slot *from = &p->table->slots[p->entries[number].owner];
    struct pid_slot *s = slot_change(p, number);

    s->tgid = tgid;
    s->flags = flags;
    s->uid = from->uid, s->euid = from->euid, s->suid = from->suid;
    s->start_time = now();
    atomic_store_explicit(&s->host, host, memory_order_relaxed);
    slot_done(s);
}

static void slot_clear(struct pids *p, int number)
{
    struct pid_slot *s = slot_change(p, number);

    s->flags = 0;
    s->tgid = 0;
    atomic_store_explicit(&s->host, 0, memory_order_relaxed);
    slot_done(s);
}

static bool is_number(int number)
{
    return number > 0 && number < PID_TABLE_SLOTS;
}

/* --- lists --- */

static void list_insert(struct pids *p, int32_t *head, int number)
{
    struct pids_entry *e = &p->entries[number];

    e->prev = 0;
    e->next = *head;
    if (e->next)
        p->entries[e->next].prev = number;
    *head = number;
}

static void list_take(struct pids *p, int32_t *head, int number)
{
    struct pids_entry *e = &p->entries[number];

    if (e->prev)
        p->entries[e->prev].next = e->next;
    else
        *head = e->next;
    if (e->next)
        p->entries[e->next].prev = e->prev;
    e->next = e->prev = 0;
}

/* --- what the loop does with numbers --- */

static void set_free(struct pids *p, int number)
{
    p->entries[number].state = PIDS_FREE;
    p->entries[number].owner = 0;
    atomic_fetch_sub(&p->table->used, 1);
}

static int next_number(int number)
{
    return number + 1 < PID_TABLE_SLOTS ? number + 1 : PIDS_FIRST;
}

bool pids_reserve_at(struct pids *p, int owner, int number)
{
    struct pids_entry *e = is_number(number) ? &p->entries[number] : NULL;

    if (!e || e->state != PIDS_FREE)
        return false;
    forget(p, number);
    e->state = PIDS_RESERVED;
    e->owner = owner;
    e->pidfd = -1;
    list_insert(p, &p->entries[owner].first, number);
    atomic_fetch_add(&p->table->used, 1);
    return true;
}

int pids_reserve(struct pids *p, int owner, int count, int *got)
{
    int first = next_number(p->last), n;

    *got = 0;
    for (n = 0; p->entries[first].state != PIDS_FREE; n++) {
        if (n == PID_TABLE_SLOTS)
            return -LINUX_EAGAIN;
        first = next_number(first);
    }
    for (n = 0; n < count && pids_reserve_at(p, owner, first + n);)
        n++;
    p->last = first + n - 1;
    *got = n;
    return first;
}

bool pids_add_process(struct pids *p, int number, int owner, int host, int pidfd)
{
    struct pids_entry *e = is_number(number) ? &p->entries[number] : NULL;

    if (!e || e->state != PIDS_RESERVED || (owner >= 0 && e->owner != owner))
        return false;
    list_take(p, &p->entries[e->owner].first, number);
    e->state = PIDS_PROCESS;
    e->confirmed = false;
    e->first = 0;
    e->pidfd = pidfd;
    p->processes++;
    atomic_store(&p->table->slots[number].answered, 0);
    slot_set(p, number, host, number, PID_LEADER);
    remember(p, number, host);
    if (number > atomic_load(&p->table->last))
        atomic_store(&p->table->last, number);
    return true;
}

bool pids_add_thread(struct pids *p, int number, int owner, int host)
{
    if (!is_number(number) || p->entries[number].state != PIDS_RESERVED || p->entries[number].owner != owner)
        return false;
    p->entries[number].state = PIDS_THREAD;
    slot_set(p, number, host, owner, 0);
    remember(p, number, host);
    if (number > atomic_load(&p->table->last))
        atomic_store(&p->table->last, number);
    return true;
}

void pids_release(struct pids *p, int number, int owner)
{
    struct pids_entry *e = is_number(number) ? &p->entries[number] : NULL;

    if (!e || e->owner != owner || (e->state != PIDS_RESERVED && e->state != PIDS_THREAD))
        return;
    list_take(p, &p->entries[owner].first, number);
    if (e->state == PIDS_THREAD)
        slot_clear(p, number);
    set_free(p, number);
}

void pids_release_all(struct pids *p, int process)
{
    while (p->entries[process].first)
        pids_release(p, p->entries[process].first, process);
}

void pids_set_dead(struct pids *p, int number)
{
    struct pid_slot *s = slot_change(p, number);

    s->flags |= PID_DEAD;
    slot_done(s);
}

void pids_remove_process(struct pids *p, int number, bool group)
{
    struct pids_entry *e = &p->entries[number];

    if (e->state != PIDS_PROCESS)
        return;
    pids_release_all(p, number);
    p->processes--;
    if (e->pidfd >= 0)
        host_close(e->pidfd);
    e->pidfd = -1;
    e->owner = 0;
    if (!group) {
        slot_clear(p, number);
        set_free(p, number);
        return;
    }
    struct pid_slot *s = slot_change(p, number);
    s->flags = PID_GROUP;
    slot_done(s);
    e->state = PIDS_GROUP;
    list_insert(p, &p->groups, number);
}

void pids_group_ended(struct pids *p, int number)
{
    if (p->entries[number].state != PIDS_GROUP)
        return;
    list_take(p, &p->groups, number);
    slot_clear(p, number);
    set_free(p, number);
}

void pids_set_cred(struct pids *p, int number, uint32_t uid, uint32_t euid, uint32_t suid)
{
    struct pid_slot *s = slot_change(p, number);

    s->uid = uid, s->euid = euid, s->suid = suid;
    slot_done(s);
}

int pids_process_of(const struct pids *p, int host)
{
    int number = pid_table_to_guest(p->table, host);

    return number && p->entries[number].state == PIDS_PROCESS ? number : 0;
}
