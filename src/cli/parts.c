/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/parts.h"

static int own_folder(char *path, size_t size, struct error *err)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    if (n < 0)
        return error_set(err, STATUS_OURS, "cannot find out where coracle itself lies: %s", strerror(errno));
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return 0;
}

/* The first of two places, relative to our own folder, that exists. */
static int find(const char *beside, const char *installed, char *path, size_t size, struct error *err)
{
    char base[PATH_MAX];
    int r = own_folder(base, sizeof(base), err);

    if (r)
        return r;
    snprintf(path, size, "%s/%s", base, beside);
    if (access(path, F_OK) == 0)
        return 0;
    snprintf(path, size, "%s/%s", base, installed);
    if (access(path, F_OK) == 0)
        return 0;
    error_set(err, STATUS_OURS, "a part of Coracle is missing: neither %s/%s nor %s is there", base, beside,
              path);
    error_hint(err, "install the whole tree, or run `make` in the source tree");
    return err->status;
}

int parts_program(const char *name, char *path, size_t size, struct error *err)
{
    char installed[256];

    snprintf(installed, sizeof(installed), "../libexec/coracle/%s", name);
    return find(name, installed, path, size, err);
}

int parts_images(char *path, size_t size, struct error *err)
{
    return find("images", "../share/coracle/images", path, size, err);
}

int parts_data(char *path, size_t size, struct error *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (data && data[0] == '/')
        snprintf(path, size, "%s/coracle", data);
    else if (home && home[0] == '/')
        snprintf(path, size, "%s/.local/share/coracle", home);
    else
        return error_set(err, STATUS_OURS,
                         "neither XDG_DATA_HOME nor HOME names a folder for images and containers");
    return 0;
}

int parts_mkdirs(const char *path, struct error *err)
{
    char part[PATH_MAX];

    for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        size_t n = slash ? (size_t)(slash - path) : strlen(path);

        if (n >= sizeof(part))
            return error_set(err, STATUS_OURS, "%s: the path is too long", path);
        memcpy(part, path, n);
        part[n] = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return error_set(err, STATUS_OURS, "the folder %s cannot be made: %s", part, strerror(errno));
        if (!slash)
            return 0;
    }
}

/* Locks a folder for as long as a descriptor of it lives; false: somebody else holds it, or it is gone. */
static bool hold_folder(const char *path, int *fd)
{
    struct stat held, there;

    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        return false;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0 && fstat(*fd, &held) == 0 && stat(path, &there) == 0 &&
        held.st_ino == there.st_ino && held.st_dev == there.st_dev)
        return true;
    close(*fd);
    return false;
}

static int fresh_folder(const char *base, char *path, size_t size, struct error *err)
{
    int fd, r = parts_mkdirs(base, err);

    if (r)
        return r;
    /* A sweep may take a folder before it is locked: then there is another. */
    for (int i = 0; i < 100; i++) {
        snprintf(path, size, "%s/XXXXXX", base);
        if (!mkdtemp(path))
            break;
        if (hold_folder(path, &fd))
            return 0;
        errno = EBUSY;
    }
    return error_set(err, STATUS_OURS, "no scratch folder can be made in %s: %s", base, strerror(errno));
}

int parts_scratch(char *path, size_t size, struct error *err)
{
    char data[PATH_MAX], base[PATH_MAX + 8];
    int r = parts_data(data, sizeof(data), err);

    if (r)
        return r;
    snprintf(base, sizeof(base), "%s/run", data);
    return fresh_folder(base, path, size, err);
}

/* A folder of ours in /dev/shm that nobody else has made in our place. */
static bool shared_memory_folder(char *base, size_t size)
{
    struct stat st;

    snprintf(base, size, "/dev/shm/coracle-%u", (unsigned)getuid());
    if (mkdir(base, 0700) < 0 && errno != EEXIST)
        return false;
    return lstat(base, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() && (st.st_mode & 077) == 0;
}

int parts_runtime(char *path, size_t size, struct error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char base[PATH_MAX];

    if (runtime && runtime[0] == '/') {
        snprintf(base, sizeof(base), "%s/coracle", runtime);
        if (fresh_folder(base, path, size, err) == 0)
            return 0;
    }
    if (shared_memory_folder(base, sizeof(base)) && fresh_folder(base, path, size, err) == 0)
        return 0;
    return parts_scratch(path, size, err);
}

static void sweep(const char *base)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *dir = opendir(base);
    int fd;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.' ||
            (size_t)snprintf(path, sizeof(path), "%s/%s", base, entry->d_name) >= sizeof(path) ||
            !hold_folder(path, &fd))
            continue;
        parts_remove_tree(path);
        close(fd);
    }
    if (dir)
        closedir(dir);
}

void parts_sweep(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char data[PATH_MAX - 16], base[PATH_MAX];
    struct error ignored;

    if (parts_data(data, sizeof(data), &ignored) == 0) {
        snprintf(base, sizeof(base), "%s/run", data);
        sweep(base);
    }
    if (runtime && runtime[0] == '/' && strlen(runtime) < sizeof(base) - 16) {
        snprintf(base, sizeof(base), "%s/coracle", runtime);
        sweep(base);
    }
    if (shared_memory_folder(base, sizeof(base)))
        sweep(base);
}

/* How many folders one walk keeps open. */
#define REMOVE_DEPTH 200

/* Removes what it can; a folder too deep down is moved up into `top`, for another round. Returns whether
 * there was one. */
static bool remove_at(int dirfd, const char *name, int top, int depth)
{
    static unsigned moved;
    bool again = false;
    int fd;
    DIR *dir;
    struct dirent *entry;
    char away[32];

    if (unlinkat(dirfd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return false;
    if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
        return false;
    if (depth == REMOVE_DEPTH) {
        snprintf(away, sizeof(away), ".deep-%u", moved++);
        return renameat(dirfd, name, top, away) == 0;
    }
    fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
        fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    fchmod(fd, 0700);
    dir = fdopendir(fd);
    while (dir && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            again = remove_at(fd, entry->d_name, top < 0 ? fd : top, depth + 1) || again;
    if (dir)
        closedir(dir);
    unlinkat(dirfd, name, AT_REMOVEDIR);
    return again;
}

void parts_remove_tree(const char *path)
{
    while (remove_at(AT_FDCWD, path, -1, 0))
        ;
}
