/* SPDX-License-Identifier: MIT */
/* What an archive says about its images: read in whole from its JSON before any layer is touched. */
#ifndef CORACLE_IMAGE_PLAN_H
#define CORACLE_IMAGE_PLAN_H

#include "cli/image_conf.h"
#include "cli/reference.h"
#include "cli/store.h"
#include "image/source.h"

struct plan_layer {
    char *member;  /* of the source; NULL: the blob of the digest */
    char *digest;  /* of the blob; NULL: only the diff_id is known */
    char *diff_id; /* of what it unpacks to */
    int64_t size;  /* of the blob, or -1 */
};

struct plan {
    struct image_conf conf; /* env and so on; conf.id is the digest of the configuration */
    char root[STORE_ID_SIZE];
    struct plan_layer *layers;
    size_t nlayers;
    struct reference *names;
    size_t nnames;
};

struct plans {
    struct plan *list;
    size_t count;
};

/* Reads what the source has: an OCI layout, else a docker archive. */
int plans_read(struct plans *plans, struct source *source, const struct load_options *options,
               struct error *err);
void plans_free(struct plans *plans);

/* For the two readers of formats. */
int oci_read(struct plans *plans, struct source *source, const struct load_options *options,
             struct error *err);
int docker_read(struct plans *plans, struct source *source, struct error *err);
struct plan *plans_add(struct plans *plans);
/* Appends a layer; the texts are copied. */
struct plan_layer *plan_add_layer(struct plan *plan, const char *member, const char *digest, int64_t size);
int plan_add_name(struct plan *plan, const char *text, struct error *err);
/* Takes over what the configuration says: how to run it, and the diff_ids of the layers, which must be there
 * already. */
int plan_read_config(struct plan *plan, int fd, const char *digest, struct error *err);
/* Writes the file that image_conf.h describes. */
int plan_write_conf(const struct plan *plan, uint64_t size, int folder, const char *file, struct error *err);

#endif
