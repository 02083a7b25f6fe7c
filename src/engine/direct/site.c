/* SPDX-License-Identifier: MIT */
/*
 * Rewriting of system call sites.
 *
 * A site is a 2-byte `syscall` in private text that the guest cannot write. When it traps, one of two
 * rewritings is tried:
 *
 *   load    mov $nr, %eax          jmp trampoline
 *           syscall           ->   syscall              (untouched: whoever jumps here still traps)
 *
 *   pad     syscall           ->   jmp .+n, to padding within reach that holds: jmp trampoline
 *
 *   tail    syscall                jmp trampoline
 *           cmp $-4095, %rax  ->   (the rest of it)
 *
 * The trampoline (trampoline.c, one per site) leaves the registers as the instruction itself would, and jumps
 * to our entry.
 *
 * The tail takes more: what stood behind the call runs in a copy, so a pc is translated in both directions
 * (direct_guest_pc, direct_real_pc), and nobody may jump between the two instructions, for which all the code
 * around is searched, nor stand there, so that it is done in processes of one thread only. It is tried for
 * sites that have trapped often.
 *
 * Threads may run the bytes that change: the first byte becomes int3, all cores are synchronised, the tail is
 * written, all cores are synchronised, and the first byte is written. Who meets the int3 waits in the kernel
 * until the lock is free (direct_breakpoint_is_ours). No thread can stand inside the replaced bytes: the load
 * is one instruction, the pad's jump as long as the syscall, and a tail is for processes of one thread.
 *
 * What was replaced is remembered, and put back when the guest makes the memory writable: it must find its
 * own code there.
 *
 * A site is rewritten when it traps for the second time: a trap costs less than a rewriting, and much code in
 * short programs runs once.
 *
 * What this cannot hide: a guest that reads its own text sees the jumps, and code that it copies from there
 * does not work elsewhere.
 *
 * All state is guarded by site_lock, except that signal handlers look at the trampoline areas: those are only
 * appended to.
 */
#include "engine/access.h"
#include "engine/direct/direct.h"
#include "host/engine.h"
#include "host/host.h"
#include "host/alloc.h"
#include "host/lock.h"

enum {
    REACH = 118,    /* of a short jump, less the length of what it jumps to */
    PAD_NEEDED = 7, /* jmp over; jmp rel32 */
    JMP_REL32 = 0xe9,
    JMP_REL32_LEN = 5,
    SYSCALL_LEN = 2,
    JMP_REL8 = 0xeb,
    INT3 = 0xcc,
    INT_IMM8 = 0xcd,
    MOV_EAX = 0xb8,
    SEEN_SIZE = 512,
    PATCH_MAX = 12,
    TAIL_TRAPS = 64,       /* that a site costs before the search that a tail needs */
    TAIL_SEARCH = 2 << 20, /* how far jumps are looked for */
    TAIL_SITES = 64,
};

/* What is known about executable memory. UNKNOWN: whether it is private will be asked at the first rewriting.
 */
enum code_kind { CODE_FIXED, CODE_PATCHABLE, CODE_UNKNOWN };

struct region {
    uint64_t start, end;
    enum code_kind kind;
};

/* Bytes that were replaced. */
struct patch {
    uint64_t addr;
    uint64_t site; /* where the system call is that this is part of */
    uint64_t tail; /* where the copy of what stood behind the call is; 0: nowhere */
    uint8_t len, old[PATCH_MAX];
};

static struct lock site_lock;
static struct patch *patches;
static size_t patch_count, patch_room, tail_count;
/* Sites that trapped once, by a hash of their address; a collision costs a trap more. */
static uint64_t seen[SEEN_SIZE];
static _Atomic uint32_t threads_started;
static struct region *regions;
static size_t region_count, region_room;

static int find_region(uint64_t addr)
{
    for (size_t i = 0; i < region_count; i++)
        if (addr >= regions[i].start && addr < regions[i].end)
            return (int)i;
    return -1;
}

