/* SPDX-License-Identifier: MIT */
/*
 * Metadata: what the guest means and an ordinary user cannot set on the host (owners, set-ID bits, modes that
 * lock the owner out, devices).
 *
 * It lies in the extended attribute user.coracle.meta of the host object. So that objects without metadata,
 * nearly all, cost no system call, the host's mode tells which have some: the sticky bit of the host's mode
 * is the mark (the guest's own sticky bit is metadata itself). Symbolic links, and everything on file systems
 * without user attributes, have theirs in the sidecar: a folder
 * ".coracle/meta" at the mount's root with one symbolic link per object, named by inode number and birth
 * time, whose target is the record in hexadecimal. A symbolic link is made and replaced atomically, so
 * readers and writers need no lock.
 */
#ifndef CORACLE_FS_META_H
#define CORACLE_FS_META_H

#include "fs/internal.h"

#define META_MARK LINUX_S_ISVTX

enum meta_valid {
    META_MODE =
        1, /* mode: all of it, with its type for device nodes; on MOUNT_REAL_MODES only the bits above 0777 */
    META_UID = 2,
    META_GID = 4,
    META_RDEV = 8,
    META_INO = 16,      /* the number that the object had before copy-up */
    META_OPAQUE = 32,   /* overlay: a folder under which the lower is not looked at */
    META_REDIRECT = 64, /* overlay: the folder's lower half is elsewhere: user.coracle.redirect */
    META_IMPURE =
        128, /* overlay: there may be objects with META_INO in the folder though it has no lower half */
};

struct meta {
    uint32_t valid, mode, uid, gid;
    uint64_t rdev, ino;
};

/* Reads the metadata of an object; valid is 0 when there is none. host: its attributes on the host. */
void meta_load(struct mount *mnt, int fd, const struct linux_kstat *host, struct meta *meta);
/*
 * Writes it (valid 0 removes it), and gives the object the host's permission bits `mode`, and the mark. fd
 * may be O_PATH; host: the present attributes on the host.
 */
long meta_store(struct mount *mnt, int fd, const struct linux_kstat *host, const struct meta *meta,
                uint32_t mode);
/* Removes the record of an object that is going away, where one could outlive it. */
void meta_forget(struct mount *mnt, int fd, const struct linux_kstat *host);
/* The guest's view of the host's attributes; links = false leaves the sidecar of symbolic links alone. */
void meta_apply(struct mount *mnt, int fd, struct linux_kstat *st, bool links);
/* The same from metadata at hand. */
void meta_view(const struct mount *mnt, const struct meta *meta, struct linux_kstat *st);
/* The sidecar's folder, O_PATH, made on demand; -1: there is none. Others may keep names there that do not
 * start with a digit of hexadecimal. */
int meta_sidecar(struct mount *mnt, bool make);
/* The host's mode for a new object of the guest's mode; *rest tells whether metadata must say the rest. */
uint32_t meta_host_mode(const struct mount *mnt, uint32_t mode, bool *rest);

#endif
