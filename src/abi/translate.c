/* SPDX-License-Identifier: MIT */
/* What differs between architectures, translated to and from the canonical (x86-64) form. */
#include "abi/abi.h"

/* aarch64 has these four open flags in other bits (asm/fcntl.h of both). */
static const struct {
    uint32_t x86_64, aarch64;
} open_flags[] = {
    {LINUX_O_DIRECTORY, 040000},
    {LINUX_O_NOFOLLOW, 0100000},
    {LINUX_O_DIRECT, 0200000},
    {0100000 /* O_LARGEFILE */, 0400000},
};

uint32_t abi_open_flags_to_canonical(enum abi_arch arch, uint32_t flags)
{
    uint32_t result = flags;

    if (arch == ABI_X86_64)
        return flags;
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++)
        result &= ~open_flags[i].aarch64;
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++)
        if (flags & open_flags[i].aarch64)
            result |= open_flags[i].x86_64;
    return result;
}

uint32_t abi_open_flags_from_canonical(enum abi_arch arch, uint32_t flags)
{
    uint32_t result = flags;

    if (arch == ABI_X86_64)
        return flags;
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++)
        result &= ~open_flags[i].x86_64;
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++)
        if (flags & open_flags[i].x86_64)
            result |= open_flags[i].aarch64;
    return result;
}

size_t abi_stat_pack(enum abi_arch arch, const struct linux_kstat *st, void *buf)
{
    if (arch == ABI_X86_64) {
        struct linux_stat_x86_64 out = {
            .st_dev = st->st_dev,
            .st_ino = st->st_ino,
            .st_nlink = st->st_nlink,
            .st_mode = st->st_mode,
            .st_uid = st->st_uid,
            .st_gid = st->st_gid,
            .st_rdev = st->st_rdev,
            .st_size = (int64_t)st->st_size,
            .st_blksize = (int64_t)st->st_blksize,
            .st_blocks = (int64_t)st->st_blocks,
            .st_atime_sec = (uint64_t)st->st_atime_sec,
            .st_atime_nsec = (uint64_t)st->st_atime_nsec,
            .st_mtime_sec = (uint64_t)st->st_mtime_sec,
            .st_mtime_nsec = (uint64_t)st->st_mtime_nsec,
            .st_ctime_sec = (uint64_t)st->st_ctime_sec,
            .st_ctime_nsec = (uint64_t)st->st_ctime_nsec,
        };
        memcpy(buf, &out, sizeof(out));
        return sizeof(out);
    }
    struct linux_stat_aarch64 out = {
        .st_dev = st->st_dev,
        .st_ino = st->st_ino,
        .st_mode = st->st_mode,
        .st_nlink = (uint32_t)st->st_nlink,
        .st_uid = st->st_uid,
        .st_gid = st->st_gid,
        .st_rdev = st->st_rdev,
        .st_size = (int64_t)st->st_size,
        .st_blksize = (int32_t)st->st_blksize,
        .st_blocks = (int64_t)st->st_blocks,
        .st_atime_sec = st->st_atime_sec,
        .st_atime_nsec = (uint64_t)st->st_atime_nsec,
        .st_mtime_sec = st->st_mtime_sec,
        .st_mtime_nsec = (uint64_t)st->st_mtime_nsec,
        .st_ctime_sec = st->st_ctime_sec,
        .st_ctime_nsec = (uint64_t)st->st_ctime_nsec,
    };
    memcpy(buf, &out, sizeof(out));
    return sizeof(out);
}

size_t abi_epoll_event_size(enum abi_arch arch)
{
    return arch == ABI_X86_64 ? sizeof(struct linux_epoll_event_x86_64)
                              : sizeof(struct linux_epoll_event_aarch64);
}

void abi_epoll_event_load(enum abi_arch arch, const void *raw, uint32_t *events, uint64_t *data)
{
    memcpy(events, raw, sizeof(*events));
    memcpy(data, (const char *)raw + abi_epoll_event_size(arch) - sizeof(*data), sizeof(*data));
}

void abi_epoll_event_store(enum abi_arch arch, void *raw, uint32_t events, uint64_t data)
{
    memset(raw, 0, abi_epoll_event_size(arch));
    memcpy(raw, &events, sizeof(events));
    memcpy((char *)raw + abi_epoll_event_size(arch) - sizeof(data), &data, sizeof(data));
}

const char *abi_arch_name(enum abi_arch arch)
{
    return arch == ABI_X86_64 ? "x86_64" : "aarch64";
}
