/* SPDX-License-Identifier: MIT */
/* Signals: numbers, codes, flags of the Linux ABI. Values are those of x86-64 where architectures differ. */
#ifndef CORACLE_ABI_SIGNAL_H
#define CORACLE_ABI_SIGNAL_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_BUS_ADRALN            1
#define LINUX_BUS_ADRERR            2
#define LINUX_BUS_OBJERR            3
#define LINUX_BUS_MCEERR_AR         4
#define LINUX_BUS_MCEERR_AO         5
#define LINUX_CLD_EXITED            1
#define LINUX_CLD_KILLED            2
#define LINUX_CLD_DUMPED            3
#define LINUX_CLD_TRAPPED           4
#define LINUX_CLD_STOPPED           5
#define LINUX_CLD_CONTINUED         6
#define LINUX_FP_XSTATE_MAGIC2_SIZE 4
#define LINUX_FP_XSTATE_MAGIC2      0x46505845
#define LINUX_FP_XSTATE_MAGIC1      0x46505853
#define LINUX_FPE_INTDIV            1
#define LINUX_FPE_INTOVF            2
#define LINUX_FPE_FLTDIV            3
#define LINUX_FPE_FLTOVF            4
#define LINUX_FPE_FLTUND            5
#define LINUX_FPE_FLTRES            6
#define LINUX_FPE_FLTINV            7
#define LINUX_FPE_FLTSUB            8
#define LINUX_FPE_FLTUNK            14
#define LINUX_FPE_CONDTRAP          15
#define LINUX_ILL_ILLOPC            1
#define LINUX_ILL_ILLOPN            2
#define LINUX_ILL_ILLADR            3
#define LINUX_ILL_ILLTRP            4
#define LINUX_ILL_PRVOPC            5
#define LINUX_ILL_PRVREG            6
#define LINUX_ILL_COPROC            7
#define LINUX_ILL_BADSTK            8
#define LINUX_ILL_BADIADDR          9
#define LINUX_MINSIGSTKSZ           2048
#define LINUX_POLL_IN               1
#define LINUX_POLL_OUT              2
#define LINUX_POLL_MSG              3
#define LINUX_POLL_ERR              4
#define LINUX_POLL_PRI              5
#define LINUX_POLL_HUP              6
#define LINUX_SA_NOCLDSTOP          1
#define LINUX_SA_NOCLDWAIT          2
#define LINUX_SA_SIGINFO            4
#define LINUX_SA_UNSUPPORTED        0x400
#define LINUX_SA_EXPOSE_TAGBITS     0x800
#define LINUX_SA_RESTORER           0x4000000
#define LINUX_SA_ONSTACK            0x8000000
#define LINUX_SA_STACK              0x8000000
#define LINUX_SA_RESTART            0x10000000
#define LINUX_SA_INTERRUPT          0x20000000
#define LINUX_SA_NODEFER            0x40000000
#define LINUX_SA_NOMASK             0x40000000
#define LINUX_SA_ONESHOT            0x80000000u
#define LINUX_SA_RESETHAND          0x80000000u
#define LINUX_SEGV_MAPERR           1
#define LINUX_SEGV_ACCERR           2
#define LINUX_SEGV_BNDERR           3
#define LINUX_SEGV_PKUERR           4
#define LINUX_SEGV_ACCADI           5
#define LINUX_SEGV_ADIDERR          6
#define LINUX_SEGV_ADIPERR          7
#define LINUX_SEGV_MTEAERR          8
#define LINUX_SEGV_MTESERR          9
#define LINUX_SFD_NONBLOCK          2048
#define LINUX_SFD_CLOEXEC           524288
#define LINUX_SI_USER               0
#define LINUX_SIGHUP                1
#define LINUX_SIGINT                2
#define LINUX_SIGQUIT               3
#define LINUX_SIGILL                4
#define LINUX_SIGTRAP               5
#define LINUX_SIGABRT               6
#define LINUX_SIGIOT                6
#define LINUX_SIGBUS                7
#define LINUX_SIGFPE                8
#define LINUX_SIGKILL               9
#define LINUX_SIGUSR1               10
#define LINUX_SIGSEGV               11
#define LINUX_SIGUSR2               12
#define LINUX_SIGPIPE               13
#define LINUX_SIGALRM               14
#define LINUX_SIGTERM               15
#define LINUX_SIGSTKFLT             16
#define LINUX_SIGCHLD               17
#define LINUX_SIGCLD                17
#define LINUX_SIGCONT               18
#define LINUX_SIGSTOP               19
#define LINUX_SIGTSTP               20
#define LINUX_SIGTTIN               21
#define LINUX_SIGTTOU               22
#define LINUX_SIGURG                23
#define LINUX_SIGXCPU               24
#define LINUX_SIGXFSZ               25
#define LINUX_SIGVTALRM             26
#define LINUX_SIGPROF               27
#define LINUX_SIGWINCH              28
#define LINUX_SIGIO                 29
#define LINUX_SIGPOLL               29
#define LINUX_SIGPWR                30
#define LINUX_SIGSYS                31
#define LINUX_SIGUNUSED             31
#define LINUX_SIGRTMIN              32
#define LINUX_SIGRTMAX              64
#define LINUX_SI_KERNEL             128
#define LINUX_SIGSTKSZ              8192
#define LINUX_SI_ASYNCIO            (-4)
#define LINUX_SI_ASYNCNL            (-60)
#define LINUX_SI_DETHREAD           (-7)
#define LINUX_SI_MESGQ              (-3)
#define LINUX_SI_QUEUE              (-1)
#define LINUX_SI_SIGIO              (-5)
#define LINUX_SI_TIMER              (-2)
#define LINUX_SI_TKILL              (-6)
#define LINUX_SIG_BLOCK             0
#define LINUX_SIG_UNBLOCK           1
#define LINUX_SIG_SETMASK           2
#define LINUX_SS_ONSTACK            1
#define LINUX_SS_DISABLE            2
#define LINUX_SYS_SECCOMP           1
#define LINUX_SYS_USER_DISPATCH     2
#define LINUX_TRAP_BRKPT            1
#define LINUX_TRAP_PERF_FLAG_ASYNC  1
#define LINUX_TRAP_TRACE            2
#define LINUX_TRAP_BRANCH           3
#define LINUX_TRAP_HWBKPT           4
#define LINUX_TRAP_UNK              5
#define LINUX_TRAP_PERF             6

