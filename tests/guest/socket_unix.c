/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,image timeout=20 */
/* UNIX sockets: pairs of every type, names (paths, abstract, automatic), listening, credentials of peers. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static char folder[] = "/tmp/socket-XXXXXX";

static void say_name(const char *label, const struct sockaddr_un *un, socklen_t len)
{
    size_t n = len - offsetof(struct sockaddr_un, sun_path);

    if (len <= offsetof(struct sockaddr_un, sun_path))
        say("%s: family %d, no name (%d)\n", label, un->sun_family, (int)len);
    else if (un->sun_path[0])
        say("%s: path %s, %d beyond it\n", label,
            strncmp(un->sun_path, folder, strlen(folder)) ? un->sun_path : un->sun_path + strlen(folder) + 1,
            (int)(n - strnlen(un->sun_path, n)));
    else
        say("%s: abstract, %d bytes\n", label, (int)n);
}

static void names_of(const char *label, int fd)
{
    struct sockaddr_un un;
    socklen_t len = sizeof un;
    char text[80];

    memset(&un, 'x', sizeof un);
    snprintf(text, sizeof text, "name of %s", label);
    if (getsockname(fd, (struct sockaddr *)&un, &len))
        report(text, -1);
    else
        say_name(text, &un, len);
    len = sizeof un;
    memset(&un, 'x', sizeof un);
    snprintf(text, sizeof text, "peer of %s", label);
    if (getpeername(fd, (struct sockaddr *)&un, &len))
        report(text, -1);
    else
        say_name(text, &un, len);
}

static socklen_t path_address(struct sockaddr_un *un, const char *name)
{
    un->sun_family = AF_UNIX;
    snprintf(un->sun_path, sizeof un->sun_path, "%s/%s", folder, name);
    return sizeof *un;
}

static socklen_t abstract_address(struct sockaddr_un *un, const char *name)
{
    int n = snprintf(un->sun_path + 1, sizeof un->sun_path - 1, "%s-%07d", name, getpid());
    un->sun_family = AF_UNIX;
    un->sun_path[0] = 0;
    return offsetof(struct sockaddr_un, sun_path) + 1 + n;
}

static void pairs(void)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

    for (int i = 0; i < 3; i++) {
        int fds[2], type = 0;
        socklen_t len = sizeof type;
        char buf[32] = {0};

        say("pair of type %d\n", types[i]);
        report("socketpair", socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, fds));
        report("SO_TYPE", getsockopt(fds[0], SOL_SOCKET, SO_TYPE, &type, &len));
        CHECK(type == types[i] && len == sizeof type);
        CHECK(fcntl(fds[0], F_GETFD) == FD_CLOEXEC && fcntl(fds[1], F_GETFD) == FD_CLOEXEC);
        CHECK(fcntl(fds[0], F_GETFL) == O_RDWR);
        report("write", write(fds[0], "hello", 5));
        report("send", send(fds[0], "world!", 6, 0));
        report("FIONREAD", (ioctl(fds[1], FIONREAD, &type), type));
        report("read", read(fds[1], buf, sizeof buf));
        say("got %s\n", buf);
        names_of("pair", fds[0]);
        report("pread", pread(fds[0], buf, 1, 0));
        report("lseek", lseek(fds[0], 0, SEEK_SET));
        struct stat st;
        report("fstat", fstat(fds[0], &st));
        CHECK(S_ISSOCK(st.st_mode));
        report("shutdown of writing", shutdown(fds[0], SHUT_WR));
        signal(SIGPIPE, SIG_IGN);
        report("write after it", write(fds[0], "x", 1));
        report("read of the rest", recv(fds[1], buf, sizeof buf, MSG_DONTWAIT));
        report("read of the end", recv(fds[1], buf, sizeof buf, MSG_DONTWAIT));
        struct pollfd p = {fds[1], POLLIN | POLLOUT | POLLRDHUP, 0};
        report("poll", poll(&p, 1, 0));
        say("events %#x\n", p.revents);
        close(fds[0]);
        report("poll after close", poll(&p, 1, 0));
        say("events %#x\n", p.revents);
        report("write after close", send(fds[1], "x", 1, MSG_NOSIGNAL));
        close(fds[1]);
    }
    int fds[2];
    report("nonblocking pair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    CHECK(fcntl(fds[0], F_GETFL) == (O_RDWR | O_NONBLOCK) && fcntl(fds[0], F_GETFD) == 0);
    char c;
    report("empty", read(fds[0], &c, 1));
    char *big = calloc(1, 1 << 20);
    CHECK(write(fds[0], big, 1 << 20) > 0);
    report("full", write(fds[0], big, 1 << 20));
    free(big);
    report("bad type flags", socketpair(AF_UNIX, SOCK_STREAM | 0x100000, 0, fds));
    report("INET pair", socketpair(AF_INET, SOCK_STREAM, 0, fds));
    report("bad protocol", socketpair(AF_UNIX, SOCK_STREAM, 5, fds));
    report("bad pointer", syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 8));
    report("unknown family", socket(200, SOCK_STREAM, 0));
    report("unknown type", socket(AF_UNIX, 9, 0));
}

static void serve(const char *what, int type, struct sockaddr_un *un, socklen_t len)
{
    char buf[32] = {0};
    int listener = socket(AF_UNIX, type, 0), client = socket(AF_UNIX, type, 0);

    say("server: %s, type %d\n", what, type);
    report("connect before", connect(client, (struct sockaddr *)un, len));
    report("bind", bind(listener, (struct sockaddr *)un, len));
    names_of("bound socket", listener);
    report("connect before listen", connect(client, (struct sockaddr *)un, len));
    report("bind twice", bind(listener, (struct sockaddr *)un, len));
    report("bind of another", bind(client, (struct sockaddr *)un, len));
    report("listen", listen(listener, 4));
    int yes = 0;
    socklen_t size = sizeof yes;
    report("SO_ACCEPTCONN", (getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size), yes));
    report("connect", connect(client, (struct sockaddr *)un, len));
    struct sockaddr_un from;
    socklen_t from_len = sizeof from;
    int conn = accept4(listener, (struct sockaddr *)&from, &from_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    report_ok("accept4", conn);
    say_name("from", &from, from_len);
    CHECK(fcntl(conn, F_GETFL) == (O_RDWR | O_NONBLOCK) && fcntl(conn, F_GETFD) == FD_CLOEXEC);
    names_of("accepted", conn);
    names_of("client", client);
    struct ucred cred = {0};
    size = sizeof cred;
    report("SO_PEERCRED", getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &cred, &size));
    CHECK(size == sizeof cred && cred.pid == getpid() && cred.uid == geteuid() && cred.gid == getegid());
    size = 4;
    report("SO_PEERCRED, short", getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &cred, &size));
    say("size %d\n", (int)size);
    report("write", write(client, "to you", 6));
    report("read", read(conn, buf, sizeof buf));
    say("got %s\n", buf);
    report("connect again", connect(client, (struct sockaddr *)un, len));
    from_len = sizeof from;
    fcntl(listener, F_SETFL, O_NONBLOCK);
    report("accept of none", accept(listener, (struct sockaddr *)&from, &from_len));
    report("accept with bad flags", accept4(listener, NULL, NULL, 1));
    report("accept of no listener", accept(client, NULL, NULL));
    close(conn);
    report("end", read(client, buf, sizeof buf));
    close(client);

    /* A listener is inherited, and a child connects. */
    fcntl(listener, F_SETFL, 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = socket(AF_UNIX, type, 0);
        if (connect(fd, (struct sockaddr *)un, len))
            _exit(1);
        struct ucred c;
        socklen_t n = sizeof c;
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n);
        if (read(fd, buf, 1) != 1)
            _exit(2);
        _exit(c.pid == getppid() ? 0 : 3);
    }
    conn = accept(listener, NULL, NULL);
    size = sizeof cred;
    getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &cred, &size);
    CHECK_THAT("the peer is the child", cred.pid == pid);
    report("write to the child", write(conn, "x", 1));
    int status;
    waitpid(pid, &status, 0);
    report_status("child", status);
    close(conn);
    close(listener);
    client = socket(AF_UNIX, type, 0);
    report("connect after close", connect(client, (struct sockaddr *)un, len));
    close(client);
}

