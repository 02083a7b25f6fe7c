/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run,overlay timeout=20 */
/* Reading and writing: positions, vectors, holes, sizes, and moving data between descriptors. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int fd;
static char buf[8192];

static void text(const char *label, long n)
{
    if (n < 0) {
        report(label, n);
        return;
    }
    char line[64];
    long k = n < 48 ? n : 48;
    for (long i = 0; i < k; i++)
        line[i] = buf[i] >= 32 ? buf[i] : '.';
    say("%s = %ld '%.*s'\n", label, n, (int)k, line);
}

static void positions(void)
{
    fd = open("f", O_CREAT | O_RDWR | O_TRUNC, 0644);
    report("write", write(fd, "0123456789", 10));
    report("lseek", lseek(fd, 3, SEEK_SET));
    text("read", read(fd, buf, 4));
    report("lseek current", lseek(fd, -2, SEEK_CUR));
    report("lseek end", lseek(fd, -1, SEEK_END));
    report("lseek negative", lseek(fd, -1, SEEK_SET));
    report("lseek unknown", lseek(fd, 0, 9));
    text("pread", pread(fd, buf, 4, 8));
    text("pread behind", pread(fd, buf, 4, 100));
    report("pread negative", pread(fd, buf, 4, -1));
    report("pwrite", pwrite(fd, "XY", 2, 12));
    text("pread hole", pread(fd, buf, 20, 0));
    report("lseek", lseek(fd, 0, SEEK_CUR));
    struct iovec v[3] = {{"aa", 2}, {NULL, 0}, {"bbb", 3}};
    report("pwritev", pwritev(fd, v, 3, 1));
    v[0] = (struct iovec){buf, 3};
    v[2] = (struct iovec){buf + 3, 5};
    text("preadv", preadv(fd, v, 3, 0));
    report("preadv2 at position", preadv2(fd, v, 3, -1, 0));
    report("preadv2 bad flags", preadv2(fd, v, 3, 0, 0x1000));
    report("pwritev2 append", pwritev2(fd, (struct iovec[]){{"end", 3}}, 1, 0, RWF_APPEND));
    report("readv too many", readv(fd, v, 1025));
    report("readv none", readv(fd, v, 0));
    v[0].iov_len = (size_t)-1;
    report("readv too long", readv(fd, v, 1));
    int other = open("f", O_WRONLY | O_APPEND);
    report("append", write(other, "!", 1));
    report("read of O_WRONLY", read(other, buf, 1));
    report("pwrite of O_APPEND goes to the end", pwrite(other, "?", 1, 0));
    close(other);
    other = open("f", O_RDONLY);
    report("write of O_RDONLY", write(other, "", 1));
    text("all", read(other, buf, sizeof buf));
    close(other);
    report("read bad address", pread(fd, (void *)8, 4, 0));
    report("write bad address", write(fd, (void *)8, 4));
    report("read of a folder", read(open(".", O_RDONLY), buf, 1));
}

static void holes(void)
{
    struct stat st;
    report("ftruncate", ftruncate(fd, 1 << 20));
    fstat(fd, &st);
    say("size %ld\n", (long)st.st_size);
    report("pwrite", pwrite(fd, "x", 1, 1 << 19) == 1);
    report("SEEK_DATA", lseek(fd, 4096 * 3, SEEK_DATA));
    report("SEEK_HOLE", lseek(fd, 1 << 19, SEEK_HOLE));
    report("SEEK_DATA behind", lseek(fd, (1 << 19) + 4096, SEEK_DATA));
    report("SEEK_DATA beyond", lseek(fd, 1 << 21, SEEK_DATA));
    report("fallocate", fallocate(fd, 0, 1 << 20, 4096));
    fstat(fd, &st);
    say("size %ld\n", (long)st.st_size);
    report("fallocate keep size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 1 << 21, 4096));
    report("fallocate punch", fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 1 << 19, 4096));
    text("punched", pread(fd, buf, 1, 1 << 19));
    report("fallocate negative", fallocate(fd, 0, -1, 1));
    report("fallocate nothing", fallocate(fd, 0, 0, 0));
    report("truncate", truncate("f", 5));
    text("read", pread(fd, buf, 100, 0));
    report("truncate negative", truncate("f", -1));
    report("truncate folder", truncate(".", 0));
    report("truncate nothing", truncate("none", 0));
    int other = open("f", O_RDONLY);
    report("ftruncate of O_RDONLY", ftruncate(other, 0));
    close(other);
    report("fsync", fsync(fd));
    report("fdatasync", fdatasync(fd));
    report("syncfs", syncfs(fd));
    report("sync_file_range", sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    report("readahead", readahead(fd, 0, 4096));
    report("posix_fadvise", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
    report("posix_fadvise unknown", posix_fadvise(fd, 0, 0, 99));
}

static void moving(void)
{
    int to = open("g", O_CREAT | O_RDWR | O_TRUNC, 0644), pipes[2];
    ftruncate(fd, 0);
    pwrite(fd, "The quick brown fox jumps", 25, 0);
    off_t at = 4, out = 0;
    report("sendfile", sendfile(to, fd, &at, 5));
    say("offset %ld, position %ld\n", (long)at, (long)lseek(fd, 0, SEEK_CUR) >= 0);
    lseek(fd, 10, SEEK_SET);
    report("sendfile at position", sendfile(to, fd, NULL, 6));
    text("moved", pread(to, buf, 100, 0));
    at = 0;
    out = 20;
    report("copy_file_range", copy_file_range(fd, &at, to, &out, 9, 0));
    say("offsets %ld %ld\n", (long)at, (long)out);
    text("moved", pread(to, buf, 100, 0));
    report("copy_file_range flags", copy_file_range(fd, &at, to, &out, 9, 1));
    report("copy_file_range overlapping", (at = 0, out = 2, copy_file_range(fd, &at, fd, &out, 9, 0)));
    if (pipe(pipes) < 0)
        die("pipe");
    at = 4;
    report("splice to a pipe", splice(fd, &at, pipes[1], NULL, 11, 0));
    report("tee", tee(pipes[0], pipes[1], 0, 0));
    text("read", read(pipes[0], buf, 100));
    write(pipes[1], "through", 7);
    out = 3;
    report("splice from a pipe", splice(pipes[0], NULL, to, &out, 7, 0));
    text("moved", pread(to, buf, 100, 0));
    report("splice without a pipe", splice(fd, NULL, to, NULL, 5, 0));
    report("splice with an offset of a pipe", splice(pipes[0], &at, to, NULL, 5, 0));
    struct iovec v = {"vmspliced", 9};
    report("vmsplice", vmsplice(pipes[1], &v, 1, 0));
    text("read", read(pipes[0], buf, 100));
    report("sendfile to a pipe", (at = 0, sendfile(pipes[1], fd, &at, 3)));
    text("read", read(pipes[0], buf, 100));
    close(to);
}

static void mapped(void)
{
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memcpy(map, "MAP", 3);
    text("seen by read", pread(fd, buf, 8, 0));
    pwrite(fd, "file", 4, 0);
    say("seen in the mapping: %.4s\n", map);
    report("msync", msync(map, 4096, MS_SYNC));
    munmap(map, 4096);
    int other = open("f", O_RDONLY);
    report("shared writable of O_RDONLY",
           mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, other, 0) == MAP_FAILED ? -1 : 0);
    report("private writable of O_RDONLY",
           mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, other, 0) == MAP_FAILED ? -1 : 0);
    close(other);
}

static void offsets_shared(void)
{
    lseek(fd, 0, SEEK_SET);
    int copy = dup(fd);
    read(copy, buf, 3);
    report("dup shares the offset", lseek(fd, 0, SEEK_CUR));
    pid_t pid = fork();
    if (pid == 0) {
        lseek(fd, 7, SEEK_SET);
        fcntl(fd, F_SETFL, O_APPEND);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    report("so does fork", lseek(fd, 0, SEEK_CUR));
    report("and flags", fcntl(copy, F_GETFL) & (O_APPEND | O_ACCMODE));
    int again = open("f", O_RDWR);
    report("open does not", lseek(again, 0, SEEK_CUR));
    close(again);
    close(copy);
}

int main(void)
{
    mkdir("io.d", 0755);
    if (chdir("io.d") < 0)
        die("chdir");
    positions();
    holes();
    moving();
    mapped();
    offsets_shared();
    return 0;
}
