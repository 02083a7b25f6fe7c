#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""compatibility.py RESULTS: writes docs/compatibility.md from the table of system calls and from what a run of the
tests found (tests/run.py --results RESULTS). `make compatibility` does both.
"""
import json
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROW = re.compile(r'^SYSCALL\((\S+), (\S+), (\w+), \d, \w+, \(.*\), (\w+), "(.*)"\)$')


def read_calls():
    """[(x86-64 number or None, aarch64 number or None, name, level, note)]"""
    calls = []
    with open(os.path.join(TOP, "src/abi/syscalls.def")) as f:
        for line in f:
            match = ROW.match(line.strip())
            if match:
                numbers = [None if n == "NONE" else int(n) for n in match.groups()[:2]]
                calls.append((*numbers, *match.groups()[2:]))
    return calls


def wrapped(names):
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) + 2 > 115:
            lines.append(line.rstrip())
            line = ""
        line += name + ", "
    return "\n".join(lines + [line.rstrip(", ")])


def print_calls(calls):
    mine = [c for c in calls if c[0] is not None]
    by_level = {level: sorted((c for c in mine if c[3] == level), key=lambda c: c[2])
                for level in ("FULL", "PARTIAL", "IGNORED", "MISSING")}
    print("## System calls of x86-64 guests\n")
    print("| level | calls | what it means |\n| --- | --- | --- |")
    meaning = {"FULL": "everything that the manual page says, as far as the host has it",
               "PARTIAL": "works, but for what the note says",
               "IGNORED": "accepted and without effect, on purpose",
               "MISSING": "ENOSYS, as on a kernel that was built without it; `coracle trace -c` counts them"}
    for level, found in by_level.items():
        print(f"| {level.lower()} | {len(found)} | {meaning[level]} |")
    for level in ("PARTIAL", "IGNORED"):
        print(f"\n### {level.capitalize()}\n\n| call | note |\n| --- | --- |")
        for call in by_level[level]:
            print(f"| {call[2]} | {call[4]} |")
    noted = [c for c in by_level["MISSING"] if c[4]]
    print("\n### Missing\n\n" + wrapped(c[2] for c in by_level["MISSING"] if not c[4]))
    if noted:
        print("\n| call | note |\n| --- | --- |")
        for call in noted:
            print(f"| {call[2]} | {call[4]} |")
    print("\n### Full\n\n" + wrapped(c[2] for c in by_level["FULL"]))


def print_results(path):
    with open(path) as f:
        results = [json.loads(line) for line in f]
    groups = {"guest": "Guest programs: the same output and exit status as on the host's own kernel",
              "real": "Real programs: the same as natively in the same root", "cli": "The command line"}
    print("\n## What the tests found")
    for group, title in groups.items():
        mine = [r for r in results if r["group"] == group]
        if not mine:
            continue
        passed = sorted(r["name"].split("/", 1)[1] for r in mine if r["status"] == "pass")
        print(f"\n### {title}\n\n{len(passed)} pass: " + wrapped(passed))
        others = [r for r in mine if r["status"] != "pass"]
        if others:
            print("\n| case | state | why |\n| --- | --- | --- |")
            for r in others:
                print(f"| {r['name']} | {r['status']} | {r['text'] if r['status'] == 'known' else ''} |")


def main():
    print("# Compatibility\n\nMade by `make compatibility`, from the table of system calls and from a run of the tests. "
          "Do not edit.\n")
    print_calls(read_calls())
    print_results(sys.argv[1])


if __name__ == "__main__":
    main()
