/* SPDX-License-Identifier: MIT */
/* Arguments of system calls as people read them. */
#include "kernel/trace_args.h"
#include "kernel/task.h"
#include "kernel/user.h"

struct name {
    uint64_t value;
    const char *name;
};

#define N(x)                                                                                                 \
    {                                                                                                        \
        LINUX_##x, #x                                                                                        \
    }

static const struct name open_flags[] = {
    N(O_WRONLY),   N(O_RDWR),     N(O_CREAT),   N(O_EXCL),   N(O_NOCTTY),  N(O_TRUNC),
    N(O_APPEND),   N(O_NONBLOCK), N(O_DSYNC),   N(O_DIRECT), N(O_TMPFILE), N(O_DIRECTORY),
    N(O_NOFOLLOW), N(O_NOATIME),  N(O_CLOEXEC), N(O_PATH),
};
static const struct name prot_flags[] = {N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC), N(PROT_GROWSDOWN)};
static const struct name mmap_flags[] = {
    N(MAP_SHARED),    N(MAP_PRIVATE),   N(MAP_FIXED_NOREPLACE), N(MAP_FIXED),
    N(MAP_ANONYMOUS), N(MAP_GROWSDOWN), N(MAP_DENYWRITE),       N(MAP_LOCKED),
    N(MAP_NORESERVE), N(MAP_POPULATE),  N(MAP_STACK),           N(MAP_HUGETLB),
};
static const struct name at_flags[] = {N(AT_SYMLINK_NOFOLLOW), N(AT_REMOVEDIR), N(AT_SYMLINK_FOLLOW),
                                       N(AT_NO_AUTOMOUNT), N(AT_EMPTY_PATH)};
static const struct name clone_flags[] = {
    N(CLONE_VM),      N(CLONE_FS),     N(CLONE_FILES),         N(CLONE_SIGHAND),        N(CLONE_PIDFD),
    N(CLONE_PTRACE),  N(CLONE_VFORK),  N(CLONE_PARENT),        N(CLONE_THREAD),         N(CLONE_NEWNS),
    N(CLONE_SYSVSEM), N(CLONE_SETTLS), N(CLONE_PARENT_SETTID), N(CLONE_CHILD_CLEARTID), N(CLONE_CHILD_SETTID),
    N(CLONE_NEWUSER), N(CLONE_NEWPID),
};
static const struct name wait_flags[] = {N(WNOHANG), N(WUNTRACED), N(WEXITED), N(WCONTINUED), N(WNOWAIT)};
static const struct name fcntl_commands[] = {
    N(F_DUPFD),         N(F_GETFD),      N(F_SETFD),      N(F_GETFL),     N(F_SETFL),
    N(F_GETLK),         N(F_SETLK),      N(F_SETLKW),     N(F_SETOWN),    N(F_GETOWN),
    N(F_DUPFD_CLOEXEC), N(F_SETPIPE_SZ), N(F_GETPIPE_SZ), N(F_ADD_SEALS), N(F_GET_SEALS),
};
static const struct name futex_ops[] = {
    N(FUTEX_WAIT),    N(FUTEX_WAKE),      N(FUTEX_REQUEUE),    N(FUTEX_CMP_REQUEUE), N(FUTEX_WAKE_OP),
    N(FUTEX_LOCK_PI), N(FUTEX_UNLOCK_PI), N(FUTEX_TRYLOCK_PI), N(FUTEX_WAIT_BITSET), N(FUTEX_WAKE_BITSET),
};
static const struct name clocks[] = {N(CLOCK_REALTIME),           N(CLOCK_MONOTONIC),
                                     N(CLOCK_PROCESS_CPUTIME_ID), N(CLOCK_THREAD_CPUTIME_ID),
                                     N(CLOCK_MONOTONIC_RAW),      N(CLOCK_BOOTTIME)};
static const struct name whences[] = {N(SEEK_SET), N(SEEK_CUR), N(SEEK_END), N(SEEK_DATA), N(SEEK_HOLE)};
static const struct name families[] = {N(AF_UNSPEC), N(AF_UNIX), N(AF_INET), N(AF_INET6), N(AF_NETLINK)};
static const struct name mask_hows[] = {N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK)};
static const struct name advices[] = {N(MADV_NORMAL),   N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED),
                                      N(MADV_DONTNEED), N(MADV_FREE),   N(MADV_HUGEPAGE)};
static const struct name rlimits[] = {
    N(RLIMIT_CPU), N(RLIMIT_FSIZE), N(RLIMIT_DATA),   N(RLIMIT_STACK), N(RLIMIT_CORE),
    N(RLIMIT_RSS), N(RLIMIT_NPROC), N(RLIMIT_NOFILE), N(RLIMIT_AS),
};
static const struct name epoll_ops[] = {N(EPOLL_CTL_ADD), N(EPOLL_CTL_DEL), N(EPOLL_CTL_MOD)};

