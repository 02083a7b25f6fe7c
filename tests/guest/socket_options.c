/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Socket options, timestamps and packet information in control data, filters, reuse of addresses. */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void get(int fd, int level, int name, const char *label)
{
    int value = -1;
    socklen_t len = sizeof value;
    char text[80];

    if (getsockopt(fd, level, name, &value, &len)) {
        snprintf(text, sizeof text, "get %s", label);
        report(text, -1);
    } else {
        say("%s is %d (%d bytes)\n", label, value, (int)len);
    }
}

static void set(int fd, int level, int name, const char *label, int value)
{
    char text[80];

    snprintf(text, sizeof text, "set %s", label);
    report(text, setsockopt(fd, level, name, &value, sizeof value));
}

#define GET(level, name)        get(fd, level, name, #name)
#define SET(level, name, value) set(fd, level, name, #name, value), GET(level, name)

static void common(int family, int type)
{
    int fd = socket(family, type, 0);

    say("socket of family %d, type %d\n", family, type);
    GET(SOL_SOCKET, SO_TYPE);
    GET(SOL_SOCKET, SO_DOMAIN);
    GET(SOL_SOCKET, SO_PROTOCOL);
    GET(SOL_SOCKET, SO_ERROR);
    GET(SOL_SOCKET, SO_ACCEPTCONN);
    SET(SOL_SOCKET, SO_REUSEADDR, 1);
    SET(SOL_SOCKET, SO_KEEPALIVE, 1);
    SET(SOL_SOCKET, SO_BROADCAST, 1);
    SET(SOL_SOCKET, SO_OOBINLINE, 1);
    SET(SOL_SOCKET, SO_RCVLOWAT, 7);
    SET(SOL_SOCKET, SO_SNDBUF, 10000);
    SET(SOL_SOCKET, SO_RCVBUF, 10000);
    SET(SOL_SOCKET, SO_RCVBUF, 1);
    SET(SOL_SOCKET, SO_PRIORITY, 3);
    SET(SOL_SOCKET, SO_PASSCRED, 1);
    SET(SOL_SOCKET, SO_TIMESTAMP, 1);
    SET(SOL_SOCKET, 9999, 1);
    SET(99, 1, 1);
    struct linger linger = {1, 5};
    socklen_t len = sizeof linger;
    report("set SO_LINGER", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    linger = (struct linger){0, 0};
    report("get SO_LINGER", getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len));
    say("%d %d\n", linger.l_onoff, linger.l_linger);
    int one = 1;
    report("too short", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 1));
    report("bad pointer", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, (void *)16, 4));
    report("negative length", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, -1));
    len = 1;
    report("get one byte", getsockopt(fd, SOL_SOCKET, SO_TYPE, &one, &len));
    say("length %d\n", (int)len);
    len = -1;
    report("get with a negative length", getsockopt(fd, SOL_SOCKET, SO_TYPE, &one, &len));
    len = sizeof one;
    report("get into a bad pointer", getsockopt(fd, SOL_SOCKET, SO_TYPE, (void *)16, &len));
    struct timeval bad = {0, 1000000};
    report("bad timeout", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bad, sizeof bad));
    char name[16] = "x";
    report("SO_BINDTODEVICE of none", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof name));
    close(fd);
}

