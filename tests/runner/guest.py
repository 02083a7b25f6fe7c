# SPDX-License-Identifier: MIT
"""Cases that are guest programs (tests/guest/*.c): the host's own kernel says what is right.

Each is compiled statically, run natively, then under Coracle; what it prints and its exit status must be equal.
Modes: "run" is a container (`coracle run --rootfs`), natively fresh mount, pid, uts and ipc namespaces and a
chroot of an equal root (native.sh); "overlay" is one over an untouched folder (`--rootfs DIR:O`), "image" one from a
loaded image (with an index), natively as "run"; "run-elf" is one program on the host's own files. A comment in the source,
`/* test: modes=run-elf,run args="a b" timeout=20 links=static,dynamic cflags=-O2 */`, says what a test needs;
links are static, static-pie, dynamic and musl. `also=filter` adds a case in which the engine catches system calls
by a seccomp filter, as on a host without Syscall User Dispatch.

exceptions.txt has a line `ENGINE/NAME reason` or `ENGINE/MODE/NAME reason` for what is known to fail. quick.txt names, as MODE/NAME, what quick.sh runs before each change lands. The engine
"native" compares two native runs: that shows a test whose own output varies.
"""
import difflib
import glob
import itertools
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys

from . import stage
from .pool import Case

ENGINES = ["direct"]
LINKS = {
    "static": ["gcc", "-static"],
    "static-pie": ["gcc", "-static-pie"],
    "dynamic": ["gcc"],
    "musl": ["musl-gcc", "-static"],
}


def options_of(source):
    options = {"modes": "run-elf", "timeout": "20", "args": "", "links": "static", "cflags": "", "also": ""}
    with open(source) as f:
        match = re.search(r"/\* test: (.*?)\*/", f.read(4000), re.S)
    if match:
        for word in shlex.split(match.group(1)):
            key, _, value = word.partition("=")
            options["modes" if key == "mode" else key] = value
    return options


def read_list(place, name):
    """The lines of a text file of tests/guest: {first word: rest}."""
    path, found = os.path.join(place.top, "tests/guest", name), {}
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                words = line.split(None, 1)
                if words and not line.startswith("#"):
                    found[words[0]] = words[1].strip() if len(words) > 1 else ""
    return found


