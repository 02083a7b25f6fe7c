/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_HOST_OBJECTS_H
#define CORACLE_HOST_OBJECTS_H

struct container_spec;

/* After the last process of a container has ended: removes the message queues and SysV IPC objects that it
 * has made on the host. */
void host_objects_remove(const struct container_spec *spec);

#endif
