/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* Files of /proc that tell of the machine and of the container, and where their numbers must agree with
 * system calls. */
#include "check.h"
#include "proc_files.h"
#include <dirent.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static int lines_with(const char *start)
{
    int count = 0;
    for (const char *line = proc_text; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        count += strncmp(line, start, strlen(start)) == 0;
    return count;
}

static bool line_is(const char *path, const char *wanted)
{
    return proc_read("%s", path) > 0 && strncmp(proc_text, wanted, strlen(wanted)) == 0 &&
           proc_text[strlen(wanted)] == '\n';
}

static void machine(void)
{
    struct sysinfo info;
    unsigned long total = 0, available = 0;
    double up = 0, idle = 0, load[3];
    int running, all, last;
    sysinfo(&info);
    proc_read("/proc/meminfo");
    CHECK(sscanf(strstr(proc_text, "MemTotal:"), "MemTotal: %lu kB", &total) == 1 &&
          total == info.totalram / 1024);
    CHECK(sscanf(strstr(proc_text, "MemAvailable:"), "MemAvailable: %lu kB", &available) == 1 &&
          available <= total);
    proc_read("/proc/cpuinfo");
    CHECK(lines_with("processor") == sysconf(_SC_NPROCESSORS_ONLN));
    proc_read("/proc/stat");
    CHECK(lines_with("cpu") == 1 + sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(lines_with("btime ") == 1 && lines_with("processes ") == 1 && lines_with("ctxt ") == 1);
    proc_read("/proc/uptime");
    CHECK(sscanf(proc_text, "%lf %lf", &up, &idle) == 2 && up >= (double)info.uptime - 2 &&
          up < (double)info.uptime + 60);
    proc_read("/proc/loadavg");
    CHECK(sscanf(proc_text, "%lf %lf %lf %d/%d %d", load, load + 1, load + 2, &running, &all, &last) == 6);
    CHECK(last >= getpid());
    proc_read("/proc/swaps");
    say("%.8s\n", proc_text);
    CHECK(proc_read("/proc/vmstat") > 0 && lines_with("pgfault ") == 1);
    CHECK(proc_read("/proc/version") > 0 && strncmp(proc_text, "Linux version ", 14) == 0);
    CHECK(proc_read("/proc/filesystems") > 0 && strstr(proc_text, "nodev\tproc\n") &&
          strstr(proc_text, "nodev\ttmpfs\n"));
    CHECK(proc_read("/proc/devices") > 0 && proc_read("/proc/diskstats") >= 0 &&
          proc_read("/proc/interrupts") > 0);
}

static void system_settings(void)
{
    struct utsname names;
    char wanted[128];
    uname(&names);
    CHECK(line_is("/proc/sys/kernel/hostname", names.nodename));
    CHECK(line_is("/proc/sys/kernel/domainname", names.domainname));
    CHECK(line_is("/proc/sys/kernel/osrelease", names.release));
    CHECK(line_is("/proc/sys/kernel/ostype", "Linux"));
    CHECK(line_is("/proc/sys/kernel/version", names.version));
    CHECK(line_is("/proc/sys/kernel/ngroups_max", "65536"));
    CHECK(line_is("/proc/sys/kernel/overflowuid", "65534"));
    CHECK(proc_read("/proc/sys/kernel/pid_max") > 0 && atoi(proc_text) > getpid());
    CHECK(proc_read("/proc/sys/kernel/threads-max") > 0 && proc_read("/proc/sys/kernel/cap_last_cap") > 0);
    CHECK(proc_read("/proc/sys/fs/file-max") > 0 && proc_read("/proc/sys/fs/nr_open") > 0);
    CHECK(proc_read("/proc/sys/fs/pipe-max-size") > 0 &&
          proc_read("/proc/sys/fs/inotify/max_user_watches") > 0);
    CHECK(proc_read("/proc/sys/vm/overcommit_memory") == 2 && proc_read("/proc/sys/vm/max_map_count") > 0);
    CHECK(proc_read("/proc/sys/net/core/somaxconn") > 0 &&
          proc_read("/proc/sys/net/ipv4/ip_local_port_range") > 0);
    proc_read("/proc/sys/kernel/random/uuid");
    snprintf(wanted, sizeof wanted, "%.99s", proc_text);
    CHECK(proc_read("/proc/sys/kernel/random/uuid") == 37 && strcmp(wanted, proc_text) != 0);
    proc_read("/proc/sys/kernel/random/boot_id");
    snprintf(wanted, sizeof wanted, "%.99s", proc_text);
    CHECK(proc_read("/proc/sys/kernel/random/boot_id") == 37 && strcmp(wanted, proc_text) == 0);
    report("a missing setting", proc_read("/proc/sys/kernel/nothing"));
}

static void mounts(void)
{
    int id, parent, major, minor;
    char root[64], point[64];
    CHECK(proc_read("/proc/self/mounts") > 0 && strstr(proc_text, " / ") &&
          strstr(proc_text, "proc /proc proc rw"));
    proc_read("/proc/self/mountinfo");
    CHECK(sscanf(proc_text, "%d %d %d:%d %63s %63s", &id, &parent, &major, &minor, root, point) == 6);
    const char *line = strstr(proc_text, " /proc ");
    while (line && line > proc_text && line[-1] != '\n')
        line--;
    struct stat st;
    CHECK(line && sscanf(line, "%d %d %d:%d %63s %63s", &id, &parent, &major, &minor, root, point) == 6 &&
          stat("/proc", &st) == 0 && (st.st_dev >> 8 & 0xfff) == (unsigned)major &&
          (st.st_dev & 0xff) == (unsigned)minor);
    CHECK(proc_read("/proc/self/mountstats") > 0);
    CHECK(proc_read("/proc/self/cgroup") > 0);
    struct statfs fs;
    report("statfs", statfs("/proc/self", &fs));
    say("type %lx, block %ld\n", (long)fs.f_type, (long)fs.f_bsize);
}

static void net(void)
{
    static const char *const names[] = {"dev",   "tcp", "udp",      "tcp6",     "udp6", "unix",    "raw",
                                        "route", "arp", "if_inet6", "sockstat", "snmp", "netstat", "packet"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        say("net/%s %s\n", names[i], proc_read("/proc/net/%s", names[i]) >= 0 ? "ok" : err_name(errno));
    proc_read("/proc/net/dev");
    CHECK(strstr(proc_text, " lo:") != NULL);
    proc_read("/proc/sysvipc/shm");
    CHECK(lines_with("       key      shmid perms") == 1);
}

static void inodes(const char *path)
{
    struct stat st;
    int wrong = 0, all = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.' || (e->d_name[0] >= '0' && e->d_name[0] <= '9'))
            continue;
        all++;
        if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            wrong += st.st_ino != e->d_ino || (e->d_type && st.st_mode >> 12 != e->d_type);
    }
    say("%s: %s, %d wrong\n", path, all > 3 ? "listed" : "empty", wrong);
    rewinddir(dir);
    int again = 0;
    for (struct dirent *e; (e = readdir(dir));)
        again += !(e->d_name[0] == '.' || (e->d_name[0] >= '0' && e->d_name[0] <= '9'));
    CHECK(again == all);
    closedir(dir);
}

int main(void)
{
    machine();
    system_settings();
    mounts();
    net();
    inodes("/proc");
    inodes("/proc/self");
    inodes("/proc/sys/kernel");
    inodes("/proc/self/ns");
    return 0;
}
