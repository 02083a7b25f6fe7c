# SPDX-License-Identifier: MIT
"""A program under a pseudo-terminal of ours: sends keys, waits for text. For the scripts of tests/cli and tests/real."""
import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time

ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])")


class Session:
    def __init__(self, argv, rows=24, columns=80, env=None):
        self.seen = b""
        self.master, slave = os.openpty()
        self.resize(rows, columns, tell=False)
        self.before = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.master)
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            if slave > 2:
                os.close(slave)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execve(argv[0], argv, dict(os.environ, TERM="vt100", **(env or {})))
        self.slave = slave

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def settings(self):
        return termios.tcgetattr(self.slave)

    def pump(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            self.pump(0)
            if select.select([], [self.master], [], 5)[1]:
                data = data[os.write(self.master, data[:1024]):]

    def expect(self, pattern, seconds=10):
        """Waits until the pattern shows (without escape sequences and carriage returns), and forgets all up to its end."""
        end = time.monotonic() + seconds
        while True:
            text = ESCAPES.sub(b"", self.seen).replace(b"\r", b"")
            match = re.search(pattern.encode(), text)
            if match:
                self.seen = text[match.end():]
                return match
            if time.monotonic() > end or not (self.pump(end - time.monotonic()) or time.monotonic() < end):
                raise AssertionError(f"no {pattern!r} in {text[-600:]!r}")

    def wait(self, seconds=10):
        """The exit status; negative for a signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.pump(0):
                    pass
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"it does not end; last seen {self.seen[-600:]!r}")

    def close(self):
        for fd in (self.master, self.slave):
            os.close(fd)


failed = False


def case(name, function, *args):
    """Prints a line for the runner."""
    global failed
    try:
        function(*args)
        print(f"ok {name}", flush=True)
    except Exception as problem:
        failed = True
        print(f"not ok {name}\n    {type(problem).__name__}: {problem}", flush=True)


def finish():
    sys.exit(1 if failed else 0)
