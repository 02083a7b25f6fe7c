/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,overlay,image timeout=20 */
/* openat2 and its ways to resolve a path. */
#include "check.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

static int top;

static long open2(const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    long fd = syscall(SYS_openat2, top, path, &how, sizeof how);
    if (fd >= 0)
        close((int)fd);
    return fd < 0 ? -1 : 0;
}

int main(void)
{
    static const struct {
        const char *name;
        uint64_t resolve;
    } ways[] = {{"none", 0},
                {"BENEATH", RESOLVE_BENEATH},
                {"IN_ROOT", RESOLVE_IN_ROOT},
                {"NO_SYMLINKS", RESOLVE_NO_SYMLINKS},
                {"NO_MAGICLINKS", RESOLVE_NO_MAGICLINKS},
                {"NO_XDEV", RESOLVE_NO_XDEV}};
    static const char *const paths[] = {
        "sub/f",  "up/f", "abs/f",      "link",           "sub/../sub/f",  "..",      "sub/../..", "/",
        "/sub/f", "out",  "dangling",   "magic",          "sub/up2/f",     "sub/./f", "loop",      "",
        "sub/f/", "none", "/proc/self", "../open2.d/sub", "sub/up2/sub/f", "absroot"};
    mkdir("open2.d", 0755);
    top = open("open2.d", O_PATH | O_DIRECTORY);
    mkdirat(top, "sub", 0755);
    close(openat(top, "sub/f", O_CREAT | O_RDWR, 0644));
    symlinkat("sub", top, "up");
    symlinkat("/etc", top, "abs");
    symlinkat("sub/f", top, "link");
    symlinkat("../..", top, "out");
    symlinkat("none", top, "dangling");
    symlinkat("/proc/self/exe", top, "magic");
    symlinkat("../sub", top, "sub/up2");
    symlinkat("loop", top, "loop");
    symlinkat("/sub/f", top, "absroot");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
            say("%s '%s' ", ways[i].name, paths[k]);
            report("open", open2(paths[k], O_PATH, 0, ways[i].resolve));
        }
    report("beneath and in root", open2("sub/f", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
    report("unknown resolve", open2("sub/f", O_RDONLY, 0, 0x100));
    report("unknown flags", open2("sub/f", 1ull << 40, 0, 0));
    report("mode without creation", open2("sub/f", O_RDONLY, 0600, 0));
    report("mode too large", open2("new", O_CREAT | O_RDWR, 0100600, 0));
    report("creation beneath", open2("sub/new", O_CREAT | O_RDWR, 0600, RESOLVE_BENEATH));
    report("creation out of it", open2("../new", O_CREAT | O_RDWR, 0600, RESOLVE_BENEATH));
    report("creation in root", open2("/../sub/new2", O_CREAT | O_RDWR, 0600, RESOLVE_IN_ROOT));
    struct stat st;
    report("it is there", fstatat(top, "sub/new2", &st, 0));
    struct {
        struct open_how how;
        uint64_t more;
    } big = {.how = {.flags = O_PATH}};
    report("short", syscall(SYS_openat2, top, "sub", &big, 8));
    report_ok("larger with zeros", syscall(SYS_openat2, top, "sub", &big, sizeof big));
    big.more = 1;
    report("larger with more", syscall(SYS_openat2, top, "sub", &big, sizeof big));
    report("O_PATH with creation", open2("sub/f", O_PATH | O_CREAT, 0, 0));
    report("O_TMPFILE", open2("sub", O_TMPFILE | O_RDWR, 0600, RESOLVE_BENEATH));
    report("cached", open2("sub/f", O_RDONLY, 0, RESOLVE_CACHED) == 0 || errno == EAGAIN ? 0 : -1);
    return 0;
}