static void region_add(uint64_t start, uint64_t end, enum code_kind kind)
{
    if (region_count == region_room) {
        size_t room = region_room ? region_room * 2 : 64;
        struct region *fresh = krealloc(regions, room * sizeof(*fresh));

        if (!fresh)
            return; /* its sites will trap each time: slower, not wrong */
        regions = fresh;
        region_room = room;
    }
    regions[region_count++] = (struct region){start, end, kind};
}

static enum code_kind kind_of(int prot, int map_flags)
{
    if ((prot & (LINUX_PROT_READ | LINUX_PROT_WRITE)) != LINUX_PROT_READ)
        return CODE_FIXED;
    switch (map_flags & LINUX_MAP_TYPE) {
    case LINUX_MAP_PRIVATE:
        return CODE_PATCHABLE;
    case CODE_SHARING_UNKNOWN:
        return CODE_UNKNOWN;
    }
    return CODE_FIXED;
}

static void restore_patches(uint64_t start, uint64_t end, bool gone);

void direct_code_changed(uint64_t start, uint64_t len, int prot, int map_flags)
{
    uint64_t end = start + len;
    LOCK_SCOPE(&site_lock);

    if (map_flags == 0 || map_flags == CODE_DROPPED ||
        (prot & (LINUX_PROT_WRITE | LINUX_PROT_EXEC)) != LINUX_PROT_EXEC)
        restore_patches(start, end, map_flags == 0);
    if (map_flags == CODE_DROPPED)
        return;
    for (size_t i = 0; i < region_count; i++) {
        struct region r = regions[i];

        if (r.end <= start || r.start >= end)
            continue;
        regions[i--] = regions[--region_count];
        if (r.start < start)
            region_add(r.start, start, r.kind);
        if (r.end > end)
            region_add(end, r.end, r.kind);
    }
    if (prot & LINUX_PROT_EXEC)
        region_add(start, end, kind_of(prot, map_flags));
}

/* The patch that pc stands in; NULL: none. */
static struct patch *find_patch(uint64_t pc)
{
    for (size_t i = 0; i < patch_count; i++)
        if (pc - patches[i].addr < patches[i].len)
            return &patches[i];
    return NULL;
}

bool direct_breakpoint_is_ours(uint64_t pc)
{
    uint8_t code[2];
    struct patch *p;
    LOCK_SCOPE(&site_lock);

    p = find_patch(pc);
    if (p)
        return p->addr == pc;
    /* Not (any more) a place of ours; if the guest's int3 is there, or its int $3, it is the guest's. */
    if (!access_is_guest(pc - 1, 2) || access_copy(code, (const void *)(uintptr_t)(pc - 1), 2) < 0)
        return false;
    return code[1] != INT3 && !(code[0] == INT_IMM8 && code[1] == 3);
}

uint64_t direct_guest_pc(uint64_t pc)
{
    struct patch *p;
    LOCK_SCOPE(&site_lock);

    for (size_t i = 0; i < patch_count; i++) {
        uint64_t moved = patches[i].len - SYSCALL_LEN;

        p = &patches[i];
        if (p->tail && pc - p->tail < moved + JMP_REL32_LEN)
            return p->site + SYSCALL_LEN + MIN(pc - p->tail, moved);
        if (!p->tail && pc > p->addr && pc - p->addr < p->len)
            return p->site;
    }
    return pc;
}

uint64_t direct_real_pc(uint64_t pc)
{
    struct patch *p;
    LOCK_SCOPE(&site_lock);

    p = tail_count ? find_patch(pc) : NULL;
    return p && p->tail && pc >= p->site + SYSCALL_LEN ? p->tail + (pc - p->site - SYSCALL_LEN) : pc;
}

/* Replaces len bytes of code that other threads may be running. The page is writable. */
static void replace_code(uint64_t addr, const uint8_t *code, size_t len)
{
    volatile uint8_t *p = (volatile uint8_t *)(uintptr_t)addr;
    bool alone = atomic_load(&threads_started) <= 1;

    p[0] = INT3;
    if (!alone)
        host_sync_core();
    for (size_t i = 1; i < len; i++)
        p[i] = code[i];
    if (!alone)
        host_sync_core();
    p[0] = code[0];
    if (!alone)
        host_sync_core();
}

