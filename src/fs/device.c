/* SPDX-License-Identifier: MIT */
/* Device nodes of the guest: the few that are safe are the host's own. */
#include "fs/internal.h"

static const struct device {
    uint32_t major, minor;
    const char *path;
} devices[] = {
    {1, 3, "/dev/null"},   {1, 5, "/dev/zero"},    {1, 7, "/dev/full"},
    {1, 8, "/dev/random"}, {1, 9, "/dev/urandom"}, {5, 0, "/dev/tty"},
};

long device_open(struct task *task, struct vfs_node *node, unsigned flags, struct file **out)
{
    uint32_t major = linux_major(node->st.st_rdev), minor = linux_minor(node->st.st_rdev);
    const unsigned host_flags =
        flags & ~(unsigned)(LINUX_O_NOFOLLOW | LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_TRUNC);

    if (node->mnt->flags & MOUNT_NODEV)
        return -LINUX_EACCES;
    if (!vfs_is(node, LINUX_S_IFCHR))
        return -LINUX_ENXIO;
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
        if (devices[i].major == major && devices[i].minor == minor) {
            long fd = host_openat(LINUX_AT_FDCWD, devices[i].path, (int)host_flags, 0, task_stop(task));

            return fd < 0 ? fd : vfs_file_new(node, (int)fd, flags, out);
        }
    return -LINUX_ENXIO;
}
