/* SPDX-License-Identifier: MIT */
/* Clocks and timers of the Linux ABI. Values are those of x86-64 where architectures differ. */
#ifndef CORACLE_ABI_TIME_H
#define CORACLE_ABI_TIME_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_ADJ_OFFSET               1
#define LINUX_ADJ_FREQUENCY            2
#define LINUX_ADJ_MAXERROR             4
#define LINUX_ADJ_ESTERROR             8
#define LINUX_ADJ_STATUS               16
#define LINUX_ADJ_TIMECONST            32
#define LINUX_ADJ_TAI                  128
#define LINUX_ADJ_SETOFFSET            256
#define LINUX_ADJ_MICRO                4096
#define LINUX_ADJ_NANO                 8192
#define LINUX_ADJ_TICK                 16384
#define LINUX_ADJ_OFFSET_SINGLESHOT    32769
#define LINUX_ADJ_OFFSET_SS_READ       40961
#define LINUX_CLOCK_REALTIME           0
#define LINUX_CLOCK_MONOTONIC          1
#define LINUX_CLOCK_PROCESS_CPUTIME_ID 2
#define LINUX_CLOCK_THREAD_CPUTIME_ID  3
#define LINUX_CLOCK_MONOTONIC_RAW      4
#define LINUX_CLOCK_REALTIME_COARSE    5
#define LINUX_CLOCK_MONOTONIC_COARSE   6
#define LINUX_CLOCK_BOOTTIME           7
#define LINUX_CLOCK_REALTIME_ALARM     8
#define LINUX_CLOCK_BOOTTIME_ALARM     9
#define LINUX_CLOCK_SGI_CYCLE          10
#define LINUX_CLOCK_TAI                11
#define LINUX_ITIMER_REAL              0
#define LINUX_ITIMER_VIRTUAL           1
#define LINUX_ITIMER_PROF              2
#define LINUX_SIGEV_SIGNAL             0
#define LINUX_SIGEV_NONE               1
#define LINUX_SIGEV_THREAD             2
#define LINUX_SIGEV_THREAD_ID          4
#define LINUX_SIGEV_PAD_SIZE           12
#define LINUX_SIGEV_MAX_SIZE           64
#define LINUX_STA_PLL                  1
#define LINUX_STA_PPSFREQ              2
#define LINUX_STA_PPSTIME              4
#define LINUX_STA_FLL                  8
#define LINUX_STA_INS                  16
#define LINUX_STA_DEL                  32
#define LINUX_STA_UNSYNC               64
#define LINUX_STA_FREQHOLD             128
#define LINUX_STA_PPSSIGNAL            256
#define LINUX_STA_PPSJITTER            512
#define LINUX_STA_PPSWANDER            1024
#define LINUX_STA_PPSERROR             2048
#define LINUX_STA_CLOCKERR             4096
#define LINUX_STA_NANO                 8192
#define LINUX_STA_MODE                 16384
#define LINUX_STA_CLK                  32768
#define LINUX_STA_RONLY                65280
#define LINUX_TFD_TIMER_ABSTIME        1
#define LINUX_TFD_TIMER_CANCEL_ON_SET  2
#define LINUX_TFD_NONBLOCK             2048
#define LINUX_TFD_CLOEXEC              524288
#define LINUX_TFD_IOC_SET_TICKS        1074287616
#define LINUX_TIME_OK                  0
#define LINUX_TIME_INS                 1
#define LINUX_TIME_UTC                 1
#define LINUX_TIME_DEL                 2
#define LINUX_TIME_OOP                 3
#define LINUX_TIME_WAIT                4
#define LINUX_TIME_BAD                 5
#define LINUX_TIME_ERROR               5
#define LINUX_TIMER_ABSTIME            1

struct linux_timespec {
    int64_t tv_sec, tv_nsec;
};
struct linux_timeval {
    int64_t tv_sec, tv_usec;
};
struct linux_itimerspec {
    struct linux_timespec it_interval, it_value;
};
struct linux_itimerval {
    struct linux_timeval it_interval, it_value;
};
struct linux_timezone {
    int32_t tz_minuteswest, tz_dsttime;
};
struct linux_timex {
    uint32_t modes, pad0;
    int64_t offset, freq, maxerror, esterror;
    int32_t status, pad1;
    int64_t constant, precision, tolerance;
    struct linux_timeval time;
    int64_t tick, ppsfreq, jitter;
    int32_t shift, pad2;
    int64_t stabil, jitcnt, calcnt, errcnt, stbcnt;
    int32_t tai, pad3[11];
};
_Static_assert(sizeof(struct linux_timex) == 208, "timex");

#endif
