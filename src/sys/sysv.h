/* SPDX-License-Identifier: MIT */
/*
 * SysV IPC: which of the host's objects are the container's.
 *
 * The objects are the host's. A container's keys are mixed with its name, and each object that it has made or
 * found is written down in the root's sidecar, as a symbolic link named by kind, identifier and container
 * that holds the guest's key. What is not written down does not exist for the guest; the command line removes
 * what is left when the container ends. With the host's own numbers (run-elf) keys and identifiers are the
 * host's.
 */
#ifndef CORACLE_SYS_SYSV_H
#define CORACLE_SYS_SYSV_H

#include "kernel/task.h"

enum sysv_kind { SYSV_SHM = 'm', SYSV_SEM = 's', SYSV_MSG = 'q' };

int32_t sysv_key_to_host(struct task *task, int32_t key);
/* The identifier of a get call, written down; or its error. */
long sysv_made(struct task *task, enum sysv_kind kind, int32_t key, long id);
/* Whether the guest may know the object; *key is its own name for it. */
bool sysv_knows(struct task *task, enum sysv_kind kind, int id, int32_t *key);
void sysv_removed(struct task *task, enum sysv_kind kind, int id);

#endif
