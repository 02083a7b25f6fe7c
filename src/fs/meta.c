/* SPDX-License-Identifier: MIT */
/* Storing and reading metadata; see meta.h. */
#include "fs/meta.h"

#define META_XATTR   RESERVED_XATTR "meta"
#define META_VERSION 1

struct meta_record {
    uint8_t version, valid;
    uint16_t mode;
    uint32_t uid, gid;
    uint32_t rdev_major, rdev_minor;
    uint32_t ino_low, ino_high;
};
_Static_assert(sizeof(struct meta_record) == 28, "the record has no holes");

#define HEX_SIZE (2 * sizeof(struct meta_record) + 1)

static void record_pack(const struct meta *meta, struct meta_record *r)
{
    *r = (struct meta_record){
        .version = META_VERSION,
        .valid = (uint8_t)meta->valid,
        .mode = (uint16_t)meta->mode,
        .uid = meta->uid,
        .gid = meta->gid,
        .rdev_major = linux_major(meta->rdev),
        .rdev_minor = linux_minor(meta->rdev),
        .ino_low = (uint32_t)meta->ino,
        .ino_high = (uint32_t)(meta->ino >> 32),
    };
}

static void record_unpack(const struct meta_record *r, struct meta *meta)
{
    *meta = (struct meta){
        .valid = r->valid,
        .mode = r->mode,
        .uid = r->uid,
        .gid = r->gid,
        .rdev = linux_makedev(r->rdev_major, r->rdev_minor),
        .ino = r->ino_low | (uint64_t)r->ino_high << 32,
    };
}

