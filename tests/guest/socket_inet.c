/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* TCP and UDP over the loopback, IPv4 and IPv6, blocking, not blocking and interrupted; the list of
 * interfaces. */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage storage;
};

static socklen_t loopback(union address *a, int family)
{
    memset(a, 0, sizeof *a);
    a->any.sa_family = family;
    if (family == AF_INET)
        a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        a->in6.sin6_addr = in6addr_loopback;
    return family == AF_INET ? sizeof a->in : sizeof a->in6;
}

static void say_address(const char *label, const union address *a, socklen_t len, int port)
{
    char text[64] = "?";

    inet_ntop(a->any.sa_family,
              a->any.sa_family == AF_INET ? (void *)&a->in.sin_addr : (void *)&a->in6.sin6_addr, text,
              sizeof text);
    say("%s: family %d, length %d, %s, port %s\n", label, a->any.sa_family, (int)len, text,
        a->in.sin_port == 0      ? "0"
        : a->in.sin_port == port ? "known"
                                 : "other");
}

static int listener_of(int family, union address *a, socklen_t *len)
{
    int fd = socket(family, SOCK_STREAM, 0), yes = 1;

    *len = loopback(a, family);
    if (fd < 0)
        die("socket");
    report("SO_REUSEADDR", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
    report("bind", bind(fd, &a->any, *len));
    report("listen", listen(fd, 8));
    *len = sizeof *a;
    report("getsockname", getsockname(fd, &a->any, len));
    CHECK(a->in.sin_port != 0);
    return fd;
}

static void tcp(int family)
{
    union address a, b;
    socklen_t len, other;
    char buf[256];

    say("tcp, family %d\n", family);
    int listener = listener_of(family, &a, &len);
    int port = a.in.sin_port;
    say_address("listener", &a, len, port);
    int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    other = sizeof b;
    report("peer before", getpeername(client, &b.any, &other));
    report("connect", connect(client, &a.any, len));
    other = sizeof b;
    int conn = accept4(listener, &b.any, &other, SOCK_CLOEXEC);
    report_ok("accept4", conn);
    say_address("accepted", &b, other, port);
    other = sizeof b;
    report("getpeername", getpeername(client, &b.any, &other));
    say_address("peer", &b, other, port);
    other = 3;
    report("getsockname cut short", getsockname(conn, &b.any, &other));
    say("true length %d\n", (int)other);
    other = -1;
    report("negative length", getsockname(conn, &b.any, &other));
    report("connect twice", connect(client, &a.any, len));

    struct iovec iov[2] = {{"head ", 5}, {"tail", 4}};
    report("writev", writev(client, iov, 2));
    report("peek", recv(conn, buf, 4, MSG_PEEK));
    report("waitall", recv(conn, buf, 9, MSG_WAITALL));
    say("%.9s\n", buf);
    report("urgent", send(client, "!", 1, MSG_OOB));
    struct pollfd p = {conn, POLLPRI | POLLIN, 0};
    report("poll", poll(&p, 1, 1000));
    say("events %#x\n", p.revents);
    report("urgent byte", recv(conn, buf, 1, MSG_OOB));
    report("empty", recv(conn, buf, 1, MSG_DONTWAIT));
    char path[] = "/tmp/inet-XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    CHECK(pwrite(fd, "sent", 4, 0) == 4 && ftruncate(fd, 100) == 0);
    report("sendfile", sendfile(client, fd, NULL, 100));
    report("received", recv(conn, buf, 100, MSG_WAITALL));
    say("%s\n", buf);
    close(fd);
    int value = 1;
    socklen_t size = sizeof value;
    report("TCP_NODELAY", setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value));
    struct tcp_info info = {0};
    size = sizeof info;
    report("TCP_INFO", getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size));
    CHECK(info.tcpi_state == TCP_ESTABLISHED && size >= 104);

    report("shutdown", shutdown(client, SHUT_WR));
    report("end", recv(conn, buf, 10, 0));
    report("the other way", send(conn, "still", 5, 0));
    report("received", recv(client, buf, 10, 0));
    close(conn);
    report("end", recv(client, buf, 10, 0));
    signal(SIGPIPE, SIG_IGN);
    report("send", send(client, "x", 1, 0));
    report("shutdown again", shutdown(client, SHUT_RDWR));
    close(client);

    /* Refused, and in progress. */
    union address closed = a;
    client = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    report("connect without waiting", connect(client, &a.any, len));
    p = (struct pollfd){client, POLLOUT, 0};
    report("poll", poll(&p, 1, 1000));
    size = sizeof value;
    report("SO_ERROR", getsockopt(client, SOL_SOCKET, SO_ERROR, &value, &size));
    say("value %d\n", value);
    report("connect again", connect(client, &a.any, len));
    report("connect once more", connect(client, &a.any, len));
    close(listener);
    close(client);
    client = socket(family, SOCK_STREAM, 0);
    report("connect to a closed port", connect(client, &closed.any, len));
    report("connect with a short address", connect(client, &closed.any, 4));
    struct sockaddr_un un = {AF_UNIX, "/tmp/nothing"};
    CHECK(connect(client, (struct sockaddr *)&un, sizeof un) == -1);
    report("listen unbound", listen(client, 1));
    report("accept without waiting", (fcntl(client, F_SETFL, O_NONBLOCK), accept(client, NULL, NULL)));
    close(client);
}

