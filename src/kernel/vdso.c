/* SPDX-License-Identifier: MIT */
#include "kernel/vdso.h"
#include "host/host.h"
#include "kernel/mm.h"
#include "kernel/task.h"
#include "vdso_image.h"

struct dyn {
    int64_t tag;
    uint64_t value;
};

struct sym {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

/* The number of symbols by a GNU hash table: the end of the longest chain. Layout: buckets, offset, bloom
 * words, shift; bloom; buckets; chains. */
static uint32_t gnu_hash_count(const uint32_t *h)
{
    uint32_t nbuckets = h[0], offset = h[1], last = 0;
    const uint32_t *buckets = h + 4 + 2 * h[2], *chains = buckets + nbuckets;

    for (uint32_t i = 0; i < nbuckets; i++)
        last = MAX(last, buckets[i]);
    if (last < offset)
        return offset;
    while (!(chains[last - offset] & 1))
        last++;
    return last + 1;
}

/* The address of a dynamic symbol of the shared object that is mapped at ehdr; 0: not there. */
static uint64_t symbol_address(uint64_t ehdr, const char *name)
{
    const struct linux_elf64_ehdr *h = (const void *)(uintptr_t)ehdr;
    const struct linux_elf64_phdr *p = (const void *)(uintptr_t)(ehdr + h->e_phoff);
    const struct dyn *dyn = NULL;
    const struct sym *symbols = NULL;
    const char *strings = NULL;
    uint32_t count = 0;
    uint64_t bias = ehdr;

    for (int i = 0; i < h->e_phnum; i++) {
        if (p[i].p_type == LINUX_PT_LOAD && p[i].p_offset == 0)
            bias = ehdr - p[i].p_vaddr;
        if (p[i].p_type == LINUX_PT_DYNAMIC)
            dyn = (const void *)(uintptr_t)(bias + p[i].p_vaddr);
    }
    for (; dyn && dyn->tag != LINUX_DT_NULL; dyn++) {
        if (dyn->tag == LINUX_DT_SYMTAB)
            symbols = (const void *)(uintptr_t)(bias + dyn->value);
        else if (dyn->tag == LINUX_DT_STRTAB)
            strings = (const void *)(uintptr_t)(bias + dyn->value);
        else if (dyn->tag == LINUX_DT_HASH)
            count = ((const uint32_t *)(uintptr_t)(bias + dyn->value))[1];
        else if (dyn->tag == LINUX_DT_GNU_HASH && !count)
            count = gnu_hash_count((const void *)(uintptr_t)(bias + dyn->value));
    }
    if (!symbols || !strings || !count)
        return 0;
    for (uint32_t i = 1; i < count; i++)
        if (symbols[i].section && strcmp(strings + symbols[i].name, name) == 0)
            return bias + symbols[i].value;
    return 0;
}

long vdso_map(struct task *task, uint64_t host_ehdr)
{
    static const char *const functions[] = {"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time",
                                            "__vdso_clock_getres", "__vdso_getcpu"};
    uint64_t len = ALIGN_UP(sizeof(vdso_image), (size_t)4096);
    long at = mm_map(task, 0, len, LINUX_PROT_READ | LINUX_PROT_WRITE,
                     LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS, -1, 0);

    if (host_is_error(at))
        return at;
    memcpy((void *)at, vdso_image, sizeof(vdso_image));
    uint64_t *table = (uint64_t *)(uintptr_t)symbol_address((uint64_t)at, "__coracle_host_functions");
    for (size_t i = 0; table && host_ehdr && i < ARRAY_SIZE(functions); i++)
        table[i] = symbol_address(host_ehdr, functions[i]);
    long r = mm_protect(task, (uint64_t)at, len, LINUX_PROT_READ | LINUX_PROT_EXEC);
    if (r < 0)
        return r;
    task->process->mm->vdso = (uint64_t)at;
    task->process->mm->vdso_len = len;
    return at;
}
