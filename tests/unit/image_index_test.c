/* SPDX-License-Identifier: MIT */
/* The index of an image: what was written is found, what was not is missing, and a damaged file leads nowhere
 * wild. */
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
#include "container/index.h"
#include "image/layer.h"

#define MANY 3000

struct fixture {
    char folder[64];
    int fd, root;
    struct limits limits;
    struct tree tree;
    char *map; /* allocated at its exact size, so that a sanitizer sees what lies outside */
    size_t size;
    struct image_index index;
};

static int add(struct fixture *f, const char *path, uint32_t mode, const char *target, bool is_hard_link,
               struct error *err)
{
    struct entry entry = {.path = path, .target = target, .is_hard_link = is_hard_link};
    struct node *file;
    int fd, r;

    entry.attributes.mode = mode;
    entry.attributes.uid = 7;
    if (strcmp(path, "b/noted") == 0) {
        struct index_xattr_header head = {9, 5};

        entry.attributes.xattrs_size = sizeof(head) + 14;
        entry.attributes.xattrs = must_alloc(entry.attributes.xattrs_size);
        memcpy(entry.attributes.xattrs, &head, sizeof(head));
        memcpy(entry.attributes.xattrs + sizeof(head), "user.notehello", 14);
    }
    r = tree_add(&f->tree, &entry, &fd, &file, err);
    if (r == 0 && fd >= 0)
        r = tree_file_done(&f->tree, file, fd, 3, err);
    node_free(&entry.attributes);
    return r;
}

static void must_add(struct fixture *f, const char *path, uint32_t mode, const char *target,
                     bool is_hard_link)
{
    struct error err = {0};

    add(f, path, mode, target, is_hard_link, &err);
    assert_string_equal(err.text, "");
}