static void hex_write(const struct meta_record *r, char hex[HEX_SIZE])
{
    const uint8_t *bytes = (const uint8_t *)r;

    for (size_t i = 0; i < sizeof *r; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * sizeof *r] = '\0';
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_read(const char *hex, long len, struct meta_record *r)
{
    uint8_t *bytes = (uint8_t *)r;

    if (len != (long)HEX_SIZE - 1)
        return false;
    for (size_t i = 0; i < sizeof *r; i++) {
        int a = hex_digit(hex[2 * i]), b = hex_digit(hex[2 * i + 1]);

        if (a < 0 || b < 0)
            return false;
        bytes[i] = (uint8_t)(a << 4 | b);
    }
    return true;
}

int meta_sidecar(struct mount *mnt, bool make)
{
    long fd;

    if (mnt->sidecar_fd >= 0)
        return mnt->sidecar_fd;
    if (mnt->sidecar_fd == -2 || mnt->root_fd < 0)
        return -1;
    if (make) {
        host_mkdirat(mnt->root_fd, RESERVED_NAME, 0700);
        host_mkdirat(mnt->root_fd, RESERVED_NAME "/meta", 0700);
    }
    fd = host_openat(mnt->root_fd, RESERVED_NAME "/meta", LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW,
                     0, NULL);
    if (fd < 0)
        return -1;
    mnt->sidecar_fd = (int)fd;
    return (int)fd;
}

int vfs_sidecar(struct mount *mnt)
{
    return meta_sidecar(mnt, true);
}

static bool sidecar_name(int fd, const struct linux_kstat *host, char name[64])
{
    struct linux_statx st;

    if (host_statx(fd, "", LINUX_AT_EMPTY_PATH | LINUX_AT_SYMLINK_NOFOLLOW, LINUX_STATX_BTIME, &st) < 0 ||
        !(st.stx_mask & LINUX_STATX_BTIME))
        st.stx_btime = (struct linux_statx_timestamp){0};
    fmt(name, 64, "%llx-%llx.%x", (unsigned long long)host->st_ino, (unsigned long long)st.stx_btime.tv_sec,
        st.stx_btime.tv_nsec);
    return true;
}

static bool is_marked(const struct linux_kstat *host)
{
    return host->st_mode & META_MARK;
}

static bool is_link(const struct linux_kstat *host)
{
    return (host->st_mode & LINUX_S_IFMT) == LINUX_S_IFLNK;
}

/* Whether the host lets an ordinary user give the object attributes. */
static bool carries_xattrs(const struct linux_kstat *host)
{
    uint32_t type = host->st_mode & LINUX_S_IFMT;

    return type == LINUX_S_IFREG || type == LINUX_S_IFDIR;
}

static bool sidecar_load(struct mount *mnt, int fd, const struct linux_kstat *host,
                         struct meta_record *record)
{
    int dir = meta_sidecar(mnt, false);
    char name[64], hex[HEX_SIZE + 1];

    return dir >= 0 && sidecar_name(fd, host, name) &&
           hex_read(hex, host_readlinkat(dir, name, hex, sizeof hex), record);
}

static long sidecar_store(struct mount *mnt, int fd, const struct linux_kstat *host,
                          const struct meta_record *record)
{
    int dir = meta_sidecar(mnt, true);
    char name[64], temporary[80], hex[HEX_SIZE];
    long r;

    if (dir < 0)
        return -LINUX_EPERM;
    sidecar_name(fd, host, name);
    hex_write(record, hex);
    r = host_symlinkat(hex, dir, name);
    if (r != -LINUX_EEXIST)
        return r;
    fmt(temporary, sizeof temporary, "%s.%d", name, host_gettid());
    r = host_symlinkat(hex, dir, temporary);
    return r < 0 ? r : host_renameat2(dir, temporary, dir, name, 0);
}

static void sidecar_remove(struct mount *mnt, int fd, const struct linux_kstat *host)
{
    int dir = meta_sidecar(mnt, false);
    char name[64];

    if (dir >= 0 && sidecar_name(fd, host, name))
        host_unlinkat(dir, name, 0);
}

void meta_load(struct mount *mnt, int fd, const struct linux_kstat *host, struct meta *meta)
{
    struct meta_record record;
    char path[HOST_FD_PATH_SIZE];

    meta->valid = 0;
    if (mnt->flags & MOUNT_IDENTITY || fd < 0)
        return;
    if (is_link(host)) {
        if (sidecar_load(mnt, fd, host, &record))
            record_unpack(&record, meta);
        return;
    }
    if (!is_marked(host))
        return;
    host_fd_path(fd, path);
    if ((carries_xattrs(host) &&
         host_getxattr(path, META_XATTR, &record, sizeof record) == (long)sizeof record) ||
        sidecar_load(mnt, fd, host, &record))
        record_unpack(&record, meta);
    if (meta->valid && record.version != META_VERSION)
        meta->valid = 0;
}

long meta_store(struct mount *mnt, int fd, const struct linux_kstat *host, const struct meta *meta,
                uint32_t mode)
{
    struct meta_record record;
    char path[HOST_FD_PATH_SIZE];
    long r;

    record_pack(meta, &record);
    if (is_link(host)) {
        if (meta->valid)
            return sidecar_store(mnt, fd, host, &record);
        sidecar_remove(mnt, fd, host);
        return 0;
    }
    host_fd_path(fd, path);
    if (!meta->valid) {
        if (is_marked(host)) {
            host_removexattr(path, META_XATTR);
            sidecar_remove(mnt, fd, host);
        }
    } else {
        r = carries_xattrs(host) ? host_setxattr(path, META_XATTR, &record, sizeof record, 0)
                                 : -LINUX_EOPNOTSUPP;
        if (r == -LINUX_EACCES && !(mode & 0200) && host_fchmodat(LINUX_AT_FDCWD, path, mode | 0200) == 0)
            r = host_setxattr(path, META_XATTR, &record, sizeof record, 0);
        if (r == -LINUX_EOPNOTSUPP)
            r = sidecar_store(mnt, fd, host, &record);
        if (r < 0)
            return r;
        mode |= META_MARK;
    }
    return mode == (host->st_mode & 07777) ? 0 : host_fchmodat(LINUX_AT_FDCWD, path, mode);
}

void meta_forget(struct mount *mnt, int fd, const struct linux_kstat *host)
{
    if (mnt->flags & MOUNT_IDENTITY)
        return;
    if (is_link(host) || (is_marked(host) && host->st_nlink <= 1))
        sidecar_remove(mnt, fd, host);
}

/* Owners without metadata: we are the guest's root, and so is the host's. */
static void default_owner(struct linux_kstat *st)
{
    static _Atomic uint64_t
        ours; /* uid and gid of this host process, which never change, + 1; 0: not asked for yet */
    uint64_t ids = atomic_load_explicit(&ours, memory_order_relaxed);

    if (!ids) {
        ids = ((uint64_t)host_gid() << 32 | host_uid()) + 1;
        atomic_store_explicit(&ours, ids, memory_order_relaxed);
    }
    ids--;
    if (st->st_uid == (uint32_t)ids)
        st->st_uid = 0;
    if (st->st_gid == (uint32_t)(ids >> 32))
        st->st_gid = 0;
}

void meta_view(const struct mount *mnt, const struct meta *meta, struct linux_kstat *st)
{
    uint32_t host_mode = st->st_mode;

    default_owner(st);
    if (meta->valid & META_UID)
        st->st_uid = meta->uid;
    if (meta->valid & META_GID)
        st->st_gid = meta->gid;
    if (meta->valid & META_INO)
        st->st_ino = meta->ino;
    if (meta->valid & META_MODE) {
        if (mnt->flags & MOUNT_REAL_MODES)
            st->st_mode = (host_mode & (LINUX_S_IFMT | 0777)) | (meta->mode & 07000);
        else
            st->st_mode = (host_mode & LINUX_S_IFMT) | (meta->mode & 07777);
        if (meta->valid & META_RDEV)
            st->st_mode = (st->st_mode & ~LINUX_S_IFMT) | (meta->mode & LINUX_S_IFMT);
    } else if (meta->valid) {
        st->st_mode &= ~META_MARK;
    }
    if (meta->valid & META_RDEV) {
        st->st_rdev = meta->rdev;
        st->st_size = st->st_blocks = 0;
    }
}

void meta_apply(struct mount *mnt, int fd, struct linux_kstat *st, bool links)
{
    struct meta meta = {0};

    if (mnt->flags & MOUNT_IDENTITY)
        return;
    if (is_marked(st) || (links && is_link(st)))
        meta_load(mnt, fd, st, &meta);
    meta_view(mnt, &meta, st);
}

uint32_t meta_host_mode(const struct mount *mnt, uint32_t mode, bool *rest)
{
    uint32_t type = mode & LINUX_S_IFMT;
    uint32_t owner = type == LINUX_S_IFDIR ? 0700 : type == LINUX_S_IFREG || !type ? 0600 : 0;

    if (mnt->flags & MOUNT_IDENTITY) {
        *rest = false;
        return mode & 07777;
    }
    if (mnt->flags & MOUNT_REAL_MODES) {
        *rest = mode & 07000;
        return mode & 0777;
    }
    *rest = mode & 07000 || (mode & owner) != owner;
    return (mode & 0777) | owner;
}
