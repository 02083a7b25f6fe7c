/* SPDX-License-Identifier: MIT */
/* Asynchronous input and output (io_submit(2)). */
#ifndef CORACLE_ABI_AIO_H
#define CORACLE_ABI_AIO_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_IOCB_CMD_PREAD   0
#define LINUX_IOCB_CMD_PWRITE  1
#define LINUX_IOCB_CMD_FSYNC   2
#define LINUX_IOCB_CMD_FDSYNC  3
#define LINUX_IOCB_CMD_POLL    5
#define LINUX_IOCB_CMD_NOOP    6
#define LINUX_IOCB_CMD_PREADV  7
#define LINUX_IOCB_CMD_PWRITEV 8

#define LINUX_IOCB_FLAG_RESFD  1

struct linux_iocb {
    uint64_t aio_data;
    uint32_t aio_key, aio_rw_flags;
    uint16_t aio_lio_opcode;
    int16_t aio_reqprio;
    uint32_t aio_fildes;
    uint64_t aio_buf, aio_nbytes;
    int64_t aio_offset;
    uint64_t aio_reserved2;
    uint32_t aio_flags, aio_resfd;
};
_Static_assert(sizeof(struct linux_iocb) == 64, "iocb");
_Static_assert(offsetof(struct linux_iocb, aio_fildes) == 20, "iocb");
_Static_assert(offsetof(struct linux_iocb, aio_resfd) == 60, "iocb");

struct linux_io_event {
    uint64_t data, obj;
    int64_t res, res2;
};
_Static_assert(sizeof(struct linux_io_event) == 32, "io_event");

#endif
