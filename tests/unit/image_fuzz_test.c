/* SPDX-License-Identifier: MIT */
/*
 * Archives with damage at random places: whatever they say, reading them ends with an error or well, and
 * makes nothing outside of the folder that it was given. The same damage every time; CORACLE_FUZZ=n does n
 * rounds.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli/parts.h"
#include "image/digest.h"
#include "image/layer.h"
#include "image/plan.h"

#define SIZE_MAX_TAR (1 << 17)

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static int number(const char *name, int usual)
{
    const char *text = getenv(name);

    return text ? atoi(text) : usual;
}

static int first_round(void)
{
    return number("CORACLE_FUZZ_FROM", 0);
}

static int last_round(int usual)
{
    return first_round() + number("CORACLE_FUZZ", usual) - 1;
}

static void put(struct archive *a, const char *path, int type, const char *target, bool hard)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, (unsigned)type);
    archive_entry_set_perm(e, 0755);
    archive_entry_set_mtime(e, 1000000000, 5);
    if (hard)
        archive_entry_set_hardlink(e, target);
    else if (target)
        archive_entry_set_symlink(e, target);
    if (type == AE_IFREG && !target) {
        archive_entry_set_size(e, 700);
        archive_entry_xattr_add_entry(e, "user.note", "value", 5);
    }
    archive_write_header(a, e);
    if (type == AE_IFREG && !target)
        for (int i = 0; i < 7; i++)
            archive_write_data(a,
                               "0123456789012345678901234567890123456789012345678901234567890123456789"
                               "012345678901234567890123456789",
                               100);
    archive_entry_free(e);
}

static size_t make_tar(char *buffer)
{
    struct archive *a = archive_write_new();
    size_t used = 0;

    archive_write_set_format_pax(a);
    archive_write_open_memory(a, buffer, SIZE_MAX_TAR, &used);
    put(a, "etc", AE_IFDIR, NULL, false);
    put(a, "etc/file", AE_IFREG, NULL, false);
    put(a, "etc/link", AE_IFLNK, "../etc/file", false);
    put(a, "usr", AE_IFLNK, "/etc", false);
    put(a, "usr/through", AE_IFREG, NULL, false);
    put(a, "hard", AE_IFREG, "etc/file", true);
    put(a, "etc/.wh.file", AE_IFREG, NULL, false);
    put(a, "etc/.wh..wh..opq", AE_IFREG, NULL, false);
    put(a, "dev/null", AE_IFCHR, NULL, false);
    put(a, "a/b/c/d/e/f", AE_IFIFO, NULL, false);
    archive_write_close(a);
    archive_write_free(a);
    return used;
}

struct place {
    char folder[64];
    int fd, root;
};

static void place_make(struct place *p)
{
    strcpy(p->folder, "/tmp/coracle-unit-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->fd = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(p->fd, "root", 0755), 0);
    p->root = openat(p->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void place_remove(struct place *p)
{
    DIR *dir = fdopendir(p->fd);
    struct dirent *entry;

    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            assert_true(strcmp(entry->d_name, "root") == 0 || strcmp(entry->d_name, "index") == 0);
    closedir(dir);
    close(p->root);
    parts_remove_tree(p->folder);
    assert_int_equal(access(p->folder, F_OK), -1);
}

static struct limits small_limits(void)
{
    return (struct limits){.bytes_max = 1 << 20,
                           .files_max = 100,
                           .bytes = 1 << 20,
                           .stream = 1 << 20,
                           .files = 100,
                           .notes = 1 << 16};
}

static int memory_file(const void *bytes, size_t size)
{
    FILE *f = tmpfile();
    int fd = dup(fileno(f));

    fclose(f);
    assert_int_equal(write(fd, bytes, size), size);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static void damage(char *bytes, size_t size)
{
    for (uint32_t n = 1 + draw(4); n > 0; n--) {
        size_t at = draw((uint32_t)size);

        /* Mostly in the heads of entries, whose checksums are put right below. */
        if (draw(4))
            at = at / 512 * 512 + draw(345);
        if (draw(2))
            bytes[at] = "/.\0007\xff"
                        "0123456LwhK"[draw(16)];
        else
            bytes[at] ^= (char)(1 << draw(8));
    }
    for (size_t at = 0; at + 512 <= size; at += 512)
        if (memcmp(bytes + at + 257, "ustar", 5) == 0) {
            unsigned sum = 0;

            memset(bytes + at + 148, ' ', 8);
            for (int i = 0; i < 512; i++)
                sum += (uint8_t)bytes[at + (size_t)i];
            snprintf(bytes + at + 148, 8, "%06o", sum & 0777777);
        }
}

