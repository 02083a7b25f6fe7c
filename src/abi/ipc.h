/* SPDX-License-Identifier: MIT */
/* SysV IPC and message queues of the Linux ABI. Values are those of x86-64 where architectures differ. */
#ifndef CORACLE_ABI_IPC_H
#define CORACLE_ABI_IPC_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_GETPID         11
#define LINUX_GETVAL         12
#define LINUX_GETALL         13
#define LINUX_GETNCNT        14
#define LINUX_GETZCNT        15
#define LINUX_IPC_OLD        0
#define LINUX_IPC_PRIVATE    0
#define LINUX_IPC_RMID       0
#define LINUX_IPC_SET        1
#define LINUX_IPC_STAT       2
#define LINUX_IPC_INFO       3
#define LINUX_IPC_64         256
#define LINUX_IPC_CREAT      512
#define LINUX_IPC_EXCL       1024
#define LINUX_IPC_NOWAIT     2048
#define LINUX_IPC_DIPC       4096
#define LINUX_IPC_OWN        8192
#define LINUX_MQ_PRIO_MAX    32768
#define LINUX_MQ_BYTES_MAX   819200
#define LINUX_MSGMAX         8192
#define LINUX_MSGMNB         16384
#define LINUX_MSGMNI         32000
#define LINUX_SETVAL         16
#define LINUX_SETALL         17
#define LINUX_SEMOPM         500
#define LINUX_SEMMNI         32000
#define LINUX_SEMMSL         32000
#define LINUX_SEMVMX         32767
#define LINUX_SEMMNS         1024000000
#define LINUX_SEM_STAT       18
#define LINUX_SEM_INFO       19
#define LINUX_SEM_STAT_ANY   20
#define LINUX_SEM_UNDO       4096
#define LINUX_SEM_VALUE_MAX  2147483647
#define LINUX_SHM_LOCK       11
#define LINUX_SHM_UNLOCK     12
#define LINUX_SHM_STAT       13
#define LINUX_SHM_INFO       14
#define LINUX_SHM_STAT_ANY   15
#define LINUX_SHM_HUGE_SHIFT 26
#define LINUX_SHM_HUGE_MASK  63
#define LINUX_SHM_W          128
#define LINUX_SHM_R          256
#define LINUX_SHM_HUGETLB    2048
#define LINUX_SHM_NORESERVE  4096
#define LINUX_SHM_RDONLY     4096
#define LINUX_SHM_RND        8192
#define LINUX_SHM_REMAP      16384
#define LINUX_SHM_EXEC       32768
#define LINUX_SHM_HUGE_64KB  1073741824
#define LINUX_SHM_HUGE_512KB 1275068416
#define LINUX_SHM_HUGE_1MB   1342177280
#define LINUX_SHM_HUGE_2MB   1409286144
#define LINUX_SHM_HUGE_8MB   1543503872
#define LINUX_SHM_HUGE_16MB  1610612736
#define LINUX_SHM_HUGE_32MB  1677721600
#define LINUX_SHM_HUGE_256MB 1879048192
#define LINUX_SHM_HUGE_512MB 1946157056
#define LINUX_SHM_HUGE_1GB   2013265920
#define LINUX_SHM_HUGE_2GB   2080374784
#define LINUX_SHM_HUGE_16GB  2281701376u

struct linux_ipc64_perm {
    int32_t key;
    uint32_t uid, gid, cuid, cgid, mode;
    uint16_t seq, pad2;
    uint32_t pad3;
    uint64_t reserved[2];
};
_Static_assert(sizeof(struct linux_ipc64_perm) == 48, "ipc64_perm");
struct linux_shmid64_ds {
    struct linux_ipc64_perm shm_perm;
    uint64_t shm_segsz;
    int64_t shm_atime, shm_dtime, shm_ctime;
    int32_t shm_cpid, shm_lpid;
    uint64_t shm_nattch, reserved[2];
};
_Static_assert(sizeof(struct linux_shmid64_ds) == 112, "shmid64_ds");
struct linux_semid64_ds_x86_64 {
    struct linux_ipc64_perm sem_perm;
    int64_t sem_otime, reserved1, sem_ctime, reserved2;
    uint64_t sem_nsems, reserved3[2];
};
struct linux_semid64_ds_aarch64 {
    struct linux_ipc64_perm sem_perm;
    int64_t sem_otime, sem_ctime;
    uint64_t sem_nsems, reserved[2];
};
struct linux_msqid64_ds {
    struct linux_ipc64_perm msg_perm;
    int64_t msg_stime, msg_rtime, msg_ctime;
    uint64_t msg_cbytes, msg_qnum, msg_qbytes;
    int32_t msg_lspid, msg_lrpid;
    uint64_t reserved[2];
};
_Static_assert(sizeof(struct linux_msqid64_ds) == 120, "msqid64_ds");
struct linux_sembuf {
    uint16_t sem_num;
    int16_t sem_op, sem_flg;
};
struct linux_mq_attr {
    int64_t mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs, reserved[4];
};

#endif
