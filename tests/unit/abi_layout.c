/* SPDX-License-Identifier: MIT */
/* The structures of abi beside those of the kernel's headers; see abi_layout.h. */
#include "abi_layout.h"

/* The host's headers define the fields of siginfo as macros. */
#define SIGINFO(f) OURS_##f = offsetof(struct linux_siginfo, f)
enum {
    SIGINFO(si_signo),
    SIGINFO(si_errno),
    SIGINFO(si_code),
    SIGINFO(si_pid),
    SIGINFO(si_uid),
    SIGINFO(si_status),
    SIGINFO(si_utime),
    SIGINFO(si_stime),
    SIGINFO(si_value),
    SIGINFO(si_addr),
    SIGINFO(si_addr_lsb),
    SIGINFO(si_lower),
    SIGINFO(si_upper),
    SIGINFO(si_band),
    SIGINFO(si_call_addr),
    SIGINFO(si_syscall),
    SIGINFO(si_arch),
    SIGINFO(si_fd),
    SIGINFO(si_timerid),
    SIGINFO(si_overrun),
};

#undef MIN
#undef MAX
#undef cleanup
#include <linux/posix_types.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/elf.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inotify.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/signalfd.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/timex.h>
#include <linux/times.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <linux/utsname.h>

#ifdef __x86_64__
#define ARCH(name) name##_x86_64
#else
#define ARCH(name) name##_aarch64
#endif

#define SIZE(ours, theirs)     {"sizeof " #ours, sizeof(struct ours), sizeof(theirs)},
#define FIELD(ours, theirs, f) {#ours "." #f, offsetof(struct ours, f), offsetof(theirs, f)},
#define AS(ours, theirs, f, g) {#ours "." #f, offsetof(struct ours, f), offsetof(theirs, g)},
#define INFO(f)                {"linux_siginfo." #f, OURS_##f, offsetof(siginfo_t, f)},

