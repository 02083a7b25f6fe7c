/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,image timeout=20 */
/* sendmsg and its family: descriptors and credentials in control data, peeking, truncation, many messages at
 * once. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static long send_fds(int sock, const int *fds, int n, const char *text)
{
    char control[CMSG_SPACE(sizeof(int) * 300)] = {0};
    struct iovec iov = {(void *)text, strlen(text)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control,
                         .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    return sendmsg(sock, &msg, 0);
}

/* Receives; prints what came; returns the number of descriptors. */
static int receive(int sock, int *fds, size_t room, int flags)
{
    char control[4096] = {0}, text[64] = {0};
    struct iovec iov = {text, sizeof text};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    long n = recvmsg(sock, &msg, flags);
    int found = 0;

    if (n < 0) {
        report("recvmsg", n);
        return -1;
    }
    say("got \"%.*s\", flags %#x, %d bytes of control\n", (int)n, text, msg.msg_flags & ~MSG_CMSG_CLOEXEC,
        (int)msg.msg_controllen);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            int count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            say("  rights: %d\n", count);
            memcpy(fds + found, CMSG_DATA(c), count * sizeof(int));
            found += count;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred u;
            memcpy(&u, CMSG_DATA(c), sizeof u);
            say("  credentials: %s, uid %s, gid %s\n",
                u.pid == getpid()    ? "own pid"
                : u.pid == getppid() ? "pid of the parent"
                : u.pid == 0         ? "no pid"
                                     : "another pid",
                u.uid == getuid() ? "own" : "other", u.gid == getgid() ? "own" : "other");
        } else {
            say("  level %d type %d length %d\n", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
        }
    }
    return found;
}

