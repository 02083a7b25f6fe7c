/* SPDX-License-Identifier: MIT */
/* What the handlers of socket calls share. */
#ifndef CORACLE_SYS_SOCKETS_H
#define CORACLE_SYS_SOCKETS_H

#include "kernel/task.h"

/* The file of a descriptor that may be a socket (the host says ENOTSOCK otherwise); NULL: *error says why. */
struct file *socket_get(struct task *task, int fd, long *error);
/* The result of a host call that a signal may have interrupted. option: LINUX_SO_RCVTIMEO or
 * LINUX_SO_SNDTIMEO. */
long socket_restartable(struct file *file, int option, long r);

#endif
