/* SPDX-License-Identifier: MIT */
/* test: modes=run,overlay,image timeout=20 */
/* What an ordinary user of the container may do with files: classes, the sticky bit, set-ID bits, owners. */
#include "check.h"
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static void make(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    if (fd < 0 || write(fd, "data", 4) != 4)
        die(name);
    close(fd);
    if (chown(name, uid, gid) < 0 || chmod(name, mode) < 0)
        die("chmod");
}

static void folder(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
    if (mkdir(name, 0700) < 0 || chown(name, uid, gid) < 0 || chmod(name, mode) < 0)
        die(name);
}

static void mode_of(const char *name)
{
    struct stat st;
    if (stat(name, &st) < 0)
        say("%s: %s\n", name, err_name(errno));
    else
        say("%s: %o %d:%d\n", name, st.st_mode, (int)st.st_uid, (int)st.st_gid);
}

static long open_close(const char *name, int flags)
{
    int fd = open(name, flags, 0600);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static void become(uid_t uid, gid_t gid, gid_t other)
{
    if (setgroups(other != 0, &other) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        die("become somebody");
}

static void classes(void)
{
    become(1000, 1000, 50);
    for (int i = 0; i < 6; i++) {
        const char *name =
            (const char *[]){"own600", "own077", "group640", "group606", "extra060", "other604"}[i];
        say("%s ", name);
        report("read", open_close(name, O_RDONLY));
        say("%s ", name);
        report("write", open_close(name, O_WRONLY));
        say("%s ", name);
        report("truncate", truncate(name, 2));
        say("%s ", name);
        report("access", access(name, R_OK | W_OK));
    }
    report("open closed/f", open_close("closed/f", O_RDONLY));
    report("stat closed/f", access("closed/f", F_OK));
    report("list closed", open_close("closed", O_RDONLY | O_DIRECTORY));
    report("open search/f", open_close("search/f", O_RDONLY));
    report("list search", open_close("search", O_RDONLY | O_DIRECTORY));
    report("create in search", open_close("search/new", O_CREAT | O_RDWR));
    report("list read", open_close("read", O_RDONLY | O_DIRECTORY));
    report("open read/f", open_close("read/f", O_RDONLY));
    report("stat of a missing name in closed", access("closed/none", F_OK));
    report("chdir closed", chdir("closed"));
    report("mkdir in search", mkdir("search/d", 0700));
    report("symlink in search", symlink("x", "search/l"));
    report("link into search", link("own600", "search/l"));
    report("rename into search", rename("own600", "search/l"));
    report("unlink in search", unlink("search/f"));
    report("O_PATH of own077", open_close("own077", O_PATH));
    report("O_NOATIME of another's", open_close("other604", O_RDONLY | O_NOATIME));
    report("mknod device", mknod("sticky/dev", S_IFCHR | 0666, 0x103));
    report("mknod fifo", mknod("sticky/fifo", S_IFIFO | 0666, 0));
    report("chroot", chroot("."));
}

static void attributes(void)
{
    become(1000, 1000, 50);
    report("chmod own", chmod("own600", 0640));
    report("chmod another's", chmod("other604", 0666));
    report("chmod own set-group-ID of a foreign group", chmod("foreign", 02755));
    mode_of("foreign");
    report("chmod own set-group-ID of one's group", chmod("own600", 02750));
    mode_of("own600");
    report("chown own to self", chown("own600", 1000, -1));
    report("chown own to another", chown("own600", 1001, -1));
    report("chgrp to an extra group", chown("own600", -1, 50));
    mode_of("own600");
    report("chgrp to a foreign group", chown("own600", -1, 51));
    report("chgrp of another's", chown("other604", -1, 50));
    report("utimes now own", utimensat(AT_FDCWD, "own077", NULL, 0));
    report("utimes now another's that is writable", utimensat(AT_FDCWD, "writable", NULL, 0));
    report("utimes now another's", utimensat(AT_FDCWD, "other604", NULL, 0));
    struct timespec then[2] = {{1, 1}, {1, 1}};
    report("utimes then another's that is writable", utimensat(AT_FDCWD, "writable", then, 0));
    report("setxattr another's", setxattr("other604", "user.x", "1", 1, 0));
    report("setxattr another's that is writable", setxattr("writable", "user.x", "1", 1, 0));
    report("getxattr unreadable", getxattr("own077", "user.x", NULL, 0));
}

static void sticky(void)
{
    become(1000, 1000, 50);
    report("unlink own in sticky", unlink("sticky/own"));
    report("unlink another's in sticky", unlink("sticky/other"));
    report("rename another's in sticky", rename("sticky/other", "sticky/new"));
    report("rename own over another's", rename("sticky/own2", "sticky/other"));
    report("rename own", rename("sticky/own2", "sticky/own3"));
    report("rmdir another's in sticky", rmdir("sticky/folder"));
    report("unlink another's in one's own sticky", unlink("mysticky/other"));
    report("create in sticky", open_close("sticky/made", O_CREAT | O_RDWR));
    report("mkdir in sticky", mkdir("sticky/dir", 0755));
    mode_of("sticky/made");
    report("rename another's folder out", rename("sticky/folder", "mysticky/folder"));
}

static void set_id(void)
{
    become(1000, 1000, 50);
    mode_of("suid");
    int fd = open("suid", O_WRONLY);
    if (fd < 0 || write(fd, "x", 1) != 1)
        say("cannot write: %s\n", err_name(errno));
    close(fd);
    mode_of("suid");
    report("truncate", truncate("sgid", 1));
    mode_of("sgid");
    report("chmod by its owner", chmod("suid", 04711));
    mode_of("suid");
    open_close("suid", O_WRONLY | O_TRUNC);
    mode_of("suid");
    umask(022);
    mkdir("sgfolder/in", 0755);
    mode_of("sgfolder/in");
    open_close("sgfolder/file", O_CREAT | O_RDWR);
    mode_of("sgfolder/file");
}

static void by_root(void)
{
    /* Root of the container may nearly all. */
    report("read a file of mode 0", open_close("zero", O_RDWR));
    report("access X_OK of mode 0", access("zero", X_OK));
    report("access X_OK of a folder of mode 0", access("closed", X_OK));
    report("unlink in sticky", unlink("sticky/other"));
    int fd = open("rootsuid", O_WRONLY);
    if (write(fd, "x", 1) != 1)
        die("write");
    close(fd);
    mode_of("rootsuid");
}

int main(void)
{
    umask(0);
    folder("rights.d", 0755, 0, 0);
    if (chdir("rights.d") < 0)
        die("chdir");
    make("own600", 0600, 1000, 1000);
    make("own077", 0077, 1000, 1000);
    make("group640", 0640, 0, 1000);
    make("group606", 0606, 0, 1000);
    make("extra060", 0060, 0, 50);
    make("other604", 0604, 0, 0);
    make("foreign", 0644, 1000, 77);
    make("writable", 0666, 0, 0);
    make("zero", 0, 7, 7);
    make("suid", 06777, 1000, 1000);
    make("sgid", 02777, 0, 0);
    make("rootsuid", 06777, 0, 0);
    folder("closed", 0700, 0, 0);
    make("closed/f", 0666, 0, 0);
    folder("search", 0711, 0, 0);
    make("search/f", 0666, 0, 0);
    folder("read", 0744, 0, 0);
    make("read/f", 0666, 0, 0);
    folder("sticky", 01777, 0, 0);
    make("sticky/own", 0666, 1000, 1000);
    make("sticky/own2", 0666, 1000, 1000);
    make("sticky/other", 0666, 0, 0);
    folder("sticky/folder", 0777, 0, 0);
    folder("mysticky", 01777, 1000, 1000);
    make("mysticky/other", 0666, 0, 0);
    folder("sgfolder", 02777, 0, 50);
    report_status("classes", in_child(classes));
    report_status("attributes", in_child(attributes));
    report_status("sticky", in_child(sticky));
    report_status("set-ID", in_child(set_id));
    by_root();
    return 0;
}
