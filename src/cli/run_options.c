/* SPDX-License-Identifier: MIT */
/* The options of `coracle run`: docker's words, and docker's way of writing them (-it, -eK=V, --env=K=V). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli/run_options.h"

enum option_kind { FLAG, VALUE };

static const struct option {
    char letter;
    const char *name;
    enum option_kind kind;
} options[] = {
    {'i', "interactive", FLAG}, {'t', "tty", FLAG},       {'d', "detach", FLAG},    {0, "rm", FLAG},
    {'e', "env", VALUE},        {0, "env-file", VALUE},   {'v', "volume", VALUE},   {'w', "workdir", VALUE},
    {'u', "user", VALUE},       {'h', "hostname", VALUE}, {0, "entrypoint", VALUE}, {0, "name", VALUE},
    {0, "engine", VALUE},       {0, "platform", VALUE},   {0, "isolation", VALUE},  {0, "rootfs", VALUE},
};

static void *append(void *array, size_t *count, size_t size)
{
    void *grown = realloc(array, (*count + 1) * size);

    if (!grown)
        abort();
    ++*count;
    return grown;
}

static void add_env(struct run_options *o, const char *text)
{
    char *entry;

    /* A name alone takes the value that it has here; none, none. */
    if (strchr(text, '='))
        entry = strdup(text);
    else if (getenv(text)) {
        if (asprintf(&entry, "%s=%s", text, getenv(text)) < 0)
            entry = NULL;
    } else
        return;
    if (!entry)
        abort();
    o->env = append(o->env, &o->nenv, sizeof(*o->env));
    o->env[o->nenv - 1] = entry;
}

static int add_env_file(struct run_options *o, const char *path, struct error *err)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (!f)
        return error_set(err, STATUS_OURS, "the file of environment variables %s cannot be read: %s", path,
                         strerror(errno));
    while ((n = getline(&line, &room, f)) > 0) {
        if (line[n - 1] == '\n')
            line[--n] = '\0';
        if (n && line[0] != '#')
            add_env(o, line);
    }
    free(line);
    fclose(f);
    return 0;
}

static int add_volume(struct run_options *o, const char *text, struct error *err)
{
    char *copy = strdup(text), *source = copy, *target, *mode, full[PATH_MAX];

    if (!copy)
        abort();
    target = strchr(copy, ':');
    if (!target) {
        error_set(err, STATUS_OURS, "-v %s: where does it go in the container?", text);
        error_hint(err, "write -v SOURCE:TARGET or -v SOURCE:TARGET:ro");
        return err->status;
    }
    *target++ = '\0';
    mode = strchr(target, ':');
    if (mode)
        *mode++ = '\0';
    if (target[0] != '/')
        return error_set(err, STATUS_OURS, "-v %s: the place in the container must be an absolute path",
                         text);
    if (mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0)
        return error_set(err, STATUS_OURS, "-v %s: '%s' is neither ro nor rw", text, mode);
    if (!realpath(source, full))
        return error_set(err, STATUS_OURS, "-v %s: %s cannot be used: %s", text, source, strerror(errno));
    o->volumes = append(o->volumes, &o->nvolumes, sizeof(*o->volumes));
    o->volumes[o->nvolumes - 1] = (struct volume){
        .source = strdup(full), .target = target, .readonly = mode && mode[0] == 'r' && mode[1] == 'o'};
    return 0;
}

static int set_flag(struct run_options *o, const char *name)
{
    if (strcmp(name, "interactive") == 0)
        o->interactive = true;
    else if (strcmp(name, "tty") == 0)
        o->tty = true;
    else if (strcmp(name, "detach") == 0)
        o->detach = true;
    else if (strcmp(name, "rm") == 0)
        o->remove = true;
    return 0;
}

/* "DIR:O", as podman has it: the container writes beside the folder. */
static void split_rootfs(struct run_options *o)
{
    size_t n = o->rootfs ? strlen(o->rootfs) : 0;

    if (n > 2 && strcmp(o->rootfs + n - 2, ":O") == 0) {
        o->rootfs_overlay = true;
        o->rootfs = strndup(o->rootfs, n - 2);
        if (!o->rootfs)
            abort();
    }
}

static int set_value(struct run_options *o, const char *name, const char *value, struct error *err)
{
    const struct {
        const char *name;
        const char **slot;
    } plain[] = {{"workdir", &o->workdir},       {"user", &o->user},           {"hostname", &o->hostname},
                 {"entrypoint", &o->entrypoint}, {"name", &o->name},           {"engine", &o->engine},
                 {"platform", &o->platform},     {"isolation", &o->isolation}, {"rootfs", &o->rootfs}};

    if (strcmp(name, "env") == 0) {
        add_env(o, value);
        return 0;
    }
    if (strcmp(name, "env-file") == 0)
        return add_env_file(o, value, err);
    if (strcmp(name, "volume") == 0)
        return add_volume(o, value, err);
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
        if (strcmp(name, plain[i].name) == 0)
            *plain[i].slot = value;
    return 0;
}

static const struct option *find_long(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

static int unknown(const char *arg, struct error *err)
{
    error_set(err, STATUS_OURS, "run: there is no option %s", arg);
    error_hint(err, "`coracle run --help` lists the options");
    return err->status;
}

static int no_value(const char *arg, struct error *err)
{
    return error_set(err, STATUS_OURS, "run: the option %s needs a value", arg);
}

static int parse_long(int argc, char **argv, int *i, struct run_options *o, struct error *err)
{
    const char *arg = argv[*i] + 2, *equals = strchr(arg, '=');
    const struct option *option = find_long(arg, equals ? (size_t)(equals - arg) : strlen(arg));

    if (!option)
        return unknown(argv[*i], err);
    if (option->kind == FLAG) {
        if (equals && strcmp(equals, "=true") != 0)
            return strcmp(equals, "=false") == 0 ? 0 : unknown(argv[*i], err);
        return set_flag(o, option->name);
    }
    if (equals)
        return set_value(o, option->name, equals + 1, err);
    if (*i + 1 >= argc)
        return no_value(argv[*i], err);
    return set_value(o, option->name, argv[++*i], err);
}

static int parse_short(int argc, char **argv, int *i, struct run_options *o, struct error *err)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct option *option = find_letter(*p);
        int r;

        if (!option)
            return unknown(argv[*i], err);
        if (option->kind == FLAG) {
            set_flag(o, option->name);
            continue;
        }
        if (p[1])
            return set_value(o, option->name, p[1] == '=' ? p + 2 : p + 1, err);
        if (*i + 1 >= argc)
            return no_value(argv[*i], err);
        r = set_value(o, option->name, argv[++*i], err);
        return r;
    }
    return 0;
}

int run_options_parse(int argc, char **argv, struct run_options *o, struct error *err)
{
    int i = 1, r = 0;

    memset(o, 0, sizeof(*o));
    o->trace_fds[0] = o->trace_fds[1] = -1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--help") == 0)
            return -1;
        r = argv[i][1] == '-' ? parse_long(argc, argv, &i, o, err) : parse_short(argc, argv, &i, o, err);
        if (r)
            return r;
    }
    split_rootfs(o);
    if (!o->rootfs) {
        if (i == argc) {
            error_set(err, STATUS_OURS, "run: which image?");
            error_hint(err, "coracle run [OPTIONS] IMAGE [COMMAND], or --rootfs DIR in place of IMAGE");
            return err->status;
        }
        o->image = argv[i++];
    }
    o->command = argv + i;
    return 0;
}
