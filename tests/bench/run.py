#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make bench: what things cost under Coracle, natively and under the peers, interleaved.

Prints medians, and the ratio to native. What a peer cannot run is "-"; why is said below the table. The last lines
are the promises of docs/status.md that can be judged here; the exit status says whether they hold.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from runner import guest, stage  # noqa: E402

OPERATIONS = ["getpid", "gettid", "sigprocmask", "clock", "read", "pipe", "fstat", "stat", "open", "mmap", "fork",
              "exec", "compute"]
IN_PROCESS = ["getpid", "gettid", "sigprocmask"]
PASSED_ON = ["read", "fstat"]


class Bench:
    def __init__(self, args, folder):
        self.place = place = stage.Place(os.path.dirname(os.path.dirname(HERE)), os.path.abspath(args.build), folder)
        place.install()
        self.args, self.problems = args, {}
        program = os.path.join(place.build, "guest", "bench-calls")
        os.makedirs(os.path.dirname(program), exist_ok=True)
        subprocess.run(["gcc", "-static", "-O2", "-o", program, os.path.join(HERE, "calls.c")], check=True)
        place.user_folder("bench")
        self.root = os.path.join(folder, "bench", "root")
        guest.make_root(place, program, self.root, stage.TEST_UID)
        self.program = os.path.join(self.root, "test", "bench-calls")
        self.env = place.user_environment("bench")
        bwrap = ["bwrap", "--unshare-all", "--bind", self.root, "/", "--proc", "/proc", "--dev", "/dev"]
        inside = "/test/bench-calls"
        self.subjects = {
            "native": [self.program],
            "run-elf": [place.coracle, "run-elf", self.program],
            "run": [place.coracle, "run", "--rm", "--rootfs", self.root, inside],
            "bwrap": [*bwrap, inside],
            "proot": ["proot", "-r", self.root, "-b", "/proc", "-b", "/dev", inside],
            "runsc": ["runsc", "--rootless", "--network=none", "do", self.program],
        }
        if args.subjects:
            self.subjects = {k: v for k, v in self.subjects.items() if k in ["native", *args.subjects.split(",")]}

    def once(self, subject, word):
        """(what was printed, seconds), or None when it fails; a subject that failed is not asked again."""
        if subject in self.problems:
            return None
        command = self.place.user_command([*self.subjects[subject], word])
        start = time.monotonic()
        outcome = stage.run(command, self.env, 120)
        seconds = time.monotonic() - start
        if outcome.status != 0 or outcome.timed_out:
            self.problems[subject] = f"{word}: {outcome.text().strip().splitlines()[-2:]}"
            return None
        return outcome.out.decode().strip(), seconds

    def measure(self, word, times, value):
        samples = {s: [] for s in self.subjects}
        for _ in range(times):
            for subject in self.subjects:
                found = self.once(subject, word)
                if found:
                    samples[subject].append(value(found))
        return {s: statistics.median(v) for s, v in samples.items() if v}


def row(name, unit, medians, subjects):
    cells = []
    for subject in subjects:
        if subject not in medians:
            cells.append(f"{'-':>18}")
        else:
            ratio = medians[subject] / medians["native"]
            cells.append(f"{medians[subject]:>10.1f} {ratio:6.2f}x")
    print(f"{name + ', ' + unit:18}" + "".join(cells), flush=True)


def judge(results):
    """The promises: (text, holds)."""
    checks = []

    def add(text, operation, subject, holds):
        medians = results.get(operation, {})
        checks.append((text, subject in medians and holds(medians[subject], medians["native"])))

    for name in IN_PROCESS:
        add(f"{name} costs less than native", name, "run-elf", lambda ours, native: ours < native)
    for name in PASSED_ON:
        add(f"{name} costs at most 100 ns more than native", name, "run-elf", lambda ours, native: ours <= native + 100)
    add("compute is within 3 % of native", "compute", "run-elf", lambda ours, native: ours <= 1.03 * native)
    add("run-elf of true costs at most 2 ms more than native", "start", "run-elf", lambda o, n: o <= n + 2)
    start = results.get("start", {})
    checks.append(("run of true is no slower than bwrap",
                   "run" in start and "bwrap" in start and start["run"] <= start["bwrap"]))
    return checks


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--subjects", help="some of run-elf,run,bwrap,proot,runsc")
    p.add_argument("--rounds", type=int, default=3)
    args = p.parse_args()
    folder = tempfile.mkdtemp(prefix="coracle-bench-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        bench = Bench(args, folder)
        print(" " * 18 + "".join(f"{s:>18}" for s in bench.subjects))
        results = {"start": bench.measure("true", 5 * args.rounds, lambda found: found[1] * 1000)}
        row("start of true", "ms", results["start"], bench.subjects)
        for name in OPERATIONS:
            results[name] = bench.measure(name, args.rounds, lambda found: float(found[0]))
            row(name, "ns", results[name], bench.subjects)
        for subject, problem in bench.problems.items():
            print(f"{subject} fails: {problem}")
        print()
        checks = judge(results)
        for text, holds in checks:
            print(("holds  " if holds else "FAILS  ") + text)
        return 0 if all(holds for _, holds in checks) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
