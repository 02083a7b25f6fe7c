/* SPDX-License-Identifier: MIT */
/* `coracle trace`: shows the system calls of a program or container. */
/* Before the host's <signal.h>, whose si_* macros would rename the fields of abi. */
#include "abi/syscalls.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/client.h"
#include "cli/run_elf.h"
#include "cli/run_options.h"
#include "container/trace.h"

struct trace_options {
    bool follow, count, json;
    const char *output, *filter;
};

static size_t counts_size(void)
{
    return ALIGN_UP(abi_syscall_count * sizeof(struct trace_count), (size_t)4096);
}

static int by_time(const void *a, const void *b, void *counts)
{
    const struct trace_count *c = counts;
    uint64_t x = c[*(const unsigned *)a].nanoseconds, y = c[*(const unsigned *)b].nanoseconds;

    return x < y ? 1 : x > y ? -1 : 0;
}

static void print_counts(FILE *out, struct trace_count *counts, bool json)
{
    unsigned order[512], n = 0;
    uint64_t calls = 0, errors = 0, trapped = 0, time = 0;

    for (unsigned i = 0; i < abi_syscall_count && n < ARRAY_SIZE(order); i++)
        if (counts[i].calls) {
            order[n++] = i;
            calls += counts[i].calls;
            errors += counts[i].errors;
            trapped += counts[i].trapped;
            time += counts[i].nanoseconds;
        }
    qsort_r(order, n, sizeof(order[0]), by_time, counts);
    if (json)
        fprintf(out, "{\"calls\":%lu,\"errors\":%lu,\"trapped\":%lu,\"by_call\":{", calls, errors, trapped);
    else
        fprintf(out, "%% time     seconds  usecs/call     calls    errors   trapped syscall\n"
                     "------ ----------- ----------- --------- --------- --------- ----------------\n");
    for (unsigned i = 0; i < n; i++) {
        const struct trace_count *c = &counts[order[i]];

        if (json)
            fprintf(out, "%s\"%s\":{\"calls\":%lu,\"errors\":%lu,\"trapped\":%lu,\"nanoseconds\":%lu}",
                    i ? "," : "", abi_syscalls[order[i]].name, c->calls, c->errors, c->trapped,
                    c->nanoseconds);
        else
            fprintf(out, "%6.2f %11.6f %11lu %9lu %9lu %9lu %s\n",
                    time ? 100.0 * (double)c->nanoseconds / (double)time : 0, (double)c->nanoseconds / 1e9,
                    c->nanoseconds / 1000 / c->calls, c->calls, c->errors, c->trapped,
                    abi_syscalls[order[i]].name);
    }
    if (json)
        fprintf(out, "}}\n");
    else
        fprintf(out,
                "------ ----------- ----------- --------- --------- --------- ----------------\n"
                "100.00 %11.6f             %9lu %9lu %9lu total\n",
                (double)time / 1e9, calls, errors, trapped);
}

static int parse(int argc, char **argv, struct trace_options *o, struct error *err)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (strcmp(argv[i], "-f") == 0)
            o->follow = true;
        else if (strcmp(argv[i], "-c") == 0)
            o->count = true;
        else if (strcmp(argv[i], "--json") == 0)
            o->json = true;
        else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            o->output = argv[++i];
        else if (strcmp(argv[i], "-e") == 0 && i + 1 < argc) {
            o->filter = argv[++i];
            if (str_starts(o->filter, "trace="))
                o->filter += strlen("trace=");
        } else {
            error_set(err, STATUS_OURS, "trace: there is no option %s", argv[i]);
            return -1;
        }
    }
    return i;
}

