/* SPDX-License-Identifier: MIT */
/*
 * ioctl on plain host descriptors. Only requests that are listed here pass: their argument is of a known size
 * and holds nothing that differs between guest and host.
 */
#include "abi/abi.h"
#include "sys/io.h"

enum argument {
    VALUE, /* an integer, or nothing */
    OUT,   /* the host writes `size` bytes */
    IN,    /* the host reads them */
    INOUT,
};

struct ioctl_row {
    uint32_t request;
    uint16_t size;
    uint8_t argument;
};

#define IFREQ 40

static const struct ioctl_row rows[] = {
    /* any descriptor */
    {LINUX_FIONREAD, 4, OUT},
    {LINUX_FIONBIO, 4, IN},
    {LINUX_FIOASYNC, 4, IN},
    {LINUX_FIOQSIZE, 8, OUT},
    {LINUX_NS_GET_NSTYPE, 0, VALUE},
    /* terminals */
    {LINUX_TCGETS, 36, OUT},
    {LINUX_TCSETS, 36, IN},
    {LINUX_TCSETSW, 36, IN},
    {LINUX_TCSETSF, 36, IN},
    {(uint32_t)LINUX_TCGETS2, 44, OUT},
    {LINUX_TCSETS2, 44, IN},
    {LINUX_TCSETSW2, 44, IN},
    {LINUX_TCSETSF2, 44, IN},
    {LINUX_TCGETA, 18, OUT},
    {LINUX_TCSETA, 18, IN},
    {LINUX_TCSETAW, 18, IN},
    {LINUX_TCSETAF, 18, IN},
    {LINUX_TCSBRK, 0, VALUE},
    {LINUX_TCSBRKP, 0, VALUE},
    {LINUX_TCXONC, 0, VALUE},
    {LINUX_TCFLSH, 0, VALUE},
    {LINUX_TIOCEXCL, 0, VALUE},
    {LINUX_TIOCNXCL, 0, VALUE},
    {LINUX_TIOCSCTTY, 0, VALUE},
    {LINUX_TIOCNOTTY, 0, VALUE},
    {LINUX_TIOCOUTQ, 4, OUT},
    {LINUX_TIOCGWINSZ, 8, OUT},
    {LINUX_TIOCSWINSZ, 8, IN},
    {LINUX_TIOCMGET, 4, OUT},
    {LINUX_TIOCMBIS, 4, IN},
    {LINUX_TIOCMBIC, 4, IN},
    {LINUX_TIOCMSET, 4, IN},
    {LINUX_TIOCGSOFTCAR, 4, OUT},
    {LINUX_TIOCSSOFTCAR, 4, IN},
    {LINUX_TIOCPKT, 4, IN},
    {LINUX_TIOCSETD, 4, IN},
    {LINUX_TIOCGETD, 4, OUT},
    {LINUX_TIOCSBRK, 0, VALUE},
    {LINUX_TIOCCBRK, 0, VALUE},
    {LINUX_TIOCVHANGUP, 0, VALUE},
    {LINUX_TIOCSPTLCK, 4, IN},
    {LINUX_TIOCSIG, 0, VALUE},
    {(uint32_t)LINUX_TIOCGPTN, 4, OUT},
    {(uint32_t)LINUX_TIOCGDEV, 4, OUT},
    {(uint32_t)LINUX_TIOCGPKT, 4, OUT},
    {(uint32_t)LINUX_TIOCGPTLCK, 4, OUT},
    {(uint32_t)LINUX_TIOCGEXCL, 4, OUT},
    /* sockets and interfaces */
    {LINUX_SIOCATMARK, 4, OUT},
    {LINUX_SIOCGSTAMP_OLD, 16, OUT},
    {LINUX_SIOCGSTAMPNS_OLD, 16, OUT},
    {(uint32_t)LINUX_SIOCGSTAMP_NEW, 16, OUT},
    {(uint32_t)LINUX_SIOCGSTAMPNS_NEW, 16, OUT},
    {LINUX_SIOCOUTQNSD, 4, OUT},
    {LINUX_SIOCGIFNAME, IFREQ, INOUT},
    {LINUX_SIOCGIFFLAGS, IFREQ, INOUT},
    {LINUX_SIOCGIFADDR, IFREQ, INOUT},
    {LINUX_SIOCGIFDSTADDR, IFREQ, INOUT},
    {LINUX_SIOCGIFBRDADDR, IFREQ, INOUT},
    {LINUX_SIOCGIFNETMASK, IFREQ, INOUT},
    {LINUX_SIOCGIFMETRIC, IFREQ, INOUT},
    {LINUX_SIOCGIFMTU, IFREQ, INOUT},
    {LINUX_SIOCGIFHWADDR, IFREQ, INOUT},
    {LINUX_SIOCGIFINDEX, IFREQ, INOUT},
    {LINUX_SIOCGIFTXQLEN, IFREQ, INOUT},
    {LINUX_SIOCGIFMAP, IFREQ, INOUT},
    /* timerfd, inode flags */
    {LINUX_TFD_IOC_SET_TICKS, 8, IN},
    {(uint32_t)LINUX_FS_IOC_GETFLAGS, 8, OUT},
    {LINUX_FS_IOC_SETFLAGS, 8, IN},
    {(uint32_t)LINUX_FS_IOC_GETVERSION, 8, OUT},
    {(uint32_t)LINUX_FS_IOC_FSGETXATTR, 28, OUT},
};

