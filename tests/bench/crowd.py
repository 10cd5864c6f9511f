#!/usr/bin/env python3
"""What a crowd of files or directories costs the others, and how it is kept.

    crowd.py BIN SERVER WATCHES SCENARIO...     (called by crowd.sh)

    turns        FILES wait in one folder, one file comes into another: how many are claimed before it is
    directories  DIRS directories: until all are watched, the least that costs (watches.c), bytes for each
    settling     as many files as are observed together (16,384), and FILES more, come at once: when each is queued
    prune        `prune` of JOBS old jobs while 1,000 files a minute come, and the same without it

FILES (200000), DIRS (100000), JOBS (1000000: the queue that crowd.sh has made) and SECONDS (60) are from the environment.
Everything is in the working directory.
"""
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time

bin_directory, server_program, watches_program = sys.argv[1:4]
FILES = int(os.environ.get('FILES', 200000))
DIRS = int(os.environ.get('DIRS', 100000))
SECONDS = int(os.environ.get('SECONDS', 60))
AT_ONCE = 16384
SETTLE_S = 3


def tell(figure, value, unit):
    print(f'{figure:58} {value:>10} {unit}', flush=True)


class Agent:
    """Runs closedrop until the end of a with."""

    def __init__(self, folders, api='http://127.0.0.1:9/', more=''):
        with open(os.open('key', os.O_CREAT | os.O_WRONLY, 0o600), 'w') as key:
            key.write('api_none.secret\n')
        with open('closedrop.conf', 'w') as conf:
            conf.write(f'state_dir = "state"; control_socket = "control.sock"; {more}\n'
                       f'close = {{ api_url = "{api}"; api_key_file = "key"; upload_hosts = [ "127.0.0.1" ]; }};\n'
                       f'folders = ( {folders} );\nlog = {{ level = "warn"; }};\n')

    def __enter__(self):
        self.begin = time.time()
        with open('agent.log', 'a') as log:
            self.process = subprocess.Popen([bin_directory + '/closedrop', 'run', '-c', 'closedrop.conf'], stderr=log)
        return self

    def __exit__(self, *what):
        self.process.terminate()
        self.process.wait()

    def ask(self, question):
        connection = http.client.HTTPConnection('closedrop', timeout=300)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect('control.sock')
        connection.request('GET', '/' + question)
        return json.load(connection.getresponse())

    def wait_until(self, condition, every=0.02):
        """Until that is true of its status."""
        while True:
            assert self.process.poll() is None, open('agent.log').read()
            try:
                if condition(self.ask('status')):
                    return time.time()
            except OSError:
                pass
            time.sleep(every)

    def kib(self, field):
        for line in open(f'/proc/{self.process.pid}/status'):
            if line.startswith(field + ':'):
                return int(line.split()[1])

    def cpu_ms(self):
        user, system = open(f'/proc/{self.process.pid}/stat').read().rpartition(')')[2].split()[11:13]
        return (int(user) + int(system)) * 1000 // os.sysconf('SC_CLK_TCK')


def is_ready(status):
    return all(folder['healthy'] for folder in status['folders'])


def make_files(directory, count, size=1):
    os.makedirs(directory)
    for i in range(count):
        with open(f'{directory}/{i:07d}.txt', 'wb') as file:
            file.write(b'%0*d' % (size, i))


def rows(sql):
    return sqlite3.connect('state/queue.db').execute(sql).fetchall()


class Server:
    """One that costs next to nothing (server.c)."""

    def __enter__(self):
        self.process = subprocess.Popen([server_program, '0'], stdout=subprocess.PIPE, text=True)
        return f'http://127.0.0.1:{self.process.stdout.readline().strip()}/api/v1/'

    def __exit__(self, *what):
        self.process.terminate()
        self.process.wait()


def turns():
    transfers = 8
    make_files('crowd', FILES)
    os.mkdir('one')
    folders = '{ path = "crowd"; settle = "0"; }, { path = "one"; settle = "0"; }'
    with Server() as api, Agent(folders, api, f'limits = {{ transfers = {transfers}; }};') as agent:
        agent.wait_until(lambda status: is_ready(status) and status['jobs']['done'] > 100)
        with open('one/last.txt', 'w') as file:
            file.write('last')
        while not rows_of(agent):
            time.sleep(0.05)
        waiting = agent.ask('status')['jobs']
    row = "(SELECT min(h.rowid) FROM history h JOIN job ON h.job = job.id WHERE job.folder = 'one' AND h.state = '%s')"
    claims = rows(f"SELECT count(*) FROM history WHERE state = 'uploading' AND rowid > {row % 'queued'}"
                  f" AND rowid < {row % 'uploading'}")[0][0]
    tell(f'claims before the only file of another folder (at most {2 * transfers})', claims, '')
    tell('files of the crowd that waited by then', waiting['queued'], '')


def rows_of(agent):
    return agent.ask('jobs?limit=1&folder=one&state=done')['jobs']


