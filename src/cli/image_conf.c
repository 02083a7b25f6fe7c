/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "cli/image_conf.h"
#include "cli/parts.h"

static void add(char ***list, size_t *count, const char *value)
{
    *list = realloc(*list, (*count + 2) * sizeof(**list));
    if (!*list || !((*list)[*count] = strdup(value)))
        abort();
    (*list)[++*count] = NULL;
}

/* Undoes the escapes of image.conf in place: \n and \\. */
static void unescape(char *s)
{
    char *out = s;

    for (; *s; s++)
        if (s[0] == '\\' && s[1]) {
            *out++ = s[1] == 'n' ? '\n' : s[1];
            s++;
        } else
            *out++ = *s;
    *out = '\0';
}

static void read_conf(const char *path, struct image_conf *conf)
{
    FILE *f = fopen(path, "re");
    char *line = NULL, *value;
    size_t room = 0;
    ssize_t n;

    while (f && (n = getline(&line, &room, f)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        value = strchr(line, ' ');
        if (!value)
            continue;
        *value++ = '\0';
        unescape(value);
        if (strcmp(line, "env") == 0)
            add(&conf->env, &conf->nenv, value);
        else if (strcmp(line, "entrypoint") == 0)
            add(&conf->entrypoint, &conf->nentrypoint, value);
        else if (strcmp(line, "cmd") == 0)
            add(&conf->command, &conf->ncommand, value);
        else if (strcmp(line, "workdir") == 0)
            conf->workdir = strdup(value);
        else if (strcmp(line, "user") == 0)
            conf->user = strdup(value);
        else if (strcmp(line, "arch") == 0)
            conf->arch = strdup(value);
    }
    free(line);
    if (f)
        fclose(f);
}

/* docker.io/library/NAME:TAG is NAME, TAG; without a tag it is latest. */
static int split_reference(const char *reference, char *name, size_t size, const char **tag, struct error *err)
{
    static const char *const prefixes[] = {"docker.io/library/", "docker.io/", "library/"};
    char *colon, *slash;

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (str_starts(reference, prefixes[i])) {
            reference += strlen(prefixes[i]);
            break;
        }
    if (!reference[0] || reference[0] == '/' || reference[0] == '.' || strstr(reference, "..") ||
        strlen(reference) >= size)
        return error_set(err, STATUS_OURS, "'%s' is not the name of an image", reference);
    snprintf(name, size, "%s", reference);
    slash = strrchr(name, '/');
    colon = strchr(slash ? slash : name, ':');
    *tag = "latest";
    if (colon) {
        *colon = '\0';
        *tag = colon + 1;
    }
    return 0;
}

int image_find(const char *reference, struct image_conf *conf, struct error *err)
{
    char name[256], data[PATH_MAX / 2], folder[PATH_MAX - 64], path[PATH_MAX];
    const char *tag = "";
    int r = split_reference(reference, name, sizeof(name), &tag, err);

    memset(conf, 0, sizeof(*conf));
    if (r)
        return r;
    if (parts_data(data, sizeof(data), err) == 0) {
        snprintf(folder, sizeof(folder), "%s/images/%s/%s", data, name, tag);
        snprintf(conf->rootfs, sizeof(conf->rootfs), "%s/rootfs", folder);
        if (access(conf->rootfs, F_OK) == 0) {
            snprintf(path, sizeof(path), "%s/image.conf", folder);
            read_conf(path, conf);
            snprintf(conf->index, sizeof(conf->index), "%s/index", folder);
            if (access(conf->index, F_OK) < 0)
                conf->index[0] = '\0';
            return 0;
        }
    }
    err->text[0] = '\0';
    r = parts_images(data, sizeof(data), err);
    if (r)
        return r;
    snprintf(conf->rootfs, sizeof(conf->rootfs), "%s/%s", data, name);
    if (strcmp(tag, "latest") == 0 && !strchr(name, '/') && access(conf->rootfs, F_OK) == 0) {
        snprintf(path, sizeof(path), "%s/%s.conf", data, name);
        read_conf(path, conf);
        conf->index[0] = '\0';
        return 0;
    }
    error_set(err, STATUS_OURS, "there is no image '%s' here", reference);
    error_hint(err, "`coracle images` lists those that are there; `coracle load FILE` takes one in");
    return err->status;
}
