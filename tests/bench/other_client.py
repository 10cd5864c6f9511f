#!/usr/bin/env python3
"""Another client of the sandbox that uses up half of each window of files/upload/, and counts what it sees.

Usage: other_client.py READY-FILE SECONDS WINDOWS steady|at-once

SECONDS is how long a window is. steady: it asks at an even pace, half of the limit in each window, as a job that runs all
day. at-once: it takes the same half as fast as it can, as soon as its answers said that a window would begin.
It waits for a window to begin, goes on for so many at least, and prints one line: how many there were and the limit of each,
then its own requests and how many of them were refused, then the same of everybody else in these windows.
"""

import base64
import http.client
import json
import re
import sys
import time

KEY = base64.b64encode(b"api_sandbox.secret:").decode()


class Sandbox:
    def __init__(self, ready_file, seconds):
        with open(ready_file, encoding="utf-8") as ready:
            host = json.load(ready)["api_url"].split("/")[2]
        self.connection = http.client.HTTPConnection(host)
        self.seconds = seconds
        self.limit = self.ends = 0
        self.begin_count()

    def begin_count(self):
        self.windows = self.requests = self.refused = 0

    def ask(self):
        """One request; its answer may be the first of another window."""
        self.connection.request(
            "POST", "/api/v1/files/upload/", '{"filename":"other.txt","content_type":"text/plain"}',
            {"Authorization": "Basic " + KEY, "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        answer.read()
        told = re.match(r"limit=(\d+), remaining=\d+, reset=([\d.]+)", answer.headers["RateLimit"])
        self.limit = int(told[1])
        ends = time.monotonic() + float(told[2])
        self.windows += ends > self.ends + self.seconds / 2
        self.ends = ends
        self.requests += 1
        self.refused += answer.status == 429

    def admin(self, what):
        self.connection.request("GET", "/admin/" + what)
        return json.load(self.connection.getresponse())

    def everybody(self):
        """Requests and refusals of all clients so far."""
        requests = self.admin("counts")["requests"]["upload"]
        refused = sum(one["status"] == 429 for one in self.admin("ledger")["refused"])
        return requests, refused


def sleep_until(when):
    time.sleep(max(0, when - time.monotonic()))


def be_steady(sandbox, windows):
    pause = 2 * sandbox.seconds / sandbox.limit
    when = time.monotonic()
    while sandbox.windows < windows or when < sandbox.ends - max(pause, 0.05):  # and not into the next
        sleep_until(when)
        sandbox.ask()
        when += pause


def take_at_once(sandbox, windows):
    for window in range(1, windows + 1):
        while sandbox.windows < window:
            sandbox.ask()
        for _ in range(1, sandbox.limit // 2):
            if time.monotonic() < sandbox.ends - 0.02:
                sandbox.ask()
        sleep_until(sandbox.ends)


def main():
    ready_file, seconds, windows, how = sys.argv[1:]
    sandbox = Sandbox(ready_file, float(seconds))
    sandbox.ask()
    sleep_until(sandbox.ends)
    requests, refused = sandbox.everybody()
    sandbox.begin_count()
    {"steady": be_steady, "at-once": take_at_once}[how](sandbox, int(windows))
    sleep_until(sandbox.ends)
    all_requests, all_refused = sandbox.everybody()
    print(sandbox.windows, sandbox.limit, sandbox.requests, sandbox.refused, all_requests - requests - sandbox.requests,
          all_refused - refused - sandbox.refused)


main()
