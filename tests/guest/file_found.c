/* SPDX-License-Identifier: MIT */
/* test: modes=run,overlay,image timeout=30 */
/*
 * What becomes of files that a container finds (/test/tree): changed, removed, renamed, replaced, linked, and
 * listed after each. Descriptors that were opened before see what they must.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
    DIR *dir = opendir(path);
    char *names[400], text[900] = "";
    int n = 0, odd = 0;
    struct dirent *d;
    if (!dir) {
        say("list %s: %s\n", path, err_name(errno));
        return;
    }
    while ((d = readdir(dir)) && n < 400) {
        struct stat st;
        if (d->d_name[0] == '.')
            continue;
        if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_ino != d->d_ino ||
            (d->d_type != DT_UNKNOWN && d->d_type != (st.st_mode & S_IFMT) >> 12))
            odd++;
        names[n++] = strdup(d->d_name);
    }
    closedir(dir);
    qsort(names, (size_t)n, sizeof *names, compare);
    for (int i = 0; i < n && i < 30; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s", names[i]);
    say("list %s: %d, odd %d:%s\n", path, n, odd, text);
}

static void show(const char *name)
{
    struct stat st;
    char text[40] = "";
    if (lstat(name, &st) < 0) {
        say("%s: %s\n", name, err_name(errno));
        return;
    }
    if (S_ISLNK(st.st_mode))
        readlink(name, text, sizeof text - 1);
    if (S_ISREG(st.st_mode)) {
        int fd = open(name, O_RDONLY);
        if (fd >= 0) {
            read(fd, text, 24);
            close(fd);
        }
    }
    for (char *p = text; *p; p++)
        if (*p == '\n')
            *p = '|';
    say("%s: %o %d:%d %ld names, size %ld, %s '%s'\n", name, st.st_mode, (int)st.st_uid, (int)st.st_gid,
        S_ISDIR(st.st_mode) ? 0 : (long)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long)st.st_size,
        st.st_mtime == 1100000000 ? "old" : "new", text);
}

static ino_t ino_of(const char *name)
{
    struct stat st;
    return stat(name, &st) < 0 ? 0 : st.st_ino;
}

static void append(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_APPEND);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        say("cannot append to %s: %s\n", name, err_name(errno));
    close(fd);
}

static void put(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        say("cannot write %s: %s\n", name, err_name(errno));
    close(fd);
}

static void changing(void)
{
    ino_t before = ino_of("file");
    struct stat st;
    char buf[16] = "";
    int old = open("file", O_RDONLY);
    show("file");
    report("chmod", chmod("file", 0600));
    show("file");
    fstat(old, &st);
    say("open before: %o\n", st.st_mode);
    append("file", "more");
    show("file");
    CHECK(ino_of("file") == before);
    fstat(old, &st);
    CHECK(st.st_ino == before);
    report("fchmod of the old descriptor", fchmod(old, 0640));
    show("file");
    lseek(old, 0, SEEK_SET);
    read(old, buf, 7);
    say("'%s'\n", buf);
    close(old);
    old = open("other", O_RDONLY);
    report("fchown of a reader", fchown(old, 3, 4));
    show("other");
    fstat(old, &st);
    say("the reader sees %d:%d\n", (int)st.st_uid, (int)st.st_gid);
    close(old);
    report("truncate", truncate("sub/one", 7));
    show("sub/one");
    report("setxattr", setxattr("sub/two", "user.a", "b", 1, 0));
    report("getxattr", getxattr("sub/two", "user.a", buf, 8));
    show("sub/two");
    report("O_TRUNC", open("sub/two", O_WRONLY | O_TRUNC) >= 0 ? 0 : -1);
    show("sub/two");
    report("lchown of a link", lchown("link", 5, 6));
    show("link");
    report("through a link", chmod("sublink/deep/three", 0611));
    show("sub/deep/three");
    struct timespec times[2] = {{1, 0}, {2, 0}};
    report("utimensat of a folder", utimensat(AT_FDCWD, "sub/deep", times, 0));
    stat("sub/deep", &st);
    say("%ld\n", (long)st.st_mtime);
    report("chmod of a folder", chmod("moved/inner", 0711));
    show("moved/inner");
    show("moved/inner/file");
    old = open("moved/file", O_RDWR);
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, old, 0);
    memcpy(map, "MAPPED", 6);
    munmap(map, 4096);
    close(old);
    show("moved/file");
    list(".");
    list("sub");
}

static void groups(void)
{
    CHECK(ino_of("group1") == ino_of("sub/group3"));
    append("group2", "!");
    show("group1");
    show("group2");
    show("sub/group3");
    CHECK(ino_of("group1") == ino_of("sub/group3"));
    report("unlink one", unlink("group1"));
    show("group2");
    report("link another", link("sub/group3", "sub/group4"));
    show("group2");
    report("rename one", rename("group2", "sub/group5"));
    show("sub/group5");
    report("replace one", rename("sub/group5", "sub/group4"));
    show("sub/group4");
    show("group2");
    list("sub");
    put("new", "n");
    report("replace by another", rename("new", "sub/group3"));
    show("sub/group4");
    show("sub/group3");
}

static void removing(void)
{
    struct stat st;
    char buf[16] = "";
    int fd = open("many/file7", O_RDONLY), dir = open("many", O_RDONLY | O_DIRECTORY);
    report("unlink", unlink("many/file7"));
    report("unlink again", unlink("many/file7"));
    show("many/file7");
    report("read of the removed", read(fd, buf, 3));
    close(fd);
    report("create it anew", (put("many/file7", "anew"), 0));
    show("many/file7");
    report("rmdir full", rmdir("many"));
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "file%d", i);
        if (i % 100 != 50 && unlinkat(dir, name, 0) < 0)
            say("%s: %s\n", name, err_name(errno));
    }
    list("many");
    for (int i = 50; i < 300; i += 100) {
        char name[32];
        snprintf(name, sizeof name, "file%d", i);
        unlinkat(dir, name, 0);
    }
    list("many");
    report("rmdir", rmdir("many"));
    report("stat in the removed", fstatat(dir, "file1", &st, 0));
    report("create in the removed", openat(dir, "x", O_CREAT | O_RDWR, 0600));
    close(dir);
    report("mkdir in its place", mkdir("many", 0755));
    list("many");
    put("many/file50", "x");
    list("many");
    report("rmdir empty", rmdir("empty"));
    report("symlink in its place", symlink("many", "empty"));
    show("empty");
    report("unlink link", unlink("link"));
    report("mkdir for a link", mkdir("link", 0700));
    show("link");
    report("rmdir", rmdir("link"));
    report("mkfifo", mkfifo("link", 0600));
    show("link");
    list(".");
}

static void renaming(void)
{
    ino_t before = ino_of("moved"), inner = ino_of("moved/inner/file");
    int dir = open("moved/inner", O_RDONLY | O_DIRECTORY), cwd = open(".", O_RDONLY);
    char path[4096];
    report("rename of a folder", rename("moved", "sub/elsewhere"));
    CHECK(ino_of("sub/elsewhere") == before);
    CHECK(ino_of("sub/elsewhere/inner/file") == inner);
    list("sub/elsewhere");
    list("sub/elsewhere/inner");
    show("moved");
    show("sub/elsewhere/inner/file");
    append("sub/elsewhere/inner/file", "end");
    show("sub/elsewhere/inner/file");
    report("rename again", rename("sub/elsewhere", "again"));
    list("again/inner");
    report("mkdir at the old place", mkdir("moved", 0755));
    list("moved");
    put("moved/inner", "file");
    list("moved");
    report("rename over the empty", (unlink("moved/inner"), rename("again", "moved")));
    list("moved");
    list("moved/inner");
    report("rename of a folder below", rename("moved/inner", "inner"));
    list("inner");
    list("moved");
    close(dir);
    report("exchange", renameat2(AT_FDCWD, "inner", AT_FDCWD, "sub/deep", RENAME_EXCHANGE));
    list("inner");
    list("sub/deep");
    report("exchange with a file", renameat2(AT_FDCWD, "inner", AT_FDCWD, "file", RENAME_EXCHANGE));
    show("inner");
    list("file");
    report("noreplace over found", renameat2(AT_FDCWD, "inner", AT_FDCWD, "sub/one", RENAME_NOREPLACE));
    report("rename over found", rename("inner", "sub/one"));
    show("sub/one");
    report("rename found over found", rename("sub/two", "other"));
    show("other");
    show("sub/two");
    report("rename to a removed name", rename("other", "sub/two"));
    show("sub/two");
    list("sub");
    report("chdir", chdir("sub"));
    report("rename of the working folder", rename("../sub", "../bus"));
    say("%s\n", getcwd(path, sizeof path) ? path : err_name(errno));
    show("two");
    put("made", "here");
    fchdir(cwd);
    show("bus/made");
    list("bus");
    report("rename of a folder over a full one", rename("bus", "file"));
    report("rename into itself", rename("bus", "bus/in"));
    list(".");
}

/* What one process does, another sees, though it has looked before. */
static void seen_by_others(void)
{
    int pipes[2][2], dir, fd;
    struct stat st;
    char byte, buf[32] = "";
    if (pipe(pipes[0]) < 0 || pipe(pipes[1]) < 0)
        die("pipe");
    mkdir("own", 0755);
    dir = open("/etc", O_RDONLY | O_DIRECTORY);
    fd = open("/etc/passwd", O_RDONLY);
    chdir("/etc");
    pid_t pid = fork();
    if (pid == 0) {
        read(pipes[0][0], &byte, 1);
        append("/etc/passwd", "new:x:77:77::/:/bin/sh\n");
        chmod("/etc/passwd", 0600);
        put("/etc/made", "made");
        unlink("/etc/group");
        write(pipes[1][1], "x", 1);
        _exit(0);
    }
    fstat(fd, &st);
    off_t size = st.st_size;
    say("before: %o\n", st.st_mode);
    write(pipes[0][1], "x", 1);
    read(pipes[1][0], &byte, 1);
    fstat(fd, &st);
    say("after: %o, grown by %ld\n", st.st_mode, (long)(st.st_size - size));
    fstatat(dir, "passwd", &st, 0);
    say("by folder: %o, grown by %ld\n", st.st_mode, (long)(st.st_size - size));
    report("made, by folder", fstatat(dir, "made", &st, 0));
    report("removed, by folder", fstatat(dir, "group", &st, 0));
    report("made, by working folder", access("made", F_OK));
    int made = openat(dir, "made", O_RDONLY);
    report("read", read(made, buf, 4));
    say("'%s'\n", buf);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    umask(022);
    if (chdir("/test/tree") < 0)
        die("chdir");
    list(".");
    list("sub");
    changing();
    groups();
    removing();
    renaming();
    seen_by_others();
    return 0;
}
