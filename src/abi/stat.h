/* SPDX-License-Identifier: MIT */
/* File attributes and file systems of the Linux ABI. Values are those of x86-64 where architectures differ.
 */
#ifndef CORACLE_ABI_STAT_H
#define CORACLE_ABI_STAT_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_AAFS_MAGIC                             0x5a3c69f0
#define LINUX_ADFS_SUPER_MAGIC                       0xadf5
#define LINUX_AFFS_SUPER_MAGIC                       0xadff
#define LINUX_AFS_SUPER_MAGIC                        0x5346414f
#define LINUX_AFS_FS_MAGIC                           0x6b414653
#define LINUX_ANON_INODE_FS_MAGIC                    0x9041934
#define LINUX_AUTOFS_SUPER_MAGIC                     0x187
#define LINUX_BDEVFS_MAGIC                           0x62646576
#define LINUX_BINDERFS_SUPER_MAGIC                   0x6c6f6f70
#define LINUX_BINFMTFS_MAGIC                         0x42494e4d
#define LINUX_BPF_FS_MAGIC                           0xcafe4a11u
#define LINUX_BTRFS_TEST_MAGIC                       0x73727279
#define LINUX_BTRFS_SUPER_MAGIC                      0x9123683eu
#define LINUX_CEPH_SUPER_MAGIC                       0xc36400
#define LINUX_CGROUP_SUPER_MAGIC                     0x27e0eb
#define LINUX_CGROUP2_SUPER_MAGIC                    0x63677270
#define LINUX_CIFS_SUPER_MAGIC                       0xff534d42u
#define LINUX_CODA_SUPER_MAGIC                       0x73757245
#define LINUX_CRAMFS_MAGIC                           0x28cd3d45
#define LINUX_DAXFS_MAGIC                            0x64646178
#define LINUX_DEBUGFS_MAGIC                          0x64626720
#define LINUX_DEVMEM_MAGIC                           0x454d444d
#define LINUX_DEVPTS_SUPER_MAGIC                     0x1cd1
#define LINUX_DMA_BUF_MAGIC                          0x444d4142
#define LINUX_ECRYPTFS_SUPER_MAGIC                   0xf15f
#define LINUX_EFIVARFS_MAGIC                         0xde5e81e4u
#define LINUX_EFS_SUPER_MAGIC                        0x414a53
#define LINUX_EXFAT_SUPER_MAGIC                      0x2011bab0
#define LINUX_EXT2_SUPER_MAGIC                       0xef53
#define LINUX_EXT3_SUPER_MAGIC                       0xef53
#define LINUX_EXT4_SUPER_MAGIC                       0xef53
#define LINUX_F2FS_SUPER_MAGIC                       0xf2f52010u
#define LINUX_FIBMAP                                 1
#define LINUX_FIGETBSZ                               2
#define LINUX_FICLONE                                0x40049409
#define LINUX_FICLONERANGE                           0x4020940d
#define LINUX_FS_IOC_SETFLAGS                        0x40086602
#define LINUX_FS_IOC_SETVERSION                      0x40087602
#define LINUX_FS_IOC_GET_ENCRYPTION_POLICY           0x400c6615
#define LINUX_FS_IOC_GET_ENCRYPTION_PWSALT           0x40106614
#define LINUX_FS_IOC_FSSETXATTR                      0x401c5820
#define LINUX_FS_IOC_SETFSLABEL                      0x41009432
#define LINUX_FS_IOC_GETFLAGS                        UINT64_C(0x80086601)
#define LINUX_FS_IOC_GETVERSION                      UINT64_C(0x80087601)
#define LINUX_FS_IOC_SET_ENCRYPTION_POLICY           UINT64_C(0x800c6613)
#define LINUX_FS_IOC_GET_ENCRYPTION_NONCE            UINT64_C(0x8010661b)
#define LINUX_FS_IOC_FSGETXATTR                      UINT64_C(0x801c581f)
#define LINUX_FS_IOC_GETFSLABEL                      UINT64_C(0x81009431)
#define LINUX_FS_IOC_GET_ENCRYPTION_POLICY_EX        UINT64_C(0xc0096616)
#define LINUX_FS_IOC_REMOVE_ENCRYPTION_KEY           UINT64_C(0xc0406618)
#define LINUX_FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS UINT64_C(0xc0406619)
#define LINUX_FS_IOC_ADD_ENCRYPTION_KEY              UINT64_C(0xc0506617)
#define LINUX_FS_IOC_GET_ENCRYPTION_KEY_STATUS       UINT64_C(0xc080661a)
#define LINUX_FUSE_SUPER_MAGIC                       0x65735546
#define LINUX_FUTEXFS_SUPER_MAGIC                    0xbad1dea
#define LINUX_HOSTFS_SUPER_MAGIC                     0xc0ffee
#define LINUX_HPFS_SUPER_MAGIC                       0xf995e849u
#define LINUX_HUGETLBFS_MAGIC                        0x958458f6u
#define LINUX_ISOFS_SUPER_MAGIC                      0x9660
#define LINUX_JFFS2_SUPER_MAGIC                      0x72b6
#define LINUX_MINIX_SUPER_MAGIC                      0x137f
#define LINUX_MINIX2_SUPER_MAGIC                     0x2468
#define LINUX_MINIX3_SUPER_MAGIC                     0x4d5a
#define LINUX_MNT_FORCE                              1
#define LINUX_MNT_DETACH                             2
#define LINUX_MNT_EXPIRE                             4
#define LINUX_MOUNT_ATTR_RELATIME                    0
#define LINUX_MOUNT_ATTR_RDONLY                      1
#define LINUX_MOUNT_ATTR_NOSUID                      2
#define LINUX_MOUNT_ATTR_NODEV                       4
#define LINUX_MOUNT_ATTR_NOEXEC                      8
#define LINUX_MOUNT_ATTR_NOATIME                     16
#define LINUX_MOUNT_ATTR_SIZE_VER0                   32
#define LINUX_MOUNT_ATTR_STRICTATIME                 32
#define LINUX_MOUNT_ATTR__ATIME                      112
#define LINUX_MOUNT_ATTR_NODIRATIME                  128
#define LINUX_MOUNT_ATTR_IDMAP                       1048576
#define LINUX_MOUNT_ATTR_NOSYMFOLLOW                 2097152
#define LINUX_MS_RDONLY                              1
#define LINUX_MS_NOSUID                              2
#define LINUX_MS_NODEV                               4
#define LINUX_MS_NOEXEC                              8
#define LINUX_MS_SYNCHRONOUS                         0x10
#define LINUX_MS_REMOUNT                             0x20
#define LINUX_MS_MANDLOCK                            0x40
#define LINUX_MS_DIRSYNC                             0x80
#define LINUX_MS_NOSYMFOLLOW                         0x100
#define LINUX_MS_NOATIME                             0x400
#define LINUX_MS_NODIRATIME                          0x800
#define LINUX_MS_BIND                                0x1000
#define LINUX_MS_MOVE                                0x2000
#define LINUX_MS_REC                                 0x4000
#define LINUX_MS_SILENT                              0x8000
#define LINUX_MS_VERBOSE                             0x8000
#define LINUX_MS_POSIXACL                            0x10000
#define LINUX_MS_UNBINDABLE                          0x20000
#define LINUX_MS_PRIVATE                             0x40000
#define LINUX_MS_SLAVE                               0x80000
#define LINUX_MS_SHARED                              0x100000
#define LINUX_MS_RELATIME                            0x200000
#define LINUX_MS_KERNMOUNT                           0x400000
#define LINUX_MS_I_VERSION                           0x800000
#define LINUX_MS_STRICTATIME                         0x1000000
#define LINUX_MS_LAZYTIME                            0x2000000
#define LINUX_MS_RMT_MASK                            0x2800051
#define LINUX_MS_SUBMOUNT                            0x4000000
#define LINUX_MS_NOREMOTELOCK                        0x8000000
#define LINUX_MS_NOSEC                               0x10000000
#define LINUX_MS_BORN                                0x20000000
#define LINUX_MS_ACTIVE                              0x40000000
#define LINUX_MS_MGC_VAL                             0xc0ed0000u
#define LINUX_MS_MGC_MSK                             0xffff0000u
#define LINUX_MS_NOUSER                              (-2147483648)
#define LINUX_MSDOS_SUPER_MAGIC                      0x4d44
#define LINUX_MTD_INODE_FS_MAGIC                     0x11307854
#define LINUX_NCP_SUPER_MAGIC                        0x564c
#define LINUX_NFS_SUPER_MAGIC                        0x6969
#define LINUX_NILFS_SUPER_MAGIC                      0x3434
#define LINUX_NSFS_MAGIC                             0x6e736673
#define LINUX_OCFS2_SUPER_MAGIC                      0x7461636f
#define LINUX_OPENPROM_SUPER_MAGIC                   0x9fa1
#define LINUX_OVERLAYFS_SUPER_MAGIC                  0x794c7630
#define LINUX_PIPEFS_MAGIC                           0x50495045
#define LINUX_PROC_SUPER_MAGIC                       0x9fa0
#define LINUX_PSTOREFS_MAGIC                         0x6165676c
#define LINUX_QNX4_SUPER_MAGIC                       0x2f
#define LINUX_QNX6_SUPER_MAGIC                       0x68191122
#define LINUX_RAMFS_MAGIC                            0x858458f6u
#define LINUX_RDTGROUP_SUPER_MAGIC                   0x7655821
#define LINUX_REISERFS_SUPER_MAGIC                   0x52654973
#define LINUX_S_IXOTH                                1
#define LINUX_S_IWOTH                                2
#define LINUX_S_IROTH                                4
#define LINUX_S_IRWXO                                7
#define LINUX_S_IXGRP                                8
#define LINUX_S_IWGRP                                0x10
#define LINUX_S_IRGRP                                0x20
#define LINUX_S_IRWXG                                0x38
#define LINUX_S_IXUSR                                0x40
#define LINUX_S_IWUSR                                0x80
#define LINUX_S_IRUSR                                0x100
#define LINUX_S_IRWXU                                0x1c0
#define LINUX_S_ISVTX                                0x200
#define LINUX_S_ISGID                                0x400
#define LINUX_S_ISUID                                0x800
#define LINUX_S_IFIFO                                0x1000
#define LINUX_S_IFCHR                                0x2000
#define LINUX_S_IFDIR                                0x4000
#define LINUX_S_IFBLK                                0x6000
#define LINUX_S_IFREG                                0x8000
#define LINUX_S_IFLNK                                0xa000
#define LINUX_S_IFSOCK                               0xc000
#define LINUX_S_IFMT                                 0xf000
#define LINUX_SECCOMP_IOC_MAGIC                      0x21
#define LINUX_SECRETMEM_MAGIC                        0x5345434d
#define LINUX_SECURITYFS_MAGIC                       0x73636673
#define LINUX_SELINUX_MAGIC                          0xf97cff8cu
#define LINUX_SMACK_MAGIC                            0x43415d53
#define LINUX_SMB_SUPER_MAGIC                        0x517b
#define LINUX_SMB2_SUPER_MAGIC                       0xfe534d42u
#define LINUX_SOCKFS_MAGIC                           0x534f434b
#define LINUX_SQUASHFS_MAGIC                         0x73717368
#define LINUX_ST_RDONLY                              1
#define LINUX_ST_NOSUID                              2
#define LINUX_STACK_END_MAGIC                        0x57ac6e9d
#define LINUX_STATX_TYPE                             1
#define LINUX_STATX_MODE                             2
#define LINUX_STATX_ATTR_COMPRESSED                  4
#define LINUX_STATX_NLINK                            4
#define LINUX_STATX_UID                              8
#define LINUX_STATX_ATTR_IMMUTABLE                   0x10
#define LINUX_STATX_GID                              0x10
#define LINUX_STATX_ATIME                            0x20
#define LINUX_STATX_ATTR_APPEND                      0x20
#define LINUX_STATX_ATTR_NODUMP                      0x40
#define LINUX_STATX_MTIME                            0x40
#define LINUX_STATX_CTIME                            0x80
#define LINUX_STATX_INO                              0x100
#define LINUX_STATX_SIZE                             0x200
#define LINUX_STATX_BLOCKS                           0x400
#define LINUX_STATX_BASIC_STATS                      0x7ff
#define LINUX_STATX_ATTR_ENCRYPTED                   0x800
#define LINUX_STATX_BTIME                            0x800
#define LINUX_STATX_ALL                              0xfff
#define LINUX_STATX_ATTR_AUTOMOUNT                   0x1000
#define LINUX_STATX_MNT_ID                           0x1000
#define LINUX_STATX_ATTR_MOUNT_ROOT                  0x2000
#define LINUX_STATX_DIOALIGN                         0x2000
#define LINUX_STATX_ATTR_VERITY                      0x100000
#define LINUX_STATX_ATTR_DAX                         0x200000
#define LINUX_STATX__RESERVED                        0x80000000u
#define LINUX_SYSFS_MAGIC                            0x62656572
#define LINUX_TMPFS_MAGIC                            0x1021994
#define LINUX_TRACEFS_MAGIC                          0x74726163
#define LINUX_UDF_SUPER_MAGIC                        0x15013346
#define LINUX_UMOUNT_NOFOLLOW                        8
#define LINUX_USBDEVICE_SUPER_MAGIC                  0x9fa2
#define LINUX_V9FS_MAGIC                             0x1021997
#define LINUX_X86_FXSR_MAGIC                         0
#define LINUX_XENFS_SUPER_MAGIC                      0xabba1974u
#define LINUX_XFS_SUPER_MAGIC                        0x58465342
#define LINUX_ZONEFS_MAGIC                           0x5a4f4653

