/* SPDX-License-Identifier: MIT */
/* test: modes=run-elf,run timeout=20 */
/* SysV IPC: shared memory, semaphores with undo, messages; keys, limits, waiting, status, removal. */
#include "check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static key_t key;

static void on_alarm(int number)
{
}

static void memory(void)
{
    struct shmid_ds ds;

    report("none by that key", shmget(key, 5000, 0600));
    int id = shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0640);
    report_ok("shmget", id);
    report("again", shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0600));
    CHECK(shmget(key, 4000, 0600) == id);
    report("too large", shmget(key, 50000, 0600));
    report("of no size", shmget(IPC_PRIVATE, 0, 0600));
    char *p = shmat(id, NULL, 0);
    CHECK(p != (void *)-1 && ((uintptr_t)p & 4095) == 0 && p[4999] == 0);
    strcpy(p, "parent");
    report("status", shmctl(id, IPC_STAT, &ds));
    say("size %ld, attached %ld, mode %o\n", (long)ds.shm_segsz, (long)ds.shm_nattch, ds.shm_perm.mode);
    CHECK(ds.shm_perm.__key == key && ds.shm_perm.uid == getuid() && ds.shm_perm.cgid == getgid());
    CHECK(ds.shm_cpid == getpid() && ds.shm_lpid == getpid());
    pid_t pid = fork();
    if (pid == 0) {
        char *q = shmat(shmget(key, 0, 0), NULL, SHM_RDONLY);
        CHECK(q != p && strcmp(q, "parent") == 0);
        strcpy(p, "child");
        shmctl(id, IPC_STAT, &ds);
        say("attached %ld\n", (long)ds.shm_nattch);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    shmctl(id, IPC_STAT, &ds);
    say("\"%s\", attached %ld\n", p, (long)ds.shm_nattch);
    CHECK(ds.shm_lpid == pid);
    char *fixed = shmat(id, p + (1 << 20), SHM_RND);
    CHECK(fixed == p + (1 << 20) && strcmp(fixed, "child") == 0);
    report("at an odd address", shmat(id, p + 1, 0) == (void *)-1 ? -1 : 0);
    ds.shm_perm.mode = 0600;
    report("new mode", shmctl(id, IPC_SET, &ds));
    report("remove", shmctl(id, IPC_RMID, NULL));
    report("by its key", shmget(key, 0, 0));
    CHECK(strcmp(p, "child") == 0);
    report("detach", shmdt(p));
    report("detach again", shmdt(p));
    report("detach", shmdt(fixed));
    report("status of none", shmctl(id, IPC_STAT, &ds));
    report("attach none", shmat(id, NULL, 0) == (void *)-1 ? -1 : 0);
    report("bad command", shmctl(id, 999, NULL));
}

