/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/json.h"

#define DEPTH 32

int json_read(int fd, const char *what, struct json_object **json, struct error *err)
{
    struct json_tokener *tokener;
    struct stat st;
    char *text;
    size_t have = 0;
    ssize_t n = 0;

    *json = NULL;
    if (fstat(fd, &st) < 0 || st.st_size > JSON_MAX)
        return error_set(err, STATUS_OURS, "%s is too large to be what it should be", what);
    text = must_alloc((size_t)st.st_size + 1);
    while (have < (size_t)st.st_size && (n = read(fd, text + have, (size_t)st.st_size - have)) > 0)
        have += (size_t)n;
    if (n < 0) {
        free(text);
        return error_set(err, STATUS_OURS, "%s cannot be read: %s", what, strerror(errno));
    }
    tokener = json_tokener_new_ex(DEPTH);
    if (!tokener)
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
    *json = json_tokener_parse_ex(tokener, text, (int)have + 1);
    if (!*json || json_tokener_get_error(tokener) != json_tokener_success) {
        error_set(err, STATUS_OURS, "%s is not the JSON that it should be: %s", what,
                  json_tokener_error_desc(json_tokener_get_error(tokener)));
        json_object_put(*json);
        *json = NULL;
    }
    json_tokener_free(tokener);
    free(text);
    return *json ? 0 : err->status;
}

static struct json_object *member(struct json_object *object, const char *key, enum json_type type)
{
    struct json_object *found = NULL;

    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &found))
        return NULL;
    return json_object_is_type(found, type) ? found : NULL;
}

static const char *text_of(struct json_object *text)
{
    if (!text || !json_object_is_type(text, json_type_string))
        return NULL;
    const char *s = json_object_get_string(text);
    return strlen(s) == (size_t)json_object_get_string_len(text) ? s : NULL;
}

const char *json_text(struct json_object *object, const char *key)
{
    return text_of(member(object, key, json_type_string));
}

struct json_object *json_object_in(struct json_object *object, const char *key)
{
    return member(object, key, json_type_object);
}

struct json_object *json_list_in(struct json_object *object, const char *key)
{
    return member(object, key, json_type_array);
}

size_t json_length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

const char *json_text_at(struct json_object *list, size_t n)
{
    return n < json_length(list) ? text_of(json_object_array_get_idx(list, n)) : NULL;
}

int64_t json_number(struct json_object *object, const char *key)
{
    struct json_object *number = member(object, key, json_type_int);

    return number && json_object_get_int64(number) >= 0 ? json_object_get_int64(number) : -1;
}
