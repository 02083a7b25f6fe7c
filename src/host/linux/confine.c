/* SPDX-License-Identifier: MIT */
/* Confinement on a Linux host: Landlock for files and processes, a seccomp filter for calls. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include "host/confine.h"
#include "host/process.h"
#include "host/linux/syscall.h"

/* As <linux/landlock.h> of a host that is newer than the one we are built on; see landlock(7). */
#define FS_EXECUTE     (UINT64_C(1) << 0)
#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_NAMES       (UINT64_C(0x1ff) << 4) /* removing and making, of each kind of file */
#define FS_REFER       (UINT64_C(1) << 13)    /* since version 2: moving from folder to folder */
#define FS_TRUNCATE    (UINT64_C(1) << 14)    /* 3 */
#define FS_IOCTL_DEV   (UINT64_C(1) << 15)    /* 5 */
#define SCOPE_ALL      UINT64_C(3)            /* 6: abstract sockets, signals */
#define ON_FILES       (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

#define CREATE_VERSION 1
#define RULE_PATH      1

struct ruleset {
    uint64_t fs, net, scoped;
};

struct path_rule {
    uint64_t access;
    int32_t fd;
} __attribute__((packed));

static uint64_t rights(unsigned access, bool folder)
{
    uint64_t r = 0;

    if (access & HOST_CONFINE_READ)
        r |= FS_READ_FILE | FS_READ_DIR | FS_IOCTL_DEV;
    if (access & HOST_CONFINE_WRITE)
        r |= FS_WRITE_FILE | FS_NAMES | FS_REFER | FS_TRUNCATE | FS_IOCTL_DEV;
    if (access & HOST_CONFINE_EXEC)
        r |= FS_EXECUTE;
    return folder ? r : r & ON_FILES;
}

static long add_rule(int ruleset, uint64_t handled, const struct host_confine_rule *rule)
{
    struct path_rule path = {.fd = rule->fd};
    struct linux_kstat st;
    long r;

    if (rule->path) {
        r = host_open(rule->path, LINUX_O_PATH, 0);
        if (r < 0)
            return r == -LINUX_ENOENT || r == -LINUX_ENXIO ? 0 : r;
        path.fd = (int32_t)r;
    }
    r = host_fstat(path.fd, &st);
    if (r == 0) {
        path.access = rights(rule->access, (st.st_mode & LINUX_S_IFMT) == LINUX_S_IFDIR) & handled;
        r = host_syscall4(HOST_NR(landlock_add_rule), ruleset, RULE_PATH, &path, 0);
    }
    if (rule->path)
        host_close(path.fd);
    return r;
}

long host_confine_files(const struct host_confine_rule *rules, size_t n)
{
    struct ruleset set = {.fs = ON_FILES | FS_READ_DIR | FS_NAMES | FS_REFER};
    long version = host_syscall3(HOST_NR(landlock_create_ruleset), NULL, 0, CREATE_VERSION), fd, r = 0;

    if (version < 0)
        return version;
    /* The first version refuses every move from folder to folder: that would be seen. */
    if (version < 2)
        return -LINUX_EOPNOTSUPP;
    if (version < 3)
        set.fs &= ~FS_TRUNCATE;
    if (version < 5)
        set.fs &= ~FS_IOCTL_DEV;
    if (version >= 6)
        set.scoped = SCOPE_ALL;
    fd = host_syscall3(HOST_NR(landlock_create_ruleset), &set, version < 4 ? 8 : version < 6 ? 16 : 24, 0);
    if (fd < 0)
        return fd;
    for (size_t i = 0; i < n && r == 0; i++)
        r = add_rule((int)fd, set.fs, &rules[i]);
    if (r == 0)
        r = host_prctl(LINUX_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (r == 0)
        r = host_syscall2(HOST_NR(landlock_restrict_self), fd, 0);
    host_close((int)fd);
    return r;
}

/* Refused whatever the arguments are: the host decides about all others once, and is as quick as without a
 * filter. */
static const uint16_t refused[] = {
    HOST_NR(ptrace),
    HOST_NR(bpf),
    HOST_NR(perf_event_open),
    HOST_NR(userfaultfd),
    HOST_NR(io_uring_setup),
    HOST_NR(io_uring_enter),
    HOST_NR(io_uring_register),
    HOST_NR(add_key),
    HOST_NR(request_key),
    HOST_NR(keyctl),
    HOST_NR(kexec_load),
    HOST_NR(kexec_file_load),
    HOST_NR(init_module),
    HOST_NR(finit_module),
    HOST_NR(delete_module),
    HOST_NR(reboot),
    HOST_NR(swapon),
    HOST_NR(swapoff),
    HOST_NR(acct),
    HOST_NR(quotactl),
    HOST_NR(quotactl_fd),
    HOST_NR(syslog),
    HOST_NR(mount),
    HOST_NR(umount2),
    HOST_NR(pivot_root),
    HOST_NR(chroot),
    HOST_NR(open_tree),
    HOST_NR(move_mount),
    HOST_NR(fsopen),
    HOST_NR(fsconfig),
    HOST_NR(fsmount),
    HOST_NR(fspick),
    HOST_NR(mount_setattr),
    HOST_NR(setns),
    HOST_NR(name_to_handle_at),
    HOST_NR(open_by_handle_at),
    HOST_NR(fanotify_init),
    HOST_NR(clone3),
    HOST_NR(sethostname),
    HOST_NR(setdomainname),
    HOST_NR(settimeofday),
    HOST_NR(clock_settime),
    HOST_NR(vhangup),
};

#if defined(__x86_64__)
#define OUR_ARCH  AUDIT_ARCH_X86_64
#define FIRST_X32 0x40000000
#else
#define OUR_ARCH  AUDIT_ARCH_AARCH64
#define FIRST_X32 0xffffffff
#endif

#define NAMESPACES                                                                                           \
    (LINUX_CLONE_NEWNS | LINUX_CLONE_NEWCGROUP | LINUX_CLONE_NEWUTS | LINUX_CLONE_NEWIPC |                   \
     LINUX_CLONE_NEWUSER | LINUX_CLONE_NEWPID | LINUX_CLONE_NEWNET)

long host_confine_calls(void)
{
    enum { N = ARRAY_SIZE(refused), HEAD = 4, TAIL = 7 };
    struct sock_filter filter[HEAD + N + TAIL] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 0, N + HEAD + TAIL - 1 - 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_X32, N + HEAD + TAIL - 1 - 4, 0),
    };
    const struct sock_filter tail[TAIL] = {
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_NR(clone), 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_NR(unshare), 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)NAMESPACES),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | LINUX_EPERM),
    };
    struct sock_fprog program = {.len = ARRAY_SIZE(filter), .filter = filter};
    long r;

    for (unsigned i = 0; i < N; i++)
        filter[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i],
                                                        (uint8_t)(N - 1 - i + TAIL - 1), 0);
    memcpy(filter + HEAD + N, tail, sizeof(tail));
    r = host_prctl(LINUX_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return r < 0 ? r : host_syscall3(HOST_NR(seccomp), SECCOMP_SET_MODE_FILTER, 0, &program);
}