static void datagrams(void)
{
    struct sockaddr_un a = {0}, b = {0}, from = {0};
    socklen_t a_len = path_address(&a, "dgram-a"), b_len = abstract_address(&b, "dgram-b"),
              from_len = sizeof from;
    int x = socket(AF_UNIX, SOCK_DGRAM, 0), y = socket(AF_UNIX, SOCK_DGRAM, 0),
        z = socket(AF_UNIX, SOCK_DGRAM, 0);
    char buf[16] = {0};

    say("datagrams\n");
    report("bind to a path", bind(x, (struct sockaddr *)&a, a_len));
    report("bind to an abstract name", bind(y, (struct sockaddr *)&b, b_len));
    report("sendto", sendto(y, "one", 3, 0, (struct sockaddr *)&a, a_len));
    report("recvfrom", recvfrom(x, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len));
    say_name("from", &from, from_len);
    CHECK(from_len == b_len && memcmp(&from, &b, b_len) == 0);
    report("reply", sendto(x, "two", 3, 0, (struct sockaddr *)&from, from_len));
    from_len = sizeof from;
    report("recvfrom", recvfrom(y, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len));
    say_name("from", &from, from_len);
    report("sendto from nobody", sendto(z, "three", 5, 0, (struct sockaddr *)&a, a_len));
    from_len = sizeof from;
    report("recvfrom", recvfrom(x, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len));
    say("length of the name %d\n", (int)from_len);
    report("send without a peer", send(z, "x", 1, 0));
    report("connect", connect(z, (struct sockaddr *)&b, b_len));
    report("send", send(z, "four", 4, 0));
    names_of("connected", z);
    report("recv", recv(y, buf, 2, MSG_TRUNC));
    /* An automatic name: five hexadecimal digits. */
    sa_family_t family = AF_UNIX;
    int w = socket(AF_UNIX, SOCK_DGRAM, 0);
    report("automatic name", bind(w, (struct sockaddr *)&family, sizeof family));
    names_of("automatic", w);
    report("sendto", sendto(w, "five", 4, 0, (struct sockaddr *)&b, b_len));
    from_len = sizeof from;
    report("recvfrom", recvfrom(y, buf, sizeof buf, 0, (struct sockaddr *)&from, &from_len));
    say_name("from", &from, from_len);
    report("reply", sendto(y, "six", 3, 0, (struct sockaddr *)&from, from_len));
    report("recv", recv(w, buf, sizeof buf, 0));
    memset(&b.sun_path[1], 'q', 3);
    report("connect to nobody", connect(z, (struct sockaddr *)&b, b_len));
    report("family of another", (a.sun_family = AF_INET, connect(z, (struct sockaddr *)&a, a_len)));
    family = AF_UNSPEC;
    report("disconnect", connect(z, (struct sockaddr *)&family, sizeof family));
    names_of("disconnected", z);
    close(x), close(y), close(z), close(w);
}

