/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic timeout=10 */
/* What a process reads of itself in /proc: stat, status, cmdline, comm, environ, links, limits, auxv, mem. */
#include "check.h"
#include "proc_files.h"
#include <elf.h>
#include <limits.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

extern char **environ;

static void show_link(const char *path)
{
    char text[PATH_MAX];
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    say("%s -> %s\n", path, size < 0 ? err_name(errno) : text);
}

static void numbers(void)
{
    char link[64], wanted[64], name[64], state;
    int pid, ppid, group, session;
    ssize_t size = readlink("/proc/self", link, sizeof link - 1);
    link[size < 0 ? 0 : size] = 0;
    CHECK_THAT("self is the pid", atoi(link) == getpid());
    size = readlink("/proc/thread-self", link, sizeof link - 1);
    link[size < 0 ? 0 : size] = 0;
    snprintf(wanted, sizeof wanted, "%d/task/%d", getpid(), gettid());
    CHECK_THAT("thread-self is the thread", strcmp(link, wanted) == 0);
    proc_read("/proc/self/stat");
    CHECK(sscanf(proc_text, "%d (%63[^)]) %c %d %d %d", &pid, name, &state, &ppid, &group, &session) == 6);
    CHECK(pid == getpid() && ppid == getppid() && group == getpgrp() && session == getsid(0));
    say("state %c\n", state);
    proc_read("/proc/self/status");
    CHECK(proc_value_is("Pid", "%d", getpid()));
    CHECK(proc_value_is("Tgid", "%d", getpid()));
    CHECK(proc_value_is("PPid", "%d", getppid()));
    CHECK(proc_value_is("TracerPid", "0"));
    CHECK(proc_value_is("Threads", "1"));
    CHECK(proc_value_is("Uid", "%d\t%d\t%d\t%d", getuid(), geteuid(), getuid(), geteuid()));
    say("state %s\n", proc_value("State"));
}

