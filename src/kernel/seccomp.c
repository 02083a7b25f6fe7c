/* SPDX-License-Identifier: MIT */
/* Filters of system calls: checking them, running them, and what their results do. */
#include "kernel/seccomp.h"
#include "host/alloc.h"
#include "kernel/exit.h"
#include "kernel/task.h"

#define CHAIN_MAX     32768 /* instructions of a chain, as on Linux */
#define CHAIN_PENALTY 4     /* what each program counts on top */
#define KILLED_CORE   (LINUX_SIGSYS | 0x80)

/* --- checking --- */

static bool operand_is_right(const struct linux_sock_filter *i)
{
    uint16_t op = i->code & 0xf0;

    if (i->code & LINUX_BPF_X)
        return true;
    if (op == LINUX_BPF_DIV)
        return i->k != 0;
    return (op != LINUX_BPF_LSH && op != LINUX_BPF_RSH) || i->k < 32;
}

static bool instruction_is_right(const struct linux_sock_filter *i, uint32_t left)
{
    uint16_t op = i->code & 0xf0;

    if (i->code > 0xff)
        return false;
    switch (i->code & 7) {
    case LINUX_BPF_LD:
        if (i->code == (LINUX_BPF_LD | LINUX_BPF_W | LINUX_BPF_ABS))
            return i->k % 4 == 0 && i->k < sizeof(struct linux_seccomp_data);
        __attribute__((fallthrough));
    case LINUX_BPF_LDX:
        if ((i->code & ~7) == LINUX_BPF_MEM)
            return i->k < LINUX_BPF_MEMWORDS;
        return (i->code & ~7) == LINUX_BPF_IMM || (i->code & ~7) == LINUX_BPF_LEN;
    case LINUX_BPF_ST:
    case LINUX_BPF_STX:
        return (i->code & ~7) == 0 && i->k < LINUX_BPF_MEMWORDS;
    case LINUX_BPF_ALU:
        if (op == LINUX_BPF_NEG)
            return i->code == (LINUX_BPF_ALU | LINUX_BPF_NEG);
        return (op <= LINUX_BPF_RSH || op == LINUX_BPF_XOR) && operand_is_right(i);
    case LINUX_BPF_JMP:
        if (op == LINUX_BPF_JA)
            return i->code == (LINUX_BPF_JMP | LINUX_BPF_JA) && i->k < left;
        return op <= LINUX_BPF_JSET && i->jt < left && i->jf < left;
    case LINUX_BPF_RET:
        return (i->code & ~7) == LINUX_BPF_K || (i->code & ~7) == LINUX_BPF_A;
    default:
        return (i->code & ~7) == LINUX_BPF_TAX || (i->code & ~7) == LINUX_BPF_TXA;
    }
}

long seccomp_check(const struct linux_sock_filter *code, uint32_t n)
{
    if (n == 0 || n > LINUX_BPF_MAXINSNS)
        return -LINUX_EINVAL;
    for (uint32_t i = 0; i < n; i++)
        if (!instruction_is_right(&code[i], n - 1 - i))
            return -LINUX_EINVAL;
    return (code[n - 1].code & 7) == LINUX_BPF_RET ? 0 : -LINUX_EINVAL;
}

/* --- running --- */

static uint32_t compute(uint16_t op, uint32_t a, uint32_t b)
{
    switch (op) {
    case LINUX_BPF_ADD:
        return a + b;
    case LINUX_BPF_SUB:
        return a - b;
    case LINUX_BPF_MUL:
        return a * b;
    case LINUX_BPF_DIV:
        return a / b;
    case LINUX_BPF_OR:
        return a | b;
    case LINUX_BPF_AND:
        return a & b;
    case LINUX_BPF_LSH:
        return a << (b & 31);
    case LINUX_BPF_RSH:
        return a >> (b & 31);
    case LINUX_BPF_XOR:
        return a ^ b;
    }
    return -a;
}

