/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 links=static,static-pie,dynamic,musl */
/* What a program finds on its stack and in its auxiliary vector, however it is linked; and the vDSO's
 * functions. */
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>
#include <sys/time.h>

extern char **environ;

static bool same_text(unsigned long at, const char *text)
{
    return at && strcmp((const char *)at, text) == 0;
}

/* The address of a function of the vDSO, by its dynamic symbols; NULL: it has none of that name. */
static void *vdso_function(const char *name)
{
    const char *base = (const char *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *header = (const void *)base;
    const Elf64_Phdr *p = (const void *)(base + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    const Elf64_Sym *symbols = NULL;
    const char *strings = NULL;
    const uint32_t *hash = NULL;
    uint64_t shift = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (p[i].p_type == PT_LOAD)
            shift = (uint64_t)base + p[i].p_offset - p[i].p_vaddr;
        if (p[i].p_type == PT_DYNAMIC)
            dynamic = (const void *)(base + p[i].p_offset);
    }
    for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++)
        switch (dynamic->d_tag) {
        case DT_STRTAB:
            strings = (const char *)(dynamic->d_un.d_ptr + shift);
            break;
        case DT_SYMTAB:
            symbols = (const void *)(dynamic->d_un.d_ptr + shift);
            break;
        case DT_HASH:
            hash = (const void *)(dynamic->d_un.d_ptr + shift);
        }
    if (!strings || !symbols || !hash)
        return NULL;
    for (uint32_t i = 0; i < hash[1]; i++)
        if (strcmp(strings + symbols[i].st_name, name) == 0 && symbols[i].st_value)
            return (void *)(symbols[i].st_value + shift);
    return NULL;
}

static void clocks(void)
{
    int (*gettime)(clockid_t, struct timespec *) = vdso_function("__vdso_clock_gettime");
    int (*getres)(clockid_t, struct timespec *) = vdso_function("__vdso_clock_getres");
    int (*getday)(struct timeval *, void *) = vdso_function("__vdso_gettimeofday");
    time_t (*gettime_s)(time_t *) = vdso_function("__vdso_time");
    long (*getcpu)(unsigned *, unsigned *, void *) = vdso_function("__vdso_getcpu");
    CHECK(gettime && getres && getday && gettime_s && getcpu);
    if (!gettime || !getres || !getday || !gettime_s || !getcpu)
        return;
    for (clockid_t clock = 0; clock < 8; clock++) {
        struct timespec before, ours, after, resolution;
        syscall(SYS_clock_gettime, clock, &before);
        int r = gettime(clock, &ours);
        syscall(SYS_clock_gettime, clock, &after);
        bool between =
            (before.tv_sec < ours.tv_sec ||
             (before.tv_sec == ours.tv_sec && before.tv_nsec <= ours.tv_nsec)) &&
            (ours.tv_sec < after.tv_sec || (ours.tv_sec == after.tv_sec && ours.tv_nsec <= after.tv_nsec));
        /* What the vDSO does not know it asks for, or says so. */
        say("clock %d: %s, resolution %d\n", clock, r == 0 && between ? "in order" : "FAIL",
            getres(clock, &resolution));
    }
    struct timespec unused;
    say("no such clock: %d\n", gettime(99, &unused));
    struct timeval day;
    time_t now = time(NULL);
    CHECK(getday(&day, NULL) == 0 && day.tv_sec - now < 2);
    CHECK(gettime_s(NULL) - now < 2);
    unsigned cpu = 9999, node = 9999;
    CHECK(getcpu(&cpu, &node, NULL) == 0 && cpu < 4096 && node < 1024);
}

int main(int argc, char **argv)
{
    static const struct {
        unsigned long type;
        const char *name;
    } known[] = {{AT_SYSINFO_EHDR, "SYSINFO_EHDR"},
                 {AT_HWCAP, "HWCAP"},
                 {AT_PAGESZ, "PAGESZ"},
                 {AT_CLKTCK, "CLKTCK"},
                 {AT_PHDR, "PHDR"},
                 {AT_PHENT, "PHENT"},
                 {AT_PHNUM, "PHNUM"},
                 {AT_ENTRY, "ENTRY"},
                 {AT_RANDOM, "RANDOM"},
                 {AT_EXECFN, "EXECFN"},
                 {AT_PLATFORM, "PLATFORM"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!getauxval(known[i].type))
            say("AT_%s is missing\n", known[i].name);
    say("argc %d, argv ends %d\n", argc, argv[argc] == NULL);
    CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_CLKTCK) == 100);
    CHECK(getauxval(AT_PHENT) == sizeof(Elf64_Phdr) && getauxval(AT_PHNUM) > 3);
    CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid());
    CHECK(getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid());
    CHECK(getauxval(AT_SECURE) == 0 && getauxval(AT_FLAGS) == 0);
    CHECK(same_text(getauxval(AT_EXECFN), argv[0]));
    CHECK(same_text(getauxval(AT_PLATFORM), "x86_64"));
    /* The vector stands behind the environment, and that behind the arguments. */
    char **end = environ;
    while (*end)
        end++;
    Elf64_auxv_t *vector = (void *)(end + 1);
    bool found = false;
    for (; vector->a_type != AT_NULL; vector++)
        found |= vector->a_type == AT_ENTRY && vector->a_un.a_val == getauxval(AT_ENTRY);
    CHECK_THAT("the vector is behind the environment", found && environ == argv + argc + 1);
    uint64_t noise[2];
    memcpy(noise, (void *)getauxval(AT_RANDOM), 16);
    CHECK(noise[0] != noise[1]);
    const Elf64_Phdr *p = (void *)getauxval(AT_PHDR);
    const Elf64_Ehdr *header = NULL;
    bool interpreter = false;
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
        if (p[i].p_type == PT_PHDR)
            header = (void *)((uintptr_t)p - p[i].p_vaddr);
        interpreter |= p[i].p_type == PT_INTERP;
    }
    CHECK_THAT("AT_BASE is there with an interpreter only", interpreter == !!getauxval(AT_BASE));
    CHECK_THAT("the program's header", !header || memcmp(header->e_ident, ELFMAG, 4) == 0);
    CHECK_THAT("the stack is aligned", ((uintptr_t)argv & 15) == 8);
    CHECK_THAT("the vDSO's header", memcmp((void *)getauxval(AT_SYSINFO_EHDR), ELFMAG, 4) == 0);
    clocks();
    return 0;
}
