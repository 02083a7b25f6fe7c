# SPDX-License-Identifier: MIT
"""Cases that are cmocka programs: plain ones in build/tests/unit, and those under sanitizers in build-asan."""
import glob
import os

from . import shell, stage
from .pool import Case


def find_cases(place, kinds):
    cases = []
    for kind in kinds:
        build = place.build if kind == "plain" else os.path.join(place.top, "build-asan")
        for source in sorted(glob.glob(os.path.join(place.top, "tests/unit/*_test.c"))):
            base = os.path.basename(source)[:-2]
            name = f"unit/{kind}/{base}"
            program = os.path.join(build, "tests/unit", base)
            cases.append(Case("unit", name, lambda n=name, p=program: run_program(n, p)))
    return cases


def run_program(name, program):
    if not os.access(program, os.X_OK):
        return [(name, "fail", f"{program} was not built: is it listed in tests/unit/meson.build?")]
    outcome = stage.run([program], {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}, 120)
    return shell.parse(name, outcome, outcome.text())
