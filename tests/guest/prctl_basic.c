/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* prctl: names, death signals, dumpability, no-new-privileges, timer slack, capability bits. */
#include "check.h"
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/prctl.h>

static void read_comm(const char *label, const char *path)
{
    char text[64] = "";
    int fd = open(path, O_RDONLY);
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size > 0)
        text[size - 1] = 0;
    say("%s: <%s>\n", label, text);
}

static void *thread_name(void *arg)
{
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    say("thread inherits <%s>\n", name);
    prctl(PR_SET_NAME, "other");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", gettid());
    read_comm("thread's comm", path);
    int signal_number = -1;
    prctl(PR_GET_PDEATHSIG, &signal_number);
    say("thread's death signal %d\n", signal_number);
    return arg;
}

static void names(void)
{
    char name[17] = "";
    report("PR_SET_NAME", prctl(PR_SET_NAME, "a name that is longer than fifteen"));
    report("PR_GET_NAME", prctl(PR_GET_NAME, name));
    say("name <%s>\n", name);
    read_comm("comm", "/proc/self/comm");
    prctl(PR_SET_NAME, "main (x) y");
    pthread_t thread;
    pthread_create(&thread, NULL, thread_name, NULL);
    pthread_join(thread, NULL);
    prctl(PR_GET_NAME, name);
    say("name <%s>\n", name);
    int fd = open("/proc/self/comm", O_WRONLY);
    report("write to comm", write(fd, "written", 7));
    close(fd);
    prctl(PR_GET_NAME, name);
    say("name <%s>\n", name);
    report("PR_SET_NAME of a bad pointer", prctl(PR_SET_NAME, 8));
    if (fork() == 0) {
        prctl(PR_GET_NAME, name);
        say("child <%s>\n", name);
        _exit(0);
    }
    wait(NULL);
}

static void death_signal(void)
{
    int number = -1;
    report("PR_GET_PDEATHSIG", prctl(PR_GET_PDEATHSIG, &number));
    say("number %d\n", number);
    report("PR_SET_PDEATHSIG", prctl(PR_SET_PDEATHSIG, SIGUSR2));
    report("PR_SET_PDEATHSIG 65", prctl(PR_SET_PDEATHSIG, 65));
    prctl(PR_GET_PDEATHSIG, &number);
    say("number %d\n", number);
    if (fork() == 0) {
        prctl(PR_GET_PDEATHSIG, &number);
        say("cleared in the child: %d\n", number);
        _exit(0);
    }
    wait(NULL);
    prctl(PR_SET_PDEATHSIG, 0);
}

static void flags(void)
{
    report("PR_GET_DUMPABLE", prctl(PR_GET_DUMPABLE));
    report("PR_SET_DUMPABLE 2", prctl(PR_SET_DUMPABLE, 2));
    report("PR_SET_DUMPABLE 0", prctl(PR_SET_DUMPABLE, 0));
    report("PR_GET_DUMPABLE", prctl(PR_GET_DUMPABLE));
    prctl(PR_SET_DUMPABLE, 1);
    report("PR_GET_KEEPCAPS", prctl(PR_GET_KEEPCAPS));
    report("PR_SET_KEEPCAPS 1", prctl(PR_SET_KEEPCAPS, 1));
    report("PR_GET_KEEPCAPS", prctl(PR_GET_KEEPCAPS));
    report("PR_SET_KEEPCAPS 2", prctl(PR_SET_KEEPCAPS, 2));
    prctl(PR_SET_KEEPCAPS, 0);
    report("PR_GET_TIMING", prctl(PR_GET_TIMING));
    report("PR_SET_TIMING 1", prctl(PR_SET_TIMING, 1));
    report("PR_SET_TIMERSLACK", prctl(PR_SET_TIMERSLACK, 70000));
    report("PR_GET_TIMERSLACK", prctl(PR_GET_TIMERSLACK));
    report("PR_SET_TIMERSLACK 0", prctl(PR_SET_TIMERSLACK, 0));
    report("PR_GET_TIMERSLACK", prctl(PR_GET_TIMERSLACK));
    report("PR_GET_SECCOMP", prctl(PR_GET_SECCOMP));
    report("PR_GET_THP_DISABLE", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    int tsc = 0;
    report("PR_GET_TSC", prctl(PR_GET_TSC, &tsc));
    say("tsc %d\n", tsc);
    report("unknown option", prctl(99999));
    report("PR_GET_SECUREBITS", prctl(PR_GET_SECUREBITS));
    report("PR_CAPBSET_READ CHOWN", prctl(PR_CAPBSET_READ, CAP_CHOWN));
    report("PR_CAPBSET_READ of 1000", prctl(PR_CAPBSET_READ, 1000));
    report("PR_CAP_AMBIENT_IS_SET", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
    report("PR_SET_NO_NEW_PRIVS 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    report("PR_GET_NO_NEW_PRIVS", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    report("PR_SET_NO_NEW_PRIVS", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    report("PR_GET_NO_NEW_PRIVS", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (fork() == 0) {
        report("child's PR_GET_NO_NEW_PRIVS", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
        _exit(0);
    }
    wait(NULL);
}

int main(void)
{
    names();
    death_signal();
    flags();
    return 0;
}
