/* SPDX-License-Identifier: MIT */
/* `coracle run`: a container from an image or a root folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/client.h"
#include "cli/image_conf.h"
#include "cli/launch.h"
#include "cli/parts.h"
#include "cli/place.h"
#include "cli/host_objects.h"
#include "cli/run_options.h"
#include "cli/users.h"
#include "supervisor/supervisor.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct run {
    struct run_options *o;
    struct launch launch;
    struct image_conf image;
    struct user user;
    char id[16];
    char scratch[PATH_MAX / 2], runtime[PATH_MAX / 2]; /* removed at the end */
    char upper[PATH_MAX / 2];
    char rootfs[PATH_MAX];
    const char *roots[2]; /* the host folders with the container's files, upper first */
    char **argv, **envp;
    char found[PATH_MAX]; /* where the program was found */
    int master, slave;
};

static void make_id(struct run *run)
{
    uint64_t random = 0;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, &random, sizeof(random)) != sizeof(random))
        random = (uint64_t)getpid();
    if (fd >= 0)
        close(fd);
    snprintf(run->id, sizeof(run->id), "%012llx", (unsigned long long)(random & 0xffffffffffff));
}

static int find_root(struct run *run, struct error *err)
{
    struct run_options *o = run->o;

    if (!o->rootfs) {
        int r = image_find(o->image, &run->image, err);

        run->roots[0] = run->image.rootfs;
        return r;
    }
    struct stat st;
    if (!realpath(o->rootfs, run->rootfs) || stat(run->rootfs, &st) < 0)
        return error_set(err, STATUS_OURS, "the root folder %s cannot be used: %s", o->rootfs,
                         strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(err, STATUS_OURS, "the root folder %s is not a folder", o->rootfs);
    if (access(run->rootfs, R_OK | X_OK) < 0) {
        error_set(err, STATUS_OURS, "the root folder %s cannot be read: %s", o->rootfs, strerror(errno));
        error_hint(err, "make or unpack it as the user that runs it");
        return err->status;
    }
    run->roots[0] = run->rootfs;
    return 0;
}

static int make_folder(const char *base, const char *name, char *path, size_t size, mode_t mode,
                       struct error *err)
{
    snprintf(path, size, "%s/%s", base, name);
    if (mkdir(path, mode) < 0 && errno != EEXIST)
        return error_set(err, STATUS_OURS, "the folder %s cannot be made: %s", path, strerror(errno));
    return 0;
}

static void remove_tree(char *path)
{
    if (path[0])
        parts_remove_tree(path);
    path[0] = '\0';
}

/* The upper of a container with a name (or one that is to be kept) lies in the data folder, else it is a
 * scratch folder. */
static int make_upper(struct run *run, struct error *err)
{
    char data[PATH_MAX / 4];
    int r;

    if (run->o->remove) {
        r = parts_scratch(run->scratch, sizeof(run->scratch), err);
        snprintf(run->upper, sizeof(run->upper), "%s", run->scratch);
        return r;
    }
    r = parts_data(data, sizeof(data), err);
    if (r)
        return r;
    snprintf(run->upper, sizeof(run->upper), "%s/containers/%s/upper", data,
             run->o->name ? run->o->name : run->id);
    return parts_mkdirs(run->upper, err);
}

static int add_mounts(struct run *run, struct error *err)
{
    struct spec_builder *b = &run->launch.spec;
    const uint32_t safe = SPEC_MOUNT_NOSUID | SPEC_MOUNT_NODEV | SPEC_MOUNT_NOEXEC;
    char dev[PATH_MAX], shm[PATH_MAX];
    int r = parts_runtime(run->runtime, sizeof(run->runtime), err);

    if (r)
        return r;
    if (run->o->rootfs && !run->o->rootfs_overlay)
        spec_builder_mount(b, SPEC_MOUNT_FOLDER, 0, "/", run->rootfs, NULL, NULL);
    else {
        r = make_upper(run, err);
        if (r)
            return r;
        spec_builder_mount(b, SPEC_MOUNT_OVERLAY, 0, "/", run->upper, run->roots[0],
                           run->image.index[0] ? run->image.index : NULL);
        run->roots[1] = run->roots[0];
        run->roots[0] = run->upper;
    }
    spec_builder_mount(b, SPEC_MOUNT_PROC, safe, "/proc", NULL, NULL, NULL);
    spec_builder_mount(b, SPEC_MOUNT_SYS, safe | SPEC_MOUNT_RDONLY, "/sys", NULL, NULL, NULL);
    r = make_folder(run->runtime, "dev", dev, sizeof(dev), 0755, err);
    if (r)
        return r;
    spec_builder_mount(b, SPEC_MOUNT_DEV, SPEC_MOUNT_NOSUID, "/dev", dev, NULL, NULL);
    r = make_folder(run->runtime, "pts", dev, sizeof(dev), 0755, err);
    if (r)
        return r;
    spec_builder_mount(b, SPEC_MOUNT_DEVPTS, SPEC_MOUNT_NOSUID | SPEC_MOUNT_NOEXEC, "/dev/pts", dev, NULL,
                       NULL);
    r = make_folder(run->runtime, "shm", shm, sizeof(shm), 0700, err);
    if (r)
        return r;
    spec_builder_mount(b, SPEC_MOUNT_TMPFS, safe, "/dev/shm", shm, NULL, NULL);
    for (size_t i = 0; i < run->o->nvolumes; i++) {
        const struct volume *v = &run->o->volumes[i];
        char target[PATH_MAX];

        place_resolve(run->roots[1] ? run->roots[1] : run->roots[0], v->target, target, sizeof(target));
        spec_builder_mount(b, SPEC_MOUNT_BIND, v->readonly ? SPEC_MOUNT_RDONLY : 0, target, v->source, NULL,
                           NULL);
    }
    return 0;
}

static void make_argv(struct run *run)
{
    struct run_options *o = run->o;
    char **entrypoint = run->image.entrypoint, **command = o->command;
    size_t nentry = run->image.nentrypoint, ncommand = 0, n = 0;
    char *own[1] = {(char *)(uintptr_t)o->entrypoint};

    while (command[ncommand])
        ncommand++;
    if (o->entrypoint) {
        entrypoint = own;
        nentry = o->entrypoint[0] ? 1 : 0;
    }
    /* An entrypoint given here does not get the image's command. */
    if (!ncommand && !o->entrypoint) {
        command = run->image.command;
        ncommand = run->image.ncommand;
    }
    run->argv = calloc(nentry + ncommand + 1, sizeof(*run->argv));
    if (!run->argv)
        abort();
    for (size_t i = 0; i < nentry; i++)
        run->argv[n++] = entrypoint[i];
    for (size_t i = 0; i < ncommand; i++)
        run->argv[n++] = command[i];
}

static const char *env_get(char **envp, const char *name)
{
    size_t n = strlen(name);

    for (; *envp; envp++)
        if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
            return *envp + n + 1;
    return NULL;
}

static void env_put(struct run *run, size_t *n, const char *entry)
{
    size_t len = strcspn(entry, "=") + 1;

    for (size_t i = 0; i < *n; i++)
        if (strncmp(run->envp[i], entry, len) == 0) {
            run->envp[i] = (char *)(uintptr_t)entry;
            return;
        }
    run->envp[(*n)++] = (char *)(uintptr_t)entry;
}

static void make_env(struct run *run)
{
    static char hostname[300], home[PATH_MAX + 8];
    size_t n = 0;

    run->envp = calloc(run->o->nenv + run->image.nenv + 8, sizeof(*run->envp));
    if (!run->envp)
        abort();
    env_put(run, &n, "PATH=" DEFAULT_PATH);
    snprintf(hostname, sizeof(hostname), "HOSTNAME=%s", run->o->hostname ? run->o->hostname : run->id);
    env_put(run, &n, hostname);
    if (run->o->tty)
        env_put(run, &n, "TERM=xterm");
    for (size_t i = 0; i < run->image.nenv; i++)
        env_put(run, &n, run->image.env[i]);
    for (size_t i = 0; i < run->o->nenv; i++)
        env_put(run, &n, run->o->env[i]);
    if (!env_get(run->envp, "HOME")) {
        snprintf(home, sizeof(home), "HOME=%s", run->user.home);
        env_put(run, &n, home);
    }
}

static bool is_elf(int fd)
{
    char magic[4];

    return pread(fd, magic, 4, 0) == 4 && memcmp(magic, "\177ELF", 4) == 0;
}

/*
 * The common case is decided here, so that the kernel program starts the right program at once: an ELF file
 * found by its name. Scripts, missing files and everything else are left to the kernel program's own exec,
 * which knows the container's files better.
 */
static void find_program(struct run *run)
{
    const char *name = run->argv[0], *dirs = env_get(run->envp, "PATH"), *p = dirs ? dirs : DEFAULT_PATH;
    struct stat st;

    while (p) {
        const char *colon = strchr(p, ':');
        size_t n = colon ? (size_t)(colon - p) : strlen(p);

        if (name[0] == '/')
            snprintf(run->found, sizeof(run->found), "%s", name);
        else if (strchr(name, '/'))
            return;
        else
            snprintf(run->found, sizeof(run->found), "%.*s/%s", (int)n, p, name);
        int fd = run->found[0] == '/' ? root_open(run->roots, run->found) : -1;
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) && is_elf(fd)) {
            run->launch.exe_fd = fd;
            run->launch.exe_path = run->found;
            return;
        }
        if (fd >= 0) {
            close(fd);
            return;
        }
        p = colon && name[0] != '/' ? colon + 1 : NULL;
    }
}

