/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* What a process reads of another: its child, threads, a stopped and a dead one. */
#include "check.h"
#include "proc_files.h"
#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static pid_t child;
static int ready[2];

static void *thread_main(void *arg)
{
    prctl(PR_SET_NAME, "second", 0, 0, 0);
    if (write(ready[1], "t", 1) != 1)
        _exit(97);
    pause();
    return arg;
}

static void child_main(char **argv)
{
    struct rlimit limit = {50, 60};
    pthread_t thread;
    signal(SIGUSR1, SIG_IGN);
    block_signal(SIG_BLOCK, SIGHUP);
    umask(077);
    setrlimit(RLIMIT_NOFILE, &limit);
    prctl(PR_SET_NAME, "first", 0, 0, 0);
    argv[0][0] = '#';
    if (chdir("/usr") < 0)
        die("chdir");
    pthread_create(&thread, NULL, thread_main, NULL);
    for (;;)
        pause();
}

static void show_link(const char *name)
{
    char path[64], text[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/%s", child, name);
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    say("%s -> %s\n", name, size < 0 ? err_name(errno) : text);
}

static void threads(void)
{
    char path[64];
    int found = 0;
    snprintf(path, sizeof path, "/proc/%d/task", child);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        found++;
        proc_read("/proc/%d/task/%s/comm", child, e->d_name);
        say("thread %s: %s", atoi(e->d_name) == child ? "leader" : "other", proc_text);
        proc_read("/proc/%d/task/%s/status", child, e->d_name);
        CHECK(proc_value_is("Tgid", "%d", child) && proc_value_is("Pid", "%s", e->d_name));
        say("blocked %s\n", proc_value("SigBlk"));
    }
    if (dir)
        closedir(dir);
    say("%d threads\n", found);
    snprintf(path, sizeof path, "/proc/%d/task/%d", child, getpid());
    struct stat st;
    report("a thread of another process", stat(path, &st));
}

static bool listed(pid_t pid)
{
    DIR *dir = opendir("/proc");
    bool found = false;
    for (struct dirent *e; dir && (e = readdir(dir));)
        found |= atoi(e->d_name) == pid;
    closedir(dir);
    return found;
}

static char state_of(void)
{
    char state = '?';
    if (proc_read("/proc/%d/stat", child) < 0)
        return '-';
    sscanf(strrchr(proc_text, ')') + 1, " %c", &state);
    return state;
}

int main(int argc, char **argv)
{
    char c;
    int ppid = 0, pid = 0;
    unsigned long soft = 0, hard = 0;
    (void)argc;
    if (pipe(ready) < 0)
        die("pipe");
    child = fork();
    if (child == 0)
        child_main(argv);
    if (read(ready[0], &c, 1) != 1)
        die("read");
    settle();
    CHECK(listed(child) && listed(getpid()));
    show_link("cwd");
    show_link("root");
    char path[64], exe[PATH_MAX] = "", own[PATH_MAX] = "";
    snprintf(path, sizeof path, "/proc/%d/exe", child);
    CHECK(readlink(path, exe, sizeof exe - 1) > 0 && readlink("/proc/self/exe", own, sizeof own - 1) > 0 &&
          strcmp(exe, own) == 0);
    proc_read("/proc/%d/cmdline", child);
    CHECK(proc_text[0] == '#');
    proc_read("/proc/%d/comm", child);
    say("%s", proc_text);
    proc_read("/proc/%d/stat", child);
    CHECK(sscanf(proc_text, "%d (first) S %d", &pid, &ppid) == 2 && pid == child && ppid == getpid());
    proc_read("/proc/%d/status", child);
    say("umask %s threads %s\n", proc_value("Umask"), proc_value("Threads"));
    CHECK_THAT("ignored", strtoull(proc_value("SigIgn"), NULL, 16) >> (SIGUSR1 - 1) & 1);
    CHECK(proc_value_is("Uid", "%d\t%d\t%d\t%d", getuid(), getuid(), getuid(), getuid()));
    proc_read("/proc/%d/limits", child);
    const char *line = strstr(proc_text, "Max open files");
    CHECK(line && sscanf(line, "Max open files %lu %lu", &soft, &hard) == 2 && soft == 50 && hard == 60);
    proc_read("/proc/%d/maps", child);
    CHECK(strstr(proc_text, own) && strstr(proc_text, "[stack]"));
    CHECK(proc_read("/proc/%d/smaps", child) > 1000);
    proc_read("/proc/%d/task/%d/children", getpid(), getpid());
    CHECK(atoi(proc_text) == child);
    threads();

    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    say("stopped: %c\n", state_of());
    show_link("cwd");
    kill(child, SIGKILL);
    siginfo_t info;
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
    say("dead: %c\n", state_of());
    show_link("cwd");
    CHECK(proc_read("/proc/%d/cmdline", child) == 0);
    CHECK(proc_read("/proc/%d/maps", child) == 0);
    int fd;
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    fd = open(path, O_RDONLY);
    waitpid(child, NULL, 0);
    report("reading of what is gone", read(fd, proc_text, 100));
    close(fd);
    say("gone: %c\n", state_of());
    CHECK(!listed(child));
    return 0;
}
