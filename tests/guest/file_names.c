/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,overlay,image timeout=20 */
/* Names: the *at family. Making, linking, renaming, removing, and what each refuses. */
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int top, sub;

static void put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        die(name);
    close(fd);
}

static void show(const char *label, int dir, const char *name)
{
    char text[64] = "";
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        say("%s %s: %s\n", label, name, err_name(errno));
        return;
    }
    if (S_ISLNK(st.st_mode))
        readlinkat(dir, name, text, sizeof text - 1);
    if (S_ISREG(st.st_mode)) {
        int fd = openat(dir, name, O_RDONLY);
        if (read(fd, text, sizeof text - 1) < 0)
            text[0] = '?';
        close(fd);
    }
    say("%s %s: mode %o, %s%ld names, '%s'\n", label, name, st.st_mode, S_ISDIR(st.st_mode) ? "folder, " : "",
        S_ISDIR(st.st_mode) ? 0 : (long)st.st_nlink, text);
}

static void making(void)
{
    umask(022);
    report("mkdirat", mkdirat(top, "d", 0777));
    report("mkdirat again", mkdirat(top, "d", 0777));
    report("mkdirat below nothing", mkdirat(top, "none/d", 0777));
    report("mkdirat slash", mkdirat(top, "slash/", 01750));
    report("mkdirat dot", mkdirat(top, "d/.", 0777));
    report("mkdirat dotdot", mkdirat(top, "d/..", 0777));
    report("mkdirat empty", mkdirat(top, "", 0777));
    report("mkdirat bad fd", mkdirat(-1, "x", 0777));
    show("made", top, "d");
    show("made", top, "slash");
    put(top, "f", "one");
    report("mkdirat on a file", mkdirat(top, "f", 0777));
    report("mkdirat below a file", mkdirat(top, "f/x", 0777));
    report("mknodat file", mknodat(top, "n", S_IFREG | 0640, 0));
    report("mknodat fifo", mknodat(top, "p", S_IFIFO | 0666, 0));
    report("mknodat socket", mknodat(top, "s", S_IFSOCK | 0666, 0));
    report("mknodat folder", mknodat(top, "nd", S_IFDIR | 0666, 0));
    report("mknodat nothing", mknodat(top, "zero", 0600, 0));
    report("mknodat bad type", mknodat(top, "bad", 0170000 | 0600, 0));
    for (int i = 0; i < 4; i++)
        show("made", top, (const char *[]){"n", "p", "s", "zero"}[i]);
    char name[300];
    memset(name, 'a', 256);
    name[256] = 0;
    report("mkdirat of 256 bytes", mkdirat(top, name, 0777));
    name[255] = 0;
    report("mkdirat of 255 bytes", mkdirat(top, name, 0777));
    report("unlinkat of 255 bytes", unlinkat(top, name, AT_REMOVEDIR));
    report("open exclusive", openat(top, "f", O_CREAT | O_EXCL | O_RDWR, 0600));
    report("open a folder for writing", openat(top, "d", O_WRONLY));
    report("create on a folder", openat(top, "d", O_CREAT | O_RDWR, 0600));
    report("create with a slash", openat(top, "new/", O_CREAT | O_RDWR, 0600));
    report("a file as a folder", openat(top, "f", O_DIRECTORY | O_RDONLY));
    report("a file with a slash", openat(top, "f/", O_RDONLY));
}

static void links(void)
{
    report("symlinkat", symlinkat("f", top, "l"));
    report("symlinkat again", symlinkat("f", top, "l"));
    report("symlinkat empty", symlinkat("", top, "empty"));
    report("symlinkat nowhere", symlinkat("nowhere/at/all", top, "dangling"));
    report("symlinkat loop", symlinkat("loop", top, "loop"));
    show("link", top, "l");
    char text[4];
    report("readlinkat short", readlinkat(top, "dangling", text, 4));
    say("text '%.4s'\n", text);
    report("readlinkat of a file", readlinkat(top, "f", text, 4));
    report("readlinkat size 0", readlinkat(top, "l", text, 0));
    int link = openat(top, "l", O_PATH | O_NOFOLLOW);
    report("readlinkat empty path", readlinkat(link, "", text, 4));
    close(link);
    report("open a link not followed", openat(top, "l", O_RDONLY | O_NOFOLLOW));
    report("open a loop", openat(top, "loop", O_RDONLY));
    report("create through a dangling link", openat(top, "dangling", O_CREAT | O_RDWR, 0600));
    report("linkat", linkat(top, "f", sub, "hard", 0));
    report("linkat again", linkat(top, "f", sub, "hard", 0));
    report("linkat of a folder", linkat(top, "d", top, "hd", 0));
    report("linkat of a link", linkat(top, "l", top, "hl", 0));
    report("linkat followed", linkat(top, "l", top, "hf", AT_SYMLINK_FOLLOW));
    report("linkat bad flags", linkat(top, "f", top, "hb", 0x10));
    report("linkat of nothing", linkat(top, "nothing", top, "hb", 0));
    for (int i = 0; i < 3; i++)
        show("linked", top, (const char *[]){"f", "hl", "hf"}[i]);
    show("linked", sub, "hard");
    put(sub, "hard", "changed");
    show("linked", top, "f");
    int fd = openat(top, ".", O_TMPFILE | O_RDWR, 0640);
    report_ok("O_TMPFILE", fd);
    report("write", write(fd, "tmp", 3));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    report("linkat of O_TMPFILE", linkat(AT_FDCWD, path, top, "tmp", AT_SYMLINK_FOLLOW));
    show("linked", top, "tmp");
    close(fd);
    fd = openat(top, ".", O_TMPFILE | O_RDWR | O_EXCL, 0640);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    report("linkat of O_TMPFILE with O_EXCL", linkat(AT_FDCWD, path, top, "tmp2", AT_SYMLINK_FOLLOW));
    close(fd);
}

