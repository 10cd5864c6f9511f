#!/usr/bin/env python3
"""What must hold when the agent has come to its end, however often it was killed on the way.

    closedrop list --json --limit N | invariants.py ADMIN-URL FOLDER DROPPED

ADMIN-URL is the sandbox's, and DROPPED is what sha256sum(1) says of every file that was dropped, each with a
name of its own, at the top of FOLDER, whose rules file all of them. Prints one JSON object: the names of the
files that are "done" and that have "failed", and how many "activities" there are; or what is wrong, a line
each, and exit code 1.
"""
import hashlib
import http.client
import json
import os
import stat
import sys
from collections import Counter

ERROR = '.error.txt'
wrong = []


def demand(good, message):
    if not good:
        wrong.append(message)


def same(found, wanted, what):
    for item in sorted((Counter(found) - Counter(wanted)).elements()):
        demand(False, f'{what}: {item} is one too many')
    for item in sorted((Counter(wanted) - Counter(found)).elements()):
        demand(False, f'{what}: {item} is missing')


def ask(admin, what):
    host, path = admin.removeprefix('http://').split('/', 1)
    connection = http.client.HTTPConnection(host)
    connection.request('GET', f'/{path}{what}')
    return connection.getresponse().read().decode()


def read_files(folder):
    """{(first directory, name): hash}, the sizes of the error texts, and the modes of the directories."""
    hashes, texts, modes = [], {}, {}
    for directory, _, names in os.walk(folder):
        place = os.path.relpath(directory, folder).split('/')[0]
        if place != '.closedrop':
            modes[directory] = stat.S_IMODE(os.stat(directory).st_mode)
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith(ERROR):
                texts[name.removesuffix(ERROR)] = os.path.getsize(path)
            elif name.removesuffix('.url') not in names or not name.endswith('.url'):  # the shortcut next to a file
                with open(path, 'rb') as file:
                    hashes.append((place, name, hashlib.sha256(file.read()).hexdigest()))
    return hashes, texts, modes


def check_files(folder, dropped, done, failed):
    files, texts, modes = read_files(folder)
    same([(name, sha256) for _, name, sha256 in files], dropped.items(), 'each file is in one place, with its bytes')
    same([name for place, name, _ in files if place == 'Uploaded'], done, 'what is done is in Uploaded')
    same([name for place, name, _ in files if place == 'Failed'], failed, 'what failed is in Failed')
    same([name for name, size in texts.items() if size], failed, 'what failed has its reason beside it')
    for directory, mode in modes.items():
        demand(mode == modes[folder], f'{directory} has the mode {mode:o}')


def check_activities(activities, dropped, jobs, failed):
    """Each job that is done has its one activity; besides there is one at most for a file that has failed."""
    filed = [(job.get('filed_path', job['path']), job['sha256'], job['activity_id']) for job in jobs if job['state'] == 'done']
    found = [(file['filename'], file['sha256'], activity['id'])
             for activity in activities for file in activity['attachments']]
    same([item for item in found if item[0] not in failed], filed, 'each job has its one activity')
    now = {job['filed_path']: job['path'] for job in jobs if 'filed_path' in job}
    for name, count in Counter(name for name, _, _ in found).items():
        demand(count == 1, f'{name} is in {count} activities')
    for name, sha256, _ in found:
        demand(dropped.get(now.get(name, name)) == sha256, f'{name}: its activity has other bytes')


def check_objects(stored, dropped, jobs):
    for sha256 in stored - set(dropped.values()):
        demand(False, f'{sha256} was stored, and is no whole file that was dropped')
    for job in jobs:
        demand(job['state'] != 'done' or job['sha256'] in stored, f'{job["path"]} is done, and was not stored')


def main(admin, folder, dropped_file):
    with open(dropped_file) as lines:
        dropped = {name: sha256 for sha256, name in (line.rstrip('\n').split('  ', 1) for line in lines)}
    jobs = [json.loads(line) for line in sys.stdin]
    done, failed = ([job['path'] for job in jobs if job['state'] == state] for state in ('done', 'failed'))
    for job in jobs:
        demand(job['state'] in ('done', 'failed'), f'job {job["id"]} is {job["state"]}')
    activities = json.loads(ask(admin, 'activities'))
    check_files(folder, dropped, done, failed)
    check_activities(activities, dropped, jobs, set(failed))
    check_objects({line.split('\t')[0] for line in ask(admin, 'ledger.tsv').splitlines()}, dropped, jobs)
    if wrong:
        print('\n'.join(wrong))
        sys.exit(1)
    print(json.dumps({'done': sorted(done), 'failed': sorted(failed), 'activities': len(activities)}))


main(*sys.argv[1:])
