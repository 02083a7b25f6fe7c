/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Terminals: a pair of pseudo-terminals, their settings and requests, the line discipline, hanging up. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

static int master, slave;

static void from(int fd, const char *label)
{
    char buf[128];
    long n;

    struct pollfd p = {fd, POLLIN, 0};
    poll(&p, 1, 200);
    n = (p.revents & POLLIN) ? read(fd, buf, sizeof buf) : (errno = EAGAIN, -1);
    if (n < 0) {
        report(label, n);
        return;
    }
    char text[512] = "";
    for (long i = 0, at = 0; i < n; i++)
        at += sprintf(text + at, buf[i] >= ' ' && buf[i] < 127 ? "%c" : "\\x%02x", (unsigned char)buf[i]);
    say("%s: %ld \"%s\"\n", label, n, text);
}

static void to(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) != (long)strlen(text))
        die("write");
}

static void pair(void)
{
    int locked = -1;
    unsigned number = 99;
    char name[64];
    struct stat st;

    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    report_ok("posix_openpt", master);
    CHECK(isatty(master));
    report("TIOCGPTN", ioctl(master, TIOCGPTN, &number));
    report("TIOCGPTLCK", ioctl(master, TIOCGPTLCK, &locked));
    say("locked %d\n", locked);
    report("ptsname_r", ptsname_r(master, name, sizeof name));
    CHECK(strncmp(name, "/dev/pts/", 9) == 0 && atoi(name + 9) == (int)number);
    report("open while locked", open(name, O_RDWR | O_NOCTTY));
    report("grantpt", grantpt(master));
    report("unlockpt", unlockpt(master));
    slave = open(name, O_RDWR | O_NOCTTY);
    report_ok("open", slave);
    CHECK(isatty(slave));
    char shown[64] = "";
    report("ttyname_r", ttyname_r(slave, shown, sizeof shown));
    CHECK(strcmp(shown, name) == 0);
    CHECK(fstat(slave, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev >> 8 == 136);
    CHECK(fstat(master, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0x502);
    int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    report_ok("TIOCGPTPEER", peer);
    CHECK(isatty(peer) && fcntl(peer, F_GETFD) == FD_CLOEXEC);
    close(peer);
    report("TIOCGPTN of the slave", ioctl(slave, TIOCGPTN, &number));
}

static void settings(void)
{
    struct termios t, before;
    struct winsize w = {0};
    int value;

    report("tcgetattr", tcgetattr(slave, &before));
    say("iflag %#x oflag %#x cflag %#x lflag %#x\n", before.c_iflag, before.c_oflag, before.c_cflag,
        before.c_lflag);
    say("intr %d quit %d erase %d kill %d eof %d susp %d min %d\n", before.c_cc[VINTR], before.c_cc[VQUIT],
        before.c_cc[VERASE], before.c_cc[VKILL], before.c_cc[VEOF], before.c_cc[VSUSP], before.c_cc[VMIN]);
    report("speed", cfgetospeed(&before) == B38400);
    t = before;
    cfsetspeed(&t, B9600);
    t.c_cc[VERASE] = 8;
    report("tcsetattr", tcsetattr(slave, TCSADRAIN, &t));
    memset(&t, 0, sizeof t);
    tcgetattr(master, &t);
    CHECK(cfgetospeed(&t) == B9600 && t.c_cc[VERASE] == 8);
    report("restore", tcsetattr(slave, TCSAFLUSH, &before));
    /* The structure with speeds in numbers. */
    struct {
        unsigned iflag, oflag, cflag, lflag;
        unsigned char line, cc[19];
        unsigned ispeed, ospeed;
    } t2 = {0};
    report("TCGETS2", ioctl(slave, 0x802c542a, &t2));
    say("speeds %u %u\n", t2.ispeed, t2.ospeed);
    t2.cflag = (t2.cflag & ~0x100fu) | 0x1000;
    t2.ospeed = t2.ispeed = 12345;
    report("TCSETS2", ioctl(slave, 0x402c542b, &t2));
    report("TCGETS2", ioctl(slave, 0x802c542a, &t2));
    say("speeds %u %u\n", t2.ispeed, t2.ospeed);
    tcsetattr(slave, TCSANOW, &before);

    report("TIOCGWINSZ", ioctl(slave, TIOCGWINSZ, &w));
    say("%d x %d\n", w.ws_row, w.ws_col);
    w = (struct winsize){33, 111, 5, 6};
    report("TIOCSWINSZ", ioctl(master, TIOCSWINSZ, &w));
    memset(&w, 0, sizeof w);
    ioctl(slave, TIOCGWINSZ, &w);
    say("%d x %d, %d x %d\n", w.ws_row, w.ws_col, w.ws_xpixel, w.ws_ypixel);
    report("TIOCGETD", ioctl(slave, TIOCGETD, &value));
    say("discipline %d\n", value);
    report("TIOCEXCL", ioctl(slave, TIOCEXCL));
    report("TIOCGEXCL", ioctl(slave, TIOCGEXCL, &value));
    say("exclusive %d\n", value);
    report("TIOCNXCL", ioctl(slave, TIOCNXCL));
    report("TCSBRK", ioctl(slave, TCSBRK, 1));
    report("tcdrain", tcdrain(slave));
    report("tcsendbreak", tcsendbreak(slave, 0));
    report("tcflow off", tcflow(slave, TCOOFF));
    report("tcflow on", tcflow(slave, TCOON));
    report("tcflow badly", tcflow(slave, 77));
    report("tcflush", tcflush(slave, TCIOFLUSH));
    report("tcflush badly", tcflush(slave, 77));
    report("TIOCMGET", ioctl(slave, TIOCMGET, &value));
    report("unknown request", ioctl(slave, 0x54ff, &value));
    report("bad address", ioctl(slave, TCGETS, 16));
    int null = open("/dev/null", O_RDWR);
    report("TCGETS of no terminal", ioctl(null, TCGETS, &t));
    report("TIOCGWINSZ of no terminal", ioctl(null, TIOCGWINSZ, &w));
    report("TIOCGPGRP of no terminal", ioctl(null, TIOCGPGRP, &value));
    report("isatty of no descriptor", isatty(99));
    close(null);
}

static void lines(void)
{
    struct termios t, before;
    int value = -1;

    tcgetattr(slave, &before);
    to(master, "line\r");
    from(master, "echo");
    report("FIONREAD", ioctl(slave, FIONREAD, &value));
    say("%d bytes\n", value);
    from(slave, "line");
    to(master, "wrong\177\177ok\r");
    from(slave, "edited");
    from(master, "its echo");
    to(master, "half");
    struct pollfd p = {slave, POLLIN | POLLOUT, 0};
    report("poll of half a line", poll(&p, 1, 50));
    say("events %#x\n", p.revents);
    to(master, "\4");
    from(slave, "end of file in a line");
    to(master, "\4");
    from(slave, "end of file");
    from(master, "echo");
    to(slave, "out\n");
    from(master, "new lines become two");
    to(slave, "queued");
    report("TIOCINQ", ioctl(master, TIOCINQ, &value));
    report("TIOCOUTQ", ioctl(slave, TIOCOUTQ, &value));
    tcflush(master, TCIFLUSH);
    from(master, "rest");

    t = before;
    cfmakeraw(&t);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 1;
    tcsetattr(slave, TCSANOW, &t);
    char c;
    report("read with a time limit", read(slave, &c, 1));
    to(master, "a\r\3");
    from(slave, "raw");
    t.c_cc[VMIN] = 3;
    t.c_cc[VTIME] = 0;
    tcsetattr(slave, TCSANOW, &t);
    to(master, "12");
    report("poll below the least", poll(&p, 1, 0));
    to(master, "3");
    from(slave, "three");
    fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
    report("nothing", read(slave, &c, 1));
    int on = 1, off = 0;
    report("FIONBIO", ioctl(slave, FIONBIO, &off));
    CHECK(!(fcntl(slave, F_GETFL) & O_NONBLOCK));
    report("packet mode", ioctl(master, TIOCPKT, &on));
    to(slave, "p");
    from(master, "packet");
    tcflush(slave, TCIFLUSH);
    from(master, "flush as a packet");
    ioctl(master, TIOCPKT, &off);
    tcsetattr(slave, TCSANOW, &before);
}

static void hang_up(void)
{
    char c;
    struct pollfd p = {master, POLLIN, 0};

    to(slave, "last");
    close(slave);
    from(master, "what was written");
    report("read after the last slave", read(master, &c, 1));
    report("poll", poll(&p, 1, 0));
    say("events %#x\n", p.revents);
    char name[64];
    ptsname_r(master, name, sizeof name);
    slave = open(name, O_RDWR | O_NOCTTY);
    to(master, "again\r");
    from(slave, "opened again");
    close(master);
    report("read after the master", read(slave, &c, 1));
    report("write", write(slave, "x", 1));
    p.fd = slave;
    report("poll", poll(&p, 1, 0));
    say("events %#x\n", p.revents);
    struct termios t;
    report("tcgetattr", tcgetattr(slave, &t));
    close(slave);
    report("open of a closed pair", open(name, O_RDWR | O_NOCTTY));
}

int main(void)
{
    pair();
    settings();
    lines();
    hang_up();
    return 0;
}
