/* SPDX-License-Identifier: MIT */
#ifndef CORACLE_QUEUES_H
#define CORACLE_QUEUES_H

struct container_spec;

/* After the last process of a container has ended: removes the message queues that it has made on the host.
 */
void queues_remove(const struct container_spec *spec);

#endif
