# SPDX-License-Identifier: MIT
"""Runs cases, a few at a time, each in a forked worker that is the subreaper of all that the case leaves behind.

A case is a name, a group and a function that gives a list of (name, status, text), where status is pass, fail,
known (an exception that fails as expected) or skip.
"""
import ctypes
import json
import os
import selectors
import sys
import traceback

from . import stage

PR_SET_CHILD_SUBREAPER = 36


class Case:
    def __init__(self, group, name, function):
        self.group, self.name, self.function = group, name, function
        self.needs = []  # root filesystems to be unpacked before any case runs


def work(case, pipe):
    """The worker: runs the case, sends its results, leaves nothing running."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        results = case.function()
    except Exception:
        results = [(case.name, "fail", traceback.format_exc())]
    stage.kill_leftovers()
    data = json.dumps(results).encode()
    while data:
        data = data[os.write(pipe, data):]
    os._exit(0)


def start(case):
    ours, theirs = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        work(case, theirs)
    os.close(theirs)
    return pid, ours


def run(cases, jobs, verbose):
    """Returns a list of (group, name, status, text) in the order of the cases."""
    selector = selectors.DefaultSelector()
    results, todo, running = {}, list(enumerate(cases)), 0
    while todo or running:
        while todo and running < jobs:
            index, case = todo.pop(0)
            pid, fd = start(case)
            selector.register(fd, selectors.EVENT_READ, [index, case, pid, b""])
            running += 1
        for key, _ in selector.select():
            data = os.read(key.fd, 65536)
            if data:
                key.data[3] += data
                continue
            index, case, pid, text = key.data
            selector.unregister(key.fd)
            os.close(key.fd)
            os.waitpid(pid, 0)
            running -= 1
            found = json.loads(text) if text else [[case.name, "fail", "the worker died"]]
            results[index] = [(case.group, *r) for r in found]
            if verbose:
                for _, name, status, _ in results[index]:
                    if status != "pass" or len(found) == 1:
                        print(f"{status:5} {name}")
    return [r for index in sorted(results) for r in results[index]]
