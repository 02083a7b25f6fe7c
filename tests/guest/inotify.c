/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,image timeout=20 */
/* inotify: events of folders and files, moves, removal, one-shot watches, readiness. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static const struct {
    uint32_t bit;
    const char *name;
} bits[] = {
    {IN_ACCESS, "ACCESS"},
    {IN_MODIFY, "MODIFY"},
    {IN_ATTRIB, "ATTRIB"},
    {IN_CLOSE_WRITE, "CLOSE_WRITE"},
    {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
    {IN_OPEN, "OPEN"},
    {IN_MOVED_FROM, "MOVED_FROM"},
    {IN_MOVED_TO, "MOVED_TO"},
    {IN_CREATE, "CREATE"},
    {IN_DELETE, "DELETE"},
    {IN_DELETE_SELF, "DELETE_SELF"},
    {IN_MOVE_SELF, "MOVE_SELF"},
    {IN_UNMOUNT, "UNMOUNT"},
    {IN_Q_OVERFLOW, "Q_OVERFLOW"},
    {IN_IGNORED, "IGNORED"},
    {IN_ISDIR, "ISDIR"},
};

static int watches[16];
static uint32_t first_cookie;

/* All that waits, a line each. Attribute events are left out: how often a file system makes them is its own
 * affair. */
static void drain(int fd, const char *label)
{
    char buf[8192] __attribute__((aligned(8)));
    long n = read(fd, buf, sizeof buf);

    say("%s:\n", label);
    for (long at = 0; at < n;) {
        struct inotify_event *e = (void *)(buf + at);
        char text[200] = "";

        at += sizeof *e + e->len;
        if (e->mask == IN_ATTRIB)
            continue;
        for (unsigned i = 0; i < sizeof bits / sizeof *bits; i++)
            if (e->mask & bits[i].bit)
                strcat(strcat(text, " "), bits[i].name);
        int which = -1;
        for (int i = 0; i < 16; i++)
            if (watches[i] == e->wd)
                which = i;
        if (e->cookie && !first_cookie)
            first_cookie = e->cookie;
        say("  watch %d%s%s%s%s\n", which, text, e->len ? " " : "", e->len ? e->name : "",
            e->cookie ? e->cookie == first_cookie ? " (first move)" : " (another move)" : "");
    }
    if (n < 0)
        say("  %s\n", err_name(errno));
}

static void touch(const char *name)
{
    close(open(name, O_CREAT | O_WRONLY, 0644));
}

int main(void)
{
    char folder[] = "/tmp/inotify-XXXXXX";

    if (!mkdtemp(folder) || chdir(folder) || mkdir("a", 0755) || mkdir("b", 0755))
        die("prepare");
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    report_ok("inotify_init1", fd);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_GETFL) == (O_RDONLY | O_NONBLOCK));
    drain(fd, "nothing");
    report("write", write(fd, "x", 1));
    report("bad flags", inotify_init1(1));
    watches[0] = inotify_add_watch(fd, "a", IN_ALL_EVENTS);
    report_ok("watch of a", watches[0]);
    watches[1] = inotify_add_watch(fd, "b", IN_ALL_EVENTS & ~(IN_OPEN | IN_CLOSE));
    report_ok("watch of b", watches[1]);
    CHECK(inotify_add_watch(fd, "../../tmp/../tmp", IN_DELETE_SELF) > 0);
    report("nothing there", inotify_add_watch(fd, "none", IN_CREATE));
    report("no events", inotify_add_watch(fd, "a", 0));
    report("bad descriptor", inotify_add_watch(99, "a", IN_CREATE));
    report("not inotify's", inotify_add_watch(1, "a", IN_CREATE));
    report("bad path", inotify_add_watch(fd, (char *)16, IN_CREATE));
    report("empty path", inotify_add_watch(fd, "", IN_CREATE));

    touch("a/file");
    drain(fd, "create");
    struct pollfd p = {fd, POLLIN, 0};
    report("poll of nothing", poll(&p, 1, 0));
    int f = open("a/file", O_RDWR);
    report("poll", poll(&p, 1, 0));
    int waiting = 0;
    report("FIONREAD", ioctl(fd, FIONREAD, &waiting));
    say("%d bytes\n", waiting);
    CHECK(write(f, "text", 4) == 4);
    char c;
    CHECK(pread(f, &c, 1, 0) == 1);
    close(f);
    drain(fd, "open, write, read, close");
    struct stat st;
    stat("a/file", &st);
    access("a/file", R_OK);
    drain(fd, "stat");
    mkdir("a/sub", 0755);
    symlink("file", "a/link");
    link("a/file", "a/hard");
    mkfifo("a/fifo", 0644);
    drain(fd, "other names");
    rename("a/file", "b/moved");
    rename("a/hard", "a/hard2");
    drain(fd, "moves");
    unlink("b/moved");
    rmdir("a/sub");
    drain(fd, "removal");
    truncate("a/hard2", 2);
    drain(fd, "truncate");

    /* A watch of a file, by a link and not. */
    watches[2] = inotify_add_watch(fd, "a/hard2", IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF);
    symlink("a/hard2", "to");
    CHECK(inotify_add_watch(fd, "to", IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF | IN_MASK_ADD) == watches[2]);
    watches[3] = inotify_add_watch(fd, "to", IN_ALL_EVENTS | IN_DONT_FOLLOW);
    CHECK(watches[3] > 0 && watches[3] != watches[2]);
    report("only a folder", inotify_add_watch(fd, "a/hard2", IN_MODIFY | IN_ONLYDIR));
    report("exists already", inotify_add_watch(fd, "a", IN_MODIFY | IN_MASK_CREATE));
    inotify_rm_watch(fd, watches[0]);
    drain(fd, "removed watch");
    watches[0] = 0;
    truncate("a/hard2", 1);
    rename("a/hard2", "a/hard3");
    unlink("to");
    unlink("a/hard3");
    drain(fd, "a file and a link");
    report("remove again", inotify_rm_watch(fd, watches[2]));
    report("remove of none", inotify_rm_watch(fd, 999));
    report("remove from another", inotify_rm_watch(1, 1));
    report("remove from none", inotify_rm_watch(99, 1));

    watches[4] = inotify_add_watch(fd, "b", IN_CREATE | IN_ONESHOT);
    CHECK(watches[4] == watches[1]);
    touch("b/one");
    touch("b/two");
    drain(fd, "one-shot");
    watches[4] = inotify_add_watch(fd, "b", IN_CREATE);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(50);
        touch("b/child");
        _exit(0);
    }
    fcntl(fd, F_SETFL, 0);
    char small[4], event[64];
    report("too small", read(fd, small, sizeof small));
    report("waits", read(fd, event, sizeof event));
    waitpid(pid, NULL, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (chdir("/") || system(command))
        return 1;
    drain(fd, "the end");
    close(fd);
    return 0;
}
