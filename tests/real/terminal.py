# SPDX-License-Identifier: MIT
"""bash with jobs, Python's prompt, top and other programs that own a terminal."""
import os
import time

from pty_session import Session, case, finish

RUN = [os.environ["CORACLE"], "run", "--rm", "-it", "--hostname", "guest", "--rootfs", os.environ["ROOT"]]
if os.environ.get("NATIVE"):
    RUN = [os.environ["NATIVE"], os.environ["ROOT"]]


def bash(rows=24, columns=80):
    session = Session(RUN + ["/usr/bin/env", "PS1=ready> ", "TERM=vt100", "/bin/bash", "--norc", "-i"], rows, columns)
    session.expect("ready> ")
    return session


def leave(session, status=0):
    session.send(f"exit {status}\r")
    assert session.wait() == status
    assert session.settings() == session.before, "the terminal's settings are not what they were"
    session.close()


def jobs():
    s = bash()
    s.send("sleep 100\r")
    time.sleep(0.5)
    s.send("\32")
    s.expect(r"\[1\]\+  Stopped +sleep 100")
    s.send("sleep 200 &\r")
    s.expect(r"\[2\] \d+")
    s.send("jobs\r")
    s.expect(r"\[1\]\+  Stopped +sleep 100\n\[2\]-  Running +sleep 200 &")
    s.send("bg\r")
    s.expect(r"\[1\]\+ sleep 100 &")
    s.send("fg %2\r")
    s.expect("\nsleep 200\n")
    time.sleep(0.3)
    s.send("\3")
    s.expect("ready> ")
    s.send("echo status $?\r")
    s.expect("status 130")
    s.send("kill %1; wait %1; echo status $?\r")
    s.expect("status 143")
    s.send("sleep 50 | sleep 60 | cat\r")
    time.sleep(0.5)
    s.send("\32")
    s.expect("Stopped +sleep 50 | sleep 60 | cat")
    s.send("kill -9 %1; sleep 0.3; jobs; echo done\r")
    s.expect("\ndone")
    leave(s, 5)


def prompt_until(s, pattern):
    """The shell tells of its jobs before a prompt: asks for prompts until it has something to tell."""
    for _ in range(20):
        s.send("\r")
        try:
            return s.expect(pattern, 1)
        except AssertionError:
            continue
    return s.expect(pattern)


def background():
    s = bash()
    s.send("cat &\r")
    s.expect("ready> ")
    prompt_until(s, r"\[1\]\+  Stopped +cat")
    s.send("fg\r")
    s.expect("\ncat\n")
    s.send("to the job\r")
    s.expect("to the job\nto the job\n")
    s.send("\4")
    s.expect("ready> ")
    s.send("stty tostop; echo out &\r")
    prompt_until(s, r"Stopped +echo out")
    s.send("fg\r")
    s.expect("\nout\n")
    s.send("stty -tostop; (sleep 0.2; kill -STOP $BASHPID; echo awake) & sleep 0.5; jobs; kill -CONT %1; sleep 0.3; echo end\r")
    s.expect("Stopped")
    s.expect("\nawake")
    s.expect("\nend")
    leave(s)


def read_line():
    s = bash(24, 40)
    s.send("echo one two\001\033f\033f\033f X\r")
    time.sleep(0.2)
    s.expect("\none two X")
    s.send("\020\020\016\025")
    s.send("echo abc\002\002Z\r")
    s.expect("\naZbc")
    s.send("read -r -n 3 -p 'three: ' x; echo; echo got $x\r")
    s.expect("three: ")
    s.send("xyz")
    s.expect("got xyz")
    s.send("read -r -t 0.3 x; echo late $?\r")
    s.expect("late 142")
    s.send("read -rs -p 'secret: ' x; echo; echo ${#x}\r")
    s.expect("secret: ")
    s.send("hidden\r")
    match = s.expect(r"(.*)\n6\n")
    assert b"hidden" not in match.group(1)
    s.send("echo $COLUMNS\r")
    s.expect("\n40")
    s.resize(24, 66)
    s.send("true\r")
    s.send("echo $COLUMNS\r")
    s.expect("\n66")
    leave(s)


def python():
    s = Session(RUN + ["/usr/bin/env", "TERM=vt100", "/usr/bin/python3", "-q"])
    s.expect(">>> ")
    s.send("6 * 7\r")
    s.expect("\n42")
    s.send("import time; time.sleep(100)\r")
    time.sleep(0.5)
    s.send("\3")
    s.expect("KeyboardInterrupt")
    s.send("import os; os.get_terminal_size()\r")
    s.expect("columns=80, lines=24")
    s.send("import pty; pty.spawn(['/bin/echo', 'in a terminal of its own'])\r")
    s.expect("\nin a terminal of its own")
    s.expect(">>> ")
    s.send("\4")
    assert s.wait() == 0
    assert s.settings() == s.before
    s.close()


def top():
    s = bash()
    s.send("top -d 0.5\r")
    s.expect("load average")
    s.expect("PID USER")
    s.resize(40, 100)
    s.expect("load average")
    s.send("q")
    s.expect("ready> ")
    s.send("TERM=dumb; script -eqc 'tty; exit 4' /dev/null; echo status $?\r")
    s.expect(r"/dev/pts/\d+")
    s.expect("status 4|command not found")
    leave(s)


case("jobs of bash", jobs)
case("background of bash", background)
case("line editing", read_line)
case("python", python)
case("top", top)
finish()