def directories():
    os.makedirs('tree')
    with Agent('{ path = "tree"; settle = "0"; }') as agent:
        agent.wait_until(is_ready)
        time.sleep(2)
        empty = agent.kib('VmRSS')
    paths = [f'tree/{i // 300:04d}/{i:06d}' for i in range(DIRS - (DIRS + 299) // 300)]
    for path in paths:
        os.makedirs(path)
    for _ in range(2):  # the second time, all is in memory
        calls, bare, bare_cpu = subprocess.run([watches_program, 'tree'], capture_output=True, text=True, check=True).stdout.split()
    with Agent('{ path = "tree"; settle = "0"; }') as agent:
        ready = agent.wait_until(lambda status: is_ready(status) and watches_of(agent) > DIRS, 0.3) - agent.begin
        grown, cpu = agent.kib('VmRSS') - empty, agent.cpu_ms()
    tell(f'{DIRS} directories: the calls of inotify alone', calls, 'ms')
    tell('read and watched, and nothing else', bare, f'ms, {bare_cpu} of them of the processor')
    tell('start until all are watched', round(ready * 1000), f'ms, {cpu} of them of the processor')
    tell('bytes a directory', grown * 1024 // DIRS, 'B')


def watches_of(agent):
    """All that the process watches."""
    count = 0
    for number in os.listdir(f'/proc/{agent.process.pid}/fdinfo'):
        with open(f'/proc/{agent.process.pid}/fdinfo/{number}') as info:
            count += sum(line.startswith('inotify ') for line in info)
    return count


def settling():
    os.mkdir('in')
    make_files('first', AT_ONCE)
    make_files('behind', FILES)
    with Agent(f'{{ path = "in"; settle = "{SETTLE_S}s"; }}') as agent:
        agent.wait_until(is_ready)
        time.sleep(3)
        before = agent.kib('VmHWM')
        came_ms = time.time() * 1000
        os.rename('first', 'in/first')
        os.rename('behind', 'in/behind')
        agent.wait_until(lambda status: status['jobs']['queued'] >= AT_ONCE + FILES, 0.5)
        peak, cpu = agent.kib('VmHWM'), agent.cpu_ms()
    first, last, count = rows(f'SELECT min(queued_ms) - {came_ms}, max(queued_ms) - {came_ms}, count(*) FROM job')[0]
    assert count == AT_ONCE + FILES, 'files were missed'
    tell(f'{count} files come at once, settle {SETTLE_S} s: the first is queued after', round(first), 'ms')
    tell('the last', round(last), f'ms, {cpu} of them of the processor')
    tell('its memory at the peak, more than before', (peak - before) // 1024, 'MiB')


def flow(stop, times):
    """A thousand files a minute; notes how long each was in the folder."""
    number, begin = 0, time.time()
    while not stop.is_set():
        with open('new', 'w') as file:
            file.write('x' * 10000 + str(number))
        os.rename('new', f'flow/{number:06d}.txt')
        number += 1
        time.sleep(max(0, begin + number * 0.06 - time.time()))
    times += [number, time.time() - begin]


def flow_for(agent, seconds, figure):
    stop, times = threading.Event(), []
    done = agent.ask('jobs?limit=1&folder=flow')  # it answers
    assert 'jobs' in done
    writer = threading.Thread(target=flow, args=(stop, times))
    writer.start()
    time.sleep(seconds)
    stop.set()
    writer.join()
    end = time.time()
    while any(name.endswith('.txt') for name in os.listdir('flow')):
        assert time.time() - end < 60, 'files are left'
        time.sleep(0.02)
    tell(f'{figure}: files a minute', round(times[0] * 60 / (times[1] + time.time() - end)), '')


def prune():
    os.mkdir('flow')
    folders = '{ name = "flow"; path = "flow"; settle = "0"; after_upload = "delete"; }, ' + ', '.join(
        f'{{ path = "{name}"; }}' for name in ('scans', 'fax', 'invoices', 'post'))
    with Server() as api:
        with Agent(folders, api, 'history = "0";') as agent:
            agent.wait_until(is_ready, 0.2)
            flow_for(agent, SECONDS, 'without prune')
        with Agent(folders, api, 'history = "1d";') as agent:
            agent.wait_until(is_ready, 0.2)
            command = subprocess.Popen([bin_directory + '/closedrop', 'prune', '-c', 'closedrop.conf'], stdout=subprocess.PIPE)
            begin = time.time()
            flow_for(agent, SECONDS, 'while it runs')
            tell('prune had ended by then', 'no' if command.poll() is None else 'yes', '')
            print(command.communicate()[0].decode().strip())
            tell('prune took', round(time.time() - begin), 's')
            tell('its memory at the peak', agent.kib('VmHWM') // 1024, 'MiB')


for scenario in sys.argv[4:]:
    {'turns': turns, 'directories': directories, 'settling': settling, 'prune': prune}[scenario]()