static void signals_of_status(void)
{
    sigset_t set;
    on_signal(SIGUSR1, (void *)signals_of_status, 0);
    signal(SIGUSR2, SIG_IGN);
    block_signal(SIG_BLOCK, SIGWINCH);
    block_signal(SIG_BLOCK, SIGRTMIN + 3);
    raise(SIGWINCH);
    kill(getpid(), SIGRTMIN + 3);
    proc_read("/proc/self/status");
    say("blocked %s\n", proc_value("SigBlk"));
    say("pending %s\n", proc_value("SigPnd"));
    say("shared %s\n", proc_value("ShdPnd"));
    CHECK_THAT("ignored", strtoull(proc_value("SigIgn"), NULL, 16) >> (SIGUSR2 - 1) & 1);
    CHECK_THAT("caught", strtoull(proc_value("SigCgt"), NULL, 16) >> (SIGUSR1 - 1) & 1);
    signal(SIGUSR1, SIG_DFL);
    sigfillset(&set);
    sigdelset(&set, SIGWINCH);
    signal(SIGRTMIN + 3, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void masks(void)
{
    umask(027);
    proc_read("/proc/self/status");
    CHECK(proc_value_is("Umask", "0027"));
    CHECK(proc_value_is("NoNewPrivs", "0"));
    report("PR_SET_NO_NEW_PRIVS", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    proc_read("/proc/self/status");
    CHECK(proc_value_is("NoNewPrivs", "1"));
}

static void names(char **argv)
{
    ssize_t size = proc_read("/proc/self/cmdline");
    CHECK(size == (ssize_t)strlen(argv[0]) + 1 && memcmp(proc_text, argv[0], (size_t)size) == 0);
    argv[0][0] = '@';
    proc_read("/proc/self/cmdline");
    CHECK_THAT("a program may change its arguments", proc_text[0] == '@');
    proc_read("/proc/self/environ");
    CHECK(!environ[0] || strcmp(proc_text, environ[0]) == 0);
    report("PR_SET_NAME", prctl(PR_SET_NAME, "name (with) 15+", 0, 0, 0));
    proc_read("/proc/self/comm");
    say("comm %s", proc_text);
    proc_read("/proc/self/stat");
    CHECK_THAT("the name in stat", strstr(proc_text, " (name (with) 15+) ") != NULL);
    int fd = open("/proc/self/comm", O_WRONLY);
    report("write comm", write(fd, "other name that is too long\n", 27));
    close(fd);
    char name[16];
    prctl(PR_GET_NAME, name, 0, 0, 0);
    say("name %s\n", name);
}

static void links(void)
{
    char text[PATH_MAX], cwd[PATH_MAX];
    struct stat a, b;
    ssize_t size = readlink("/proc/self/exe", text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    CHECK_THAT("exe is absolute", text[0] == '/');
    CHECK_THAT("exe names the program",
               stat(text, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino);
    report("chdir", chdir("/usr"));
    show_link("/proc/self/cwd");
    report("chdir", chdir("/proc/self/cwd/.."));
    say("cwd %s\n", getcwd(cwd, sizeof cwd));
    show_link("/proc/self/root");
    show_link("/proc/mounts");
    show_link("/proc/net");
    report("stat of a missing file", stat("/proc/self/nothing", &a));
    report("stat of no process", stat("/proc/0", &a));
    report("stat of a leading zero", stat("/proc/01", &a));
    report("open for writing", open("/proc/self/stat", O_WRONLY | O_CREAT, 0600) >= 0 ? 0 : -1);
}

static void limits(void)
{
    struct rlimit limit = {100, 200};
    unsigned long soft = 0, hard = 0;
    setrlimit(RLIMIT_NOFILE, &limit);
    proc_read("/proc/self/limits");
    const char *line = strstr(proc_text, "Max open files");
    CHECK(line && sscanf(line, "Max open files %lu %lu", &soft, &hard) == 2 && soft == 100 && hard == 200);
}

static void vectors(void)
{
    ssize_t size = proc_read("/proc/self/auxv");
    const Elf64_auxv_t *v = (const Elf64_auxv_t *)(void *)proc_text;
    bool entry = false, random = false;
    for (; size >= (ssize_t)sizeof *v && v->a_type; v++, size -= (ssize_t)sizeof *v) {
        entry |= v->a_type == AT_ENTRY && v->a_un.a_val == getauxval(AT_ENTRY);
        random |= v->a_type == AT_RANDOM && v->a_un.a_val == getauxval(AT_RANDOM);
    }
    CHECK(entry && random);
}

static void memory(void)
{
    static const char constant[] = "not to be written";
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), buf[8] = "";
    int fd = open("/proc/self/mem", O_RDWR);
    report("read", pread(fd, buf, 3, (off_t)(uintptr_t)constant));
    say("%s\n", buf);
    report("write over protection", pwrite(fd, "abc", 3, (off_t)(uintptr_t)page));
    say("%.3s\n", page);
    munmap(page, 4096);
    report("read where nothing is", pread(fd, buf, 3, (off_t)(uintptr_t)page));
    close(fd);
    fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t entry = 0;
    report("pagemap", pread(fd, &entry, 8, (off_t)((uintptr_t)buf / 4096 * 8)));
    CHECK_THAT("present", entry >> 63);
    close(fd);
}

static void rewinding(void)
{
    char a[8] = "", b[8] = "";
    int fd = open("/proc/self/comm", O_RDONLY);
    prctl(PR_SET_NAME, "one", 0, 0, 0);
    report("read", read(fd, a, sizeof a - 1));
    report("end", read(fd, b, sizeof b - 1));
    prctl(PR_SET_NAME, "two", 0, 0, 0);
    report("rewind", lseek(fd, 0, SEEK_SET));
    report("read", read(fd, b, sizeof b - 1));
    say("%s%s", a, b);
    report("pread", pread(fd, a, 2, 1));
    say("%.2s\n", a);
    report("mmap", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
    report("ftruncate", ftruncate(fd, 0));
    close(fd);
}

int main(int argc, char **argv)
{
    (void)argc;
    numbers();
    signals_of_status();
    masks();
    names(argv);
    limits();
    vectors();
    memory();
    rewinding();
    links();
    return 0;
}