static void paths(void)
{
    struct sockaddr_un un = {0};
    char name[64];
    struct stat st;

    say("paths\n");
    socklen_t len = path_address(&un, "mode");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    umask(027);
    report("bind", bind(fd, (struct sockaddr *)&un, len));
    report("stat", stat(un.sun_path, &st));
    say("mode %o\n", (unsigned)st.st_mode);
    report("open", open(un.sun_path, O_RDWR));
    listen(fd, 8);
    snprintf(name, sizeof name, "%s/link", folder);
    report("symlink", symlink("mode", name));
    path_address(&un, "link");
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect through a symlink", connect(client, (struct sockaddr *)&un, len));
    names_of("client", client);
    report("bind over a symlink", bind(client, (struct sockaddr *)&un, len));
    close(client);
    path_address(&un, "file");
    close(open(un.sun_path, O_CREAT | O_WRONLY, 0666));
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect to a file", connect(client, (struct sockaddr *)&un, len));
    path_address(&un, "none/x");
    report("bind below nothing", bind(client, (struct sockaddr *)&un, len));
    path_address(&un, "file/x");
    report("bind below a file", bind(client, (struct sockaddr *)&un, len));

    report("chdir", chdir(folder));
    snprintf(un.sun_path, sizeof un.sun_path, "relative");
    report("bind to a relative path",
           bind(client, (struct sockaddr *)&un, offsetof(struct sockaddr_un, sun_path) + 8));
    names_of("relative", client);
    struct sockaddr_un full = {0};
    snprintf(full.sun_path, sizeof full.sun_path, "./mode");
    full.sun_family = AF_UNIX;
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect to a relative path", connect(other, (struct sockaddr *)&full, sizeof full));
    names_of("other", other);
    close(other), close(client);

    /* A path that fills all of the structure, without a NUL. */
    memset(&un.sun_path, 'y', sizeof un.sun_path);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    report("bind to 108 bytes", bind(client, (struct sockaddr *)&un, sizeof un));
    struct sockaddr_storage out;
    socklen_t out_len = sizeof out;
    report("getsockname", getsockname(client, (struct sockaddr *)&out, &out_len));
    say("length %d\n", (int)out_len);
    listen(client, 8);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect to 108 bytes", connect(other, (struct sockaddr *)&un, sizeof un));
    report("too long", bind(client, (struct sockaddr *)&un, sizeof un + 1));
    report("length 0", bind(client, (struct sockaddr *)&un, 0));
    report("length 1", bind(client, (struct sockaddr *)&un, 1));
    report("bad address", bind(client, (struct sockaddr *)8, sizeof un));
    close(other), close(client);
    rename("mode", "moved");
    path_address(&un, "moved");
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect after rename", connect(other, (struct sockaddr *)&un, len));
    close(fd);
    close(other);
}

int main(void)
{
    struct sockaddr_un un = {0};

    if (!mkdtemp(folder))
        die("mkdtemp");
    pairs();
    serve("path", SOCK_STREAM, &un, path_address(&un, "stream"));
    serve("path", SOCK_SEQPACKET, &un, path_address(&un, "seqpacket"));
    memset(&un, 0, sizeof un);
    serve("abstract", SOCK_STREAM, &un, abstract_address(&un, "stream"));
    memset(&un, 0, sizeof un);
    serve("abstract", SOCK_SEQPACKET, &un, abstract_address(&un, "seqpacket"));
    datagrams();
    paths();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return chdir("/") || system(command) ? 1 : 0;
}