static void udp(int family)
{
    union address a, b, from;
    socklen_t len, size = sizeof from;
    char buf[32];
    int x = socket(family, SOCK_DGRAM, 0), y = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    say("udp, family %d\n", family);
    len = loopback(&a, family);
    b = a;
    report("bind", bind(x, &a.any, len));
    report("bind", bind(y, &b.any, len));
    getsockname(x, &a.any, &len);
    getsockname(y, &b.any, &len);
    report("sendto", sendto(x, "datagram", 8, 0, &b.any, len));
    struct pollfd p = {y, POLLIN, 0};
    report("poll", poll(&p, 1, 1000));
    report("truncated", recvfrom(y, buf, 4, MSG_TRUNC, &from.any, &size));
    say_address("from", &from, size, a.in.sin_port);
    report("nothing", recvfrom(y, buf, 4, 0, &from.any, &size));
    report("too large", sendto(x, buf, 70000, 0, &b.any, len));
    report("no peer", send(x, "x", 1, 0));
    report("connect", connect(x, &b.any, len));
    report("send", send(x, "one", 3, 0));
    report("send of nothing", send(x, "", 0, 0));
    struct mmsghdr m[3] = {0};
    struct iovec iov[3];
    char bufs[3][8];
    union address names[3];
    for (int i = 0; i < 3; i++) {
        iov[i] = (struct iovec){bufs[i], 8};
        m[i].msg_hdr = (struct msghdr){
            .msg_iov = &iov[i], .msg_iovlen = 1, .msg_name = &names[i], .msg_namelen = sizeof names[i]};
    }
    report("recvmmsg", recvmmsg(y, m, 3, 0, NULL));
    say("lengths %u %u\n", m[0].msg_len, m[1].msg_len);
    say_address("first", &names[0], m[0].msg_hdr.msg_namelen, a.in.sin_port);
    close(y);
    report("send to nobody", send(x, "x", 1, 0));
    p = (struct pollfd){x, POLLIN, 0};
    report("poll", poll(&p, 1, 1000));
    say("events %#x\n", p.revents);
    report("recv", recv(x, buf, 1, 0));
    from.any.sa_family = AF_UNSPEC;
    report("disconnect", connect(x, &from.any, sizeof from.any));
    size = sizeof from;
    report("getpeername", getpeername(x, &from.any, &size));
    close(x);
}

static void on_alarm(int number)
{
}

/* Waits that end by timeouts, by signals, and by the other side. */
static void waits(void)
{
    union address a;
    socklen_t len;
    char c;

    say("waits\n");
    int listener = listener_of(AF_INET, &a, &len);
    struct timeval tv = {0, 50000}, got;
    report("SO_RCVTIMEO", setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
    socklen_t size = sizeof got;
    getsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &got, &size);
    say("%ld.%06ld, size %d\n", (long)got.tv_sec, (long)got.tv_usec, (int)size);
    long start = now_ms();
    report("accept with a timeout", accept(listener, NULL, NULL));
    CHECK(now_ms() - start >= 49);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, &a.any, len);
    int conn = accept(listener, NULL, NULL);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    report("recv with a timeout", recv(client, &c, 1, 0));
    report("read with a timeout", read(client, &c, 1));

    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++) {
            sleep_ms(100);
            kill(getppid(), SIGALRM);
        }
        sleep_ms(100);
        CHECK(send(conn, "x", 1, 0) == 1);
        _exit(0);
    }
    tv = (struct timeval){5, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    report("recv with a timeout is not restarted", recv(client, &c, 1, 0));
    on_signal(SIGALRM, on_alarm, 0);
    tv = (struct timeval){0, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    report("recv is interrupted", recv(client, &c, 1, 0));
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    report("recv is restarted", recv(client, &c, 1, 0));
    waitpid(pid, NULL, 0);
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET | EPOLLRDHUP, .data.fd = conn};
    epoll_ctl(ep, EPOLL_CTL_ADD, conn, &ev);
    report("epoll of nothing", epoll_wait(ep, &ev, 1, 0));
    send(client, "ab", 2, 0);
    report("epoll", epoll_wait(ep, &ev, 1, 1000));
    report("edge", epoll_wait(ep, &ev, 1, 0));
    send(client, "c", 1, 0);
    report("next edge", epoll_wait(ep, &ev, 1, 1000));
    close(client);
    report("end", epoll_wait(ep, &ev, 1, 1000));
    say("events %#x\n", ev.events);
    close(conn), close(listener), close(ep);
}