static int prepare(struct run *run, struct error *err)
{
    struct run_options *o = run->o;
    struct launch *l = &run->launch;
    int r = find_root(run, err);

    if (r)
        return r;
    make_id(run);
    make_argv(run);
    if (!run->argv[0]) {
        error_set(err, STATUS_OURS, "run: which command? %s",
                  o->image ? "The image names none" : "A root folder names none");
        error_hint(err, "write it behind the %s", o->image ? "image" : "options");
        return err->status;
    }
    if (o->engine && strcmp(o->engine, "direct") != 0)
        return error_set(err, STATUS_OURS, "there is no engine '%s' on this machine", o->engine);
    if (o->isolation && strcmp(o->isolation, "none") != 0 && strcmp(o->isolation, "default") != 0)
        return error_set(err, STATUS_OURS, "there is no isolation '%s'; there are default and none",
                         o->isolation);
    if (o->platform && strcmp(o->platform, "linux/amd64") != 0 && strcmp(o->platform, "linux/x86_64") != 0)
        return error_set(err, STATUS_OURS, "there is no engine for the platform %s on this machine",
                         o->platform);
    if (run->image.arch && strcmp(run->image.arch, "amd64") != 0) {
        error_set(err, STATUS_OURS, "the image %s is for %s, and there is no engine for that on this machine",
                  o->image, run->image.arch);
        error_hint(err, "if its archive has more platforms: coracle load --platform linux/amd64");
        return err->status;
    }
    r = add_mounts(run, err);
    if (r)
        return r;
    const char *user = o->user ? o->user : run->image.user;
    r = user_find(user, run->roots, &run->user, err);
    if (r)
        return r;
    make_env(run);
    l->argv = run->argv;
    l->envp = run->envp;
    l->uid = run->user.uid;
    l->gid = run->user.gid;
    l->ngroups = run->user.ngroups;
    memcpy(l->groups, run->user.groups, sizeof(l->groups));
    l->cwd = o->workdir ? o->workdir : run->image.workdir ? run->image.workdir : "/";
    l->trace = o->trace;
    memcpy(l->trace_fds, o->trace_fds, sizeof(l->trace_fds));
    l->spec.spec->id = spec_builder_string(&l->spec, run->id);
    l->spec.spec->hostname = spec_builder_string(&l->spec, o->hostname ? o->hostname : run->id);
    if (o->tty)
        l->spec.spec->flags |= SPEC_TTY;
    find_program(run);
    r = launch_prepare(l, err);
    if (r == 0 && o->tty)
        r = client_open_pty(&run->master, &run->slave, err);
    return r;
}

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGTERM);
}

