/* SPDX-License-Identifier: MIT */
/* The tracer: lines and counters of system calls. */
#include "kernel/trace.h"
#include "host/alloc.h"
#include "kernel/task.h"
#include "kernel/trace_args.h"

struct tracer {
    int out_fd, count_fd;
    uint32_t flags;
    bool inverted;
    struct trace_count *counts; /* by row; NULL: none */
    char filter[1024];          /* ",name,name," or "" for all */
};

static const char *parse_int(const char *s, int *value)
{
    uint64_t v;
    bool negative = *s == '-';
    size_t n = str_to_u64(s + negative, &v);

    if (!n || v > INT32_MAX)
        return NULL;
    *value = negative ? -(int)v : (int)v;
    s += n + negative;
    return *s == ' ' ? s + 1 : s;
}

struct tracer *trace_new(const char *description)
{
    struct tracer *t = kzalloc(sizeof(*t));
    int flags = 0;
    const char *s = description;

    if (!t)
        return NULL;
    if (!(s = parse_int(s, &t->out_fd)) || !(s = parse_int(s, &t->count_fd)) || !(s = parse_int(s, &flags)) ||
        strlen(s) + 3 > sizeof(t->filter)) {
        kfree(t);
        return NULL;
    }
    t->flags = (uint32_t)flags;
    t->inverted = *s == '!';
    if (s[t->inverted])
        fmt(t->filter, sizeof(t->filter), ",%s,", s + t->inverted);
    if (t->count_fd >= 0) {
        long r = host_mmap(NULL, ALIGN_UP(abi_syscall_count * sizeof(*t->counts), (size_t)4096),
                           LINUX_PROT_READ | LINUX_PROT_WRITE, LINUX_MAP_SHARED, t->count_fd, 0);

        t->counts = host_is_error(r) ? NULL : (struct trace_count *)r;
    }
    return t;
}

int trace_describe(const struct tracer *t, char *buf, size_t size)
{
    char filter[sizeof(t->filter)];
    size_t n = strlen(t->filter);

    str_copy(filter, n ? t->filter + 1 : "", sizeof(filter));
    if (n)
        filter[n - 2] = '\0';
    return fmt(buf, size, "%d %d %u %s%s", t->out_fd, t->count_fd, t->flags, t->inverted ? "!" : "", filter);
}

int trace_out_fd(const struct tracer *t)
{
    return t->out_fd;
}

int trace_count_fd(const struct tracer *t)
{
    return t->count_fd;
}

bool trace_follows(const struct tracer *t)
{
    return t->flags & TRACE_FOLLOW;
}

static bool is_wanted(const struct tracer *t, const char *name)
{
    size_t n = strlen(name);

    if (!t->filter[0])
        return true;
    for (const char *p = t->filter; (p = strchr(p, ',')) && p[1]; p++)
        if (strncmp(p + 1, name, n) == 0 && p[1 + n] == ',')
            return !t->inverted;
    return t->inverted;
}

