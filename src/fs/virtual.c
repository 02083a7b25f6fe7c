/* SPDX-License-Identifier: MIT */
/* Open files of virtual file systems; see virtual.h. */
#include "fs/virtual.h"

#define WRITE_MAX 4096

static const struct virtual_fs *fs_of(const struct vfs_node *node)
{
    return container_of(node->mnt->ops, const struct virtual_fs, ops);
}

bool virtual_is(const struct fs_ops *ops)
{
    return ops == &proc_fs.ops || ops == &sys_fs.ops;
}

void virtual_stat(struct vfs_node *node, uint64_t ino, uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct linux_timespec now = {0};

    host_clock_gettime(LINUX_CLOCK_REALTIME, &now);
    node->st = (struct linux_kstat){
        .st_dev = node->mnt->dev,
        .st_ino = ino,
        .st_nlink = (mode & LINUX_S_IFMT) == LINUX_S_IFDIR ? 2 : 1,
        .st_mode = mode,
        .st_uid = uid,
        .st_gid = gid,
        .st_blksize = 1024,
        .st_atime_sec = now.tv_sec,
        .st_atime_nsec = now.tv_nsec,
        .st_mtime_sec = now.tv_sec,
        .st_mtime_nsec = now.tv_nsec,
        .st_ctime_sec = now.tv_sec,
        .st_ctime_nsec = now.tv_nsec,
    };
    node->st_known = true;
}

void virtual_list_add(struct text *out, const char *name, uint64_t ino, uint32_t mode)
{
    const size_t head = offsetof(struct linux_dirent64, d_name);
    size_t len = strlen(name), size = ALIGN_UP(head + len + 1, 8);
    struct linux_dirent64 *d = (struct linux_dirent64 *)(void *)text_room(out, size);

    if (!d)
        return;
    memset(d, 0, size);
    d->d_ino = ino;
    d->d_off = (int64_t)(out->len + size);
    d->d_reclen = (uint16_t)size;
    d->d_type = (uint8_t)((mode & LINUX_S_IFMT) >> 12);
    memcpy((char *)d + head, name, len + 1);
    out->len += size;
}

/* Generates the content anew when the file stands at its beginning. Returns where it stands. */
static long refresh(struct task *task, struct file *file, int64_t at)
{
    CLEANUP_NODE(node);
    CLEANUP_TEXT(text);
    long r;

    if (at != 0)
        return 0;
    r = vfs_node_of_file(task, file, &node);
    if (r < 0)
        return r;
    if (vfs_is(&node, LINUX_S_IFDIR)) {
        r = node.mnt->ops->getattr(task, &node);
        if (r < 0)
            return r;
        virtual_list_add(&text, ".", node.st.st_ino, LINUX_S_IFDIR);
        virtual_list_add(&text, "..", node.st.st_ino, LINUX_S_IFDIR);
        r = fs_of(&node)->list(task, &node, &text);
    } else {
        r = fs_of(&node)->generate(task, &node, &text);
    }
    if (r < 0)
        return r;
    if (text.failed)
        return -LINUX_ENOMEM;
    r = host_ftruncate(file->host_fd, 0);
    if (r == 0 && text.len > 0)
        r = host_pwrite(file->host_fd, text.data, text.len, 0);
    return r < 0 ? r : 0;
}

static bool is_folder(const struct file *file)
{
    const struct vfs_file *data = file->data;

    return (data->host_mode & LINUX_S_IFMT) == LINUX_S_IFDIR;
}

static long virtual_read(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    void *to = user_range(task, buf, n);
    long at, r;

    if (is_folder(file))
        return -LINUX_EISDIR;
    if (!to)
        return -LINUX_EFAULT;
    at = host_lseek(file->host_fd, 0, LINUX_SEEK_CUR);
    r = at < 0 ? at : refresh(task, file, at);
    return r < 0 ? r : host_read(file->host_fd, to, n, NULL);
}

static long virtual_pread(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    void *to = user_range(task, buf, n);
    struct linux_kstat st;
    long r;

    if (is_folder(file))
        return -LINUX_EISDIR;
    if (!to)
        return -LINUX_EFAULT;
    if (offset < 0)
        return -LINUX_EINVAL;
    /* A file that was never read is empty. */
    if (host_fstat(file->host_fd, &st) == 0 && st.st_size == 0)
        r = refresh(task, file, 0);
    else
        r = refresh(task, file, offset);
    return r < 0 ? r : host_pread(file->host_fd, to, n, offset);
}

