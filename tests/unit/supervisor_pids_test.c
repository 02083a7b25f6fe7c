/* SPDX-License-Identifier: MIT */
/* The numbers of a container: reserving, using, remembering and giving them back, for longer than there are
 * numbers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "supervisor/pids.h"

static int setup(void **state)
{
    static struct pids pids;

    *state = &pids;
    return pids_open(&pids);
}

static int teardown(void **state)
{
    pids_close(*state);
    return 0;
}

static void make_first(struct pids *p)
{
    assert_true(pids_reserve_at(p, 0, 1));
    assert_true(pids_add_process(p, 1, 0, 5000, -1));
}

static void test_life(void **state)
{
    struct pids *p = *state;
    struct pid_slot slot;
    int got, n;

    make_first(p);
    pids_set_cred(p, 1, 10, 11, 12);
    n = pids_reserve(p, 1, 4, &got);
    assert_int_equal(n, 2);
    assert_int_equal(got, 4);
    assert_false(pid_table_get(p->table, 2, &slot));
    assert_false(pids_add_process(p, 2, 7, 5001, -1));
    assert_true(pids_add_process(p, 2, 1, 5001, -1));
    assert_false(pids_add_process(p, 2, 1, 5002, -1));
    assert_true(pids_add_thread(p, 3, 1, 5002));
    assert_true(pid_table_get(p->table, 2, &slot));
    assert_int_equal(slot.host, 5001);
    assert_int_equal(slot.tgid, 2);
    assert_int_equal(slot.uid, 10);
    assert_int_equal(slot.suid, 12);
    assert_int_equal(slot.flags, PID_LEADER);
    assert_true(pid_table_get(p->table, 3, &slot));
    assert_int_equal(slot.tgid, 1);
    assert_int_equal(pid_table_to_guest(p->table, 5002), 3);
    assert_int_equal(pids_process_of(p, 5001), 2);
    assert_int_equal(pids_process_of(p, 5002), 0);

    pids_set_dead(p, 2);
    assert_true(pid_table_get(p->table, 2, &slot));
    assert_int_equal(slot.flags, PID_LEADER | PID_DEAD);
    pids_remove_process(p, 2, false);
    assert_false(pid_table_get(p->table, 2, &slot));
    /* Who waited for it still learns its number, but it is no process any more. */
    assert_int_equal(pid_table_to_guest(p->table, 5001), 2);
    assert_int_equal(pids_process_of(p, 5001), 0);

    pids_release(p, 3, 2);
    assert_true(pid_table_get(p->table, 3, &slot));
    pids_release_all(p, 1);
    assert_false(pid_table_get(p->table, 3, &slot));
    assert_int_equal(p->table->used, 1);
}

static void test_group(void **state)
{
    struct pids *p = *state;
    struct pid_slot slot;
    int got;

    make_first(p);
    assert_int_equal(pids_reserve(p, 1, 1, &got), 2);
    assert_true(pids_add_process(p, 2, 1, 6000, -1));
    pids_remove_process(p, 2, true);
    assert_true(pid_table_get(p->table, 2, &slot));
    assert_int_equal(slot.flags, PID_GROUP);
    assert_false(pids_reserve_at(p, 1, 2));
    pids_group_ended(p, 2);
    assert_true(pids_reserve_at(p, 1, 2));
}

static void test_parent_dies_first(void **state)
{
    struct pids *p = *state;
    int got;

    make_first(p);
    assert_int_equal(pids_reserve(p, 1, 1, &got), 2);
    assert_true(pids_add_process(p, 2, 1, 6000, -1));
    assert_int_equal(pids_reserve(p, 2, 2, &got), 3);
    pids_remove_process(p, 2, false);
    assert_false(pids_add_process(p, 3, -1, 6001, -1));
    assert_true(pids_reserve_at(p, 0, 3));
    assert_true(pids_add_process(p, 3, -1, 6001, -1));
}

/* Host numbers come and go until every place of the hash was used many times. */
static void test_many(void **state)
{
    struct pids *p = *state;
    int got, last = 1;

    make_first(p);
    for (int i = 0; i < 300000; i++) {
        int host = 10000 + i % 200000, n = pids_reserve(p, 1, 1, &got);

        assert_true(n > 1 && n < PID_TABLE_SLOTS);
        assert_true(n == last + 1 || n == PIDS_FIRST || (last < 3 && n == 2));
        last = n;
        assert_true(pids_add_process(p, n, 1, host, -1));
        assert_int_equal(pid_table_to_guest(p->table, host), n);
        pids_remove_process(p, n, false);
    }
    assert_int_equal(pid_table_to_guest(p->table, 5000), 1);
    assert_int_equal(pid_table_to_guest(p->table, 9999), 0);
    assert_int_equal(p->table->used, 1);
}

static void test_full(void **state)
{
    struct pids *p = *state;
    int got, total = 0, n;

    make_first(p);
    while ((n = pids_reserve(p, 1, 64, &got)) > 0)
        total += got;
    assert_true(n < 0);
    assert_int_equal(total, PID_TABLE_SLOTS - 2);
    pids_release(p, 1000, 1);
    assert_int_equal(pids_reserve(p, 1, 64, &got), 1000);
    assert_int_equal(got, 1);
}

/* A guest may map the table, but never so that it could write. */
static void test_sealed(void **state)
{
    struct pids *p = *state;
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", p->fd);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd >= 0 ? fd : p->fd, 0),
                     MAP_FAILED);
    assert_true(pwrite(fd >= 0 ? fd : p->fd, "x", 1, 0) < 0);
    if (fd >= 0)
        close(fd);
    void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, p->fd, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_true(mprotect(map, 4096, PROT_READ | PROT_WRITE) < 0);
    munmap(map, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_group, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parent_dies_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sealed, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
