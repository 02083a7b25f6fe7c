/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=10 */
/* #! scripts and their chains, files that are not programs, execveat, and the errors of exec. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char dir[] = "/tmp/exec.XXXXXX";
static char text[400];

static const char *in_dir(const char *name)
{
    static char path[4][512];
    static int next;
    char *slot = path[next++ & 3];
    snprintf(slot, sizeof path[0], "%s/%s", dir, name);
    return slot;
}

static void put(const char *name, const void *data, size_t size, mode_t mode)
{
    int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        die("write a file");
    fchmod(fd, mode);
    close(fd);
}

static void put_text(const char *name, const char *content)
{
    put(name, content, strlen(content), 0755);
}

static void copy_self(void)
{
    int in = open("/proc/self/exe", O_RDONLY),
        out = open(in_dir("self"), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    static char block[65536];
    ssize_t size;
    while ((size = read(in, block, sizeof block)) > 0)
        if (write(out, block, (size_t)size) != size)
            die("copy");
    close(in);
    close(out);
}

/* Prints our arguments with the name of the folder, which varies, replaced. */
static int child_main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        char *found = strstr(argv[i], "/tmp/exec.");
        if (found)
            say("  argv[%d] = <%.*sDIR%s>\n", i, (int)(found - argv[i]), argv[i], found + strlen(dir));
        else if (strncmp(argv[i], "/dev/fd/", 8) == 0)
            say("  argv[%d] = </dev/fd/N%s>\n", i, argv[i] + strcspn(argv[i] + 8, "/") + 8);
        else
            say("  argv[%d] = <%s>\n", i, argv[i]);
    }
    return 12;
}

static void run_at(const char *label, int fd, const char *path, int flags)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {"zero", "one", "two", NULL}, *env[] = {NULL};
        syscall(SYS_execveat, fd, path, argv, env, flags);
        say("%s: %s\n", label, err_name(errno));
        _exit(1);
    }
    int status;
    waitpid(pid, &status, 0);
    report_status(label, status);
}

static void run(const char *label, const char *name)
{
    run_at(label, AT_FDCWD, in_dir(name), 0);
}

static void scripts(void)
{
    snprintf(text, sizeof text, "#!%s/self", dir);
    put_text("bare", text);
    run("script without a newline", "bare");
    snprintf(text, sizeof text, "#! \t %s/self  an argument  with spaces \t\n", dir);
    put_text("spaces", text);
    run("script with one argument of several words", "spaces");
    snprintf(text, sizeof text, "#!%s/bare\n", dir);
    put_text("level2", text);
    run("script run by a script", "level2");
    for (int i = 3; i <= 7; i++) {
        char name[16];
        snprintf(text, sizeof text, "#!%s/level%d x\n", dir, i - 1);
        snprintf(name, sizeof name, "level%d", i);
        put_text(name, text);
        char label[32];
        snprintf(label, sizeof label, "chain of %d", i);
        run(label, name);
    }
    snprintf(text, sizeof text, "#!%s/loop\n", dir);
    put_text("loop", text);
    run("script that runs itself", "loop");
    put_text("missing", "#!/no/such/interpreter\n");
    run("missing interpreter", "missing");
    put_text("blank", "#!   \n");
    run("no interpreter", "blank");
    put_text("relative", "#!self\n");
    if (chdir(dir) < 0)
        die("chdir");
    run("relative interpreter", "relative");
    put_text("folder", "#!/tmp\n");
    run("interpreter is a folder", "folder");
    size_t length = (size_t)snprintf(text, sizeof text, "#!%s/self ", dir);
    memset(text + length, 'y', 300 - length);
    text[300] = 0;
    put_text("long", text);
    run("line longer than 255", "long");
    memset(text + 2, 'z', 298);
    put_text("longname", text);
    run("interpreter's name longer than 255", "longname");
}

static void not_programs(void)
{
    put_text("text", "echo hello\n");
    run("text without #!", "text");
    put_text("empty", "");
    run("empty file", "empty");
    put("magic", "\177ELF", 4, 0755);
    run("only the magic", "magic");
    put("mode", "#!/bin/sh\n", 10, 0644);
    run("not executable", "mode");
    run("a folder", ".");
    run("nothing", "nothing");
    run("a file as a folder", "text/x");
    char header[64] = "\177ELF\2\1\1";
    header[16] = 2;
    header[18] = 183 - 256; /* EM_AARCH64 */
    put("arm", header, sizeof header, 0755);
    run("another machine", "arm");
    int fd = open(in_dir("self"), O_WRONLY | O_CLOEXEC);
    run("open for writing", "self");
    close(fd);
    run("no longer open for writing", "self");
    if (symlink("self", in_dir("link")) || symlink("turn", in_dir("turn")))
        die("symlink");
    run("symbolic link", "link");
    run("symbolic link to itself", "turn");
    report("execve of a null path", syscall(SYS_execve, NULL, NULL, NULL));
    report("execve of an empty path", syscall(SYS_execve, "", NULL, NULL));
}

static void at(void)
{
    int folder = open(dir, O_PATH | O_DIRECTORY), file = open(in_dir("self"), O_PATH),
        script = open(in_dir("bare"), O_RDONLY), closing = open(in_dir("bare"), O_RDONLY | O_CLOEXEC);
    run_at("relative to a folder", folder, "self", 0);
    run_at("empty path", file, "", AT_EMPTY_PATH);
    run_at("empty path without the flag", file, "", 0);
    run_at("script by its descriptor", script, "", AT_EMPTY_PATH);
    run_at("script by a closing descriptor", closing, "", AT_EMPTY_PATH);
    run_at("script relative to a folder", folder, "bare", 0);
    run_at("link not followed", folder, "link", AT_SYMLINK_NOFOLLOW);
    run_at("bad flag", folder, "self", 0x40000000);
    run_at("bad descriptor", 999, "self", 0);
    run_at("descriptor of a file", file, "self", 0);
    int memory = memfd_create("prog", MFD_CLOEXEC), in = open("/proc/self/exe", O_RDONLY);
    static char block[65536];
    ssize_t size;
    while ((size = read(in, block, sizeof block)) > 0)
        if (write(memory, block, (size_t)size) != size)
            die("copy");
    run_at("a memfd open for writing", memory, "", AT_EMPTY_PATH);
}

int main(int argc, char **argv)
{
    if (argc > 1 || (argc > 0 && strncmp(argv[0], "/tmp/exec.", 10) == 0))
        return child_main(argc, argv);
    if (!mkdtemp(dir))
        die("mkdtemp");
    umask(022);
    copy_self();
    scripts();
    not_programs();
    at();
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", dir, NULL);
        execl("/bin/busybox", "rm", "-rf", dir, NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    return 0;
}
