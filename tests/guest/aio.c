/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Asynchronous input and output by the system calls themselves: requests, events, event descriptors, errors.
 */
#include "check.h"
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

static long setup(unsigned n, aio_context_t *c)
{
    return syscall(SYS_io_setup, n, c);
}

static long submit(aio_context_t c, long n, struct iocb **list)
{
    return syscall(SYS_io_submit, c, n, list);
}

static long events(aio_context_t c, long least, long most, struct io_event *e, struct timespec *t)
{
    return syscall(SYS_io_getevents, c, least, most, e, t);
}

int main(void)
{
    char path[] = "/tmp/aio-XXXXXX", a[16] = "asynchronous", b[16] = {0}, d[16] = {0};
    aio_context_t c = 0, bad = 0;
    struct io_event e[8] = {0};
    int fd = mkstemp(path), event = eventfd(0, 0);
    struct iocb write_one = {.aio_data = 1,
                             .aio_lio_opcode = IOCB_CMD_PWRITE,
                             .aio_fildes = fd,
                             .aio_buf = (uintptr_t)a,
                             .aio_nbytes = 12,
                             .aio_offset = 4};
    struct iovec iov[2] = {{b, 4}, {b + 4, 8}};
    struct iocb read_parts = {.aio_data = 2,
                              .aio_lio_opcode = IOCB_CMD_PREADV,
                              .aio_fildes = fd,
                              .aio_buf = (uintptr_t)iov,
                              .aio_nbytes = 2,
                              .aio_offset = 4,
                              .aio_flags = IOCB_FLAG_RESFD,
                              .aio_resfd = event};
    struct iocb read_all = {.aio_data = 3,
                            .aio_lio_opcode = IOCB_CMD_PREAD,
                            .aio_fildes = fd,
                            .aio_buf = (uintptr_t)d,
                            .aio_nbytes = 16};
    struct iocb sync = {.aio_data = 4, .aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = fd};
    struct iocb *list[4] = {&write_one};
    struct timespec none = {0, 0}, some = {0, 20000000};

    report("io_setup", setup(16, &c));
    CHECK(c != 0);
    report("io_setup of one that is there", setup(16, &c));
    report("io_setup of nothing", setup(0, &bad));
    report("io_setup at a bad address", setup(1, (void *)16));
    report("submit of nothing", submit(c, 0, list));
    report("submit to nobody", submit(12345, 1, list));
    report("submit of less than nothing", submit(c, -1, list));
    report("write", submit(c, 1, list));
    report("events", events(c, 1, 8, e, NULL));
    say("data %d, result %d\n", (int)e[0].data, (int)e[0].res);
    CHECK(e[0].obj == (uintptr_t)&write_one && (int)write_one.aio_fildes == fd);
    list[0] = &read_parts, list[1] = &read_all, list[2] = &sync;
    report("three", submit(c, 3, list));
    long n = 0;
    while (n < 3)
        n += events(c, 1, 3 - n, e + n, NULL);
    int seen = 0;
    for (int i = 0; i < 3; i++)
        seen |= 1 << e[i].data;
    say("seen %#x \"%s\" \"%s\"\n", seen, b, d + 4);
    uint64_t count = 0;
    report("event descriptor", read(event, &count, 8));
    say("count %d\n", (int)count);
    CHECK((int)read_parts.aio_resfd == event);
    report("no events", events(c, 0, 8, e, &none));
    report("none in time", events(c, 1, 8, e, &some));
    report("more than there is room for", events(c, 2, 1, e, &none));
    read_all.aio_fildes = 999;
    list[0] = &sync, list[1] = &read_all;
    report("bad descriptor at the second", submit(c, 2, list));
    report("the first", events(c, 1, 1, e, NULL));
    report("bad descriptor", submit(c, 1, list + 1));
    read_all.aio_fildes = fd;
    read_all.aio_buf = 16;
    report("bad buffer", submit(c, 1, list + 1));
    report("its event", events(c, 1, 1, e, NULL));
    CHECK(e[0].res == -EFAULT);
    read_all.aio_lio_opcode = 99;
    report("bad request", submit(c, 1, list + 1));
    list[1] = (void *)16;
    report("bad address", submit(c, 1, list + 1));
    int p[2];
    if (pipe(p))
        die("pipe");
    struct iocb wait = {
        .aio_data = 5, .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = p[0], .aio_buf = POLLIN};
    list[0] = &wait;
    events(c, 0, 8, e, &none);
    report("poll", submit(c, 1, list));
    report("not yet", events(c, 0, 8, e, &none));
    CHECK(write(p[1], "x", 1) == 1);
    report("now", events(c, 1, 8, e, NULL));
    say("data %d, result %d\n", (int)e[0].data, (int)e[0].res);
    report("cancel of nothing", syscall(SYS_io_cancel, c, &wait, e));
    report("io_destroy", syscall(SYS_io_destroy, c));
    report("io_destroy again", syscall(SYS_io_destroy, c));
    unlink(path);
    return 0;
}
