#!/usr/bin/env python3
"""Runs a command on a terminal, does what a person does there, and prints what the terminal got.

    terminal.py [STEP]... -- COMMAND [ARGUMENT]...

    80x24            its size (80 cells in 24 lines from the start on); a running command gets SIGWINCH
    until:TEXT       wait until this is on it, since the last step
    keys:TEXT        press these keys; \\x03 is Ctrl-C
    signal:NAME      send this to the command, such as signal:TERM
    run:COMMAND      have a shell run this, elsewhere

The exit status is that of the command, 128 + N if signal N ended it; 99: the terminal is not as it was before (modes,
cursor, screen), a text did not come within 20 s, or the command did not end. What is wrong is on stderr.
"""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE_S = 20


def fail(what):
    sys.stderr.write(f"terminal.py: {what}\n")
    sys.exit(99)


class Terminal:
    def __init__(self, size, command):
        self.output = b""
        self.seen = 0
        self.master, self.slave = pty.openpty()
        self.modes = termios.tcgetattr(self.slave)
        self.resize(size)
        self.run(command)

    def run(self, command):
        """In the foreground of a session that outlives it, as from a shell."""
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self.pid = os.fork()
        if self.pid == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(self.slave, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            for fd in range(3):
                os.dup2(self.slave, fd)
            os.close(self.master)
            os.execvp(command[0], command)

    def resize(self, size):
        columns, lines = map(int, size.split("x"))
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return
        self.output += os.read(self.master, 65536)

    def until(self, text):
        end = time.monotonic() + PATIENCE_S
        while text.encode() not in self.output[self.seen:]:
            if time.monotonic() > end:
                sys.stdout.buffer.write(self.output)
                fail(f"no {text!r} came")
            self.read(0.1)
        self.seen = self.output.index(text.encode(), self.seen) + len(text.encode())

    def step(self, step):
        kind, _, text = step.partition(":")
        if kind == "until":
            self.until(text)
        elif kind == "keys":
            os.write(self.master, codecs.decode(text, "unicode_escape").encode())
        elif kind == "signal":
            if text == "CONT":
                os.waitpid(self.pid, os.WUNTRACED)  # one that has not stopped yet would miss it
            os.kill(self.pid, signal.Signals["SIG" + text])
        elif kind == "run":
            subprocess.run(text, shell=True, check=True)
        else:
            self.resize(step)
            self.seen = len(self.output)

    def end(self):
        end = time.monotonic() + PATIENCE_S
        pid = 0
        while not pid:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                fail("the command does not end")
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        while select.select([self.master], [], [], 0)[0]:
            self.read(0)
        return os.waitstatus_to_exitcode(status)


def is_as_it_was(terminal):
    output = terminal.output
    if termios.tcgetattr(terminal.slave) != terminal.modes:
        return False
    pairs = ((b"\033[?1049h", b"\033[?1049l"), (b"\033[?25l", b"\033[?25h"), (b"\033[?7l", b"\033[?7h"))
    return all(output.rfind(begin) <= output.rfind(end) for begin, end in pairs)


def main():
    leader = os.fork()  # a new session needs a process that leads no group
    if leader:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1]))
    split = sys.argv.index("--")
    steps, command = sys.argv[1:split], sys.argv[split + 1:]
    size = steps.pop(0) if steps and steps[0][0].isdigit() else "80x24"
    terminal = Terminal(size, command)
    for step in steps:
        terminal.step(step)
    code = terminal.end()
    sys.stdout.buffer.write(terminal.output)
    if not is_as_it_was(terminal):
        fail("the terminal is not as it was")
    sys.exit(128 - code if code < 0 else code)


main()
