/* SPDX-License-Identifier: MIT */
/* Ending another process; see ending.h. */
#include "kernel/ending.h"
#include "host/io.h"
#include "host/process.h"
#include "host/signal.h"
#include "kernel/signal.h"

/* How long a process may take to end itself. Whatever it does is interrupted, but for waits of the host that
 * are short. */
#define PATIENCE_NS INT64_C(200000000)

/* What follows a name at the beginning of a line; an empty string when the name is not there. */
static const char *value_of(const char *text, const char *name)
{
    size_t n = strlen(name);

    while (*text) {
        if (strncmp(text, name, n) == 0) {
            for (text += n; *text == ' ' || *text == '\t'; text++)
                ;
            return text;
        }
        while (*text && *text++ != '\n')
            ;
    }
    return text;
}

static uint64_t mask_of(const char *hex)
{
    uint64_t mask = 0;

    for (; (*hex >= '0' && *hex <= '9') || (*hex >= 'a' && *hex <= 'f'); hex++)
        mask = mask << 4 | (uint64_t)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
    return mask;
}

/*
 * True when the process takes every signal that would end it: then it is one of ours, and may have something
 * to settle.
 */
static bool settles(int host_pid, bool *stopped)
{
    char path[32], text[4096];
    long fd, n;

    fmt(path, sizeof(path), "/proc/%d/status", host_pid);
    fd = host_open(path, LINUX_O_RDONLY, 0);
    if (fd < 0)
        return false;
    n = host_read((int)fd, text, sizeof(text) - 1, NULL);
    host_close((int)fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    *stopped = *value_of(text, "State:") == 'T';
    return !(SIGNALS_FATAL & ~mask_of(value_of(text, "SigCgt:")));
}

long process_end_other(int host_pid)
{
    struct linux_siginfo info = {
        .si_signo = LINUX_SIGSYS, .si_code = LINUX_SI_QUEUE, .si_value.sival_int = SIGNAL_DIE_VALUE};
    struct linux_timespec patience = {0, PATIENCE_NS};
    struct linux_pollfd poll = {.events = LINUX_POLLIN};
    bool stopped;

    /* One that is stopped would have to be continued for it, which its parent would be told of. */
    if (!settles(host_pid, &stopped) || stopped)
        return host_kill(host_pid, LINUX_SIGKILL);
    /* From here on by descriptor: the number may be another's when the process has ended. */
    poll.fd = (int)host_pidfd_open(host_pid, 0);
    if (poll.fd < 0)
        return host_kill(host_pid, LINUX_SIGKILL);
    if (host_pidfd_send_signal(poll.fd, LINUX_SIGSYS, &info, 0) == 0)
        host_poll(&poll, 1, &patience, NULL);
    host_pidfd_send_signal(poll.fd, LINUX_SIGKILL, NULL, 0);
    host_close(poll.fd);
    return 0;
}