union linux_sigval {
    int32_t sival_int;
    uint64_t sival_ptr;
};

struct linux_siginfo {
    int32_t si_signo, si_errno, si_code, pad;
    union {
        struct {
            int32_t si_pid;
            uint32_t si_uid;
            union linux_sigval si_value;
        };
        struct {
            int32_t pid;
            uint32_t uid;
            int32_t si_status, pad2;
            int64_t si_utime, si_stime;
        };
        struct {
            int32_t si_timerid, si_overrun;
            union linux_sigval timer_value;
        };
        struct {
            uint64_t si_addr;
            int16_t si_addr_lsb;
            uint64_t si_lower, si_upper;
        };
        struct {
            int64_t si_band;
            int32_t si_fd;
        };
        struct {
            uint64_t si_call_addr;
            int32_t si_syscall;
            uint32_t si_arch;
        };
        uint8_t bytes[112];
    };
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "siginfo");
_Static_assert(offsetof(struct linux_siginfo, si_value) == 24, "siginfo");
_Static_assert(offsetof(struct linux_siginfo, si_status) == 24, "siginfo");
_Static_assert(offsetof(struct linux_siginfo, si_utime) == 32, "siginfo");

/* As rt_sigaction(2) takes it; SA_RESTORER is x86-64's, and aarch64 keeps the field. */
struct linux_sigaction {
    uint64_t sa_handler, sa_flags, sa_restorer, sa_mask;
};

struct linux_stack {
    uint64_t ss_sp;
    int32_t ss_flags, pad;
    uint64_t ss_size;
};

struct linux_sigevent {
    union linux_sigval sigev_value;
    int32_t sigev_signo, sigev_notify;
    int32_t sigev_tid, pad[11];
};
_Static_assert(sizeof(struct linux_sigevent) == 64, "sigevent");

