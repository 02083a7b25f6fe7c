/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/parts.h"
#include "cli/store.h"

int store_folder(const char *name, bool make, char *path, size_t size, struct error *err)
{
    char data[PATH_MAX / 2];
    int r = parts_data(data, sizeof(data), err);

    if (r)
        return r;
    if ((size_t)snprintf(path, size, "%s/%s", data, name) >= size)
        return error_set(err, STATUS_OURS, "%s/%s: the path is too long", data, name);
    return make ? parts_mkdirs(path, err) : 0;
}

int store_lock(struct error *err)
{
    char folder[PATH_MAX - 16], path[PATH_MAX];
    int fd;

    /* The lock stands beside the folder, which is made in passing. */
    if (store_folder("images", true, folder, sizeof(folder), err))
        return -1;
    snprintf(path, sizeof(path), "%s.lock", folder);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) < 0) {
        error_set(err, STATUS_OURS, "%s cannot be locked: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

int store_temporary(char *path, size_t size, struct error *err)
{
    char folder[PATH_MAX - 16];
    int fd, lock = store_lock(err);

    if (lock < 0 || store_folder("tmp", true, folder, sizeof(folder), err))
        return -1;
    if ((size_t)snprintf(path, size, "%s/XXXXXX", folder) >= size || !mkdtemp(path)) {
        error_set(err, STATUS_OURS, "no folder can be made in %s: %s", folder, strerror(errno));
        close(lock);
        return -1;
    }
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        error_set(err, STATUS_OURS, "%s cannot be locked: %s", path, strerror(errno));
    close(lock);
    return fd;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void free_entries(struct dirent **entries, int n)
{
    while (n > 0)
        free(entries[--n]);
    free(entries);
}

static void each_tag(const char *images, const char *file,
                     void (*each)(void *, const struct reference *, const struct image_conf *), void *arg)
{
    struct dirent **tags = NULL;
    struct reference ref;
    char folder[PATH_MAX - 256], path[PATH_MAX];
    int n;

    snprintf(folder, sizeof(folder), "%s/%s", images, file);
    reference_from_file(file, ref.name, sizeof(ref.name));
    n = scandir(folder, &tags, visible, by_name);
    for (int i = 0; i < n; i++) {
        struct image_conf conf = {0};

        snprintf(ref.tag, sizeof(ref.tag), "%.128s", tags[i]->d_name);
        snprintf(path, sizeof(path), "%s/%s", folder, tags[i]->d_name);
        if (image_conf_read(path, &conf))
            each(arg, &ref, &conf);
        image_conf_free(&conf);
    }
    free_entries(tags, n);
}

int store_each(void (*each)(void *arg, const struct reference *ref, const struct image_conf *conf), void *arg,
               struct error *err)
{
    struct dirent **names = NULL;
    char images[PATH_MAX - 512];
    int n, r = store_folder("images", false, images, sizeof(images), err);

    if (r)
        return r;
    n = scandir(images, &names, visible, by_name);
    for (int i = 0; i < n; i++)
        each_tag(images, names[i]->d_name, each, arg);
    free_entries(names, n);
    return 0;
}

int store_remove(const struct reference *ref, struct error *err)
{
    char images[PATH_MAX - 512], file[sizeof(ref->name)], path[PATH_MAX];
    int r = store_folder("images", false, images, sizeof(images), err);

    if (r)
        return r;
    reference_to_file(ref->name, file);
    snprintf(path, sizeof(path), "%s/%s/%s", images, file, ref->tag);
    if (unlink(path) < 0 && errno == ENOENT)
        return error_set(err, STATUS_OURS, "there is no image '%s:%s' that could be removed", ref->name,
                         ref->tag);
    if (access(path, F_OK) == 0)
        return error_set(err, STATUS_OURS, "%s cannot be removed: %s", path, strerror(errno));
    snprintf(path, sizeof(path), "%s/%s", images, file);
    rmdir(path); /* stays when it has other tags */
    return 0;
}

struct search {
    const char *root;
    bool found;
};

static void compare_root(void *arg, const struct reference *ref, const struct image_conf *conf)
{
    struct search *search = arg;

    if (conf->root && strcmp(conf->root, search->root) == 0)
        search->found = true;
}

/* Removes what nobody holds a lock on. */
static void remove_free(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        parts_remove_tree(path);
    close(fd);
}

/* A root goes by way of tmp, so that it is whole or not there. */
static void remove_root(const char *path, const char *id)
{
    char folder[PATH_MAX - 300], away[PATH_MAX];
    struct error err;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && store_folder("tmp", true, folder, sizeof(folder), &err) == 0) {
        snprintf(away, sizeof(away), "%s/%s", folder, id);
        if (rename(path, away) == 0)
            parts_remove_tree(away);
    }
    close(fd);
}

void store_clean(void)
{
    char folder[PATH_MAX - 256], path[PATH_MAX];
    struct dirent **entries = NULL;
    struct error err;
    int n;

    if (store_folder("roots", false, folder, sizeof(folder), &err) == 0) {
        n = scandir(folder, &entries, visible, by_name);
        for (int i = 0; i < n; i++) {
            struct search search = {entries[i]->d_name, false};

            snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
            if (store_each(compare_root, &search, &err) == 0 && !search.found)
                remove_root(path, entries[i]->d_name);
        }
        free_entries(entries, n);
    }
    entries = NULL;
    if (store_folder("tmp", false, folder, sizeof(folder), &err) == 0) {
        n = scandir(folder, &entries, visible, by_name);
        for (int i = 0; i < n; i++) {
            snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
            remove_free(path);
        }
        free_entries(entries, n);
    }
}
