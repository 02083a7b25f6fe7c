/* SPDX-License-Identifier: MIT */
/*
 * The end of a container: everything in it is killed. The supervisor is the subreaper above the first process, so whoever is left comes to be its
 * child, and is found as such, whether it was known or not; nothing is believed that a guest has said.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "supervisor/loop.h"

/* Where the host lists children of a thread (CONFIG_PROC_CHILDREN). */
static bool kill_listed_children(void)
{
    char path[64];
    int pid;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    f = fopen(path, "re");
    if (!f)
        return false;
    while (fscanf(f, "%d", &pid) == 1)
        kill(pid, SIGKILL);
    fclose(f);
    return true;
}

/* Elsewhere every process is asked for its parent. */
static void kill_found_children(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    while (proc && (entry = readdir(proc))) {
        char path[300];
        int parent = 0, pid = atoi(entry->d_name);
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        f = pid > 0 ? fopen(path, "re") : NULL;
        if (!f)
            continue;
        char line[1024], *end;

        /* The name in parentheses may hold anything; its end is the last parenthesis. */
        if (fgets(line, sizeof(line), f) && (end = strrchr(line, ')')) && sscanf(end, ") %*c %d", &parent) == 1 &&
            parent == (int)getpid())
            kill(pid, SIGKILL);
        fclose(f);
    }
    if (proc)
        closedir(proc);
}

void processes_kill(struct supervisor *s)
{
    int last = atomic_load(&s->pids.table->last);

    for (int number = 1; number <= last; number++) {
        const struct pids_entry *e = &s->pids.entries[number];

        if (e->state == PIDS_PROCESS && e->confirmed)
            syscall(SYS_pidfd_send_signal, e->pidfd, SIGKILL, NULL, 0);
    }
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG | __WALL);

        if (pid > 0)
            continue;
        if (pid < 0 && errno != EINTR)
            return;
        if (!kill_listed_children())
            kill_found_children();
        waitpid(-1, NULL, __WALL);
    }
}