static void test_layers(void **state)
{
    static char whole[SIZE_MAX_TAR], bytes[SIZE_MAX_TAR];
    size_t size = make_tar(whole);
    char right[DIGEST_SIZE];
    int fine = 0;

    for (int i = first_round(); i <= last_round(200); i++) {
        struct limits limits = small_limits();
        struct digest_state *digest = digest_begin("sha256:");
        struct error err = {0};
        struct place place;
        struct tree tree;

        seed = (uint32_t)i;
        memcpy(bytes, whole, size);
        if (i)
            damage(bytes, size);
        size_t used = i % 8 == 7 ? draw((uint32_t)size) : size;
        digest_add(digest, bytes, used);
        digest_end(digest, right);
        place_make(&place);
        tree_init(&tree, place.root, &limits);
        int fd = memory_file(bytes, used);
        if (layer_apply(&tree, fd, right, &err) == 0 && tree_finish(&tree, &err) == 0 &&
            index_write(&tree, place.fd, "index", &err) == 0)
            fine++;
        else
            assert_string_not_equal(err.text, "");
        close(fd);
        tree_free(&tree);
        place_remove(&place);
    }
    assert_true(fine > 0 || first_round());
}

static const char manifest[] =
    "[{\"Config\":\"config.json\",\"RepoTags\":[\"a:b\",\"c\"],\"Layers\":[\"one.tar\",\"two.tar\"]}]";
static const char config[] =
    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Env\":[\"A=b\\u0041\"],\"Cmd\":null,\"User\":"
    "\"x\"},\"rootfs\":"
    "{\"diff_ids\":[\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
    "\"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"]}}";
static const char oci_index[] =
    "{\"manifests\":[{\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
    "\"size\":10,"
    "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},\"annotations\":{\"a\":\"b\"}}]}";

static void write_damaged(int folder, const char *file, const char *text, size_t size, bool harm)
{
    static char bytes[4096];
    int fd = openat(folder, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    memcpy(bytes, text, size);
    for (uint32_t n = harm ? 1 + draw(4) : 0; n > 0; n--)
        bytes[draw((uint32_t)size)] = (char)(draw(2) ? draw(256) : (uint32_t) "{}[]\",:\\u0-e"[draw(12)]);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

static void test_descriptions(void **state)
{
    const struct load_options options = {.file = "x", .platform = "amd64"};
    int fine = 0;

    for (int i = first_round(); i <= last_round(300); i++) {
        struct limits limits = small_limits();
        struct source source;
        struct error err = {0};
        struct plans plans;
        struct place place;
        char root[80];

        seed = (uint32_t)i;
        place_make(&place);
        write_damaged(place.root, "manifest.json", manifest, sizeof(manifest) - 1, i % 2);
        write_damaged(place.root, "config.json", config, sizeof(config) - 1, i && i % 2 == 0);
        if (i % 3 == 2)
            write_damaged(place.root, "index.json", oci_index, sizeof(oci_index) - 1, true);
        snprintf(root, sizeof(root), "%s/root", place.folder);
        assert_int_equal(source_open(&source, root, place.fd, &limits, &err), 0);
        if (plans_read(&plans, &source, &options, &err) == 0)
            fine++;
        else
            assert_string_not_equal(err.text, "");
        plans_free(&plans);
        source_close(&source);
        place_remove(&place);
    }
    assert_true(fine > 0 || first_round());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers), cmocka_unit_test(test_descriptions)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