static bool compare(uint16_t op, uint32_t a, uint32_t b)
{
    switch (op) {
    case LINUX_BPF_JEQ:
        return a == b;
    case LINUX_BPF_JGT:
        return a > b;
    case LINUX_BPF_JGE:
        return a >= b;
    }
    return a & b;
}

/* Jumps go forward only, so that it ends. A division by zero is the strictest answer. */
static uint32_t run(const struct seccomp *program, const struct linux_seccomp_data *data)
{
    uint32_t a = 0, x = 0, memory[LINUX_BPF_MEMWORDS] = {0};

    for (const struct linux_sock_filter *i = program->code;; i++) {
        uint16_t rest = i->code & ~7, op = i->code & 0xf0;
        uint32_t b = i->code & LINUX_BPF_X ? x : i->k, value;

        switch (i->code & 7) {
        case LINUX_BPF_LD:
        case LINUX_BPF_LDX:
            value = i->k;
            if (rest == LINUX_BPF_MEM)
                value = memory[i->k];
            else if (rest == LINUX_BPF_LEN)
                value = sizeof *data;
            else if (rest == LINUX_BPF_ABS)
                memcpy(&value, (const char *)data + i->k, sizeof value);
            *((i->code & 7) == LINUX_BPF_LD ? &a : &x) = value;
            break;
        case LINUX_BPF_ST:
            memory[i->k] = a;
            break;
        case LINUX_BPF_STX:
            memory[i->k] = x;
            break;
        case LINUX_BPF_ALU:
            if (op == LINUX_BPF_DIV && b == 0)
                return 0;
            a = compute(op, a, b);
            break;
        case LINUX_BPF_JMP:
            i += op == LINUX_BPF_JA ? i->k : compare(op, a, b) ? i->jt : i->jf;
            break;
        case LINUX_BPF_RET:
            return rest == LINUX_BPF_A ? a : i->k;
        default:
            if (rest == LINUX_BPF_TAX)
                x = a;
            else
                a = x;
        }
    }
}

uint32_t seccomp_judge(const struct seccomp *chain, const struct linux_seccomp_data *data)
{
    uint32_t verdict = LINUX_SECCOMP_RET_ALLOW;

    for (; chain; chain = chain->older) {
        uint32_t r = run(chain, data);

        /* As signed numbers, stricter ones are smaller. */
        if ((int32_t)(r & LINUX_SECCOMP_RET_ACTION_FULL) < (int32_t)(verdict & LINUX_SECCOMP_RET_ACTION_FULL))
            verdict = r;
    }
    return verdict;
}

/* --- results --- */

static noreturn_fn void kill_thread(struct task *task, int status)
{
    if (task->process->ntasks == 1)
        process_exit(task, status);
    task_exit(task, status & 0x7f);
}

/* The call has not been made: its number stays where the result would be. */
static void trap(struct task *task, const struct linux_seccomp_data *data, uint32_t reason)
{
    struct linux_siginfo info = {
        .si_signo = LINUX_SIGSYS, .si_code = LINUX_SYS_SECCOMP, .si_errno = (int32_t)reason};

    info.si_call_addr = data->instruction_pointer;
    info.si_syscall = data->nr;
    info.si_arch = data->arch;
    signal_force(task, &info);
    cpu_set_result(&task->cpu, data->nr);
    task->registers_set = true;
}

static bool strict_allows(int nr)
{
    return nr == 0 || nr == 1 || nr == 15 || nr == 60;
}

