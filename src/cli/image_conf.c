/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/image_conf.h"
#include "cli/parts.h"
#include "cli/store.h"

void image_conf_add(char ***list, size_t *count, const char *value)
{
    *list = realloc(*list, (*count + 2) * sizeof(**list));
    if (!*list || !((*list)[*count] = strdup(value)))
        abort();
    (*list)[++*count] = NULL;
}

static void replace(char **field, const char *value)
{
    free(*field);
    *field = strdup(value);
    if (!*field)
        abort();
}

/* Undoes the escapes in place. */
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

static void read_line(struct image_conf *conf, const char *key, const char *value)
{
    const struct {
        const char *key;
        char **field;
    } fields[] = {
        {"workdir", &conf->workdir}, {"user", &conf->user},       {"arch", &conf->arch}, {"id", &conf->id},
        {"root", &conf->root},       {"created", &conf->created}, {"size", &conf->size},
    };

    if (strcmp(key, "env") == 0)
        image_conf_add(&conf->env, &conf->nenv, value);
    else if (strcmp(key, "entrypoint") == 0)
        image_conf_add(&conf->entrypoint, &conf->nentrypoint, value);
    else if (strcmp(key, "cmd") == 0)
        image_conf_add(&conf->command, &conf->ncommand, value);
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (strcmp(key, fields[i].key) == 0)
            replace(fields[i].field, value);
}

bool image_conf_read(const char *path, struct image_conf *conf)
{
    FILE *f = fopen(path, "re");
    char *line = NULL, *value;
    size_t room = 0;
    ssize_t n;

    if (!f)
        return false;
    while ((n = getline(&line, &room, f)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        value = strchr(line, ' ');
        if (!value)
            continue;
        *value++ = '\0';
        unescape(value);
        read_line(conf, line, value);
    }
    free(line);
    fclose(f);
    return true;
}

static void free_list(char **list)
{
    for (char **p = list; p && *p; p++)
        free(*p);
    free(list);
}

void image_conf_free(struct image_conf *conf)
{
    free_list(conf->env);
    free_list(conf->entrypoint);
    free_list(conf->command);
    free(conf->workdir);
    free(conf->user);
    free(conf->arch);
    free(conf->id);
    free(conf->root);
    free(conf->created);
    free(conf->size);
    memset(conf, 0, sizeof(*conf));
}

/* Keeps the root from being removed: a shared lock on its folder, which lives as long as the descriptor. -1:
 * it is gone. */
static int hold(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat held, there;

    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_SH) == 0 && fstat(fd, &held) == 0 && stat(folder, &there) == 0 &&
        held.st_ino == there.st_ino && held.st_dev == there.st_dev)
        return fd;
    close(fd);
    return -1;
}

void image_release(struct image_conf *conf)
{
    if (conf->hold_fd >= 0)
        close(conf->hold_fd);
    conf->hold_fd = -1;
}

/* An image that was loaded; 1: there is none of that name. */
static int find_loaded(const struct reference *ref, struct image_conf *conf, struct error *err)
{
    char images[PATH_MAX - 512], roots[PATH_MAX - 256], file[sizeof(ref->name)], path[PATH_MAX];

    if (store_folder("images", false, images, sizeof(images), err) ||
        store_folder("roots", false, roots, sizeof(roots), err)) {
        err->text[0] = '\0';
        return 1;
    }
    reference_to_file(ref->name, file);
    snprintf(path, sizeof(path), "%s/%s/%s", images, file, ref->tag);
    if (!image_conf_read(path, conf))
        return 1;
    if (!conf->root || strlen(conf->root) != STORE_ID_SIZE - 1 || strchr(conf->root, '/'))
        return error_set(err, STATUS_OURS, "%s is damaged: it does not tell the image's root", path);
    snprintf(path, sizeof(path), "%s/%s", roots, conf->root);
    conf->hold_fd = hold(path);
    if (conf->hold_fd < 0) {
        error_set(err, STATUS_OURS, "the files of the image %s:%s are missing: %s", ref->name, ref->tag,
                  path);
        error_hint(err, "load it again, or remove it with `coracle rmi %s:%s`", ref->name, ref->tag);
        return err->status;
    }
    snprintf(conf->rootfs, sizeof(conf->rootfs), "%s/%s/rootfs", roots, conf->root);
    snprintf(conf->index, sizeof(conf->index), "%s/%s/index", roots, conf->root);
    return 0;
}

/* An image that comes with Coracle. */
static int find_own(const struct reference *ref, struct image_conf *conf, struct error *err)
{
    char images[PATH_MAX - 256], path[PATH_MAX];
    int r = parts_images(images, sizeof(images), err);

    if (r)
        return r;
    if (strcmp(ref->tag, "latest") != 0 || strchr(ref->name, '/'))
        return 1;
    snprintf(conf->rootfs, sizeof(conf->rootfs), "%s/%s", images, ref->name);
    if (access(conf->rootfs, F_OK) < 0)
        return 1;
    snprintf(path, sizeof(path), "%s/%s.conf", images, ref->name);
    image_conf_read(path, conf);
    return 0;
}

int image_find(const char *reference, struct image_conf *conf, struct error *err)
{
    struct reference ref;
    int r = reference_parse(reference, &ref, err);

    memset(conf, 0, sizeof(*conf));
    conf->hold_fd = -1;
    if (r == 0)
        r = find_loaded(&ref, conf, err);
    if (r == 1)
        r = find_own(&ref, conf, err);
    if (r != 1)
        return r;
    error_set(err, STATUS_OURS, "there is no image '%s' here", reference);
    error_hint(err, "`coracle images` lists those that are there; `coracle load FILE` takes one in");
    return err->status;
}
