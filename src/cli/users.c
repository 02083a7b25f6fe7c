/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cli/users.h"

int root_open(const char *const roots[2], const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    int fd = -1;

    for (int i = 0; i < 2 && fd < 0; i++) {
        int root = roots[i] ? open(roots[i], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

        if (root < 0)
            continue;
        fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
        int why = errno;
        close(root);
        errno = why;
    }
    return fd;
}

/* Field n (from 0) of a line of passwd or group, in place. */
static char *field(char *line, int n)
{
    for (; n && line; n--) {
        line = strchr(line, ':');
        if (line)
            line++;
    }
    return line;
}

static bool field_is(const char *f, const char *text)
{
    size_t n = strlen(text);

    return f && strncmp(f, text, n) == 0 && (f[n] == ':' || f[n] == '\0' || f[n] == '\n');
}

static bool number(const char *text, uint32_t *value)
{
    uint64_t v;
    size_t n = str_to_u64(text, &v);

    if (!n || text[n] || v > UINT32_MAX - 1)
        return false;
    *value = (uint32_t)v;
    return true;
}

/* The first line of a file that has text in the given column. */
static bool find_line(const char *const roots[2], const char *path, int column, const char *text, char *line,
                      size_t size)
{
    int fd = root_open(roots, path);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    bool found = false;

    while (f && !found && fgets(line, (int)size, f))
        found = field_is(field(line, column), text);
    if (f)
        fclose(f);
    return found;
}

static void add_groups(const char *const roots[2], const char *name, struct user *user)
{
    char line[4096];
    int fd = root_open(roots, "/etc/group");
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;

    while (f && user->ngroups < ARRAY_SIZE(user->groups) && fgets(line, sizeof(line), f)) {
        char *gid = field(line, 2), *members = field(line, 3), *save, *m;

        if (!gid || !members)
            continue;
        members[strcspn(members, "\n")] = '\0';
        for (m = strtok_r(members, ",", &save); m; m = strtok_r(NULL, ",", &save))
            if (strcmp(m, name) == 0)
                user->groups[user->ngroups++] = (uint32_t)strtoul(gid, NULL, 10);
    }
    if (f)
        fclose(f);
}

int user_find(const char *text, const char *const roots[2], struct user *user, struct error *err)
{
    char name[256], line[4096], *group;
    bool known;

    memset(user, 0, sizeof(*user));
    snprintf(user->home, sizeof(user->home), "%s", "/");
    snprintf(name, sizeof(name), "%s", text && text[0] ? text : "0");
    group = strchr(name, ':');
    if (group)
        *group++ = '\0';
    if (number(name, &user->uid))
        known = find_line(roots, "/etc/passwd", 2, name, line, sizeof(line));
    else {
        known = find_line(roots, "/etc/passwd", 0, name, line, sizeof(line));
        if (!known)
            return error_set(err, STATUS_OURS, "there is no user '%s' in the container's /etc/passwd", name);
    }
    if (known && field(line, 5)) {
        user->uid = (uint32_t)strtoul(field(line, 2), NULL, 10);
        user->gid = (uint32_t)strtoul(field(line, 3), NULL, 10);
        snprintf(user->home, sizeof(user->home), "%.*s", (int)strcspn(field(line, 5), ":\n"), field(line, 5));
        line[strcspn(line, ":")] = '\0';
        add_groups(roots, line, user);
    } else if (user->uid == 0)
        snprintf(user->home, sizeof(user->home), "%s", "/root");
    if (group && !number(group, &user->gid)) {
        if (!find_line(roots, "/etc/group", 0, group, line, sizeof(line)) || !field(line, 2))
            return error_set(err, STATUS_OURS, "there is no group '%s' in the container's /etc/group", group);
        user->gid = (uint32_t)strtoul(field(line, 2), NULL, 10);
    }
    return 0;
}
