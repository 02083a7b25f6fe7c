/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "cli/cli.h"

static int run(int argc, char **argv, struct error *err)
{
    (void)argc;
    (void)argv;
    (void)err;
    printf("coracle %s\n", CORACLE_VERSION);
    return 0;
}

const struct verb verb_version = {
    .name = "version",
    .synopsis = "",
    .summary = "Tell the version of Coracle",
    .help = "",
    .run = run,
};
