/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=30 */
/* Job control over a pair of pseudo-terminals: controlling terminals, foreground and background groups,
 * signals from keys, stops, orphaned groups, hanging up. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

static int master, slave;
static char name[64];

static void open_pair(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name))
        die("open a pair");
    slave = open(name, O_RDWR | O_NOCTTY);
    if (slave < 0)
        die("open the slave");
}

/* A session of its own with the slave as its terminal runs body. The master stays with the parent. */
static pid_t session(void (*body)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        setsid();
        if (ioctl(slave, TIOCSCTTY, 0))
            die("get a controlling terminal");
        body();
        _exit(0);
    }
    return pid;
}

static void finish(const char *label, pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        die("wait");
    report_status(label, status);
}

static void wait_for(const char *label, pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WUNTRACED | WCONTINUED) != pid)
        die("wait");
    report_status(label, status);
}

/* A child in a group of its own. */
static pid_t job(void (*body)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0);
        body();
        _exit(0);
    }
    setpgid(pid, pid);
    return pid;
}

static void foreground(pid_t group)
{
    sigset_t set, old;

    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    sigprocmask(SIG_BLOCK, &set, &old);
    if (tcsetpgrp(slave, group))
        report("tcsetpgrp", -1);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void whose(void)
{
    int fd = open("/dev/tty", O_RDWR);

    report_ok("open of /dev/tty", fd);
    CHECK(tcgetsid(slave) == getpid() && tcgetpgrp(slave) == getpid());
    CHECK(tcgetsid(fd) == getpid() && tcgetpgrp(fd) == getpid());
    CHECK(isatty(fd));
    report("TIOCSCTTY again", ioctl(slave, TIOCSCTTY, 0));
    report("tcsetpgrp to nobody", tcsetpgrp(slave, 999999));
    report("tcsetpgrp to a negative group", tcsetpgrp(slave, -1));
    report("tcsetpgrp to init", tcsetpgrp(slave, 1));
    pid_t pid = fork();
    if (pid == 0) {
        report("TIOCSCTTY of no leader", ioctl(slave, TIOCSCTTY, 0));
        CHECK(tcgetsid(slave) == getppid());
        setsid();
        report("tcgetsid from another session", tcgetsid(slave));
        report("tcgetpgrp from another session", tcgetpgrp(slave));
        report("tcsetpgrp from another session", tcsetpgrp(slave, getpid()));
        report("open of /dev/tty without one", open("/dev/tty", O_RDWR));
        report("TIOCSCTTY of a terminal that is taken", ioctl(slave, TIOCSCTTY, 0));
        _exit(0);
    }
    finish("child", pid);
    signal(SIGHUP, SIG_IGN);
    report("TIOCNOTTY", ioctl(fd, TIOCNOTTY));
    report("open of /dev/tty", open("/dev/tty", O_RDWR));
    report("tcgetpgrp", tcgetpgrp(slave));
    int again = open(name, O_RDWR);
    CHECK(again >= 0 && tcgetsid(again) == getpid());
}

static void say_line(void)
{
    char buf[32];
    long n = read(slave, buf, sizeof buf);

    if (n < 0)
        report("background read", n);
    else
        say("job read %.*s\n", (int)n - 1, buf);
    _exit(7);
}

static void read_ignoring(void)
{
    signal(SIGTTIN, SIG_IGN);
    say_line();
}

static void write_something(void)
{
    report("write", write(slave, "x", 1));
    _exit(8);
}

static void take_terminal(void)
{
    report("tcsetpgrp from the background", tcsetpgrp(slave, getpgrp()));
    _exit(9);
}

static void set_ignoring(void)
{
    struct termios t;

    signal(SIGTTOU, SIG_IGN);
    tcgetattr(slave, &t);
    report("tcsetattr from the background", tcsetattr(slave, TCSANOW, &t));
    report("write from the background", write(slave, "y", 1));
    _exit(10);
}

static void background(void)
{
    struct termios t;
    pid_t pid = job(say_line);

    wait_for("reader", pid);
    foreground(pid);
    CHECK(tcgetpgrp(slave) == pid);
    kill(-pid, SIGCONT);
    wait_for("reader", pid);
    wait_for("reader", pid);
    foreground(getpid());
    pid = job(read_ignoring);
    finish("reader that ignores SIGTTIN", pid);
    pid = job(write_something);
    finish("writer", pid);
    tcgetattr(slave, &t);
    t.c_lflag |= TOSTOP;
    tcsetattr(slave, TCSANOW, &t);
    pid = job(write_something);
    wait_for("writer with TOSTOP", pid);
    foreground(pid);
    kill(-pid, SIGCONT);
    wait_for("writer", pid);
    finish("writer", pid);
    foreground(getpid());
    pid = job(take_terminal);
    wait_for("thief", pid);
    kill(-pid, SIGKILL);
    finish("thief", pid);
    pid = job(set_ignoring);
    finish("one that ignores SIGTTOU", pid);
}

static volatile int *shared;

static void on_key(int number)
{
    say("handler of SIG%s\n", sig_name(number));
    *shared = number;
}

static void sit(void)
{
    for (;;)
        pause();
}

static void sit_handled(void)
{
    on_signal(SIGINT, on_key, SA_RESTART);
    on_signal(SIGWINCH, on_key, SA_RESTART);
    *shared = -1;
    for (int i = 0; i < 500 && *shared != SIGWINCH; i++)
        sleep_ms(10);
    _exit(11);
}

static void keys(void)
{
    pid_t pid = job(sit);

    foreground(pid);
    *shared = 1;
    wait_for("Ctrl-Z", pid);
    CHECK(tcgetpgrp(slave) == pid);
    kill(-pid, SIGCONT);
    wait_for("fg", pid);
    *shared = 2;
    wait_for("Ctrl-C", pid);
    pid = job(sit);
    foreground(pid);
    *shared = 3;
    wait_for("Ctrl-\\", pid);
    pid = job(sit_handled);
    foreground(pid);
    while (*shared != -1)
        sleep_ms(10);
    *shared = 4;
    wait_for("handled", pid);
    foreground(getpid());
}

static void press(int step, char key)
{
    for (int i = 0; i < 500 && *shared != step; i++)
        sleep_ms(10);
    settle();
    if (write(master, &key, 1) != 1)
        die("write");
}

static void run_keys(void)
{
    pid_t pid = session(keys);
    struct winsize w = {50, 100, 0, 0};

    press(1, 032);
    press(2, 003);
    press(3, 034);
    press(4, 003);
    for (int i = 0; i < 500 && *shared != SIGINT; i++)
        sleep_ms(10);
    ioctl(master, TIOCSWINSZ, &w);
    finish("session", pid);
}

/* A group whose last parent outside of it is gone cannot stop. */
static void orphaned(void)
{
    int ready[2];
    char c;

    if (pipe(ready))
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        if (fork() == 0) {
            while (getppid() != 1 && !*shared)
                sleep_ms(10);
            sleep_ms(100);
            report("read of an orphaned group", read(slave, &c, 1));
            raise(SIGTSTP);
            say("SIGTSTP did not stop it\n");
            if (write(ready[1], "x", 1) != 1)
                _exit(1);
            _exit(0);
        }
        sleep_ms(50);
        *shared = 1;
        _exit(0);
    }
    setpgid(pid, pid);
    finish("parent", pid);
    if (read(ready[0], &c, 1) != 1)
        die("read");
}

