/* SPDX-License-Identifier: MIT */
/* Limits and usage of the Linux ABI. Values are those of x86-64 where architectures differ. */
#ifndef CORACLE_ABI_RESOURCE_H
#define CORACLE_ABI_RESOURCE_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_RLIM_NLIMITS      16
#define LINUX_RLIM_INFINITY     (~UINT64_C(0))
#define LINUX_RLIM_SAVED_CUR    (~UINT64_C(0))
#define LINUX_RLIM_SAVED_MAX    (~UINT64_C(0))
#define LINUX_RLIM64_INFINITY   (~UINT64_C(0))
#define LINUX_RLIMIT_CPU        0
#define LINUX_RLIMIT_FSIZE      1
#define LINUX_RLIMIT_DATA       2
#define LINUX_RLIMIT_STACK      3
#define LINUX_RLIMIT_CORE       4
#define LINUX_RLIMIT_RSS        5
#define LINUX_RLIMIT_NPROC      6
#define LINUX_RLIMIT_NOFILE     7
#define LINUX_RLIMIT_OFILE      7
#define LINUX_RLIMIT_MEMLOCK    8
#define LINUX_RLIMIT_AS         9
#define LINUX_RLIMIT_LOCKS      10
#define LINUX_RLIMIT_SIGPENDING 11
#define LINUX_RLIMIT_MSGQUEUE   12
#define LINUX_RLIMIT_NICE       13
#define LINUX_RLIMIT_RTPRIO     14
#define LINUX_RLIMIT_RTTIME     15
#define LINUX_RLIMIT_NLIMITS    16
#define LINUX_RUSAGE_SELF       0
#define LINUX_RUSAGE_THREAD     1
#define LINUX_RUSAGE_BOTH       (-2)
#define LINUX_RUSAGE_CHILDREN   (-1)

struct linux_rlimit64 {
    uint64_t rlim_cur, rlim_max;
};
struct linux_rusage {
    int64_t ru_utime_sec, ru_utime_usec, ru_stime_sec, ru_stime_usec;
    int64_t ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap, ru_inblock, ru_oublock,
        ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};
_Static_assert(sizeof(struct linux_rusage) == 144, "rusage");

#endif
