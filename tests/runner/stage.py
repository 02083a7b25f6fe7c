# SPDX-License-Identifier: MIT
"""Where the tests run: the installed programs, the user, his folders, and how a command is run there.

The source tree may lie where an ordinary user cannot read, so the programs are installed into a temporary folder
that he can; that they work there is also the test that the installed tree is relocatable.
"""
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time

TEST_UID = 61000
AS_USER = ["setpriv", f"--reuid={TEST_UID}", f"--regid={TEST_UID}", "--clear-groups", "--no-new-privs",
           "--bounding-set=-all"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Outcome:
    """What a command left: its output, its exit status as a shell says it, and whether its time ran out."""

    def __init__(self, out, err, status, timed_out):
        self.out, self.err, self.status, self.timed_out = out, err, status, timed_out

    def text(self):
        parts = [self.out.decode(errors="replace")]
        if self.err:
            parts.append("stderr:\n" + self.err.decode(errors="replace"))
        parts.append("timed out" if self.timed_out else f"exit status {self.status}")
        return "\n".join(p.rstrip("\n") for p in parts if p)


class Place:
    def __init__(self, top, build, folder):
        self.top, self.build, self.folder = top, build, folder
        self.root = os.geteuid() == 0
        self.tree = os.path.join(folder, "tree")
        self.coracle = os.path.join(self.tree, "bin", "coracle")
        self.guest = os.path.join(folder, "guest")
        self.cache = os.environ.get("CORACLE_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "coracle")

    def has_programs(self):
        return all(os.access(os.path.join(self.build, name), os.X_OK) for name in ("coracle", "coracle-kernel"))

    def install(self):
        """Installs the programs below our folder; what must be private of the user is made his."""
        for part in ("cli", "real", "soak", "guest"):
            source = os.path.join(self.top, "tests", part)
            if os.path.isdir(source):
                shutil.copytree(source, os.path.join(self.folder, "tests", part))
        shutil.copytree(os.path.join(self.top, "tests/runner"), os.path.join(self.folder, "tests/runner"))
        if self.has_programs():
            subprocess.run([os.path.join(self.top, "scripts/install.sh"), self.build, self.tree], check=True,
                           stdout=subprocess.DEVNULL)

    def unpack_root(self, name):
        """Unpacks the root filesystem that scripts/rootfs.sh makes as the test user's; returns its path."""
        folder = os.path.join(self.folder, "roots", name)
        if os.path.isdir(folder):
            return folder
        made = subprocess.run([os.path.join(self.top, "scripts/rootfs.sh"), name], stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, check=True, text=True)
        self.user_folder("roots", name)
        with open(made.stdout.strip(), "rb") as tar:
            subprocess.run(self.user_command(["tar", "-xp", "--no-same-owner", "--exclude=./dev/*", "-C", folder]),
                           stdin=tar, check=True)
        for mount_point in ("dev", "proc", "sys"):
            self.user_folder("roots", name, mount_point)
        return folder

    def fetch_program(self, name):
        """The path of a copy that the test user may run of what scripts/programs.sh fetches."""
        path = os.path.join(self.folder, "programs", name)
        if not os.path.exists(path):
            made = subprocess.run([os.path.join(self.top, "scripts/programs.sh"), name], stdout=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, check=True, text=True)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            copy = f"{path}.{threading.get_ident()}"
            shutil.copy(made.stdout.strip(), copy)
            os.rename(copy, path)
        return path

    def user_folder(self, *parts):
        """Makes a folder that belongs to the test user."""
        path = os.path.join(self.folder, *parts)
        os.makedirs(path, exist_ok=True)
        if self.root:
            os.chown(path, TEST_UID, TEST_UID)
        return path

    def user_environment(self, name):
        """An environment with HOME, XDG folders and TMPDIR of a case's own."""
        home = self.user_folder("home", name)
        env = {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8", "USER": "tester", "TERM": "dumb",
               "TMPDIR": self.user_folder("home", name, "tmp"),
               "XDG_RUNTIME_DIR": self.user_folder("home", name, "run")}
        os.chmod(env["XDG_RUNTIME_DIR"], 0o700)
        for variable in ("DATA", "CONFIG", "CACHE", "STATE"):
            env[f"XDG_{variable}_HOME"] = self.user_folder("home", name, variable.lower())
        return env

    def user_command(self, command):
        return (AS_USER if self.root else []) + command

    def user_name(self):
        return str(TEST_UID) if self.root else pwd.getpwuid(os.getuid()).pw_name


def children_of_self():
    """The processes below us, nearest first. We are a subreaper: whoever loses his parent comes to us."""
    found, queue = [], [os.getpid()]
    while queue:
        pid = queue.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as f:
                    for child in map(int, f.read().split()):
                        found.append(child)
                        queue.append(child)
        except OSError:
            continue
    return found


def reap():
    """Takes the statuses of those that ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def describe(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            words = f.read().replace(b"\0", b" ").decode(errors="replace").strip()
        with open(f"/proc/{pid}/comm") as f:
            return f"{pid} ({f.read().strip()}) {words}"
    except OSError:
        return str(pid)


def kill_leftovers():
    """Kills every process below us until none is left."""
    for _ in range(100):
        pids = [p for p in children_of_self() if is_alive(p)]
        if not pids:
            break
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        reap()
        try:
            signal.sigtimedwait([signal.SIGCHLD], 0.05)
        except InterruptedError:
            pass
    reap()


def leftovers(grace=2.0):
    """What still runs below us though it had time to end."""
    deadline = time.monotonic() + grace
    while True:
        reap()
        alive = [p for p in children_of_self() if is_alive(p)]
        if not alive or time.monotonic() > deadline:
            return [describe(p) for p in alive]
        time.sleep(0.02)


def run(command, env, timeout, cwd="/"):
    """Runs a command in a session of its own and kills it, and its children, when its time is over."""
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=timeout)
        timed_out = False
    except subprocess.TimeoutExpired as late:
        timed_out = True
        os.killpg(process.pid, signal.SIGKILL)
        kill_leftovers()
        out, err = late.stdout or b"", late.stderr or b""
        process.wait()
    status = process.returncode
    return Outcome(out, err, 128 - status if status < 0 else status, timed_out)


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
