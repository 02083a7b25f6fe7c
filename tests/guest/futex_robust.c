/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* Robust futexes and locks with priority inheritance: what the death of an owner does. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

static pthread_mutex_t *shared;

static void mutex_init(pthread_mutex_t *mutex, int robust, int protocol, int process_shared, int type)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutexattr_setprotocol(&attr, protocol);
    pthread_mutexattr_setpshared(&attr, process_shared);
    pthread_mutexattr_settype(&attr, type);
    int error = pthread_mutex_init(mutex, &attr);
    if (error)
        say("pthread_mutex_init: %s\n", err_name(error));
}

static const char *named(int error)
{
    return error ? err_name(error) : "locked";
}

static void *lock_and_leave(void *arg)
{
    pthread_mutex_lock(arg);
    return NULL;
}

static void thread_dies(const char *label, int protocol)
{
    pthread_mutex_t mutex;
    pthread_t thread;
    mutex_init(&mutex, PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_NORMAL);
    pthread_create(&thread, NULL, lock_and_leave, &mutex);
    pthread_join(thread, NULL);
    say("%s: thread died: %s\n", label, named(pthread_mutex_lock(&mutex)));
    say("%s: made consistent: %s\n", label, named(pthread_mutex_consistent(&mutex)));
    pthread_mutex_unlock(&mutex);
    say("%s: again: %s\n", label, named(pthread_mutex_lock(&mutex)));
    pthread_mutex_unlock(&mutex);
    pthread_create(&thread, NULL, lock_and_leave, &mutex);
    pthread_join(thread, NULL);
    say("%s: thread died: %s\n", label, named(pthread_mutex_trylock(&mutex)));
    pthread_mutex_unlock(&mutex);
    say("%s: not made consistent: %s\n", label, named(pthread_mutex_lock(&mutex)));
}

static void process_dies(const char *label, int protocol, int how)
{
    mutex_init(shared, PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_NORMAL);
    int ready[2];
    if (pipe(ready))
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(shared);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        settle(); /* The parent is blocked by now. */
        if (how == 0)
            _exit(0);
        if (how == SIGSYS)
            execl("/proc/self/exe", "x", "exit", NULL);
        kill(getpid(), how);
        pause();
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1)
        die("read");
    say("%s: owner is alive: %s\n", label, named(pthread_mutex_trylock(shared)));
    say("%s: blocked until it died: %s\n", label, named(pthread_mutex_lock(shared)));
    pthread_mutex_consistent(shared);
    pthread_mutex_unlock(shared);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

static void list_calls(void)
{
    struct robust_list_head *head = NULL, *old;
    size_t size = 0;
    report("get_robust_list", syscall(SYS_get_robust_list, 0, &head, &size));
    CHECK(head != NULL && size == sizeof *head);
    old = head;
    report("set_robust_list of another size", syscall(SYS_set_robust_list, head, 16));
    report("set_robust_list", syscall(SYS_set_robust_list, NULL, sizeof *head));
    syscall(SYS_get_robust_list, getpid(), &head, &size);
    CHECK(head == NULL);
    report("of nobody", syscall(SYS_get_robust_list, 999999, &head, &size));
    syscall(SYS_set_robust_list, old, sizeof *head);
    pid_t pid = fork();
    if (pid == 0) {
        /* The C library registers it again in the child. */
        syscall(SYS_get_robust_list, 0, &head, &size);
        _exit(head == old ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status("list after fork", status);
}

/* A list made by hand: the words get FUTEX_OWNER_DIED and keep FUTEX_WAITERS. */
static void by_hand(void)
{
    struct entry {
        struct robust_list list;
        unsigned word;
    } *entries = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct robust_list_head *head = (void *)(entries + 10);
    pid_t pid = fork();
    if (pid == 0) {
        unsigned tid = (unsigned)gettid();
        head->list.next = &entries[0].list;
        head->futex_offset = offsetof(struct entry, word) - offsetof(struct entry, list);
        head->list_op_pending = &entries[3].list;
        entries[0].list.next = &entries[1].list;
        entries[1].list.next = &entries[2].list;
        entries[2].list.next = &head->list;
        entries[0].word = tid;
        entries[1].word = tid | FUTEX_WAITERS;
        entries[2].word = 12345;
        entries[3].word = tid;
        entries[4].word = tid;
        syscall(SYS_set_robust_list, head, sizeof *head);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 5; i++)
        say("word %d: %s%s%s\n", i, entries[i].word & FUTEX_OWNER_DIED ? "died " : "",
            entries[i].word & FUTEX_WAITERS ? "waiters " : "",
            (entries[i].word & FUTEX_TID_MASK) == 0               ? "free"
            : (entries[i].word & FUTEX_TID_MASK) == 12345         ? "another's"
            : (entries[i].word & FUTEX_TID_MASK) == (unsigned)pid ? "owned"
                                                                  : "?");
}

static pthread_mutex_t pi_mutex;
static long pi_count;

static void *pi_body(void *arg)
{
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&pi_mutex);
        pi_count++;
        pthread_mutex_unlock(&pi_mutex);
    }
    return arg;
}

static void priority_inheritance(void)
{
    pthread_t threads[4];
    mutex_init(&pi_mutex, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT, PTHREAD_PROCESS_PRIVATE,
               PTHREAD_MUTEX_ERRORCHECK);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, pi_body, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    say("counted under a PI mutex: %ld\n", pi_count);
    unsigned word = 0, tid = (unsigned)gettid();
    report("LOCK_PI", syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK(word == tid);
    report("LOCK_PI again", syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    report("TRYLOCK_PI", syscall(SYS_futex, &word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    report("UNLOCK_PI", syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    CHECK(word == 0);
    report("UNLOCK_PI of what is free", syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    word = 999999;
    report("LOCK_PI of a dead owner's", syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    pthread_mutex_lock(&pi_mutex);
    say("errorcheck: %s\n", named(pthread_mutex_lock(&pi_mutex)));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "exit") == 0) {
        settle();
        return 0;
    }
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    thread_dies("robust", PTHREAD_PRIO_NONE);
    thread_dies("robust PI", PTHREAD_PRIO_INHERIT);
    process_dies("exit", PTHREAD_PRIO_NONE, 0);
    process_dies("kill", PTHREAD_PRIO_NONE, SIGKILL);
    process_dies("exec", PTHREAD_PRIO_NONE, SIGSYS);
    process_dies("kill, PI", PTHREAD_PRIO_INHERIT, SIGKILL);
    list_calls();
    by_hand();
    priority_inheritance();
    return 0;
}