static void load(struct fixture *f)
{
    int fd = openat(f->fd, "index", O_RDONLY | O_CLOEXEC);
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    f->size = (size_t)st.st_size;
    f->map = malloc(f->size);
    assert_int_equal(read(fd, f->map, f->size), f->size);
    close(fd);
    assert_true(index_open(&f->index, f->map, f->size));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct error err = {0};
    char path[64];

    strcpy(f->folder, "/tmp/coracle-unit-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mkdirat(f->fd, "root", 0755);
    f->root = openat(f->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    f->limits = (struct limits){.bytes = 1 << 20, .files = 2 * MANY, .notes = 1 << 20, .stream = 1 << 20};
    tree_init(&f->tree, f->root, &f->limits);
    f->tree.layer = 1;
    must_add(f, "b", S_IFDIR | 0750, NULL, false);
    must_add(f, "b/noted", S_IFREG | 0644, NULL, false);
    must_add(f, "b/same", 0, "b/noted", true);
    must_add(f, "a-third", 0, "b/same", true);
    must_add(f, "link", S_IFLNK | 0777, "b/noted", false);
    must_add(f, "many", S_IFDIR | 0755, NULL, false);
    for (int i = 0; i < MANY; i++) {
        snprintf(path, sizeof(path), "many/%d", i);
        must_add(f, path, S_IFLNK | 0777, "x", false);
    }
    assert_int_equal(tree_finish(&f->tree, &err), 0);
    assert_int_equal(index_write(&f->tree, f->fd, "index", &err), 0);
    load(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    tree_free(&f->tree);
    close(f->root);
    close(f->fd);
    parts_remove_tree(f->folder);
    free(f->map);
    free(f);
    return 0;
}

static void test_lookup(void **state)
{
    struct fixture *f = *state;
    const struct index_name *name = index_lookup(&f->index, 0, "b", 1), *child;
    const struct index_inode *inode = index_inode(&f->index, name->inode);
    char text[16];

    assert_int_equal(inode->mode, S_IFDIR | 0750);
    assert_int_equal(inode->uid, 7);
    assert_int_equal(inode->nlink, 2);
    assert_int_equal(index_inode(&f->index, 0)->nlink, 4);
    child = index_lookup(&f->index, name->inode, "noted", 5);
    assert_non_null(child);
    assert_null(index_lookup(&f->index, 0, "noted", 5));
    assert_null(index_lookup(&f->index, name->inode, "note", 4));
    inode = index_inode(&f->index, index_lookup(&f->index, 0, "link", 4)->inode);
    assert_string_equal(index_text(&f->index, inode->target_at, inode->size), "b/noted");
    name = index_lookup(&f->index, 0, "many", 4);
    for (int i = 0; i < MANY; i++) {
        int n = snprintf(text, sizeof(text), "%d", i);

        assert_non_null(index_lookup(&f->index, name->inode, text, (size_t)n));
        n = snprintf(text, sizeof(text), "%d", MANY + i);
        assert_null(index_lookup(&f->index, name->inode, text, (size_t)n));
    }
}

static void test_listing_is_sorted(void **state)
{
    struct fixture *f = *state;
    const struct index_inode *many = index_inode(&f->index, index_lookup(&f->index, 0, "many", 4)->inode);
    const struct index_name *name;
    const char *last = "";
    uint32_t n = 0;

    while ((name = index_child(&f->index, many, n))) {
        const char *text = index_text(&f->index, name->name_at, name->name_size);

        assert_true(strcmp(last, text) < 0);
        last = text;
        n++;
    }
    assert_int_equal(n, MANY);
}

static void test_links_form_a_circle(void **state)
{
    struct fixture *f = *state;
    const struct index_name *first = index_lookup(&f->index, 0, "a-third", 7), *name = first;
    const struct index_inode *inode = index_inode(&f->index, first->inode);
    int n = 0;

    assert_int_equal(inode->nlink, 3);
    do {
        assert_int_equal(name->inode, first->inode);
        name = index_name(&f->index, name->next_link);
        n++;
    } while (name != first);
    assert_int_equal(n, 3);
}

static void test_xattrs(void **state)
{
    struct fixture *f = *state;
    const struct index_inode *inode = index_inode(&f->index, index_lookup(&f->index, 0, "a-third", 7)->inode);
    struct index_xattr xattr;
    uint32_t at = 0;

    assert_true(index_xattr_next(&f->index, inode, &at, &xattr));
    assert_memory_equal(xattr.name, "user.note", 9);
    assert_int_equal(xattr.value_size, 5);
    assert_memory_equal(xattr.value, "hello", 5);
    assert_false(index_xattr_next(&f->index, inode, &at, &xattr));
}

/* Reads all that there is to read. */
static uint64_t use(const struct image_index *index)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < MIN(index->header->inode_count, MANY + 10u); i++) {
        const struct index_inode *inode = index_inode(index, i);
        struct index_xattr xattr;
        uint32_t at = 0;

        if (!inode)
            continue;
        sum += strlen(index_text(index, inode->target_at, inode->size));
        while (index_xattr_next(index, inode, &at, &xattr))
            sum += ((const uint8_t *)xattr.value)[xattr.value_size - (xattr.value_size ? 1 : 0)];
        for (uint32_t n = 0; n < MIN(inode->child_count, MANY + 10u); n++) {
            const struct index_name *name = index_child(index, inode, n);

            if (name &&
                index_lookup(index, i, index_text(index, name->name_at, name->name_size), name->name_size))
                sum++;
        }
    }
    return sum;
}

static void test_damage(void **state)
{
    struct fixture *f = *state;
    struct image_index index;
    uint32_t random = 1;

    assert_true(use(&f->index) > MANY);
    for (size_t size = 0; size < f->size; size += 997)
        assert_false(index_open(&index, f->map, size));
    for (int i = 0; i < 300; i++) {
        size_t at;
        char old;

        random = random * 1664525 + 1013904223;
        /* The head and the first inodes more often than the rest. */
        at = random % (i % 2 ? f->size : 512);
        old = f->map[at];
        f->map[at] ^= (char)(1 << (random >> 24) % 8);
        if (index_open(&index, f->map, f->size))
            use(&index);
        f->map[at] = old;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_listing_is_sorted),
        cmocka_unit_test(test_links_form_a_circle),
        cmocka_unit_test(test_xattrs),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