void direct_use_slow_entry(void)
{
    LOCK_SCOPE(&site_lock);

    direct_trampolines_enter(direct_syscall_entry_slow);
}

void direct_thread_started(void)
{
    atomic_fetch_add(&threads_started, 1);
}

static bool remember(uint64_t addr, size_t len, uint64_t site)
{
    if (patch_count == patch_room) {
        size_t room = patch_room ? patch_room * 2 : 64;
        struct patch *fresh = krealloc(patches, room * sizeof(*fresh));

        if (!fresh)
            return false;
        patches = fresh;
        patch_room = room;
    }
    struct patch *p = &patches[patch_count++];
    *p = (struct patch){.addr = addr, .site = site, .len = (uint8_t)len};
    memcpy(p->old, (const void *)(uintptr_t)addr, len);
    return true;
}

/* Replaces code at addr, for the system call at site. */
static bool write_site(uint64_t addr, const uint8_t *code, size_t len, uint64_t site)
{
    if (!remember(addr, len, site))
        return false;
    if (direct_make_writable(addr, len, true) < 0) {
        patch_count--;
        return false;
    }
    replace_code(addr, code, len);
    direct_make_writable(addr, len, false);
    return true;
}

static bool overlaps(const struct patch *p, uint64_t start, uint64_t end)
{
    return p->addr < end && p->addr + p->len > start;
}

/* Takes the rewriting of one system call back. What lies in [start, end) is left as it is, for it is about to
 * go. */
static void restore_site(uint64_t site, uint64_t start, uint64_t end)
{
    /* The site comes last in the list, and first here: nobody jumps to the padding any more when that is put
     * back. */
    for (size_t i = patch_count; i-- > 0;) {
        struct patch p = patches[i];

        if (p.site != site)
            continue;
        memmove(&patches[i], &patches[i + 1], (--patch_count - i) * sizeof(p));
        if (overlaps(&p, start, end) || direct_make_writable(p.addr, p.len, true) < 0)
            continue;
        replace_code(p.addr, p.old, p.len);
        direct_make_writable(p.addr, p.len, false);
    }
}

/* Puts the guest's own code back (gone: nobody will look at it in this range). */
static void restore_patches(uint64_t start, uint64_t end, bool gone)
{
    for (size_t i = patch_count; i > 0; i = MIN(i - 1, patch_count))
        if (overlaps(&patches[i - 1], start, end))
            restore_site(patches[i - 1].site, gone ? start : 0, gone ? end : 0);
}

/* The length of one of the no-operations that compilers pad with, at p; 0: something else. */
static size_t nop_length(const uint8_t *p, size_t room)
{
    size_t n = 0;

    while (n < room && p[n] == 0x66)
        n++;
    if (n < room && p[n] == 0x2e)
        n++;
    if (n < room && p[n] == 0x90)
        return n + 1;
    if (n + 3 > room || p[n] != 0x0f || p[n + 1] != 0x1f)
        return 0;
    switch (p[n + 2]) {
    case 0x00:
        return n + 3;
    case 0x40:
        return n + 4 <= room ? n + 4 : 0;
    case 0x44:
        return n + 5 <= room ? n + 5 : 0;
    case 0x80:
        return n + 7 <= room ? n + 7 : 0;
    case 0x84:
        return n + 8 <= room ? n + 8 : 0;
    }
    return 0;
}

/* The length of the padding that starts at p: no-operations or int3, up to an address aligned to 16. */
static size_t pad_length(const uint8_t *p, size_t room)
{
    size_t n = 0, len;

    if (p[0] == INT3)
        while (n < room && p[n] == INT3)
            n++;
    else
        while (n < room && (len = nop_length(p + n, room - n)) > 0)
            n += len;
    return ((uintptr_t)(p + n) & 15) == 0 ? n : 0;
}