static void on_hangup(int number)
{
    *shared += number == SIGHUP ? 1 : 100;
}

static void hung_up(void)
{
    char c;

    close(master);
    on_signal(SIGHUP, on_hangup, 0);
    on_signal(SIGCONT, on_hangup, 0);
    shared[1] = 1;
    while (*shared < 101)
        sleep_ms(10);
    report("read", read(slave, &c, 1));
    report("write", write(slave, "x", 1));
    report("open of /dev/tty", open("/dev/tty", O_RDWR));
    _exit(12);
}

static int alive[2]; /* a pipe that ends with the last process that writes to it */

static void foreground_dies(void)
{
    signal(SIGHUP, SIG_DFL);
    shared[1] = getpid();
    for (;;)
        pause();
}

/* The leader goes: its foreground group is told. */
static void leader_ends(void)
{
    pid_t pid = job(foreground_dies);

    foreground(pid);
    while (shared[1] != pid)
        sleep_ms(10);
    _exit(13);
}

static void part(const char *title, void (*body)(void))
{
    say("%s\n", title);
    *shared = shared[1] = 0;
    open_pair();
    if (pipe(alive))
        die("pipe");
    if (body == run_keys) {
        body();
    } else {
        pid_t pid = session(body);
        if (body == background) {
            settle(), settle();
            if (write(master, "a line\n", 7) != 7)
                die("write");
        }
        if (body == hung_up) {
            while (!shared[1])
                sleep_ms(10);
            close(slave);
            close(master);
        }
        finish("session", pid);
        if (body == leader_ends) {
            char c;
            close(alive[1]);
            CHECK_THAT("the foreground group has ended", read(alive[0], &c, 1) == 0);
        }
    }
    close(master);
    close(slave);
}

int main(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    part("whose terminal", whose);
    part("background", background);
    part("keys", run_keys);
    part("orphaned", orphaned);
    part("hung up", hung_up);
    part("leader ends", leader_ends);
    return 0;
}
