/* SPDX-License-Identifier: MIT */
/*
 * The report on a guest that a signal kills: registers, where the frame pointers lead, the last system calls,
 * the memory map. Goes to the standard error of the kernel program, on demand only (coracle --debug). Runs in
 * normal context, on the thread that took the signal.
 */
#include "abi/syscalls.h"
#include "host/host.h"
#include "kernel/crash.h"
#include "kernel/task.h"
#include "kernel/trace_args.h"
#include "kernel/user.h"

#define FRAMES_MAX 64

static void say(const char *format, ...) printf_like(1, 2);
static void say(const char *format, ...)
{
    struct trace_line line = {0};
    va_list ap;

    va_start(ap, format);
    int n = fmt_v(line.text, sizeof(line.text) - 1, format, ap);
    va_end(ap);
    line.len = MIN((size_t)n, sizeof(line.text) - 2);
    line.text[line.len++] = '\n';
    host_log(line.text, line.len);
}

void crash_note_call(struct task *task, long result)
{
    struct crash_call *c = &task->recent.calls[task->recent.n++ % CRASH_CALLS];

    c->nr = task->cpu.syscall_nr;
    c->result = result;
    memcpy(c->args, task->syscall_args, sizeof(c->args));
}

/* --- the memory map: the host's, without what is ours --- */

struct maps {
    int fd;
    size_t at, end;
    char buf[2048];
};

struct map {
    uint64_t start, end, offset;
    char perms[5];
    const char *name; /* in line */
    char line[512];
};

static int next_char(struct maps *m)
{
    if (m->at == m->end) {
        long n = host_read(m->fd, m->buf, sizeof(m->buf), NULL);

        if (n <= 0)
            return -1;
        m->at = 0;
        m->end = (size_t)n;
    }
    return (unsigned char)m->buf[m->at++];
}

static uint64_t take_hex(const char **s)
{
    uint64_t value = 0;

    for (;; (*s)++) {
        char c = **s;

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return value;
    }
}

static bool maps_next(struct maps *m, struct map *map)
{
    const char *s = map->line;
    size_t n = 0;
    int c;

    while ((c = next_char(m)) >= 0 && c != '\n')
        if (n < sizeof(map->line) - 1)
            map->line[n++] = (char)c;
    if (!n)
        return false;
    map->line[n] = '\0';
    map->start = take_hex(&s);
    s += *s == '-';
    map->end = take_hex(&s);
    str_copy(map->perms, s + (*s == ' '), sizeof(map->perms));
    s += MIN(strlen(s), (size_t)6);
    map->offset = take_hex(&s);
    map->name = strchr(s, '/');
    if (!map->name)
        map->name = strchr(s, '[');
    if (!map->name)
        map->name = "";
    return true;
}

static bool is_ours(const struct task *task, const struct map *map)
{
    return (map->start >= HOST_WINDOW_START && map->start < HOST_WINDOW_END) ||
           task->engine->owns_address(map->start, map->end - map->start);
}

static void say_maps(const struct task *task)
{
    static const char path[] = "/proc/self/maps";
    struct maps m = {.fd = (int)host_open(path, LINUX_O_RDONLY, 0)};
    struct map map;

    if (m.fd < 0)
        return;
    say("  memory:");
    while (maps_next(&m, &map))
        if (!is_ours(task, &map))
            say("    %012lx-%012lx %s %08lx %s", (unsigned long)map.start, (unsigned long)map.end, map.perms,
                (unsigned long)map.offset, map.name);
    host_close(m.fd);
}

/* An address, and the file that it is in. */
static void say_address(const char *what, uint64_t addr)
{
    struct maps m = {.fd = (int)host_open("/proc/self/maps", LINUX_O_RDONLY, 0)};
    struct map map;
    bool found = false;

    while (m.fd >= 0 && !found && maps_next(&m, &map))
        found = addr >= map.start && addr < map.end;
    if (m.fd >= 0)
        host_close(m.fd);
    if (found && map.name[0])
        say("  %s %#lx: %s+%#lx", what, (unsigned long)addr, map.name,
            (unsigned long)(addr - map.start + map.offset));
    else
        say("  %s %#lx%s", what, (unsigned long)addr, found ? "" : ": nothing is mapped there");
}

/* --- the parts of the report --- */

static void say_registers(const struct cpu *cpu)
{
    static const char names[16][4] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

    if (cpu->arch == ABI_X86_64) {
        for (int i = 0; i < 16; i += 4)
            say("  %3s %016lx  %3s %016lx  %3s %016lx  %3s %016lx", names[i], (unsigned long)cpu->gpr[i],
                names[i + 1], (unsigned long)cpu->gpr[i + 1], names[i + 2], (unsigned long)cpu->gpr[i + 2],
                names[i + 3], (unsigned long)cpu->gpr[i + 3]);
        say("  flags %lx", (unsigned long)cpu->flags);
        return;
    }
    for (int i = 0; i < 30; i += 3)
        say("  x%-2d %016lx  x%-2d %016lx  x%-2d %016lx", i, (unsigned long)cpu->x[i], i + 1,
            (unsigned long)cpu->x[i + 1], i + 2, (unsigned long)cpu->x[i + 2]);
    say("  x30 %016lx  sp  %016lx", (unsigned long)cpu->x[30], (unsigned long)cpu->sp);
}

static void say_backtrace(struct task *task)
{
    const struct cpu *cpu = &task->cpu;
    uint64_t fp = cpu->arch == ABI_X86_64 ? cpu->gpr[RBP] : cpu->x[29], frame[2];

    for (int i = 0;
         i < FRAMES_MAX && fp && !(fp & 7) && user_read(task, frame, fp, sizeof(frame)) == 0 && frame[1];
         i++) {
        say_address("called from", frame[1]);
        if (frame[0] <= fp)
            break;
        fp = frame[0];
    }
}

static void say_calls(struct task *task)
{
    uint32_t n = task->recent.n, first = n > CRASH_CALLS ? n - CRASH_CALLS : 0;

    say("  last system calls:");
    for (uint32_t i = first; i < n; i++) {
        const struct crash_call *c = &task->recent.calls[i % CRASH_CALLS];
        const struct abi_syscall *row = abi_syscall_by_number(task->cpu.arch, c->nr);
        struct trace_line line = {0};

        if (!row) {
            say("    call %lu = %ld", (unsigned long)c->nr, c->result);
            continue;
        }
        trace_put(&line, "    %s(", row->name);
        for (int j = 0; j < row->nargs; j++) {
            trace_put(&line, j ? ", " : "");
            trace_put_arg(task, &line, row->args[j], c->args[j], c->args, c->result);
        }
        trace_put(&line, ") = ");
        trace_put_result(&line, row->result, c->result);
        say("%.*s", (int)MIN(line.len, (size_t)1500), line.text);
    }
}

void crash_of_guest(struct task *task, const struct linux_siginfo *info)
{
    const char *name = abi_signal_name(info->si_signo);
    bool fault = info->si_code > 0 && (SIGNAL_BIT(info->si_signo) & SIGNALS_SYNCHRONOUS);

    say("coracle: %s (process %d, thread %d) is killed by %s, code %d", task->comm, task->process->pid,
        task->tid, name ? name : "a signal", info->si_code);
    if (fault)
        say_address("the fault is at", info->si_addr);
    say_address("pc", task->cpu.pc);
    say_registers(&task->cpu);
    say_backtrace(task);
    say_calls(task);
    say_maps(task);
}
