/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* wait4, waitpid and waitid with every option and selector. */
#include "check.h"
#include <sys/resource.h>

static const char *code_name(int code)
{
    static const char *const names[] = {"0", "EXITED", "KILLED", "DUMPED", "TRAPPED", "STOPPED", "CONTINUED"};
    return code >= 0 && code <= 6 ? names[code] : "?";
}

static void show(const char *label, const siginfo_t *info, pid_t expected)
{
    say("%s: signo %d code %s status %d errno %d, %s\n", label, info->si_signo, code_name(info->si_code),
        info->si_status, info->si_errno,
        info->si_pid == expected ? "the child"
        : info->si_pid           ? "other"
                                 : "nobody");
}

static pid_t start(int how)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    if (how < 0)
        for (;;)
            pause();
    _exit(how);
}

static void nohang(void)
{
    int status = 123;
    pid_t pid = start(-1);
    report("WNOHANG on a living child", waitpid(pid, &status, WNOHANG));
    say("status untouched: %d\n", status);
    report("WNOHANG on any", waitpid(-1, &status, WNOHANG));
    siginfo_t info;
    memset(&info, 0x55, sizeof info);
    report("waitid WNOHANG", waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG));
    say("pid and signo are zeroed: %d %d\n", info.si_pid, info.si_signo);
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("killed", status);
    report("no child", waitpid(pid, &status, WNOHANG));
}

static void stop_and_continue(void)
{
    int status;
    siginfo_t info;
    pid_t pid = start(-1);
    kill(pid, SIGSTOP);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    report_status("WUNTRACED", status);
    report("a stop is told once", waitpid(pid, &status, WUNTRACED | WNOHANG));
    kill(pid, SIGCONT);
    CHECK(waitpid(pid, &status, WCONTINUED) == pid);
    report_status("WCONTINUED", status);
    report("a continue is told once", waitpid(pid, &status, WCONTINUED | WNOHANG));

    kill(pid, SIGSTOP);
    CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0);
    show("stopped, left", &info, pid);
    CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED) == 0);
    show("stopped, taken", &info, pid);
    report("taken", waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG));
    report("plain wait does not see the stop", waitpid(pid, &status, WNOHANG));
    kill(pid, SIGCONT);
    CHECK(waitid(P_PID, (id_t)pid, &info, WCONTINUED) == 0);
    show("continued", &info, pid);
    kill(pid, SIGSTOP);
    CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0);
    kill(pid, SIGKILL);
    CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED) == 0);
    show("killed while stopped", &info, pid);
}

static void nowait(void)
{
    siginfo_t info;
    int status;
    pid_t pid = start(77);
    for (int i = 0; i < 2; i++) {
        CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
        show("WNOWAIT", &info, pid);
    }
    CHECK_THAT("a zombie can be signalled", kill(pid, 0) == 0 && kill(pid, SIGTERM) == 0);
    CHECK(waitpid(pid, &status, 0) == pid);
    report_status("taken at last", status);
    CHECK_THAT("gone", kill(pid, 0) == -1 && errno == ESRCH);
}

static void groups(void)
{
    siginfo_t info;
    int status;
    pid_t a = fork();
    if (a == 0) {
        setpgid(0, 0);
        pause();
        _exit(0);
    }
    setpgid(a, a);
    pid_t b = fork();
    if (b == 0) {
        setpgid(0, a);
        _exit(4);
    }
    setpgid(b, a);
    pid_t c = start(5);
    CHECK(waitid(P_PID, (id_t)c, &info, WEXITED | WNOWAIT) == 0);
    CHECK(waitpid(0, &status, 0) == c);
    report_status("group 0 is ours", status);
    report("none left in ours", waitpid(0, &status, 0));
    CHECK(waitpid(-a, &status, 0) == b);
    report_status("negative pid", status);
    report("waitid P_PGID with nothing", waitid(P_PGID, (id_t)a, &info, WEXITED | WNOHANG));
    CHECK_THAT("killing a group", kill(-a, SIGTERM) == 0);
    CHECK(waitid(P_PGID, (id_t)a, &info, WEXITED) == 0);
    show("P_PGID", &info, a);
    report("empty group", waitid(P_PGID, (id_t)a, &info, WEXITED));
    pid_t d = start(6);
    CHECK(waitid(P_PGID, 0, &info, WEXITED) == 0);
    show("P_PGID 0", &info, d);
}

static void errors(void)
{
    siginfo_t info;
    int status;
    report("waitid without options", waitid(P_ALL, 0, &info, 0));
    report("waitid with WNOHANG alone", waitid(P_ALL, 0, &info, WNOHANG));
    report("waitid with an unknown option", waitid(P_ALL, 0, &info, WEXITED | 0x100));
    report("waitid with an unknown kind", waitid((idtype_t)9, 1, &info, WEXITED));
    report("waitid P_PID 0", waitid(P_PID, 0, &info, WEXITED));
    report("waitid P_PIDFD of a bad descriptor", waitid(P_PIDFD, 999, &info, WEXITED));
    report("waitid P_PIDFD of another file", waitid(P_PIDFD, 1, &info, WEXITED));
    report("waitpid with an unknown option", waitpid(-1, &status, 0x100));
    report("wait4 of INT_MIN", syscall(SYS_wait4, INT32_MIN, NULL, 0, NULL));
    report("no children", waitid(P_ALL, 0, &info, WEXITED));
    report("not a child", waitpid(getppid() ? getppid() : 1, &status, 0));
    pid_t pid = start(3);
    CHECK(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT) == 0);
    report("status to a bad address", wait4(pid, (int *)8, 0, NULL));
    report("the child is gone nevertheless", wait4(pid, &status, 0, NULL));
    pid = start(3);
    CHECK(wait4(pid, NULL, 0, NULL) == pid);
}

static void raw_waitid(void)
{
    struct rusage usage;
    memset(&usage, 0xff, sizeof usage);
    pid_t pid = start(9);
    report_raw("raw waitid", syscall(SYS_waitid, P_PID, pid, NULL, WEXITED, &usage));
    CHECK_THAT("usage was filled in", usage.ru_maxrss > 0 && usage.ru_utime.tv_sec == 0);
}

int main(void)
{
    siginfo_t info;
    nohang();
    stop_and_continue();
    nowait();
    groups();
    errors();
    raw_waitid();
    pid_t first = start(1);
    CHECK(waitid(P_ALL, 0, &info, WEXITED) == 0);
    show("P_ALL", &info, first);
    CHECK_THAT("uid of the child", info.si_uid == getuid());
    return 0;
}