static void renaming(void)
{
    put(top, "a", "A");
    put(top, "b", "B");
    report("renameat2 NOREPLACE", renameat2(top, "a", top, "b", RENAME_NOREPLACE));
    report("renameat2 EXCHANGE", renameat2(top, "a", top, "b", RENAME_EXCHANGE));
    show("exchanged", top, "a");
    show("exchanged", top, "b");
    report("EXCHANGE with nothing", renameat2(top, "a", top, "none", RENAME_EXCHANGE));
    report("EXCHANGE with a folder", renameat2(top, "a", top, "d", RENAME_EXCHANGE));
    show("exchanged", top, "d");
    report("EXCHANGE back", renameat2(top, "a", top, "d", RENAME_EXCHANGE));
    report("both flags", renameat2(top, "a", top, "b", RENAME_EXCHANGE | RENAME_NOREPLACE));
    report("unknown flag", renameat2(top, "a", top, "b", 64));
    report("renameat", renameat(top, "a", top, "b"));
    show("renamed", top, "a");
    show("renamed", top, "b");
    report("renameat to another folder", renameat(top, "b", sub, "b"));
    report("renameat of nothing", renameat(top, "none", sub, "b"));
    report("renameat file over folder", renameat(sub, "b", top, "d"));
    report("renameat folder over file", renameat(top, "d", sub, "b"));
    report("renameat folder into itself", renameat(top, "d", top, "d/x"));
    report("renameat folder over empty", renameat(top, "d", top, "slash"));
    show("renamed", top, "slash");
    mkdirat(top, "full", 0755);
    put(top, "full/x", "x");
    report("renameat folder over full", renameat(top, "slash", top, "full"));
    report("renameat to itself", renameat(top, "full", top, "full"));
    report("renameat dot", renameat(top, "full/.", top, "y"));
    report("renameat dotdot", renameat(top, "full", top, "full/.."));
    report("renameat file with slash", renameat(sub, "b/", top, "y"));
    report("renameat file to slash", renameat(sub, "b", top, "y/"));
    report("renameat folder to slash", renameat(top, "full", top, "moved/"));
    show("renamed", top, "moved/x");
    report("renameat of two names of one", renameat(sub, "hard", top, "f"));
    show("both", top, "f");
    show("both", sub, "hard");
}

static void removing(void)
{
    report("unlinkat of a folder", unlinkat(top, "moved", 0));
    report("rmdir of a full folder", unlinkat(top, "moved", AT_REMOVEDIR));
    report("rmdir of a file", unlinkat(top, "f", AT_REMOVEDIR));
    report("unlinkat of nothing", unlinkat(top, "none", 0));
    report("unlinkat bad flags", unlinkat(top, "f", 1));
    report("unlinkat with slash", unlinkat(top, "f/", 0));
    report("unlinkat dot", unlinkat(top, "moved/.", AT_REMOVEDIR));
    report("unlinkat dotdot", unlinkat(top, "moved/..", AT_REMOVEDIR));
    report("unlinkat of a link", unlinkat(top, "l", 0));
    show("target", top, "f");
    report("unlinkat", unlinkat(top, "moved/x", 0));
    report("rmdir", unlinkat(top, "moved/", AT_REMOVEDIR));
    int fd = openat(top, "f", O_RDONLY);
    struct stat st;
    for (int i = 0; i < 2; i++)
        unlinkat(i ? sub : top, i ? "hard" : "f", 0);
    unlinkat(top, "hf", 0);
    fstat(fd, &st);
    say("open, without a name: %ld names, %ld bytes\n", (long)st.st_nlink, (long)st.st_size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    report("stat through /proc", stat(path, &st));
    report("open again through /proc", open(path, O_RDONLY) >= 0 ? 0 : -1);
    close(fd);
    mkdirat(top, "gone", 0755);
    fd = openat(top, "gone", O_RDONLY);
    unlinkat(top, "gone", AT_REMOVEDIR);
    report("create in a removed folder", openat(fd, "x", O_CREAT | O_RDWR, 0600));
    report("mkdirat in a removed folder", mkdirat(fd, "x", 0700));
    report("stat in a removed folder", fstatat(fd, "x", &st, 0));
    close(fd);
}

static void access_checks(void)
{
    put(top, "acc", "x");
    report("faccessat F_OK", faccessat(top, "acc", F_OK, 0));
    report("faccessat R_OK W_OK", faccessat(top, "acc", R_OK | W_OK, 0));
    report("faccessat X_OK", faccessat(top, "acc", X_OK, 0));
    report("faccessat folder", faccessat(top, "sub", R_OK | W_OK | X_OK, 0));
    report("faccessat nothing", faccessat(top, "none", F_OK, 0));
    report("faccessat bad mode", syscall(SYS_faccessat, top, "acc", 8));
    report("faccessat2 dangling", syscall(SYS_faccessat2, top, "dl", F_OK, AT_SYMLINK_NOFOLLOW));
    report("faccessat2 bad flags", syscall(SYS_faccessat2, top, "acc", F_OK, 1));
    int fd = openat(top, "acc", O_PATH);
    report("faccessat2 empty path", syscall(SYS_faccessat2, fd, "", R_OK, AT_EMPTY_PATH));
    close(fd);
}

int main(void)
{
    mkdir("names.d", 0755);
    top = open("names.d", O_RDONLY | O_DIRECTORY);
    mkdirat(top, "sub", 0755);
    sub = openat(top, "sub", O_PATH | O_DIRECTORY);
    making();
    links();
    renaming();
    removing();
    access_checks();
    return 0;
}