static void rights(void)
{
    int s[2], p[2], in[5], out[8], other[2];
    char path[] = "/tmp/rights-XXXXXX", buf[32] = {0};

    say("rights\n");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) || pipe(p) || socketpair(AF_UNIX, SOCK_DGRAM, 0, other))
        die("prepare");
    in[0] = mkstemp(path);
    in[1] = p[1];
    in[2] = other[0];
    in[3] = eventfd(7, EFD_NONBLOCK);
    in[4] = memfd_create("m", 0);
    CHECK(write(in[0], "0123456789", 10) == 10);
    lseek(in[0], 4, SEEK_SET);
    report("send", send_fds(s[0], in, 5, "take"));
    int n = receive(s[1], out, CMSG_SPACE(5 * sizeof(int)), MSG_CMSG_CLOEXEC);
    CHECK(n == 5);
    for (int i = 0; i < 5; i++)
        CHECK(out[i] != in[i] && fcntl(out[i], F_GETFD) == FD_CLOEXEC);
    CHECK(fcntl(out[0], F_GETFL) == fcntl(in[0], F_GETFL) && fcntl(out[1], F_GETFL) == O_WRONLY);
    report("read at the shared offset", read(out[0], buf, 3));
    say("%s\n", buf);
    report("offset of the sender", lseek(in[0], 0, SEEK_CUR));
    struct stat a, b;
    CHECK(fstat(in[0], &a) == 0 && fstat(out[0], &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    CHECK(fstat(out[1], &b) == 0 && S_ISFIFO(b.st_mode));
    report("write to the pipe", write(out[1], "pipe", 4));
    report("read from it", read(p[0], buf, sizeof buf));
    report("send through the socket", send(out[2], "dgram", 5, 0));
    report("receive", recv(other[1], buf, sizeof buf, 0));
    uint64_t value = 0;
    report("read of the event", read(out[3], &value, 8));
    say("value %d\n", (int)value);
    report("ftruncate of the memory", ftruncate(out[4], 4096));
    fstat(in[4], &a);
    say("size %d\n", (int)a.st_size);
    for (int i = 0; i < 5; i++)
        close(out[i]);

    /* Without the flag, not close-on-exec; the lowest number is taken. */
    report("send", send_fds(s[0], in, 1, "x"));
    int lowest = dup(0);
    close(lowest);
    CHECK(receive(s[1], out, 64, 0) == 1);
    CHECK(out[0] == lowest && fcntl(out[0], F_GETFD) == 0);
    close(out[0]);

    /* Sockets over sockets, a folder, an O_PATH descriptor. */
    in[0] = s[0], in[1] = open("/tmp", O_RDONLY | O_DIRECTORY), in[2] = open("/tmp", O_PATH);
    report("send", send_fds(s[0], in, 3, "y"));
    CHECK(receive(s[1], out, 64, 0) == 3);
    report("write through itself", write(out[0], "z", 1));
    report("read", read(s[1], buf, sizeof buf));
    report_ok("openat of the folder", openat(out[1], path + 5, O_RDONLY));
    CHECK((fcntl(out[2], F_GETFL) & O_PATH) == O_PATH);
    report("read of O_PATH", read(out[2], buf, 1));
    report_ok("openat of O_PATH", openat(out[2], path + 5, O_RDONLY));
    close(out[0]), close(out[1]), close(out[2]);

    /* Too little room, bad descriptors, too many. */
    report("send", send_fds(s[0], in, 3, "room"));
    CHECK(receive(s[1], out, CMSG_SPACE(sizeof(int)), 0) == 2);
    close(out[0]), close(out[1]);
    report("send", send_fds(s[0], in, 3, "none"));
    CHECK(receive(s[1], out, 0, 0) == 0);
    report("send", send_fds(s[0], in, 3, "read"));
    report("read drops them", read(s[1], buf, sizeof buf));
    in[1] = 999;
    report("bad descriptor", send_fds(s[0], in, 3, "bad"));
    int many[300];
    for (int i = 0; i < 300; i++)
        many[i] = 0;
    report("254 descriptors", send_fds(s[0], many, 254, "many"));
    report("nothing arrived", recv(s[1], buf, 1, MSG_DONTWAIT));

    /* Peeking gives new descriptors each time. */
    report("send", send_fds(s[0], in, 1, "peek"));
    CHECK(receive(s[1], out, 64, MSG_PEEK) == 1);
    CHECK(receive(s[1], out + 1, 64, 0) == 1);
    CHECK(out[0] != out[1]);
    close(out[0]), close(out[1]);

    /* What is in flight keeps the object; a child uses it. */
    pid_t pid = fork();
    if (pid == 0) {
        int q[2];
        if (pipe(q) || send_fds(s[1], q, 2, "q") < 0 || write(q[1], "child", 5) != 5)
            _exit(1);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    CHECK(receive(s[0], out, 64, 0) == 2);
    close(out[1]);
    report("read of a dead child's pipe", read(out[0], buf, sizeof buf));
    report("its end", read(out[0], buf, sizeof buf));
    close(out[0]);

    /* An epoll descriptor with something in it. */
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 77};
    report("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
    report("send", send_fds(s[0], &ep, 1, "epoll"));
    CHECK(receive(s[1], out, 64, 0) == 1);
    CHECK(write(p[1], "!", 1) == 1);
    memset(&ev, 0, sizeof ev);
    report("epoll_wait", epoll_wait(out[0], &ev, 1, 1000));
    say("data %d\n", (int)ev.data.u32);
    unlink(path);
}

static void credentials(void)
{
    int s[2], fds[4], yes = 1;

    say("credentials\n");
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    report("SO_PASSCRED", setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes));
    report("send", send(s[0], "plain", 5, 0));
    receive(s[1], fds, 128, 0);

    char control[CMSG_SPACE(sizeof(struct ucred))] = {0};
    struct iovec iov = {"own", 3};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    struct ucred u = {getpid(), getuid(), getgid()};
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof u);
    memcpy(CMSG_DATA(c), &u, sizeof u);
    report("own credentials", sendmsg(s[0], &msg, 0));
    receive(s[1], fds, 128, 0);
    u.pid = 999999;
    memcpy(CMSG_DATA(c), &u, sizeof u);
    CHECK(sendmsg(s[0], &msg, 0) == -1 && (errno == ESRCH || errno == EPERM));
    c->cmsg_len = CMSG_LEN(4);
    report("short ones", sendmsg(s[0], &msg, 0));

    pid_t pid = fork();
    if (pid == 0) {
        send(s[0], "child", 5, 0);
        receive(s[1], fds, 128, MSG_PEEK);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    receive(s[1], fds, 128, 0);
    int in = s[0];
    send_fds(s[0], &in, 1, "both");
    CHECK(receive(s[1], fds, 128, 0) == 1);
    yes = 0;
    setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes);
    send(s[0], "without", 7, 0);
    receive(s[1], fds, 128, 0);
    if (pid)
        close(fds[0]);
    close(s[0]), close(s[1]);
}

