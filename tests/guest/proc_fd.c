/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* Descriptors in /proc, of the process itself and of another: names, modes, fdinfo, and opening them. */
#include "check.h"
#include "proc_files.h"
#include <dirent.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

static char folder[64];

static void name_of(const char *label, int fd)
{
    char path[128], text[PATH_MAX];
    snprintf(path, sizeof path, "%s/fd/%d", folder, fd);
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = 0;
    char *bracket = strchr(text, '[');
    if (bracket && text[0] != '/' && text[0] != 'a') /* pipe:[number] */
        *bracket = 0;
    struct stat st;
    say("%s: %s", label, size < 0 ? err_name(errno) : text);
    if (lstat(path, &st) == 0)
        say(" %o", st.st_mode & 07777);
    say("\n");
}

static void info_of(const char *label, int fd)
{
    if (proc_read("%s/fdinfo/%d", folder, fd) < 0) {
        say("%s: %s\n", label, err_name(errno));
        return;
    }
    const char *pos = proc_value("pos"), *flags = proc_value("flags");
    say("%s: pos %s flags %s%s\n", label, pos ? pos : "?", flags ? flags : "?",
        proc_value("mnt_id") ? "" : " no mount");
}

static int count(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s/fd", folder);
    DIR *dir = opendir(path);
    int found = 0;
    for (struct dirent *e; dir && (e = readdir(dir));)
        found += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return found;
}

static int file, pipes[2], sockets[2], event, poller, memory, path_only, directory;

static void show(void)
{
    char path[128], buf[8] = "";
    struct stat a, b;
    say("%d descriptors\n", count());
    name_of("file", file);
    name_of("pipe, reading", pipes[0]);
    name_of("pipe, writing", pipes[1]);
    name_of("socket", sockets[0]);
    name_of("event", event);
    name_of("epoll", poller);
    name_of("memory", memory);
    name_of("path", path_only);
    name_of("folder", directory);
    name_of("none", 99);
    info_of("file", file);
    info_of("pipe", pipes[0]);
    info_of("path", path_only);
    info_of("folder", directory);
    proc_read("%s/fdinfo/%d", folder, event);
    say("event count %s\n", proc_value("eventfd-count"));
    proc_read("%s/fdinfo/%d", folder, poller);
    int watched = -1;
    if (proc_value("tfd"))
        sscanf(proc_value("tfd"), "%d", &watched);
    CHECK_THAT("the watched descriptor has its number", watched == pipes[0]);

    snprintf(path, sizeof path, "%s/fd/%d", folder, file);
    CHECK_THAT("the link leads to the file", stat(path, &a) == 0 && stat("/tmp/proc_fd.test", &b) == 0 &&
                                                 a.st_ino == b.st_ino && a.st_size == 5);
    int again = open(path, O_RDONLY);
    report("read anew", read(again, buf, 5));
    say("%s\n", buf);
    close(again);
    snprintf(path, sizeof path, "%s/fd/%d", folder, pipes[1]);
    again = open(path, O_WRONLY);
    report("write into the pipe", write(again, "x", 1));
    close(again);
    snprintf(path, sizeof path, "%s/fd/%d", folder, sockets[0]);
    report("open a socket", open(path, O_RDONLY));
    snprintf(path, sizeof path, "%s/fd/%d", folder, memory);
    again = open(path, O_RDWR);
    report("memory", pread(again, buf, 3, 0));
    say("%.3s\n", buf);
    close(again);
    snprintf(path, sizeof path, "%s/fd/%d/proc_fd.test", folder, directory);
    report("below a folder", access(path, F_OK));
    snprintf(path, sizeof path, "%s/fd/99", folder);
    report("open none", open(path, O_RDONLY));
}

int main(void)
{
    struct epoll_event wanted = {.events = EPOLLIN};
    closefrom(3);
    unlink("/tmp/proc_fd.test");
    file = open("/tmp/proc_fd.test", O_RDWR | O_CREAT | O_APPEND, 0644);
    if (file < 0 || write(file, "hello", 5) != 5 || pipe2(pipes, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
        die("begin");
    event = eventfd(7, EFD_NONBLOCK);
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, pipes[0], &wanted);
    memory = memfd_create("area", 0);
    if (write(memory, "abc", 3) != 3)
        die("write");
    path_only = open("/tmp/proc_fd.test", O_PATH | O_NOFOLLOW);
    directory = open("/tmp", O_RDONLY | O_DIRECTORY);
    lseek(file, 2, SEEK_SET);

    say("of itself\n");
    snprintf(folder, sizeof folder, "/proc/self");
    show();
    say("of its parent\n");
    snprintf(folder, sizeof folder, "/proc/%d", getpid());
    report_status("child", in_child(show));
    say("of a child\n");
    pid_t child = fork();
    if (child == 0) {
        close(sockets[1]);
        pause();
        _exit(0);
    }
    settle();
    snprintf(folder, sizeof folder, "/proc/%d", child);
    show();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    report("descriptors of the dead", count());
    unlink("/tmp/proc_fd.test");
    snprintf(folder, sizeof folder, "/proc/self");
    name_of("unlinked", file);
    return 0;
}
