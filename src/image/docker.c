/* SPDX-License-Identifier: MIT */
/*
 * Docker archives, as `docker save` and `podman save` write them: manifest.json lists images with their
 * configuration, layers and names. Only the configuration tells digests: its own is mostly its file's name,
 * and its diff_ids are those of the layers.
 */
#include <stdio.h>
#include <unistd.h>
#include "image/digest.h"
#include "image/json.h"
#include "image/plan.h"

/* The digest that a file's name promises (HEX.json, sha256:HEX, blobs/sha256/HEX); false: none. */
static bool digest_of_name(const char *name, char digest[DIGEST_SIZE])
{
    const char *base = strrchr(name, '/');

    base = base ? base + 1 : name;
    if (str_starts(base, "sha256:"))
        base += strlen("sha256:");
    snprintf(digest, DIGEST_SIZE, "sha256:%.64s", base);
    return digest_is_valid(digest) && (!base[64] || strcmp(base + 64, ".json") == 0);
}

/* Opens the configuration; where its name promises no digest, its content gives it one. */
static int open_config(struct source *source, const char *name, char digest[DIGEST_SIZE], struct error *err)
{
    int fd;

    if (digest_of_name(name, digest))
        return source_blob(source, name, digest, -1, err);
    fd = source_member(source, name);
    if (fd < 0)
        error_set(err, STATUS_OURS, "the archive is not whole: '%s' is not in it", name);
    else if (source_hash(fd, "sha256:", digest, err) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int read_image(struct plans *plans, struct source *source, struct json_object *image,
                      struct error *err)
{
    struct plan *plan = plans_add(plans);
    struct json_object *layers = json_list_in(image, "Layers"), *names = json_list_in(image, "RepoTags");
    const char *config = json_text(image, "Config");
    char digest[DIGEST_SIZE];
    int fd, r;

    if (!config || !layers)
        return error_set(err, STATUS_OURS, "the archive's manifest.json tells no configuration or no layers");
    for (size_t i = 0; i < json_length(layers); i++) {
        if (!json_text_at(layers, i))
            return error_set(err, STATUS_OURS, "the archive's manifest.json has a layer without a name");
        plan_add_layer(plan, json_text_at(layers, i), NULL, -1);
    }
    for (size_t i = 0; i < json_length(names); i++)
        if (json_text_at(names, i) && plan_add_name(plan, json_text_at(names, i), err))
            return err->status;
    fd = open_config(source, config, digest, err);
    if (fd < 0)
        return err->status;
    r = plan_read_config(plan, fd, digest, err);
    close(fd);
    return r;
}

int docker_read(struct plans *plans, struct source *source, struct error *err)
{
    struct json_object *json;
    int fd = source_member(source, "manifest.json"), r;

    r = json_read(fd, "the archive's manifest.json", &json, err);
    close(fd);
    if (r)
        return r;
    if (!json_length(json))
        r = error_set(err, STATUS_OURS, "the archive's manifest.json names no image");
    for (size_t i = 0; i < json_length(json) && r == 0; i++)
        r = read_image(plans, source, json_object_array_get_idx(json, i), err);
    json_object_put(json);
    return r;
}
