/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,overlay,image timeout=20 */
/* Locks: fcntl's of the process and of the description, flock, across fork, dup and close. */
#include "check.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static int fd;

static long lock(int file, int cmd, short type, long start, long len)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(file, cmd, &l);
}

/* What another process sees. */
static void seen(const char *label, long start, long len)
{
    fflush(NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
        int own = open("f", O_RDWR);
        if (fcntl(own, F_GETLK, &l) < 0)
            report(label, -1);
        else if (l.l_type == F_UNLCK)
            say("%s: free\n", label);
        else
            say("%s: %s from %ld, %ld bytes, of %s\n", label, l.l_type == F_RDLCK ? "read" : "write",
                (long)l.l_start, (long)l.l_len,
                l.l_pid == parent ? "the parent"
                : l.l_pid == -1   ? "a description"
                                  : "somebody");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void of_process(void)
{
    report("write lock", lock(fd, F_SETLK, F_WRLCK, 10, 20));
    seen("inside", 15, 1);
    seen("before", 0, 10);
    seen("across", 5, 10);
    report("read lock in the middle", lock(fd, F_SETLK, F_RDLCK, 15, 5));
    seen("middle", 15, 5);
    seen("first part", 10, 5);
    report("unlock a part", lock(fd, F_SETLK, F_UNLCK, 12, 2));
    seen("unlocked", 12, 2);
    report("to the end", lock(fd, F_SETLK, F_WRLCK, 100, 0));
    seen("far away", 1000000, 1);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -5, .l_len = 5};
    report("from the end", fcntl(fd, F_SETLK, &l));
    seen("the last five", 495, 1);
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = -1, .l_len = 1};
    report("negative start", fcntl(fd, F_SETLK, &l));
    l = (struct flock){.l_type = 77, .l_whence = SEEK_SET};
    report("unknown type", fcntl(fd, F_SETLK, &l));
    report("own GETLK", lock(fd, F_GETLK, F_WRLCK, 0, 0));
    int other = open("f", O_RDONLY);
    report("write lock of O_RDONLY", lock(other, F_SETLK, F_WRLCK, 300, 1));
    report("read lock of O_RDONLY", lock(other, F_SETLK, F_RDLCK, 300, 1));
    close(other);
    seen("any close drops all", 0, 0);
    lock(fd, F_SETLK, F_WRLCK, 0, 0);
    pid_t pid = fork();
    if (pid == 0) {
        report("the child does not inherit", lock(fd, F_SETLK, F_WRLCK, 0, 1));
        close(fd);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    seen("the child's close drops nothing", 0, 0);
    struct stat st;
    fstat(fd, &st);
    stat("f", &st);
    access("f", R_OK);
    seen("nor do stat and access", 0, 0);
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void of_description(void)
{
    int other = open("f", O_RDWR);
    report("OFD write lock", lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10));
    report("against another description", lock(other, F_OFD_SETLK, F_WRLCK, 5, 1));
    report("against the process", lock(other, F_SETLK, F_WRLCK, 5, 1));
    seen("seen", 0, 1);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_pid = 1};
    report("l_pid must be 0", fcntl(fd, F_OFD_SETLK, &l));
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
    report("OFD GETLK", fcntl(other, F_OFD_GETLK, &l));
    say("type %d pid %d\n", l.l_type, (int)l.l_pid);
    int copy = dup(fd);
    close(copy);
    report("closing a duplicate keeps it", lock(other, F_OFD_SETLK, F_RDLCK, 0, 1));
    pid_t pid = fork();
    if (pid == 0)
        _exit(lock(fd, F_OFD_SETLK, F_UNLCK, 0, 5) < 0);
    waitpid(pid, NULL, 0);
    report("the child shares it", lock(other, F_OFD_SETLK, F_WRLCK, 0, 5));
    close(other);
    lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0);
}

static void whole(void)
{
    int other = open("f", O_RDONLY);
    report("flock", flock(fd, LOCK_EX));
    report("flock of another", flock(other, LOCK_SH | LOCK_NB));
    report("flock again", flock(fd, LOCK_SH));
    report("flock shared", flock(other, LOCK_SH | LOCK_NB));
    report("flock upgrade", flock(other, LOCK_EX | LOCK_NB));
    report("flock unlock", flock(fd, LOCK_UN));
    report("flock of another", flock(other, LOCK_EX | LOCK_NB));
    pid_t pid = fork();
    if (pid == 0) {
        close(other);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    report("still held after the child's close", flock(fd, LOCK_EX | LOCK_NB));
    close(other);
    report("free after the last close", flock(fd, LOCK_EX | LOCK_NB));
    report("flock nonsense", flock(fd, 77));
    flock(fd, LOCK_UN);
    int folder = open(".", O_RDONLY);
    report("flock of a folder", flock(folder, LOCK_EX | LOCK_NB));
    close(folder);
}

static void on_alarm(int number)
{
    (void)number;
}

static void waiting(void)
{
    int pipes[2];
    char byte;
    if (pipe(pipes) < 0)
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        int own = open("f", O_RDWR);
        lock(own, F_SETLK, F_WRLCK, 0, 0);
        flock(own, LOCK_EX);
        write(pipes[1], "x", 1);
        sleep_ms(200);
        _exit(0);
    }
    read(pipes[0], &byte, 1);
    long before = now_ms();
    report("F_SETLKW waits", lock(fd, F_SETLKW, F_WRLCK, 0, 0));
    CHECK_THAT("it took time", now_ms() - before > 50);
    waitpid(pid, NULL, 0);
    report("flock waits for the end", flock(fd, LOCK_EX));
    flock(fd, LOCK_UN);
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    pid = fork();
    if (pid == 0) {
        int own = open("f", O_RDWR);
        lock(own, F_SETLK, F_WRLCK, 0, 0);
        write(pipes[1], "x", 1);
        sleep_ms(3000);
        _exit(0);
    }
    read(pipes[0], &byte, 1);
    on_signal(SIGALRM, (void *)on_alarm, 0);
    ualarm(50000, 50000);
    report("F_SETLKW interrupted", lock(fd, F_SETLKW, F_WRLCK, 0, 0));
    ualarm(0, 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    report("free after the holder's death", lock(fd, F_SETLK, F_WRLCK, 0, 0));
    /* A deadlock is found. */
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    lock(fd, F_SETLK, F_WRLCK, 0, 1);
    pid = fork();
    if (pid == 0) {
        lock(fd, F_SETLK, F_WRLCK, 1, 1);
        write(pipes[1], "x", 1);
        long r = lock(fd, F_SETLKW, F_WRLCK, 0, 1);
        _exit(r == 0 ? 0 : errno == EDEADLK ? 2 : 1);
    }
    read(pipes[0], &byte, 1);
    sleep_ms(500);
    report("deadlock", lock(fd, F_SETLKW, F_WRLCK, 1, 1));
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    int status;
    waitpid(pid, &status, 0);
    report_status("the other", status);
}

int main(void)
{
    mkdir("locks.d", 0755);
    if (chdir("locks.d") < 0)
        die("chdir");
    fd = open("f", O_CREAT | O_RDWR, 0644);
    if (ftruncate(fd, 500) < 0)
        die("ftruncate");
    of_process();
    of_description();
    whole();
    waiting();
    return 0;
}
