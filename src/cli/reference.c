/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "cli/reference.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Components of words, joined by single slashes; each begins with a letter or digit. */
static bool is_name(const char *s)
{
    bool first = true;

    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s == '/') {
            if (first)
                return false;
            first = true;
            continue;
        }
        if (!is_word(*s) && (first || !strchr(".-:", *s)))
            return false;
        first = false;
    }
    return !first;
}

static bool is_tag(const char *s)
{
    if (!is_word(*s))
        return false;
    for (; *s; s++)
        if (!is_word(*s) && *s != '.' && *s != '-')
            return false;
    return true;
}

int reference_parse(const char *text, struct reference *ref, struct error *err)
{
    static const char *const prefixes[] = {"docker.io/library/", "docker.io/", "library/"};
    const char *name = text, *slash, *colon;
    size_t size;

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (str_starts(name, prefixes[i])) {
            name += strlen(prefixes[i]);
            break;
        }
    slash = strrchr(name, '/');
    colon = strchr(slash ? slash : name, ':');
    size = colon ? (size_t)(colon - name) : strlen(name);
    if (size >= sizeof(ref->name) || (colon && strlen(colon + 1) >= sizeof(ref->tag)))
        return error_set(err, STATUS_OURS, "'%.80s...' is too long for the name of an image", text);
    snprintf(ref->name, sizeof(ref->name), "%.*s", (int)size, name);
    snprintf(ref->tag, sizeof(ref->tag), "%s", colon ? colon + 1 : "latest");
    if (!is_name(ref->name) || !is_tag(ref->tag))
        return error_set(err, STATUS_OURS, "'%s' is not the name of an image", text);
    return 0;
}

void reference_to_file(const char *name, char *buf)
{
    for (; *name; name++)
        *buf++ = *name == '/' ? '%' : *name;
    *buf = '\0';
}

void reference_from_file(const char *file, char *buf, size_t size)
{
    snprintf(buf, size, "%s", file);
    for (; *buf; buf++)
        if (*buf == '%')
            *buf = '/';
}