/* True when an instruction that is never left at its end may stand before p: padding starts there. */
static bool ends_code(const uint8_t *p)
{
    return p[-1] == 0xc3 || p[-1] == 0xf4 ||          /* ret, hlt */
           (p[-2] == 0x0f && p[-1] == 0x0b) ||        /* ud2 */
           p[-2] == JMP_REL8 || p[-5] == JMP_REL32 || /* jmp */
           p[-5] == 0xe8 ||                           /* call of what does not return */
           (p[-2] == 0xff && (p[-1] & 0xf8) == 0xe0); /* jmp *reg */
}

/* Padding of at least PAD_NEEDED bytes that a short jump at `site` reaches; 0: none. */
static uint64_t find_pad(uint64_t site, const struct region *r)
{
    uint64_t low = MAX(r->start + 5, site > REACH ? site - REACH : 0), high = MIN(r->end, site + REACH);

    for (uint64_t at = low; at + PAD_NEEDED <= high; at++) {
        const uint8_t *p = (const uint8_t *)(uintptr_t)at;
        size_t len;

        /* Only whole runs are taken: the middle of one may be the middle of an instruction. */
        if ((p[0] != INT3 && p[0] != 0x66 && p[0] != 0x0f && p[0] != 0x90) || !ends_code(p) ||
            find_patch(at) || (at + 2 > site && at < site + 2))
            continue;
        len = pad_length(p, r->end - at);
        if (len >= PAD_NEEDED && !(at < site && at + len > site))
            return at;
    }
    return 0;
}

static bool rewrite_pad(uint64_t site, const struct region *r)
{
    uint8_t code[PAD_NEEDED];
    uint64_t pad = find_pad(site, r);

    if (!pad)
        return false;
    uint64_t trampoline = direct_trampoline(site + 2, DIRECT_NO_NUMBER);
    if (!trampoline)
        return false;
    code[0] = JMP_REL8;
    code[1] = 5;
    int32_t rel = (int32_t)(trampoline - (pad + PAD_NEEDED));
    code[2] = JMP_REL32;
    memcpy(code + 3, &rel, 4);
    if (!write_site(pad, code, PAD_NEEDED, site))
        return false;
    code[1] = (uint8_t)(pad + 2 - (site + 2));
    return write_site(site, code, 2, site);
}

static bool rewrite_load(uint64_t site, uint64_t nr, const struct region *r)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)site - 5;
    uint32_t loaded;
    uint8_t code[5];

    if (site - 6 < r->start || p[0] != MOV_EAX)
        return false;
    memcpy(&loaded, p + 1, 4);
    /* With a REX prefix before it, it would be a load of another register. */
    if (loaded != nr || (p[-1] & 0xf0) == 0x40)
        return false;
    uint64_t trampoline = direct_trampoline(site + 2, loaded);
    if (!trampoline)
        return false;
    code[0] = JMP_REL32;
    int32_t rel = (int32_t)(trampoline - site);
    memcpy(code + 1, &rel, 4);
    return write_site(site - 5, code, 5, site);
}

/* The length of an instruction that does the same at any address and cannot fault; 0: not one that we know.
 */
static size_t movable_length(const uint8_t *p)
{
    size_t rex = (p[0] & 0xf8) == 0x48; /* REX.W, whatever the registers */

    p += rex;
    switch (p[0]) {
    case 0x3d: /* cmp $imm32, %rax */
        return rex + 5;
    case 0x83: /* cmp $imm8, reg */
        return p[1] >= 0xf8 ? rex + 3 : 0;
    case 0x31: /* xor, cmp, test, mov between registers */
    case 0x39:
    case 0x85:
    case 0x89:
    case 0x8b:
        return p[1] >= 0xc0 ? rex + 2 : 0;
    }
    return 0;
}

