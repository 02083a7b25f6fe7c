/* SPDX-License-Identifier: MIT */
/*
 * The only instructions of ours that touch guest memory (engine/ARCH/access.S): leaf functions that return 0
 * (or a length), or -EFAULT when a page is not there: a fault between access_begin and access_end continues
 * at access_fault. Whoever calls them has asked access_is_guest before. The kernel's form of this is
 * kernel/user.h.
 */
#ifndef CORACLE_ACCESS_H
#define CORACLE_ACCESS_H

#include "base/base.h"
#include "host/host.h"

extern const char access_begin[], access_end[], access_fault[];

/* One of the two is guest memory. */
long access_copy(void *dst, const void *src, size_t n);
/* Zeroes. */
long access_fill(void *dst, size_t n);
/* The length without the NUL, or size when none was found. */
long access_string(char *dst, const char *src, size_t size);
long access_load32(const uint32_t *addr, uint32_t *value);
/* *old is what was there; desired is stored when it was expected. */
long access_cmpxchg32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old);

/* x86-64: the vector state. A load faults for an image that the CPU refuses, too. */
long access_xsave(void *area, uint64_t features);
long access_xrstor(const void *area, uint64_t features);
long access_fxsave(void *area);
long access_fxrstor(const void *area);

/* Where the guest's part of the address space ends. */
#define ACCESS_END UINT64_C(0x7ffffffff000)

/* True when the range lies in the guest's part of the address space, of which our window is no part. */
static inline bool access_is_guest(uint64_t addr, uint64_t len)
{
    uint64_t end;

    if (__builtin_add_overflow(addr, len, &end) || end > ACCESS_END)
        return false;
    return end <= HOST_WINDOW_START || addr >= HOST_WINDOW_END;
}

#endif