static void semaphores(void)
{
    struct sembuf up = {0, 1, 0}, down = {0, -1, 0}, zero = {1, 0, 0}, undo = {1, 3, SEM_UNDO};
    struct timespec some = {0, 30000000};
    unsigned short values[3] = {5, 6, 7};
    union semun arg = {.array = values};
    struct semid_ds ds;

    int id = semget(key, 3, IPC_CREAT | 0600);
    report_ok("semget", id);
    report("more of them", semget(key, 4, 0600));
    report("SETALL", semctl(id, 0, SETALL, arg));
    memset(values, 0, sizeof values);
    report("GETALL", semctl(id, 0, GETALL, arg));
    say("%d %d %d\n", values[0], values[1], values[2]);
    arg.val = 0;
    report("SETVAL", semctl(id, 0, SETVAL, arg));
    arg.val = 40000;
    report("SETVAL too large", semctl(id, 0, SETVAL, arg));
    report("GETVAL", semctl(id, 1, GETVAL));
    report("no such semaphore", semctl(id, 3, GETVAL));
    report("up", semop(id, &up, 1));
    CHECK(semctl(id, 0, GETPID) == getpid());
    report("down", semop(id, &down, 1));
    down.sem_flg = IPC_NOWAIT;
    report("down without waiting", semop(id, &down, 1));
    down.sem_flg = 0;
    report("down with a limit", semtimedop(id, &down, 1, &some));
    pid_t pid = fork();
    if (pid == 0) {
        settle();
        say("waiting: %d\n", semctl(id, 0, GETNCNT));
        kill(getppid(), SIGALRM);
        settle();
        semop(id, &up, 1);
        semop(id, &undo, 1);
        say("in the child %d\n", semctl(id, 1, GETVAL));
        _exit(0);
    }
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    report("interrupted", semop(id, &down, 1));
    report("given by the child", semop(id, &down, 1));
    waitpid(pid, NULL, 0);
    report("undone", semctl(id, 1, GETVAL));
    struct sembuf both[2] = {{0, 1, 0}, {2, -9, IPC_NOWAIT}};
    report("all or none", semop(id, both, 2));
    report("GETVAL", semctl(id, 0, GETVAL));
    zero.sem_flg = IPC_NOWAIT;
    report("wait for zero", semop(id, &zero, 1));
    report("no operations", semop(id, both, 0));
    both[0].sem_num = 9;
    report("no such semaphore", semop(id, both, 1));
    report("bad address", semop(id, (void *)16, 1));
    arg.buf = &ds;
    report("status", semctl(id, 0, IPC_STAT, arg));
    say("%ld semaphores, mode %o\n", (long)ds.sem_nsems, ds.sem_perm.mode);
    CHECK(ds.sem_otime != 0 && ds.sem_perm.__key == key);
    pid = fork();
    if (pid == 0) {
        report("removed while it waits", semop(id, &down, 1));
        _exit(0);
    }
    settle();
    int removed = semctl(id, 0, IPC_RMID);
    waitpid(pid, NULL, 0);
    report("remove", removed);
    report("operate on none", semop(id, &up, 1));
}

static void messages(void)
{
    struct {
        long type;
        char text[32];
    } m = {1, "first"};
    struct msqid_ds ds;

    int id = msgget(key, IPC_CREAT | 0600);
    report_ok("msgget", id);
    report("send", msgsnd(id, &m, 6, 0));
    m.type = 3, strcpy(m.text, "third");
    report("send", msgsnd(id, &m, 6, 0));
    m.type = 2, strcpy(m.text, "second");
    report("send", msgsnd(id, &m, 7, 0));
    m.type = 0;
    report("type 0", msgsnd(id, &m, 1, 0));
    m.type = 1;
    report("too long", msgsnd(id, &m, 100000, 0));
    report("status", msgctl(id, IPC_STAT, &ds));
    say("%ld messages, %ld bytes\n", (long)ds.msg_qnum, (long)ds.__msg_cbytes);
    CHECK(ds.msg_lspid == getpid() && ds.msg_lrpid == 0);
    report("of type 2", msgrcv(id, &m, 32, 2, 0));
    say("%ld %s\n", m.type, m.text);
    report("room too small", msgrcv(id, &m, 2, 0, 0));
    report("cut", msgrcv(id, &m, 2, 0, MSG_NOERROR));
    say("%ld %.2s\n", m.type, m.text);
    report("lowest up to 5", msgrcv(id, &m, 32, -5, 0));
    report("nothing", msgrcv(id, &m, 32, 0, IPC_NOWAIT));
    pid_t pid = fork();
    if (pid == 0) {
        settle();
        kill(getppid(), SIGALRM);
        settle();
        m.type = 9, strcpy(m.text, "child");
        msgsnd(id, &m, 6, 0);
        _exit(0);
    }
    report("interrupted", msgrcv(id, &m, 32, 0, 0));
    report("from the child", msgrcv(id, &m, 32, 0, 0));
    say("%ld %s\n", m.type, m.text);
    waitpid(pid, NULL, 0);
    report("bad address", msgsnd(id, (void *)16, 8, 0));
    report("remove", msgctl(id, IPC_RMID, NULL));
    report("send to none", msgsnd(id, &m, 1, 0));
    int private = msgget(IPC_PRIVATE, 0600);
    CHECK(private != id);
    report("remove", msgctl(private, IPC_RMID, NULL));
}

int main(void)
{
    key = 0x5e000000 + getpid();
    memory();
    semaphores();
    messages();
    return 0;
}
