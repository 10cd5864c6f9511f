#!/usr/bin/env python3
"""People who rename what they have dropped, sort it into directories, and drag it back, at any moment.

    mover.py FOLDER FILES SEED

Drops FILES files, each with a text of its own, into FOLDER, under names that begin with the two digits of a lead; every one
is renamed or moved up to three times, at moments of its own, wherever it still lies in the folder. One in ten is taken out
of Uploaded and dragged back. Prints a line a file when all is done: its SHA-256, and how often it was dragged back.
"""
import glob
import hashlib
import os
import random
import sys

import time

folder, files, chance = sys.argv[1], int(sys.argv[2]), random.Random(sys.argv[3])
LEADS, SPAN = 20, 2.0  # seconds in which a file is moved
PLACES = ['', 'sorted/', 'sorted/deep/', 'other/']


class Mover:
    def __init__(self, number):
        self.number = number
        self.path = self.some_name('')
        self.dragged = 0

    def some_name(self, place):
        return f'{place}{chance.randrange(LEADS):02}-{self.number}.txt'

    def text(self):
        return f'document {self.number}\n'.encode()

    def drop(self):
        hidden = f'{folder}.{self.number}'
        with open(hidden, 'wb') as out:
            out.write(self.text())
        os.rename(hidden, f'{folder}/{self.path}')

    def move(self):
        """To another name, another directory, or both."""
        name = os.path.basename(self.path) if chance.random() < 0.3 else self.some_name('')
        target = chance.choice(PLACES) + name
        try:
            os.rename(f'{folder}/{self.path}', f'{folder}/{target}')
            self.path = target
        except FileNotFoundError:
            pass  # it was put away

    def drag_back(self):
        for path in glob.glob(f'{folder}/Uploaded/**/??-{self.number}.txt', recursive=True):
            self.path = os.path.basename(path)
            self.dragged += 1
            os.rename(path, f'{folder}/{self.path}')


for place in PLACES:
    os.makedirs(f'{folder}/{place}', exist_ok=True)
movers = [Mover(number) for number in range(files)]
plan = []
for number, mover in enumerate(movers):
    start = number * 0.02
    plan.append((start, number, mover.drop))
    for _ in range(chance.randint(1, 3)):
        plan.append((start + chance.random() ** 2 * SPAN, number, mover.move))
    if chance.random() < 0.1:
        plan.append((start + SPAN + 3, number, mover.drag_back))
plan.sort(key=lambda step: step[0])
begin = time.monotonic()
for at, _, step in plan:
    time.sleep(max(0, begin + at - time.monotonic()))
    step()
for mover in movers:
    print(hashlib.sha256(mover.text()).hexdigest(), mover.dragged)
