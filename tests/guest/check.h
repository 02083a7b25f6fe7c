/* SPDX-License-Identifier: MIT */
/*
 * What every guest test shares: one line of output per fact, the same on each run.
 *
 * A test prints relations, names and counts; never a pid, an address or a time. Its output is compared with
 * that of the host's own kernel, so a line may state any result, an error as well, as long as it is always
 * the same one. Lines are written at once, without stdio, so that fork and exec neither lose nor double them.
 * Include it first. A test may run as pid 1 of its namespace: what the default action of a signal does is
 * tried in children.
 */
#ifndef CORACLE_TESTS_GUEST_CHECK_H
#define CORACLE_TESTS_GUEST_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wunused-function"

/* Prints one line (or part of one), formatted as printf does, in one write. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (size > (int)sizeof line - 1)
        size = sizeof line - 1;
    if (write(1, line, (size_t)size) != size)
        _exit(99);
}

/* The name of an error number: "ENOENT". */
static const char *err_name(int number)
{
    const char *name = strerrorname_np(number);
    return name ? name : "E?";
}

/* The name of a signal without its prefix: "SEGV"; real-time ones are counted from 32 as the kernel does. */
static const char *sig_name(int number)
{
    static char text[8][16];
    static int next;
    const char *name = number < 32 ? sigabbrev_np(number) : NULL;
    if (name)
        return name;
    char *slot = text[next++ & 7];
    snprintf(slot, sizeof text[0], "RT%d", number - 32);
    return slot;
}

/* States a condition in its own words: "CHECK condition: ok" or "FAIL". Evaluates to the condition. */
#define CHECK(cond) check_line(#cond, !!(cond))
/* The same with a label of one's own, for conditions that read badly. */
#define CHECK_THAT(label, cond) check_line(label, !!(cond))

static bool check_line(const char *label, bool good)
{
    say("%s: %s\n", label, good ? "ok" : "FAIL");
    return good;
}

/* Prints "label = value", or the name of errno if the value is -1: for results of the C library. */
static long report(const char *label, long value)
{
    int error = errno;
    if (value == -1)
        say("%s = -1 %s\n", label, err_name(error));
    else
        say("%s = %ld\n", label, value);
    errno = error;
    return value;
}

/* Prints only whether a call succeeded, for results that differ from run to run (pids, descriptors,
 * addresses). */
static long report_ok(const char *label, long value)
{
    if (value == -1)
        return report(label, value);
    say("%s = ok\n", label);
    return value;
}

/* For results in the kernel's own form: -4095..-1 are errors. */
static long report_raw(const char *label, long value)
{
    if (value < 0 && value >= -4095)
        say("%s = -1 %s\n", label, err_name((int)-value));
    else
        say("%s = %ld\n", label, value);
    return value;
}

/* Prints a wait status in words. */
static void report_status(const char *label, int status)
{
    if (WIFEXITED(status))
        say("%s: exited %d\n", label, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("%s: killed by %s\n", label, sig_name(WTERMSIG(status)));
    else if (WIFSTOPPED(status))
        say("%s: stopped by %s (event %d)\n", label, sig_name(WSTOPSIG(status)), status >> 16);
    else if (WIFCONTINUED(status))
        say("%s: continued\n", label);
    else
        say("%s: status %#x\n", label, (unsigned)status);
}

/* Ends the test with the reason why it could not be carried out. */
__attribute__((noreturn)) static void die(const char *what)
{
    say("cannot %s: %s\n", what, err_name(errno));
    _exit(98);
}

/* Runs a function in a forked child, whose exit status is 0 unless the function exits, and returns the wait
 * status. */
static int in_child(void (*body)(void))
{
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        body();
        _exit(0);
    }
    int status = -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            die("waitpid");
    return status;
}

static void sleep_ms(long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

/* Time enough for another thread or process to reach the call in which it will block. */
static void settle(void)
{
    sleep_ms(100);
}

/* Milliseconds of the monotonic clock, to state that something took at least, or not nearly, so long. */
static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Installs a handler with the given flags (SA_SIGINFO if it takes three arguments is the caller's to say). */
static void on_signal(int number, void *handler, int flags)
{
    struct sigaction action = {0};
    action.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, NULL) < 0)
        die("sigaction");
}

/* Blocks or unblocks one signal for the calling thread. */
static void block_signal(int how, int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(how, &set, NULL);
}

#endif
