/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,overlay,image timeout=20 */
/* Listing folders: every name once, seeking, changes meanwhile, and the working folder. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define MANY 3000

struct record {
    uint64_t ino;
    int64_t off;
    unsigned short len;
    unsigned char type;
    char name[];
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *label, const char *path)
{
    DIR *dir = opendir(path);
    char *names[100], text[900] = "";
    int n = 0;
    struct dirent *d;
    if (!dir) {
        say("%s: %s\n", label, err_name(errno));
        return;
    }
    while ((d = readdir(dir)) && n < 100) {
        struct stat st;
        char *line;
        fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW);
        bool dots = d->d_name[0] == '.';
        bool same = dots || (d->d_ino == st.st_ino &&
                             (d->d_type == DT_UNKNOWN || d->d_type == (st.st_mode & S_IFMT) >> 12));
        if (asprintf(&line, "%s%s", d->d_name, same ? "" : "(differs)") < 0)
            die("asprintf");
        names[n++] = line;
    }
    closedir(dir);
    qsort(names, (size_t)n, sizeof *names, compare);
    for (int i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s", names[i]);
    say("%s:%s\n", label, text);
}

static void many(void)
{
    static unsigned char seen[MANY];
    char name[32], buf[1024];
    int wrong = 0, twice = 0, calls = 0, missing = 0;
    mkdir("many", 0755);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many/%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    int fd = open("many", O_RDONLY | O_DIRECTORY);
    long n;
    while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0) {
        calls++;
        for (long at = 0; at < n;) {
            struct record *r = (struct record *)(buf + at);
            at += r->len;
            if (r->name[0] == '.')
                continue;
            int i = atoi(r->name);
            if (i < 0 || i >= MANY || r->type != DT_REG)
                wrong++;
            else if (seen[i]++)
                twice++;
        }
    }
    for (int i = 0; i < MANY; i++)
        missing += !seen[i];
    say("many: wrong %d, twice %d, missing %d, end %ld, several calls %d\n", wrong, twice, missing, n,
        calls > 10);
    report("at the end", syscall(SYS_getdents64, fd, buf, sizeof buf));
    report("rewound", lseek(fd, 0, SEEK_SET));
    report_ok("again", syscall(SYS_getdents64, fd, buf, sizeof buf));
    report("buffer too small", (lseek(fd, 0, SEEK_SET), syscall(SYS_getdents64, fd, buf, 8)));
    report("bad address", syscall(SYS_getdents64, fd, (void *)1, sizeof buf));
    close(fd);
    fd = open("many/1", O_RDONLY);
    report("of a file", syscall(SYS_getdents64, fd, buf, sizeof buf));
    close(fd);
    fd = open("many", O_PATH);
    report("of O_PATH", syscall(SYS_getdents64, fd, buf, sizeof buf));
    close(fd);
}

static void seeking(void)
{
    DIR *dir = opendir("many");
    struct dirent *d;
    char name[64] = "", after[64] = "";
    long place = 0;
    for (int i = 0; i < 1500; i++) {
        d = readdir(dir);
        if (i == 999) {
            place = telldir(dir);
            d = readdir(dir);
            snprintf(name, sizeof name, "%s", d->d_name);
        }
    }
    seekdir(dir, place);
    d = readdir(dir);
    snprintf(after, sizeof after, "%s", d ? d->d_name : "");
    CHECK_THAT("seekdir finds the place", strcmp(name, after) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        /* The offset is shared: the child reads on from where the parent's descriptor is. */
        char buf[4096];
        lseek(dirfd(dir), 0, SEEK_SET);
        long n = syscall(SYS_getdents64, dirfd(dir), buf, 64);
        _exit(n > 0 ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    CHECK_THAT("the child's reading moves the offset", lseek(dirfd(dir), 0, SEEK_CUR) != 0);
    report_status("child", status);
    rewinddir(dir);
    int n = 0;
    while ((d = readdir(dir)))
        n++;
    say("rewound: %d names\n", n);
    closedir(dir);
}

static void changes(void)
{
    mkdir("dir", 0755);
    for (const char *p = "abc"; *p; p++)
        close(openat(AT_FDCWD, (char[]){'d', 'i', 'r', '/', *p, 0}, O_CREAT | O_RDWR, 0644));
    mkdir("dir/d", 0755);
    symlink("a", "dir/l");
    mkfifo("dir/p", 0600);
    list("before", "dir");
    DIR *dir = opendir("dir");
    while (readdir(dir))
        ;
    unlink("dir/a");
    rename("dir/b", "dir/e");
    close(open("dir/new", O_CREAT | O_RDWR, 0644));
    rewinddir(dir);
    int n = 0;
    while (readdir(dir))
        n++;
    say("rewound after changes: %d\n", n);
    closedir(dir);
    list("after", "dir");
    /* rm -r: removing while reading. */
    n = 0;
    for (int round = 0; round < 100; round++) {
        struct dirent *d;
        int found = 0;
        dir = opendir("many");
        while ((d = readdir(dir)))
            if (d->d_name[0] != '.' && unlinkat(dirfd(dir), d->d_name, 0) == 0)
                found++;
        closedir(dir);
        n += found;
        if (!found)
            break;
    }
    say("removed while reading: %d\n", n);
    report("rmdir", rmdir("many"));
    dir = opendir("dir/d");
    rmdir("dir/d");
    CHECK_THAT("a removed folder has nothing", readdir(dir) == NULL);
    closedir(dir);
}

static void working(void)
{
    char path[4096], *start;
    mkdir("w", 0755);
    mkdir("w/x", 0755);
    if (!getcwd(path, sizeof path))
        die("getcwd");
    size_t len = strlen(path);
    report("chdir", chdir("w/x"));
    start = getcwd(path, sizeof path);
    say("below: %s\n", start ? path + (len == 1 ? 0 : len) : err_name(errno));
    rename("../../w", "../../v");
    start = getcwd(path, sizeof path);
    say("renamed: %s\n", start ? path + (len == 1 ? 0 : len) : err_name(errno));
    report("create here", close(open("f", O_CREAT | O_RDWR, 0644)));
    report("seen there", access("../../v/x/f", F_OK));
    report("getcwd too small", syscall(SYS_getcwd, path, 2));
    unlink("f");
    report("rmdir of the working folder", rmdir("../x"));
    report("getcwd", syscall(SYS_getcwd, path, sizeof path));
    report("create in the removed", open("g", O_CREAT | O_RDWR, 0644));
    report("open .", open(".", O_RDONLY) >= 0 ? 0 : -1);
    report("chdir up", chdir(".."));
    int fd = open("..", O_RDONLY | O_DIRECTORY);
    report("fchdir", fchdir(fd));
    start = getcwd(path, sizeof path);
    say("back: %d\n", start && strlen(path) == len);
    close(fd);
    report("chdir to a file", (close(open("file", O_CREAT | O_RDWR, 0644)), chdir("file")));
    report("chdir to nothing", chdir("nothing"));
}

int main(void)
{
    mkdir("dirs.d", 0755);
    if (chdir("dirs.d") < 0)
        die("chdir");
    many();
    seeking();
    changes();
    working();
    return 0;
}
