/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic timeout=20 */
/* Threads against the process: exec, exit and fork from a thread, and raw threads with their tid words. */
#include "check.h"
#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

static pid_t leader;

static void *sleeper(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static void *spinner(void *arg)
{
    for (;;)
        atomic_thread_fence(memory_order_seq_cst);
    return arg;
}

static void *exec_thread(void *arg)
{
    char pid[16];
    snprintf(pid, sizeof pid, "%d", leader);
    execl("/proc/self/exe", "x", "image", pid, (char *)NULL);
    say("exec: %s\n", err_name(errno));
    return arg;
}

static int task_count(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/task");
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void exec_from_thread(void)
{
    pthread_t thread;
    leader = getpid();
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, i == 2 ? spinner : sleeper, NULL);
    say("threads before: %d\n", task_count());
    pthread_create(&thread, NULL, exec_thread, NULL);
    pause();
}

static void exec_from_leader(void)
{
    pthread_t thread;
    leader = getpid();
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, NULL, i % 2 ? spinner : sleeper, NULL);
    exec_thread(NULL);
}

static void *failing_exec(void *arg)
{
    execl("/no/such/file", "x", (char *)NULL);
    say("failed exec: %s, threads %d\n", err_name(errno), task_count());
    return arg;
}

static void exec_that_fails(void)
{
    pthread_t thread, other;
    pthread_create(&other, NULL, sleeper, NULL);
    pthread_create(&thread, NULL, failing_exec, NULL);
    pthread_join(thread, NULL);
    say("the others live\n");
}

static void return_from_main(void)
{
    pthread_t thread;
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, NULL, i % 2 ? spinner : sleeper, NULL);
    exit(14);
}

static void *fork_thread(void *arg)
{
    pid_t pid = fork();
    if (pid == 0) {
        say("child of a thread: threads %d, %s its pid\n", task_count(),
            getpid() == gettid() ? "tid is" : "tid is not");
        CHECK_THAT("its parent is the process", getppid() == leader);
        _exit(3);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("child of a thread", status);
    return arg;
}

static void fork_from_thread(void)
{
    pthread_t thread, other;
    leader = getpid();
    pthread_create(&other, NULL, spinner, NULL);
    pthread_create(&thread, NULL, fork_thread, NULL);
    pthread_join(thread, NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(4);
    int status;
    waitpid(pid, &status, 0);
    report_status("child of the main thread", status);
}

static volatile pid_t children[2];

static void *fork_and_leave(void *arg)
{
    children[0] = fork();
    if (children[0] == 0) {
        sleep_ms(100);
        _exit(6);
    }
    return arg;
}

static void *wait_nothread(void *arg)
{
    int status;
    report("__WNOTHREAD in another thread", waitpid(children[0], &status, __WNOTHREAD));
    CHECK_THAT("plain wait there", waitpid(children[0], &status, 0) == children[0]);
    report_status("child of the thread", status);
    return arg;
}

static void wait_from_other_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, fork_and_leave, NULL);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, wait_nothread, NULL);
    pthread_join(thread, NULL);
}

struct raw {
    int parent_tid, child_tid;
    volatile int result;
};

static int raw_thread(void *arg)
{
    struct raw *raw = arg;
    pid_t tid = (pid_t)syscall(SYS_gettid);
    raw->result =
        (raw->child_tid == tid) + 2 * (raw->parent_tid == tid) + 4 * (syscall(SYS_getpid) == leader);
    syscall(SYS_exit, 0);
    return 0;
}

static void raw_clone(void)
{
    static struct raw raw;
    leader = getpid();
    char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static char tls[4096] __attribute__((aligned(64)));
    *(void **)(tls + 2048) = tls + 2048; /* The thread pointer points to itself. */
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    int tid = clone(raw_thread, stack + 65536, flags, &raw, &raw.parent_tid, tls + 2048, &raw.child_tid);
    CHECK(tid > 0);
    int seen;
    while ((seen = *(volatile int *)&raw.child_tid) != 0 || !raw.result)
        syscall(SYS_futex, &raw.child_tid, FUTEX_WAIT, tid, NULL, NULL, 0);
    say("raw thread: %d, word cleared: %d\n", raw.result, raw.child_tid);
    CHECK(raw.parent_tid == tid);
    for (int i = 0; i < 5000 && syscall(SYS_tgkill, leader, tid, 0) == 0; i++)
        sleep_ms(1);
    report("tgkill of the gone", syscall(SYS_tgkill, leader, tid, 0));
    report("tgkill with another pid", syscall(SYS_tgkill, 1 + leader, leader, 0));
    report("tgkill of tid 0", syscall(SYS_tgkill, leader, 0, 0));
    report("tkill of tid -1", syscall(SYS_tkill, -1, 0));
    report("tgkill of ourselves", syscall(SYS_tgkill, leader, leader, 0));
    long tid_now = syscall(SYS_set_tid_address, &raw.child_tid);
    CHECK(tid_now == leader);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "image") == 0) {
        say("image: threads %d, pid %s, tid %s\n", task_count(),
            atoi(argv[2]) == getpid() ? "kept" : "changed", gettid() == getpid() ? "is pid" : "differs");
        return 8;
    }
    report_status("exec from a thread", in_child(exec_from_thread));
    report_status("exec from the leader", in_child(exec_from_leader));
    report_status("exec that fails", in_child(exec_that_fails));
    report_status("return from main", in_child(return_from_main));
    report_status("fork from a thread", in_child(fork_from_thread));
    report_status("wait from another thread", in_child(wait_from_other_thread));
    report_status("raw threads", in_child(raw_clone));
    return 0;
}
