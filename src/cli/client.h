/* SPDX-License-Identifier: MIT */
/*
 * The client of a container: the process that the user sees. It passes on signals and the terminal, and ends
 * as the first process does.
 */
#ifndef CORACLE_CLIENT_H
#define CORACLE_CLIENT_H

#include "cli/cli.h"

/* A new pty with the size of our terminal; both ends close-on-exec. */
int client_open_pty(int *master, int *slave, struct error *err);

/*
 * Relays until the container's end: control is the socket of supervisor/supervisor.h, master the pty (-1:
 * none), with_input whether standard input goes there. Returns the exit status.
 */
int client_relay(int control, int master, bool with_input, struct error *err);

/* Exit status of a command whose process ended with this wait status. */
int client_status(int wait_status);

#endif
