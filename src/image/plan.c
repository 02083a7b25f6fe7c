/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "image/digest.h"
#include "image/json.h"
#include "image/plan.h"

#define LAYERS_MAX 1000

struct plan *plans_add(struct plans *plans)
{
    plans->list = realloc(plans->list, (plans->count + 1) * sizeof(*plans->list));
    if (!plans->list)
        abort();
    memset(&plans->list[plans->count], 0, sizeof(*plans->list));
    return &plans->list[plans->count++];
}

void plans_free(struct plans *plans)
{
    for (size_t i = 0; i < plans->count; i++) {
        struct plan *plan = &plans->list[i];

        image_conf_free(&plan->conf);
        for (size_t j = 0; j < plan->nlayers; j++) {
            free(plan->layers[j].member);
            free(plan->layers[j].digest);
            free(plan->layers[j].diff_id);
        }
        free(plan->layers);
        free(plan->names);
    }
    free(plans->list);
}

static char *copy_or_null(const char *text)
{
    return text ? must_copy(text, strlen(text)) : NULL;
}

struct plan_layer *plan_add_layer(struct plan *plan, const char *member, const char *digest, int64_t size)
{
    plan->layers = realloc(plan->layers, (plan->nlayers + 1) * sizeof(*plan->layers));
    if (!plan->layers)
        abort();
    struct plan_layer *layer = &plan->layers[plan->nlayers++];

    *layer =
        (struct plan_layer){.member = copy_or_null(member), .digest = copy_or_null(digest), .size = size};
    return layer;
}

int plan_add_name(struct plan *plan, const char *text, struct error *err)
{
    struct reference ref;

    if (reference_parse(text, &ref, err))
        return err->status;
    plan->names = realloc(plan->names, (plan->nnames + 1) * sizeof(*plan->names));
    if (!plan->names)
        abort();
    plan->names[plan->nnames++] = ref;
    return 0;
}

/* The root's name: a digest of its layers' digests, and of the form in which roots are stored. */
static void name_root(struct plan *plan)
{
    struct digest_state *state = digest_begin("sha256:");
    static const char form[] = "coracle root 1";
    char text[DIGEST_SIZE];

    digest_add(state, form, sizeof(form));
    for (size_t i = 0; i < plan->nlayers; i++)
        digest_add(state, plan->layers[i].diff_id, strlen(plan->layers[i].diff_id) + 1);
    digest_end(state, text);
    str_copy(plan->root, text + strlen("sha256:"), sizeof(plan->root));
}

static int read_layers(struct plan *plan, struct json_object *config, struct error *err)
{
    struct json_object *ids = json_list_in(json_object_in(config, "rootfs"), "diff_ids");

    if (json_length(ids) != plan->nlayers || plan->nlayers > LAYERS_MAX)
        return error_set(err, STATUS_OURS,
                         "the image's configuration tells %zu layers, and there are %zu (at most %d)",
                         json_length(ids), plan->nlayers, LAYERS_MAX);
    for (size_t i = 0; i < plan->nlayers; i++) {
        const char *id = json_text_at(ids, i);

        if (!id || !digest_is_valid(id))
            return error_set(err, STATUS_OURS,
                             "the image's configuration has a layer without a digest that can be checked");
        plan->layers[i].diff_id = must_copy(id, strlen(id));
    }
    name_root(plan);
    return 0;
}

static void take_list(struct json_object *list, char ***to, size_t *count)
{
    for (size_t i = 0; i < json_length(list); i++)
        if (json_text_at(list, i))
            image_conf_add(to, count, json_text_at(list, i));
}

int plan_read_config(struct plan *plan, int fd, const char *digest, struct error *err)
{
    struct json_object *json, *config;
    const char *os;
    int r = json_read(fd, "the image's configuration", &json, err);

    if (r)
        return r;
    os = json_text(json, "os");
    if (os && strcmp(os, "linux") != 0)
        r = error_set(err, STATUS_OURS, "the image is for %.40s, not for Linux", os);
    if (r == 0)
        r = read_layers(plan, json, err);
    config = json_object_in(json, "config");
    take_list(json_list_in(config, "Env"), &plan->conf.env, &plan->conf.nenv);
    take_list(json_list_in(config, "Entrypoint"), &plan->conf.entrypoint, &plan->conf.nentrypoint);
    take_list(json_list_in(config, "Cmd"), &plan->conf.command, &plan->conf.ncommand);
    plan->conf.workdir = copy_or_null(json_text(config, "WorkingDir"));
    plan->conf.user = copy_or_null(json_text(config, "User"));
    plan->conf.arch = copy_or_null(json_text(json, "architecture"));
    plan->conf.created = copy_or_null(json_text(json, "created"));
    plan->conf.id = copy_or_null(digest);
    json_object_put(json);
    return r;
}

static void put_line(FILE *f, const char *key, const char *value)
{
    if (!value || !value[0])
        return;
    fprintf(f, "%s ", key);
    for (; *value; value++)
        if (*value == '\n')
            fputs("\\n", f);
        else if (*value == '\\')
            fputs("\\\\", f);
        else
            fputc(*value, f);
    fputc('\n', f);
}

/* A word of a command may be empty. */
static void put_list(FILE *f, const char *key, char **list)
{
    for (; list && *list; list++)
        if (**list)
            put_line(f, key, *list);
        else
            fprintf(f, "%s \n", key);
}

int plan_write_conf(const struct plan *plan, uint64_t size, int folder, const char *file, struct error *err)
{
    int fd = openat(folder, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    char text[24];
    bool bad;

    if (!f)
        return error_set(err, STATUS_OURS, "the image's file cannot be written: %s", strerror(errno));
    snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
    put_line(f, "id", plan->conf.id);
    put_line(f, "root", plan->root);
    put_line(f, "arch", plan->conf.arch);
    put_line(f, "created", plan->conf.created);
    put_line(f, "size", text);
    put_line(f, "workdir", plan->conf.workdir);
    put_line(f, "user", plan->conf.user);
    put_list(f, "entrypoint", plan->conf.entrypoint);
    put_list(f, "cmd", plan->conf.command);
    put_list(f, "env", plan->conf.env);
    bad = ferror(f) || fflush(f) != 0 || fsync(fileno(f)) != 0;
    if (fclose(f) != 0 || bad)
        return error_set(err, STATUS_OURS, "the image's file cannot be written: %s", strerror(errno));
    return 0;
}

int plans_read(struct plans *plans, struct source *source, const struct load_options *options,
               struct error *err)
{
    int fd;

    *plans = (struct plans){0};
    fd = source_member(source, "index.json");
    if (fd >= 0) {
        close(fd);
        return oci_read(plans, source, options, err);
    }
    fd = source_member(source, "manifest.json");
    if (fd >= 0) {
        close(fd);
        return docker_read(plans, source, err);
    }
    error_set(err, STATUS_OURS,
              "%s is no image: it has neither index.json (OCI layout) nor manifest.json (docker archive)",
              options->file);
    return err->status;
}
