/* SPDX-License-Identifier: MIT */
/* test: modes=run,overlay,image timeout=40 */
/* Processes that change the same files at once, among them those that a container finds: nothing is lost,
 * doubled or half done. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define WORKERS 4
#define ROUNDS  50

static int gate[2];

/* All workers begin at once; returns how many said that all went well. */
static int together(int (*body)(int number))
{
    pid_t pids[WORKERS];
    int good = 0;
    if (pipe(gate) < 0)
        die("pipe");
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            char byte;
            close(gate[1]);
            read(gate[0], &byte, 1);
            _exit(body(i));
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < WORKERS; i++) {
        int status;
        waitpid(pids[i], &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            good++;
        else
            report_status("worker", status);
    }
    return good;
}

static int appending(int number)
{
    for (int i = 0; i < ROUNDS; i++) {
        char name[32], line[16];
        snprintf(name, sizeof name, "many/file%d", i);
        int fd = open(name, O_WRONLY | O_APPEND);
        int n = snprintf(line, sizeof line, "line of %d\n", number);
        if (fd < 0 || write(fd, line, (size_t)n) != n)
            return 1;
        close(fd);
    }
    return 0;
}

static int making(int number)
{
    int own = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char name[32];
        snprintf(name, sizeof name, "sub/made%d", i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (fd >= 0)
            own++;
        else if (errno != EEXIST)
            return 1;
        close(fd);
        snprintf(name, sizeof name, "many/file%d", 100 + i);
        if (unlink(name) < 0 && errno != ENOENT)
            return 2;
        fd = open(name, O_WRONLY | O_CREAT, 0600);
        if (fd < 0)
            return 3;
        close(fd);
        (void)number;
    }
    return 0;
}

static int replacing(int number)
{
    char name[32], text[64], back[64];
    snprintf(name, sizeof name, "temporary%d", number);
    for (int i = 0; i < ROUNDS; i++) {
        int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        int n = snprintf(text, sizeof text, "version %d of %d, complete\n", i, number);
        if (fd < 0 || write(fd, text, (size_t)n) != n)
            return 1;
        close(fd);
        if (rename(name, "other") < 0)
            return 2;
        /* The name is there at any moment, with a whole content. */
        fd = open("other", O_RDONLY);
        if (fd < 0)
            return 3;
        n = (int)read(fd, back, sizeof back);
        close(fd);
        if (n < 10 || back[n - 1] != '\n' || memcmp(back, "version", 7) != 0)
            return 4;
    }
    return 0;
}

static int folders(int number)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (mkdir("empty/shared", 0755) < 0 && errno != EEXIST)
            return 1;
        char name[32];
        snprintf(name, sizeof name, "empty/shared/%d", number);
        int fd = open(name, O_WRONLY | O_CREAT, 0644);
        if (fd < 0 && errno != ENOENT)
            return 2;
        if (fd >= 0) {
            close(fd);
            if (unlink(name) < 0)
                return 3;
        }
        if (rmdir("empty/shared") < 0 && errno != ENOTEMPTY && errno != ENOENT)
            return 4;
    }
    return 0;
}

static int moving(int number)
{
    char name[32];
    snprintf(name, sizeof name, "place%d", number);
    for (int i = 0; i < ROUNDS; i++) {
        /* Whoever gets the folder puts it back. */
        if (rename("moved", name) == 0) {
            struct stat st;
            char path[64];
            snprintf(path, sizeof path, "%s/inner/file", name);
            if (stat(path, &st) < 0)
                return 1;
            if (rename(name, "moved") < 0)
                return 2;
        } else if (errno != ENOENT)
            return 3;
    }
    return 0;
}

static int grouped(int number)
{
    char name[32];
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "sub/alias%d", number);
        if (link("group1", name) < 0)
            return 1;
        int fd = open(name, O_WRONLY | O_APPEND);
        if (fd < 0 || write(fd, "x", 1) != 1)
            return 2;
        close(fd);
        if (unlink(name) < 0)
            return 3;
    }
    return 0;
}

static int count(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n - 2;
}

int main(void)
{
    struct stat st;
    long total = 0;
    if (chdir("/test/tree") < 0)
        die("chdir");
    say("appending: %d\n", together(appending));
    for (int i = 0; i < ROUNDS; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/file%d", i);
        total += stat(name, &st) == 0 ? (long)st.st_size : -1000;
    }
    say("bytes: %ld\n", total);
    say("making: %d\n", together(making));
    say("names: %d and %d\n", count("sub"), count("many"));
    say("replacing: %d\n", together(replacing));
    say("names: %d\n", count("."));
    say("folders: %d\n", together(folders));
    rmdir("empty/shared");
    say("names: %d\n", count("empty"));
    say("moving: %d\n", together(moving));
    say("names: %d and %d\n", count("."), count("moved"));
    say("grouped: %d\n", together(grouped));
    stat("sub/group3", &st);
    say("size %ld, names %ld\n", (long)st.st_size, (long)st.st_nlink);
    return 0;
}
