#!/usr/bin/python3
"""What people write themselves, in Python: watchdog and requests, and the upload as Close's documentation shows it.

Usage: python_client.py API_URL KEY DIRECTORY

It uploads each file that comes into the directory, and moves it to Uploaded. One connection is kept for each server. No
queue, no digest, nothing tried again. run.sh compares closedrop with it. It runs with Debian's own Python and packages.
"""

import os
import queue
import sys

import requests
from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer

API, KEY, DIRECTORY = sys.argv[1:]
UPLOADED = os.path.join(DIRECTORY, "Uploaded")


class Arrivals(FileSystemEventHandler):
    def __init__(self, files):
        self.files = files

    def on_closed(self, event):
        self.files.put(event.src_path)

    def on_created(self, event):  # also a file that was moved in from elsewhere
        self.files.put(event.src_path)

    def on_moved(self, event):
        self.files.put(event.dest_path)


def upload(session, path):
    ticket = session.post(API + "files/upload/", auth=(KEY, ""), json={
        "filename": os.path.basename(path), "content_type": "application/pdf"}).json()["upload"]
    with open(path, "rb") as file:
        session.post(ticket["url"], data=ticket["fields"], files={"file": file}).raise_for_status()
    os.rename(path, os.path.join(UPLOADED, os.path.basename(path)))


def main():
    files = queue.Queue()
    session = requests.Session()
    session.trust_env = False
    os.makedirs(UPLOADED, exist_ok=True)
    observer = Observer()
    observer.schedule(Arrivals(files), DIRECTORY)
    observer.start()
    print("watching", flush=True)
    while True:
        path = files.get()
        if os.path.isfile(path):
            upload(session, path)


main()
