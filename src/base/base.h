/* SPDX-License-Identifier: MIT */
/*
 * base: what every layer may use. Types, small helpers, memory and string functions.
 *
 * The kernel program is built without a C library, so nothing here may need one; hosted programs (the
 * command line, the supervisor, the tests) get the same names from their own library.
 */
#ifndef CORACLE_BASE_H
#define CORACLE_BASE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __STDC_HOSTED__
#include <string.h>
#else
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
void *memrchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
#endif

#define ARRAY_SIZE(a)                 (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define likely(x)                     __builtin_expect(!!(x), 1)
#define unlikely(x)                   __builtin_expect(!!(x), 0)
#define must_check                    __attribute__((warn_unused_result))
#define noreturn_fn                   __attribute__((noreturn))
#define printf_like(f, a)             __attribute__((format(printf, f, a)))
#define cleanup(fn)                   __attribute__((cleanup(fn)))
#define MIN(a, b)                     ((a) < (b) ? (a) : (b))
#define MAX(a, b)                     ((a) > (b) ? (a) : (b))

/* Rounds to a power of two. */
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define ALIGN_UP(x, a)   ALIGN_DOWN((x) + ((__typeof__(x))(a)-1), a)

/* Copies at most size - 1 bytes of src and always ends dst with a NUL; returns strlen(src). */
size_t str_copy(char *dst, const char *src, size_t size);

/* True when s begins with prefix. */
bool str_starts(const char *s, const char *prefix);

/*
 * Parses an unsigned number in base 10 (or 16 after "0x") up to the first byte that is no digit. Returns the
 * number of bytes used, 0 when there is no number or it does not fit.
 */
size_t str_to_u64(const char *s, uint64_t *value);

/*
 * printf into a buffer: %d %i %u %x %o %c %s %p %% with flags "-0+# ", width, precision and the lengths
 * hh h l ll z j t. No floating point. Always ends with a NUL when size > 0; returns the length that the whole
 * text has.
 */
int fmt_v(char *buf, size_t size, const char *format, va_list ap);
int fmt(char *buf, size_t size, const char *format, ...) printf_like(3, 4);

#endif