/* struct ifconf: a length and a pointer to ifreq structures, both filled in by the host. */
static long interface_list(struct task *task, struct file *file, uint64_t arg)
{
    struct {
        int32_t len, pad;
        uint64_t buf;
    } conf;

    if (user_read(task, &conf, arg, sizeof(conf)))
        return -LINUX_EFAULT;
    if (conf.buf && (conf.len < 0 || !user_range(task, conf.buf, (uint64_t)conf.len)))
        return -LINUX_EFAULT;
    long r = host_ioctl(file->host_fd, LINUX_SIOCGIFCONF, (unsigned long)(uintptr_t)&conf, NULL);
    return r < 0 ? r : user_write(task, arg, &conf, sizeof(conf));
}

/* Requests whose argument is the number of a process or a group. */
static long group_get(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    int32_t pid = 0;
    long r = host_ioctl(file->host_fd, request, (unsigned long)(uintptr_t)&pid, NULL);

    if (r < 0)
        return r;
    if (pid < 0)
        pid = -pids_to_guest(task->process, -pid);
    else if (pid > 0)
        pid = pids_to_guest(task->process, pid);
    return user_write(task, arg, &pid, sizeof(pid));
}

static long group_set(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    int32_t pid;

    if (user_read(task, &pid, arg, sizeof(pid)))
        return -LINUX_EFAULT;
    if (request == LINUX_TIOCSPGRP && pid < 0)
        return -LINUX_EINVAL;
    if (pid) {
        int host = pids_to_host(task->process, pid < 0 ? -pid : pid);

        if (host < 0)
            return host;
        pid = pid < 0 ? -host : host;
    }
    return restartable(host_ioctl(file->host_fd, request, (unsigned long)(uintptr_t)&pid, task_stop(task)));
}

/* The other end of a pseudo-terminal as a new descriptor. */
static long terminal_peer(struct task *task, struct file *file, uint64_t arg)
{
    uint32_t flags = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)arg);
    long fd = host_ioctl(file->host_fd, LINUX_TIOCGPTPEER, flags | LINUX_O_CLOEXEC, task_stop(task));

    return fd_new(task, &file_host_ops, fd, flags & ~(uint32_t)LINUX_O_CLOEXEC, flags & LINUX_O_CLOEXEC,
                  NULL);
}

static long request_host(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    switch (request) {
    case LINUX_TIOCGPGRP:
    case LINUX_TIOCGSID:
    case LINUX_FIOGETOWN:
    case LINUX_SIOCGPGRP:
        return group_get(task, file, request, arg);
    case LINUX_TIOCSPGRP:
    case LINUX_FIOSETOWN:
    case LINUX_SIOCSPGRP:
        return group_set(task, file, request, arg);
    case LINUX_TIOCGPTPEER:
        return terminal_peer(task, file, arg);
    case LINUX_SIOCGIFCONF:
        return interface_list(task, file, arg);
    case LINUX_NS_GET_USERNS:
    case LINUX_NS_GET_PARENT: {
        /* A namespace around that of the guest is out of its sight. */
        long r = host_ioctl(file->host_fd, LINUX_NS_GET_NSTYPE, 0, NULL);

        return r < 0 ? r : -LINUX_EPERM;
    }
    }
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].request != request)
            continue;
        unsigned long value = (unsigned long)arg;
        if (rows[i].argument != VALUE) {
            value = (unsigned long)(uintptr_t)user_range(task, arg, rows[i].size);
            if (!value)
                return -LINUX_EFAULT;
        }
        return restartable(host_ioctl(file->host_fd, request, value, task_stop(task)));
    }
    return -LINUX_ENOTTY;
}

long ioctl_host(struct task *task, struct file *file, uint64_t request, uint64_t arg)
{
    if (file->host_fd < 0)
        return -LINUX_ENOTTY;
    uint64_t guard = terminal_guard(task, file);
    long r = request_host(task, file, request, arg);
    terminal_unguard(guard);
    return r;
}