static void parts(void)
{
    int s[2];
    char a[4], b[8], buf[16];

    say("parts\n");
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    struct iovec iov[2] = {{"abc", 3}, {"defgh", 5}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    report("gather", sendmsg(s[0], &msg, 0));
    iov[0] = (struct iovec){a, 4}, iov[1] = (struct iovec){b, 2};
    report("peek", recv(s[1], buf, 2, MSG_PEEK));
    report("true length", recv(s[1], buf, 2, MSG_PEEK | MSG_TRUNC));
    report("scatter", recvmsg(s[1], &msg, 0));
    say("%.4s %.2s flags %#x\n", a, b, msg.msg_flags);
    report("empty datagram", send(s[0], "", 0, 0));
    report("received", recv(s[1], buf, sizeof buf, 0));
    report("nothing", recv(s[1], buf, sizeof buf, MSG_DONTWAIT));
    msg.msg_iovlen = 1025;
    report("1025 parts", sendmsg(s[0], &msg, 0));
    msg.msg_iovlen = 0;
    report("no parts", sendmsg(s[0], &msg, 0));
    report("received", recv(s[1], buf, sizeof buf, 0));
    msg = (struct msghdr){.msg_iov = (void *)16, .msg_iovlen = 1};
    report("bad vector", sendmsg(s[0], &msg, 0));
    iov[0].iov_base = (void *)16;
    msg = (struct msghdr){.msg_iov = iov, .msg_iovlen = 1};
    report("bad buffer", sendmsg(s[0], &msg, 0));
    report("bad header", sendmsg(s[0], (void *)16, 0));
    report("bad flag MSG_OOB", send(s[0], "x", 1, MSG_OOB));
    close(s[0]), close(s[1]);

    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 4; i++) {
            if (write(s[0], "1234", 4) != 4)
                _exit(1);
            sleep_ms(20);
        }
        _exit(0);
    }
    report("MSG_WAITALL", recv(s[1], buf, 16, MSG_WAITALL));
    waitpid(pid, NULL, 0);
    report("MSG_MORE", send(s[0], "ab", 2, MSG_MORE));
    report("recv", recv(s[1], buf, 16, 0));
    /* Text and descriptors do not merge with what follows. */
    int in = s[0], out[4];
    send(s[0], "first", 5, 0);
    send_fds(s[0], &in, 1, "second");
    send(s[0], "third", 5, 0);
    for (int i = 0; i < 3; i++)
        if (receive(s[1], out, 64, MSG_DONTWAIT) == 1)
            close(out[0]);
    close(s[0]), close(s[1]);
}

static void many(void)
{
    int s[2];
    struct mmsghdr m[4] = {0};
    struct iovec iov[4];
    char buf[4][16];

    say("many\n");
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s);
    for (int i = 0; i < 4; i++) {
        iov[i] = (struct iovec){"message" + i, 7 - i};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    report("sendmmsg", sendmmsg(s[0], m, 4, 0));
    say("lengths %u %u %u %u\n", m[0].msg_len, m[1].msg_len, m[2].msg_len, m[3].msg_len);
    for (int i = 0; i < 4; i++) {
        iov[i] = (struct iovec){buf[i], 5};
        m[i].msg_len = 99;
    }
    report("recvmmsg", recvmmsg(s[1], m, 3, 0, NULL));
    say("lengths %u %u %u %u, flags %#x %#x %#x\n", m[0].msg_len, m[1].msg_len, m[2].msg_len, m[3].msg_len,
        m[0].msg_hdr.msg_flags, m[1].msg_hdr.msg_flags, m[2].msg_hdr.msg_flags);
    report("recvmmsg of the last", recvmmsg(s[1], m, 4, MSG_DONTWAIT, NULL));
    report("recvmmsg of none", recvmmsg(s[1], m, 4, MSG_DONTWAIT, NULL));
    send(s[0], "one", 3, 0);
    report("MSG_WAITFORONE", recvmmsg(s[1], m, 4, MSG_WAITFORONE, NULL));
    struct timespec t = {0, 50000000};
    send(s[0], "one", 3, 0);
    send(s[0], "two", 3, 0);
    report("with a timeout", recvmmsg(s[1], m, 2, 0, &t));
    t.tv_nsec = -1;
    report("bad timeout", recvmmsg(s[1], m, 2, 0, &t));
    report("sendmmsg of none", sendmmsg(s[0], m, 0, 0));
    iov[1].iov_base = (void *)16;
    report("error at the second", sendmmsg(s[0], m, 2, 0));
    report("bad address", sendmmsg(s[0], (void *)16, 2, 0));
    close(s[0]), close(s[1]);
}

/* Descriptors that are kept across exec after they came through a socket. */
static void across_exec(char *self)
{
    int s[2], out[2];
    char path[] = "/tmp/across-XXXXXX", number[16];

    say("exec\n");
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    int fd = mkstemp(path);
    send_fds(s[0], &fd, 1, "f");
    close(fd);
    receive(s[1], out, 64, 0);
    snprintf(number, sizeof number, "%d", out[0]);
    setenv("FD", number, 1);
    snprintf(number, sizeof number, "%d", s[0]);
    setenv("SOCK", number, 1);
    pid_t pid = fork();
    if (pid == 0) {
        execl(self, self, "exec", NULL);
        _exit(9);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("program", status);
    char buf[8] = {0};
    report("what it wrote", pread(out[0], buf, sizeof buf, 0));
    report("what it sent", recv(s[1], buf, sizeof buf, MSG_DONTWAIT));
    unlink(path);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        int type = 0;
        socklen_t len = sizeof type;
        report("write", write(atoi(getenv("FD")), "written", 7));
        report("send", send(atoi(getenv("SOCK")), "sent", 4, 0));
        getsockopt(atoi(getenv("SOCK")), SOL_SOCKET, SO_TYPE, &type, &len);
        return type == SOCK_STREAM ? 0 : 1;
    }
    rights();
    credentials();
    parts();
    many();
    across_exec(argv[0]);
    return 0;
}
