/* SPDX-License-Identifier: MIT */
/* Files: open flags, fcntl, at-flags, locks of the Linux ABI. Values are those of x86-64 where architectures
 * differ. */
#ifndef CORACLE_ABI_FCNTL_H
#define CORACLE_ABI_FCNTL_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_AT_STATX_SYNC_AS_STAT          0
#define LINUX_AT_SYMLINK_NOFOLLOW            256
#define LINUX_AT_EACCESS                     512
#define LINUX_AT_REMOVEDIR                   512
#define LINUX_AT_SYMLINK_FOLLOW              1024
#define LINUX_AT_NO_AUTOMOUNT                2048
#define LINUX_AT_EMPTY_PATH                  4096
#define LINUX_AT_STATX_FORCE_SYNC            8192
#define LINUX_AT_STATX_DONT_SYNC             16384
#define LINUX_AT_STATX_SYNC_TYPE             24576
#define LINUX_AT_RECURSIVE                   32768
#define LINUX_AT_FDCWD                       (-100)
#define LINUX_CLOSE_RANGE_UNSHARE            2
#define LINUX_CLOSE_RANGE_CLOEXEC            4
#define LINUX_DN_ACCESS                      1
#define LINUX_DN_MODIFY                      2
#define LINUX_DN_CREATE                      4
#define LINUX_DN_DELETE                      8
#define LINUX_DN_RENAME                      16
#define LINUX_DN_ATTRIB                      32
#define LINUX_DN_MULTISHOT                   2147483648u
#define LINUX_DT_NULL                        0
#define LINUX_DT_UNKNOWN                     0
#define LINUX_DT_FIFO                        1
#define LINUX_DT_NEEDED                      1
#define LINUX_DT_CHR                         2
#define LINUX_DT_PLTRELSZ                    2
#define LINUX_DT_EXTRANUM                    3
#define LINUX_DT_PLTGOT                      3
#define LINUX_DT_DIR                         4
#define LINUX_DT_HASH                        4
#define LINUX_DT_STRTAB                      5
#define LINUX_DT_BLK                         6
#define LINUX_DT_SYMTAB                      6
#define LINUX_DT_RELA                        7
#define LINUX_DT_REG                         8
#define LINUX_DT_RELASZ                      8
#define LINUX_DT_RELAENT                     9
#define LINUX_DT_LNK                         10
#define LINUX_DT_STRSZ                       10
#define LINUX_DT_ADDRNUM                     11
#define LINUX_DT_SYMENT                      11
#define LINUX_DT_INIT                        12
#define LINUX_DT_SOCK                        12
#define LINUX_DT_VALNUM                      12
#define LINUX_DT_FINI                        13
#define LINUX_DT_SONAME                      14
#define LINUX_DT_WHT                         14
#define LINUX_DT_RPATH                       15
#define LINUX_DT_SYMBOLIC                    16
#define LINUX_DT_VERSIONTAGNUM               16
#define LINUX_DT_REL                         17
#define LINUX_DT_RELSZ                       18
#define LINUX_DT_RELENT                      19
#define LINUX_DT_PLTREL                      20
#define LINUX_DT_DEBUG                       21
#define LINUX_DT_TEXTREL                     22
#define LINUX_DT_JMPREL                      23
#define LINUX_DT_RUNPATH                     29
#define LINUX_DT_FLAGS                       30
#define LINUX_DT_ENCODING                    32
#define LINUX_DT_RELRSZ                      35
#define LINUX_DT_RELR                        36
#define LINUX_DT_RELRENT                     37
#define LINUX_DT_NUM                         38
#define LINUX_DT_PROCNUM                     55
#define LINUX_DT_LOOS                        1610612749
#define LINUX_DT_HIOS                        1879044096
#define LINUX_DT_VALRNGLO                    1879047424
#define LINUX_DT_CHECKSUM                    1879047672
#define LINUX_DT_PLTPADSZ                    1879047673
#define LINUX_DT_MOVEENT                     1879047674
#define LINUX_DT_MOVESZ                      1879047675
#define LINUX_DT_SYMINSZ                     1879047678
#define LINUX_DT_SYMINENT                    1879047679
#define LINUX_DT_VALRNGHI                    1879047679
#define LINUX_DT_ADDRRNGLO                   1879047680
#define LINUX_DT_CONFIG                      1879047930
#define LINUX_DT_DEPAUDIT                    1879047931
#define LINUX_DT_AUDIT                       1879047932
#define LINUX_DT_PLTPAD                      1879047933
#define LINUX_DT_MOVETAB                     1879047934
#define LINUX_DT_ADDRRNGHI                   1879047935
#define LINUX_DT_SYMINFO                     1879047935
#define LINUX_DT_VERSYM                      1879048176
#define LINUX_DT_RELACOUNT                   1879048185
#define LINUX_DT_RELCOUNT                    1879048186
#define LINUX_DT_VERDEF                      1879048188
#define LINUX_DT_VERDEFNUM                   1879048189
#define LINUX_DT_VERNEED                     1879048190
#define LINUX_DT_VERNEEDNUM                  1879048191
#define LINUX_DT_LOPROC                      1879048192
#define LINUX_DT_AUXILIARY                   2147483645
#define LINUX_DT_FILTER                      2147483647
#define LINUX_DT_HIPROC                      2147483647
#define LINUX_F_DUPFD                        0
#define LINUX_F_OK                           0
#define LINUX_F_OWNER_TID                    0
#define LINUX_F_RDLCK                        0
#define LINUX_F_ULOCK                        0
#define LINUX_F_GETFD                        1
#define LINUX_F_LOCK                         1
#define LINUX_F_OWNER_PID                    1
#define LINUX_F_SEAL_SEAL                    1
#define LINUX_F_WRLCK                        1
#define LINUX_F_OWNER_PGRP                   2
#define LINUX_F_SEAL_SHRINK                  2
#define LINUX_F_SETFD                        2
#define LINUX_F_TLOCK                        2
#define LINUX_F_UNLCK                        2
#define LINUX_F_GETFL                        3
#define LINUX_F_TEST                         3
#define LINUX_F_EXLCK                        4
#define LINUX_F_SEAL_GROW                    4
#define LINUX_F_SETFL                        4
#define LINUX_F_GETLK                        5
#define LINUX_F_GETLK64                      5
#define LINUX_F_SETLK                        6
#define LINUX_F_SETLK64                      6
#define LINUX_F_SETLKW                       7
#define LINUX_F_SETLKW64                     7
#define LINUX_F_SEAL_WRITE                   8
#define LINUX_F_SETOWN                       8
#define LINUX_F_SHLCK                        8
#define LINUX_F_GETOWN                       9
#define LINUX_F_SETSIG                       10
#define LINUX_F_GETSIG                       11
#define LINUX_F_SETOWN_EX                    15
#define LINUX_F_GETOWN_EX                    16
#define LINUX_F_SEAL_FUTURE_WRITE            16
#define LINUX_F_GETOWNER_UIDS                17
#define LINUX_F_OFD_GETLK                    36
#define LINUX_F_OFD_SETLK                    37
#define LINUX_F_OFD_SETLKW                   38
#define LINUX_F_LINUX_SPECIFIC_BASE          1024
#define LINUX_F_SETLEASE                     1024
#define LINUX_F_GETLEASE                     1025
#define LINUX_F_NOTIFY                       1026
#define LINUX_F_CANCELLK                     1029
#define LINUX_F_DUPFD_CLOEXEC                1030
#define LINUX_F_SETPIPE_SZ                   1031
#define LINUX_F_GETPIPE_SZ                   1032
#define LINUX_F_ADD_SEALS                    1033
#define LINUX_F_GET_SEALS                    1034
#define LINUX_F_GET_RW_HINT                  1035
#define LINUX_F_SET_RW_HINT                  1036
#define LINUX_F_GET_FILE_RW_HINT             1037
#define LINUX_F_SET_FILE_RW_HINT             1038
#define LINUX_FALLOC_FL_KEEP_SIZE            1
#define LINUX_FALLOC_FL_PUNCH_HOLE           2
#define LINUX_FALLOC_FL_NO_HIDE_STALE        4
#define LINUX_FALLOC_FL_COLLAPSE_RANGE       8
#define LINUX_FALLOC_FL_ZERO_RANGE           16
#define LINUX_FALLOC_FL_INSERT_RANGE         32
#define LINUX_FALLOC_FL_UNSHARE_RANGE        64
#define LINUX_FD_CLOEXEC                     1
#define LINUX_GRND_NONBLOCK                  1
#define LINUX_GRND_RANDOM                    2
#define LINUX_GRND_INSECURE                  4
#define LINUX_LOCK_SH                        1
#define LINUX_LOCK_EX                        2
#define LINUX_LOCK_NB                        4
#define LINUX_LOCK_UN                        8
#define LINUX_LOCK_MAND                      32
#define LINUX_LOCK_READ                      64
#define LINUX_LOCK_WRITE                     128
#define LINUX_LOCK_RW                        192
#define LINUX_O_RDONLY                       0
#define LINUX_O_WRONLY                       1
#define LINUX_O_RDWR                         2
#define LINUX_O_ACCMODE                      3
#define LINUX_O_CREAT                        0x40
#define LINUX_O_EXCL                         0x80
#define LINUX_O_NOCTTY                       0x100
#define LINUX_O_TRUNC                        0x200
#define LINUX_O_APPEND                       0x400
#define LINUX_O_NDELAY                       0x800
#define LINUX_O_NONBLOCK                     0x800
#define LINUX_O_DSYNC                        0x1000
#define LINUX_O_ASYNC                        0x2000
#define LINUX_O_DIRECT                       0x4000
#define LINUX_O_LARGEFILE                    0x8000
#define LINUX_O_DIRECTORY                    0x10000
#define LINUX_O_NOFOLLOW                     0x20000
#define LINUX_O_NOATIME                      0x40000
#define LINUX_O_CLOEXEC                      0x80000
#define LINUX_O_FSYNC                        0x101000
#define LINUX_O_RSYNC                        0x101000
#define LINUX_O_SYNC                         0x101000
#define LINUX_O_PATH                         0x200000
#define LINUX_O_TMPFILE                      0x410000
#define LINUX_POSIX_FADV_NORMAL              0
#define LINUX_POSIX_FADV_RANDOM              1
#define LINUX_POSIX_FADV_SEQUENTIAL          2
#define LINUX_POSIX_FADV_WILLNEED            3
#define LINUX_POSIX_FADV_DONTNEED            4
#define LINUX_POSIX_FADV_NOREUSE             5
#define LINUX_R_OK                           4
#define LINUX_RENAME_NOREPLACE               1
#define LINUX_RENAME_EXCHANGE                2
#define LINUX_RENAME_WHITEOUT                4
#define LINUX_RESOLVE_NO_XDEV                1
#define LINUX_RESOLVE_NO_MAGICLINKS          2
#define LINUX_RESOLVE_NO_SYMLINKS            4
#define LINUX_RESOLVE_BENEATH                8
#define LINUX_RESOLVE_IN_ROOT                16
#define LINUX_RESOLVE_CACHED                 32
#define LINUX_RWF_WRITE_LIFE_NOT_SET         0
#define LINUX_RWF_HIPRI                      1
#define LINUX_RWF_DSYNC                      2
#define LINUX_RWF_SYNC                       4
#define LINUX_RWF_NOWAIT                     8
#define LINUX_RWF_APPEND                     16
#define LINUX_RWF_SUPPORTED                  31
#define LINUX_SEEK_SET                       0
#define LINUX_SEEK_CUR                       1
#define LINUX_SEEK_END                       2
#define LINUX_SEEK_DATA                      3
#define LINUX_SEEK_HOLE                      4
#define LINUX_SEEK_MAX                       4
#define LINUX_SYNC_FILE_RANGE_WAIT_BEFORE    1
#define LINUX_SYNC_FILE_RANGE_WRITE          2
#define LINUX_SYNC_FILE_RANGE_WAIT_AFTER     4
#define LINUX_SYNC_FILE_RANGE_WRITE_AND_WAIT 7
#define LINUX_W_OK                           2
#define LINUX_X_OK                           1
#define LINUX_XATTR_CREATE                   1
#define LINUX_XATTR_REPLACE                  2
#define LINUX_XATTR_HURD_PREFIX_LEN          4
#define LINUX_XATTR_MAC_OSX_PREFIX_LEN       4
#define LINUX_XATTR_OS2_PREFIX_LEN           4
#define LINUX_XATTR_USER_PREFIX_LEN          5
#define LINUX_XATTR_BTRFS_PREFIX_LEN         6
#define LINUX_XATTR_SYSTEM_PREFIX_LEN        7
#define LINUX_XATTR_TRUSTED_PREFIX_LEN       8
#define LINUX_XATTR_SECURITY_PREFIX_LEN      9
#define LINUX_XATTR_CAPS_SZ_1                12
#define LINUX_XATTR_CAPS_SZ_2                20
#define LINUX_XATTR_CAPS_SZ                  24
#define LINUX_XATTR_CAPS_SZ_3                24
#define LINUX_XATTR_NAME_MAX                 255
#define LINUX_XATTR_LIST_MAX                 65536
#define LINUX_XATTR_SIZE_MAX                 65536

struct linux_flock {
    int16_t l_type, l_whence;
    int32_t pad0;
    int64_t l_start, l_len;
    int32_t l_pid, pad1;
};
_Static_assert(sizeof(struct linux_flock) == 32, "flock");
struct linux_f_owner_ex {
    int32_t type, pid;
};
struct linux_open_how {
    uint64_t flags, mode, resolve;
};
struct linux_iovec {
    uint64_t iov_base, iov_len;
};
/* Followed by the name and a NUL; d_reclen is a multiple of 8. */
struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[];
};
_Static_assert(offsetof(struct linux_dirent64, d_name) == 19, "dirent64");

/* utimensat(2): in tv_nsec. */
#define LINUX_UTIME_NOW  0x3fffffff
#define LINUX_UTIME_OMIT 0x3ffffffe

#endif