struct linux_sigcontext_x86_64 {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
};
_Static_assert(sizeof(struct linux_sigcontext_x86_64) == 256, "sigcontext");

struct linux_ucontext_x86_64 {
    uint64_t uc_flags, uc_link;
    struct linux_stack uc_stack;
    struct linux_sigcontext_x86_64 uc_mcontext;
    uint64_t uc_sigmask;
};
_Static_assert(sizeof(struct linux_ucontext_x86_64) == 304, "ucontext");

struct linux_sigcontext_aarch64 {
    uint64_t fault_address, regs[31], sp, pc, pstate;
    uint8_t reserved[4096] __attribute__((aligned(16)));
};

struct linux_ucontext_aarch64 {
    uint64_t uc_flags, uc_link;
    struct linux_stack uc_stack;
    uint64_t uc_sigmask;
    uint8_t pad[120];
    struct linux_sigcontext_aarch64 uc_mcontext;
};
_Static_assert(offsetof(struct linux_ucontext_aarch64, uc_mcontext) == 176, "ucontext");

/* A record of the aarch64 signal frame's reserved space. */
struct linux_aarch64_ctx {
    uint32_t magic, size;
};
#define LINUX_FPSIMD_MAGIC 0x46508001u
#define LINUX_ESR_MAGIC    0x45535201u
#define LINUX_EXTRA_MAGIC  0x45585401u
struct linux_fpsimd_context {
    struct linux_aarch64_ctx head;
    uint32_t fpsr, fpcr;
    uint8_t vregs[32][16];
};
_Static_assert(sizeof(struct linux_fpsimd_context) == 528, "fpsimd");

struct linux_signalfd_siginfo {
    uint32_t ssi_signo;
    int32_t ssi_errno, ssi_code;
    uint32_t ssi_pid, ssi_uid;
    int32_t ssi_fd;
    uint32_t ssi_tid, ssi_band, ssi_overrun, ssi_trapno;
    int32_t ssi_status, ssi_int;
    uint64_t ssi_ptr, ssi_utime, ssi_stime, ssi_addr;
    uint16_t ssi_addr_lsb, pad2;
    int32_t ssi_syscall;
    uint64_t ssi_call_addr;
    uint32_t ssi_arch;
    uint8_t pad[28];
};
_Static_assert(sizeof(struct linux_signalfd_siginfo) == 128, "signalfd");

/* What uc_mcontext.fpstate points to on x86-64: the FXSAVE area, whose last bytes say what XSAVE state
 * follows. */
struct linux_fpx_sw_bytes {
    uint32_t magic1, extended_size; /* LINUX_FP_XSTATE_MAGIC1; with LINUX_FP_XSTATE_MAGIC2 at its end */
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};
_Static_assert(sizeof(struct linux_fpx_sw_bytes) == 48, "fpx_sw_bytes");
struct linux_fpstate_x86_64 {
    uint16_t cwd, swd, ftw, fop;
    uint64_t rip, rdp;
    uint32_t mxcsr, mxcsr_mask;
    uint32_t st_space[32], xmm_space[64], reserved[12];
    struct linux_fpx_sw_bytes sw_reserved;
};
_Static_assert(sizeof(struct linux_fpstate_x86_64) == 512, "fpstate");
_Static_assert(offsetof(struct linux_fpstate_x86_64, sw_reserved) == 464, "fpstate");
struct linux_xstate_header {
    uint64_t xfeatures, xcomp_bv, reserved[6];
};
_Static_assert(sizeof(struct linux_xstate_header) == 64, "xstate_header");
/* Bits of uc_flags on x86-64. */
#define LINUX_UC_FP_XSTATE         1
#define LINUX_UC_SIGCONTEXT_SS     2
#define LINUX_UC_STRICT_RESTORE_SS 4

/* Other records of the aarch64 frame. */
struct linux_esr_context {
    struct linux_aarch64_ctx head;
    uint64_t esr;
};
struct linux_extra_context {
    struct linux_aarch64_ctx head;
    uint64_t datap;
    uint32_t size, reserved[3];
};
_Static_assert(sizeof(struct linux_extra_context) == 32, "extra_context");

#endif
