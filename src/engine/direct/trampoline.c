/* SPDX-License-Identifier: MIT */
/*
 * Trampolines: where rewritten system calls go on their way to our entry. They are made in areas within 2 GiB
 * of the code, in private mappings that the guest does not see; an area begins with the entry's address.
 *
 *     mov $nr, %eax              (where the site's own load was replaced)
 *     lea after(%rip), %rcx      as the instruction itself would leave it
 *     mov slot(%rip), %r11
 *     jmp *%r11
 *
 * A trampoline of the second kind has a tail, which is the guest's code: instructions that had to make room,
 * and a jump to those after them. There, `after` is the tail.
 *
 * Trampolines are never given back: a thread may stand in one. All functions are called with the lock of
 * site.c held, except those for signal handlers.
 */
#include "engine/access.h"
#include "engine/direct/direct.h"
#include "host/alloc.h"
#include "host/host.h"

enum {
    PAGE = 4096,
    AREA_SIZE = 16 * 1024,
    TRAMPOLINE_SIZE = 32, /* of the trampoline proper, and of a tail */
    SLOT_SIZE = 16,       /* at the start of each area */
    NEAR = 0x7ff00000,
    JMP_REL32 = 0xe9,
    MOV_EAX = 0xb8,
};

struct area {
    uint64_t start;
    uint32_t used;
    bool tails; /* of all its trampolines */
};

/* Trampoline areas, fixed array grown by blocks so that a handler can walk it without a lock. */
struct area_block {
    struct area_block *next;
    _Atomic uint32_t count;
    struct area areas[63];
};

static struct area_block first_block;
static const char *entry = direct_syscall_entry;

/* The area that pc lies in; NULL: none. For signal handlers, too. */
static const struct area *area_of(uint64_t pc)
{
    for (struct area_block *b = &first_block; b; b = b->next)
        for (uint32_t i = 0; i < atomic_load(&b->count); i++)
            if (pc - b->areas[i].start < AREA_SIZE)
                return &b->areas[i];
    return NULL;
}

/* Tails stand between the trampolines. */
static bool is_tail(const struct area *area, uint64_t pc)
{
    return area->tails && (pc - area->start - SLOT_SIZE) / TRAMPOLINE_SIZE % 2;
}

bool direct_in_trampoline(uint64_t pc)
{
    const struct area *area = area_of(pc);

    return area && !is_tail(area, pc);
}

bool direct_owns_address(uint64_t addr, uint64_t len)
{
    for (struct area_block *b = &first_block; b; b = b->next)
        for (uint32_t i = 0; i < atomic_load(&b->count); i++)
            if (addr < b->areas[i].start + AREA_SIZE && addr + len > b->areas[i].start)
                return true;
    return false;
}

/* What the trampoline at p does: *nr is DIRECT_NO_NUMBER when it leaves rax alone. */
static void trampoline_read(const uint8_t *p, uint64_t *nr, uint64_t *after)
{
    uint32_t number;
    int32_t rel;

    *nr = DIRECT_NO_NUMBER;
    if (*p == MOV_EAX) {
        memcpy(&number, p + 1, 4);
        *nr = number;
        p += 5;
    }
    memcpy(&rel, p + 3, 4);
    *after = (uint64_t)(uintptr_t)p + 7 + (uint64_t)(int64_t)rel;
}

bool direct_trampoline_call(uint64_t pc, uint64_t *nr, uint64_t *after)
{
    const struct area *area = area_of(pc);

    if (!area || is_tail(area, pc) || pc - area->start < SLOT_SIZE)
        return false;
    trampoline_read((const uint8_t *)(uintptr_t)(pc - (pc - area->start - SLOT_SIZE) % TRAMPOLINE_SIZE), nr,
                    after);
    return true;
}

static bool is_near(uint64_t a, uint64_t b)
{
    uint64_t distance = a > b ? a - b : b - a;

    return distance < NEAR;
}

long direct_make_writable(uint64_t addr, size_t len, bool on)
{
    uint64_t start = ALIGN_DOWN(addr, (uint64_t)PAGE), end = ALIGN_UP(addr + len, (uint64_t)PAGE);

    return host_mprotect((void *)(uintptr_t)start, end - start,
                         LINUX_PROT_READ | LINUX_PROT_EXEC | (on ? LINUX_PROT_WRITE : 0));
}

/*
 * The n-th place to try for an area that code at addr reaches. Below comes first: heaps grow from a program's
 * end upwards, and what is mapped later does not have to be at a certain place. Programs at low addresses
 * have a small gap below. Above, the far end comes first.
 */
static uint64_t area_place(uint64_t addr, uint64_t n)
{
    enum { FAR_STEP = 0x1000000, NEAR_STEP = 0x10000, STEPS = NEAR / FAR_STEP };
    uint64_t below = n < STEPS ? (n + 1) * FAR_STEP : (n - STEPS + 1) * NEAR_STEP;

    if (n < 2 * STEPS)
        return addr > below ? addr - below : 0;
    return addr + NEAR - (n - 2 * STEPS + 1) * FAR_STEP;
}

#define AREA_PLACES (3 * (NEAR / 0x1000000))

/* A mapping of our own near addr; its file name tells /proc readers that it is ours. */
static struct area *area_new(uint64_t addr, bool tails)
{
    struct area_block *b = &first_block;
    long fd, r = -1;

