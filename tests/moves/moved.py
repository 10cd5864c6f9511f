#!/usr/bin/env python3
"""What must hold when the agent has come to its end with what mover.py moved.

    closedrop list --json --limit N | moved.py ADMIN-URL MOVED

MOVED is what mover.py printed. Prints how many activities and jobs there are; or what is wrong, a line each, and exit code 1.
"""
import http.client
import json
import sys
from collections import Counter, defaultdict

admin, moved = sys.argv[1:3]
host, path = admin.removeprefix('http://').split('/', 1)
connection = http.client.HTTPConnection(host)
connection.request('GET', f'/{path}activities')
activities = json.loads(connection.getresponse().read().decode())
jobs = [json.loads(line) for line in sys.stdin]
with open(moved) as lines:
    dragged = {sha256: int(count) for sha256, count in (line.split() for line in lines)}
wrong = []
leads = defaultdict(Counter)
for activity in activities:
    for file in activity['attachments']:
        leads[file['sha256']][activity['lead_id']] += 1
for sha256, count in dragged.items():
    filed = leads.pop(sha256, Counter())
    if not filed:
        wrong.append(f'{sha256} was not filed')
    for lead, times in filed.items():
        if times > 1:
            wrong.append(f'{sha256} was filed {times} times on {lead}')
    if sum(filed.values()) > 1 + count:
        wrong.append(f'{sha256} was filed on {dict(filed)}, and dragged back {count} times')
for sha256 in leads:
    wrong.append(f'{sha256} was filed, and nobody dropped it')
done = [job for job in jobs if job['state'] == 'done']
failed = Counter(job['error']['code'] for job in jobs if job['state'] == 'failed')
files = sum(len(activity['attachments']) for activity in activities)
if {job['activity_id'] for job in done} != {activity['id'] for activity in activities} or files != len(done):
    wrong.append(f'{len(done)} jobs are done, and there are {len(activities)} activities with {files} files')
for job in jobs:
    if job['state'] not in ('done', 'failed'):
        wrong.append(f'job {job["id"]} is {job["state"]}')
if failed['already_filed'] > sum(dragged.values()):
    wrong.append(f'{failed["already_filed"]} failed as already filed, {sum(dragged.values())} were dragged back')
for code in failed:
    if code != 'already_filed':
        wrong.append(f'{failed[code]} failed: {code}')
if wrong:
    print('\n'.join(wrong))
    sys.exit(1)
print(f'{len(dragged)} files, {sum(dragged.values())} dragged back: {len(activities)} activities with {files} files, '
      f'{len(done)} jobs done, '
      f'{failed["already_filed"]} held back')
