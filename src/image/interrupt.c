/* SPDX-License-Identifier: MIT */
/* Being stopped: signals are only noted, so that whatever is being made is taken away again. */
#include <signal.h>
#include "image/image.h"

static volatile sig_atomic_t caught;

static void note_signal(int number)
{
    caught = number;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted(struct error *err)
{
    if (!caught)
        return false;
    error_set(err, 128 + (int)caught, "interrupted; nothing was loaded");
    return true;
}