#define LINUX_UTIME_NOW                              0x3fffffff
#define LINUX_UTIME_OMIT                             0x3ffffffe

/* What stat(2) and its like tell, wide enough for every architecture; abi_stat_pack makes the guest's
 * structure of it. */
struct linux_kstat {
    uint64_t st_dev, st_ino, st_nlink;
    uint32_t st_mode, st_uid, st_gid, pad;
    uint64_t st_rdev, st_size, st_blksize, st_blocks;
    int64_t st_atime_sec, st_atime_nsec, st_mtime_sec, st_mtime_nsec, st_ctime_sec, st_ctime_nsec;
    int64_t st_btime_sec, st_btime_nsec; /* only from statx */
};

struct linux_stat_x86_64 {
    uint64_t st_dev, st_ino, st_nlink;
    uint32_t st_mode, st_uid, st_gid, pad0;
    uint64_t st_rdev;
    int64_t st_size, st_blksize, st_blocks;
    uint64_t st_atime_sec, st_atime_nsec, st_mtime_sec, st_mtime_nsec, st_ctime_sec, st_ctime_nsec;
    int64_t reserved[3];
};
_Static_assert(sizeof(struct linux_stat_x86_64) == 144, "stat");

struct linux_stat_aarch64 {
    uint64_t st_dev, st_ino;
    uint32_t st_mode, st_nlink, st_uid, st_gid;
    uint64_t st_rdev, pad1;
    int64_t st_size;
    int32_t st_blksize, pad2;
    int64_t st_blocks;
    int64_t st_atime_sec;
    uint64_t st_atime_nsec;
    int64_t st_mtime_sec;
    uint64_t st_mtime_nsec;
    int64_t st_ctime_sec;
    uint64_t st_ctime_nsec;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct linux_stat_aarch64) == 128, "stat");

