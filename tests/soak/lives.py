#!/usr/bin/env python3
"""Gives a program many short lives, each ended by kill -9, while files flow into its folder.

A life lasts a random time from the moment the program says that it is ready (sd_notify(3)); each tenth is
ended at any moment of its start. Files are dropped at the birth and in the middle of a life, so that there
is always something in hand; at most BACKLOG lie in the folder.

Every dropped file has bytes of its own; what sha256sum(1) says of it is written to --dropped before it is
dropped. Ends with 0 when --kills lives and --files files are through, or --minutes have passed; with 1 when
the program ended by itself.
"""
import argparse
import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import time

BACKLOG = 100
DROPPED_AT_ONCE = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--kills', type=int, default=0)
    parser.add_argument('--files', type=int, default=0)
    parser.add_argument('--minutes', type=float, default=0)
    parser.add_argument('--least', type=int, default=30, metavar='MS', help='the shortest life')
    parser.add_argument('--most', type=int, default=250, metavar='MS', help='the longest')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--into', required=True, metavar='FOLDER')
    parser.add_argument('--dropped', required=True, metavar='FILE')
    parser.add_argument('--log', required=True, metavar='FILE', help='what the program says')
    parser.add_argument('program', nargs='+')
    return parser.parse_args()


class Flow:
    """The files that are dropped."""

    def __init__(self, into, dropped, dice):
        self.into, self.dice, self.count = into, dice, 0
        self.dropped = open(dropped, 'a', buffering=1)

    def waiting(self):
        return sum(entry.is_file() for entry in os.scandir(self.into))

    def drop(self):
        self.count += 1
        name = f'{self.count % 50:02}-{self.count}.txt'
        content = f'document {self.count}\n'.encode() + self.dice.randbytes(self.dice.randrange(20000))
        self.dropped.write(f'{hashlib.sha256(content).hexdigest()}  {name}\n')
        hidden = os.path.join(self.into, '.' + name)
        with open(hidden, 'wb') as file:
            file.write(content)
        os.rename(hidden, os.path.join(self.into, name))

    def fill_up_to(self, most):
        room = min(BACKLOG - self.waiting(), DROPPED_AT_ONCE, int(most) - self.count)
        for _ in range(room):
            self.drop()


class Lives:
    """The program, again and again."""

    def __init__(self, program, log):
        self.program, self.log, self.count = program, open(log, 'ab'), 0
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind('\0closedrop-lives-%d' % os.getpid())
        self.environment = dict(os.environ, NOTIFY_SOCKET='@closedrop-lives-%d' % os.getpid())

    def begin(self):
        return subprocess.Popen(self.program, env=self.environment, stdout=self.log, stderr=self.log)

    def await_ready(self, life):
        self.notices.settimeout(0.5)
        while life.poll() is None:
            try:
                if b'READY=1' in self.notices.recv(4096):
                    return
            except socket.timeout:
                pass

    def forget_notices(self):
        self.notices.setblocking(False)
        try:
            while True:
                self.notices.recv(4096)
        except BlockingIOError:
            pass

    def end(self, life):
        life.kill()
        code = life.wait()
        self.forget_notices()
        self.count += 1
        if code != -signal.SIGKILL:
            sys.exit(f'life {self.count}: the program ended by itself, with {code}')


def run(options):
    dice = random.Random(options.seed)
    flow, lives = Flow(options.into, options.dropped, dice), Lives(options.program, options.log)
    begun = time.monotonic()
    while True:
        minutes = (time.monotonic() - begun) / 60
        a_life = options.files / options.kills if options.kills else DROPPED_AT_ONCE
        flow.fill_up_to((lives.count + 0.5) * a_life)
        life = lives.begin()
        if lives.count % 10 == 9:
            time.sleep(dice.uniform(0, options.least / 500))
        else:
            lives.await_ready(life)
            span = dice.uniform(options.least, options.most) / 1000
            time.sleep(span / 2)
            flow.fill_up_to((lives.count + 1) * a_life)
            time.sleep(span / 2)
        lives.end(life)
        if lives.count % 100 == 0:
            print(f'{time.strftime("%T")} {lives.count} lives, {flow.count} files dropped, {flow.waiting()} in the '
                  f'folder, {minutes:.1f} minutes', flush=True)
        if options.minutes and minutes >= options.minutes:
            break
        if options.kills and lives.count >= options.kills and flow.count >= options.files:
            break
    print(f'{lives.count} lives ended by kill -9, {flow.count} files dropped')


run(arguments())
