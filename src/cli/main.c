/* SPDX-License-Identifier: MIT */
/* The command `coracle`: finds the verb, and says what went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include "cli/cli.h"

const struct verb *const verbs[] = {&verb_run,    &verb_run_elf, &verb_trace,   &verb_load,
                                    &verb_images, &verb_rmi,     &verb_version, NULL};

bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

int verb_help(const struct verb *verb)
{
    printf("Usage: coracle %s %s\n\n%s.\n", verb->name, verb->synopsis, verb->summary);
    if (verb->help[0])
        printf("\n%s", verb->help);
    return 0;
}

static int help(void)
{
    printf("Usage: coracle [--debug] COMMAND [ARGUMENTS]\n\n"
           "Runs Linux programs and containers as ordinary processes: no VM, no root, no daemon.\n\n"
           "Options:\n"
           "  --debug    say where a program was when a fault kills it (or set CORACLE_DEBUG=1)\n\n"
           "Commands:\n");
    for (const struct verb *const *v = verbs; *v; v++)
        printf("  %-10s %s\n", (*v)->name, (*v)->summary);
    printf("\n`coracle COMMAND --help` tells more about one. A first try: coracle run --rm -it busybox sh\n");
    return 0;
}

static const struct verb *find_verb(const char *name)
{
    for (const struct verb *const *v = verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0)
            return *v;
    return NULL;
}

static int dispatch(int argc, char **argv, struct error *err)
{
    const struct verb *verb;

    if (argc < 2) {
        help();
        return error_set(err, STATUS_OURS, "no command given");
    }
    if (is_help(argv[1]))
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return verb_version.run(1, argv, err);
    if (strcmp(argv[1], "help") == 0) {
        if (argc < 3)
            return help();
        verb = find_verb(argv[2]);
        return verb ? verb_help(verb) : error_set(err, STATUS_OURS, "there is no command '%s'", argv[2]);
    }
    if (strcmp(argv[1], "--debug") == 0) {
        setenv("CORACLE_DEBUG", "1", 1);
        return dispatch(argc - 1, argv + 1, err);
    }
    verb = find_verb(argv[1]);
    if (!verb) {
        error_set(err, STATUS_OURS, "there is no command '%s'", argv[1]);
        error_hint(err, "`coracle --help` lists the commands");
        return err->status;
    }
    /* -h with something behind it may be the verb's own: the hostname of `run`. */
    if (argc > 2 && (strcmp(argv[2], "--help") == 0 || (argc == 3 && is_help(argv[2]))))
        return verb_help(verb);
    return verb->run(argc - 1, argv + 1, err);
}

int main(int argc, char **argv)
{
    struct error err = {0};
    int status = dispatch(argc, argv, &err);

    fflush(stdout);
    if (err.text[0]) {
        fprintf(stderr, "coracle: %s\n", err.text);
        if (err.hint[0])
            fprintf(stderr, "  %s\n", err.hint);
    }
    return status;
}
