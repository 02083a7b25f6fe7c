#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The test runner: makes the list of cases, runs two at a time, reports by group.

The groups: unit (cmocka programs, plain and under sanitizers), guest (programs of tests/guest whose output and
exit status under Coracle must be those of the host's own kernel), cli and real (shell scripts), cross and format.
What runs guests runs as an ordinary user, from a relocatable tree in a temporary folder, when we are root.
The last line is "N passed, N failed". Nothing is skipped silently.
"""
import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(TESTS)
sys.path.insert(0, TESTS)
from runner import guest, pool, shell, stage, unit  # noqa: E402

GROUPS = ["format", "unit", "guest", "cli", "real", "cross"]


def parse_arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--filter", default="", help="run the cases whose name matches this regular expression")
    p.add_argument("--group", choices=GROUPS)
    p.add_argument("--engine", help="run the guest cases of this engine alone")
    p.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    p.add_argument("--list", action="store_true", help="print the names of the cases")
    p.add_argument("--quick", action="store_true", help="unit tests, and the guest tests of quick.txt")
    p.add_argument("--soak", action="store_true", help="the long runs of tests/soak")
    p.add_argument("--keep", action="store_true", help="keep the temporary folder")
    p.add_argument("--results", metavar="FILE", help="write each result as a line of JSON")
    p.add_argument("--verbose", action="store_true", help="print each result as it comes")
    return p.parse_args()


def find_cases(args, place):
    if args.soak:
        return shell.find_cases(place, "soak")
    if args.quick:
        return unit.find_cases(place, ["plain"]) + guest.find_quick_cases(place)
    cases = shell.find_script_group(place, "format", "check-format.sh")
    cases += unit.find_cases(place, ["plain", "sanitized"])
    cases += guest.find_cases(place, args.engine)
    cases += shell.find_cases(place, "cli")
    cases += shell.find_cases(place, "real")
    cases += shell.find_script_group(place, "cross", "cross.sh")
    return cases


def mark_known(results):
    """What tests/exceptions.txt names, a case and the reason a line, is known to fail; says which of them pass."""
    with open(os.path.join(TESTS, "exceptions.txt")) as f:
        known = dict(line.split(None, 1) for line in f if line.strip() and not line.startswith("#"))
    marked = []
    for group, name, status, text in results:
        if name in known and status == "pass":
            print(f"passes now: {name}: remove it from tests/exceptions.txt")
        if name in known and status == "fail":
            status, text = "known", known[name].strip()
        marked.append((group, name, status, text))
    return marked


def report(results, started):
    """Prints the failures, then a line for each group; returns the numbers that passed and failed."""
    failures = [(name, text) for _, name, status, text in results if status == "fail"]
    skips = [(name, text) for _, name, status, text in results if status == "skip"]
    for name, text in failures:
        print(f"\n--- FAILED {name}")
        lines = text.rstrip().splitlines()
        for line in lines[-60:]:
            print("    " + line)
    known = [(name, text) for _, name, status, text in results if status == "known"]
    if known:
        print("\nknown to fail:")
        for name, text in known:
            print(f"    {name}: {text.splitlines()[0] if text else ''}")
    if skips:
        print("\nskipped:")
        for name, text in skips:
            print(f"    {name}: {text}")
    print()
    for group in GROUPS + ["soak"]:
        mine = [r for r in results if r[0] == group]
        if mine:
            count = {s: sum(1 for r in mine if r[2] == s) for s in ("pass", "fail", "known", "skip")}
            extra = f", {count['known']} known to fail" if count["known"] else ""
            print(f"{group:8} {count['pass']:5} passed, {count['fail']:3} failed{extra}")
    print(f"{time.time() - started:.0f} s")
    passed = sum(1 for r in results if r[2] == "pass")
    return passed, len(failures), len(skips)


def write_results(results, path):
    with open(path, "w") as f:
        for group, name, status, text in results:
            f.write(json.dumps({"group": group, "name": name, "status": status, "text": text}) + "\n")


def main():
    args = parse_arguments()
    started = time.time()
    os.chdir(TOP)
    os.umask(0o022)
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    folder = tempfile.mkdtemp(prefix="coracle-test-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        place = stage.Place(TOP, os.path.abspath(args.build), folder)
        cases = find_cases(args, place)
        wanted = re.compile(args.filter)
        cases = [c for c in cases if wanted.search(c.name) and args.group in (None, c.group)]
        if args.list:
            print("\n".join(c.name for c in cases))
            return 0
        if not args.quick and not cases:
            print("no case has such a name")
            return 1
        if any(c.group in ("guest", "cli", "real", "soak") for c in cases):
            place.install()
        for root in sorted({root for c in cases for root in c.needs}):
            place.unpack_root(root)
        results = pool.run(cases, args.jobs, args.verbose or not sys.stdout.isatty() and not args.quick)
        results = mark_known(results)
        if args.results:
            write_results(results, args.results)
        passed, failed, skipped = report(results, started)
        if skipped:
            print(f"{skipped} skipped")
        print(f"{passed} passed, {failed} failed")
        return 1 if failed else 0
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
