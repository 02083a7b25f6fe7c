/* SPDX-License-Identifier: MIT */
/* test: modes=run timeout=10 */
/* RLIMIT_NPROC counts the processes of a user; root is free of it. */
#include "check.h"
#include <pthread.h>
#include <sys/resource.h>

static int forks(int most)
{
    pid_t children[20];
    int n = 0;

    while (n < most && (children[n] = fork()) >= 0) {
        if (children[n] == 0) {
            pause();
            _exit(0);
        }
        n++;
    }
    int error = errno;
    for (int i = 0; i < n; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    errno = error;
    return n;
}

static void *nothing(void *unused)
{
    return unused;
}

int main(void)
{
    struct rlimit limit = {4, 4};
    pthread_t thread;

    report("setrlimit", setrlimit(RLIMIT_NPROC, &limit));
    say("root: %d processes\n", forks(8));
    report("setgid", setgid(54321));
    report("setuid", setuid(54321));
    int n = forks(8);
    say("another user: %d processes, then %s\n", n, err_name(errno));
    limit.rlim_cur = 1;
    report("setrlimit", setrlimit(RLIMIT_NPROC, &limit));
    say("a thread: %s\n", err_name(pthread_create(&thread, NULL, nothing, NULL)));
    return 0;
}
