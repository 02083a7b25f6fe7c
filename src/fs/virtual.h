/* SPDX-License-Identifier: MIT */
/*
 * Virtual file systems: what proc, sys, dev and devpts share.
 *
 * An object is named by node->id alone (and by its path, where the file system mirrors the host's). Nothing
 * is cached: the content of a file is generated into an anonymous memory file by a read at offset 0, and
 * again after a rewind, and served from there. So offset and content live in one host descriptor, which fork,
 * dup and exec share. A folder's listing is kept in the same way, as the records that getdents returns, with
 * the place in the memory file as d_off.
 */
#ifndef CORACLE_VIRTUAL_H
#define CORACLE_VIRTUAL_H

#include "fs/internal.h"

/* A text that grows. After a failure everything is ignored until text_free; the user of the whole asks
 * `failed`. */
struct text {
    char *data;
    size_t len, size;
    bool failed;
};

void text_free(struct text *t);
#define CLEANUP_TEXT(name) struct text name cleanup(text_free) = {0}
void text_put(struct text *t, const void *data, size_t n);
void text_puts(struct text *t, const char *s);
void text_fmt(struct text *t, const char *format, ...) printf_like(2, 3);
/* How many characters the last line has. */
size_t text_column(const struct text *t);
/* Makes sure of room for n more bytes; NULL when memory is out. */
char *text_room(struct text *t, size_t n);
/* Appends a whole file of the host; -errno when it cannot be opened or read. */
long text_host_file(struct text *t, const char *path);

/* The line at *at (without its newline) as a range; false at the end of the text. Moves *at behind it. */
bool text_line(const char *text, size_t len, size_t *at, const char **line, size_t *n);

struct virtual_fs {
    struct fs_ops ops;
    /* Writes a file's content. */
    long (*generate)(struct task *task, struct vfs_node *node, struct text *out);
    /* Adds a folder's names, without "." and "..", by virtual_list_add. */
    long (*list)(struct task *task, struct vfs_node *dir, struct text *out);
    /* Takes what was written (at most 4096 bytes; data ends with a NUL behind it). NULL: -EINVAL. */
    long (*write)(struct task *task, struct vfs_node *node, char *data, size_t n);
    /* Optional: the operations of an object that has its own; NULL: those of generated content. */
    const struct file_ops *(*file_ops)(uint64_t id);
};

extern const struct virtual_fs proc_fs, sys_fs;

/* True when the operations are those of a virtual file system. */
bool virtual_is(const struct fs_ops *ops);

void virtual_list_add(struct text *out, const char *name, uint64_t ino, uint32_t mode);

/* fs_ops.open of a virtual file or folder. */
long virtual_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out);

/* Fills node->st of a virtual object: times are now, the device is the mount's. */
void virtual_stat(struct vfs_node *node, uint64_t ino, uint32_t mode, uint32_t uid, uint32_t gid);

#endif
