/* SPDX-License-Identifier: MIT */
/* test: modes=run,overlay,image timeout=20 */
/* Modes, owners, times, statx and extended attributes, as root and as an ordinary user of the container. */
#include "check.h"
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static void show(const char *label, const char *name)
{
    struct stat st;
    if (lstat(name, &st) < 0)
        say("%s: %s\n", label, err_name(errno));
    else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        say("%s: %o %d:%d device %d:%d\n", label, st.st_mode, (int)st.st_uid, (int)st.st_gid,
            (int)major(st.st_rdev), (int)minor(st.st_rdev));
    else
        say("%s: %o %d:%d\n", label, st.st_mode, (int)st.st_uid, (int)st.st_gid);
}

static void make(const char *name, mode_t mode)
{
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    if (fd < 0 || write(fd, "data", 4) != 4)
        die(name);
    close(fd);
    if (chmod(name, mode) < 0)
        die("chmod");
}

static void modes(void)
{
    umask(0);
    make("f", 0644);
    for (int i = 0; i < 8; i++) {
        mode_t mode = (mode_t[]){0, 0200, 0444, 04755, 02755, 06711, 01777, 0640}[i];
        report("chmod", chmod("f", mode));
        show("f", "f");
    }
    int fd = open("f", O_RDONLY);
    report("fchmod", fchmod(fd, 0604));
    show("f", "f");
    close(fd);
    fd = open("f", O_PATH);
    report("fchmod of O_PATH", fchmod(fd, 0600));
    close(fd);
    mkdir("dir", 0700);
    report("chmod folder", chmod("dir", 03775));
    show("dir", "dir");
    report("chmod folder 0", chmod("dir", 0));
    report("use of it by root", mkdir("dir/in", 0755));
    show("dir/in", "dir/in");
    chmod("dir", 02775);
    mkdir("dir/in2", 0755);
    show("set-group-ID is inherited", "dir/in2");
    symlink("f", "l");
    report("fchmodat nofollow", fchmodat(AT_FDCWD, "l", 0600, AT_SYMLINK_NOFOLLOW));
    report("chmod through a link", chmod("l", 0600));
    show("f", "f");
    show("l", "l");
    umask(027);
    fd = open("masked", O_CREAT | O_RDWR, 0777);
    close(fd);
    show("masked", "masked");
    fd = open("readonly", O_CREAT | O_RDWR, 0);
    report("writing to a file of mode 0 just made", write(fd, "x", 1));
    close(fd);
    show("readonly", "readonly");
    umask(0);
}

static void owners(void)
{
    make("o", 06755);
    report("chown", chown("o", 1000, 100));
    show("set-ID bits go", "o");
    chmod("o", 02644);
    report("chown", chown("o", (uid_t)-1, 5));
    show("set-group-ID without execution stays", "o");
    chmod("o", 04755);
    report("chown of nothing", chown("o", (uid_t)-1, (gid_t)-1));
    show("nothing changed but", "o");
    report("lchown of a link", lchown("l", 7, 8));
    show("link", "l");
    report("fchownat empty path", fchownat(AT_FDCWD, "", 1, 1, AT_EMPTY_PATH));
    chown(".", 0, 0);
    mkdir("group", 0777);
    chown("group", 0, 42);
    chmod("group", 02777);
    make("group/f", 0644);
    show("the folder's group", "group/f");
    report("mknod null", mknod("null", S_IFCHR | 0666, makedev(1, 3)));
    report("mknod block", mknod("block", S_IFBLK | 0660, makedev(8, 1)));
    show("null", "null");
    show("block", "block");
    int fd = open("null", O_WRONLY);
    report("writing to null", write(fd, "x", 1));
    close(fd);
    report("chmod null", chmod("null", 0600));
    report("chown null", chown("null", 3, 4));
    show("null", "null");
    mkfifo("fifo", 0622);
    report("chown fifo", chown("fifo", 3, 4));
    report("chmod fifo", chmod("fifo", 01600));
    show("fifo", "fifo");
    link("null", "null2");
    chmod("null2", 0444);
    show("the other name", "null");
    rename("null", "null3");
    show("renamed", "null3");
}

