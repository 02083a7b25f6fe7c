# SPDX-License-Identifier: MIT
"""Cases that are shell scripts. A script may print "ok NAME" and "not ok NAME" lines, which count as cases of
their own; "ok NAME # skip REASON" is one that could not run. A header line "# test: timeout=60" sets the time.

They get CORACLE (the program), TREE (its installed tree), BUILD, CACHE (what was fetched or built and is kept),
WORK (an empty folder of theirs) and TESTS (a copy of tests/). Scripts run as the test user; "# test: user=root"
keeps root, where we are root; "# test: needs=debian" gives ROOT_DEBIAN, that root filesystem unpacked as
the test user's, shared by all scripts; "# test: programs=esbuild" gives PROGRAM_ESBUILD, a program that
scripts/programs.sh fetches.
"""
import glob
import os
import re

from . import stage
from .pool import Case

LINE = re.compile(r"^(not ok|ok)\b[ 0-9]*-? *(.*?)(?: # skip\b[: ]*(.*))?$")


def parse(prefix, outcome, text):
    """Turns TAP-like lines into results, with what stands below a failure; a script without any is one result."""
    results, failed = [], False
    for line in outcome.out.decode(errors="replace").splitlines():
        match = LINE.match(line)
        if match:
            word, name, skip = match.groups()
            status = "skip" if skip is not None else "pass" if word == "ok" else "fail"
            failed = failed or status == "fail"
            results.append([f"{prefix}/{name}", status, skip or ""])
        elif results and results[-1][1] == "fail":
            results[-1][2] += line.removeprefix("    ") + "\n"
    bad = outcome.timed_out or outcome.status != 0
    if not results:
        return [(prefix, "fail" if bad else "pass", text)]
    if bad and not failed:
        results.append((f"{prefix}/(end)", "fail", text))
    return [tuple(r) for r in results]


def options_of(path):
    options = {"timeout": "60", "user": "tester", "needs": "", "programs": ""}
    with open(path) as f:
        for line in f.read(4000).splitlines():
            match = re.match(r"^# test: (.*)$", line)
            if match:
                options.update(word.split("=", 1) for word in match.group(1).split() if "=" in word)
    return options


def run_script(place, name, path):
    options = options_of(path)
    label = name.replace("/", "-")
    if options["user"] == "root" and place.root:
        env = dict(os.environ)
        command = ["/bin/bash", os.path.join(place.folder, "tests", name + ".sh")]
        work = os.path.join(place.folder, "work", label)
        os.makedirs(work, exist_ok=True)
    else:
        env = place.user_environment(label)
        work = place.user_folder("work", label)
        command = place.user_command(["/bin/bash", os.path.join(place.folder, "tests", name + ".sh")])
    env.update(CORACLE=place.coracle, WORK=work, TESTS=os.path.join(place.folder, "tests"), TREE=place.tree,
               BUILD=place.build, CACHE=place.cache)
    for root in filter(None, options["needs"].split(",")):
        env["ROOT_" + root.upper()] = os.path.join(place.folder, "roots", root)
    for program in filter(None, options["programs"].split(",")):
        env["PROGRAM_" + program.upper()] = place.fetch_program(program)
    outcome = stage.run(command, env, float(options["timeout"]), cwd=work)
    text = outcome.text()
    left = stage.leftovers()
    results = parse(name, outcome, text)
    if left and not outcome.timed_out:
        results.append((f"{name}/(leaves nothing running)", "fail", "\n".join(left)))
    stage.kill_leftovers()
    stage.remove(work)
    return results


def find_cases(place, group):
    """The scripts of tests/GROUP whose names do not begin with an underscore (those are for inclusion)."""
    cases = []
    for path in sorted(glob.glob(os.path.join(place.top, "tests", group, "*.sh"))):
        name = f"{group}/{os.path.basename(path)[:-3]}"
        if not os.path.basename(path).startswith("_"):
            case = Case(group, name, lambda n=name, p=path: run_script(place, n, p))
            case.needs = [root for root in options_of(path)["needs"].split(",") if root]
            cases.append(case)
    return cases


def find_script_group(place, group, script):
    """A group that is one script of scripts/, run in the tree as ourselves."""
    path = os.path.join(place.top, "scripts", script)

    def function():
        outcome = stage.run([path], dict(os.environ), 900, cwd=place.top)
        return parse(group, outcome, outcome.text())

    return [Case(group, group, function)] if os.path.exists(path) else []
