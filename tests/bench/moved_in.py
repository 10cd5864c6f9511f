#!/usr/bin/env python3
"""Usage: moved_in.py SERVER_URL FILES DIRECTORY: how long a file that is moved in takes to be stored, in ms, one a line.

FILES is a directory with files; they are moved one by one, each after the one before was stored.
"""

import json
import os
import sys
import time
import urllib.request

server, files, directory = sys.argv[1:]


def counts():
    with urllib.request.urlopen(server + "/counts") as answer:
        return json.load(answer)


for name in sorted(os.listdir(files)):
    before = counts()["uploads"]
    time.sleep(0.1)  # until all is idle again
    begin = time.time_ns()
    os.rename(os.path.join(files, name), os.path.join(directory, name))
    time.sleep(0.05)
    while (after := counts())["uploads"] == before:
        time.sleep(0.01)
    print((after["last_ns"] - begin) / 1e6)