bool seccomp_refuses(struct task *task, long *result)
{
    struct linux_seccomp_data data = {
        .nr = (int32_t)task->cpu.syscall_nr,
        .arch = task->cpu.arch == ABI_X86_64 ? LINUX_AUDIT_ARCH_X86_64 : LINUX_AUDIT_ARCH_AARCH64,
        .instruction_pointer = task->cpu.pc,
    };

    if (task->seccomp->strict) {
        if (!strict_allows(data.nr))
            kill_thread(task, LINUX_SIGKILL);
        return false;
    }
    memcpy(data.args, task->syscall_args, sizeof data.args);
    uint32_t verdict = seccomp_judge(task->seccomp, &data);
    switch (verdict & LINUX_SECCOMP_RET_ACTION_FULL) {
    case LINUX_SECCOMP_RET_ALLOW:
    case LINUX_SECCOMP_RET_LOG:
        return false;
    case LINUX_SECCOMP_RET_ERRNO:
        *result = -(long)MIN(verdict & LINUX_SECCOMP_RET_DATA, 4095u);
        return true;
    case LINUX_SECCOMP_RET_TRAP:
        trap(task, &data, verdict & LINUX_SECCOMP_RET_DATA);
        *result = data.nr;
        return true;
    case LINUX_SECCOMP_RET_TRACE: /* nobody traces */
    case LINUX_SECCOMP_RET_USER_NOTIF:
        *result = -LINUX_ENOSYS;
        return true;
    case LINUX_SECCOMP_RET_KILL_THREAD:
        kill_thread(task, KILLED_CORE);
    }
    process_exit(task, KILLED_CORE);
}

/* --- chains --- */

static struct seccomp *program_new(const struct linux_sock_filter *code, uint32_t n)
{
    struct seccomp *s = kmalloc(sizeof *s + n * sizeof *code);

    if (!s)
        return NULL;
    s->older = NULL;
    s->strict = n == 0;
    s->n = n;
    memcpy(s->code, code, n * sizeof *code);
    return s;
}

static bool is_ancestor(const struct seccomp *older, const struct seccomp *chain)
{
    for (; chain; chain = chain->older)
        if (chain == older)
            return true;
    return older == NULL;
}

long seccomp_add(struct task *task, const struct linux_sock_filter *code, uint32_t n, bool all)
{
    struct process *p = task->process;
    uint32_t total = n + CHAIN_PENALTY;
    struct task *t;

    for (const struct seccomp *s = task->seccomp; s; s = s->older)
        total += s->n + CHAIN_PENALTY;
    if (total > CHAIN_MAX)
        return -LINUX_ENOMEM;
    struct seccomp *s = program_new(code, n);
    if (!s)
        return -LINUX_ENOMEM;
    s->older = task->seccomp;
    if (!all) {
        task->seccomp = s;
        return 0;
    }
    LOCK_SCOPE(&p->lock);
    list_for_each_entry (t, &p->tasks, in_process)
        if (t != task && !t->dead && !is_ancestor(t->seccomp, task->seccomp)) {
            kfree(s);
            return t->tid;
        }
    list_for_each_entry (t, &p->tasks, in_process)
        __atomic_store_n(&t->seccomp, s, __ATOMIC_RELEASE);
    return 0;
}

long seccomp_set_strict(struct task *task)
{
    struct seccomp *s = program_new(NULL, 0);

    if (!s)
        return -LINUX_ENOMEM;
    task->seccomp = s;
    return 0;
}

/* A program: how many instructions, then these. Strict mode never executes a program, and is not saved. */
size_t seccomp_save(const struct seccomp *chain, void *buf)
{
    size_t total = 0;

    for (const struct seccomp *s = chain; s; s = s->older)
        total += sizeof(uint64_t) + s->n * sizeof s->code[0];
    char *at = (char *)buf + total;
    for (const struct seccomp *s = chain; buf && s; s = s->older) {
        uint64_t n = s->n;

        at -= n * sizeof s->code[0];
        memcpy(at, s->code, n * sizeof s->code[0]);
        at -= sizeof n;
        memcpy(at, &n, sizeof n);
    }
    return total;
}

bool seccomp_load(struct task *task, const void *buf, size_t len)
{
    const char *at = buf;
    uint64_t n;

    while (len >= sizeof n) {
        memcpy(&n, at, sizeof n);
        at += sizeof n, len -= sizeof n;
        const struct linux_sock_filter *code = (const struct linux_sock_filter *)at;
        if (n > LINUX_BPF_MAXINSNS || len < n * sizeof *code || seccomp_check(code, (uint32_t)n) < 0 ||
            seccomp_add(task, code, (uint32_t)n, false) < 0)
            return false;
        at += n * sizeof *code, len -= n * sizeof *code;
    }
    return len == 0;
}
