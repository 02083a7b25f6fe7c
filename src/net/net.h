/* SPDX-License-Identifier: MIT */
/*
 * net: sockets. They are the host's; what differs between guest and host is translated here: names of UNIX
 * sockets, descriptors and credentials in control data, numbers of processes.
 */
#ifndef CORACLE_NET_H
#define CORACLE_NET_H

#include "abi/abi.h"
#include "kernel/file.h"

struct task;

extern const struct file_ops file_socket_ops;

/* What a socket's file keeps besides the host descriptor: the name that the guest bound it to. */
struct socket_name {
    uint32_t len; /* of the whole address */
    struct linux_sockaddr_un addr;
    char end[2]; /* the NUL of a path that fills addr */
};

/* An address on its way to the host. */
struct host_address {
    uint32_t len;
    int fd; /* to be closed after use: the address leads through it; -1: none */
    char path[sizeof(struct linux_sockaddr_un)]; /* the guest's, of a UNIX socket; "": none */
    union {
        struct linux_sockaddr any;
        struct linux_sockaddr_un un;
        struct linux_sockaddr_storage storage;
    };
};

enum address_use {
    ADDRESS_PEER, /* connect, sendto */
    ADDRESS_BIND, /* paths are left to vfs_socket_bind */
};

/* Reads a guest's address and makes it the host's. len: as the guest gave it. 0 or a negative errno. */
must_check long address_load(struct task *task, struct host_address *a, uint64_t addr, uint64_t len,
                             enum address_use use);
/* An address for bind that leaves the name to the kernel becomes some name of the container's; false: it is
 * not such a one. */
bool address_automatic(struct task *task, struct host_address *a);
void address_done(struct host_address *a);
/* The other way: a UNIX name of the host becomes the guest's. *len may exceed what fitted, as on Linux. */
void address_to_guest(struct task *task, struct linux_sockaddr_storage *addr, uint32_t *len);
/* Writes an address, cut to the length at len_addr, which receives the true length. */
must_check long address_store(struct task *task, const void *addr, uint32_t len, uint64_t out,
                              uint64_t len_addr);

/*
 * Control data. Outgoing: descriptors become the host's, credentials are checked and translated, in place.
 * Incoming: descriptors become new guest descriptors, credentials are translated; *flags receives
 * LINUX_MSG_CTRUNC when descriptors did not fit.
 */
struct control_files {
    struct file *files[253]; /* references that last until the message has been sent */
    int n;
};
must_check long control_to_host(struct task *task, void *control, uint64_t len, struct control_files *held);
void control_done(struct control_files *held);
void control_to_guest(struct task *task, void *control, uint64_t len, bool cloexec, uint32_t *flags);

/* Credentials of a host process as the guest sees them. */
void ucred_to_guest(struct task *task, struct linux_ucred *cred);

/* A file for a host descriptor of unknown kind, which it takes over; NULL: memory is out, and the descriptor
 * is closed. */
struct file *file_of_host_fd(struct task *task, int host_fd);

/* The container's number space of abstract names: false when the guest's are the host's. */
bool net_is_identity(struct task *task);

#endif