static long virtual_write(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    char *data cleanup_free = NULL;
    CLEANUP_NODE(node);
    long r;

    if ((file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY)
        return -LINUX_EBADF;
    n = MIN(n, WRITE_MAX);
    data = kmalloc(n + 1);
    if (!data)
        return -LINUX_ENOMEM;
    if (user_read(task, data, buf, n) < 0)
        return -LINUX_EFAULT;
    data[n] = '\0';
    r = vfs_node_of_file(task, file, &node);
    if (r < 0)
        return r;
    if (!fs_of(&node)->write)
        return -LINUX_EINVAL;
    return fs_of(&node)->write(task, &node, data, n);
}

static long virtual_pwrite(struct task *task, struct file *file, uint64_t buf, uint64_t n, int64_t offset)
{
    return offset < 0 ? -LINUX_EINVAL : virtual_write(task, file, buf, n);
}

static long virtual_lseek(struct task *task, struct file *file, int64_t offset, int whence)
{
    if (whence != LINUX_SEEK_SET && whence != LINUX_SEEK_CUR)
        return -LINUX_EINVAL;
    return host_lseek(file->host_fd, offset, whence);
}

static long virtual_getdents(struct task *task, struct file *file, uint64_t buf, uint64_t n)
{
    const size_t chunk = MIN(n, 32768);
    char *records cleanup_free = NULL;
    long at, got, used = 0, r;

    if (!is_folder(file))
        return -LINUX_ENOTDIR;
    at = host_lseek(file->host_fd, 0, LINUX_SEEK_CUR);
    r = at < 0 ? at : refresh(task, file, at);
    if (r < 0)
        return r;
    records = kmalloc(chunk + 1);
    if (!records)
        return -LINUX_ENOMEM;
    got = host_pread(file->host_fd, records, chunk, at);
    if (got <= 0)
        return got;
    while (got - used >= (long)offsetof(struct linux_dirent64, d_name)) {
        const struct linux_dirent64 *d = (const void *)(records + used);

        if (d->d_reclen == 0 || used + d->d_reclen > got)
            break;
        used += d->d_reclen;
    }
    if (used == 0)
        return -LINUX_EINVAL;
    if (user_write(task, buf, records, (size_t)used) < 0)
        return -LINUX_EFAULT;
    host_lseek(file->host_fd, at + used, LINUX_SEEK_SET);
    return used;
}

static long virtual_ioctl(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    return -LINUX_ENOTTY;
}

static long virtual_mmap(struct task *task, struct file *file, int prot, int map_flags, int64_t offset)
{
    return -LINUX_ENODEV;
}

static long virtual_ftruncate(struct task *task, struct file *file, int64_t size)
{
    return (file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY ? -LINUX_EINVAL : 0;
}

static const struct file_ops virtual_file_ops = {
    .kind = FILE_VIRTUAL,
    .read = virtual_read,
    .write = virtual_write,
    .pread = virtual_pread,
    .pwrite = virtual_pwrite,
    .lseek = virtual_lseek,
    .getdents = virtual_getdents,
    .ioctl = virtual_ioctl,
    .mmap = virtual_mmap,
    .ftruncate = virtual_ftruncate,
    .fstat = vfs_file_fstat,
    .statfs = vfs_file_statfs,
    .path = vfs_file_path,
    .save = vfs_file_save,
    .release = vfs_file_release,
};

long virtual_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    long fd = host_memfd("coracle-virtual", 0);

    (void)task;
    if (fd < 0)
        return fd;
    node->host_mode = node->st.st_mode;
    return vfs_file_new_ops(node, (int)fd, flags, flags & LINUX_O_PATH ? NULL : &virtual_file_ops, out);
}

/* The loader of kernel/file_load.h. */
struct file *file_virtual_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len);
struct file *file_virtual_load(struct task *task, int host_fd, uint32_t flags, const void *data, size_t len)
{
    struct file *file = vfs_file_load_ops(task, host_fd, flags, data, len, &virtual_file_ops);
    const struct vfs_file *loaded = file ? file->data : NULL;
    const struct file_ops *own = NULL;

    if (file && file->ops == &virtual_file_ops && virtual_is(loaded->mnt->ops)) {
        const struct virtual_fs *fs = container_of(loaded->mnt->ops, const struct virtual_fs, ops);

        own = fs->file_ops ? fs->file_ops(loaded->id) : NULL;
    }
    if (own)
        file->ops = own;
    return file;
}
