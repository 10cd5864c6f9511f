#!/usr/bin/env python3
"""Usage: report.py MACHINE RESULTS [SVG]: prints the table of run.sh, and draws it.

RESULTS has a line of JSON for each measurement: scenario, who, unit, value.
"""

import html
import json
import statistics
import sys

TITLES = {
    "small": "small files, put into the archive", "email": "the same, an email each", "big": "one big file",
    "big_tls": "one big file, over TLS", "four": "four big files at once", "latency_8": "50 ms an answer, 8 at once",
    "latency_64": "50 ms an answer, 64 at once", "latency_tls_8": "the same, an email each, over TLS, 8",
    "latency_tls_64": "the same, an email each, over TLS, 64",
    "folders_1": "one folder", "folders_200": "200 folders", "moved": "moved in while idle", "idle": "idle"}
# what the agent is compared with, and the share of it that is the goal
GOALS = {
    "small": ("floor", 0.8), "email": ("floor", 0.75), "big": ("floor", 0.95), "big_tls": ("floor", 0.95),
    "latency_8": ("possible", 0.95), "latency_64": ("possible", 0.95), "latency_tls_8": ("possible", 0.95),
    "latency_tls_64": ("possible", 0.95), "four": ("floor", None), "folders_200": ("folders_1", 0.95)}


def read(path):
    """{(scenario, who, unit): [values]}, in the order in which they were measured."""
    figures = {}
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            figures.setdefault((line["scenario"], line["who"], line["unit"]), []).append(line["value"])
    return figures


def reference(figures, scenario, unit):
    """The values that the agent's are a share of; runs are compared in pairs."""
    other, _ = GOALS.get(scenario, (None, None))
    if other == "folders_1":
        return figures.get(("folders_1", "agent", unit))
    return figures.get((scenario, other, unit))


def shares(figures, scenario, unit, values):
    compared = reference(figures, scenario, unit)
    return [value / other for value, other in zip(values, compared)] if compared else []


def print_table(machine, figures):
    print(machine)
    print(f"{'':36}{'median':>10}{'min':>10}{'max':>10}")
    last = None
    for (scenario, who, unit), values in figures.items():
        if scenario != last:
            print(TITLES[scenario])
        last = scenario
        row = f"  {who + ', ' + unit:34}{statistics.median(values):>10.5g}{min(values):>10.5g}{max(values):>10.5g}"
        share = shares(figures, scenario, unit, values) if who == "agent" else []
        if share:
            other, goal = GOALS[scenario]
            name = "one folder" if other == "folders_1" else "what is possible" if other == "possible" else "the floor"
            row += f"   {statistics.median(share):.2f} of {name}" + (f" (goal: {goal})" if goal else "")
        print(row)


def draw(machine, figures, path):
    """A bar for each scenario that has a goal: the agent's share, and a mark at the goal."""
    bars = []
    for (scenario, who, unit), values in figures.items():
        share = shares(figures, scenario, unit, values) if who == "agent" else []
        if share:
            bars.append((TITLES[scenario], statistics.median(share), GOALS[scenario][1]))
    width, left, step = 720, 260, 34
    height = 60 + step * len(bars)
    scale = (width - left - 60) / max(1.0, *(share for _, share, _ in bars)) if bars else 1
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>',
           f'<text x="10" y="20" font-size="11" fill="#555">{html.escape(machine)}</text>']
    for number, (title, share, goal) in enumerate(bars):
        y = 40 + step * number
        out.append(f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">{html.escape(title)}</text>')
        out.append(f'<rect x="{left}" y="{y}" width="{share * scale:.1f}" height="20" fill="#2f6db5"/>')
        out.append(f'<text x="{left + share * scale + 6:.1f}" y="{y + 15}">{share:.2f}</text>')
        if goal:
            x = left + goal * scale
            out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + 23}" stroke="#c33" stroke-width="2"/>')
    out.append(f'<text x="{left}" y="{height - 6}" font-size="11" fill="#555">bar: share of what it is compared with; '
               'red: goal</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    machine, results = sys.argv[1:3]
    figures = read(results)
    print_table(machine, figures)
    if len(sys.argv) > 3:
        draw(machine, figures, sys.argv[3])


main()