static void internet(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    say("tcp\n");
    SET(IPPROTO_TCP, TCP_NODELAY, 1);
    SET(IPPROTO_TCP, TCP_KEEPIDLE, 77);
    SET(IPPROTO_TCP, TCP_KEEPINTVL, 7);
    SET(IPPROTO_TCP, TCP_KEEPCNT, 3);
    SET(IPPROTO_TCP, TCP_CORK, 1);
    SET(IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
    SET(IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
    SET(IPPROTO_TCP, TCP_QUICKACK, 1);
    SET(IPPROTO_IP, IP_TOS, 16);
    SET(IPPROTO_IP, IP_TTL, 33);
    SET(IPPROTO_IP, IP_TTL, 0);
    GET(IPPROTO_TCP, 9999);
    SET(SOL_SOCKET, SO_REUSEPORT, 1);
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    SET(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    SET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    SET(IPPROTO_IP, IP_MULTICAST_TTL, 4);
    SET(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    SET(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    GET(IPPROTO_IP, IP_MTU);
    SET(IPPROTO_TCP, TCP_NODELAY, 1);
    close(fd);
}

/* Control data that the host makes: times, packet information, time to live. */
static void control(void)
{
    int x = socket(AF_INET, SOCK_DGRAM, 0), y = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    char data[16], buf[512];

    say("control data\n");
    bind(y, (struct sockaddr *)&a, sizeof a);
    getsockname(y, (struct sockaddr *)&a, &len);
    report("IP_PKTINFO", setsockopt(y, IPPROTO_IP, IP_PKTINFO, &one, sizeof one));
    report("IP_RECVTTL", setsockopt(y, IPPROTO_IP, IP_RECVTTL, &one, sizeof one));
    report("SO_TIMESTAMPNS", setsockopt(y, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one));
    sendto(x, "hi", 2, 0, (struct sockaddr *)&a, sizeof a);
    struct iovec iov = {data, sizeof data};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf, .msg_controllen = sizeof buf};
    report("recvmsg", recvmsg(y, &msg, 0));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        say("level %d type %d length %d\n", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *info = (void *)CMSG_DATA(c);
            CHECK(info->ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
        } else if (c->cmsg_level == SOL_SOCKET) {
            struct timespec t, now;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            clock_gettime(CLOCK_REALTIME, &now);
            CHECK(now.tv_sec - t.tv_sec >= 0 && now.tv_sec - t.tv_sec < 10);
        }
    }
    /* The same with too little room. */
    sendto(x, "hi", 2, 0, (struct sockaddr *)&a, sizeof a);
    msg.msg_controllen = CMSG_SPACE(sizeof(struct timespec));
    report("recvmsg", recvmsg(y, &msg, 0));
    say("flags %#x, length %d\n", msg.msg_flags, (int)msg.msg_controllen);

    /* Outgoing packet information. */
    memset(buf, 0, sizeof buf);
    iov = (struct iovec){"out", 3};
    msg = (struct msghdr){.msg_name = &a,
                          .msg_namelen = sizeof a,
                          .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = buf,
                          .msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(0x7f000005)};
    memcpy(CMSG_DATA(c), &info, sizeof info);
    report("sendmsg", sendmsg(x, &msg, 0));
    struct sockaddr_in from = {0};
    len = sizeof from;
    report("recvfrom", recvfrom(y, data, sizeof data, 0, (struct sockaddr *)&from, &len));
    say("from %s\n", inet_ntoa(from.sin_addr));
    c->cmsg_type = 9999;
    report("unknown control data", sendmsg(x, &msg, 0));
    c->cmsg_len = 3;
    report("broken control data", sendmsg(x, &msg, 0));
    report("control data of a bad address", (msg.msg_control = (void *)16, sendmsg(x, &msg, 0)));
    close(x), close(y);
}

/* A filter that lets packets of four bytes or more pass, and drops the rest. */
static void filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 12, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {4, code};
    int s[2];
    char buf[16];

    say("filter\n");
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    code[1].k = 4;
    report("attach", setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    report("short one", send(s[0], "abc", 3, MSG_DONTWAIT));
    report("long one", send(s[0], "abcde", 5, MSG_DONTWAIT));
    report("received", recv(s[1], buf, sizeof buf, MSG_DONTWAIT));
    report("detach", setsockopt(s[1], SOL_SOCKET, SO_DETACH_FILTER, &program, sizeof program));
    report("detach again", setsockopt(s[1], SOL_SOCKET, SO_DETACH_FILTER, &program, sizeof program));
    program.filter = (void *)16;
    report("bad program", setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    report("bad length", setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, 3));
    close(s[0]), close(s[1]);
}

static void ports(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int x = socket(AF_INET, SOCK_STREAM, 0), y = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    say("ports\n");
    report("bind", bind(x, (struct sockaddr *)&a, sizeof a));
    getsockname(x, (struct sockaddr *)&a, &len);
    report("bind again", bind(x, (struct sockaddr *)&a, sizeof a));
    report("same port", bind(y, (struct sockaddr *)&a, sizeof a));
    close(x), close(y);
    x = socket(AF_INET, SOCK_STREAM, 0), y = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(x, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    setsockopt(y, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    a.sin_port = 0;
    report("bind", bind(x, (struct sockaddr *)&a, sizeof a));
    getsockname(x, (struct sockaddr *)&a, &len);
    report("shared port", bind(y, (struct sockaddr *)&a, sizeof a));
    report("listen", listen(x, 1));
    report("listen", listen(y, 1));
    close(x), close(y);
    a.sin_addr.s_addr = htonl(0xc0000201);
    x = socket(AF_INET, SOCK_STREAM, 0);
    report("address of another", bind(x, (struct sockaddr *)&a, sizeof a));
    a.sin_family = AF_INET6;
    report("other family", bind(x, (struct sockaddr *)&a, sizeof a));
    a.sin_family = AF_INET;
    report("short address", bind(x, (struct sockaddr *)&a, 4));
    report("not a socket", bind(0, (struct sockaddr *)&a, sizeof a));
    report("not a descriptor", bind(99, (struct sockaddr *)&a, sizeof a));
    report("getsockopt of no socket", getsockopt(0, SOL_SOCKET, SO_TYPE, &one, &len));
    report("shutdown unconnected", shutdown(x, SHUT_RD));
    report("shutdown, bad direction", shutdown(x, 9));
    close(x);
}

int main(void)
{
    if (dup2(open("/dev/null", O_RDWR), 0) < 0)
        die("dup2");
    common(AF_UNIX, SOCK_STREAM);
    common(AF_UNIX, SOCK_DGRAM);
    common(AF_INET, SOCK_STREAM);
    common(AF_INET6, SOCK_DGRAM);
    internet();
    control();
    filter();
    ports();
    return 0;
}
