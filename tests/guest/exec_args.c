/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run links=static,dynamic,static-pie timeout=20 */
/* What execve hands over: arguments, environment, limits on both, and what survives in the new image. */
#include "check.h"
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define SELF "/proc/self/exe"
extern char **environ;
static char *const none[] = {NULL};
static char *const *volatile bad = (char *const *)8;

static int child_main(int argc, char **argv)
{
    int envc = 0;
    size_t bytes = 0;
    while (environ[envc])
        bytes += strlen(environ[envc++]);
    for (int i = 0; i < argc; i++)
        bytes += strlen(argv[i]);
    say("image: argc %d, envc %d, %zu bytes, argv[argc] %s\n", argc, envc, bytes,
        argv[argc] ? "set" : "null");
    if (argc > 0 && argc < 6)
        for (int i = 0; i < argc; i++)
            if (strlen(argv[i]) < 50)
                say("image: argv[%d] = <%s>\n", i, argv[i]);
    if (envc < 4)
        for (int i = 0; i < envc; i++)
            if (strlen(environ[i]) < 50)
                say("image: env <%s>\n", environ[i]);
    return 33;
}

static void run(const char *label, char *const argv[], char *const env[])
{
    pid_t pid = fork();
    if (pid == 0) {
        execve(SELF, argv, env);
        say("%s: %s\n", label, err_name(errno));
        _exit(1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status(label, status);
}

static int state_main(void)
{
    sigset_t set;
    struct sigaction action;
    stack_t stack;
    sigpending(&set);
    CHECK_THAT("pending signal survives", sigismember(&set, SIGUSR1));
    sigprocmask(SIG_BLOCK, NULL, &set);
    CHECK_THAT("mask survives", sigismember(&set, SIGUSR1) && !sigismember(&set, SIGUSR2));
    sigaction(SIGUSR2, NULL, &action);
    CHECK_THAT("a handler becomes the default", action.sa_handler == SIG_DFL);
    sigaction(SIGHUP, NULL, &action);
    CHECK_THAT("ignored stays ignored", action.sa_handler == SIG_IGN);
    sigaltstack(NULL, &stack);
    CHECK_THAT("no alternate stack", stack.ss_flags == SS_DISABLE);
    say("umask %04o\n", umask(0));
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    CHECK_THAT("comm is that of the file", strcmp(name, "changed") != 0);
    CHECK_THAT("parent death signal survives", prctl(PR_GET_PDEATHSIG, &action) == 0);
    CHECK_THAT("fd 60 is open", fcntl(60, F_GETFD) == 0);
    CHECK_THAT("fd 61 was closed on exec", fcntl(61, F_GETFD) == -1);
    CHECK_THAT("offset survives", lseek(60, 0, SEEK_CUR) == 3);
    CHECK_THAT("auxv: page size", getauxval(AT_PAGESZ) == 4096);
    CHECK_THAT("auxv: not secure", getauxval(AT_SECURE) == 0);
    CHECK_THAT("auxv: random is there", getauxval(AT_RANDOM) != 0);
    CHECK_THAT("auxv: ids", getauxval(AT_UID) == getuid() && getauxval(AT_EGID) == getegid());
    CHECK_THAT("auxv: file name", strcmp((char *)getauxval(AT_EXECFN), SELF) == 0);
    alarm(0);
    return 0;
}

static void keep_state(void)
{
    int fd = memfd_create("f", 0);
    if (ftruncate(fd, 10) < 0)
        die("ftruncate");
    dup2(fd, 60);
    dup3(fd, 61, O_CLOEXEC);
    lseek(60, 3, SEEK_SET);
    block_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    on_signal(SIGUSR2, (void *)_exit, 0);
    on_signal(SIGHUP, SIG_IGN, 0);
    static char alternate[65536];
    sigaltstack(&(stack_t){.ss_sp = alternate, .ss_size = sizeof alternate}, NULL);
    umask(0137);
    prctl(PR_SET_NAME, "changed");
    char *argv[] = {"x", "state", NULL};
    execv(SELF, argv);
    _exit(1);
}

static void limits(void)
{
    size_t most = 32 * 4096;
    char *big = malloc(most + 1);
    memset(big, 'a', most);
    big[most] = 0;
    char *argv[] = {"x", big, NULL};
    run("one argument of 128 KiB", argv, none);
    big[most - 1] = 0;
    run("one argument of 128 KiB - 1", argv, none);
    char *name[] = {"x", NULL}, *env[] = {big, NULL};
    run("one variable of 128 KiB - 1", name, env);

    big[100000] = 0;
    char **many = calloc(102, sizeof *many);
    for (int i = 0; i < 101; i++)
        many[i] = big;
    run("ten megabytes of arguments", many, none);
    many[15] = NULL;
    run("1.5 megabytes of arguments", many, none);
    many[15] = big;

    char **tiny = calloc(50001, sizeof *tiny);
    for (int i = 0; i < 50000; i++)
        tiny[i] = "ab";
    run("50000 arguments", tiny, none);
    struct rlimit limit = {1 << 20, 1 << 20};
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_STACK, &limit);
        many[2] = NULL;
        run("200 KB with a stack of 1 MiB", many, none);
        many[2] = big;
        many[3] = NULL;
        run("300 KB with a stack of 1 MiB", many, none);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "state") == 0)
        return state_main();
    if (argc > 1 || argc == 0 || argv[0][0] == 0 || getenv("CHILD") || strcmp(argv[0], "x") == 0)
        return child_main(argc, argv);

    char *plain[] = {"x", "one", "", "two words", NULL};
    char *env[] = {"A=1", "no equals sign", "", NULL}, *child[] = {"CHILD=1", NULL};
    run("plain", plain, env);
    run("empty environment", plain, none);
    run("null environment", plain, NULL);
    run("empty argv becomes one empty string", none, child);
    run("null argv becomes one empty string", NULL, child);
    run("empty name", (char *[]){"", NULL}, none);
    run("bad argv pointer", (char *[]){"x", (char *)8, NULL}, none);
    run("bad argv array", bad, none);
    run("bad environment array", plain, bad);
    limits();
    report_status("state", in_child(keep_state));
    return 0;
}