    while (atomic_load(&b->count) == ARRAY_SIZE(b->areas)) {
        if (!b->next && !(b->next = kzalloc(sizeof(*b))))
            return NULL;
        b = b->next;
    }
    fd = host_memfd("coracle-trampolines", 0);
    if (fd < 0)
        return NULL;
    if (host_ftruncate((int)fd, AREA_SIZE) == 0)
        for (uint64_t n = 0; n < AREA_PLACES && host_is_error(r); n++) {
            uint64_t at = ALIGN_DOWN(area_place(addr, n), UINT64_C(0x10000));

            if (at >= 0x10000 && is_near(at, addr) && access_is_guest(at, AREA_SIZE))
                r = host_mmap((void *)(uintptr_t)at, AREA_SIZE, LINUX_PROT_READ | LINUX_PROT_EXEC,
                              LINUX_MAP_PRIVATE | LINUX_MAP_FIXED_NOREPLACE, (int)fd, 0);
        }
    host_close((int)fd);
    if (host_is_error(r))
        return NULL;
    struct area *area = &b->areas[atomic_load(&b->count)];
    *area = (struct area){.start = (uint64_t)r, .used = SLOT_SIZE, .tails = tails};
    direct_make_writable((uint64_t)r, 8, true);
    memcpy((void *)r, &entry, sizeof(entry));
    direct_make_writable((uint64_t)r, 8, false);
    atomic_fetch_add(&b->count, 1);
    return area;
}

/* An area with room for one more. */
static struct area *area_near(uint64_t addr, bool tails)
{
    for (struct area_block *b = &first_block; b; b = b->next)
        for (uint32_t i = 0; i < atomic_load(&b->count); i++)
            if (b->areas[i].tails == tails && b->areas[i].used + 2 * TRAMPOLINE_SIZE <= AREA_SIZE &&
                is_near(b->areas[i].start, addr))
                return &b->areas[i];
    return area_new(addr, tails);
}

/* A trampoline that was made for the same call, which was put back since; 0: none. */
static uint64_t trampoline_find(uint64_t after, uint64_t nr)
{
    uint64_t made_nr, made_after;

    for (struct area_block *b = &first_block; b; b = b->next)
        for (uint32_t i = 0; i < atomic_load(&b->count); i++)
            for (uint32_t at = SLOT_SIZE; at < b->areas[i].used; at += TRAMPOLINE_SIZE) {
                trampoline_read((const uint8_t *)(uintptr_t)(b->areas[i].start + at), &made_nr, &made_after);
                if (made_nr == nr && made_after == after)
                    return b->areas[i].start + at;
            }
    return 0;
}

/* Writes the trampoline proper; the page is writable. */
static void trampoline_write(const struct area *area, uint64_t at, uint64_t after, uint64_t nr)
{
    uint8_t *p = (uint8_t *)(uintptr_t)at;
    int32_t rel;

    if (nr != DIRECT_NO_NUMBER) { /* mov $nr, %eax */
        *p++ = MOV_EAX;
        memcpy(p, &nr, 4);
        p += 4;
    }
    /* lea after(%rip), %rcx */
    rel = (int32_t)(after - ((uint64_t)(uintptr_t)p + 7));
    memcpy(p, (const uint8_t[]){0x48, 0x8d, 0x0d}, 3);
    memcpy(p + 3, &rel, 4);
    p += 7;
    /* mov slot(%rip), %r11; jmp *%r11 */
    rel = (int32_t)(area->start - ((uint64_t)(uintptr_t)p + 7));
    memcpy(p, (const uint8_t[]){0x4c, 0x8b, 0x1d}, 3);
    memcpy(p + 3, &rel, 4);
    memcpy(p + 7, (const uint8_t[]){0x41, 0xff, 0xe3}, 3);
}

uint64_t direct_trampoline(uint64_t after, uint64_t nr)
{
    uint64_t at = trampoline_find(after, nr);
    struct area *area;

    if (at)
        return at;
    area = area_near(after, false);
    if (!area)
        return 0;
    at = area->start + area->used;
    if (direct_make_writable(at, TRAMPOLINE_SIZE, true) < 0)
        return 0;
    trampoline_write(area, at, after, nr);
    direct_make_writable(at, TRAMPOLINE_SIZE, false);
    area->used += TRAMPOLINE_SIZE;
    return at;
}

uint64_t direct_trampoline_with_tail(uint64_t after, const uint8_t *code, size_t len, uint64_t *tail)
{
    struct area *area = area_near(after, true);
    uint64_t at;
    uint8_t *p;

    if (!area)
        return 0;
    at = area->start + area->used;
    *tail = at + TRAMPOLINE_SIZE;
    if (direct_make_writable(at, 2 * TRAMPOLINE_SIZE, true) < 0)
        return 0;
    trampoline_write(area, at, *tail, DIRECT_NO_NUMBER);
    p = (uint8_t *)(uintptr_t)*tail;
    memcpy(p, code, len);
    int32_t rel = (int32_t)(after + len - (*tail + len + 5));
    p[len] = JMP_REL32;
    memcpy(p + len + 1, &rel, 4);
    direct_make_writable(at, 2 * TRAMPOLINE_SIZE, false);
    area->used += 2 * TRAMPOLINE_SIZE;
    return at;
}

void direct_trampolines_enter(const char *where)
{
    entry = where;
    for (struct area_block *b = &first_block; b; b = b->next)
        for (uint32_t i = 0; i < atomic_load(&b->count); i++) {
            direct_make_writable(b->areas[i].start, 8, true);
            memcpy((void *)(uintptr_t)b->areas[i].start, &entry, sizeof(entry));
            direct_make_writable(b->areas[i].start, 8, false);
        }
}
