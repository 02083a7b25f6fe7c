/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* mremap: growing in place, moving, shrinking, fixed places, keeping the old one, and its errors. */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096UL

static char *map(size_t pages, int flags)
{
    char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        die("mmap");
    return at;
}

static long result(const void *at)
{
    return at == MAP_FAILED ? -1 : 0;
}

/* A page is there if mincore can ask about it. */
static bool is_mapped(void *at)
{
    unsigned char vec;
    return mincore(at, PAGE, &vec) == 0;
}

static void fill(char *at, size_t pages)
{
    for (size_t i = 0; i < pages; i++)
        memset(at + i * PAGE, (int)('a' + i), PAGE);
}

static bool holds(const char *at, size_t pages)
{
    for (size_t i = 0; i < pages; i++)
        if (at[i * PAGE] != (char)('a' + i) || at[i * PAGE + PAGE - 1] != (char)('a' + i))
            return false;
    return true;
}

static void sizes(void)
{
    char *area = map(20, MAP_PRIVATE);
    munmap(area + 4 * PAGE, 16 * PAGE);
    fill(area, 4);
    CHECK(mremap(area, 4 * PAGE, 8 * PAGE, 0) == area);
    CHECK(holds(area, 4) && area[5 * PAGE] == 0);
    CHECK(mremap(area, 8 * PAGE, 3 * PAGE, 0) == area);
    CHECK(holds(area, 3) && !is_mapped(area + 3 * PAGE));
    CHECK(mremap(area, 3 * PAGE, 3 * PAGE, 0) == area);
    char *wall = mmap(area + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(mremap(area, 3 * PAGE, 4 * PAGE, 0) == area);
    report("growing into a neighbour", result(mremap(area, 4 * PAGE, 5 * PAGE, 0)));
    char *moved = mremap(area, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && moved != area && holds(moved, 3) && !is_mapped(area));
    munmap(wall, PAGE);
    CHECK(mremap(moved, 100, 200, 0) == moved);
    char *huge = mremap(moved, 6 * PAGE, 3000 * PAGE, MREMAP_MAYMOVE);
    CHECK(huge != MAP_FAILED && holds(huge, 3) && huge[2999 * PAGE] == 0);
    munmap(huge, 3000 * PAGE);
}

static void parts(void)
{
    char *area = map(10, MAP_PRIVATE);
    fill(area, 10);
    char *middle = mremap(area + 3 * PAGE, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    CHECK(middle != MAP_FAILED && middle[0] == 'd' && middle[PAGE] == 'e' && middle[2 * PAGE] == 0);
    CHECK(is_mapped(area + 2 * PAGE) && !is_mapped(area + 3 * PAGE) && !is_mapped(area + 4 * PAGE) &&
          is_mapped(area + 5 * PAGE));
    report("over a hole", result(mremap(area, 10 * PAGE, 12 * PAGE, MREMAP_MAYMOVE)));
    report("growing what is followed by a hole", result(mremap(area + PAGE, 2 * PAGE, 3 * PAGE, 0)));
    CHECK(is_mapped(area + 3 * PAGE));
    mprotect(area, PAGE, PROT_READ);
    report("over two protections", result(mremap(area, 2 * PAGE, 20 * PAGE, MREMAP_MAYMOVE)));
}

static void fixed(void)
{
    char *area = map(4, MAP_PRIVATE), *target = map(8, MAP_PRIVATE);
    fill(area, 4);
    memset(target, 'T', 8 * PAGE);
    CHECK(mremap(area, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + 2 * PAGE) ==
          target + 2 * PAGE);
    CHECK(holds(target + 2 * PAGE, 4) && target[PAGE] == 'T' && target[6 * PAGE] == 'T' && !is_mapped(area));
    report("FIXED without MAYMOVE", result(mremap(target, PAGE, PAGE, MREMAP_FIXED, area)));
    report("overlapping",
           result(mremap(target, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE)));
    report("to an odd address", result(mremap(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + 1)));
    CHECK(mremap(target, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area) == area);
    CHECK(area[0] == 'T' && !is_mapped(target) && !is_mapped(target + PAGE));
}

static void keep(void)
{
    char *area = map(2, MAP_PRIVATE);
    fill(area, 2);
    char *moved = mremap(area, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
    CHECK(moved != MAP_FAILED && moved != area && holds(moved, 2));
    CHECK_THAT("the old place reads as zeros", area[0] == 0 && area[PAGE] == 0);
    report("DONTUNMAP with another size",
           result(mremap(moved, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP)));
    report("DONTUNMAP without MAYMOVE", result(mremap(moved, PAGE, PAGE, MREMAP_DONTUNMAP)));
}

static void shared(void)
{
    char *area = map(4, MAP_SHARED);
    fill(area, 4);
    char *twin = mremap(area, 0, 4 * PAGE, MREMAP_MAYMOVE);
    CHECK(twin != MAP_FAILED && holds(twin, 4));
    twin[0] = '!';
    CHECK(area[0] == '!');
    char *private = map(1, MAP_PRIVATE);
    report("size 0 of private memory", result(mremap(private, 0, PAGE, MREMAP_MAYMOVE)));
    char *moved = mremap(area, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                         mmap(NULL, 4 * PAGE, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    pid_t pid = fork();
    if (pid == 0) {
        moved[PAGE] = '?';
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    CHECK_THAT("moved memory is still shared", twin[PAGE] == '?');
    int fd = memfd_create("file", 0);
    if (ftruncate(fd, 4 * PAGE) < 0)
        die("ftruncate");
    for (int i = 0; i < 4; i++)
        if (pwrite(fd, &"wxyz"[i], 1, (off_t)((size_t)i * PAGE)) != 1)
            die("pwrite");
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)PAGE);
    file = mremap(file, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
    say("file: %c%c%c\n", file[0], file[PAGE], file[2 * PAGE]);
}

int main(void)
{
    sizes();
    parts();
    fixed();
    keep();
    shared();
    char *area = map(1, MAP_PRIVATE);
    report("new size 0", result(mremap(area, PAGE, 0, MREMAP_MAYMOVE)));
    report("unknown flag", result(mremap(area, PAGE, PAGE, 64)));
    report("odd address", result(mremap(area + 1, PAGE, PAGE, 0)));
    report("wrapping size", result(mremap(area, PAGE, ~0UL - 2 * PAGE, MREMAP_MAYMOVE)));
    munmap(area, PAGE);
    report("nothing there", result(mremap(area, PAGE, 2 * PAGE, MREMAP_MAYMOVE)));
    return 0;
}
