/* SPDX-License-Identifier: MIT */
/* OCI image layouts: index.json leads to manifests, perhaps by way of further indexes with one manifest per
 * platform. */
#include <stdio.h>
#include <unistd.h>
#include "image/digest.h"
#include "image/json.h"
#include "image/plan.h"

#define NESTING_MAX 4 /* indexes in indexes */

struct reader {
    struct plans *plans;
    struct source *source;
    const struct load_options *options;
    struct error *err;
};

/* Reads the blob that a descriptor names as JSON. */
static int read_blob(struct reader *reader, struct json_object *descriptor, const char *what,
                     struct json_object **json)
{
    int64_t size = json_number(descriptor, "size");
    int fd, r;

    if (size < 0)
        return error_set(reader->err, STATUS_OURS, "the archive names %s without its size", what);
    fd = source_blob(reader->source, NULL, json_text(descriptor, "digest"), size, reader->err);
    if (fd < 0)
        return reader->err->status;
    r = json_read(fd, what, json, reader->err);
    close(fd);
    return r;
}

static int read_layers(struct reader *reader, struct plan *plan, struct json_object *manifest)
{
    struct json_object *layers = json_list_in(manifest, "layers");

    for (size_t i = 0; i < json_length(layers); i++) {
        struct json_object *layer = json_object_array_get_idx(layers, i);
        const char *type = json_text(layer, "mediaType"), *digest = json_text(layer, "digest");

        if (!digest || !digest_is_valid(digest) || json_number(layer, "size") < 0)
            return error_set(
                reader->err, STATUS_OURS,
                "the image's manifest has a layer without a digest that can be checked, or a size");
        if (type && (!strstr(type, "tar") || strstr(type, "encrypted")))
            return error_set(reader->err, STATUS_OURS,
                             "the image has a layer of a kind that cannot be unpacked: %.100s", type);
        plan_add_layer(plan, NULL, digest, json_number(layer, "size"));
    }
    return 0;
}

static int read_names(struct reader *reader, struct plan *plan, struct json_object *descriptor)
{
    struct json_object *notes = json_object_in(descriptor, "annotations");
    const char *full = json_text(notes, "io.containerd.image.name");
    const char *name = json_text(notes, "org.opencontainers.image.ref.name");

    if (full)
        return plan_add_name(plan, full, reader->err);
    /* A lone word may be a tag or a name; nobody names an image "latest". */
    if (name && strcmp(name, "latest") != 0)
        return plan_add_name(plan, name, reader->err);
    return 0;
}

static int read_manifest(struct reader *reader, struct json_object *manifest, struct json_object *named)
{
    struct json_object *config = json_object_in(manifest, "config");
    struct plan *plan = plans_add(reader->plans);
    int fd, r;

    if (!config)
        return error_set(reader->err, STATUS_OURS, "the archive has a manifest without a configuration");
    r = read_layers(reader, plan, manifest);
    if (r == 0)
        r = read_names(reader, plan, named);
    if (r)
        return r;
    fd = source_blob(reader->source, NULL, json_text(config, "digest"), json_number(config, "size"),
                     reader->err);
    if (fd < 0)
        return reader->err->status;
    r = plan_read_config(plan, fd, json_text(config, "digest"), reader->err);
    close(fd);
    return r;
}

static bool is_attestation(struct json_object *descriptor)
{
    return json_text(json_object_in(descriptor, "annotations"), "vnd.docker.reference.type") != NULL;
}

/* Of the manifests of an index that differ by platform, ours; or the only one. NULL and the error: there is
 * none. */
static struct json_object *choose(struct reader *reader, struct json_object *manifests)
{
    struct json_object *only = NULL;
    char there[256] = "";
    size_t images = 0, at = 0;

    for (size_t i = 0; i < json_length(manifests); i++) {
        struct json_object *each = json_object_array_get_idx(manifests, i),
                           *platform = json_object_in(each, "platform");
        const char *arch = json_text(platform, "architecture"), *os = json_text(platform, "os");

        if (is_attestation(each))
            continue;
        if (arch && os && strcmp(os, "linux") == 0 && strcmp(arch, reader->options->platform) == 0)
            return each;
        only = each;
        if (at < sizeof(there) - 1)
            at += (size_t)snprintf(there + at, sizeof(there) - at, "%s%.20s/%.20s", images ? ", " : "",
                                   os ? os : "?", arch ? arch : "?");
        images++;
    }
    if (images == 1)
        return only;
    error_set(reader->err, STATUS_OURS, "the image is not there for linux/%s, only for: %s",
              reader->options->platform, there);
    error_hint(reader->err, "--platform chooses one of them");
    return NULL;
}

/* What a descriptor leads to; `named` is the one whose annotations name the image. */
static int read_descriptor(struct reader *reader, struct json_object *descriptor, struct json_object *named,
                           int depth)
{
    struct json_object *json, *manifests;
    int r;

    if (depth > NESTING_MAX)
        return error_set(reader->err, STATUS_OURS, "the archive's indexes lead into each other too deeply");
    r = read_blob(reader, descriptor, "the image's manifest", &json);
    if (r)
        return r;
    manifests = json_list_in(json, "manifests");
    if (manifests) {
        struct json_object *chosen = choose(reader, manifests);

        r = chosen ? read_descriptor(reader, chosen, named, depth + 1) : reader->err->status;
    } else {
        r = read_manifest(reader, json, named);
    }
    json_object_put(json);
    return r;
}

/* True when the manifests at the top are one image's platforms: more than one, and no names that tell them
 * apart. */
static bool are_platforms(struct json_object *manifests)
{
    for (size_t i = 0; i < json_length(manifests); i++) {
        struct json_object *each = json_object_array_get_idx(manifests, i);

        if (json_object_in(each, "annotations") && !is_attestation(each))
            return false;
        if (!json_object_in(each, "platform"))
            return false;
    }
    return json_length(manifests) > 1;
}

int oci_read(struct plans *plans, struct source *source, const struct load_options *options,
             struct error *err)
{
    struct reader reader = {plans, source, options, err};
    struct json_object *json, *manifests;
    int fd = source_member(source, "index.json"), r;

    r = json_read(fd, "the archive's index.json", &json, err);
    close(fd);
    if (r)
        return r;
    manifests = json_list_in(json, "manifests");
    if (!json_length(manifests)) {
        r = error_set(err, STATUS_OURS, "the archive's index.json names no image");
    } else if (are_platforms(manifests)) {
        struct json_object *chosen = choose(&reader, manifests);

        r = chosen ? read_descriptor(&reader, chosen, chosen, 0) : err->status;
    } else {
        for (size_t i = 0; i < json_length(manifests) && r == 0; i++) {
            struct json_object *each = json_object_array_get_idx(manifests, i);

            if (!is_attestation(each))
                r = read_descriptor(&reader, each, each, 0);
        }
    }
    json_object_put(json);
    return r;
}
