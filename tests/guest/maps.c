/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* /proc/self/maps tells our own mappings exactly, as they are made, split, protected and removed. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096UL
static char text[1 << 18];

static void read_maps(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t total = 0;
    ssize_t size;
    while ((size = read(fd, text + total, sizeof text - 1 - total)) > 0)
        total += (size_t)size;
    close(fd);
    text[total] = 0;
}

/* Prints what maps says of [at, at+pages), with addresses as page numbers from its start. */
static void show(const char *label, char *at, size_t pages)
{
    read_maps();
    say("%s:\n", label);
    for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        unsigned long start, end, offset;
        char prot[8], name[256] = "";
        if (sscanf(line, "%lx-%lx %7s %lx %*s %*s%*[ ]%255[^\n]", &start, &end, prot, &offset, name) < 4)
            continue;
        if (end <= (uintptr_t)at || start >= (uintptr_t)at + pages * PAGE)
            continue;
        const char *slash = strrchr(name, '/');
        /* A neighbour of the same kind may have been joined to it: only what lies within is stated. */
        long from = ((long)start - (long)at) / (long)PAGE, to = (long)((end - (uintptr_t)at) / PAGE);
        say("  %ld-%ld %s offset %lx %s\n", from < 0 ? 0 : from, to > (long)pages ? (long)pages : to, prot,
            offset,
            strncmp(slash ? slash + 1 : name, "maps.", 5) == 0
                ? (strstr(name, " (deleted)") ? "FILE (deleted)" : "FILE")
            : slash ? slash + 1
                    : name);
    }
}

static int count_of(const char *name)
{
    int count = 0;
    read_maps();
    for (char *at = text; (at = strstr(at, name)); at++)
        count++;
    return count;
}

static void *addr_of(const char *name, unsigned long *end)
{
    unsigned long start = 0;
    read_maps();
    char *at = strstr(text, name);
    while (at && at > text && at[-1] != '\n')
        at--;
    if (at)
        sscanf(at, "%lx-%lx", &start, end);
    return (void *)start;
}

int main(void)
{
    char *area = mmap(NULL, 20 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *map = area + 2 * PAGE; /* A margin of no access on both sides keeps neighbours apart. */
    show("reserved", area, 18);
    mprotect(map, 8 * PAGE, PROT_READ | PROT_WRITE);
    show("opened", map, 10);
    mprotect(map + PAGE, PAGE, PROT_READ);
    mprotect(map + 2 * PAGE, PAGE, PROT_READ | PROT_EXEC);
    mprotect(map + 4 * PAGE, PAGE, PROT_NONE);
    show("in stripes", map, 10);
    mprotect(map, 8 * PAGE, PROT_READ | PROT_WRITE);
    show("joined again", map, 10);
    munmap(map + 3 * PAGE, 2 * PAGE);
    show("with a hole", map, 10);
    mmap(map, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    show("with shared memory", map, 10);

    char path[] = "/tmp/maps.XXXXXX";
    int fd = mkstemp(path);
    if (ftruncate(fd, 10 * PAGE) < 0)
        die("ftruncate");
    char *file = mmap(map, 6 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 2 * PAGE);
    CHECK(file == map);
    show("a file", map, 10);
    mprotect(map + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
    map[2 * PAGE] = 1;
    show("a page of it written", map, 10);
    mmap(map + 4 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    show("and shared", map, 10);
    unlink(path);
    show("file unlinked", map, 10);
    int memory = memfd_create("box", 0);
    if (ftruncate(memory, PAGE) < 0)
        die("ftruncate");
    mmap(map, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, memory, 0);
    show("memfd", map, 1);

    say("stack %d, heap %d, vdso %d\n", count_of("[stack]"), (sbrk((intptr_t)PAGE), count_of("[heap]")),
        count_of("[vdso]"));
    unsigned long end = 0, local = 0;
    uintptr_t start = (uintptr_t)addr_of("[stack]", &end);
    CHECK_THAT("a local variable is on the stack", (uintptr_t)&local >= start && (uintptr_t)&local < end);
    start = (uintptr_t)addr_of("[heap]", &end);
    CHECK_THAT("the heap ends at the break", (uintptr_t)sbrk(0) <= end && (uintptr_t)sbrk(0) + PAGE > end);
    read_maps();
    unsigned long low, high, previous = 0;
    bool sorted = true, mine = false;
    int foreign = 0;
    for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (sscanf(line, "%lx-%lx", &low, &high) != 2)
            continue;
        sorted = sorted && low >= previous && high > low;
        previous = high;
        mine = mine || ((uintptr_t)main >= low && (uintptr_t)main < high &&
                        strstr(line, "r-xp") == strchr(line, ' ') + 1);
        foreign += strstr(line, "coracle") < strchr(line, '\n') && strstr(line, "coracle") != NULL;
    }
    CHECK_THAT("lines are in order and do not overlap", sorted);
    CHECK_THAT("our code is readable and executable", mine);
    say("mappings that are not ours: %d\n", foreign);
    pid_t pid = fork();
    if (pid == 0) {
        show("the same in a child", map, 10);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return 0;
}
