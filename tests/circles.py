#!/usr/bin/env python3
"""Finds circles in src/: files that call each other, and files that include each other.

    tests/circles.py [BUILD]    a build tree whose objects are compiled (build/dev)

A file is a .c with the headers of its name. Who calls whom is told by nm: what an object lacks,
and which other object has it, be it a function or a variable. A function that is handed over as a pointer makes no
call, and what is static concerns nobody. The sandbox is a program of its own: it shares only base/ with the agent.

There is none, and there is to be none: what two files need of each other goes into a third. Where one has to be let in
for a while, it is named below, and the check fails as soon as it is gone.
"""

import json
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

CALLS = []

INCLUDES = []


def name_of(path):
    """"work/worker" for src/work/worker.c, src/work/worker.h and include/closedrop/work/worker.h."""
    path = path.relative_to(TOP)
    return str(path.relative_to("include/closedrop" if path.parts[0] == "include" else "src").with_suffix(""))


def is_of_sandbox(name):
    return name.startswith("sandbox/")


# ---- who calls whom ----


def objects(build):
    """The object of each .c file in src/, by its name."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["directory"], entry["file"])
        if TOP / "src" not in source.parents:
            continue
        command = shlex.split(entry["command"])
        found.setdefault(name_of(source), Path(entry["directory"], command[command.index("-o") + 1]))
    return found


def symbols(paths):
    """For each object, the names that it has for others, and those that it lacks."""
    table = {path: (set(), set()) for path in paths}
    listed = subprocess.run(["nm", "-A", "-g", "-P", *paths], stdout=subprocess.PIPE, text=True)
    if listed.returncode != 0:
        sys.exit("nm cannot read all objects: build first")
    for line in listed.stdout.splitlines():
        path, name, kind = re.match(r"(.*): (\S+) (\S)", line).groups()
        has, lacks = table[Path(path)]
        (lacks if kind in "Uvw" else has).add(name)
    return table


def may_link(user, owner):
    return is_of_sandbox(user) == is_of_sandbox(owner) or owner.startswith("base/")


def calls(build):
    paths = objects(build)
    listed = symbols(paths.values())
    table = {name: listed[path] for name, path in paths.items()}
    owners = defaultdict(set)
    for name, (has, _) in table.items():
        for symbol in has:
            owners[symbol].add(name)
    return {
        name: {owner for symbol in lacks for owner in owners[symbol] if may_link(name, owner)}
        for name, (_, lacks) in table.items()
    }


# ---- who includes whom ----


def included(path):
    own = TOP / ("src/sandbox" if is_of_sandbox(name_of(path)) else "src")
    for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.MULTILINE):
        for root in (path.parent, TOP / "include", own):
            if (root / name).is_file():
                yield (root / name).resolve()
                break


def includes():
    graph = defaultdict(set)
    for root in ("src", "include"):
        for path in sorted((TOP / root).rglob("*.[ch]")):
            name = name_of(path)
            # request_state.h, how a request is inside, is for those that it is made of: what it tells callers is below it
            graph[name].update(name_of(other) for other in included(path) if name_of(other) != name.removesuffix("_state"))
    return graph


# ---- circles ----


def reach(graph, start):
    """All that can be reached from `start`: itself only where it is in a circle."""
    seen, to_see = set(), [start]
    while to_see:
        for other in graph.get(to_see.pop(), ()):
            if other not in seen:
                seen.add(other)
                to_see.append(other)
    return seen


def circles(graph):
    """The largest sets of files of which each reaches all the others."""
    graph = {name: others - {name} for name, others in graph.items()}
    reached = {name: reach(graph, name) for name in graph}
    return {
        frozenset(other for other in reached[name] if name in reached.get(other, ()))
        for name in graph
        if name in reached[name]
    }


def compare(what, found, known):
    """Says what is new and what is no more; how many there are of both."""
    known = {frozenset(circle) for circle in known}
    for circle in sorted(found - known, key=sorted):
        print(f"files that {what} each other: {json.dumps(sorted(circle))}")
    for circle in sorted(known - found, key=sorted):
        print(f"no longer a circle of files that {what} each other, take it out: {json.dumps(sorted(circle))}")
    return len(found ^ known)


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build/dev").resolve()
    wrong = compare("call", circles(calls(build)), CALLS) + compare("include", circles(includes()), INCLUDES)
    if not wrong:
        print("no files go in circles" if not CALLS + INCLUDES else "no circles but those that are known")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
