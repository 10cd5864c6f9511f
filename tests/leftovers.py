#!/usr/bin/env python3
"""Runs the tests, and fails where they leave a process, a mount or a file behind: leftovers.py REPORT COMMAND...

REPORT is a file, a line for each thing that was left; with nothing left it is empty. Every process whose parent ends
becomes ours (PR_SET_CHILD_SUBREAPER), so that none can slip away. Temporary files are to lie under $TMPDIR, which is a
directory of this run alone, or in /dev/shm under a name with "closedrop".
"""
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 5  # a server that was told to end may still be at it
MEMORY = "/dev/shm"


def read(pid, what):
    try:
        with open(f"/proc/{pid}/{what}", "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:  # it has ended
        return ""


def state_and_parent(pid):
    fields = read(pid, "stat").rpartition(")")[2].split()
    return (fields[0], int(fields[1])) if fields else ("Z", 0)


def ours():
    """Our children, theirs, and so on; not those that only wait to be reaped."""
    parents = {int(pid): state_and_parent(pid) for pid in os.listdir("/proc") if pid.isdigit()}
    found, new = set(), {os.getpid()}
    while new:
        new = {pid for pid, (_, parent) in parents.items() if parent in new} - found
        found |= new
    return {pid for pid in found if parents[pid][0] != "Z"}


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def run(command, environment):
    """Its exit status. Meanwhile everything that becomes ours is reaped when it ends, as by a system's first process."""
    child = subprocess.Popen(command, env=environment)
    pid = 0
    while pid != child.pid:
        pid, status = os.waitpid(-1, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode


def story_of(pid):
    environment = dict(entry.partition("=")[::2] for entry in read(pid, "environ").split("\0"))
    story = environment.get("BATS_TEST_FILENAME")
    return os.path.basename(story) if story else f"a test in {environment.get('PWD', 'an unknown place')}"


def left_processes():
    end = time.monotonic() + GRACE_S
    while True:
        reap()
        pids = ours()
        if not pids or time.monotonic() > end:
            break
        time.sleep(0.1)
    said = [f"process {pid} of {story_of(pid)}: {read(pid, 'cmdline').replace(chr(0), ' ')}" for pid in sorted(pids)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return said


def mounts_below(directory):
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        return sorted(path for path in (line.split()[4] for line in lines) if path.startswith(directory + "/"))


def memory_files():
    return {name for name in os.listdir(MEMORY) if "closedrop" in name} if os.path.isdir(MEMORY) else set()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    directory = tempfile.mkdtemp(prefix="closedrop.")
    os.chmod(directory, 0o755)  # stories let other users in
    memory_before = memory_files()
    code = run(sys.argv[2:], {**os.environ, "TMPDIR": directory})
    left = left_processes()
    mounts = mounts_below(directory)
    left += [f"mount {path}" for path in mounts]
    left += [f"file {os.path.join(directory, name)}" for name in sorted(os.listdir(directory))]
    left += [f"file {os.path.join(MEMORY, name)}" for name in sorted(memory_files() - memory_before)]
    if not mounts:  # what is mounted there is not ours to remove
        shutil.rmtree(directory, ignore_errors=True)
    with open(sys.argv[1], "w", encoding="utf-8") as report:
        report.writelines(line + "\n" for line in left)
    return code or (1 if left else 0)


if __name__ == "__main__":
    sys.exit(main())
