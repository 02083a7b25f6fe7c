# SPDX-License-Identifier: MIT
"""What `coracle run -it` does with a terminal, told by busybox' shell."""
import os
import signal
import subprocess
import time

from pty_session import Session, case, finish

CORACLE, ROOT, WORK = os.environ["CORACLE"], os.environ["ROOT"], os.environ["WORK"]
RUN = [CORACLE, "run", "--rm", "-it", "--hostname", "guest", "--rootfs", ROOT]
if os.environ.get("NATIVE"):
    RUN = [os.environ["NATIVE"], ROOT]


def shell(rows=24, columns=80):
    session = Session(RUN + ["/usr/bin/env", "PS1=ready> ", "/bin/sh"], rows, columns)
    session.expect("ready> ")
    return session


def leave(session, status=0):
    session.send(f"exit {status}\r")
    assert session.wait() == status
    assert session.settings() == session.before, "the terminal's settings are not what they were"
    session.close()


def names():
    s = shell()
    s.send("tty\r")
    s.expect(r"/dev/pts/\d+\n")
    s.send("test -t 0 && test -t 1 && test -t 2 && echo all three\r")
    s.expect("\nall three")
    s.send("echo through >/dev/tty\r")
    s.expect("\nthrough")
    s.send("ps -o tty,pid | grep -c ' 1$'\r")
    s.expect(r"\n1\n")
    leave(s, 7)


def size():
    s = shell(31, 97)
    s.send("stty size\r")
    s.expect("31 97")
    s.send("trap 'echo resized' WINCH\r")
    s.resize(40, 120)
    s.send("sleep 0.3; stty size\r")
    s.expect("40 120")
    leave(s)


def interrupt():
    s = shell()
    s.send("sleep 100\r")
    time.sleep(0.5)
    s.send("\3")
    s.expect("ready> ")
    s.send("echo status $?\r")
    s.expect("status 130")
    s.send("sleep 100\r")
    time.sleep(0.5)
    s.send("\34")
    s.expect("ready> ")
    s.send("echo status $?\r")
    s.expect("status 131")
    s.send("half a line\3")
    s.expect("ready> ")
    s.send("cat\r")
    time.sleep(0.5)
    s.send("line\r")
    s.expect("line\nline\n")
    s.send("\4")
    s.expect("ready> ")
    leave(s)


def jobs():
    s = shell()
    s.send("sleep 100\r")
    time.sleep(0.5)
    s.send("\32")
    s.expect("Stopped")
    s.expect("ready> ")
    s.send("jobs\r")
    s.expect("Stopped.*sleep 100")
    s.send("bg\r")
    s.expect("sleep 100")
    s.send("jobs\r")
    s.expect("Running.*sleep 100")
    s.send("fg\r")
    s.expect("sleep 100")
    time.sleep(0.3)
    s.send("\32")
    s.expect("Stopped")
    s.send("kill -9 %1; wait %1; echo status $?\r")
    s.expect("status 1(37|48)")
    s.send("cat &\r")
    time.sleep(0.5)
    s.send("jobs; jobs\r")
    s.expect(r"Stopped \(tty input\)")
    s.send("kill -9 $!; sleep 0.3; jobs; echo done\r")
    s.expect("\ndone")
    leave(s)


def editor():
    s = shell()
    s.send("vi /tmp/text\r")
    time.sleep(0.5)
    s.send("ifirst line\rsecond\033")
    # What follows an escape at once is a key of its own.
    time.sleep(0.5)
    s.send("kyyp:%s/line/LINE/\r")
    s.send(":wq\r")
    s.expect("ready> ")
    s.send("cat /tmp/text; rm /tmp/text\r")
    s.expect("\nfirst LINE\nfirst LINE\nsecond\n")
    leave(s)


def pages():
    s = shell(20, 60)
    s.send("top\r")
    s.expect("Mem:")
    s.expect("PID.*COMMAND")
    s.send("q")
    s.expect("ready> ")
    s.send("seq 1 200 | less\r")
    s.expect(r"\n15\n")
    s.send(" ")
    s.expect(r"\n30\n")
    s.send("q")
    s.expect("ready> ")
    leave(s)


def paste():
    """Much input and much output at once; nobody waits for the other."""
    s = Session(RUN + ["/bin/sh", "-c", "stty raw -echo; echo now; head -c 300000 | tee /tmp/big | od -c | tail -n 1; md5sum /tmp/big; stty sane"])
    s.expect("now")
    line = b"0123456789" * 30
    s.send(line * 1000)
    s.expect(oct(300000)[2:])
    s.expect(subprocess.run(["md5sum"], input=line * 1000, capture_output=True, check=True).stdout.split()[0].decode())
    assert s.wait() == 0
    s.close()


def end_of_client():
    s = Session(RUN + ["/bin/sh", "-c", "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.1; done"])
    s.expect("ready")
    os.kill(s.pid, signal.SIGTERM)
    s.expect("told")
    assert s.wait() == 9
    assert s.settings() == s.before
    s.close()


def hang_up():
    s = Session(RUN + ["/bin/sh", "-c", "trap 'echo gone >/tmp/gone; exit' HUP; echo ready; while :; do sleep 0.1; done"])
    s.expect("ready")
    s.close()
    end = time.monotonic() + 10
    while time.monotonic() < end and os.waitpid(s.pid, os.WNOHANG)[0] == 0:
        time.sleep(0.05)
    assert os.path.exists(ROOT + "/tmp/gone"), "SIGHUP did not come"


def output_of_the_last():
    for _ in range(5):
        s = Session(RUN + ["/bin/sh", "-c", "seq 1 3000"])
        assert s.wait() == 0
        assert b"\n3000\r\n" in s.seen, s.seen[-100:]
        s.close()


def no_terminal():
    """Input from elsewhere: its end is the end of the guest's input."""
    done = subprocess.run(RUN + ["/bin/cat"], input=b"one\n", capture_output=True, timeout=20)
    assert (done.returncode, done.stdout) == (0, b"one\r\none\r\n"), done


case("names", names)
case("size", size)
case("Ctrl-C, Ctrl-\\ and Ctrl-D", interrupt)
case("jobs", jobs)
case("vi", editor)
case("top and less", pages)
case("paste", paste)
case("signal to the client", end_of_client)
case("hang up", hang_up)
case("the last output", output_of_the_last)
case("input that is no terminal", no_terminal)
finish()