const struct abi_layout abi_layouts[] = {
    SIZE(linux_siginfo, siginfo_t) INFO(si_signo) INFO(si_errno) INFO(si_code) INFO(si_pid) INFO(si_uid)
        INFO(si_status) INFO(si_utime) INFO(si_stime) INFO(si_value) INFO(si_addr) INFO(si_addr_lsb)
            INFO(si_lower) INFO(si_upper) INFO(si_band) INFO(si_call_addr) INFO(si_syscall) INFO(si_arch)
                INFO(si_fd){"linux_siginfo.si_timerid", OURS_si_timerid, offsetof(siginfo_t, si_tid)},
    INFO(si_overrun) SIZE(linux_stack, stack_t) AS(linux_stack, stack_t, ss_flags, ss_flags) AS(
        linux_stack, stack_t, ss_size,
        ss_size) SIZE(linux_sigevent, struct sigevent) AS(linux_sigevent, struct sigevent, sigev_tid,
                                                          _sigev_un._tid) SIZE(ARCH(linux_sigcontext),
                                                                               struct sigcontext)
        AS(ARCH(linux_ucontext), struct ucontext, uc_mcontext,
           uc_mcontext) AS(ARCH(linux_ucontext), struct ucontext, uc_sigmask, uc_sigmask)
#ifdef __x86_64__
            SIZE(
                linux_sigaction,
                struct { uint64_t word[4]; }) SIZE(linux_fpstate_x86_64, struct _fpstate_64)
                AS(linux_fpstate_x86_64, struct _fpstate_64, mxcsr,
                   mxcsr) AS(linux_fpstate_x86_64, struct _fpstate_64, xmm_space,
                             xmm_space) AS(linux_fpstate_x86_64, struct _fpstate_64, sw_reserved, sw_reserved)
                    SIZE(linux_xstate_header, struct _header)
                        AS(linux_sigcontext_x86_64, struct sigcontext, eflags,
                           eflags) AS(linux_sigcontext_x86_64, struct sigcontext, rip,
                                      rip) AS(linux_sigcontext_x86_64, struct sigcontext, cr2,
                                              cr2) AS(linux_sigcontext_x86_64,
                                                      struct sigcontext, fpstate, fpstate)
#endif
                            SIZE(ARCH(linux_stat),
                                 struct stat) FIELD(ARCH(linux_stat), struct stat, st_mode)
                                FIELD(ARCH(linux_stat), struct stat, st_nlink) FIELD(
                                    ARCH(linux_stat),
                                    struct stat,
                                    st_rdev) FIELD(ARCH(linux_stat), struct stat,
                                                   st_size) FIELD(ARCH(linux_stat), struct stat, st_blksize)
                                    FIELD(ARCH(linux_stat), struct stat, st_blocks) AS(
                                        ARCH(linux_stat),
                                        struct stat, st_mtime_sec,
                                        st_mtime) AS(ARCH(linux_stat), struct stat, st_ctime_nsec,
                                                     st_ctime_nsec) SIZE(linux_statx, struct statx)
                                        FIELD(linux_statx, struct statx,
                                              stx_mode) FIELD(linux_statx, struct statx, stx_ino)
                                            FIELD(linux_statx, struct statx, stx_attributes_mask) FIELD(
                                                linux_statx, struct statx,
                                                stx_btime) FIELD(linux_statx, struct statx, stx_mtime)
                                                FIELD(linux_statx, struct statx, stx_dev_minor) FIELD(
                                                    linux_statx, struct statx,
                                                    stx_mnt_id) SIZE(linux_statfs, struct statfs)
                                                    FIELD(linux_statfs, struct statfs, f_namelen) FIELD(
                                                        linux_statfs,
                                                        struct statfs,
                                                        f_flags) SIZE(linux_flock, struct flock)
                                                        FIELD(linux_flock, struct flock,
                                                              l_start) FIELD(linux_flock, struct flock, l_pid)
                                                            SIZE(linux_f_owner_ex, struct f_owner_ex) SIZE(
                                                                linux_open_how,
                                                                struct open_how) SIZE(linux_iovec,
                                                                                      struct iovec)
                                                                SIZE(linux_pollfd, struct pollfd) SIZE(
                                                                    ARCH(linux_epoll_event),
                                                                    struct epoll_event) FIELD(ARCH(linux_epoll_event), struct epoll_event, data) SIZE(linux_inotify_event, struct inotify_event) SIZE(linux_signalfd_siginfo, struct signalfd_siginfo) FIELD(linux_signalfd_siginfo, struct signalfd_siginfo, ssi_ptr) FIELD(linux_signalfd_siginfo, struct signalfd_siginfo, ssi_addr) FIELD(linux_signalfd_siginfo,
                                                                                                                                                                                                                                                                                                                                                                                              struct signalfd_siginfo, ssi_arch) SIZE(linux_timespec,
                                                                                                                                                                                                                                                                                                                                                                                                                                      struct
                                                                                                                                                                                                                                                                                                                                                                                                                                      timespec) SIZE(linux_timeval,
                                                                                                                                                                                                                                                                                                                                                                                                                                                     struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                     timeval) SIZE(linux_itimerspec,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                   struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                   itimerspec) SIZE(linux_itimerval,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    itimerval) SIZE(linux_timex,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    struct timex) FIELD(linux_timex, struct timex, status) FIELD(linux_timex, struct timex, tick) FIELD(linux_timex,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        timex,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        tai) SIZE(linux_rlimit64, struct rlimit64) SIZE(linux_rusage,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        struct rusage) FIELD(linux_rusage, struct rusage, ru_maxrss) FIELD(linux_rusage,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           struct rusage, ru_nivcsw) SIZE(linux_clone_args,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          struct clone_args) FIELD(linux_clone_args, struct clone_args, exit_signal) FIELD(linux_clone_args, struct clone_args,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           tls) FIELD(linux_clone_args,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      struct clone_args, cgroup) SIZE(linux_robust_list_head, struct robust_list_head) SIZE(linux_sched_attr, struct sched_attr) FIELD(linux_sched_attr, struct sched_attr, sched_runtime) SIZE(linux_cap_header,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                __user_cap_header_struct) SIZE(linux_cap_data, struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               __user_cap_data_struct) SIZE(linux_utsname,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            struct
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            new_utsname)
                                                                    SIZE(
                                                                        linux_sysinfo, struct
                                                                        sysinfo) FIELD(linux_sysinfo, struct sysinfo,
                                                                                       procs) FIELD(linux_sysinfo, struct sysinfo, totalhigh)
                                                                        FIELD(linux_sysinfo, struct sysinfo, mem_unit) SIZE(linux_tms, struct tms) SIZE(linux_ipc64_perm, struct ipc64_perm) FIELD(
                                                                            linux_ipc64_perm,
                                                                            struct ipc64_perm,
                                                                            mode) FIELD(linux_ipc64_perm, struct ipc64_perm, seq)
                                                                            SIZE(linux_shmid64_ds, struct shmid64_ds) FIELD(
                                                                                linux_shmid64_ds,
                                                                                struct shmid64_ds,
                                                                                shm_nattch) SIZE(ARCH(linux_semid64_ds), struct semid64_ds)
                                                                                FIELD(ARCH(linux_semid64_ds),
                                                                                      struct semid64_ds,
                                                                                      sem_nsems) SIZE(linux_msqid64_ds,
                                                                                                      struct
                                                                                                      msqid64_ds) FIELD(linux_msqid64_ds, struct msqid64_ds,
                                                                                                                        msg_qbytes)
                                                                                    SIZE(linux_sembuf, struct sembuf) SIZE(
                                                                                        linux_mq_attr, struct
                                                                                        mq_attr) SIZE(linux_termios,
                                                                                                      struct
                                                                                                      termios) FIELD(linux_termios, struct termios,
                                                                                                                     c_cc)
                                                                                        SIZE(linux_termios2, struct termios2) FIELD(
                                                                                            linux_termios2,
                                                                                            struct termios2,
                                                                                            c_ospeed) SIZE(linux_winsize,
                                                                                                           struct winsize)
                                                                                            SIZE(
                                                                                                linux_sockaddr_in,
                                                                                                struct
                                                                                                sockaddr_in) SIZE(linux_sockaddr_in6,
                                                                                                                  struct
                                                                                                                  sockaddr_in6)
                                                                                                FIELD(linux_sockaddr_in6, struct sockaddr_in6, sin6_addr) SIZE(
                                                                                                    linux_sockaddr_un,
                                                                                                    struct
                                                                                                    sockaddr_un) SIZE(linux_sockaddr_storage,
                                                                                                                      struct
                                                                                                                      __kernel_sockaddr_storage)
                                                                                                    SIZE(linux_elf64_ehdr, Elf64_Ehdr) FIELD(
                                                                                                        linux_elf64_ehdr,
                                                                                                        Elf64_Ehdr,
                                                                                                        e_phnum) SIZE(linux_elf64_phdr,
                                                                                                                      Elf64_Phdr)
                                                                                                        FIELD(
                                                                                                            linux_elf64_phdr,
                                                                                                            Elf64_Phdr,
                                                                                                            p_filesz) SIZE(linux_elf64_shdr,
                                                                                                                           Elf64_Shdr)
                                                                                                            FIELD(
                                                                                                                linux_elf64_shdr,
                                                                                                                Elf64_Shdr,
                                                                                                                sh_link) SIZE(linux_elf64_sym,
                                                                                                                              Elf64_Sym)
                                                                                                                FIELD(
                                                                                                                    linux_elf64_sym,
                                                                                                                    Elf64_Sym,
                                                                                                                    st_value)
                                                                                                                    SIZE(
                                                                                                                        linux_elf64_dyn,
                                                                                                                        Elf64_Dyn)
                                                                                                                        SIZE(
                                                                                                                            linux_elf64_rela,
                                                                                                                            Elf64_Rela)
                                                                                                                            SIZE(
                                                                                                                                linux_elf64_nhdr,
                                                                                                                                Elf64_Nhdr)};
const size_t abi_layouts_count = sizeof(abi_layouts) / sizeof(abi_layouts[0]);

const struct abi_host_syscall abi_host_syscalls[] = {
#include "abi_host_syscalls.inc"
};
const size_t abi_host_syscalls_count = sizeof(abi_host_syscalls) / sizeof(abi_host_syscalls[0]);

#ifdef __x86_64__
const enum abi_arch abi_host_arch = ABI_X86_64;
#else
const enum abi_arch abi_host_arch = ABI_AARCH64;
#endif