static int check_filter(const char *filter, struct error *err)
{
    if (filter && *filter == '!')
        filter++;
    for (const char *p = filter; p && *p;) {
        size_t n = strcspn(p, ",");
        bool known = false;

        for (unsigned i = 0; i < abi_syscall_count && !known; i++)
            known = strlen(abi_syscalls[i].name) == n && strncmp(abi_syscalls[i].name, p, n) == 0;
        if (!known)
            return error_set(err, STATUS_OURS, "trace: there is no system call '%.*s'", (int)n, p);
        p += n + (p[n] == ',');
    }
    return 0;
}

/* Runs the program or `run ...` in a child and waits for it. */
static int run_traced(int argc, char **argv, const char *description, const int fds[2], struct error *err)
{
    static struct run_options o;
    int status = 0;

    if (strcmp(argv[0], "run") == 0) {
        int r = run_options_parse(argc, argv, &o, err);

        if (r)
            return r < 0 ? verb_help(&verb_run) : r;
        o.trace = description;
        o.trace_fds[0] = fds[0];
        o.trace_fds[1] = fds[1];
        return container_run(&o, err);
    }
    if (strcmp(argv[0], "run-elf") == 0)
        argv++;
    if (!argv[0])
        return error_set(err, STATUS_OURS, "trace: which program?");
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        return error_set(err, STATUS_OURS, "no process can be made: %s", strerror(errno));
    if (pid == 0) {
        run_elf(NULL, argv, description, fds, err);
        fprintf(stderr, "coracle: %s\n", err->text);
        _exit(err->status);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return client_status(status);
}

static int run(int argc, char **argv, struct error *err)
{
    struct trace_options o = {0};
    struct trace_count *counts = NULL;
    char description[1200];
    int i = parse(argc, argv, &o, err), fds[2] = {-1, -1};

    if (i < 0)
        return err->status;
    if (i >= argc) {
        error_set(err, STATUS_OURS, "trace: which program?");
        error_hint(err, "coracle trace [OPTIONS] PROGRAM..., or coracle trace [OPTIONS] -- run ...");
        return err->status;
    }
    if (check_filter(o.filter, err))
        return err->status;
    fds[0] = o.output ? open(o.output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)
                      : fcntl(2, F_DUPFD_CLOEXEC, 100);
    if (fds[0] < 0)
        return error_set(err, STATUS_OURS, "trace: %s cannot be written: %s",
                         o.output ? o.output : "standard error", strerror(errno));
    if (o.count) {
        fds[1] = memfd_create("coracle-trace", MFD_CLOEXEC);
        if (fds[1] < 0 || ftruncate(fds[1], (off_t)counts_size()) < 0)
            return error_set(err, STATUS_OURS, "trace: no memory for the counters: %s", strerror(errno));
        counts = mmap(NULL, counts_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
        if (counts == MAP_FAILED)
            return error_set(err, STATUS_OURS, "trace: no memory for the counters: %s", strerror(errno));
    }
    unsigned flags = (o.follow || o.count ? TRACE_FOLLOW : 0) | (o.json ? TRACE_JSON : 0) |
                     (o.count ? TRACE_COUNT : TRACE_LINES);
    snprintf(description, sizeof(description), "%d %d %u %s", fds[0], fds[1], flags,
             o.filter ? o.filter : "");
    int status = run_traced(argc - i, argv + i, description, fds, err);
    if (counts && !err->text[0]) {
        FILE *out = fdopen(fds[0], "w");

        if (out) {
            print_counts(out, counts, o.json);
            fclose(out);
        }
    }
    return status;
}

const struct verb verb_trace = {
    .name = "trace",
    .synopsis = "[OPTIONS] PROGRAM [ARGUMENTS...] | -- run ...",
    .summary = "Show the system calls that a program makes",
    .help = "Options:\n"
            "  -f            follow the processes that it starts\n"
            "  -e NAME,...   only these system calls (with ! before them: all but these)\n"
            "  -c            count calls, errors, traps and time instead, for all processes\n"
            "  -o FILE       write there instead of to standard error\n"
            "  --json        one JSON object a line (or one in all, with -c)\n",
    .run = run,
};
