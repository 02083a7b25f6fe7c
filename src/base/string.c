/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions for programs without a C library. General registers only: the guest's vector
 * registers are live while they run. On x86-64 `rep movsb` and `rep stosb` are fast for long ranges on every
 * CPU with ERMS.
 */
#include "base/base.h"

#if !__STDC_HOSTED__

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

/* What is longer than this is left to the string instructions, whose start costs as much as this many words.
 */
#define SHORT 256

#if defined(__x86_64__)
static void copy_long(unsigned char *d, const unsigned char *s, size_t n)
{
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
}

static void fill_long(unsigned char *d, unsigned char c, size_t n)
{
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
}
#else
#define copy_long copy_short
#define fill_long fill_short
#endif

/* The accesses are volatile so that the compiler does not turn the loops into calls of these very functions.
 */
static void copy_short(unsigned char *d, const unsigned char *s, size_t n)
{
    for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word), s += sizeof(word))
        *(volatile word *)d = *(const word *)s;
    while (n--)
        *(volatile unsigned char *)d++ = *s++;
}

static void fill_short(unsigned char *d, unsigned char c, size_t n)
{
    uint64_t pattern = c * UINT64_C(0x0101010101010101);

    for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word))
        *(volatile word *)d = pattern;
    while (n--)
        *(volatile unsigned char *)d++ = c;
}

static void copy_forward(unsigned char *d, const unsigned char *s, size_t n)
{
    if (n <= SHORT)
        copy_short(d, s, n);
    else
        copy_long(d, s, n);
}

static void fill(unsigned char *d, unsigned char c, size_t n)
{
    if (n <= SHORT)
        fill_short(d, c, n);
    else
        fill_long(d, c, n);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    copy_forward(dst, src, n);
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    if ((uintptr_t)d - (uintptr_t)s >= n) {
        copy_forward(d, s, n);
        return dst;
    }
    while (n--)
        ((volatile unsigned char *)d)[n] = s[n];
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    fill(dst, (unsigned char)c, n);
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;

    for (; n; n--, p++)
        if (*p == (unsigned char)c)
            return (void *)(uintptr_t)p;
    return NULL;
}

void *memrchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;

    while (n--)
        if (p[n] == (unsigned char)c)
            return (void *)(uintptr_t)(p + n);
    return NULL;
}

size_t strlen(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--, a++, b++)
        ;
    return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
    return memrchr(s, c, strlen(s) + 1);
}

#endif

size_t str_copy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if (size) {
        size_t n = MIN(len, size - 1);
        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return len;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

size_t str_to_u64(const char *s, uint64_t *value)
{
    const char *p = s;
    uint64_t v = 0;
    int base = 10;

    if (p[0] == '0' && p[1] == 'x' && digit_value(p[2]) < 16) {
        base = 16;
        p += 2;
    }
    if (digit_value(*p) >= base)
        return 0;
    for (; digit_value(*p) < base; p++) {
        if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
            __builtin_add_overflow(v, (uint64_t)digit_value(*p), &v))
            return 0;
    }
    *value = v;
    return (size_t)(p - s);
}
