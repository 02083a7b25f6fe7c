/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses between guest and host. All families but AF_UNIX pass as they are.
 *
 * A UNIX path is walked by our file systems, and bound or connected through the descriptor of its folder, so
 * that the host's limit of 108 bytes and the guest's root do not matter. An abstract name gets a prefix of
 * the container: PREFIX_MARK and eight bytes of its name.
 */
#include "kernel/cred.h"
#include "net/net.h"
#include "container/spec.h"
#include "fs/fs.h"
#include "host/io.h"
#include "host/socket.h"
#include "kernel/task.h"
#include "kernel/user.h"

#define PREFIX_MARK   '\1'
#define PREFIX_LENGTH 9
#define FAMILY_SIZE   sizeof(uint16_t)

bool net_is_identity(struct task *task)
{
    return process_is_identity(task->process);
}

/* FNV-1a of the container's name: short, and different between the containers of a host. */
static void container_prefix(struct task *task, char prefix[PREFIX_LENGTH])
{
    const char *id = spec_string(task->process->spec, task->process->spec->id);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; id && *id; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
    prefix[0] = PREFIX_MARK;
    memcpy(prefix + 1, &hash, sizeof(hash));
}

static long abstract_to_host(struct task *task, struct host_address *a)
{
    char guest[sizeof(a->un.sun_path)];
    size_t n = a->len - FAMILY_SIZE - 1;

    if (net_is_identity(task))
        return 0;
    if (1 + PREFIX_LENGTH + n > sizeof(a->un.sun_path))
        return -LINUX_EINVAL;
    memcpy(guest, a->un.sun_path + 1, n);
    container_prefix(task, a->un.sun_path + 1);
    memcpy(a->un.sun_path + 1 + PREFIX_LENGTH, guest, n);
    a->len += PREFIX_LENGTH;
    return 0;
}

bool address_automatic(struct task *task, struct host_address *a)
{
    uint32_t number = 0;

    if (net_is_identity(task) || a->len != FAMILY_SIZE || a->any.sa_family != LINUX_AF_UNIX)
        return false;
    host_random(&number, sizeof(number), 0, NULL);
    a->un.sun_path[0] = 0;
    fmt(a->un.sun_path + 1, sizeof(a->un.sun_path) - 1, "%05x", number & 0xfffff);
    a->len = FAMILY_SIZE + 6;
    return abstract_to_host(task, a) == 0;
}

static long path_to_host(struct task *task, struct host_address *a)
{
    char host[sizeof(a->un.sun_path)];
    long r = vfs_socket_path(task, a->path, host, &a->fd);

    if (r < 0)
        return r;
    size_t n = str_copy(a->un.sun_path, host, sizeof(a->un.sun_path));
    a->len = (uint32_t)(FAMILY_SIZE + n + 1);
    return 0;
}

long address_load(struct task *task, struct host_address *a, uint64_t addr, uint64_t len,
                  enum address_use use)
{
    a->fd = -1;
    a->path[0] = 0;
    if ((int)len < 0 || len > sizeof(a->storage))
        return -LINUX_EINVAL;
    a->len = (uint32_t)len;
    if (len && user_read(task, &a->storage, addr, len))
        return -LINUX_EFAULT;
    if (len < FAMILY_SIZE || a->any.sa_family != LINUX_AF_UNIX)
        return 0;
    if (len > sizeof(a->un))
        return -LINUX_EINVAL;
    if (len == FAMILY_SIZE)
        return 0;
    if (!a->un.sun_path[0])
        return abstract_to_host(task, a);
    size_t n = strnlen(a->un.sun_path, a->len - FAMILY_SIZE);
    memcpy(a->path, a->un.sun_path, n);
    a->path[n] = 0;
    return use == ADDRESS_BIND ? 0 : path_to_host(task, a);
}

void address_done(struct host_address *a)
{
    if (a->fd >= 0)
        host_close(a->fd);
    a->fd = -1;
}

/* The host keeps the text that bind was given; what follows the descriptor of the folder leads to the guest's
 * name. */
static void path_to_guest(struct task *task, struct linux_sockaddr_un *un, uint32_t *len)
{
    static const char start[] = "/proc/self/fd/";
    char name[sizeof(un->sun_path) + 1], path[sizeof(un->sun_path)];
    size_t n = strnlen(un->sun_path, MIN(*len - FAMILY_SIZE, sizeof(un->sun_path))), skip = sizeof(start) - 1;

    if (n < skip || memcmp(un->sun_path, start, skip) != 0)
        return;
    while (skip < n && un->sun_path[skip] != '/')
        skip++;
    skip += skip < n;
    memcpy(name, un->sun_path + skip, n - skip);
    name[n - skip] = 0;
    long known = vfs_socket_name(task, name, path);
    size_t size = known > 0 ? (size_t)known : n - skip;
    memset(un->sun_path, 0, sizeof(un->sun_path));
    memcpy(un->sun_path, known > 0 ? path : name, size);
    *len = (uint32_t)(FAMILY_SIZE + size + 1);
}

void address_to_guest(struct task *task, struct linux_sockaddr_storage *addr, uint32_t *len)
{
    struct linux_sockaddr_un *un = (struct linux_sockaddr_un *)addr;
    char prefix[PREFIX_LENGTH];

    if (*len <= FAMILY_SIZE || *len > sizeof(*un) + 1 || un->sun_family != LINUX_AF_UNIX)
        return;
    if (un->sun_path[0]) {
        path_to_guest(task, un, len);
        return;
    }
    if (net_is_identity(task) || *len < FAMILY_SIZE + 1 + PREFIX_LENGTH)
        return;
    container_prefix(task, prefix);
    if (memcmp(un->sun_path + 1, prefix, PREFIX_LENGTH) != 0)
        return;
    *len -= PREFIX_LENGTH;
    memmove(un->sun_path + 1, un->sun_path + 1 + PREFIX_LENGTH, *len - FAMILY_SIZE - 1);
}

long address_store(struct task *task, const void *addr, uint32_t len, uint64_t out, uint64_t len_addr)
{
    int32_t room;

    if (user_read(task, &room, len_addr, sizeof(room)))
        return -LINUX_EFAULT;
    if (room < 0)
        return -LINUX_EINVAL;
    uint32_t n = MIN((uint32_t)room, MIN(len, (uint32_t)sizeof(struct linux_sockaddr_storage)));
    if (n && user_write(task, out, addr, n))
        return -LINUX_EFAULT;
    return user_write(task, len_addr, &len, sizeof(len));
}
