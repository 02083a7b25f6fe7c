/* SPDX-License-Identifier: MIT */
/* The kernel's heap, in our window of the address space. Thread-safe; survives fork. */
#ifndef CORACLE_ALLOC_H
#define CORACLE_ALLOC_H

#include "base/base.h"

/* n bytes aligned to 16, not cleared; NULL when memory is out. n is bounded by the caller. */
void *kmalloc(size_t n);
/* The same, cleared. */
void *kzalloc(size_t n);
void *krealloc(void *p, size_t n);
/* NULL is allowed. */
void kfree(void *p);
char *kstrdup(const char *s);

/* Whole pages in our window, zeroed; aligned to align (a power of two >= 4096). NULL when out. */
void *kpages(size_t n, size_t align);
void kpages_free(void *p, size_t n);

static inline void kfree_cleanup(void *p)
{
    kfree(*(void **)p);
}
/* char *buf cleanup_free = kmalloc(n); */
#define cleanup_free cleanup(kfree_cleanup)

/* For fork: no other thread is inside the allocator between the two. */
void kalloc_lock_all(void);
void kalloc_unlock_all(void);

#endif
