/* SPDX-License-Identifier: MIT */
/* Catching system calls, segment bases and code changes on Linux x86-64. */
#include <cpuid.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <asm/prctl.h>
#include <sys/auxv.h>
#include "host/engine.h"
#include "host/linux/syscall.h"

#ifndef HWCAP2_FSGSBASE
#define HWCAP2_FSGSBASE (1u << 1)
#endif

extern const char __executable_start[], etext[];

static bool use_seccomp, installed;

static long dispatch_by_seccomp(void)
{
    uint64_t start = (uint64_t)(uintptr_t)__executable_start, end = (uint64_t)(uintptr_t)etext;
    /* Allowed when the caller's address lies in our text: the high word is equal, the low word in the range.
     */
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(start >> 32), 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)end, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {.len = ARRAY_SIZE(filter), .filter = filter};

    if (installed)
        return 0;
    long r = host_syscall5(HOST_NR(prctl), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (r == 0)
        r = host_syscall3(HOST_NR(seccomp), SECCOMP_SET_MODE_FILTER, 0, &program);
    installed = r == 0;
    return r;
}

long host_syscall_dispatch_start(void)
{
    if (!use_seccomp) {
        uint64_t start = (uint64_t)(uintptr_t)__executable_start;
        long r = host_syscall5(HOST_NR(prctl), PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, start,
                               (uint64_t)(uintptr_t)etext - start, 0);

        if (r == 0)
            return 0;
        use_seccomp = true;
    }
    return dispatch_by_seccomp();
}

void host_syscall_dispatch_by_filter(bool inherited)
{
    use_seccomp = true;
    installed = inherited;
}

bool host_syscall_dispatch_is_filter(void)
{
    return use_seccomp;
}

long host_set_fs_base(uint64_t value)
{
    return host_syscall2(HOST_NR(arch_prctl), ARCH_SET_FS, value);
}

uint64_t host_get_fs_base(void)
{
    uint64_t value = 0;

    host_syscall2(HOST_NR(arch_prctl), ARCH_GET_FS, &value);
    return value;
}

long host_set_gs_base(uint64_t value)
{
    return host_syscall2(HOST_NR(arch_prctl), ARCH_SET_GS, value);
}

uint64_t host_get_gs_base(void)
{
    uint64_t value = 0;

    host_syscall2(HOST_NR(arch_prctl), ARCH_GET_GS, &value);
    return value;
}

uint64_t host_xsave_features(void)
{
    static uint64_t features;
    static bool known;
    unsigned a, b, c, d, low, high;

    if (known)
        return features;
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE)) {
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        /* Tile data (AMX, bits 17 and 18) needs a permission that the guest would have to ask for. */
        features = ((uint64_t)high << 32 | low) & ~(UINT64_C(3) << 17);
    }
    known = true;
    return features;
}

size_t host_xsave_size(void)
{
    static size_t size;
    uint64_t features = host_xsave_features();
    unsigned a, b, c, d;

    if (size)
        return size;
    size = 576;
    for (unsigned i = 2; i < 63; i++)
        if (features >> i & 1 && __get_cpuid_count(0xd, i, &a, &b, &c, &d) && !(c & 1))
            size = MAX(size, (size_t)a + b);
    return size;
}

long host_sync_core(void)
{
    long r = host_syscall2(HOST_NR(membarrier), MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0);

    /* This address space has not asked for it yet. */
    if (r == -LINUX_EPERM &&
        host_syscall2(HOST_NR(membarrier), MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0) == 0)
        r = host_syscall2(HOST_NR(membarrier), MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0);
    return r;
}

/* One line of the host's map: "start-end rwxp ...". The fields end at the first blanks; the rest is skipped.
 */
struct map_line {
    uint64_t range[2];
    int field; /* 0: start, 1: end, 2: rights, 3: the rest */
    int right; /* how many letters of the rights have been seen */
    bool private;
};

/* True when c ends a line. */
static bool map_line_take(struct map_line *l, char c)
{
    if (c == '\n')
        return true;
    if (l->field < 2 && (c == '-' || c == ' '))
        l->field++;
    else if (l->field < 2)
        l->range[l->field] = l->range[l->field] << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    else if (l->field == 2 && ++l->right == 4) {
        l->private = c == 'p';
        l->field++;
    }
    return false;
}

bool host_is_private(uint64_t addr)
{
    struct map_line line = {0};
    char buf[2048];
    long fd = host_open("/proc/self/maps", LINUX_O_RDONLY, 0), n = 0;
    bool found = false;

    while (fd >= 0 && !found && (n = host_read((int)fd, buf, sizeof(buf), NULL)) > 0)
        for (long i = 0; i < n && !found; i++)
            if (map_line_take(&line, buf[i])) {
                found = addr >= line.range[0] && addr < line.range[1];
                if (!found)
                    line = (struct map_line){0};
            }
    if (fd >= 0)
        host_close((int)fd);
    return found && line.private;
}
