/* SPDX-License-Identifier: MIT */
/* test: modes=run,overlay,image timeout=20 */
/* Folders and files that are moved or removed while they are a working folder or open. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static void here(const char *label)
{
    char path[4096];
    say("%s: %s\n", label, getcwd(path, sizeof path) ? path : err_name(errno));
}

static int names(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

static void link_of(const char *label, int fd)
{
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    long n = readlink(name, path, sizeof path - 1);
    char *number = n > 0 ? memchr(path, '#', (size_t)n) : NULL;
    if (number) /* of a file without a name */
        n = number - path;
    say("%s: %.*s\n", label, (int)(n > 0 ? n : 0), path);
}

int main(void)
{
    struct stat st;
    char text[16] = "";
    int tree = open("/test/tree", O_RDONLY | O_DIRECTORY);
    chdir("/test/tree/moved/inner");
    int file = open("file", O_RDONLY), folder = open("../../sub/deep", O_RDONLY | O_DIRECTORY);
    link_of("file", file);
    link_of("folder", folder);
    report("rename", renameat(tree, "moved", tree, "sub/elsewhere"));
    here("after it");
    report("stat", stat("file", &st));
    report("stat of the old path", stat("/test/tree/moved/inner/file", &st));
    report("create", close(open("made", O_CREAT | O_RDWR, 0644)));
    report("seen", stat("/test/tree/sub/elsewhere/inner/made", &st));
    report("append", close(open("file", O_WRONLY | O_APPEND)));
    report("read", read(file, text, 7));
    say("'%s'\n", text);
    report("fchmod", fchmod(file, 0600));
    fstat(file, &st);
    say("%o\n", st.st_mode);
    here("after it");
    report("names", names("."));
    report("rename of what is above", renameat(tree, "sub", tree, "bus"));
    here("after it");
    report("names", names("."));
    report("up", chdir(".."));
    here("there");
    report("stat by the open folder", fstatat(folder, "three", &st, 0));
    link_of("folder", folder);
    int made = openat(folder, "new", O_CREAT | O_RDWR, 0644);
    report_ok("create in the open folder", made);
    link_of("made", made);
    report("seen", fstatat(tree, "bus/deep/new", &st, 0));
    report("fchdir", fchdir(folder));
    here("there");
    report("exchange", renameat2(tree, "bus/deep", tree, "many", RENAME_EXCHANGE));
    here("after it");
    report("names", names("."));
    report("names of the other", names("/test/tree/bus/deep"));
    int group = openat(tree, "group1", O_RDWR);
    link_of("one of several names", group);
    report("unlink", unlinkat(tree, "group1", 0));
    report("link again", linkat(tree, "group2", tree, "group1", 0));
    int unnamed = openat(tree, ".", O_TMPFILE | O_RDWR, 0600);
    link_of("without a name", unnamed);
    report("chdir", fchdir(tree));
    report("chdir", chdir("empty"));
    report("rmdir", rmdir("/test/tree/empty"));
    here("removed");
    report("names", names("."));
    report("create", open("x", O_CREAT | O_RDWR, 0644));
    report("stat", stat(".", &st));
    report("mkdir in its place", mkdir("/test/tree/empty", 0755));
    here("another");
    report("create", open("x", O_CREAT | O_RDWR, 0644));
    report("up", chdir(".."));
    here("there");
    return 0;
}