static void times(void)
{
    struct timespec set[2] = {{1000, 1}, {2000000000, 999999999}};
    struct stat st;
    report("utimensat", utimensat(AT_FDCWD, "f", set, 0));
    stat("f", &st);
    say("%ld.%09ld %ld.%09ld\n", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec,
        st.st_mtim.tv_nsec);
    set[0].tv_nsec = UTIME_OMIT;
    set[1] = (struct timespec){5, 6};
    report("utimensat omit", utimensat(AT_FDCWD, "f", set, 0));
    stat("f", &st);
    say("%ld.%09ld %ld.%09ld\n", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec,
        st.st_mtim.tv_nsec);
    set[0] = (struct timespec){0, UTIME_NOW};
    report("utimensat now", utimensat(AT_FDCWD, "f", set, 0));
    stat("f", &st);
    say("%s %ld\n", st.st_atim.tv_sec > 1000000 ? "recent" : "old", st.st_mtim.tv_sec);
    set[0] = (struct timespec){0, 1000000000};
    report("utimensat wrong", utimensat(AT_FDCWD, "f", set, 0));
    set[0] = set[1] = (struct timespec){77, 88};
    report("utimensat link", utimensat(AT_FDCWD, "l", set, AT_SYMLINK_NOFOLLOW));
    lstat("l", &st);
    say("%ld.%09ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    int fd = open("f", O_RDONLY);
    report("futimens", futimens(fd, set));
    fstat(fd, &st);
    say("%ld.%09ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    close(fd);
    report("utimensat bad flags", utimensat(AT_FDCWD, "f", set, 1));
    report("utimensat of nothing", utimensat(AT_FDCWD, "none", NULL, 0));
    fd = open("f", O_WRONLY | O_APPEND);
    if (write(fd, "x", 1) != 1)
        die("write");
    close(fd);
    stat("f", &st);
    say("written: %s\n", st.st_mtim.tv_sec > 1000000 ? "recent" : "old");
}

static void extended_stat(void)
{
    struct statx sx;
    struct stat st;
    stat("f", &st);
    report("statx", statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &sx));
    say("mode %o, %d:%d, size %d, %d names, same inode %d, same device %d\n", sx.stx_mode, sx.stx_uid,
        sx.stx_gid, (int)sx.stx_size, (int)sx.stx_nlink, sx.stx_ino == st.st_ino,
        makedev(sx.stx_dev_major, sx.stx_dev_minor) == st.st_dev);
    say("has all: %d\n", (sx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
    report("statx reserved mask", statx(AT_FDCWD, "f", 0, STATX__RESERVED, &sx));
    report("statx bad flags", statx(AT_FDCWD, "f", 1, STATX_BASIC_STATS, &sx));
    report("statx bad sync", statx(AT_FDCWD, "f", AT_STATX_SYNC_TYPE, STATX_BASIC_STATS, &sx));
    report("statx empty", statx(AT_FDCWD, "", 0, STATX_BASIC_STATS, &sx));
    report("statx link", statx(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx));
    say("link mode %o size %d\n", sx.stx_mode, (int)sx.stx_size);
}

static void attributes(void)
{
    char value[64], list[256];
    make("x", 0644);
    report("setxattr", setxattr("x", "user.one", "1", 1, 0));
    report("setxattr create", setxattr("x", "user.one", "1", 1, XATTR_CREATE));
    report("setxattr replace", setxattr("x", "user.one", "two", 3, XATTR_REPLACE));
    report("setxattr replace nothing", setxattr("x", "user.none", "", 0, XATTR_REPLACE));
    report("getxattr", getxattr("x", "user.one", value, sizeof value));
    say("'%.3s'\n", value);
    report("getxattr size", getxattr("x", "user.one", NULL, 0));
    report("getxattr short", getxattr("x", "user.one", value, 2));
    report("getxattr nothing", getxattr("x", "user.none", value, 2));
    report("getxattr no prefix", getxattr("x", "one", value, 2));
    report("listxattr", listxattr("x", list, sizeof list));
    say("'%s'\n", list);
    report("listxattr short", listxattr("x", list, 3));
    report("setxattr no prefix", setxattr("x", "none", "1", 1, 0));
    report("setxattr empty value", setxattr("x", "user.empty", "", 0, 0));
    report("getxattr empty value", getxattr("x", "user.empty", value, sizeof value));
    report("setxattr bad flags", setxattr("x", "user.z", "", 0, 4));
    report("removexattr", removexattr("x", "user.one"));
    report("removexattr again", removexattr("x", "user.one"));
    report("lsetxattr user on a link", lsetxattr("l", "user.one", "1", 1, 0));
    report("setxattr user on a fifo", setxattr("fifo", "user.one", "1", 1, 0));
    report("setxattr folder", setxattr("dir", "user.one", "1", 1, 0));
    int fd = open("x", O_RDONLY);
    report("fsetxattr", fsetxattr(fd, "user.fd", "fd", 2, 0));
    report("fgetxattr", fgetxattr(fd, "user.fd", value, sizeof value));
    report("flistxattr", flistxattr(fd, list, sizeof list) > 0);
    report("fremovexattr", fremovexattr(fd, "user.fd"));
    close(fd);
    fd = open("x", O_PATH);
    report("fgetxattr of O_PATH", fgetxattr(fd, "user.empty", value, sizeof value));
    close(fd);
    chmod("x", 04755);
    report("listxattr shows none of ours", listxattr("x", list, sizeof list));
}

int main(void)
{
    mkdir("meta.d", 0755);
    if (chdir("meta.d") < 0)
        die("chdir");
    modes();
    owners();
    times();
    extended_stat();
    attributes();
    return 0;
}
