/* SPDX-License-Identifier: MIT */
/*
 * abi against the headers of the host: every constant, the layout of the structures that programs share with
 * the kernel, the numbers of the system calls; and the translations between architectures against themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "abi/syscalls.h"
#include "abi_constants.h"
#include "abi_layout.h"

static int check_constants(const struct abi_constant *table, size_t count)
{
    int wrong = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t ours = table[i].ours, theirs = table[i].theirs;

        /* The same 32 bits may be signed on one side. */
        if (ours == theirs ||
            ((uint32_t)ours == (uint32_t)theirs && (uint32_t)((ours ^ theirs) >> 32) == UINT32_MAX))
            continue;
        print_error("LINUX_%s is %#llx, the host says %#llx\n", table[i].name, (unsigned long long)ours,
                    (unsigned long long)theirs);
        wrong++;
    }
    return wrong;
}

static void constants_of_libc(void **state)
{
    assert_int_equal(check_constants(abi_constants_libc, abi_constants_libc_count), 0);
    assert_true(abi_constants_libc_count > 1000);
}

static void constants_of_kernel(void **state)
{
    assert_int_equal(check_constants(abi_constants_kernel, abi_constants_kernel_count), 0);
    assert_true(abi_constants_kernel_count > 1000);
}

static void layouts(void **state)
{
    int wrong = 0;

    for (size_t i = 0; i < abi_layouts_count; i++)
        if (abi_layouts[i].ours != abi_layouts[i].theirs) {
            print_error("%s is %zu, the host says %zu\n", abi_layouts[i].what, abi_layouts[i].ours,
                        abi_layouts[i].theirs);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void syscall_numbers(void **state)
{
    int wrong = 0;

    for (size_t i = 0; i < abi_host_syscalls_count; i++) {
        const struct abi_syscall *row = abi_syscall_by_number(abi_host_arch, abi_host_syscalls[i].nr);

        if (row && strcmp(row->name, abi_host_syscalls[i].name) == 0)
            continue;
        print_error("%u is %s, we say %s\n", abi_host_syscalls[i].nr, abi_host_syscalls[i].name,
                    row ? row->name : "nothing");
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(abi_host_syscalls_count > 250);
}

static void syscall_rows_are_sound(void **state)
{
    for (unsigned i = 0; i < abi_syscall_count; i++) {
        const struct abi_syscall *row = &abi_syscalls[i];

        assert_in_range(row->nargs, 0, 6);
        assert_true(row->nr[ABI_X86_64] != ABI_NR_NONE || row->nr[ABI_AARCH64] != ABI_NR_NONE);
        if (i > 0)
            assert_true(abi_syscalls[i - 1].nr[ABI_X86_64] < row->nr[ABI_X86_64]);
        for (int arch = 0; arch < 2; arch++)
            if (row->nr[arch] != ABI_NR_NONE)
                assert_ptr_equal(abi_syscall_by_number((enum abi_arch)arch, (uint64_t)row->nr[arch]), row);
        if (row->level == ABI_IGNORED)
            assert_true(row->note[0] != 0);
    }
    assert_null(abi_syscall_by_number(ABI_X86_64, 400));
    assert_null(abi_syscall_by_number(ABI_X86_64, UINT64_MAX));
    assert_null(abi_syscall_by_number(ABI_AARCH64, 500));
    assert_string_equal(abi_syscall_by_number(ABI_AARCH64, 63)->name, "read");
    assert_string_equal(abi_syscall_by_number(ABI_AARCH64, 0)->name, "io_setup");
}

static void open_flags_translate(void **state)
{
    /* The values of aarch64 are those of its asm/fcntl.h. */
    assert_int_equal(abi_open_flags_to_canonical(ABI_AARCH64, 040000), LINUX_O_DIRECTORY);
    assert_int_equal(abi_open_flags_to_canonical(ABI_AARCH64, 0100000), LINUX_O_NOFOLLOW);
    assert_int_equal(abi_open_flags_to_canonical(ABI_AARCH64, 0200000), LINUX_O_DIRECT);
    assert_int_equal(abi_open_flags_to_canonical(ABI_AARCH64, 0400000), 0100000);
    assert_int_equal(abi_open_flags_from_canonical(ABI_AARCH64, LINUX_O_TMPFILE), 020040000);
    for (int bit = 0; bit < 32; bit++) {
        uint32_t flag = UINT32_C(1) << bit;

        assert_int_equal(abi_open_flags_to_canonical(ABI_X86_64, flag), flag);
        assert_int_equal(abi_open_flags_from_canonical(ABI_X86_64, flag), flag);
        assert_int_equal(
            abi_open_flags_from_canonical(ABI_AARCH64, abi_open_flags_to_canonical(ABI_AARCH64, flag)), flag);
    }
}

static void stat_packs(void **state)
{
    struct linux_kstat st = {.st_dev = 1,
                             .st_ino = 2,
                             .st_nlink = 3,
                             .st_mode = 4,
                             .st_uid = 5,
                             .st_gid = 6,
                             .st_rdev = 7,
                             .st_size = 8,
                             .st_blksize = 9,
                             .st_blocks = 10,
                             .st_atime_sec = 11,
                             .st_atime_nsec = 12,
                             .st_mtime_sec = 13,
                             .st_mtime_nsec = 14,
                             .st_ctime_sec = 15,
                             .st_ctime_nsec = 16};
    struct linux_stat_x86_64 x;
    struct linux_stat_aarch64 a;

    assert_int_equal(abi_stat_pack(ABI_X86_64, &st, &x), sizeof(x));
    assert_int_equal(abi_stat_pack(ABI_AARCH64, &st, &a), sizeof(a));
#define CHECK(field, value)                                                                                  \
    assert_int_equal(x.field, value);                                                                        \
    assert_int_equal(a.field, value)
    CHECK(st_dev, 1);
    CHECK(st_ino, 2);
    CHECK(st_nlink, 3);
    CHECK(st_mode, 4);
    CHECK(st_uid, 5);
    CHECK(st_gid, 6);
    CHECK(st_rdev, 7);
    CHECK(st_size, 8);
    CHECK(st_blksize, 9);
    CHECK(st_blocks, 10);
    CHECK(st_atime_sec, 11);
    CHECK(st_atime_nsec, 12);
    CHECK(st_mtime_sec, 13);
    CHECK(st_mtime_nsec, 14);
    CHECK(st_ctime_sec, 15);
    CHECK(st_ctime_nsec, 16);
}

static void epoll_events_copy(void **state)
{
    for (int arch = 0; arch < 2; arch++) {
        unsigned char raw[16];
        uint32_t events;
        uint64_t data;

        abi_epoll_event_store((enum abi_arch)arch, raw, LINUX_EPOLLET | LINUX_EPOLLIN,
                              UINT64_C(0x0123456789abcdef));
        abi_epoll_event_load((enum abi_arch)arch, raw, &events, &data);
        assert_int_equal(events, LINUX_EPOLLET | LINUX_EPOLLIN);
        assert_true(data == UINT64_C(0x0123456789abcdef));
        assert_int_equal(raw[abi_epoll_event_size((enum abi_arch)arch) - 1], 0x01);
    }
    assert_int_equal(abi_epoll_event_size(ABI_X86_64), 12);
    assert_int_equal(abi_epoll_event_size(ABI_AARCH64), 16);
}

static void device_numbers(void **state)
{
    static const uint32_t majors[] = {0, 1, 255, 4095, 0xfffff000, UINT32_MAX},
                          minors[] = {0, 3, 255, 256, 0xfffff, UINT32_MAX};

    for (size_t i = 0; i < ARRAY_SIZE(majors); i++)
        for (size_t j = 0; j < ARRAY_SIZE(minors); j++) {
            uint64_t dev = linux_makedev(majors[i], minors[j]);

            assert_int_equal(linux_major(dev), majors[i]);
            assert_int_equal(linux_minor(dev), minors[j]);
        }
    assert_int_equal(linux_makedev(1, 3), 0x103);
}

static void names(void **state)
{
    assert_string_equal(abi_errno_name(LINUX_EINVAL), "EINVAL");
    assert_string_equal(abi_errno_name(LINUX_EHWPOISON), "EHWPOISON");
    assert_null(abi_errno_name(0));
    assert_null(abi_errno_name(-1));
    assert_null(abi_errno_name(100000));
    assert_string_equal(abi_signal_name(LINUX_SIGINT), "SIGINT");
    assert_string_equal(abi_signal_name(LINUX_SIGSYS), "SIGSYS");
    assert_null(abi_signal_name(0));
    assert_null(abi_signal_name(-1));
    assert_null(abi_signal_name(64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_of_libc),
        cmocka_unit_test(constants_of_kernel),
        cmocka_unit_test(layouts),
        cmocka_unit_test(syscall_numbers),
        cmocka_unit_test(syscall_rows_are_sound),
        cmocka_unit_test(open_flags_translate),
        cmocka_unit_test(stat_packs),
        cmocka_unit_test(epoll_events_copy),
        cmocka_unit_test(device_numbers),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
