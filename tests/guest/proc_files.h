/* SPDX-License-Identifier: MIT */
/* Reading files of /proc in tests. Include after check.h. */
#ifndef CORACLE_TESTS_GUEST_PROC_FILES_H
#define CORACLE_TESTS_GUEST_PROC_FILES_H

#include <fcntl.h>

static char proc_text[1 << 16];

/* The whole file in proc_text; its length, or -1. */
__attribute__((format(printf, 1, 2))) static ssize_t proc_read(const char *format, ...)
{
    char path[256];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t total = 0, size;
    while ((size = read(fd, proc_text + total, sizeof proc_text - 1 - (size_t)total)) > 0)
        total += size;
    close(fd);
    proc_text[total] = 0;
    return size < 0 ? -1 : total;
}

/* What stands behind "Key:" and its tab in proc_text, up to the end of the line; NULL if there is no such
 * line. */
static const char *proc_value(const char *key)
{
    static char value[8][256];
    static int next;
    size_t length = strlen(key);
    for (const char *line = proc_text; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, key, length) == 0 && line[length] == ':') {
            char *slot = value[next++ & 7];
            const char *from = line + length + 1;
            while (*from == ' ' || *from == '\t')
                from++;
            snprintf(slot, sizeof value[0], "%.*s", (int)strcspn(from, "\n"), from);
            return slot;
        }
    return NULL;
}

static bool proc_value_is(const char *key, const char *format, ...)
{
    char wanted[256];
    const char *value = proc_value(key);
    va_list args;
    va_start(args, format);
    vsnprintf(wanted, sizeof wanted, format, args);
    va_end(args);
    return value && strcmp(value, wanted) == 0;
}

#endif
