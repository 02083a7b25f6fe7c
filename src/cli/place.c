/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cli/place.h"

/* The host's path of an open file; the empty text when there is none. */
static void path_of(int fd, char *path, size_t size)
{
    char link[64];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, size - 1);
    path[n > 0 ? n : 0] = '\0';
}

void place_resolve(const char *root, const char *path, char *out, size_t size)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    char part[PATH_MAX], host_root[PATH_MAX], host[PATH_MAX];
    int base = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;
    size_t len = str_copy(part, path, sizeof(part));

    snprintf(out, size, "%s", path);
    if (base < 0 || len >= sizeof(part))
        goto end;
    path_of(base, host_root, sizeof(host_root));
    /* The longest beginning of the path that exists. */
    while (fd < 0 && len > 1) {
        fd = (int)syscall(SYS_openat2, base, part, &how, sizeof(how));
        if (fd >= 0 || errno != ENOENT)
            break;
        while (len > 1 && part[len - 1] != '/')
            len--;
        part[--len] = '\0';
    }
    if (fd < 0)
        goto end;
    path_of(fd, host, sizeof(host));
    if (str_starts(host, host_root))
        snprintf(out, size, "%s%s", host + (host_root[1] ? strlen(host_root) : 0), path + len);
    if (!out[0])
        snprintf(out, size, "/");
end:
    if (fd >= 0)
        close(fd);
    if (base >= 0)
        close(base);
}
