/* SPDX-License-Identifier: MIT */
/*
 * `load`: everything is made in a temporary folder of the store. Only when all images of the archive are
 * whole do they get their places, by renames under the store's lock; an error before that leaves nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/parts.h"
#include "container/index.h"
#include "image/layer.h"
#include "image/plan.h"

struct load {
    struct load_options *options;
    char scratch[PATH_MAX - 512];
    char roots[PATH_MAX - 512];
    char images[PATH_MAX - 1024];
    int fd; /* of the scratch folder, which it locks */
    struct source source;
    struct plans plans;
};

static int open_layer(struct load *load, const struct plan_layer *layer, struct error *err)
{
    int fd;

    if (layer->digest)
        return source_blob(&load->source, layer->member, layer->digest, layer->size, err);
    fd = source_member(&load->source, layer->member);
    if (fd < 0)
        error_set(err, STATUS_OURS, "the archive is not whole: '%s' is not in it", layer->member);
    return fd;
}

static int flatten(struct load *load, const struct plan *plan, int root, int folder, struct error *err)
{
    struct tree tree;
    int r = 0;

    tree_init(&tree, root, &load->options->limits);
    for (size_t i = 0; i < plan->nlayers && r == 0; i++) {
        int fd = open_layer(load, &plan->layers[i], err);

        if (fd < 0)
            r = err->status;
        else {
            r = layer_apply(&tree, fd, plan->layers[i].diff_id, err);
            close(fd);
        }
    }
    if (r == 0)
        r = tree_finish(&tree, err);
    if (r == 0)
        r = index_write(&tree, folder, "index", err);
    tree_free(&tree);
    return r;
}