/* In the child that becomes the first process; see supervisor/supervisor.h. */
static void start_first(void *arg, const struct supervisor_birth *birth)
{
    struct run *run = arg;
    struct error err = {0};
    int input = run->slave;

    sigset_t ending;

    ending_signals(&ending);
    sigprocmask(SIG_UNBLOCK, &ending, NULL);
    setsid();
    if (run->slave >= 0) {
        ioctl(run->slave, TIOCSCTTY, 0);
        dup2(run->slave, 1);
        dup2(run->slave, 2);
    } else if (!run->o->interactive)
        input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input >= 0)
        dup2(input, 0);
    run->launch.pid = birth->pid;
    run->launch.supervisor_fd = birth->line;
    run->launch.lifeline_fd = birth->lifeline;
    run->launch.pids_fd = birth->pids_fd;
    launch_exec(&run->launch, &err);
    dprintf(2, "coracle: %s\n", err.text);
    _exit(STATUS_OURS);
}

/* In the supervisor, when the first process has its own of them. */
static void close_guests(void *arg)
{
    struct run *run = arg;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* Readers of its pipes would not see their ends. */
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (null >= 3)
        close(null);
    if (run->slave >= 0)
        close(run->slave);
    for (int i = 0; i < 2; i++)
        if (run->o->trace && run->o->trace_fds[i] > 2)
            close(run->o->trace_fds[i]);
}