static uint64_t now(void)
{
    struct linux_timespec ts = {0};

    host_clock_gettime(LINUX_CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void write_line(const struct tracer *t, struct trace_line *line)
{
    line->len = MIN(line->len, sizeof(line->text) - 1);
    line->text[line->len++] = '\n';
    host_write(t->out_fd, line->text, line->len, NULL);
}

/* In JSON, the texts of the plain form are strings: quotes and backslashes in them are escaped. */
static void put_json_string(struct trace_line *line, const char *s, size_t n)
{
    trace_put(line, "\"");
    for (size_t i = 0; i < n; i++)
        trace_put(line, s[i] == '"' || s[i] == '\\' ? "\\%c" : "%c", s[i]);
    trace_put(line, "\"");
}

static void write_call(struct task *task, const struct abi_syscall *row, long result, bool returns)
{
    const struct tracer *t = task->process->tracer;
    struct trace_line line = {0}, part = {0};
    bool json = t->flags & TRACE_JSON;

    if (json)
        trace_put(&line, "{\"pid\":%d,\"tid\":%d,\"call\":\"%s\",\"args\":[", task->process->pid, task->tid,
                  row->name);
    else
        trace_put(&line, "[%d] %s(", task->tid, row->name);
    for (int i = 0; i < row->nargs; i++) {
        if (i)
            trace_put(&line, json ? "," : ", ");
        if (!json) {
            trace_put_arg(task, &line, row->args[i], task->syscall_args[i], task->syscall_args, result);
            continue;
        }
        part.len = 0;
        trace_put_arg(task, &part, row->args[i], task->syscall_args[i], task->syscall_args, result);
        put_json_string(&line, part.text, part.len);
    }
    if (json) {
        trace_put(&line, "],\"trapped\":%s", task->cpu.trapped ? "true" : "false");
        if (returns && result < 0 && result > -4096)
            trace_put(&line, ",\"errno\":\"%s\"",
                      abi_errno_name((int)-result) ? abi_errno_name((int)-result) : "?");
        else if (returns)
            trace_put(&line, ",\"result\":%ld", result);
        trace_put(&line, "}");
    } else {
        trace_put(&line, ") = ");
        if (returns)
            trace_put_result(&line, row->result, result);
        else
            trace_put(&line, "?");
    }
    write_line(t, &line);
}

/* Calls that do not come back when all goes well are shown on entry. */
static bool may_not_return(const char *name)
{
    static const char *const names[] = {"exit", "exit_group", "execve", "execveat", "rt_sigreturn"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void trace_enter(struct task *task)
{
    const struct tracer *t = task->process->tracer;
    const struct abi_syscall *row = abi_syscall_by_number(task->cpu.arch, task->cpu.syscall_nr);

    task->trace_start = now();
    if (!row || !may_not_return(row->name))
        return;
    if (t->counts && (t->flags & TRACE_COUNT)) {
        atomic_fetch_add(&t->counts[row - abi_syscalls].calls, 1);
        atomic_fetch_add(&t->counts[row - abi_syscalls].trapped, task->cpu.trapped);
    }
    if ((t->flags & TRACE_LINES) && is_wanted(t, row->name))
        write_call(task, row, 0, false);
}

void trace_exit(struct task *task, long result)
{
    const struct tracer *t = task->process->tracer;
    const struct abi_syscall *row = abi_syscall_by_number(task->cpu.arch, task->cpu.syscall_nr);
    bool failed = result < 0 && result > -4096;

    if (!row) {
        struct trace_line line = {0};

        if ((t->flags & TRACE_LINES) && !(t->flags & TRACE_JSON)) {
            trace_put(&line, "[%d] syscall_%lu(...) = -1 ENOSYS", task->tid,
                      (unsigned long)task->cpu.syscall_nr);
            write_line(t, &line);
        }
        return;
    }
    bool announced = may_not_return(row->name);
    if (t->counts && (t->flags & TRACE_COUNT)) {
        struct trace_count *c = &t->counts[row - abi_syscalls];

        if (!announced) {
            atomic_fetch_add(&c->calls, 1);
            atomic_fetch_add(&c->trapped, task->cpu.trapped);
        }
        atomic_fetch_add(&c->errors, failed);
        atomic_fetch_add(&c->nanoseconds, now() - task->trace_start);
    }
    if ((t->flags & TRACE_LINES) && is_wanted(t, row->name) && (!announced || failed))
        write_call(task, row, result, true);
}

void trace_signal(struct task *task, int sig, int code)
{
    const struct tracer *t = task->process->tracer;
    struct trace_line line = {0};
    const char *name = abi_signal_name(sig);

    if (!(t->flags & TRACE_LINES))
        return;
    if (t->flags & TRACE_JSON)
        trace_put(&line, "{\"pid\":%d,\"tid\":%d,\"signal\":%d,\"code\":%d}", task->process->pid, task->tid,
                  sig, code);
    else
        trace_put(&line, "[%d] --- %s (%d) code %d ---", task->tid, name ? name : "signal", sig, code);
    write_line(t, &line);
}

void trace_end(struct task *task, int wait_status)
{
    const struct tracer *t = task->process->tracer;
    struct trace_line line = {0};
    int sig = wait_status & 127;

    if (!(t->flags & TRACE_LINES))
        return;
    if (t->flags & TRACE_JSON)
        trace_put(&line, "{\"pid\":%d,\"%s\":%d}", task->process->pid, sig ? "killed" : "exited",
                  sig ? sig : wait_status >> 8 & 255);
    else if (sig)
        trace_put(&line, "[%d] +++ killed by %s +++", task->tid,
                  abi_signal_name(sig) ? abi_signal_name(sig) : "signal");
    else
        trace_put(&line, "[%d] +++ exited with %d +++", task->tid, wait_status >> 8 & 255);
    write_line(t, &line);
}
