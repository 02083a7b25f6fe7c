/* SPDX-License-Identifier: MIT */
/*
 * The state of a process that survives exec, as bytes in a memory file.
 *
 * exec re-executes the kernel program, so everything that Linux keeps across exec travels here: the first
 * state of a container (or of `coracle run-elf`) is written by hosted code, every later one by the process
 * itself. The reader trusts nothing: lengths and offsets are checked before use, because a guest may have
 * scribbled on what the writer stood on.
 *
 * The kernel program is started with the guest's argv, and the guest's envp behind one entry of ours, which
 * is always the first: "CORACLE_STATE=<descriptor>". Descriptors named in the state are host descriptors,
 * inherited with their numbers.
 *
 * Layout: struct exec_state, then sections, each aligned to 8, found by {offset, length} in the head.
 */
#ifndef CORACLE_EXEC_STATE_FORMAT_H
#define CORACLE_EXEC_STATE_FORMAT_H

#include "abi/abi.h"
#include "base/base.h"

#define EXEC_STATE_MAGIC   0x63726578 /* "xerc" */
#define EXEC_STATE_VERSION 1
#define EXEC_STATE_ENV     "CORACLE_STATE="

enum exec_state_flag {
    EXEC_STATE_IDENTITY_PIDS = 1, /* guest pids are the host's; there is no supervisor */
    EXEC_STATE_FIRST = 2, /* written by hosted code: files are plain host descriptors, cwd is only a path */
    EXEC_STATE_DUMPABLE = 4,
    EXEC_STATE_NO_NEW_PRIVS = 8,
    EXEC_STATE_SUBREAPER = 16,
    EXEC_STATE_SECURE = 32,   /* AT_SECURE: the program gained rights by set-user-ID */
    EXEC_STATE_FILTERED = 64, /* the seccomp filter that catches system calls is in force (host/engine.h) */
};

struct exec_state_range {
    uint32_t offset, length; /* length 0: not there */
};

/* One open descriptor of the guest; length bytes that file_ops.save wrote follow, padded to 8. */
struct exec_state_file {
    int32_t fd, host_fd;
    uint32_t kind;    /* enum file_kind */
    uint32_t flags;   /* file->flags */
    uint32_t same_as; /* number of an earlier guest descriptor with the same struct file, + 1; 0: none */
    uint32_t length;
};

struct exec_state {
    uint32_t magic, version;
    uint32_t size; /* of everything */
    uint32_t flags;

    int32_t pid; /* in the container; 0 with identity pids */
    int32_t ppid;

    /* Host descriptors; -1: none. */
    int32_t supervisor_fd; /* the line to the supervisor (supervisor/protocol.h) */
    int32_t lifeline_fd;   /* which kills the process when the supervisor ends */
    int32_t pids_fd;       /* the table of pids, to be mapped read-only */
    int32_t spec_fd;       /* the container's spec, to be mapped read-only */
    int32_t kernel_fd;     /* the kernel program, O_PATH */
    int32_t exe_fd;        /* the program to run (O_RDONLY) */

    uint32_t personality;
    uint32_t umask;

    uint32_t uid, euid, suid, fsuid;
    uint32_t gid, egid, sgid, fsgid;
    uint64_t cap_permitted, cap_effective, cap_inheritable, cap_bounding, cap_ambient;
    uint32_t securebits;

    int32_t timer_slack;
    uint64_t blocked;        /* the signal mask */
    uint64_t ignored;        /* dispositions that are SIG_IGN; all others are the default */
    uint64_t pending;        /* standard signals that are pending */
    uint64_t rlimits[16][2]; /* soft, hard; index: LINUX_RLIMIT_* */
    char comm[16];

    struct exec_state_range exe_path; /* guest path of the program, with its NUL */
    struct exec_state_range execfn;   /* the path as exec was given it; empty: exe_path */
    struct exec_state_range cwd;      /* guest path, with its NUL */
    struct exec_state_range fs;       /* root, cwd as the file systems save them; empty in a first state */
    struct exec_state_range groups;   /* uint32_t each */
    struct exec_state_range queued;   /* struct linux_siginfo each, oldest first */
    struct exec_state_range files;    /* struct exec_state_file records */
    struct exec_state_range trace;    /* string of trace_describe; empty: not traced */
    struct exec_state_range seccomp;  /* the guest's filters, as seccomp_save writes them */
    struct exec_state_range
        sysroot; /* host path; without a spec, the guest's files lie below it; empty: the host's own files */
};

/* Writes a state into a buffer of the caller. */
struct exec_builder {
    struct exec_state *state;
    uint32_t capacity;
    bool failed;
};

/* buf is aligned to 8 and stays the caller's. The state is all zero but for the descriptors, which are -1. */
void exec_builder_init(struct exec_builder *b, void *buf, size_t capacity);
/* Appends a section; *range tells where. On overflow b->failed is set, and exec_builder_finish says so. */
void *exec_builder_section(struct exec_builder *b, struct exec_state_range *range, const void *data,
                           size_t len);
void exec_builder_string(struct exec_builder *b, struct exec_state_range *range, const char *s);
/* Records of the files section follow each other: nothing else may be appended in between. */
void exec_builder_file(struct exec_builder *b, const struct exec_state_file *file, const void *data);
/* Writes the state to a new memory file (close-on-exec: cleared by who starts the program); or -LINUX_ENOMEM,
 * ... */
long exec_builder_finish(struct exec_builder *b);

/* Checks all that a reader relies on. 0 or -LINUX_EINVAL. */
int exec_state_check(const struct exec_state *state, size_t size);
/* Section as a pointer; NULL when it is empty. Strings are checked to end with a NUL. */
const void *exec_state_section(const struct exec_state *state, struct exec_state_range range);
/* Steps through the files: NULL begins, and ends. Its data lies behind it. */
const struct exec_state_file *exec_state_next_file(const struct exec_state *state,
                                                   const struct exec_state_file *file);

#endif
