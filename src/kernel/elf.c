/* SPDX-License-Identifier: MIT */
/* The ELF loader; System V ABI, chapters 4 and 5, and elf(5). Nothing in the file is trusted. */
#include "kernel/elf.h"
#include "host/host.h"
#include "kernel/mm.h"
#include "kernel/task.h"
#include "kernel/user.h"

#define PAGE       UINT64_C(4096)
#define USER_LIMIT UINT64_C(0x7ffffffff000)

static bool header_is_valid(const struct linux_elf64_ehdr *h)
{
    return memcmp(h->e_ident, "\177ELF", 4) == 0 && h->e_ident[4] == LINUX_ELFCLASS64 &&
           h->e_ident[5] == LINUX_ELFDATA2LSB && (h->e_type == LINUX_ET_EXEC || h->e_type == LINUX_ET_DYN);
}

static int check_segments(struct elf_info *info)
{
    uint64_t last = 0;
    bool any = false;

    info->low = UINT64_MAX;
    info->high = 0;
    for (int i = 0; i < info->header.e_phnum; i++) {
        const struct linux_elf64_phdr *p = &info->phdrs[i];
        uint64_t end;

        if (p->p_type == LINUX_PT_GNU_STACK)
            info->exec_stack = p->p_flags & LINUX_PF_X;
        if (p->p_type != LINUX_PT_LOAD)
            continue;
        if (p->p_filesz > p->p_memsz || __builtin_add_overflow(p->p_vaddr, p->p_memsz, &end) ||
            end > USER_LIMIT || (p->p_vaddr & (PAGE - 1)) != (p->p_offset & (PAGE - 1)) ||
            (any && p->p_vaddr < last) || p->p_offset > INT64_MAX - p->p_filesz)
            return -LINUX_ENOEXEC;
        any = true;
        last = p->p_vaddr;
        info->low = MIN(info->low, ALIGN_DOWN(p->p_vaddr, PAGE));
        info->high = MAX(info->high, ALIGN_UP(end, PAGE));
    }
    return any ? 0 : -LINUX_ENOEXEC;
}

static int read_interpreter(int fd, const struct linux_elf64_phdr *p, char *name)
{
    if (p->p_filesz < 2 || p->p_filesz > 4096)
        return -LINUX_ENOEXEC;
    long n = host_pread(fd, name, p->p_filesz, (int64_t)p->p_offset);
    if (n != (long)p->p_filesz || name[n - 1] != '\0')
        return n < 0 ? (int)n : -LINUX_ENOEXEC;
    return 0;
}

int elf_probe(int host_fd, struct elf_info *info)
{
    struct linux_elf64_ehdr *h = &info->header;
    long n = host_pread(host_fd, h, sizeof(*h), 0);

    info->interpreter[0] = '\0';
    info->exec_stack = true;
    if (n < 0)
        return (int)n;
    if (n != sizeof(*h) || !header_is_valid(h))
        return -LINUX_ENOEXEC;
    if (h->e_machine != LINUX_EM_X86_64 && h->e_machine != LINUX_EM_AARCH64)
        return -LINUX_EINVAL;
    info->arch = h->e_machine == LINUX_EM_X86_64 ? ABI_X86_64 : ABI_AARCH64;
    info->dynamic = h->e_type == LINUX_ET_DYN;
    if (h->e_phentsize != sizeof(info->phdrs[0]) || h->e_phnum == 0 || h->e_phnum > ARRAY_SIZE(info->phdrs))
        return -LINUX_ENOEXEC;
    size_t size = h->e_phnum * sizeof(info->phdrs[0]);
    if (h->e_phoff > INT64_MAX - size ||
        host_pread(host_fd, info->phdrs, size, (int64_t)h->e_phoff) != (long)size)
        return -LINUX_ENOEXEC;
    int r = check_segments(info);
    for (int i = 0; r == 0 && i < h->e_phnum; i++)
        if (info->phdrs[i].p_type == LINUX_PT_INTERP) {
            r = read_interpreter(host_fd, &info->phdrs[i], info->interpreter);
            break;
        }
    return r;
}

static int segment_prot(uint32_t flags)
{
    return (flags & LINUX_PF_R ? LINUX_PROT_READ : 0) | (flags & LINUX_PF_W ? LINUX_PROT_WRITE : 0) |
           (flags & LINUX_PF_X ? LINUX_PROT_EXEC : 0);
}

/* The part of a segment behind the file's bytes: the rest of the last page is cleared, the following pages
 * are fresh. */
static int map_bss(struct task *task, const struct linux_elf64_phdr *p, uint64_t base, int prot)
{
    uint64_t file_end = base + p->p_vaddr + p->p_filesz, end = base + p->p_vaddr + p->p_memsz;
    uint64_t page_end = ALIGN_UP(file_end, PAGE);

    if (p->p_filesz && page_end != file_end && (prot & LINUX_PROT_WRITE)) {
        int r = user_zero(task, file_end, MIN(page_end, ALIGN_UP(end, PAGE)) - file_end);
        if (r < 0)
            return r;
    }
    if (!p->p_filesz)
        page_end = ALIGN_DOWN(file_end, PAGE);
    if (end <= page_end)
        return 0;
    long r = mm_map(task, page_end, ALIGN_UP(end, PAGE) - page_end, prot,
                    LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_FIXED, -1, 0);
    return host_is_error(r) ? (int)r : 0;
}

int elf_map(struct task *task, int host_fd, const struct elf_info *info, uint64_t hint,
            struct elf_image *image)
{
    uint64_t span = info->high - info->low, base = 0;
    int flags = LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_NORESERVE;
    long r;

    /* The whole span is taken first, so that no segment lands on something else. */
    r = mm_map(task, info->dynamic ? hint : info->low, span, LINUX_PROT_NONE,
               info->dynamic ? flags : flags | LINUX_MAP_FIXED_NOREPLACE, -1, 0);
    if (host_is_error(r))
        return r == -LINUX_EEXIST ? -LINUX_ENOMEM : (int)r;
    if (info->dynamic)
        base = (uint64_t)r - info->low;
    *image = (struct elf_image){.base = base,
                                .start = base + info->low,
                                .end = base + info->high,
                                .entry = base + info->header.e_entry};
    for (int i = 0; i < info->header.e_phnum; i++) {
        const struct linux_elf64_phdr *p = &info->phdrs[i];
        int prot = segment_prot(p->p_flags);
        uint64_t start = ALIGN_DOWN(base + p->p_vaddr, PAGE);

        if (p->p_type != LINUX_PT_LOAD || p->p_memsz == 0)
            continue;
        if (p->p_filesz) {
            r = mm_map(task, start, base + p->p_vaddr + p->p_filesz - start, prot,
                       LINUX_MAP_PRIVATE | LINUX_MAP_FIXED, host_fd, (int64_t)ALIGN_DOWN(p->p_offset, PAGE));
            if (host_is_error(r))
                return (int)r;
        }
        int e = map_bss(task, p, base, prot);
        if (e < 0)
            return e;
        if (info->header.e_phoff >= p->p_offset && info->header.e_phoff < p->p_offset + p->p_filesz)
            image->phdrs = base + p->p_vaddr + info->header.e_phoff - p->p_offset;
    }
    return 0;
}
