/* SPDX-License-Identifier: MIT */
/* Texts that grow; see virtual.h. */
#include "fs/virtual.h"

void text_free(struct text *t)
{
    kfree(t->data);
    *t = (struct text){0};
}

char *text_room(struct text *t, size_t n)
{
    if (t->failed)
        return NULL;
    if (t->len + n + 1 > t->size) {
        size_t size = MAX(t->len + n + 1, t->size ? 2 * t->size : 1024);
        char *data = krealloc(t->data, size);

        if (!data) {
            t->failed = true;
            return NULL;
        }
        t->data = data;
        t->size = size;
    }
    return t->data + t->len;
}

void text_put(struct text *t, const void *data, size_t n)
{
    char *to = text_room(t, n);

    if (!to)
        return;
    memcpy(to, data, n);
    to[n] = '\0';
    t->len += n;
}

void text_puts(struct text *t, const char *s)
{
    text_put(t, s, strlen(s));
}

void text_fmt(struct text *t, const char *format, ...)
{
    va_list ap;
    char *to = text_room(t, 128);
    int n;

    if (!to)
        return;
    va_start(ap, format);
    n = fmt_v(to, t->size - t->len, format, ap);
    va_end(ap);
    if (t->len + (size_t)n >= t->size) {
        to = text_room(t, (size_t)n + 1);
        if (!to)
            return;
        va_start(ap, format);
        fmt_v(to, t->size - t->len, format, ap);
        va_end(ap);
    }
    t->len += (size_t)n;
}

size_t text_column(const struct text *t)
{
    const char *newline = t->data ? memrchr(t->data, '\n', t->len) : NULL;

    return newline ? (size_t)(t->data + t->len - newline - 1) : t->len;
}

long text_host_file(struct text *t, const char *path)
{
    long fd = host_open(path, LINUX_O_RDONLY, 0);
    size_t chunk = 4096;
    long n;

    if (fd < 0)
        return fd;
    do {
        char *to = text_room(t, chunk);

        n = to ? host_read((int)fd, to, chunk, NULL) : -LINUX_ENOMEM;
        if (n > 0)
            t->len += (size_t)n;
        chunk = MIN(2 * chunk, 1 << 18);
    } while (n > 0);
    if (t->data)
        t->data[t->len] = '\0';
    host_close((int)fd);
    return n;
}

bool text_line(const char *text, size_t len, size_t *at, const char **line, size_t *n)
{
    const char *end;

    if (*at >= len)
        return false;
    *line = text + *at;
    end = memchr(*line, '\n', len - *at);
    *n = end ? (size_t)(end - *line) : len - *at;
    *at += *n + (end != NULL);
    return true;
}
