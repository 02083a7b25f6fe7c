/* SPDX-License-Identifier: MIT */
/*
 * The end of a container: everything in it is killed. The supervisor is the subreaper above the first
 * process, so whoever is left comes to be its child, and is found as such, whether it was known or not;
 * nothing is believed that a guest has said.
 */
#include "host/process.h"
#include "supervisor/loop.h"

void processes_kill(struct supervisor *s)
{
    int last = atomic_load(&s->pids.table->last), status;

    for (int number = 1; number <= last; number++) {
        const struct pids_entry *e = &s->pids.entries[number];

        if (e->state == PIDS_PROCESS && e->confirmed)
            host_pidfd_send_signal(e->pidfd, LINUX_SIGKILL, NULL, 0);
    }
    for (;;) {
        long pid = host_wait4(-1, &status, LINUX_WNOHANG | LINUX___WALL, NULL, NULL);

        if (pid > 0)
            continue;
        if (pid < 0 && pid != -LINUX_EINTR)
            return;
        host_kill_children(LINUX_SIGKILL);
        host_wait4(-1, &status, LINUX___WALL, NULL, NULL);
    }
}
