/* SPDX-License-Identifier: MIT */
/* test: modes=run timeout=10 */
/* /dev of a container: nodes, links, folders, what may be made there; and the parts of /sys that programs ask
 * for. */
#include "check.h"
#include "proc_files.h"
#include <dirent.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

static void node(const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        say("%s: %s\n", path, err_name(errno));
    else if (S_ISCHR(st.st_mode))
        say("%s: %u:%u\n", path, major(st.st_rdev), minor(st.st_rdev));
    else
        say("%s: type %o\n", path, st.st_mode >> 12);
}

static void link_of(const char *path)
{
    char text[PATH_MAX];
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    say("%s -> %s\n", path, size < 0 ? err_name(errno) : text);
}

static void devices(void)
{
    char buf[64];
    struct stat a, b;
    int fd = open("/dev/null", O_RDWR);
    report("write null", write(fd, "x", 1));
    report("read null", read(fd, buf, 4));
    CHECK(fstat(fd, &a) == 0 && stat("/dev/null", &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev &&
          S_ISCHR(a.st_mode) && a.st_mode == b.st_mode && a.st_rdev == b.st_rdev);
    report("truncate null", ftruncate(fd, 0));
    close(fd);
    report("O_TRUNC", fd = open("/dev/null", O_WRONLY | O_TRUNC | O_CREAT, 0666) >= 0 ? 0 : -1);
    fd = open("/dev/zero", O_RDWR);
    memset(buf, 1, sizeof buf);
    report("read zero", read(fd, buf, 8));
    CHECK(buf[0] == 0 && buf[7] == 0 && buf[8] == 1);
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(map != MAP_FAILED && map[5] == 0);
    close(fd);
    fd = open("/dev/full", O_RDWR);
    report("write full", write(fd, "x", 1));
    close(fd);
    fd = open("/dev/urandom", O_RDONLY);
    report("read urandom", read(fd, buf, 32));
    close(fd);
    report("tty without a terminal", open("/dev/tty", O_RDWR));
}

static void names(void)
{
    struct sockaddr_un address = {AF_UNIX, "/dev/log"};
    struct stat st;
    report("symlink", symlink("null", "/dev/nothing"));
    link_of("/dev/nothing");
    report("stat through it", stat("/dev/nothing", &st));
    report("mkdir", mkdir("/dev/folder", 0755));
    report("create", close(open("/dev/folder/file", O_WRONLY | O_CREAT | O_EXCL, 0600)));
    report("rename", rename("/dev/folder/file", "/dev/folder/other"));
    report("unlink", unlink("/dev/folder/other"));
    report("rmdir", rmdir("/dev/folder"));
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    report("bind", bind(fd, (struct sockaddr *)&address, sizeof address));
    node("/dev/log");
    report("unlink", unlink("/dev/log") | unlink("/dev/nothing"));
    fd = shm_open("/segment", O_RDWR | O_CREAT | O_EXCL, 0600);
    report("shm_open", fd < 0 ? -1 : 0);
    report("ftruncate", ftruncate(fd, 8192));
    char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED && (map[5000] = 'x'));
    report("stat", stat("/dev/shm/segment", &st));
    say("size %ld\n", (long)st.st_size);
    report("shm_unlink", shm_unlink("/segment"));
}

static void terminals(void)
{
    char name[64] = "", path[64];
    struct stat a, b;
    int zero = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    report("unlock", ioctl(master, TIOCSPTLCK, &zero));
    report("ptsname", ptsname_r(master, name, sizeof name));
    CHECK(strncmp(name, "/dev/pts/", 9) == 0);
    int slave = open(name, O_RDWR | O_NOCTTY);
    CHECK(slave >= 0 && isatty(slave) && ttyname_r(slave, path, sizeof path) == 0 && strcmp(path, name) == 0);
    CHECK(fstat(slave, &a) == 0 && stat(name, &b) == 0 && a.st_rdev == b.st_rdev && a.st_ino == b.st_ino &&
          a.st_dev == b.st_dev && major(a.st_rdev) == 136);
    say("mode %o\n", b.st_mode);
    bool listed = false;
    DIR *dir = opendir("/dev/pts");
    for (struct dirent *e; dir && (e = readdir(dir));)
        listed |= strcmp(e->d_name, name + 9) == 0;
    closedir(dir);
    CHECK(listed);
    snprintf(path, sizeof path, "/proc/self/fd/%d", slave);
    char text[64] = "";
    CHECK(readlink(path, text, sizeof text - 1) > 0 && strcmp(text, name) == 0);
    close(slave);
    close(master);
    report("gone", stat(name, &a));
}

static void sys(void)
{
    char last[64];
    unsigned first = 0, end = 0;
    CHECK(proc_read("/sys/devices/system/cpu/online") > 0);
    snprintf(last, sizeof last, "%.60s", proc_text);
    CHECK(sscanf(last, "%u-%u", &first, &end) >= 1 &&
          end - first + 1 >= (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(proc_read("/sys/devices/system/cpu/possible") > 0 &&
          proc_read("/sys/devices/system/cpu/present") > 0);
    CHECK(proc_read("/sys/devices/system/cpu/cpu0/topology/core_id") > 0);
    CHECK(proc_read("/sys/kernel/mm/transparent_hugepage/enabled") > 0);
    CHECK(proc_read("/sys/class/net/lo/address") == 18);
    CHECK(proc_read("/sys/class/net/lo/mtu") > 0);
    CHECK(proc_read("/sys/devices/system/node/online") > 0);
    report("write", open("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY));
    report("missing", open("/sys/nothing", O_RDONLY));
    DIR *dir = opendir("/sys/devices/system/cpu");
    int count = 0;
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += strncmp(e->d_name, "cpu", 3) == 0 && e->d_name[3] >= '0' && e->d_name[3] <= '9';
    CHECK(count == sysconf(_SC_NPROCESSORS_CONF));
    link_of("/sys/class/net/lo");
}

int main(void)
{
    static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty", "shm", "pts"};
    char path[64];
    setsid();
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        snprintf(path, sizeof path, "/dev/%s", nodes[i]);
        node(path);
    }
    link_of("/dev/fd");
    struct stat a, b;
    CHECK(stat("/dev/stdout", &a) == 0 && fstat(1, &b) == 0 && a.st_ino == b.st_ino);
    link_of("/dev/ptmx");
    devices();
    names();
    terminals();
    sys();
    return 0;
}
