#!/usr/bin/env python3
"""Trees that come, move and go while somebody watches them.

    churn.py FOLDER OPERATIONS SEED

Makes directories with files in them at once, chains of directories, trees that are moved in whole; renames
directories, takes them out and brings them back, deletes them with all that is in them. Every file has a text of its
own. At the end: the SHA-256 of each file that was not deleted, one a line.
"""
import hashlib
import os
import random
import shutil
import sys
import time

PAUSE = 0.004  # so that what watches gets a turn in between
NOT_OURS = ("Uploaded", "Failed", ".closedrop", ".closedrop-new")

top, operations, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
outside = top + ".outside"
chance = random.Random(seed)
texts = {}  # of the files that were not deleted, by the number in their name


def number():
    number.last += 1
    return number.last


number.last = 0


def text_of(file):
    return f"{seed} {file}\n"


def write(directory):
    file = number()
    texts[file] = text_of(file)
    try:
        with open(f"{directory}/{file}.txt", "x") as output:
            output.write(texts[file])
    except OSError:  # nobody but us deletes directories: never here
        del texts[file]
        raise


def below(directory):
    with os.scandir(directory) as entries:
        return sorted(e.path for e in entries if e.is_dir(follow_symlinks=False) and e.name not in NOT_OURS)


def some_directory(least=0):
    """A directory at random, at least so deep; the top where there is none."""
    here, depth = top, 0
    while True:
        inner = below(here)
        if not inner or (depth >= least and chance.random() < 0.3):
            return here if depth >= least else None
        here, depth = chance.choice(inner), depth + 1


def add_file():
    write(some_directory())


def add_chain():
    here = some_directory()
    for _ in range(chance.randint(1, 6)):
        here = f"{here}/d{number()}"
        os.mkdir(here)
        if chance.random() < 0.5:
            write(here)
    write(here)


def move_in():
    tree = f"{outside}/t{number()}"
    for inner in ("", "/a", "/a/b", "/c"):
        os.mkdir(tree + inner)
        write(tree + inner)
    os.rename(tree, f"{some_directory()}/t{number()}")


def rename():
    tree, target = some_directory(least=1), some_directory()
    if tree and not (target + "/").startswith(tree + "/"):
        os.rename(tree, f"{target}/r{number()}")


def out_and_in():
    tree = some_directory(least=1)
    if not tree:
        return
    os.rename(tree, f"{outside}/away")
    add_file()
    os.rename(f"{outside}/away", tree)


def delete():
    tree = some_directory(least=1)
    if not tree:
        return
    for _, _, files in os.walk(tree):
        for name in files:
            texts.pop(int(name.split(".")[0].split(" ")[0]), None)
    shutil.rmtree(tree, ignore_errors=True)


os.makedirs(outside, exist_ok=True)
for _ in range(operations):
    try:
        chance.choices((add_file, add_chain, move_in, rename, out_and_in, delete), (20, 20, 10, 25, 10, 15))[0]()
    except FileNotFoundError:
        pass  # whoever watches has moved a file away meanwhile
    time.sleep(PAUSE)
for text in texts.values():
    print(hashlib.sha256(text.encode()).hexdigest())
