/* SPDX-License-Identifier: MIT */
/*
 * The kernel's heap: power-of-two size classes carved from pages of our window; larger blocks are pages of
 * their own.
 *
 * Each block has a 16-byte header with its class, so that kfree needs no lookup. Memory of a class is reused
 * for that class only. Pages come from the window in address order: host_mmap with MAP_FIXED_NOREPLACE at a
 * cursor, freed page runs are kept by size.
 */
#include "host/alloc.h"
#include "host/host.h"
#include "host/lock.h"

enum {
    CLASS_MIN_SHIFT = 5, /* 32 bytes with the header */
    CLASS_COUNT = 11,    /* up to 32 KiB */
    CHUNK = 64 * 1024,
    LARGE = 0xff,
};

#define BLOCK_MAGIC 0x434f5241u

struct block {
    uint32_t magic;
    uint32_t class;
    uint64_t size; /* of a LARGE block, header included */
};

struct free_block {
    struct block head;
    struct free_block *next;
};

struct free_run {
    struct free_run *next;
    size_t size, align;
};

static struct {
    struct lock lock;
    struct free_block *free[CLASS_COUNT];
    char *chunk, *chunk_end;
    struct free_run *runs;
    uint64_t cursor;
} heap = {.cursor = HOST_WINDOW_HEAP};

static void *pages_map(size_t n, size_t align)
{
    while (heap.cursor < HOST_WINDOW_END) {
        uint64_t addr = ALIGN_UP(heap.cursor, align);

        if (addr + n > HOST_WINDOW_END)
            break;
        long r = host_mmap((void *)(uintptr_t)addr, n, LINUX_PROT_READ | LINUX_PROT_WRITE,
                           LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_FIXED_NOREPLACE, -1, 0);
        if (!host_is_error(r)) {
            heap.cursor = addr + n;
            return (void *)r;
        }
        if (r != -LINUX_EEXIST)
            break;
        heap.cursor = addr + MAX(align, (size_t)0x100000);
    }
    return NULL;
}

static void *pages_get(size_t n, size_t align)
{
    for (struct free_run **p = &heap.runs; *p; p = &(*p)->next)
        if ((*p)->size == n && ((uintptr_t)*p & (align - 1)) == 0) {
            struct free_run *run = *p;

            *p = run->next;
            memset(run, 0, sizeof(*run));
            return run;
        }
    return pages_map(n, align);
}

void *kpages(size_t n, size_t align)
{
    n = ALIGN_UP(n, 4096);
    LOCK_SCOPE(&heap.lock);
    return pages_get(n, align);
}

void kpages_free(void *p, size_t n)
{
    struct free_run *run = p;

    if (!p)
        return;
    n = ALIGN_UP(n, 4096);
    /* Dropping the content keeps the promise that pages come zeroed, and gives the memory back. */
    host_madvise(p, n, LINUX_MADV_DONTNEED);
    LOCK_SCOPE(&heap.lock);
    run->size = n;
    run->next = heap.runs;
    heap.runs = run;
}

static unsigned class_of(size_t total)
{
    unsigned shift = CLASS_MIN_SHIFT;

    while (((size_t)1 << shift) < total)
        shift++;
    return shift - CLASS_MIN_SHIFT;
}

static struct block *class_alloc(unsigned class)
{
    size_t size = (size_t)1 << (class + CLASS_MIN_SHIFT);
    struct free_block *b = heap.free[class];

    if (b) {
        heap.free[class] = b->next;
        return &b->head;
    }
    if ((size_t)(heap.chunk_end - heap.chunk) < size) {
        /* What is left of the old chunk serves the smallest classes. */
        while ((size_t)(heap.chunk_end - heap.chunk) >= (1u << CLASS_MIN_SHIFT)) {
            struct free_block *rest = (struct free_block *)heap.chunk;

            rest->next = heap.free[0];
            heap.free[0] = rest;
            heap.chunk += 1u << CLASS_MIN_SHIFT;
        }
        char *chunk = pages_map(CHUNK, 4096);
        if (!chunk)
            return NULL;
        heap.chunk = chunk;
        heap.chunk_end = chunk + CHUNK;
    }
    struct block *fresh = (struct block *)heap.chunk;
    heap.chunk += size;
    return fresh;
}

void *kmalloc(size_t n)
{
    size_t total;
    struct block *b;

    if (__builtin_add_overflow(n, sizeof(struct block), &total))
        return NULL;
    unsigned class = class_of(total);
    LOCK_SCOPE(&heap.lock);
    if (class < CLASS_COUNT) {
        b = class_alloc(class);
        if (!b)
            return NULL;
        b->class = class;
    } else {
        total = ALIGN_UP(total, 4096);
        b = pages_get(total, 4096);
        if (!b)
            return NULL;
        b->class = LARGE;
        b->size = total;
    }
    b->magic = BLOCK_MAGIC;
    return b + 1;
}

void *kzalloc(size_t n)
{
    void *p = kmalloc(n);

    if (p)
        memset(p, 0, n);
    return p;
}

static size_t block_room(const struct block *b)
{
    size_t total = b->class == LARGE ? b->size : (size_t)1 << (b->class + CLASS_MIN_SHIFT);

    return total - sizeof(*b);
}

void *krealloc(void *p, size_t n)
{
    if (!p)
        return kmalloc(n);
    size_t room = block_room((struct block *)p - 1);
    if (n <= room)
        return p;
    void *fresh = kmalloc(n);
    if (!fresh)
        return NULL;
    memcpy(fresh, p, room);
    kfree(p);
    return fresh;
}

void kfree(void *p)
{
    if (!p)
        return;
    struct block *b = (struct block *)p - 1;
    if (b->magic != BLOCK_MAGIC)
        __builtin_trap();
    b->magic = 0;
    if (b->class == LARGE) {
        kpages_free(b, b->size);
        return;
    }
    struct free_block *f = (struct free_block *)b;
    LOCK_SCOPE(&heap.lock);
    f->next = heap.free[b->class];
    heap.free[b->class] = f;
}

char *kstrdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = kmalloc(n);

    if (copy)
        memcpy(copy, s, n);
    return copy;
}

void kalloc_lock_all(void)
{
    lock_acquire(&heap.lock);
}

void kalloc_unlock_all(void)
{
    lock_release(&heap.lock);
}
