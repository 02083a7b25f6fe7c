/* SPDX-License-Identifier: MIT */
/* The verbs of images. Only `load` needs libraries, so it runs coracle-image. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "cli/parts.h"
#include "cli/store.h"

static int load(int argc, char **argv, struct error *err)
{
    char program[PATH_MAX];
    int r;

    if (argc < 2) {
        error_set(err, STATUS_OURS, "load: which archive?");
        error_hint(err,
                   "coracle load FILE, where FILE is an OCI layout or a docker archive; - is standard input");
        return err->status;
    }
    r = parts_program("coracle-image", program, sizeof(program), err);
    if (r)
        return r;
    fflush(stdout);
    execv(program, argv);
    return error_set(err, STATUS_OURS, "%s cannot be started: %s", program, strerror(errno));
}

struct listing {
    bool json, any;
};

static void print_json_string(const char *text)
{
    putchar('"');
    for (; text && *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", *text);
        else
            putchar(*text);
    putchar('"');
}

static void print_json_text(const char *key, const char *text)
{
    printf("\"%s\":", key);
    print_json_string(text);
}

static void print_json_list(const char *key, char **list)
{
    printf(",\"%s\":[", key);
    for (size_t i = 0; list && list[i]; i++) {
        if (i)
            putchar(',');
        print_json_string(list[i]);
    }
    putchar(']');
}

static void print_size(const char *text)
{
    static const char units[] = "kMGT";
    uint64_t bytes = text ? strtoull(text, NULL, 10) : 0, unit = 1000;
    size_t i = 0;

    if (!text) {
        printf("-");
        return;
    }
    if (bytes < 1000) {
        printf("%u B", (unsigned)bytes);
        return;
    }
    while (i + 1 < sizeof(units) - 1 && bytes >= unit * 1000) {
        unit *= 1000;
        i++;
    }
    printf("%u.%u %cB", (unsigned)(bytes / unit), (unsigned)(bytes % unit / (unit / 10)), units[i]);
}

static void print_image(void *arg, const struct reference *ref, const struct image_conf *conf)
{
    struct listing *listing = arg;

    if (listing->json) {
        printf("%s{", listing->any ? ",\n " : "");
        print_json_text("name", ref->name);
        putchar(',');
        print_json_text("tag", ref->tag);
        putchar(',');
        print_json_text("id", conf->id);
        putchar(',');
        print_json_text("architecture", conf->arch);
        putchar(',');
        print_json_text("created", conf->created);
        printf(",\"size\":%s,", conf->size ? conf->size : "null");
        print_json_text("user", conf->user);
        putchar(',');
        print_json_text("workdir", conf->workdir);
        print_json_list("entrypoint", conf->entrypoint);
        print_json_list("cmd", conf->command);
        print_json_list("env", conf->env);
        printf("}");
    } else {
        const char *id = conf->id ? conf->id : "-";

        id = str_starts(id, "sha256:") ? id + 7 : id;
        printf("%-32s %-16s %-12.12s %-8s ", ref->name, ref->tag, id, conf->arch ? conf->arch : "-");
        print_size(conf->size);
        putchar('\n');
    }
    listing->any = true;
}

/* Those that come with Coracle, each a folder. */
static int print_own(struct listing *listing, struct error *err)
{
    char images[PATH_MAX - 300], path[PATH_MAX];
    struct reference ref = {.tag = "latest"};
    struct dirent *entry;
    DIR *dir;

    if (parts_images(images, sizeof(images), err)) {
        err->text[0] = '\0';
        return 0;
    }
    dir = opendir(images);
    while (dir && (entry = readdir(dir))) {
        struct image_conf conf = {0};

        if (strchr(entry->d_name, '.'))
            continue;
        snprintf(path, sizeof(path), "%s/%s.conf", images, entry->d_name);
        snprintf(ref.name, sizeof(ref.name), "%.240s", entry->d_name);
        image_conf_read(path, &conf);
        print_image(listing, &ref, &conf);
        image_conf_free(&conf);
    }
    if (dir)
        closedir(dir);
    return 0;
}

static int list(int argc, char **argv, struct error *err)
{
    struct listing listing = {.json = argc > 1 && strcmp(argv[1], "--json") == 0};
    int r;

    if (argc > 1 + listing.json)
        return error_set(err, STATUS_OURS, "images: '%s' is not an option of it", argv[1 + listing.json]);
    if (listing.json)
        printf("[");
    else
        printf("%-32s %-16s %-12s %-8s %s\n", "NAME", "TAG", "ID", "ARCH", "SIZE");
    r = print_own(&listing, err);
    if (r == 0)
        r = store_each(print_image, &listing, err);
    if (listing.json)
        printf("]\n");
    return r;
}

static int rmi(int argc, char **argv, struct error *err)
{
    struct reference ref;
    int lock, r = 0;

    if (argc < 2)
        return error_set(err, STATUS_OURS, "rmi: which image?");
    lock = store_lock(err);
    if (lock < 0)
        return err->status;
    for (int i = 1; i < argc && r == 0; i++) {
        r = reference_parse(argv[i], &ref, err);
        if (r == 0)
            r = store_remove(&ref, err);
        if (r == 0)
            printf("removed %s:%s\n", ref.name, ref.tag);
    }
    store_clean();
    close(lock);
    return r;
}

const struct verb verb_load = {
    .name = "load",
    .synopsis = "[OPTIONS] (FILE | -)",
    .summary = "Take in an image from an archive (OCI layout or docker archive)",
    .help = "FILE is a tar archive (plain, gzip or zstd) as `docker save`, `podman save` or `skopeo copy` "
            "write it, or the\n"
            "folder of an OCI layout; - is an archive on standard input.\n\n"
            "Options:\n"
            "  -t, --tag NAME[:TAG]    the name, in place of those in the archive\n"
            "      --platform P        which of several: linux/amd64 or linux/arm64 (this machine's)\n"
            "      --max-size SIZE     refuse what unpacks to more, as 500M or 100G (32G)\n"
            "      --max-files N       refuse more files than that (2000000)\n"
            "  -q, --quiet             do not print the names\n",
    .run = load,
};

const struct verb verb_images = {
    .name = "images",
    .synopsis = "[--json]",
    .summary = "List the images that are there",
    .help = "Options:\n"
            "      --json              all that is known about them\n",
    .run = list,
};

const struct verb verb_rmi = {
    .name = "rmi",
    .synopsis = "IMAGE...",
    .summary = "Remove images",
    .help = "Files that a container still uses are removed when it has ended, by the next load or rmi.\n",
    .run = rmi,
};