def compile_program(place, name, source, link, cflags):
    """Returns (path, None) or (None, what the compiler says); what is up to date is kept."""
    folder = os.path.join(place.build, "guest", link)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    parts = [source] + glob.glob(os.path.join(os.path.dirname(source), "*.h"))
    if os.path.exists(path) and os.path.getmtime(path) > max(map(os.path.getmtime, parts)):
        return path, None
    made = f"{path}.{os.getpid()}"
    command = [*LINKS[link], "-O1", "-pthread", "-Wall", "-o", made, source, *shlex.split(cflags), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return None, "does not compile:\n" + done.stderr
    os.rename(made, path)
    return path, None


def make_tree(top):
    """Files for tests of what becomes of those that a container finds: it does not begin with an empty folder."""
    for folder in ("sub/deep", "empty", "many", "moved/inner"):
        os.makedirs(os.path.join(top, folder))
    for n in range(300):
        with open(f"{top}/many/file{n}", "w"):
            pass
    for name in ("file", "other", "sub/one", "sub/two", "sub/deep/three", "moved/file", "moved/inner/file", "group1"):
        with open(os.path.join(top, name), "w") as f:
            f.write(f"content of {name}\n" * 100)
        os.utime(os.path.join(top, name), (1000000000, 1100000000))
    os.link(f"{top}/group1", f"{top}/group2")
    os.link(f"{top}/group1", f"{top}/sub/group3")
    os.symlink("file", f"{top}/link")
    os.symlink("sub", f"{top}/sublink")


def make_root(place, program, root, owner):
    """A small root: the image of busybox with the program as /test/NAME, and /test/tree, all owned by owner."""
    subprocess.run(["cp", "-a", os.path.join(place.build, "images/busybox"), root], check=True)
    os.mkdir(os.path.join(root, "test"))
    shutil.copy(program, os.path.join(root, "test"))
    make_tree(os.path.join(root, "test/tree"))
    os.chmod(root, 0o755)
    if place.root:
        subprocess.run(["chown", "-hR", f"{owner}:{owner}", root], check=True)


def load_image(place, root, env, folder):
    """Loads the root as an image; returns its name, or None and what was said."""
    archive = os.path.join(folder, "image.tar")
    subprocess.run([sys.executable, os.path.join(place.top, "tests/cli/image_archive.py"), "pack", root, archive],
                   check=True)
    os.chmod(archive, 0o644)
    done = stage.run(place.user_command([place.coracle, "load", archive]), env, 60)
    return ("packed", done) if done.status == 0 else (None, done)


def run_in_container(place, program, words, options, engine, folder, mode):
    """Runs natively when engine is None."""
    inside = ["/test/" + os.path.basename(program), *words]
    root = os.path.join(folder, "root")
    make_root(place, program, root, 0 if engine is None else stage.TEST_UID)
    env = place.user_environment(os.path.basename(folder))
    if engine is None:
        command = [os.path.join(place.top, "tests/runner/native.sh"), root, *inside]
    else:
        env["CORACLE_ENGINE"] = engine
        env["CORACLE_DISPATCH"] = options["also"]
        files = ["--rootfs", root + (":O" if mode == "overlay" else "")]
        if mode == "image":
            name, done = load_image(place, root, env, folder)
            if not name:
                return done, root
            files = [name]
        command = place.user_command([place.coracle, "run", "--rm", "--hostname", "guest", *files, *inside])
    outcome = stage.run(command, env, float(options["timeout"]))
    return outcome, root


def run_elf(place, program, words, options, engine, folder, mode):
    base = place.user_folder("work", os.path.basename(folder), "elf")
    copy = os.path.join(base, os.path.basename(program))
    shutil.copy(program, copy)
    env = place.user_environment(os.path.basename(folder))
    if engine is not None:
        env["CORACLE_ENGINE"] = engine
        env["CORACLE_DISPATCH"] = options["also"]
    command = [copy, *words] if engine is None else [place.coracle, "run-elf", copy, *words]
    return stage.run(place.user_command(command), env, float(options["timeout"]), cwd=base), base


def difference(native, ours):
    """Lines in diff's manner, or "" when both say the same."""
    if native.out == ours.out and native.status == ours.status and not ours.timed_out:
        return ""
    sides = [(o.out.decode(errors="replace") + f"[exit status {o.status}]").splitlines() for o in (native, ours)]
    text = "\n".join(difflib.unified_diff(*sides, "native", "coracle", lineterm="", n=1))
    if ours.err:
        text += "\nstderr:\n" + ours.err.decode(errors="replace")
    return text + ("\ntimed out" if ours.timed_out else "")


def run_case(place, name, program_name, source, options, engine, mode, link, exceptions):
    program, problem = compile_program(place, program_name, source, link, options["cflags"])
    if problem:
        return [(name, "fail", problem)]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if engine != "native" and not place.has_programs():
        return [(name, "fail", "coracle and coracle-kernel were not built")]
    folder = place.user_folder("work", name.replace("/", "-"))
    runner = run_elf if mode == "run-elf" else run_in_container
    words = shlex.split(options["args"])
    engine = None if engine == "native" else engine
    native, left = runner(place, program, words, options, None, folder, mode)
    stage.kill_leftovers()
    stage.remove(left)
    if native.timed_out:
        return [(name, "fail", "the native run: " + native.text())]
    ours, _ = runner(place, program, words, options, engine, folder, mode)
    text = difference(native, ours)
    if not text and (left := stage.leftovers()):
        text = "left running: " + "\n".join(left)
    stage.kill_leftovers()
    stage.remove(folder)
    for key in (f"{engine}/{program_name}", f"{engine}/{mode}/{program_name}"):
        if key in exceptions:
            return [(name, "known" if text else "pass", exceptions[key])]
    return [(name, "fail" if text else "pass", text)]


def find_cases(place, engine=None):
    exceptions = read_list(place, "exceptions.txt")
    cases = []
    for source in sorted(glob.glob(os.path.join(place.top, "tests/guest/*.c"))):
        base, options = os.path.basename(source)[:-2], options_of(source)
        for e in [engine] if engine else ENGINES:
            for mode in options["modes"].split(","):
                for link, also in itertools.product(options["links"].split(","), sorted({"", options["also"]})):
                    name = f"guest/{e}/{mode}/{base}" + ("" if link == "static" else f"/{link}")
                    if also:
                        name += f"/{also}"
                    values = (place, name, base, source, options | {"also": also}, e, mode, link, exceptions)
                    cases.append(Case("guest", name, lambda v=values: run_case(*v)))
    return cases


def find_quick_cases(place):
    """Those that quick.txt names; none before there are programs."""
    names = read_list(place, "quick.txt")
    if not place.has_programs():
        return []
    return [c for c in find_cases(place) if c.name.removeprefix("guest/direct/") in names]
