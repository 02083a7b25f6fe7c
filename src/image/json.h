/* SPDX-License-Identifier: MIT */
/* Reading JSON that a stranger wrote: bounded in size and depth, and no text with NULs. Missing members and
 * wrong types read as nothing. */
#ifndef CORACLE_IMAGE_JSON_H
#define CORACLE_IMAGE_JSON_H

#include <json-c/json.h>
#include "image/image.h"

#define JSON_MAX (16 << 20) /* bytes of one document */

/* Parses the whole of an open file; `what` names it in errors. The result is to be put with json_object_put.
 */
int json_read(int fd, const char *what, struct json_object **json, struct error *err);
/* A member's text, or NULL. */
const char *json_text(struct json_object *object, const char *key);
/* A member that is an object or list, or NULL. */
struct json_object *json_object_in(struct json_object *object, const char *key);
struct json_object *json_list_in(struct json_object *object, const char *key);
/* The n-th text of a list, or NULL. */
const char *json_text_at(struct json_object *list, size_t n);
size_t json_length(struct json_object *list);
/* A member that is a number not below 0, or -1. */
int64_t json_number(struct json_object *object, const char *key);

#endif