static void supervise(struct run *run, int control)
{
    sigset_t deadly;
    struct supervisor_config config = {
        .spec = run->launch.spec.spec,
        .confined = !run->o->isolation || strcmp(run->o->isolation, "none") != 0,
        .kernel_fd = run->launch.kernel_fd,
        .client_fd = control,
        .die_with_client = !run->o->detach,
        .start = start_first,
        .started = close_guests,
        .arg = run,
    };

    setsid();
    /* Who asks the supervisor to end means the container. */
    ending_signals(&deadly);
    sigprocmask(SIG_BLOCK, &deadly, NULL);
    config.stop_fd = signalfd(-1, &deadly, SFD_CLOEXEC | SFD_NONBLOCK);
    if (run->master >= 0)
        close(run->master);
    int status = supervisor_main(&config);
    host_objects_remove(config.spec);
    remove_tree(run->runtime);
    remove_tree(run->scratch);
    image_release(&run->image);
    struct supervisor_message message = {SUPERVISOR_ENDED, status < 0 ? STATUS_OURS << 8 : status};
    send(control, &message, sizeof(message), MSG_NOSIGNAL);
    close(control);
    parts_sweep();
    _exit(0);
}

int container_run(struct run_options *o, struct error *err)
{
    static struct run run;
    int sockets[2], r;

    run = (struct run){.o = o, .image.hold_fd = -1, .master = -1, .slave = -1};
    launch_init(&run.launch);
    r = prepare(&run, err);
    if (r) {
        remove_tree(run.runtime);
        remove_tree(run.scratch);
        return r;
    }
    fflush(stdout);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return error_set(err, STATUS_OURS, "no socket to the supervisor can be made: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        return error_set(err, STATUS_OURS, "no process can be made for the supervisor: %s", strerror(errno));
    if (pid == 0) {
        close(sockets[0]);
        supervise(&run, sockets[1]);
    }
    close(sockets[1]);
    if (run.slave >= 0)
        close(run.slave);
    if (o->detach) {
        printf("%s\n", o->name ? o->name : run.id);
        return 0;
    }
    return client_relay(sockets[0], run.master, o->interactive, err);
}

static int run(int argc, char **argv, struct error *err)
{
    static struct run_options o;
    int r = run_options_parse(argc, argv, &o, err);

    if (r < 0)
        return verb_help(&verb_run);
    return r ? r : container_run(&o, err);
}

const struct verb verb_run = {
    .name = "run",
    .synopsis = "[OPTIONS] (--rootfs DIR | IMAGE) [COMMAND...]",
    .summary = "Run a command in a new container",
    .help =
        "Options:\n"
        "  -i, --interactive       pass standard input on\n"
        "  -t, --tty               give the container a terminal of its own\n"
        "  -d, --detach            leave it running in the background and print its name\n"
        "  -e, --env K=V           set an environment variable (K alone: with the value it has here)\n"
        "      --env-file FILE     the same, a line each\n"
        "  -v, --volume SRC:DST[:ro]  let the container use a file or folder of this machine\n"
        "  -w, --workdir DIR       the working directory\n"
        "  -u, --user USER[:GROUP] names or numbers of the container\n"
        "  -h, --hostname NAME     the container's name for itself\n"
        "      --entrypoint PROG   in place of the image's\n"
        "      --rm                remove what the container wrote when it ends\n"
        "      --name NAME         the name under which it is kept\n"
        "      --rootfs DIR[:O]    a folder as the container's root, in place of an image (O: left as it "
        "is)\n"
        "      --engine NAME       how guest code runs (direct)\n"
        "      --platform P        linux/amd64\n"
        "      --isolation KIND    default, or none: the host does not confine the container's processes\n",
    .run = run,
};