void trace_put(struct trace_line *line, const char *format, ...)
{
    size_t room = sizeof(line->text) - line->len;
    va_list ap;

    va_start(ap, format);
    int n = fmt_v(line->text + line->len, room, format, ap);
    va_end(ap);
    line->len += MIN((size_t)n, room - 1);
}

static void put_named(struct trace_line *line, const struct name *names, size_t count, uint64_t value)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].value == value) {
            trace_put(line, "%s", names[i].name);
            return;
        }
    trace_put(line, "%lu", (unsigned long)value);
}

static void put_flags(struct trace_line *line, const struct name *names, size_t count, uint64_t value,
                      const char *zero)
{
    const char *separator = "";

    if (!value) {
        trace_put(line, "%s", zero);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (names[i].value && (value & names[i].value) == names[i].value) {
            trace_put(line, "%s%s", separator, names[i].name);
            value &= ~names[i].value;
            separator = "|";
        }
    if (value)
        trace_put(line, "%s%#lx", separator, (unsigned long)value);
}

static void put_bytes(struct trace_line *line, const unsigned char *data, size_t n, bool more)
{
    trace_put(line, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = data[i];

        if (c == '\n')
            trace_put(line, "\\n");
        else if (c == '\t')
            trace_put(line, "\\t");
        else if (c == '"' || c == '\\')
            trace_put(line, "\\%c", c);
        else if (c >= 32 && c < 127)
            trace_put(line, "%c", c);
        else
            trace_put(line, "\\%o", c);
    }
    trace_put(line, more ? "\"..." : "\"");
}

static void put_buffer(struct task *task, struct trace_line *line, uint64_t addr, uint64_t size)
{
    unsigned char data[32];
    size_t n = MIN(size, sizeof(data));

    if (user_read(task, data, addr, n) < 0)
        trace_put(line, "%#lx", (unsigned long)addr);
    else
        put_bytes(line, data, n, size > n);
}

static void put_string(struct task *task, struct trace_line *line, uint64_t addr)
{
    char text[256];
    long n = addr ? user_string(task, text, addr, sizeof(text)) : -LINUX_EFAULT;

    if (!addr)
        trace_put(line, "NULL");
    else if (n == -LINUX_EFAULT)
        trace_put(line, "%#lx", (unsigned long)addr);
    else
        put_bytes(line, (const unsigned char *)text, n < 0 ? sizeof(text) - 1 : (size_t)n, n < 0);
}

static void put_strings(struct task *task, struct trace_line *line, uint64_t addr)
{
    uint64_t p;

    if (!addr) {
        trace_put(line, "NULL");
        return;
    }
    trace_put(line, "[");
    for (int i = 0;; i++, addr += sizeof(p)) {
        if (user_read(task, &p, addr, sizeof(p)) < 0 || !p)
            break;
        if (i == 16) {
            trace_put(line, ", ...");
            break;
        }
        if (i)
            trace_put(line, ", ");
        put_string(task, line, p);
    }
    trace_put(line, "]");
}

static void put_timespec(struct task *task, struct trace_line *line, uint64_t addr)
{
    struct linux_timespec ts;

    if (!addr)
        trace_put(line, "NULL");
    else if (user_read(task, &ts, addr, sizeof(ts)) < 0)
        trace_put(line, "%#lx", (unsigned long)addr);
    else
        trace_put(line, "{tv_sec=%ld, tv_nsec=%ld}", (long)ts.tv_sec, (long)ts.tv_nsec);
}

static void put_signal(struct trace_line *line, uint64_t sig)
{
    const char *name = abi_signal_name((int)sig);

    if (name)
        trace_put(line, "%s", name);
    else if (sig >= 34 && sig <= 64)
        trace_put(line, "SIGRT_%lu", (unsigned long)sig - 32);
    else
        trace_put(line, "%d", (int)sig);
}

static void put_sigset(struct task *task, struct trace_line *line, uint64_t addr)
{
    uint64_t set;
    const char *separator = "";

    if (!addr || user_read(task, &set, addr, sizeof(set)) < 0) {
        trace_put(line, addr ? "%#lx" : "NULL", (unsigned long)addr);
        return;
    }
    if (set == ~UINT64_C(0)) {
        trace_put(line, "~[]");
        return;
    }
    trace_put(line, "[");
    for (uint64_t sig = 1; sig <= 64; sig++)
        if (set >> (sig - 1) & 1) {
            trace_put(line, "%s", separator);
            put_signal(line, sig);
            separator = " ";
        }
    trace_put(line, "]");
}

static void put_stat(struct task *task, struct trace_line *line, uint64_t addr, long result)
{
    struct linux_stat_x86_64 st;

    if (result < 0 || task->cpu.arch != ABI_X86_64 || user_read(task, &st, addr, sizeof(st)) < 0)
        trace_put(line, "%#lx", (unsigned long)addr);
    else
        trace_put(line, "{st_mode=%#o, st_uid=%u, st_size=%ld, ...}", st.st_mode, st.st_uid,
                  (long)st.st_size);
}

#define NAMED(table)       put_named(line, table, ARRAY_SIZE(table), value)
#define FLAGS(table, zero) put_flags(line, table, ARRAY_SIZE(table), value, zero)

void trace_put_arg(struct task *task, struct trace_line *line, enum abi_arg type, uint64_t value,
                   const uint64_t *all, long result)
{
    switch (type) {
    case ABI_ARG_INT:
    case ABI_ARG_FD:
    case ABI_ARG_PID:
        trace_put(line, "%d", (int)value);
        break;
    case ABI_ARG_UINT:
        trace_put(line, "%u", (unsigned)value);
        break;
    case ABI_ARG_LONG:
    case ABI_ARG_OFFSET:
        trace_put(line, "%ld", (long)value);
        break;
    case ABI_ARG_SIZE:
        trace_put(line, "%lu", (unsigned long)value);
        break;
    case ABI_ARG_DIRFD:
        if ((int)value == LINUX_AT_FDCWD)
            trace_put(line, "AT_FDCWD");
        else
            trace_put(line, "%d", (int)value);
        break;
    case ABI_ARG_PATH:
    case ABI_ARG_STR:
        put_string(task, line, value);
        break;
    case ABI_ARG_STRV:
        put_strings(task, line, value);
        break;
    case ABI_ARG_BUF_IN:
        /* The length is the next argument. */
        for (int i = 0; i < 5; i++)
            if (all[i] == value) {
                put_buffer(task, line, value, all[i + 1]);
                return;
            }
        trace_put(line, "%#lx", (unsigned long)value);
        break;
    case ABI_ARG_BUF_OUT:
        if (result > 0)
            put_buffer(task, line, value, (uint64_t)result);
        else
            trace_put(line, "%#lx", (unsigned long)value);
        break;
    case ABI_ARG_MODE:
        trace_put(line, "%#o", (unsigned)value);
        break;
    case ABI_ARG_OPEN_FLAGS:
        value = abi_open_flags_to_canonical(task->cpu.arch, (uint32_t)value);
        /* Reading alone has no bit of its own. */
        if (value && !(value & LINUX_O_ACCMODE) && !(value & LINUX_O_PATH))
            trace_put(line, "O_RDONLY|");
        FLAGS(open_flags, "O_RDONLY");
        break;
    case ABI_ARG_PROT:
        FLAGS(prot_flags, "PROT_NONE");
        break;
    case ABI_ARG_MMAP_FLAGS:
        FLAGS(mmap_flags, "0");
        break;
    case ABI_ARG_AT_FLAGS:
        FLAGS(at_flags, "0");
        break;
    case ABI_ARG_CLONE_FLAGS:
        FLAGS(clone_flags, "0");
        break;
    case ABI_ARG_WAIT_OPTIONS:
        FLAGS(wait_flags, "0");
        break;
    case ABI_ARG_FCNTL_CMD:
        NAMED(fcntl_commands);
        break;
    case ABI_ARG_FUTEX_OP: {
        uint64_t private = value & LINUX_FUTEX_PRIVATE_FLAG;

        value &= 127;
        NAMED(futex_ops);
        if (private)
            trace_put(line, "_PRIVATE");
        break;
    }
    case ABI_ARG_CLOCK:
        NAMED(clocks);
        break;
    case ABI_ARG_WHENCE:
        NAMED(whences);
        break;
    case ABI_ARG_SOCK_FAMILY:
        NAMED(families);
        break;
    case ABI_ARG_SIGMASK_HOW:
        NAMED(mask_hows);
        break;
    case ABI_ARG_MADVICE:
        NAMED(advices);
        break;
    case ABI_ARG_RLIMIT:
        NAMED(rlimits);
        break;
    case ABI_ARG_EPOLL_OP:
        NAMED(epoll_ops);
        break;
    case ABI_ARG_SIGNAL:
        put_signal(line, value);
        break;
    case ABI_ARG_SIGSET:
        put_sigset(task, line, value);
        break;
    case ABI_ARG_TIMESPEC_IN:
        put_timespec(task, line, value);
        break;
    case ABI_ARG_TIMESPEC_OUT:
        put_timespec(task, line, result < 0 ? 0 : value);
        break;
    case ABI_ARG_STAT_OUT:
        put_stat(task, line, value, result);
        break;
    default:
        if (type == ABI_ARG_PTR && !value)
            trace_put(line, "NULL");
        else
            trace_put(line, value > 9 ? "%#lx" : "%lu", (unsigned long)value);
        break;
    }
}

void trace_put_result(struct trace_line *line, enum abi_arg type, long result)
{
    if (result == -LINUX_ERESTARTSYS || result == -LINUX_ERESTARTNOINTR || result == -LINUX_ERESTARTNOHAND ||
        result == -LINUX_ERESTART_RESTARTBLOCK)
        trace_put(line, "? (interrupted by a signal; to be restarted)");
    else if (result < 0 && result > -4096)
        trace_put(line, "-1 %s", abi_errno_name((int)-result) ? abi_errno_name((int)-result) : "?");
    else if (type == ABI_ARG_PTR)
        trace_put(line, "%#lx", (unsigned long)result);
    else
        trace_put(line, "%ld", result);
}