/* True when some jump or call in the code around may lead to an address above start and below end. */
static bool is_jumped_to(uint64_t start, uint64_t end, const struct region *r)
{
    uint64_t low = MAX(r->start, start > TAIL_SEARCH ? start - TAIL_SEARCH : 0);
    uint64_t high = MIN(r->end, end + TAIL_SEARCH);

    for (uint64_t at = low; at + 6 <= high; at++) {
        const uint8_t *p = (const uint8_t *)(uintptr_t)at;
        bool near = p[0] == 0xeb || (p[0] & 0xf0) == 0x70 || (p[0] & 0xfc) == 0xe0;
        bool far = p[0] == 0xe8 || p[0] == 0xe9, conditional = p[0] == 0x0f && (p[1] & 0xf0) == 0x80;
        uint64_t to;
        int32_t rel;

        if (!near && !far && !conditional)
            continue;
        memcpy(&rel, p + 1 + conditional, sizeof(rel));
        to = near ? at + 2 + (uint64_t)(int64_t)(int8_t)p[1] : at + 5 + conditional + (uint64_t)(int64_t)rel;
        if (to > start && to < end)
            return true;
    }
    return false;
}

static bool rewrite_tail(uint64_t site, const struct region *r)
{
    const uint8_t *next = (const uint8_t *)(uintptr_t)(site + SYSCALL_LEN);
    uint8_t code[PATCH_MAX];
    uint64_t trampoline, tail;
    size_t len = 0, n;

    while (len < JMP_REL32_LEN - SYSCALL_LEN) {
        if (site + PATCH_MAX + 8 > r->end || (n = movable_length(next + len)) == 0)
            return false;
        len += n;
    }
    if (SYSCALL_LEN + len > PATCH_MAX || is_jumped_to(site, site + SYSCALL_LEN + len, r))
        return false;
    trampoline = direct_trampoline_with_tail(site + SYSCALL_LEN, next, len, &tail);
    if (!trampoline)
        return false;
    memset(code, INT3, sizeof(code));
    int32_t rel = (int32_t)(trampoline - (site + JMP_REL32_LEN));
    code[0] = JMP_REL32;
    memcpy(code + 1, &rel, 4);
    if (!write_site(site, code, SYSCALL_LEN + len, site))
        return false;
    patches[patch_count - 1].tail = tail;
    tail_count++;
    return true;
}

/* Counts the traps of a site that has no other way; true when it is time to try the tail, once. */
static bool tail_is_due(uint64_t site)
{
    static struct {
        uint64_t site;
        uint32_t traps;
    } counts[TAIL_SITES];
    uint64_t i = site * UINT64_C(0x9e3779b97f4a7c15) >> 58;

    if (counts[i].site != site) {
        counts[i].site = site;
        counts[i].traps = 0;
    }
    return ++counts[i].traps == TAIL_TRAPS;
}

void direct_site_trapped(uint64_t after, uint64_t nr)
{
    uint64_t site = after - 2;
    LOCK_SCOPE(&site_lock);
    int i = find_region(site);

    if (i < 0 || regions[i].kind == CODE_FIXED || after > regions[i].end ||
        nr == 15 /* rt_sigreturn: never */)
        return;
    struct region r = regions[i];
    uint8_t code[2];
    if (access_copy(code, (const void *)(uintptr_t)site, 2) < 0 || code[0] != 0x0f || code[1] != 0x05)
        return;
    uint64_t *first = &seen[site * UINT64_C(0x9e3779b97f4a7c15) >> 55];
    if (*first != site) {
        *first = site;
        return;
    }
    if (r.kind == CODE_UNKNOWN) {
        r.kind = regions[i].kind = host_is_private(site) ? CODE_PATCHABLE : CODE_FIXED;
        if (r.kind == CODE_FIXED)
            return;
    }
    if (rewrite_load(site, nr, &r) || rewrite_pad(site, &r))
        return;
    if (atomic_load(&threads_started) <= 1 && tail_is_due(site))
        rewrite_tail(site, &r);
}

void direct_fork_lock(void)
{
    lock_acquire(&site_lock);
}

void direct_fork_unlock(void)
{
    lock_release(&site_lock);
}
