/* SPDX-License-Identifier: MIT */
/* The verbs of images: they run coracle-image, which has the libraries that reading archives needs. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "cli/parts.h"

static int exec_image(const char *verb, int argc, char **argv, struct error *err)
{
    char program[PATH_MAX];
    char *args[64];
    int n = 0, r = parts_program("coracle-image", program, sizeof(program), err);

    if (r)
        return r;
    if (argc > (int)ARRAY_SIZE(args) - 3)
        return error_set(err, STATUS_OURS, "too many arguments");
    args[n++] = (char *)"coracle-image";
    args[n++] = (char *)verb;
    for (int i = 1; i < argc; i++)
        args[n++] = argv[i];
    args[n] = NULL;
    fflush(stdout);
    execv(program, args);
    return error_set(err, STATUS_OURS, "%s cannot be started: %s", program, strerror(errno));
}

static int load(int argc, char **argv, struct error *err)
{
    if (argc < 2) {
        error_set(err, STATUS_OURS, "load: which archive?");
        error_hint(err, "coracle load FILE, where FILE is an OCI layout or a docker archive");
        return err->status;
    }
    return exec_image("load", argc, argv, err);
}

static int list(int argc, char **argv, struct error *err)
{
    return exec_image("list", argc, argv, err);
}

static int rmi(int argc, char **argv, struct error *err)
{
    if (argc < 2)
        return error_set(err, STATUS_OURS, "rmi: which image?");
    return exec_image("rm", argc, argv, err);
}

const struct verb verb_load = {
    .name = "load",
    .synopsis = "FILE",
    .summary = "Take in an image from an archive (OCI layout or docker archive)",
    .help = "FILE is a tar archive (plain, gzip or zstd) or the folder of an OCI layout.\n",
    .run = load,
};

const struct verb verb_images = {
    .name = "images",
    .synopsis = "[--json]",
    .summary = "List the images that are there",
    .help = "",
    .run = list,
};

const struct verb verb_rmi = {
    .name = "rmi",
    .synopsis = "IMAGE...",
    .summary = "Remove images",
    .help = "",
    .run = rmi,
};