static void *server(void *arg)
{
    int listener = *(int *)arg;
    char buf[4096];
    long n, total = 0;
    int conn = accept(listener, NULL, NULL);

    while ((n = read(conn, buf, sizeof buf)) > 0) {
        total += n;
        if (write(conn, buf, n) != n)
            break;
    }
    close(conn);
    return (void *)total;
}

static void echo(void)
{
    union address a;
    socklen_t len;
    pthread_t thread;
    void *total;
    char buf[4096] = {1};
    long sent = 0, received = 0, n;

    say("echo\n");
    int listener = listener_of(AF_INET6, &a, &len), client = socket(AF_INET6, SOCK_STREAM, 0);
    pthread_create(&thread, NULL, server, &listener);
    report("connect", connect(client, &a.any, len));
    while (sent < 1 << 20) {
        n = write(client, buf, sizeof buf);
        if (n <= 0)
            die("write");
        sent += n;
        while (received < sent && (n = read(client, buf, sizeof buf)) > 0)
            received += n;
    }
    shutdown(client, SHUT_WR);
    pthread_join(thread, &total);
    CHECK(sent == received && (long)total == sent);
    report("end", read(client, buf, 1));
    close(client), close(listener);
}

static void interfaces(void)
{
    struct ifaddrs *list, *i;
    bool in = false, in6 = false, packet = false;
    struct ifreq r = {0};

    say("interfaces\n");
    report("getifaddrs", getifaddrs(&list));
    for (i = list; i; i = i->ifa_next) {
        if (strcmp(i->ifa_name, "lo") || !i->ifa_addr)
            continue;
        if (i->ifa_addr->sa_family == AF_INET)
            in = ((struct sockaddr_in *)i->ifa_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
        in6 |= i->ifa_addr->sa_family == AF_INET6;
        packet |= i->ifa_addr->sa_family == AF_PACKET;
    }
    freeifaddrs(list);
    CHECK(in && in6 && packet);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strcpy(r.ifr_name, "lo");
    report("SIOCGIFFLAGS", ioctl(fd, SIOCGIFFLAGS, &r));
    CHECK(r.ifr_flags & IFF_LOOPBACK);
    report("SIOCGIFINDEX", ioctl(fd, SIOCGIFINDEX, &r));
    CHECK(r.ifr_ifindex == (int)if_nametoindex("lo"));
    report("SIOCGIFADDR", ioctl(fd, SIOCGIFADDR, &r));
    strcpy(r.ifr_name, "none");
    report("no such interface", ioctl(fd, SIOCGIFFLAGS, &r));
    struct ifreq all[32];
    struct ifconf conf = {.ifc_len = sizeof all, .ifc_req = all};
    report("SIOCGIFCONF", ioctl(fd, SIOCGIFCONF, &conf));
    CHECK(conf.ifc_len >= (int)sizeof(struct ifreq) && strcmp(all[0].ifr_name, "lo") == 0);
    close(fd);

    /* What the route dump looks like by hand. */
    struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
    socklen_t size = sizeof nl;
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    report("bind", bind(fd, (struct sockaddr *)&nl, sizeof nl));
    report("getsockname", getsockname(fd, (struct sockaddr *)&nl, &size));
    CHECK(nl.nl_pid != 0 && size == sizeof nl);
    struct {
        struct nlmsghdr h;
        struct rtgenmsg g;
    } request = {{.nlmsg_len = sizeof request,
                  .nlmsg_type = RTM_GETLINK,
                  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                  .nlmsg_seq = 5},
                 {.rtgen_family = AF_UNSPEC}};
    struct sockaddr_nl to = {.nl_family = AF_NETLINK};
    CHECK(sendto(fd, &request, sizeof request, 0, (struct sockaddr *)&to, sizeof to) == sizeof request);
    static char answer[32768];
    struct iovec iov = {answer, sizeof answer};
    struct msghdr msg = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &iov, .msg_iovlen = 1};
    long n = recvmsg(fd, &msg, 0);
    struct nlmsghdr *h = (struct nlmsghdr *)answer;
    CHECK(n > 0 && NLMSG_OK(h, n) && h->nlmsg_type == RTM_NEWLINK && h->nlmsg_seq == 5 &&
          h->nlmsg_pid == nl.nl_pid);
    CHECK(to.nl_pid == 0 && msg.msg_namelen == sizeof to);
    close(fd);
}

int main(void)
{
    tcp(AF_INET);
    tcp(AF_INET6);
    udp(AF_INET);
    udp(AF_INET6);
    waits();
    echo();
    interfaces();
    return 0;
}