struct linux_statx_timestamp {
    int64_t tv_sec;
    uint32_t tv_nsec;
    int32_t reserved;
};
struct linux_statx {
    uint32_t stx_mask, stx_blksize;
    uint64_t stx_attributes;
    uint32_t stx_nlink, stx_uid, stx_gid;
    uint16_t stx_mode, pad1;
    uint64_t stx_ino, stx_size, stx_blocks, stx_attributes_mask;
    struct linux_statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
    uint32_t stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
    uint64_t stx_mnt_id;
    uint32_t stx_dio_mem_align, stx_dio_offset_align;
    uint64_t spare[12];
};
_Static_assert(sizeof(struct linux_statx) == 256, "statx");

struct linux_statfs {
    int64_t f_type, f_bsize;
    uint64_t f_blocks, f_bfree, f_bavail, f_files, f_ffree;
    int32_t f_fsid[2];
    int64_t f_namelen, f_frsize, f_flags, f_spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "statfs");

static inline uint64_t linux_makedev(uint32_t major, uint32_t minor)
{
    return (minor & 0xff) | (uint64_t)(major & 0xfff) << 8 | (uint64_t)(minor & ~0xffu) << 12 |
           (uint64_t)(major & ~0xfffu) << 32;
}
static inline uint32_t linux_major(uint64_t dev)
{
    return (uint32_t)((dev >> 8 & 0xfff) | (dev >> 32 & ~UINT64_C(0xfff)));
}
static inline uint32_t linux_minor(uint64_t dev)
{
    return (uint32_t)((dev & 0xff) | (dev >> 12 & ~UINT64_C(0xff)));
}

#endif