/* Makes a root in the scratch folder, unless the store or another image of this archive has it. */
static int make_root(struct load *load, const struct plan *plan, struct error *err)
{
    char path[STORE_ID_SIZE + 16], there[PATH_MAX];
    int folder, root = -1, r;

    snprintf(there, sizeof(there), "%s/%s", load->roots, plan->root);
    if (access(there, F_OK) == 0 || (mkdirat(load->fd, plan->root, 0700) < 0 && errno == EEXIST))
        return 0;
    snprintf(path, sizeof(path), "%s/rootfs", plan->root);
    folder = openat(load->fd, plan->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && mkdirat(load->fd, path, 0755) == 0)
        root = openat(load->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        r = error_set(err, STATUS_OURS, "no folder can be made in %s: %s", load->scratch, strerror(errno));
    else
        r = flatten(load, plan, root, folder, err);
    /* What the names that appear afterwards lead to is on the disk by then. */
    if (r == 0 && syncfs(root) < 0)
        r = error_set(err, STATUS_OURS, "the image cannot be written: %s", strerror(errno));
    if (root >= 0)
        close(root);
    if (folder >= 0)
        close(folder);
    return r;
}

/* A name for an image that has none: that of the archive's file, else the beginning of its id. */
static int guess_name(struct load *load, struct plan *plan, struct error *err)
{
    const char *base = strrchr(load->options->file, '/');
    char name[128], *dot;
    struct error ignored;

    base = base ? base + 1 : load->options->file;
    snprintf(name, sizeof(name), "%s", base);
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    dot = strchr(name, '.');
    if (dot)
        *dot = '\0';
    if (load->plans.count == 1 && strcmp(base, "-") != 0 && !strchr(name, ':') &&
        plan_add_name(plan, name, &ignored) == 0)
        return 0;
    snprintf(name, sizeof(name), "%.12s", strchr(plan->conf.id, ':') + 1);
    return plan_add_name(plan, name, err);
}

static int name_images(struct load *load, struct error *err)
{
    const char *tag = load->options->tag;
    int r = 0;

    if (!load->plans.count)
        return error_set(err, STATUS_OURS, "there is no image in %s", load->options->file);
    if (tag && load->plans.count != 1)
        return error_set(err, STATUS_OURS, "--tag names one image, and the archive has %zu",
                         load->plans.count);
    for (size_t i = 0; i < load->plans.count && r == 0; i++) {
        struct plan *plan = &load->plans.list[i];

        if (tag) {
            plan->nnames = 0;
            r = plan_add_name(plan, tag, err);
        } else if (!plan->nnames)
            r = guess_name(load, plan, err);
    }
    return r;
}

/* The size that users see: the files', each content once. */
static uint64_t root_size(const struct load *load, const struct plan *plan)
{
    char path[PATH_MAX];
    FILE *f;
    struct index_header header;
    struct index_inode inode;
    uint64_t size = 0;

    snprintf(path, sizeof(path), "%s/%s/index", load->roots, plan->root);
    f = fopen(path, "re");
    if (!f)
        return 0;
    if (fread(&header, sizeof(header), 1, f) == 1 && fseek(f, (long)header.inodes_at, SEEK_SET) == 0)
        for (uint32_t i = 0; i < header.inode_count && fread(&inode, sizeof(inode), 1, f) == 1; i++)
            size += S_ISREG(inode.mode) ? inode.size : 0;
    fclose(f);
    return size;
}

/* With the lock held: a root gets its place. */
static int place_root(struct load *load, const struct plan *plan, struct error *err)
{
    char there[PATH_MAX];

    snprintf(there, sizeof(there), "%s/%s", load->roots, plan->root);
    if (access(there, F_OK) == 0 || renameat(load->fd, plan->root, AT_FDCWD, there) == 0)
        return 0;
    /* It was there when we looked first, and has been removed since. */
    if (errno == ENOENT && make_root(load, plan, err))
        return err->status;
    if (renameat(load->fd, plan->root, AT_FDCWD, there) == 0)
        return 0;
    return error_set(err, STATUS_OURS, "%s cannot be made: %s", there, strerror(errno));
}

static int place_name(struct load *load, const struct plan *plan, const struct reference *ref, uint64_t size,
                      struct error *err)
{
    char file[sizeof(ref->name)], folder[PATH_MAX - 256], path[PATH_MAX];
    int r;

    reference_to_file(ref->name, file);
    snprintf(folder, sizeof(folder), "%s/%s", load->images, file);
    r = parts_mkdirs(folder, err);
    if (r == 0)
        r = plan_write_conf(plan, size, load->fd, "conf", err);
    if (r)
        return r;
    snprintf(path, sizeof(path), "%s/%s", folder, ref->tag);
    if (renameat(load->fd, "conf", AT_FDCWD, path) < 0)
        return error_set(err, STATUS_OURS, "%s cannot be made: %s", path, strerror(errno));
    if (!load->options->quiet)
        printf("Loaded image: %s:%s\n", ref->name, ref->tag);
    return 0;
}

static int place(struct load *load, struct error *err)
{
    int lock = store_lock(err), r = 0;

    if (lock < 0)
        return err->status;
    for (size_t i = 0; i < load->plans.count && r == 0; i++)
        r = place_root(load, &load->plans.list[i], err);
    for (size_t i = 0; i < load->plans.count && r == 0; i++) {
        const struct plan *plan = &load->plans.list[i];
        uint64_t size = root_size(load, plan);

        for (size_t j = 0; j < plan->nnames && r == 0; j++)
            r = place_name(load, plan, &plan->names[j], size, err);
    }
    store_clean();
    close(lock);
    return r;
}

int image_load(struct load_options *options, struct error *err)
{
    struct load load = {.options = options, .source.folder = -1};
    int r = store_folder("roots", true, load.roots, sizeof(load.roots), err);

    if (r == 0)
        r = store_folder("images", true, load.images, sizeof(load.images), err);
    if (r)
        return r;
    load.fd = store_temporary(load.scratch, sizeof(load.scratch), err);
    if (load.fd < 0)
        return err->status;
    r = source_open(&load.source, options->file, load.fd, &options->limits, err);
    if (r == 0)
        r = plans_read(&load.plans, &load.source, options, err);
    if (r == 0)
        r = name_images(&load, err);
    for (size_t i = 0; i < load.plans.count && r == 0; i++)
        r = make_root(&load, &load.plans.list[i], err);
    if (r == 0)
        r = place(&load, err);
    parts_remove_tree(load.scratch);
    source_close(&load.source);
    plans_free(&load.plans);
    close(load.fd);
    return r;
}
